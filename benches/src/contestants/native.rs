//! The map as a Rust function in the same process: no isolation, nothing to carry. What everyone else pays is beside this.

use anyhow::Result;
use presync_core::rule::{PublishAction, PublishVerdict, Subject};
use presync_core::words::{Calls, EightTarget, Note};

use super::Contestant;

#[allow(unreachable_pub, reason = "the file of another crate, which exports it")]
#[path = "../../../plugins/teams-to-8x8/src/map.rs"]
mod map;

/// The default rule's own map.
#[derive(Debug, Clone, Copy)]
pub struct Native;

impl Contestant for Native {
    fn verdicts(&mut self, subjects: &[Subject]) -> Result<Vec<PublishVerdict>> {
        Ok(subjects.iter().map(verdict).collect())
    }
}

fn verdict(subject: &Subject) -> PublishVerdict {
    let (action, calls, note) = match subject.teams {
        Some(teams) => {
            let (status, _) = map::map(teams.availability, teams.activity);
            let calls = if status == EightTarget::DoNotDisturb { Calls::None } else { Calls::Unchanged };
            (PublishAction::Publish(status), calls, teams.out_of_office.then_some(Note::OutOfOffice))
        }
        None => (PublishAction::Hold, Calls::Unchanged, None),
    };
    PublishVerdict { action, calls, note, recheck_after: None, reason: None }
}
