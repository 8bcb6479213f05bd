//! Whose presence does not say whether they are out of office. Nobody's in the global cloud, everybody's in some others: so it is
//! kept as the exception, and costs nothing where there is none.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use presync_core::id::TeamsUserId;

#[derive(Debug, Default)]
pub(crate) struct Untold(Mutex<HashSet<TeamsUserId>>);

impl Untold {
    /// Takes note of a reading: of each person whether it told.
    pub(crate) fn note<'a>(&self, people: impl Iterator<Item = (&'a TeamsUserId, bool)>) {
        let mut untold = self.lock();
        for (person, told) in people {
            if told {
                if !untold.is_empty() {
                    untold.remove(person);
                }
            } else if !untold.contains(person) {
                untold.insert(person.clone());
            }
        }
    }

    pub(crate) fn contains(&self, person: &TeamsUserId) -> bool {
        self.lock().contains(person)
    }

    /// All of whom this is said; whoever is not among them is forgotten.
    pub(crate) fn among(&self, counts: impl Fn(&TeamsUserId) -> bool) -> Vec<TeamsUserId> {
        let mut untold = self.lock();
        untold.retain(|person| counts(person));
        untold.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<TeamsUserId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_newest_reading_told_counts() {
        let untold = Untold::default();
        let [ann, bob] = ["ann", "bob"].map(TeamsUserId::from);
        untold.note([(&ann, true), (&bob, false)].into_iter());
        assert!(!untold.contains(&ann) && untold.contains(&bob));
        untold.note([(&ann, false), (&bob, true)].into_iter());
        assert!(untold.among(|_| true).iter().eq([&ann]));
        assert_eq!(untold.among(|person| *person == bob), []);
        assert!(!untold.contains(&ann), "whoever is gone is forgotten");
    }
}
