//! Who is offered a call: members of call queues in turn, members of ring groups by pattern.
//!
//! Pure functions over what each member is doing. That nobody in do not disturb is rung by a ring group, and that a
//! group of nothing but such people counts as busy, is an assumption; the rest is published.

use std::time::Duration;

use crate::state::phone::Pattern;

/// Whether a member can be offered a call, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readiness {
    Ready,
    OnCall,
    DoNotDisturb,
    LoggedOut,
    /// Wrapping up, or resting after a call that was not answered.
    Resting,
}

/// A member of a call queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueueMember {
    pub(crate) person: u32,
    pub(crate) primary: bool,
    pub(crate) readiness: Readiness,
}

/// The member who is offered the next call of a queue: the first one ready after `last`, of the primary ones, and only
/// if none of these is ready of the secondary ones. Members are in the order in which they take turns.
pub(crate) fn next_offer(members: &[QueueMember], last: Option<u32>) -> Option<u32> {
    let after = last.and_then(|last| members.iter().position(|member| member.person == last)).map_or(0, |at| at + 1);
    let in_turn = || members.iter().cycle().skip(after).take(members.len());
    let ready =
        |primary: bool| in_turn().find(|member| member.primary == primary && member.readiness == Readiness::Ready);
    ready(true).or_else(|| ready(false)).map(|member| member.person)
}

/// A member of a ring group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupMember {
    pub(crate) person: u32,
    pub(crate) readiness: Readiness,
    /// Whether the member's only phone is the app in Teams, which rings in sequential groups alone.
    pub(crate) phone_app: bool,
}

/// How a ring group treats its members.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ringing {
    pub(crate) pattern: Pattern,
    pub(crate) ring_timeout: u32,
    pub(crate) cycles: u32,
    pub(crate) notify_if_busy: bool,
    /// Where a round robin begins.
    pub(crate) turn: usize,
}

/// What a call to a ring group meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Group {
    /// These people ring, step by step; without an answer the call goes on after so long.
    Rings { steps: Vec<Vec<u32>>, no_answer_after: Duration },
    /// All members are busy: the rule for busy applies.
    Busy,
    /// Nobody is logged in: the rule for an outage applies.
    Outage,
}

/// Who rings, in which order.
pub(crate) fn ring(members: &[GroupMember], how: Ringing) -> Group {
    let there: Vec<&GroupMember> = members.iter().filter(|member| member.readiness != Readiness::LoggedOut).collect();
    if there.is_empty() {
        return Group::Outage;
    }
    let rings = |member: &&&GroupMember| {
        let free = match member.readiness {
            Readiness::Ready | Readiness::Resting => true,
            Readiness::OnCall => how.notify_if_busy,
            Readiness::DoNotDisturb | Readiness::LoggedOut => false,
        };
        free && (!member.phone_app || how.pattern == Pattern::Sequential)
    };
    let people: Vec<u32> = there.iter().filter(rings).map(|member| member.person).collect();
    if people.is_empty() {
        return Group::Busy;
    }
    let turn = how.turn % people.len();
    let (steps, cycles): (Vec<Vec<u32>>, u32) = match how.pattern {
        Pattern::Simultaneous => (vec![people], 1),
        Pattern::Sequential => (people.into_iter().map(|person| vec![person]).collect(), how.cycles),
        Pattern::RoundRobin => {
            let in_turn = people.iter().cycle().skip(turn).take(people.len());
            (in_turn.map(|person| vec![*person]).collect(), how.cycles)
        }
    };
    let rounds = u32::try_from(steps.len()).unwrap_or(u32::MAX).saturating_mul(cycles);
    let no_answer_after = Duration::from_secs(u64::from(how.ring_timeout) * u64::from(rounds));
    let times = usize::try_from(cycles).unwrap_or(1);
    let all = steps.len() * times;
    Group::Rings { steps: steps.into_iter().cycle().take(all).collect(), no_answer_after }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [Readiness; 4] =
        [Readiness::OnCall, Readiness::DoNotDisturb, Readiness::LoggedOut, Readiness::Resting];

    fn member(person: u32, primary: bool, readiness: Readiness) -> QueueMember {
        QueueMember { person, primary, readiness }
    }

    #[test]
    fn ready_members_take_turns_and_all_others_are_skipped() {
        for state in STATES {
            let members =
                [member(1, true, Readiness::Ready), member(2, true, state), member(3, true, Readiness::Ready)];
            let offers: Vec<_> = [None, Some(1), Some(2), Some(3)].map(|last| next_offer(&members, last)).into();
            assert_eq!(offers, [Some(1), Some(3), Some(3), Some(1)], "{state:?}");
        }
    }

    #[test]
    fn secondary_members_wait_until_no_primary_one_is_ready() {
        let of = |primary| [member(1, true, primary), member(2, false, Readiness::Ready)];
        assert_eq!(next_offer(&of(Readiness::Ready), Some(1)), Some(1));
        for state in STATES {
            assert_eq!(next_offer(&of(state), None), Some(2), "{state:?}");
        }
        assert_eq!(next_offer(&[member(1, true, Readiness::OnCall)], None), None);
    }

    fn group(states: &[Readiness]) -> Vec<GroupMember> {
        (1..)
            .zip(states)
            .map(|(person, readiness)| GroupMember { person, readiness: *readiness, phone_app: false })
            .collect()
    }

    const HOW: Ringing =
        Ringing { pattern: Pattern::Sequential, ring_timeout: 15, cycles: 2, notify_if_busy: false, turn: 0 };

    #[test]
    fn each_pattern_rings_in_its_order_and_gives_up_after_members_times_seconds_times_cycles() {
        let members = group(&[Readiness::Ready; 3]);
        let rings = |pattern, turn| match ring(&members, Ringing { pattern, turn, ..HOW }) {
            Group::Rings { steps, no_answer_after } => (steps, no_answer_after.as_secs()),
            other => panic!("{other:?}"),
        };
        let one = |people: &[u32]| people.iter().map(|person| vec![*person]).collect::<Vec<_>>();
        assert_eq!(rings(Pattern::Sequential, 1), (one(&[1, 2, 3, 1, 2, 3]), 90));
        assert_eq!(rings(Pattern::RoundRobin, 1), (one(&[2, 3, 1, 2, 3, 1]), 90));
        assert_eq!(rings(Pattern::Simultaneous, 1), (vec![vec![1, 2, 3]], 15));
    }

    #[test]
    fn a_group_of_people_in_calls_or_do_not_disturb_is_busy_and_one_of_nobody_is_an_outage() {
        let outcome = |states: &[Readiness], notify_if_busy| ring(&group(states), Ringing { notify_if_busy, ..HOW });
        assert_eq!(outcome(&[Readiness::DoNotDisturb, Readiness::DoNotDisturb], true), Group::Busy);
        assert_eq!(outcome(&[Readiness::OnCall, Readiness::DoNotDisturb], false), Group::Busy);
        assert!(matches!(outcome(&[Readiness::OnCall, Readiness::DoNotDisturb], true), Group::Rings { .. }));
        assert_eq!(outcome(&[Readiness::LoggedOut], true), Group::Outage);
    }

    #[test]
    fn the_phone_app_of_teams_rings_in_sequential_groups_alone() {
        let members = [GroupMember { person: 1, readiness: Readiness::Ready, phone_app: true }];
        for pattern in Pattern::ALL {
            let rings = matches!(ring(&members, Ringing { pattern, ..HOW }), Group::Rings { .. });
            assert_eq!(rings, pattern == Pattern::Sequential, "{pattern:?}");
        }
    }
}
