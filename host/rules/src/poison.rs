//! Questions that a rule fails on by themselves: not put to it again, and listed for whoever mends it.
//!
//! One list belongs to one rule with its settings: a reload starts afresh.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use presync_core::rule::Subject;
use serde::Serialize;

use crate::fault::Fault;
use crate::question::{Question, Verdict};

/// Questions that are kept per rule. A rule that fails on more of them is broken: each further one is a fault.
const KEPT: usize = 100;

/// A question that a rule failed on, though it answers others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Poison {
    /// How it failed.
    pub fault: Fault,
    /// Which of the subjects that were asked about, by its place.
    #[serde(skip)]
    pub subject: usize,
    /// The person's pseudonym, where the rule sees persons.
    pub person: Option<String>,
    /// What was asked, in words.
    pub question: Arc<str>,
}

/// The questions of one rule.
#[derive(Debug, Default)]
pub(crate) struct PoisonList {
    /// How many there are: almost always none, and then nothing is looked up.
    length: AtomicUsize,
    /// Each with its fingerprint.
    kept: Mutex<Vec<(u64, Poison)>>,
}

impl PoisonList {
    /// Whether this question has failed before.
    pub(crate) fn holds<V: Verdict>(&self, question: &Question<'_, V>) -> bool {
        if self.length.load(Ordering::Acquire) == 0 {
            return false;
        }
        let print = question.fingerprint();
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|(known, _)| *known == print)
    }

    /// Adds a question. False when the list is full.
    pub(crate) fn add<V: Verdict>(&self, question: &Question<'_, V>, poison: Poison) -> bool {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            return false;
        }
        kept.push((question.fingerprint(), poison));
        self.length.store(kept.len(), Ordering::Release);
        true
    }

    pub(crate) fn list(&self) -> Vec<Poison> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|(_, poison)| poison.clone()).collect()
    }
}

/// A subject in the words of the interface.
pub(crate) fn in_words(subject: &Subject) -> String {
    let mut words = Vec::new();
    if let Some(side) = subject.teams {
        let mut teams = format!("Teams {}/{}", side.availability, side.activity);
        teams += if side.out_of_office { ", out of office" } else { "" };
        teams += if side.manual { ", by hand" } else { "" };
        words.push(teams);
    }
    if let Some(side) = subject.eight {
        let mut eight = format!("8x8 {}", side.status);
        eight += if side.call_active { ", on a call" } else { "" };
        eight += if side.manual { ", by hand" } else { "" };
        words.push(eight);
    }
    if let Some(time) = subject.time {
        let (hour, minute) = (time.minute_of_day / 60, time.minute_of_day % 60);
        words.push(format!("{}-{:02}-{:02} {hour:02}:{minute:02}", time.year, time.month, time.day));
    }
    words.join("; ")
}
