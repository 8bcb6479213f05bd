//! How 8x8 makes one status out of many.
//!
//! ```text
//! Contact Center, if logged in
//! manual status > call > do not disturb of the extension > calendar > external publication (a lease) > idle timer
//!               > signed in or not
//! ```
//! Everything here is a function of the layers and the time.

use std::sync::Arc;

use super::agent::CcLayer;
use crate::words::{Source, Status};

/// A layer that carries a status and the moment it began.
pub(crate) type Since = (Status, i64);

/// The real call of a person, over all extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) count: u32,
    pub(crate) on_hold: bool,
    pub(crate) since_ms: i64,
}

/// What was published from outside; it ends by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct External {
    pub(crate) status: Status,
    pub(crate) since_ms: i64,
    pub(crate) expires_ms: i64,
    pub(crate) publication_id: Box<str>,
    pub(crate) message: Option<Box<str>>,
}

/// Everything that an 8x8 status is made of. A copy is cheap: the log of changes holds one per change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EightLayers {
    /// Signed in (`Available`) or not (`Offline`), without any choice.
    pub(crate) base: Since,
    /// Chosen by hand; choosing available ends it.
    pub(crate) manual: Option<Since>,
    pub(crate) call: Option<Call>,
    pub(crate) calendar: Option<Since>,
    pub(crate) external: Option<Arc<External>>,
    /// Since when the idle timer has fired.
    pub(crate) idle_since: Option<i64>,
    /// A word put in by a test, written in place of the status.
    pub(crate) raw: Option<&'static str>,
    /// Since when the extension's `doNotDisturb` is set from outside.
    pub(crate) extension_dnd: Option<i64>,
    /// What the person does as an agent of the Contact Center, if they are one.
    pub(crate) cc: Option<CcLayer>,
    /// The text of the calendar or of the person.
    pub(crate) text: Option<&'static str>,
}

/// What a colleague sees, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effective {
    pub(crate) status: Status,
    pub(crate) source: Source,
    pub(crate) since_ms: i64,
}

impl EightLayers {
    /// Signed in, nothing special.
    pub(crate) fn signed_in(now: i64) -> Self {
        Self {
            base: (Status::Available, now),
            manual: None,
            call: None,
            calendar: None,
            external: None,
            idle_since: None,
            raw: None,
            extension_dnd: None,
            cc: None,
            text: None,
        }
    }

    /// What is shown now.
    pub(crate) fn effective(&self) -> Effective {
        let external = self.external.as_ref().map(|external| (external.status, external.since_ms));
        self.effective_with(external)
    }

    /// What would be shown if the external layer were this one; publishing available is the same as having none.
    pub(crate) fn effective_with(&self, external: Option<Since>) -> Effective {
        match self.cc.and_then(|cc| Some((cc.status.seen_as()?, cc.since_ms))) {
            Some((status, since_ms)) => Effective { status, source: Source::Cc, since_ms },
            None => self.work_with(external),
        }
    }

    /// What Work alone says, whatever the person does in the Contact Center.
    pub(crate) fn work(&self) -> Effective {
        self.work_with(self.external.as_ref().map(|external| (external.status, external.since_ms)))
    }

    fn work_with(&self, external: Option<Since>) -> Effective {
        let (status, since_ms, source) = if let Some((status, since)) = self.manual {
            (status, since, Source::User)
        } else if let Some(call) = self.call {
            (Status::OnCall, call.since_ms, Source::Call)
        } else if let Some(since) = self.extension_dnd {
            (Status::Dnd, since, Source::User)
        } else if let Some((status, since)) = self.calendar {
            (status, since, Source::Calendar)
        } else if let Some((status, since)) = external.filter(|(status, _)| *status != Status::Available) {
            (status, since, Source::External)
        } else if let Some(since) = self.idle_since {
            (Status::AutoAway, since, Source::Auto)
        } else {
            (self.base.0, self.base.1, Source::User)
        };
        Effective { status, source, since_ms }
    }

    /// Whether Teams should show a call: a real one, in Work or in the Contact Center, and no status chosen by hand.
    pub(crate) fn shows_real_call(&self) -> bool {
        self.manual.is_none() && self.in_call()
    }

    /// Whether the person is in a real call, whatever is shown.
    pub(crate) fn in_call(&self) -> bool {
        self.call.is_some() || self.cc.is_some_and(CcLayer::in_call)
    }

    /// What a colleague sees: an invisible person looks offline.
    pub(crate) fn seen_by_peers(&self) -> Status {
        match self.effective().status {
            Status::Invisible => Status::Offline,
            status => status,
        }
    }

