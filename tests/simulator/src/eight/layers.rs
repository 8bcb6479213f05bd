//! How 8x8 makes one status out of many.
//!
//! ```text
//! manual status > call > calendar > external publication (a lease) > idle timer > signed in or not
//! ```
//! Everything here is a function of the layers and the time.

use std::sync::Arc;

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
        }
    }

    /// What is shown now.
    pub(crate) fn effective(&self) -> Effective {
        let external = self.external.as_ref().map(|external| (external.status, external.since_ms));
        self.effective_with(external)
    }

    /// What would be shown if the external layer were this one; publishing available is the same as having none.
    pub(crate) fn effective_with(&self, external: Option<Since>) -> Effective {
        let (status, since_ms, source) = if let Some((status, since)) = self.manual {
            (status, since, Source::User)
        } else if let Some(call) = self.call {
            (Status::OnCall, call.since_ms, Source::Call)
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

    /// Whether Teams should show a call: on call, because of a real one.
    pub(crate) fn shows_real_call(&self) -> bool {
        let effective = self.effective();
        effective.status == Status::OnCall && effective.source == Source::Call
    }

    /// What is published here now; available when there is nothing.
    pub(crate) fn published(&self) -> Status {
        self.external.as_ref().map_or(Status::Available, |external| external.status)
    }

    /// Whether anything visible differs; a longer lease alone does not.
    pub(crate) fn differs_from(&self, before: &Self) -> bool {
        let beneath =
            |layers: &Self| (layers.base, layers.manual, layers.call, layers.calendar, layers.idle_since, layers.raw);
        beneath(self) != beneath(before) || !same_publication(self.external.as_deref(), before.external.as_deref())
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
                raw: None,
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
