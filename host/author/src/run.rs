//! The cases of tables, put to a rule: on the engine that production uses, with the default map beneath and the guardrails around.
//!
//! Every case meets a fresh instance with its own settings, and asks for reasons.

use std::time::Instant;

use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_core::words::Direction;
use presync_rules::{Chain, CompiledRule, Decided, Limits, LoadError, LoadedRule, RuleHost, defaults};

use crate::answer::Written;
use crate::report::{Difference, Outcome, Report};
use crate::table::{Case, Expect, Table};

/// Puts every case of the tables to a rule. The error is the default map's, and no fault of the rule.
pub fn run(host: &RuleHost, rule: &CompiledRule, limits: Limits, tables: &[Table]) -> Result<Report, LoadError> {
    let default = defaults::load(host, rule.direction())?;
    let outcomes = tables
        .iter()
        .flat_map(|table| table.cases.iter().map(move |case| (table, case)))
        .map(|(table, case)| {
            let mut outcome = Outcome::of(&table.path, case);
            match rule.configure(&case.settings, limits) {
                Ok(loaded) => ask(&default, loaded, case, &mut outcome),
                Err(LoadError::SettingsRefused { reason, .. }) => refused(case, &reason, &mut outcome),
                Err(error) => outcome.trouble = Some(error.to_string()),
            }
            outcome
        })
        .collect();
    Ok(Report { rule: rule.name().to_owned(), version: rule.version().to_owned(), outcomes })
}

/// Compares a refusal of the settings with what was expected.
fn refused(case: &Case, reason: &str, outcome: &mut Outcome) {
    match &case.expect {
        Expect::Refused(part) if reason.contains(part.as_str()) => {}
        Expect::Refused(part) => outcome.differences.push(Difference::new("refused", format!("… {part} …"), reason)),
        Expect::Verdict(_) => outcome.trouble = Some(format!("it refuses the settings: {reason}")),
    }
}

fn ask(default: &LoadedRule, rule: LoadedRule, case: &Case, outcome: &mut Outcome) {
    let asked = match rule.compiled().direction() {
        Direction::TeamsToEight => decide::<PublishVerdict>(default, rule, case, outcome),
        Direction::EightToTeams => decide::<SessionVerdict>(default, rule, case, outcome),
    };
    if let Err(trouble) = asked {
        outcome.trouble = Some(trouble);
    }
}

/// Asks the rule, and compares its verdict with what was expected; the error says why there is none.
fn decide<V: Written>(
    default: &LoadedRule,
    rule: LoadedRule,
    case: &Case,
    outcome: &mut Outcome,
) -> Result<(), String> {
    let is_default = default.compiled().digest() == rule.compiled().digest();
    let rules = if is_default { vec![rule] } else { vec![default.clone(), rule] };
    let chain = Chain::<V>::new(rules).map_err(|error| error.to_string())?;
    let proposal = case.proposal.as_ref().map(V::proposed);
    let started = Instant::now();
    let Decided { verdicts, faults, poison, guarded, .. } =
        chain.decide_upon(std::slice::from_ref(&case.subject), &[proposal], true);
    outcome.took = started.elapsed();
    if let Some(fault) = faults.first().or_else(|| poison.first().map(|poison| &poison.fault)) {
        return Err(fault.message.clone());
    }
    let verdict = verdicts.first().ok_or("the chain gave no verdict")?;
    match &case.expect {
        Expect::Verdict(expected) => {
            let differences = expected.differences(&verdict.written());
            outcome.differences =
                differences.into_iter().map(|(key, expected, got)| Difference::new(key, expected, got)).collect();
        }
        Expect::Refused(part) => {
            outcome.differences.push(Difference::new("refused", format!("… {part} …"), "the settings are accepted"));
        }
    }
    // Only worth a word where it explains a difference: a test may well show that a guardrail holds.
    if let Some(guarded) = guarded.first().filter(|_| !outcome.differences.is_empty()) {
        outcome.trouble = Some(format!("it {}; what was proposed before it stands", guarded.guardrail.tried()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
