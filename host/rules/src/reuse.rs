//! Verdicts of a pure rule, kept for equal questions.
//!
//! Most people are in one of a few hundred states, so a sweep of a million asks a few hundred questions. A question that fits 28 bits
//! is looked up by those bits; one with a person in it by a fingerprint, and is then compared in full. A question with a clock or a
//! head count in it never comes back and is not kept. One instance belongs to one rule with its settings: a reload starts afresh.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use presync_core::rule::Subject;

use crate::question::{Needs, Question, Verdict};

/// Kept verdicts per rule, of each kind. When full, everything is forgotten: the common questions are back at once.
const KEPT: usize = 1 << 16;

/// How a question is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The question itself.
    Packed(u32),
    /// Its fingerprint.
    Print(u64),
}

#[derive(Debug)]
pub(crate) struct Reuse<V> {
    kept: RwLock<Kept<V>>,
}

/// The verdicts that are kept.
#[derive(Debug)]
pub(crate) struct Kept<V> {
    /// A map with a packed question as key, and the place of its verdict among the different ones as value: a few kilobytes, which
    /// stay close to the processor.
    packed: NumberMap<u32, u32>,
    /// The verdicts of packed questions; equal ones are one, as far as they have bits.
    different: Vec<V>,
    /// A map with the bits of a verdict as key, and its place among the different ones as value.
    places: NumberMap<u8, u32>,
    /// A map with a fingerprint as key, and the question that has it with its verdict as value.
    prints: NumberMap<u64, Whole<V>>,
}

#[derive(Debug)]
struct Whole<V> {
    subject: Subject,
    proposal: Option<V>,
    verdict: V,
}

/// Spreads keys that are numbers already: one multiplication.
#[derive(Debug, Default)]
pub(crate) struct Mix(u64);

/// A map for keys that are numbers already.
pub(crate) type NumberMap<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;

// === impl Key ===

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(match self {
            Self::Packed(bits) => u64::from(*bits),
            Self::Print(print) => *print,
        });
    }
}

// === impl Reuse ===

impl<V: Verdict> Reuse<V> {
    pub(crate) fn new() -> Self {
        Self { kept: RwLock::new(Kept::new()) }
    }

    /// How to look a question up; none for one that will not come back.
    pub(crate) fn key(question: &Question<'_, V>, needs: Needs) -> Option<Key> {
        if let Some(packed) = question.packed() {
            return Some(Key::Packed(packed));
        }
        let returns = !needs.since && !needs.time && !needs.staffing;
        returns.then(|| Key::Print(question.fingerprint()))
    }

    /// The verdicts that are kept now; held for a whole batch.
    pub(crate) fn look(&self) -> RwLockReadGuard<'_, Kept<V>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the verdicts of questions that were asked.
    pub(crate) fn keep<'a>(&self, answered: impl Iterator<Item = (Key, Question<'a, V>, &'a V)>) {
        let mut answered = answered.peekable();
        let most = answered.size_hint().1.unwrap_or(0).min(KEPT);
        let Some((first, ..)) = answered.peek() else { return };
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        match first {
            Key::Packed(_) => kept.packed.reserve(most),
            Key::Print(_) => kept.prints.reserve(most),
        }
        for (key, question, verdict) in answered {
            match key {
                Key::Packed(bits) => kept.keep_packed(bits, verdict),
                Key::Print(print) => {
                    if kept.prints.len() >= KEPT {
                        kept.prints.clear();
                    }
                    let (subject, proposal) = (question.seen.to_subject(), question.proposal.cloned());
                    kept.prints.insert(print, Whole { subject, proposal, verdict: verdict.clone() });
                }
            }
        }
    }
}

// === impl Kept ===

impl<V: Verdict> Kept<V> {
    fn new() -> Self {
        let (packed, places, prints) = (HashMap::default(), HashMap::default(), HashMap::default());
        Self { packed, different: Vec::new(), places, prints }
    }

    fn keep_packed(&mut self, bits: u32, verdict: &V) {
        if self.packed.len() >= KEPT || self.different.len() >= KEPT {
            self.packed.clear();
            self.different.clear();
            self.places.clear();
        }
        // It is bounded by what is kept, far below what 32 bits hold.
        let next = self.different.len() as u32;
        let place = match verdict.packed() {
            Some(bits) => *self.places.entry(bits).or_insert(next),
            None => next,
        };
        if place == next {
            self.different.push(verdict.clone());
        }
        self.packed.insert(bits, place);
    }

    /// The verdict of an equal question.
    #[inline]
    pub(crate) fn verdict(&self, key: Key, question: &Question<'_, V>) -> Option<&V> {
        match key {
            Key::Packed(bits) => self.packed.get(&bits).and_then(|place| self.different.get(*place as usize)),
            Key::Print(print) => {
                self.prints.get(&print).filter(|whole| whole.is_of(question)).map(|whole| &whole.verdict)
            }
        }
    }
}

impl<V: Verdict> Whole<V> {
    fn is_of(&self, question: &Question<'_, V>) -> bool {
        self.proposal.as_ref() == question.proposal && question.seen.shows(&self.subject)
    }
}

// === impl Mix ===

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    /// The map takes its place from the low bits and its tag from the high ones, so the product is folded.
    fn write_u64(&mut self, number: u64) {
        let product = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ (product >> 32);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use presync_core::rule::{Person, PublishVerdict};
    use presync_core::words::Direction;

    use super::*;
    use crate::question::Seen;

    const NEEDS: Needs =
        Needs { other_side: false, since: false, person: true, identity: false, time: false, staffing: false };

    fn person(id: &str) -> Subject {
        Subject { person: Some(Arc::new(Person { id: id.to_owned(), ..Person::default() })), ..Subject::default() }
    }

    fn question(subject: &Subject) -> Question<'_, PublishVerdict> {
        Question { seen: Seen::new(subject, NEEDS, Direction::TeamsToEight), proposal: None }
    }

    #[test]
    fn a_question_about_the_same_person_is_answered_from_memory() {
        let (reuse, subject) = (Reuse::new(), person("p-1"));
        let asked = question(&subject);
        let key = Reuse::key(&asked, NEEDS).unwrap();
        assert_eq!(reuse.look().verdict(key, &asked), None);
        reuse.keep([(key, asked, &PublishVerdict::hold())].into_iter());
        assert_eq!(reuse.look().verdict(key, &question(&person("p-1"))), Some(&PublishVerdict::hold()));
    }

    #[test]
    fn another_question_with_the_same_fingerprint_is_not() {
        let (reuse, subject) = (Reuse::new(), person("p-1"));
        let asked = question(&subject);
        let key = Reuse::key(&asked, NEEDS).unwrap();
        reuse.keep([(key, asked, &PublishVerdict::hold())].into_iter());
        assert_eq!(reuse.look().verdict(key, &question(&person("p-2"))), None);
    }

    #[test]
    fn a_question_with_a_clock_in_it_is_not_kept() {
        let subject = person("p-1");
        let needs = Needs { time: true, ..NEEDS };
        let asked =
            Question::<PublishVerdict> { seen: Seen::new(&subject, needs, Direction::TeamsToEight), proposal: None };
        assert_eq!(Reuse::key(&asked, needs), None);
    }

    #[test]
    fn memory_is_bounded() {
        let reuse = Reuse::new();
        let (subject, verdict) = (person("p-1"), PublishVerdict::hold());
        let many = u32::try_from(KEPT).unwrap() * 2 + 10;
        reuse.keep((0..many).map(|bits| (Key::Packed(bits), question(&subject), &verdict)));
        assert!(reuse.look().packed.len() <= KEPT);
    }
}
