//! What an operator should know before it hurts: detectors, each with a stable word, since when, and what to do.
//!
//! A trouble ([`crate::status::Trouble`]) is something that has failed. A warning is something that fails soon, or that looks well and is
//! not: a side that says nothing in a busy hour, people whose state does not come to rest, a certificate in its last month. Each is shown
//! in the status, at `/v1/tenants/{id}/warnings` and as a metric, and is told in the log when it begins, becomes graver, or ends; not with
//! every cycle.
//!
//! * `word`: the words, and what to do about each
//! * `silence`: a side that says nothing in a busy hour
//! * `flapping`: people whose state does not come to rest
//! * `expiry`: what ends by itself

mod expiry;
mod flapping;
mod silence;
mod word;

use std::collections::BTreeMap;

use presync_core::id::TenantId;
use presync_core::time::Timestamp;
use serde::Serialize;

pub use expiry::Expiry;
pub(crate) use expiry::{Stage, day};
pub(crate) use flapping::Flapping;
pub(crate) use silence::Silence;
pub use word::Word;

/// Something that an operator should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Its word, for machines and for the runbook.
    pub warning: String,
    /// What it is about, where there are several of the kind: a credential, a provider.
    pub about: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// What it is, as a sentence. Names nobody.
    pub what: String,
    /// What to do.
    pub advice: String,
    /// Somebody has to do something: it does not pass by itself.
    pub needs_action: bool,
}

/// A warning as a detector finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) word: Word,
    pub(crate) about: Option<String>,
    /// Since when, if the detector knows better than that it was found just now.
    pub(crate) since: Option<Timestamp>,
    pub(crate) what: String,
    pub(crate) needs_action: bool,
    /// When this changes, it is told anew.
    pub(crate) stage: u64,
}

impl Found {
    /// Found now, of one kind, and of no need for anybody.
    pub(crate) fn new(word: Word, what: String) -> Self {
        Self { word, about: None, since: None, what, needs_action: false, stage: 0 }
    }
}

/// What the detectors measure, whether or not it is worth a warning.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// People whose state does not come to rest.
    pub flapping: usize,
    /// When credentials end, by name.
    pub expiries: Vec<(String, Timestamp)>,
    /// By how many seconds each provider's clock is ahead of ours.
    pub skew: Vec<(&'static str, f64)>,
}

/// What stands of one tenant, and what the detectors remember.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) silences: [Silence; 2],
    pub(crate) expiries: Vec<Expiry>,
    /// Providers whose clock was told to be off.
    pub(crate) skewed: Vec<&'static str>,
    pub(crate) measured: Measured,
    /// A map with the word, and what it is about, as key.
    standing: BTreeMap<(Word, Option<String>), (Warning, u64)>,
}

impl Watch {
    /// Nothing found yet; these credentials are known to end.
    pub(crate) fn of(expiries: Vec<Expiry>) -> Self {
        Self { expiries, ..Self::default() }
    }

    /// Takes everything that was found now: what is new, graver or gone is told in the log.
    pub(crate) fn take(&mut self, tenant: &TenantId, now: Timestamp, found: Vec<Found>) {
        let before = std::mem::take(&mut self.standing);
        for Found { word, about, since, what, needs_action, stage } in found {
            let key = (word, about.clone());
            let known = before.get(&key);
            let since = since.or(known.map(|(known, _)| known.since)).unwrap_or(now);
            if known.is_none_or(|(_, known)| *known != stage) {
                tracing::warn!(%tenant, warning = word.label(), about, needs_action, "{what}");
            }
            let (warning, advice) = (word.label().to_owned(), word.advice().to_owned());
            self.standing.insert(key, (Warning { warning, about, since, what, advice, needs_action }, stage));
        }
        for (word, about) in before.keys().filter(|key| !self.standing.contains_key(key)) {
            tracing::info!(%tenant, warning = word.label(), about, "the warning is over");
        }
    }

    /// Since when a warning of a kind that there is one of stands.
    pub(crate) fn since(&self, word: Word) -> Option<Timestamp> {
        self.standing.get(&(word, None)).map(|(warning, _)| warning.since)
    }

    /// What stands, in the order of the words.
    pub(crate) fn standing(&self) -> Vec<Warning> {
        self.standing.values().map(|(warning, _)| warning.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(stage: u64) -> Found {
        Found { stage, ..Found::new(Word::ClockSkew, "the clock is off".to_owned()) }
    }

    #[test]
    fn a_warning_stands_since_it_was_found_first_and_until_it_is_not_found() {
        let (mut watch, tenant) = (Watch::default(), TenantId::from("acme"));
        for (second, stage) in [(1, 0), (2, 0), (3, 1)] {
            watch.take(&tenant, Timestamp::from_millis(second * 1000), vec![found(stage)]);
            let standing = watch.standing();
            assert_eq!(standing.len(), 1);
            assert_eq!((standing[0].since, &*standing[0].warning), (Timestamp::from_millis(1000), "clock-skew"));
        }
        watch.take(&tenant, Timestamp::from_millis(4000), Vec::new());
        assert!(watch.standing().is_empty());
    }

    #[test]
    fn one_word_about_several_things_stands_for_each() {
        let (mut watch, tenant) = (Watch::default(), TenantId::from("acme"));
        let about = |name: &str| Found { about: Some(name.to_owned()), ..found(0) };
        watch.take(&tenant, Timestamp::EPOCH, vec![about("teams"), about("8x8")]);
        assert_eq!(watch.standing().len(), 2);
    }
}
