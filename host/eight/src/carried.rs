//! How far a decision is carried for one person now: what is done, what nothing here can do, and what it still waits for.
//!
//! Worked out from what is known at the moment and not remembered, so that it holds after a restart and between two writes.

use std::borrow::Cow;

use presync_core::obstacle::Obstacle;
use presync_core::words::EightTarget;

use crate::agents::desk::Standing;
use crate::agents::status::AgentStatus;
use crate::calls::Plan;

/// Something that is done for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The status is published.
    Shown(EightTarget),
    /// The agent is held out of the queues.
    HeldOut,
    /// The agent is in a state in which no queue offers anything.
    NotOffered(AgentStatus),
    /// Do not disturb is on on the extension.
    DoNotDisturb,
}

/// How far a decision is carried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    /// What is done of it.
    pub done: Vec<Deed>,
    /// What nothing here can do, or was not let, the gravest first.
    pub missing: Vec<Obstacle>,
    /// What it waits for.
    pub waits: Option<Obstacle>,
}

/// The same in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extent {
    /// Nothing has to be done at 8x8.
    Nothing,
    /// All of it is done.
    Whole,
    /// A part of it is done, and nothing can do the rest.
    Partly,
    /// Nothing of it can be done.
    NotAtAll,
    /// A part of it, or all, is done when something has passed.
    Waits,
}

/// How it stands with do not disturb on a person's extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnExtension {
    On,
    UnderWay,
    Off,
}

impl Deed {
    /// The stable code.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Shown(_) => "shown",
            Self::HeldOut => "held-out",
            Self::NotOffered(_) => "not-offered",
            Self::DoNotDisturb => "do-not-disturb",
        }
    }

    /// What is done, as a sentence.
    pub fn sentence(self) -> Cow<'static, str> {
        match self {
            Self::Shown(status) => format!("8x8 shows {status}, unless something of higher rank is there").into(),
            Self::HeldOut => "queue calls are kept away: the agent works offline".into(),
            Self::NotOffered(status) => format!("no queue offers a call as it is: the agent is {status}").into(),
            Self::DoNotDisturb => "all calls are kept away: do not disturb is on on the extension".into(),
        }
    }
}

impl Extent {
    /// The stable code.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Whole => "carried",
            Self::Partly => "partly",
            Self::NotAtAll => "not-carried",
            Self::Waits => "waits",
        }
    }
}

impl Carried {
    /// What a partner's publication carries, once it is taken.
    pub(crate) fn by_partner(plan: Plan) -> Self {
        Self { done: plan.show.map(Deed::Shown).into_iter().collect(), missing: plan.missing, waits: None }
    }

    /// What the documented means carry, as they stand.
    pub(crate) fn by_public(plan: Plan, agent: Standing, extension: OnExtension) -> Self {
        let Plan { hold_out, do_not_disturb, missing, .. } = plan;
        let mut carried = Self { missing, ..Self::default() };
        if hold_out {
            match agent {
                Standing::Held => carried.done.push(Deed::HeldOut),
                Standing::NotNeeded(status) => carried.done.push(Deed::NotOffered(status)),
                Standing::Waits(reason) => carried.waits = Some(reason),
                Standing::Overridden => carried.missing.insert(0, Obstacle::ChosenByHand),
                Standing::Trouble(_) => carried.waits = Some(Obstacle::NotTaken),
                Standing::Sending | Standing::LetGo => carried.waits = Some(Obstacle::UnderWay),
            }
        }
        if do_not_disturb {
            match extension {
                OnExtension::On => carried.done.push(Deed::DoNotDisturb),
                // What the agent is busy with goes before what takes seconds.
                OnExtension::UnderWay | OnExtension::Off => {
                    carried.waits = carried.waits.or(Some(Obstacle::UnderWay));
                }
            }
        }
        carried
    }

    /// What 8x8 did not let us do, or not yet, by its last answer.
    #[must_use]
    pub fn hindered(mut self, reason: Obstacle, lasting: bool) -> Self {
        if !lasting {
            self.waits = Some(reason);
        } else if !self.missing.contains(&reason) {
            self.missing.insert(0, reason);
        }
        self
    }

