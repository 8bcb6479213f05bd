//! What a question costs: asked alone, and in a batch as a cycle asks them.
//!
//! The rule is asked without the default map beneath, and every batch meets a fresh instance and nothing to reuse. Figures of one machine;
//! compare them with those of a default map on the same.

use std::time::{Duration, Instant};

use presync_core::rule::{EightSide, PublishVerdict, SessionVerdict, Subject, TeamsSide};
use presync_core::words::{Direction, EightStatus, TeamsActivity, TeamsAvailability};
use presync_rules::limits::BATCH;
use presync_rules::{Chain, LoadedRule, Verdict};

/// Batches of each size that are measured; the median counts.
const TIMES: usize = 15;

/// What a question costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// One question and its instance.
    pub alone: Duration,
    /// One question of a batch, with its share of the instance.
    pub in_batch: Duration,
    /// Questions in that batch: as many different ones as the sides can pose, but no more than a batch takes.
    pub batch: usize,
}

/// Measures a rule. The error is how it failed.
///
/// # Errors
/// When the rule cannot be asked, or fails.
pub fn cost(rule: &LoadedRule) -> Result<Cost, String> {
    match rule.compiled().direction() {
        Direction::TeamsToEight => measured::<PublishVerdict>(rule, &teams_subjects()),
        Direction::EightToTeams => measured::<SessionVerdict>(rule, &eight_subjects()),
    }
}

fn measured<V: Verdict>(rule: &LoadedRule, subjects: &[Subject]) -> Result<Cost, String> {
    let whole = median::<V>(rule, subjects)?;
    let count = u32::try_from(subjects.len()).unwrap_or(u32::MAX);
    Ok(Cost { alone: median::<V>(rule, &subjects[..1])?, in_batch: whole / count, batch: subjects.len() })
}

fn median<V: Verdict>(rule: &LoadedRule, subjects: &[Subject]) -> Result<Duration, String> {
    let mut taken = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let chain = Chain::<V>::new(vec![rule.clone()]).map_err(|error| error.to_string())?;
        let started = Instant::now();
        let decided = chain.decide(subjects, false);
        taken.push(started.elapsed());
        if let Some(fault) = decided.faults.first().or_else(|| decided.poison.first().map(|poison| &poison.fault)) {
            return Err(fault.message.clone());
        }
    }
    taken.sort();
    Ok(taken[TIMES / 2])
}

fn teams_subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for &availability in TeamsAvailability::ALL {
        for &activity in TeamsActivity::ALL {
            for (out_of_office, manual) in [(false, false), (true, false), (false, true), (true, true)] {
                let side = TeamsSide { availability, activity, out_of_office, manual, since: None };
                subjects.push(Subject { teams: Some(side), ..Subject::default() });
            }
        }
    }
    subjects.truncate(BATCH);
    subjects
}

fn eight_subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for &status in EightStatus::ALL {
        for (call_active, manual) in [(false, false), (true, false), (false, true), (true, true)] {
            let side = EightSide { status, call_active, manual, since: None };
            subjects.push(Subject { eight: Some(side), ..Subject::default() });
        }
    }
    subjects
}

#[cfg(test)]
mod tests {
    use presync_rules::{HostSettings, RuleHost, defaults};

    use super::*;

    #[test]
    fn both_default_maps_can_be_measured() {
        let host = RuleHost::new(HostSettings::default()).unwrap();
        for (direction, batch) in [(Direction::TeamsToEight, BATCH), (Direction::EightToTeams, 36)] {
            let cost = cost(&defaults::load(&host, direction).unwrap()).unwrap();
            assert_eq!(cost.batch, batch);
        }
    }
}
