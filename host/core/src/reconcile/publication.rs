//! What we publish to 8x8, and what a read of 8x8 tells about it. Unlike Graph, 8x8 shows our layer even while it is masked, so
//! a read settles doubts and finds what was lost.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::reconcile::lane::Lane;
use crate::reconcile::policy::Policy;
use crate::time::Timestamp;
use crate::words::{Calls, EightTarget, Note};

/// What is to be shown at 8x8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Publication {
    pub(super) target: EightTarget,
    pub(super) note: Option<Note>,
    #[serde(default)]
    pub(super) calls: Calls,
}

impl Publication {
    /// What 8x8 reports for it: available clears our layer, so there is none to report.
    const fn layer(self) -> Option<EightTarget> {
        match self.target {
            EightTarget::Available => None,
            target => Some(target),
        }
    }

    /// How long it may stand unrenewed. Whoever is kept from calls is not to be forgotten there.
    pub(super) fn lease(self, policy: &Policy) -> Option<Duration> {
        match self.calls {
            Calls::None | Calls::DirectOnly => Some(policy.urgent_lease),
            Calls::All | Calls::Unchanged => policy.publication_lease(self.target),
        }
    }
}

impl Lane<Publication> {
    /// Compares what 8x8 reports of our layer with what we count on. Returns whether a publication that should stand is gone.
    pub(super) fn observed(
        &mut self,
        now: Timestamp,
        layer: Option<EightTarget>,
        read_at: Timestamp,
        policy: &Policy,
    ) -> bool {
        let expected = self.value().and_then(Publication::layer);
        let too_early = self.held.is_some_and(|held| read_at < held.acked_at + policy.settle);
        if self.is_in_flight() || (layer == expected && !self.is_in_doubt()) || too_early {
            return false;
        }
        let Some(target) = layer else {
            // To have published available leaves nothing to see, so seeing nothing tells that it arrived.
            if self.adopt(now, read_at, |publication| publication.layer().is_none()) {
                return false;
            }
            self.found_nothing(read_at);
            return expected.is_some();
        };
        let shows = |publication: &Publication| publication.layer() == Some(target);
        let old_trace = !self.is_in_doubt() && self.may_show(read_at, policy.settle, shows);
        if !old_trace && !self.adopt(now, read_at, shows) && layer != expected {
            self.found(
                read_at,
                Publication { target, note: None, calls: Calls::Unchanged },
                policy.publication_lease(target),
            );
        }
        false
    }
}
