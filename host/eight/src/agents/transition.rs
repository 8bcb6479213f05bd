//! Which state an agent can be brought into from which: 8x8's published diagram, as a total function.
//!
//! ```text
//!   on break ◄──► available ◄──► working offline ◄──► on break         each of the three ──► logged out
//! ```

use presync_core::obstacle::Obstacle;

use super::status::{AgentStatus, Settable};

/// Whether a state can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// The agent is in it.
    Already,
    /// It can.
    Now,
    /// It can when the agent is done with what is going on.
    AfterThisCall,
    /// It cannot.
    Impossible(Obstacle),
}

/// Whether an agent can be brought from one state into another.
pub const fn transition(from: AgentStatus, wanted: Settable) -> Transition {
    match (from, wanted) {
        (AgentStatus::LoggedOut, Settable::LoggedOut)
        | (AgentStatus::OnBreak, Settable::OnBreak)
        | (AgentStatus::WaitTransact, Settable::WaitTransact)
        | (AgentStatus::WorkOffline, Settable::WorkOffline) => Transition::Already,
        (AgentStatus::OnBreak | AgentStatus::WaitTransact | AgentStatus::WorkOffline, _) => Transition::Now,
        (
            AgentStatus::TransactOffered
            | AgentStatus::ProcessTransact
            | AgentStatus::PostProcess
            | AgentStatus::Busy
            | AgentStatus::DirectCall
            | AgentStatus::OnEmail,
            _,
        ) => Transition::AfterThisCall,
        (AgentStatus::Unknown | AgentStatus::LoggedOut, _) => Transition::Impossible(Obstacle::NotLoggedIn),
        (AgentStatus::LoggedIn | AgentStatus::Unrecognised, _) => Transition::Impossible(Obstacle::StatusNotTold),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_is_8x8s_diagram() {
        let mut table = String::new();
        for from in AgentStatus::ALL {
            let cells = Settable::ALL.iter().map(|wanted| match transition(*from, *wanted) {
                Transition::Already => format!("{wanted}: already"),
                Transition::Now => format!("{wanted}: now"),
                Transition::AfterThisCall => format!("{wanted}: after this call"),
                Transition::Impossible(why) => format!("{wanted}: {}", why.label()),
            });
            table += &format!("{from:<15} -> {}\n", cells.collect::<Vec<_>>().join(", "));
        }
        insta::assert_snapshot!(table);
    }
}
