//! The truth: Teams and 8x8 of one person as their references describe them, cut down to the words that the model uses.
//!
//! Teams: what was chosen by hand outranks every session, and of the sessions the one of highest rank is shown. 8x8: by hand, then a
//! call, then what we published. Both count a revision up with every visible change.

use presync_core::presence::{EightPresence, TeamsPresence};
use presync_core::time::Timestamp;
use presync_core::words::{EightStatus, EightTarget, TeamsActivity, TeamsAvailability, TeamsSession};
use serde::Serialize;

use crate::scenario::Weakness;

/// Teams, with the app session that we hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Teams {
    /// A call in the person's own client; without one the client is available.
    pub call: bool,
    /// The person chose do not disturb.
    pub by_hand: bool,
    /// Our session, and when it ends by itself.
    pub app: Option<AppSession>,
    /// How many visible changes there were.
    pub revision: u64,
}

/// Our session as Teams keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AppSession {
    /// Which.
    pub session: TeamsSession,
    /// When it ends by itself.
    pub until: Timestamp,
    /// It came by a write that presync had given up, so presync may not know of it.
    pub late: bool,
}

/// 8x8, with the publication that we hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Eight {
    /// A real call.
    pub call: bool,
    /// The person chose do not disturb.
    pub by_hand: bool,
    /// Our publication.
    pub external: Option<External>,
    /// How many visible changes there were.
    pub revision: u64,
}

/// Our publication as 8x8 keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct External {
    /// Which.
    pub target: EightTarget,
    /// When it ends by itself.
    pub until: Timestamp,
    /// It came by a write that presync had given up.
    pub late: bool,
}

const fn pair(availability: TeamsAvailability, activity: TeamsActivity) -> TeamsPresence {
    TeamsPresence { availability, activity, out_of_office: false }
}

/// Nothing of note.
pub const AVAILABLE: TeamsPresence = pair(TeamsAvailability::Available, TeamsActivity::Available);
/// What our session shows, and a real call as well.
pub const CALL: TeamsPresence = pair(TeamsAvailability::Busy, TeamsActivity::InACall);
/// Chosen by hand.
pub const DISTURB_NOT: TeamsPresence = pair(TeamsAvailability::DoNotDisturb, TeamsActivity::DoNotDisturb);
/// What a provider that does not keep to the words it was given shows for our session.
pub const OTHER_WORDS: TeamsPresence = pair(TeamsAvailability::Busy, TeamsActivity::InAConferenceCall);

impl Teams {
    pub(crate) const fn new() -> Self {
        Self { call: false, by_hand: false, app: None, revision: 1 }
    }

    /// What a colleague sees, and a read gets.
    pub fn shown(&self, weakness: Weakness) -> TeamsPresence {
        match (self.with_session(self.app.is_some()), self.own()) {
            (CALL, AVAILABLE) if weakness == Weakness::SessionInOtherWords => OTHER_WORDS,
            (shown, _) => shown,
        }
    }

    /// The same without our session.
    pub fn own(&self) -> TeamsPresence {
        self.with_session(false)
    }

    /// The same with or without a session of ours.
    pub fn with_session(&self, held: bool) -> TeamsPresence {
        match (self.by_hand, self.call || held) {
            (true, _) => DISTURB_NOT,
            (false, true) => CALL,
            (false, false) => AVAILABLE,
        }
    }

    /// Changes something, and counts that if it can be seen.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.with_session(self.app.is_some());
        change(self);
        self.revision += u64::from(self.with_session(self.app.is_some()) != before);
    }
}

impl Eight {
    pub(crate) const fn new() -> Self {
        Self { call: false, by_hand: false, external: None, revision: 1 }
    }

    /// What a read gets.
    pub fn read(&self, weakness: Weakness) -> EightPresence {
        let target = self.external.map(|external| external.target);
        let shown = self.with_publication(target);
        if weakness == Weakness::OriginUntold {
            let call_active = shown == EightStatus::OnCall;
            return EightPresence { shown, own: shown, call_active, manual: self.by_hand, publication: None };
        }
        let own = self.with_publication(None);
        EightPresence { shown, own, call_active: self.call, manual: self.by_hand, publication: target }
    }

    /// What a colleague sees.
    pub fn shown(&self) -> EightStatus {
        self.with_publication(self.external.map(|external| external.target))
    }

    /// The same with this publication of ours; available clears it.
    pub fn with_publication(&self, target: Option<EightTarget>) -> EightStatus {
        match target {
            _ if self.by_hand => EightStatus::DoNotDisturb,
            _ if self.call => EightStatus::OnCall,
            Some(EightTarget::OnCall) => EightStatus::OnCall,
            Some(EightTarget::DoNotDisturb) => EightStatus::DoNotDisturb,
            Some(EightTarget::Busy) => EightStatus::Busy,
            Some(EightTarget::Away) => EightStatus::Away,
            Some(EightTarget::Offline) => EightStatus::Offline,
            Some(EightTarget::Available) | None => EightStatus::Available,
        }
    }

    /// Changes something, and counts that if a read would tell.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.read(Weakness::None);
        change(self);
        self.revision += u64::from(self.read(Weakness::None) != before);
    }
}
