//! The two sides of the model: layers, their order, and the published maps over the words that the model uses.

use presync_core::presence::EightPresence;
use presync_core::time::Timestamp;
use presync_core::words::{EightStatus, EightTarget, TeamsActivity as Act, TeamsAvailability as Avail, TeamsSession};

pub(crate) type Pair = (Avail, Act);

/// What our session shows.
pub(crate) const CALL: Pair = (Avail::Busy, Act::InACall);

const OFFLINE: Pair = (Avail::Offline, Act::Offline);

/// What a Teams client may show; `None` is signed out.
pub(crate) const CLIENT_PAIRS: [Option<Pair>; 6] = [
    None,
    Some((Avail::Available, Act::Available)),
    Some((Avail::Busy, Act::InACall)),
    Some((Avail::Busy, Act::InAMeeting)),
    Some((Avail::Away, Act::Away)),
    Some((Avail::DoNotDisturb, Act::Presenting)),
];

/// What a person may choose by hand in Teams; `None` is nothing.
pub(crate) const PREFERRED_PAIRS: [Option<Pair>; 4] = [
    None,
    Some((Avail::DoNotDisturb, Act::DoNotDisturb)),
    Some((Avail::Busy, Act::Busy)),
    Some((Avail::Offline, Act::OffWork)),
];

/// product's table from Teams to 8x8, for the words above.
pub(crate) fn published(pair: Pair) -> EightTarget {
    match pair {
        (Avail::DoNotDisturb, _) => EightTarget::DoNotDisturb,
        (_, Act::InACall | Act::InAMeeting) => EightTarget::OnCall,
        (Avail::Available, _) => EightTarget::Available,
        (Avail::Busy, _) => EightTarget::Busy,
        (Avail::Away, _) => EightTarget::Away,
        _ => EightTarget::Offline,
    }
}

pub(crate) struct Teams {
    pub(crate) client: Option<Pair>,
    pub(crate) preferred: Option<Pair>,
    pub(crate) out_of_office: bool,
    pub(crate) app: Option<(TeamsSession, Timestamp)>,
    /// The app session is one that presync had given up.
    pub(crate) app_came_late: bool,
    pub(crate) revision: u64,
    last: (Pair, bool),
}

impl Teams {
    pub(crate) fn new() -> Self {
        let client = CLIENT_PAIRS[1];
        let last = (OFFLINE, false);
        Self { client, preferred: None, out_of_office: false, app: None, app_came_late: false, revision: 1, last }
    }

    pub(crate) fn refresh(&mut self, now: Timestamp) {
        if self.app.is_some_and(|(_, until)| now >= until) {
            self.app = None;
        }
        let shown = (self.shown(now), self.out_of_office);
        if shown != self.last {
            self.revision += 1;
            self.last = shown;
        }
    }

    pub(crate) fn shown(&self, now: Timestamp) -> Pair {
        let app = self.app.filter(|(_, until)| now < *until).map(|(session, _)| session.pair());
        self.aggregate(app)
    }

    /// Without our session.
    pub(crate) fn own(&self) -> Pair {
        self.aggregate(None)
    }

    pub(crate) fn with_session(&self, held: bool) -> Pair {
        self.aggregate(held.then(|| TeamsSession::InACall.pair()))
    }

    fn aggregate(&self, app: Option<Pair>) -> Pair {
        let best = [self.client, app].into_iter().flatten().max_by_key(|(availability, _)| match availability {
            Avail::DoNotDisturb => 4,
            Avail::Busy => 3,
            Avail::Available => 2,
            _ => 1,
        });
        best.map_or(OFFLINE, |best| self.preferred.unwrap_or(best))
    }
}

pub(crate) struct Eight {
    pub(crate) call: bool,
    pub(crate) manual: Option<EightStatus>,
    external: Option<(EightTarget, Timestamp)>,
    pub(crate) revision: u64,
    last: Option<EightPresence>,
}

impl Eight {
    pub(crate) fn new() -> Self {
        Self { call: false, manual: None, external: None, revision: 1, last: None }
    }

    pub(crate) fn refresh(&mut self, now: Timestamp) {
        if self.external.is_some_and(|(_, until)| now >= until) {
            self.external = None;
        }
        let read = self.read(now);
        if self.last != Some(read) {
            self.revision += 1;
            self.last = Some(read);
        }
    }

    /// Returns whether it changed anything.
    pub(crate) fn publish(&mut self, target: EightTarget, until: Option<Timestamp>) -> bool {
        let before = self.external.map(|(target, _)| target);
        self.external = until.filter(|_| target != EightTarget::Available).map(|until| (target, until));
        before != self.external.map(|(target, _)| target)
    }

    pub(crate) fn read(&self, now: Timestamp) -> EightPresence {
        EightPresence {
            shown: self.shown(now),
            own: self.effective(None),
            call_active: self.call,
            manual: self.manual.is_some(),
            publication: self.live(now),
        }
    }

    pub(crate) fn shown(&self, now: Timestamp) -> EightStatus {
        self.effective(self.live(now))
    }

    pub(crate) fn with_external(&self, target: EightTarget) -> EightStatus {
        self.effective(Some(target).filter(|target| *target != EightTarget::Available))
    }

    /// Whether the published map shows this in Teams: a real call that nothing done by hand outranks.
    pub(crate) fn exports_call(&self) -> bool {
        self.call && self.manual.is_none()
    }

    fn live(&self, now: Timestamp) -> Option<EightTarget> {
        self.external.filter(|(_, until)| now < *until).map(|(target, _)| target)
    }

    fn effective(&self, external: Option<EightTarget>) -> EightStatus {
        let call = self.call.then_some(EightStatus::OnCall);
        let external = external.and_then(|target| EightStatus::from_label(target.label()));
        self.manual.or(call).or(external).unwrap_or(EightStatus::Available)
    }
}