    /// Nothing of it has been taken yet.
    #[must_use]
    pub fn untaken(self) -> Self {
        Self { done: Vec::new(), ..self }
    }

    /// The same in a word.
    pub fn extent(&self) -> Extent {
        match (self.waits, self.done.is_empty(), self.missing.is_empty()) {
            (Some(_), ..) => Extent::Waits,
            (None, true, true) => Extent::Nothing,
            (None, false, true) => Extent::Whole,
            (None, false, false) => Extent::Partly,
            (None, true, false) => Extent::NotAtAll,
        }
    }
}

#[cfg(test)]
mod tests {
    use presync_core::words::Calls;

    use super::*;
    use crate::calls::{Means, plan};

    fn of_agent(status: EightTarget, calls: Calls, standing: Standing) -> Carried {
        let means = Means::Public { agent: Ok(()), do_not_disturb: Err(Obstacle::DndNotAllowed) };
        Carried::by_public(plan(means, Some(status), calls), standing, OnExtension::Off)
    }

    #[test]
    fn an_agent_on_a_call_waits_and_is_then_held_out_as_far_as_queues_go() {
        let waiting = of_agent(EightTarget::DoNotDisturb, Calls::Unchanged, Standing::Waits(Obstacle::AfterThisCall));
        assert_eq!((waiting.extent(), waiting.waits), (Extent::Waits, Some(Obstacle::AfterThisCall)));
        let held = of_agent(EightTarget::DoNotDisturb, Calls::Unchanged, Standing::Held);
        assert_eq!((held.extent(), &held.done[..]), (Extent::Partly, &[Deed::HeldOut][..]));
        let missing = [Obstacle::DirectCallsStay, Obstacle::DndNotAllowed, Obstacle::NoPublishing];
        assert_eq!(held.missing, missing);
    }

    #[test]
    fn what_the_agent_chose_by_hand_is_the_gravest_of_what_is_missing() {
        let overridden = of_agent(EightTarget::Busy, Calls::DirectOnly, Standing::Overridden);
        assert_eq!(overridden.extent(), Extent::NotAtAll);
        assert_eq!(overridden.missing, [Obstacle::ChosenByHand, Obstacle::NoPublishing]);
    }

    #[test]
    fn an_agent_who_gets_no_calls_as_it_is_needs_nothing_more() {
        let away = Standing::NotNeeded(AgentStatus::OnBreak);
        let carried = of_agent(EightTarget::Available, Calls::DirectOnly, away);
        assert_eq!(carried.extent(), Extent::Whole);
        assert_eq!(carried.done[0].sentence(), "no queue offers a call as it is: the agent is on-break");
        assert_eq!(of_agent(EightTarget::Available, Calls::All, away).extent(), Extent::Nothing);
    }

    #[test]
    fn a_partner_carries_the_status_and_says_what_it_cannot_do_about_calls() {
        let carried = |calls| Carried::by_partner(plan(Means::Partner, Some(EightTarget::Busy), calls));
        assert_eq!(carried(Calls::Unchanged).extent(), Extent::Whole);
        assert_eq!(carried(Calls::DirectOnly).extent(), Extent::Partly);
        let untaken = carried(Calls::Unchanged).untaken().hindered(Obstacle::DndRefusedByPolicy, true);
        assert_eq!((untaken.extent(), untaken.missing), (Extent::NotAtAll, vec![Obstacle::DndRefusedByPolicy]));
    }

    #[test]
    fn do_not_disturb_on_an_extension_waits_until_8x8_has_done_it() {
        let means = Means::Public { agent: Err(Obstacle::NotAnAgent), do_not_disturb: Ok(()) };
        let carried = |extension| {
            let plan = plan(means, Some(EightTarget::DoNotDisturb), Calls::Unchanged);
            Carried::by_public(plan, Standing::LetGo, extension)
        };
        assert_eq!(carried(OnExtension::UnderWay).waits, Some(Obstacle::UnderWay));
        assert_eq!(carried(OnExtension::On).done, [Deed::DoNotDisturb]);
        let many = carried(OnExtension::Off).hindered(Obstacle::TooManyUnderWay, false);
        assert_eq!(many.waits, Some(Obstacle::TooManyUnderWay));
    }
}
