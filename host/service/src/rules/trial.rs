//! How much a version on trial would change: both chains are asked about the people who are tried, and nothing is written.

use presync_core::rule::Subject;
use presync_core::words::Direction;
use presync_rules::compare::compare;
use presync_rules::limits::BATCH;
use presync_rules::{Compared, Portion};

use crate::config::RuleConfig;
use crate::rules::RuleError;
use crate::rules::chains::{Chains, Half};
use crate::rules::slot::Version;

/// Refuses a version on trial that would change more of the people it is tried on than the settings allow.
///
/// # Errors
/// [`RuleError::ChangesTooMuch`].
pub(super) fn check(
    config: &RuleConfig,
    version: &Version,
    before: &Chains,
    after: &Chains,
    people: &[Subject],
) -> Result<(), RuleError> {
    let (Some(allowed), Some(canary)) = (config.max_change, &config.canary) else { return Ok(()) };
    let scope = config.scope.clone().portion(Portion::Within(canary.clone()));
    let tried: Vec<Subject> = people.iter().filter(|subject| scope.covers(subject)).cloned().collect();
    let changed = match version.direction() {
        Direction::TeamsToEight => changes(&before.publish, &after.publish, &tried),
        Direction::EightToTeams => changes(&before.session, &after.session, &tried),
    };
    if changed * 100 <= tried.len() * usize::from(allowed) {
        return Ok(());
    }
    let (name, version) = (config.source.name(), version.version().to_owned());
    Err(RuleError::ChangesTooMuch { name, version, changed, tried: tried.len(), allowed })
}

fn changes<V: Compared>(before: &Half<V>, after: &Half<V>, people: &[Subject]) -> usize {
    let of_batch = |batch: &[Subject]| compare(&before.chain, &after.chain, batch).changed.len();
    people.chunks(BATCH).map(of_batch).sum()
}
