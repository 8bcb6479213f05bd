//! The people who are asked about.

use presync_core::rule::{Subject, TeamsSide};
use presync_core::words::{TeamsActivity, TeamsAvailability};

/// The size of a whole batch: as many people as one request to Microsoft brings.
pub const BATCH: usize = 650;

/// A batch in which no two people are in the same state.
pub fn people() -> Vec<Subject> {
    let mut people = Vec::new();
    for (out_of_office, manual) in [(false, false), (true, false), (false, true), (true, true)] {
        for &availability in TeamsAvailability::ALL {
            for &activity in TeamsActivity::ALL {
                let side = TeamsSide { availability, activity, out_of_office, manual, since: None };
                people.push(Subject { teams: Some(side), ..Subject::default() });
            }
        }
    }
    people.truncate(BATCH);
    people
}
