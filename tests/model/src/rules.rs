//! The rules that decide in the model: the published default maps, and for each direction others that they are exchanged for.

use presync_core::presence::{EightPresence, TeamsPresence};
use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use presync_core::words::{Calls, Direction, EightStatus, EightTarget, TeamsAvailability, TeamsSession};
use serde::Serialize;

/// Which rules are in force, for each direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Rules {
    /// From Teams to 8x8: the default map, or one that keeps Teams calls to itself.
    pub calls_published: bool,
    /// From 8x8 to Teams: the default map, or one that shows no call.
    pub calls_shown: bool,
}

impl Rules {
    /// The default maps.
    pub const DEFAULT: Self = Self { calls_published: true, calls_shown: true };

    pub(crate) const fn exchanged(mut self, direction: Direction) -> Self {
        match direction {
            Direction::TeamsToEight => self.calls_published = !self.calls_published,
            Direction::EightToTeams => self.calls_shown = !self.calls_shown,
        }
        self
    }

    /// What 8x8 is to show for what Teams says of itself; `None` for nothing of ours.
    pub fn publication(self, own: TeamsPresence) -> Option<EightTarget> {
        match own.availability {
            TeamsAvailability::DoNotDisturb => Some(EightTarget::DoNotDisturb),
            TeamsAvailability::Busy => self.calls_published.then_some(EightTarget::OnCall),
            _ => Some(EightTarget::Available),
        }
    }

    /// What Teams is to show for what 8x8 says of itself; `None` for nothing of ours.
    pub fn session(self, own: EightPresence) -> Option<TeamsSession> {
        let call = own.own == EightStatus::OnCall && own.call_active;
        (call && self.calls_shown).then_some(TeamsSession::InACall)
    }

    pub(crate) fn publish_verdict(self, own: TeamsPresence) -> PublishVerdict {
        let action = self.publication(own).map_or(PublishAction::NoSync, PublishAction::Publish);
        PublishVerdict { action, calls: Calls::Unchanged, note: None, recheck_after: None, reason: None }
    }

    pub(crate) fn session_verdict(self, own: EightPresence) -> SessionVerdict {
        let action = self.session(own).map_or(SessionAction::NoSession, SessionAction::HoldSession);
        SessionVerdict { action, recheck_after: None, reason: None }
    }
}
