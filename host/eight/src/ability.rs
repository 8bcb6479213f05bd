//! What can and what cannot be carried for one person, said without flattery: stable codes and plain sentences.

use std::fmt;

use presync_core::obstacle::Obstacle;

use crate::calls::Means;

/// What there may be to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// The person's presence at 8x8 is read.
    ReadPresence,
    /// A call at 8x8 is seen, and so shown in Teams.
    SeeCalls,
    /// The status that the rules decide is shown at 8x8.
    ShowStatus,
    /// Calls of queues can be kept away while direct calls still come.
    KeepQueueCalls,
    /// All calls can be kept away.
    KeepAllCalls,
    /// What is written ends by itself if presync does. Not asked where nothing can be written.
    EndsByItself,
}

/// Whether it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Can {
    /// Yes.
    Yes,
    /// In part, since something is in the way of the rest.
    Partly(Obstacle),
    /// No, since something is in the way.
    No(Obstacle),
}

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ability {
    /// To what.
    pub what: What,
    /// Whether it can.
    pub can: Can,
}

/// What is read of a person without the partner API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Readable {
    /// As a member of call queues.
    pub(crate) member: Result<(), Obstacle>,
    /// As an agent.
    pub(crate) agent: Result<(), Obstacle>,
    /// An agent takes nothing but calls.
    pub(crate) calls_only: bool,
    /// There is an extension of Work, on which calls can come too.
    pub(crate) works: bool,
}

impl What {
    /// The stable code.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ReadPresence => "read-presence",
            Self::SeeCalls => "see-calls",
            Self::ShowStatus => "show-status",
            Self::KeepQueueCalls => "keep-queue-calls",
            Self::KeepAllCalls => "keep-all-calls",
            Self::EndsByItself => "ends-by-itself",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::ReadPresence => "presence at 8x8 is read",
            Self::SeeCalls => "calls at 8x8 are seen",
            Self::ShowStatus => "a status is shown at 8x8",
            Self::KeepQueueCalls => "queue calls can be kept away",
            Self::KeepAllCalls => "all calls can be kept away",
            Self::EndsByItself => "what is set ends by itself",
        }
    }
}

impl Can {
    /// The stable code.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly(_) => "partly",
            Self::No(_) => "no",
        }
    }

    /// What is in the way.
    pub const fn obstacle(self) -> Option<Obstacle> {
        match self {
            Self::Yes => None,
            Self::Partly(obstacle) | Self::No(obstacle) => Some(obstacle),
        }
    }
}

impl fmt::Display for Ability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, can } = self;
        write!(f, "{}: {}", what.sentence(), can.label())?;
        can.obstacle().map_or(Ok(()), |obstacle| write!(f, " ({})", obstacle.sentence()))
    }
}

/// What the partner API can carry, the same for everybody.
pub(crate) fn of_partner() -> Vec<Ability> {
    let can = |what| match what {
        What::KeepQueueCalls => Can::Partly(Obstacle::DndStopsDirectCalls),
        _ => Can::Yes,
    };
    all(can)
}

/// What the documented services can carry for one person.
pub(crate) fn of_public(read: Readable, means: Means) -> Vec<Ability> {
    let (agent, do_not_disturb) = match means {
        Means::Partner => return of_partner(),
        Means::Public { agent, do_not_disturb } => (agent, do_not_disturb),
    };
    let can = |what| match what {
        What::ReadPresence => match (read.member, read.agent) {
            (Ok(()), _) | (_, Ok(())) => Can::Yes,
            (Err(why), Err(_)) => Can::No(why),
        },
        What::SeeCalls => match (read.member, read.agent) {
            (Err(_), Ok(())) if !read.calls_only => Can::Partly(Obstacle::MediumNotTold),
            (Err(why), Ok(())) if read.works => Can::Partly(why),
            (Ok(()), _) | (Err(_), Ok(())) => Can::Yes,
            (Err(why), Err(_)) => Can::No(why),
        },
        What::ShowStatus => Can::No(Obstacle::NoPublishing),
        What::KeepQueueCalls => match (agent, do_not_disturb) {
            (Ok(()), _) => Can::Yes,
            (Err(_), Ok(())) => Can::Partly(Obstacle::DndStopsDirectCalls),
            (Err(why), Err(_)) => Can::No(why),
        },
        What::KeepAllCalls => match (agent, do_not_disturb) {
            (_, Ok(())) => Can::Yes,
            (Ok(()), Err(_)) => Can::Partly(Obstacle::DirectCallsStay),
            (Err(_), Err(why)) => Can::No(why),
        },
        What::EndsByItself => Can::No(Obstacle::NoLease),
    };
    let anything_is_set = agent.is_ok() || do_not_disturb.is_ok();
    let mut abilities = all(can);
    abilities.retain(|ability| ability.what != What::EndsByItself || anything_is_set);
    abilities
}

fn all(can: impl Fn(What) -> Can) -> Vec<Ability> {
    const ALL: [What; 6] = [
        What::ReadPresence,
        What::SeeCalls,
        What::ShowStatus,
        What::KeepQueueCalls,
        What::KeepAllCalls,
        What::EndsByItself,
    ];
    ALL.into_iter().map(|what| Ability { what, can: can(what) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(abilities: &[Ability]) -> String {
        abilities.iter().map(|ability| format!("{ability}\n")).collect()
    }

    #[test]
    fn a_person_whom_nothing_reaches_is_told_so() {
        let read = Readable {
            member: Err(Obstacle::NoReadingOfWork),
            agent: Err(Obstacle::NotAnAgent),
            calls_only: false,
            works: true,
        };
        let means = Means::Public { agent: Err(Obstacle::NotAnAgent), do_not_disturb: Err(Obstacle::DndNotAllowed) };
        insta::assert_snapshot!(told(&of_public(read, means)));
    }

    #[test]
    fn an_agent_is_told_what_the_contact_centre_can_do() {
        let read = Readable { member: Err(Obstacle::NoReadingOfWork), agent: Ok(()), calls_only: false, works: true };
        let means = Means::Public { agent: Ok(()), do_not_disturb: Err(Obstacle::DndNotAllowed) };
        insta::assert_snapshot!(told(&of_public(read, means)));
    }

    #[test]
    fn calls_that_may_come_unseen_are_not_passed_over() {
        let sees = |member, agent, calls_only, works| {
            let means = Means::Public { agent: Ok(()), do_not_disturb: Err(Obstacle::DndNotAllowed) };
            let abilities = of_public(Readable { member, agent, calls_only, works }, means);
            abilities.into_iter().find(|ability| ability.what == What::SeeCalls).map(|ability| ability.can)
        };
        let unread = Err(Obstacle::NoReadingOfWork);
        assert_eq!(sees(unread, Ok(()), true, false), Some(Can::Yes));
        assert_eq!(sees(unread, Ok(()), true, true), Some(Can::Partly(Obstacle::NoReadingOfWork)));
        assert_eq!(sees(unread, Ok(()), false, true), Some(Can::Partly(Obstacle::MediumNotTold)));
        assert_eq!(sees(Ok(()), Ok(()), true, true), Some(Can::Yes));
    }

    #[test]
    fn a_partner_is_told_the_one_thing_that_do_not_disturb_cannot() {
        insta::assert_snapshot!(told(&of_partner()));
    }
}
