//! The twelve states of a Contact Center agent, who may set which, and what they look like in Work.

use serde::{Serialize, Serializer};

use crate::words::Status;

/// What Contact Center says of an agent, by its published number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgentStatus {
    /// 0: typically never logged in.
    Unknown,
    /// 1
    LoggedOut,
    /// 2
    LoggedIn,
    /// 3
    OnBreak,
    /// 4: available.
    WaitTransact,
    /// 5
    WorkOffline,
    /// 6: being offered an interaction.
    TransactOffered,
    /// 7: handling one.
    ProcessTransact,
    /// 8: wrapping up.
    PostProcess,
    /// 9
    Busy,
    /// 10
    DirectCall,
    /// 11
    OnEmail,
}

impl AgentStatus {
    /// Every state, in the order of its number.
    pub const ALL: [Self; 12] = [
        Self::Unknown,
        Self::LoggedOut,
        Self::LoggedIn,
        Self::OnBreak,
        Self::WaitTransact,
        Self::WorkOffline,
        Self::TransactOffered,
        Self::ProcessTransact,
        Self::PostProcess,
        Self::Busy,
        Self::DirectCall,
        Self::OnEmail,
    ];

    /// The published number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The state behind a number, if there is one.
    pub fn from_number(number: i64) -> Option<Self> {
        usize::try_from(number).ok().and_then(|place| Self::ALL.get(place).copied())
    }

    /// The word that Realtime Metrics show; the list of words is not published beyond a few of them.
    pub(crate) const fn realtime_word(self) -> &'static str {
        match self {
            Self::Unknown | Self::LoggedOut => "LoggedOut",
            Self::LoggedIn => "LoggedIn",
            Self::WaitTransact => "Available",
            Self::OnBreak => "OnBreak",
            Self::WorkOffline => "WorkingOffline",
            Self::TransactOffered => "Offered",
            Self::ProcessTransact | Self::OnEmail => "Handling",
            Self::PostProcess => "PostProcessing",
            Self::Busy => "Busy",
            Self::DirectCall => "DirectCall",
        }
    }

    /// Whether the agent is logged in.
    pub const fn logged_in(self) -> bool {
        !matches!(self, Self::Unknown | Self::LoggedOut)
    }

    /// Whether the API may move an agent from here to `wanted`: 3, 4 and 5 among each other, and each of them to 1.
    pub const fn may_become(self, wanted: Self) -> bool {
        use AgentStatus::{LoggedOut, OnBreak, WaitTransact, WorkOffline};
        matches!(
            (self, wanted),
            (OnBreak, WaitTransact | WorkOffline | LoggedOut)
                | (WaitTransact, OnBreak | WorkOffline | LoggedOut)
                | (WorkOffline, OnBreak | WaitTransact | LoggedOut)
        )
    }

    /// What a colleague sees of an agent in this state; nothing for one who is not logged in.
    pub(crate) const fn seen_as(self) -> Option<Status> {
        match self {
            Self::Unknown | Self::LoggedOut => None,
            Self::WaitTransact => Some(Status::Available),
            Self::LoggedIn | Self::OnBreak => Some(Status::Away),
            _ => Some(Status::Busy),
        }
    }

    /// The number in an `AgentStatusChange`, drawn as in the diagram of the life cycle.
    pub(crate) const fn life_cycle_number(self) -> u8 {
        match self {
            Self::Unknown | Self::LoggedOut => 0,
            Self::LoggedIn => 1,
            Self::WaitTransact => 5,
            other => other.number(),
        }
    }
}

impl Serialize for AgentStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

/// What an agent does, as the presence of the person shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CcLayer {
    pub(crate) status: AgentStatus,
    pub(crate) since_ms: i64,
    /// Whether what is being handled is a phone call.
    pub(crate) voice: bool,
}

impl CcLayer {
    /// Whether the agent is on a phone call.
    pub(crate) const fn in_call(self) -> bool {
        self.voice && matches!(self.status, AgentStatus::ProcessTransact | AgentStatus::Busy | AgentStatus::DirectCall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_transitions_are_allowed_and_all_others_are_not() {
        let mut allowed = Vec::new();
        for from in AgentStatus::ALL {
            allowed.extend(
                AgentStatus::ALL.iter().filter(|to| from.may_become(**to)).map(|to| (from.number(), to.number())),
            );
        }
        assert_eq!(allowed, [(3, 1), (3, 4), (3, 5), (4, 1), (4, 3), (4, 5), (5, 1), (5, 3), (5, 4)]);
    }

    #[test]
    fn every_number_reads_back() {
        for status in AgentStatus::ALL {
            assert_eq!(AgentStatus::from_number(status.number().into()), Some(status));
        }
        assert_eq!((AgentStatus::from_number(12), AgentStatus::from_number(-1)), (None, None));
    }
}
