//! What is done about a person's calls: from what the rules decided to what each way into 8x8 can do. Pure.
//!
//! A partner publishes a status, and of all statuses do not disturb alone keeps calls away: all of them, queue and direct. Without
//! the partner API an agent of the contact centre can be set to work offline, which keeps queue calls away and no others, and do
//! not disturb can be set on an extension. What no means reaches is named, never passed over.

use presync_core::obstacle::Obstacle;
use presync_core::words::{Calls, EightTarget};

/// The means that there are for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// The partner API publishes a status.
    Partner,
    /// Only what 8x8 documents publicly.
    Public {
        /// Whether the person is an agent whose status can be set, or why not.
        agent: Result<(), Obstacle>,
        /// Whether do not disturb can be set on the person's extension, or why not.
        do_not_disturb: Result<(), Obstacle>,
    },
}

/// What is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The status to publish; `None` for none of ours.
    pub show: Option<EightTarget>,
    /// The agent is to work offline.
    pub hold_out: bool,
    /// Do not disturb is to be set on the extension.
    pub do_not_disturb: bool,
    /// What of the decision nothing here can carry, the gravest first.
    pub missing: Vec<Obstacle>,
}

/// Which calls are to be kept away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Away {
    Nothing,
    QueueCalls,
    AllCalls,
}

/// What is done about `status` (`None`: nothing of ours is to be there) while `calls` may be offered.
pub fn plan(means: Means, status: Option<EightTarget>, calls: Calls) -> Plan {
    let Some(status) = status else { return Plan::default() };
    match means {
        Means::Partner => partner(status, calls),
        Means::Public { agent, do_not_disturb } => public(status, calls, agent, do_not_disturb),
    }
}

fn partner(status: EightTarget, calls: Calls) -> Plan {
    // What the rules show is shown: a status is never changed for the sake of calls.
    let missing = match (calls, status == EightTarget::DoNotDisturb) {
        (Calls::DirectOnly, _) => vec![Obstacle::DndStopsDirectCalls],
        (Calls::All, true) => vec![Obstacle::DndStopsQueueCalls],
        (Calls::None, false) => vec![Obstacle::OnlyDndStopsCalls],
        (Calls::None, true) | (Calls::All, false) | (Calls::Unchanged, _) => Vec::new(),
    };
    Plan { show: Some(status), missing, ..Plan::default() }
}

fn public(
    status: EightTarget,
    calls: Calls,
    agent: Result<(), Obstacle>,
    do_not_disturb: Result<(), Obstacle>,
) -> Plan {
    let mut plan = Plan::default();
    match (away(status, calls), agent, do_not_disturb) {
        (Away::Nothing, ..) => {}
        (Away::AllCalls, Ok(()), Ok(())) => (plan.hold_out, plan.do_not_disturb) = (true, true),
        (Away::AllCalls, Err(_), Ok(())) => plan.do_not_disturb = true,
        (Away::AllCalls, Ok(()), Err(why)) => {
            plan.hold_out = true;
            plan.missing.extend([Obstacle::DirectCallsStay, why]);
        }
        (Away::AllCalls, Err(agent), Err(do_not_disturb)) => plan.missing.extend([agent, do_not_disturb]),
        (Away::QueueCalls, Ok(()), _) => plan.hold_out = true,
        (Away::QueueCalls, Err(agent), Ok(())) => plan.missing.extend([agent, Obstacle::DndStopsDirectCalls]),
        (Away::QueueCalls, Err(agent), Err(_)) => plan.missing.push(agent),
    }
    // To show that somebody is available is to show nothing of ours.
    if status != EightTarget::Available {
        plan.missing.push(Obstacle::NoPublishing);
    }
    plan
}

const fn away(status: EightTarget, calls: Calls) -> Away {
    match (calls, status) {
        (Calls::None, _) | (Calls::Unchanged, EightTarget::DoNotDisturb) => Away::AllCalls,
        (Calls::DirectOnly, _) => Away::QueueCalls,
        (Calls::All | Calls::Unchanged, _) => Away::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decision_meets_every_means() {
        let (no_agent, no_dnd) = (Err(Obstacle::NotAnAgent), Err(Obstacle::DndNotAllowed));
        let means = [
            ("partner", Means::Partner),
            ("public: agent, do not disturb", Means::Public { agent: Ok(()), do_not_disturb: Ok(()) }),
            ("public: agent", Means::Public { agent: Ok(()), do_not_disturb: no_dnd }),
            ("public: do not disturb", Means::Public { agent: no_agent, do_not_disturb: Ok(()) }),
            ("public: neither", Means::Public { agent: no_agent, do_not_disturb: no_dnd }),
        ];
        let mut table = String::new();
        for (name, means) in means {
            table += &format!("== {name}\n");
            for status in EightTarget::ALL {
                for calls in Calls::ALL {
                    table += &line(*status, *calls, &plan(means, Some(*status), *calls));
                }
            }
        }
        insta::assert_snapshot!(table);
    }

    fn line(status: EightTarget, calls: Calls, plan: &Plan) -> String {
        let mut done: Vec<String> = plan.show.iter().map(|status| format!("show {status}")).collect();
        done.extend(plan.hold_out.then(|| "work offline".to_owned()));
        done.extend(plan.do_not_disturb.then(|| "extension in do not disturb".to_owned()));
        let done = if done.is_empty() { "nothing".to_owned() } else { done.join(", ") };
        let missing: Vec<&str> = plan.missing.iter().map(|obstacle| obstacle.label()).collect();
        let missing = if missing.is_empty() { String::new() } else { format!("; not: {}", missing.join(", ")) };
        format!("{status:<15} {calls:<11} -> {done}{missing}\n")
    }

    #[test]
    fn to_take_ours_back_is_to_let_go_of_everything() {
        let means = Means::Public { agent: Ok(()), do_not_disturb: Ok(()) };
        for calls in Calls::ALL {
            assert_eq!(plan(means, None, *calls), Plan::default());
            assert_eq!(plan(Means::Partner, None, *calls), Plan::default());
        }
    }

    #[test]
    fn calls_that_are_to_be_kept_away_are_kept_away_or_named() {
        for agent in [Ok(()), Err(Obstacle::NotAnAgent)] {
            for do_not_disturb in [Ok(()), Err(Obstacle::DndNotAllowed)] {
                for calls in [Calls::None, Calls::DirectOnly] {
                    let plan = plan(Means::Public { agent, do_not_disturb }, Some(EightTarget::Available), calls);
                    assert!(plan.hold_out || plan.do_not_disturb || !plan.missing.is_empty());
                    assert!(calls == Calls::None || !plan.do_not_disturb, "direct calls are not to be stopped");
                }
            }
        }
    }
}
