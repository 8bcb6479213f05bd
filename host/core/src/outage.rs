//! Telling an outage from people going home: when a large part of a tenant turns unknown or offline between two reads, the
//! provider is not believed.

use std::time::Duration;

use crate::presence::TeamsPresence;
use crate::time::Timestamp;
use crate::words::{TeamsActivity, TeamsAvailability};

/// Fewer people than this going at once is never an outage.
pub const LEAST_PEOPLE: usize = 20;
/// The share, in percent, above which it is.
pub const LARGEST_SHARE: usize = 60;

/// Whether so many of `before` are missing at once that the provider is not believed.
pub const fn is_mass_loss(before: usize, lost: usize) -> bool {
    lost >= LEAST_PEOPLE && lost * 100 > before * LARGEST_SHARE
}

/// Whether a presence says that somebody can be reached at all; what people lose when a provider loses them.
pub const fn is_present(presence: TeamsPresence) -> bool {
    !matches!(
        presence.availability,
        TeamsAvailability::Offline | TeamsAvailability::PresenceUnknown | TeamsAvailability::Unrecognised
    ) && !matches!(presence.activity, TeamsActivity::PresenceUnknown)
}

/// Judges each read of a whole tenant.
#[derive(Debug, Clone, Default)]
pub struct MassLoss {
    suspected_since: Option<Timestamp>,
}

impl MassLoss {
    /// Judges a read: `people` were read, `lost` of those who were present before are not any more. Returns whether the read is to
    /// be held back. A loss that lasts longer than `patience` is believed: they really went.
    pub fn judge(&mut self, now: Timestamp, people: usize, lost: usize, patience: Duration) -> bool {
        if !is_mass_loss(people, lost) {
            self.suspected_since = None;
            return false;
        }
        let since = *self.suspected_since.get_or_insert(now);
        if now.since(since) > patience {
            self.suspected_since = None;
            return false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_people_going_is_no_outage_and_most_of_a_tenant_is() {
        assert!(!is_mass_loss(20, 19), "a small team may all go to lunch");
        assert!(is_mass_loss(20, 20));
        assert!(!is_mass_loss(1000, 600), "exactly the share is still believed");
        assert!(is_mass_loss(1000, 601));
    }

    #[test]
    fn a_loss_that_lasts_is_believed_in_the_end() {
        let mut judge = MassLoss::default();
        let at = |seconds: u64| Timestamp::from_millis(seconds * 1000);
        let patience = Duration::from_secs(900);
        assert!(judge.judge(at(10), 100, 90, patience));
        assert!(judge.judge(at(900), 100, 90, patience));
        assert!(!judge.judge(at(911), 100, 90, patience));
    }

    #[test]
    fn a_recovery_forgets_the_suspicion() {
        let mut judge = MassLoss::default();
        let at = |seconds: u64| Timestamp::from_millis(seconds * 1000);
        let patience = Duration::from_secs(900);
        assert!(judge.judge(at(10), 100, 90, patience));
        assert!(!judge.judge(at(20), 100, 0, patience));
        assert!(judge.judge(at(2000), 100, 90, patience), "a new loss gets new patience");
    }
}
