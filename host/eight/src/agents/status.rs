//! The states of a contact centre agent, by the codes of the Agent Status API, which the event stream uses too.

use std::fmt;

use presync_core::words::EightStatus;

/// A state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AgentStatus {
    /// Has typically never logged in.
    Unknown,
    /// Not logged in.
    LoggedOut,
    /// Logged in, and nothing more is said.
    LoggedIn,
    /// On a break: by hand, at the login, or after an offer was missed or rejected.
    OnBreak,
    /// Available: waits for the next interaction.
    WaitTransact,
    /// Works offline: no queue offers anything.
    WorkOffline,
    /// An interaction is being offered.
    TransactOffered,
    /// Handles an interaction.
    ProcessTransact,
    /// Wraps up.
    PostProcess,
    /// Busy.
    Busy,
    /// On a direct call.
    DirectCall,
    /// Writes an e-mail.
    OnEmail,
    /// A code that this version does not know.
    Unrecognised,
}

/// A state that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Settable {
    /// One-way: nobody can be logged in again from outside.
    LoggedOut,
    /// On a break.
    OnBreak,
    /// Available.
    WaitTransact,
    /// Works offline.
    WorkOffline,
}

impl AgentStatus {
    /// Every state, in the order of the codes.
    pub const ALL: &'static [Self] = &[
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
        Self::Unrecognised,
    ];

    /// The state of this code.
    pub fn from_code(code: u64) -> Self {
        usize::try_from(code).ok().and_then(|code| Self::ALL.get(code).copied()).unwrap_or(Self::Unrecognised)
    }

    /// The stable name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::LoggedOut => "logged-out",
            Self::LoggedIn => "logged-in",
            Self::OnBreak => "on-break",
            Self::WaitTransact => "available",
            Self::WorkOffline => "working-offline",
            Self::TransactOffered => "offered",
            Self::ProcessTransact => "handling",
            Self::PostProcess => "wrapping-up",
            Self::Busy => "busy",
            Self::DirectCall => "direct-call",
            Self::OnEmail => "on-email",
            Self::Unrecognised => "unrecognised",
        }
    }

    /// Whether the agent is logged in, so that the contact centre's state is what colleagues see.
    pub const fn is_logged_in(self) -> bool {
        !matches!(self, Self::Unknown | Self::LoggedOut | Self::Unrecognised)
    }

    /// Whether the agent is at work on something that ends by itself.
    pub const fn is_at_work(self) -> bool {
        matches!(
            self,
            Self::TransactOffered
                | Self::ProcessTransact
                | Self::PostProcess
                | Self::Busy
                | Self::DirectCall
                | Self::OnEmail
        )
    }

    /// What colleagues see; `None` when the contact centre has nothing to say, and Work's presence counts.
    pub const fn shown(self) -> Option<EightStatus> {
        match self {
            Self::Unknown | Self::LoggedOut | Self::LoggedIn | Self::Unrecognised => None,
            Self::OnBreak => Some(EightStatus::Away),
            Self::WaitTransact => Some(EightStatus::Available),
            Self::WorkOffline
            | Self::TransactOffered
            | Self::ProcessTransact
            | Self::PostProcess
            | Self::Busy
            | Self::DirectCall
            | Self::OnEmail => Some(EightStatus::Busy),
        }
    }
}

impl Settable {
    /// Every state that can be set.
    pub const ALL: &'static [Self] = &[Self::LoggedOut, Self::OnBreak, Self::WaitTransact, Self::WorkOffline];

    /// Its code.
    pub const fn code(self) -> u8 {
        match self {
            Self::LoggedOut => 1,
            Self::OnBreak => 3,
            Self::WaitTransact => 4,
            Self::WorkOffline => 5,
        }
    }

    /// The state that it sets.
    pub const fn status(self) -> AgentStatus {
        match self {
            Self::LoggedOut => AgentStatus::LoggedOut,
            Self::OnBreak => AgentStatus::OnBreak,
            Self::WaitTransact => AgentStatus::WaitTransact,
            Self::WorkOffline => AgentStatus::WorkOffline,
        }
    }
}

impl fmt::Display for AgentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

impl fmt::Display for Settable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_agent_status_api() {
        assert_eq!(AgentStatus::from_code(5), AgentStatus::WorkOffline);
        assert_eq!(AgentStatus::from_code(11), AgentStatus::OnEmail);
        for unknown in [12, 13, u64::MAX] {
            assert_eq!(AgentStatus::from_code(unknown), AgentStatus::Unrecognised);
        }
        for settable in Settable::ALL {
            assert_eq!(AgentStatus::from_code(settable.code().into()), settable.status());
        }
    }
}
