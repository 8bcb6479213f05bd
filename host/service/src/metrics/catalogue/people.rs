//! People, rules and warnings.

use std::collections::BTreeMap;

use crate::metrics::family::Kind::{Counter, Gauge};
use crate::metrics::family::{Family, Reading};
use crate::rules::RuleState;
use crate::warnings::Word;

const fn state(state: &RuleState) -> &'static str {
    match state {
        RuleState::Live => "live",
        RuleState::Trial { .. } => "trial",
        RuleState::Refused { .. } => "refused",
        RuleState::TakenOut { .. } => "taken-out",
        RuleState::RolledBack => "rolled-back",
    }
}

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "presync_people_linked",
        kind: Gauge,
        labels: &[],
        help: "People kept in step",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.status.linked as u64)),
    },
    Family {
        name: "presync_people_unlinked",
        kind: Gauge,
        labels: &["reason"],
        help: "Accounts that are not kept in step, by reason, as `presync link list --unlinked` has them",
        reading: Reading::Tenant(|sight, samples| {
            for (reason, accounts) in &sight.status.unlinked {
                samples.count([reason], *accounts as u64);
            }
        }),
    },
    Family {
        name: "presync_people_flapping",
        kind: Gauge,
        labels: &[],
        help: "People whose state on a side changes so often that something must be wrong",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.measured.flapping as u64)),
    },
    Family {
        name: "presync_questions",
        kind: Counter,
        labels: &[],
        help: "Questions put to the rules",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.status.counters.questions)),
    },
    Family {
        name: "presync_decisions",
        kind: Counter,
        labels: &["asked"],
        help: "Verdicts: of rules that were asked (asked=\"yes\"), and of equal questions before (\"reused\")",
        reading: Reading::Tenant(|sight, samples| {
            let counters = sight.status.counters;
            samples.count(["yes"], counters.decisions.saturating_sub(counters.decisions_reused));
            samples.count(["reused"], counters.decisions_reused);
        }),
    },
    Family {
        name: "presync_rule_seconds",
        kind: Counter,
        labels: &[],
        help: "Time on the processor that rules have used, all threads together",
        reading: Reading::Tenant(|sight, samples| samples.add([], sight.status.counters.guest_time.as_secs_f64())),
    },
    Family {
        name: "presync_rule_faults",
        kind: Counter,
        labels: &[],
        help: "Batches in which a rule failed: what was proposed before it stood",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.status.counters.rule_faults)),
    },
    Family {
        name: "presync_rule_poison",
        kind: Counter,
        labels: &[],
        help: "Questions that a rule failed on by themselves; they are not put to it again",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.status.counters.poison)),
    },
    Family {
        name: "presync_rule_guarded",
        kind: Counter,
        labels: &[],
        help: "Answers of rules that crossed a guardrail and were not obeyed",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.status.counters.guarded)),
    },
    Family {
        name: "presync_rules",
        kind: Gauge,
        labels: &["state"],
        help: "Versions of rules by what becomes of them: live (default maps among them), trial, refused, taken-out, rolled-back",
        reading: Reading::Tenant(|sight, samples| {
            let states = ["live", "trial", "refused", "taken-out", "rolled-back"];
            let mut counts: BTreeMap<&str, u64> = states.map(|state| (state, 0)).into();
            for rule in &sight.status.rules {
                *counts.entry(state(&rule.state)).or_default() += 1;
            }
            for (state, count) in counts {
                samples.count([state], count);
            }
        }),
    },
    Family {
        name: "presync_rules_generation",
        kind: Gauge,
        labels: &["of"],
        help: "The number of the last change of the rules (of=\"rules\"), and of the rules that gave the last verdicts (\"verdicts\")",
        reading: Reading::Tenant(|sight, samples| {
            samples.count(["rules"], sight.status.generation);
            if let Some(generation) = sight.status.decided_by {
                samples.count(["verdicts"], generation);
            }
        }),
    },
    Family {
        name: "presync_warning",
        kind: Gauge,
        labels: &["warning"],
        help: "1 while a warning stands, by its word; the runbook says what to do for each",
        reading: Reading::Tenant(|sight, samples| {
            for word in Word::ALL {
                let stands = sight.status.warnings.iter().any(|warning| warning.warning == word.label());
                samples.count([word.label()], stands.into());
            }
        }),
    },
    Family {
        name: "presync_trouble",
        kind: Gauge,
        labels: &["trouble", "needs_action"],
        help: "1 while something is wrong in a place, as `presync status` says it, and whether it passes by itself (needs_action: yes, no)",
        reading: Reading::Tenant(|sight, samples| {
            for (place, trouble) in &sight.status.troubles {
                let needs_action = if trouble.needs_action { "yes" } else { "no" };
                samples.add([&place.word(), needs_action], 1.0);
            }
        }),
    },
    Family {
        name: "presync_credential_expires_timestamp_seconds",
        kind: Gauge,
        labels: &["credential"],
        help: "When a credential ends, in seconds since 1970, as far as its certificate or the settings say (credential: read-app, write-app, 8x8)",
        reading: Reading::Tenant(|sight, samples| {
            for (credential, at) in &sight.measured.expiries {
                samples.count([credential], at.as_millis() / 1000);
            }
        }),
    },
    Family {
        name: "presync_clock_skew_seconds",
        kind: Gauge,
        labels: &["provider"],
        help: "By how much a provider's clock is ahead of ours, to within a second; negative when it is behind",
        reading: Reading::Tenant(|sight, samples| {
            for (provider, seconds) in &sight.measured.skew {
                samples.add([provider], *seconds);
            }
        }),
    },
];