    /// What is published here now; available when there is nothing.
    pub(crate) fn published(&self) -> Status {
        self.external.as_ref().map_or(Status::Available, |external| external.status)
    }

    /// Whether anything visible differs; a longer lease alone does not.
    pub(crate) fn differs_from(&self, before: &Self) -> bool {
        let work = |layers: &Self| (layers.base, layers.manual, layers.call, layers.calendar, layers.idle_since);
        let more = |layers: &Self| (layers.raw, layers.extension_dnd, layers.cc, layers.text);
        work(self) != work(before)
            || more(self) != more(before)
            || !same_publication(self.external.as_deref(), before.external.as_deref())
    }
}

fn same_publication(one: Option<&External>, other: Option<&External>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            one.status == other.status && one.since_ms == other.since_ms && one.message == other.message
        }
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eight::agent::AgentStatus;

    fn external(status: Status) -> Option<Arc<External>> {
        Some(Arc::new(External { status, since_ms: 4, expires_ms: 99, publication_id: "p".into(), message: None }))
    }

    const CALL: Call = Call { count: 1, on_hold: false, since_ms: 2 };

    #[test]
    fn every_combination_of_layers_follows_the_documented_order() {
        for bits in 0_u8..32 {
            let has = |bit: u8| bits & (1 << bit) != 0;
            let layers = EightLayers {
                base: (Status::Offline, 0),
                manual: has(0).then_some((Status::Busy, 1)),
                call: has(1).then_some(CALL),
                calendar: has(2).then_some((Status::Dnd, 3)),
                external: if has(3) { external(Status::Away) } else { None },
                idle_since: has(4).then_some(5),
                ..EightLayers::signed_in(0)
            };
            let (status, source) = match (has(0), has(1), has(2), has(3), has(4)) {
                (true, ..) => (Status::Busy, Source::User),
                (_, true, ..) => (Status::OnCall, Source::Call),
                (_, _, true, ..) => (Status::Dnd, Source::Calendar),
                (_, _, _, true, _) => (Status::Away, Source::External),
                (.., true) => (Status::AutoAway, Source::Auto),
                _ => (Status::Offline, Source::User),
            };
            let shown = layers.effective();
            assert_eq!((shown.status, shown.source), (status, source), "{bits:05b}");
            assert_eq!(layers.shows_real_call(), has(1) && !has(0), "{bits:05b}");
        }
    }

    #[test]
    fn a_published_call_is_not_a_real_one() {
        let layers = EightLayers { external: external(Status::OnCall), ..EightLayers::signed_in(0) };
        assert_eq!(layers.effective().status, Status::OnCall);
        assert!(!layers.shows_real_call());
    }

    #[test]
    fn contact_center_stands_above_work_while_logged_in_and_falls_back_when_not() {
        let with = |number, voice| {
            let cc = AgentStatus::from_number(number).map(|status| CcLayer { status, since_ms: 7, voice });
            EightLayers { cc, external: external(Status::Away), ..EightLayers::signed_in(0) }
        };
        let shown = |number| {
            let shown = with(number, true).effective();
            (shown.status, shown.source)
        };
        assert_eq!(shown(0), (Status::Away, Source::External));
        assert_eq!(shown(1), (Status::Away, Source::External));
        assert_eq!(shown(4), (Status::Available, Source::Cc));
        assert_eq!(shown(3), (Status::Away, Source::Cc));
        for busy in [5, 6, 7, 8, 9, 10, 11] {
            assert_eq!(shown(busy), (Status::Busy, Source::Cc), "{busy}");
        }
        let calls: Vec<i64> = (0..12).filter(|number| with(*number, true).in_call()).collect();
        assert_eq!(calls, [7, 9, 10]);
        assert!((0..12).all(|number| !with(number, false).in_call()));
    }

    #[test]
    fn publishing_available_forces_nothing() {
        let layers = EightLayers { idle_since: Some(3), ..EightLayers::signed_in(0) };
        assert_eq!(layers.effective_with(Some((Status::Available, 9))).status, Status::AutoAway);
    }

    #[test]
    fn a_renewed_lease_is_no_difference_and_a_new_status_is() {
        let held = EightLayers { external: external(Status::Busy), ..EightLayers::signed_in(0) };
        let mut renewed = held.clone();
        let lease =
            External { expires_ms: 500, publication_id: "q".into(), ..(**held.external.as_ref().unwrap()).clone() };
        renewed.external = Some(Arc::new(lease));
        assert!(!renewed.differs_from(&held));
        renewed.external = external(Status::Away);
        assert!(renewed.differs_from(&held));
        renewed.external = None;
        assert!(renewed.differs_from(&held));
    }
}
