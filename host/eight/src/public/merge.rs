//! One person's presence from what the documented services say of them: Work Analytics of a member of call queues, the contact
//! centre of an agent. Pure.
//!
//! While an agent is logged in, colleagues see the contact centre's state, else that of Work. A call is on when Work says so, when
//! the agent is on a direct call, or, where agents take nothing but calls, when the agent handles something.

use presync_core::presence::EightPresence;
use presync_core::words::{EightStatus, EightTarget};

use crate::agents::Seen;
use crate::agents::status::AgentStatus;

/// What Work Analytics says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorkSeen {
    /// `None` where it says nothing.
    pub(crate) status: Option<EightStatus>,
    pub(crate) on_call: bool,
}

/// What of ours is on a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Ours {
    /// What we said we hold; `None` when nothing was said since the start.
    pub(crate) said: Option<Option<EightTarget>>,
    /// We set do not disturb on the extension.
    pub(crate) do_not_disturb: bool,
}

/// A person's presence.
pub(crate) fn merge(work: Option<WorkSeen>, agent: Option<Seen>, ours: Ours, calls_only: bool) -> EightPresence {
    let held_out = agent.is_some_and(|agent| agent.ours);
    let on_work_call = work.is_some_and(|work| work.on_call);
    let on_agent_call = agent.is_some_and(|agent| handles_a_call(agent.status, calls_only));
    let call_active = on_work_call || on_agent_call;
    let of_agent = agent.and_then(|agent| agent.status.shown());
    let of_work = work.and_then(|work| work.status).unwrap_or(EightStatus::Unrecognised);
    let said = of_agent.unwrap_or(of_work);
    let own = if held_out || (ours.do_not_disturb && said == EightStatus::DoNotDisturb) {
        // We take people out of available only.
        EightStatus::Available
    } else {
        said
    };
    // What an agent handles makes them busy by itself; at Work, busy may be chosen by hand, and that goes before a call.
    let gives_way = match own {
        EightStatus::Busy => of_agent.is_some() && on_agent_call,
        EightStatus::DoNotDisturb | EightStatus::Invisible => false,
        _ => true,
    };
    let over = |status| if call_active && gives_way { EightStatus::OnCall } else { status };
    EightPresence {
        shown: if own == said { over(said) } else { said },
        own: over(own),
        call_active,
        manual: is_by_hand(agent, held_out, said),
        publication: ours
            .said
            .unwrap_or_else(|| (held_out || ours.do_not_disturb).then_some(EightTarget::DoNotDisturb)),
    }
}

/// Whether an agent in this state is on a call for certain.
const fn handles_a_call(status: AgentStatus, calls_only: bool) -> bool {
    match status {
        AgentStatus::DirectCall => true,
        AgentStatus::ProcessTransact | AgentStatus::Busy => calls_only,
        _ => false,
    }
}

/// Whether only the person's own hand can have set this.
fn is_by_hand(agent: Option<Seen>, held_out: bool, said: EightStatus) -> bool {
    match agent.map(|agent| agent.status) {
        Some(AgentStatus::OnBreak) => true,
        Some(AgentStatus::WorkOffline) => !held_out,
        Some(status) if status.is_logged_in() => false,
        _ => said == EightStatus::Invisible,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(status: EightStatus, on_call: bool) -> Option<WorkSeen> {
        Some(WorkSeen { status: Some(status), on_call })
    }

    fn agent(status: AgentStatus) -> Option<Seen> {
        Some(Seen { status, ours: false })
    }

    fn of(work: Option<WorkSeen>, agent: Option<Seen>) -> EightPresence {
        merge(work, agent, Ours::default(), false)
    }

    #[test]
    fn a_member_on_a_call_is_on_a_call() {
        let presence = of(work(EightStatus::OnCall, true), None);
        assert_eq!((presence.own, presence.call_active), (EightStatus::OnCall, true));
        let late = of(work(EightStatus::Available, true), None);
        assert_eq!(
            (late.own, late.call_active),
            (EightStatus::OnCall, true),
            "the live numbers are ahead of the status"
        );
    }

    #[test]
    fn what_may_be_chosen_by_hand_goes_before_a_call() {
        for status in [EightStatus::DoNotDisturb, EightStatus::Busy, EightStatus::Invisible] {
            let presence = of(work(status, true), None);
            assert_eq!((presence.own, presence.call_active), (status, true));
        }
    }

    #[test]
    fn the_contact_centre_goes_before_work_while_the_agent_is_logged_in() {
        let available = work(EightStatus::Available, false);
        assert_eq!(of(available, agent(AgentStatus::OnBreak)).own, EightStatus::Away);
        assert_eq!(of(available, agent(AgentStatus::LoggedOut)).own, EightStatus::Available);
        assert_eq!(of(None, agent(AgentStatus::LoggedOut)).own, EightStatus::Unrecognised);
    }

    #[test]
    fn a_direct_call_is_a_call_and_an_interaction_only_where_agents_take_nothing_else() {
        assert!(of(None, agent(AgentStatus::DirectCall)).call_active);
        let handling = agent(AgentStatus::ProcessTransact);
        assert_eq!((of(None, handling).own, of(None, handling).call_active), (EightStatus::Busy, false));
        let caller = merge(None, handling, Ours::default(), true);
        assert_eq!((caller.own, caller.call_active), (EightStatus::OnCall, true));
        assert!(!merge(None, agent(AgentStatus::PostProcess), Ours::default(), true).call_active);
    }

    #[test]
    fn an_agent_whom_we_hold_out_is_available_of_their_own() {
        let held = Some(Seen { status: AgentStatus::WorkOffline, ours: true });
        let presence = of(None, held);
        assert_eq!((presence.shown, presence.own), (EightStatus::Busy, EightStatus::Available));
        assert!(!presence.manual && of(None, agent(AgentStatus::WorkOffline)).manual);
        assert_eq!(presence.publication, Some(EightTarget::DoNotDisturb), "also after a restart");
        let said = Ours { said: Some(Some(EightTarget::Busy)), do_not_disturb: false };
        assert_eq!(merge(None, held, said, false).publication, Some(EightTarget::Busy));
    }

    #[test]
    fn our_do_not_disturb_on_the_extension_is_not_the_persons_own() {
        let ours = Ours { said: None, do_not_disturb: true };
        let presence = merge(work(EightStatus::DoNotDisturb, false), None, ours, false);
        assert_eq!((presence.shown, presence.own), (EightStatus::DoNotDisturb, EightStatus::Available));
        assert_eq!(merge(work(EightStatus::Away, false), None, ours, false).own, EightStatus::Away);
    }
}
