//! Everybody at one moment. Two states are alike when nothing that can happen later tells them apart: moments count by how long ago
//! they were and only as far as that matters, revisions by their order, and it does not matter who of several people it is.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use presync_core::time::Timestamp;

use crate::person::{PerSide, Person};
use crate::rules::Rules;
use crate::scenario::Budgets;

/// What must hold at every step, and does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Broken {
    /// What we put on a side was taken for its own state.
    Echo,
    /// I2.
    Lease,
    /// I4.
    Order,
    /// I5.
    Flights,
    /// An input about one person changed another, or commands for another came of it.
    Isolation,
}

/// One of the people, and what the person looks like to [`State::hash`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who; shared between the states in which nothing happened to them.
    pub person: Arc<Person>,
    /// The same number for persons who are alike.
    pub print: u64,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The present moment.
    pub now: Timestamp,
    /// Everybody.
    pub members: Vec<Member>,
    /// The rules in force.
    pub rules: Rules,
    /// Since when a side cannot be read.
    pub down: PerSide<Option<Timestamp>>,
    /// What may still happen.
    pub budgets: Budgets,
    /// What the last step broke.
    pub broken: Option<Broken>,
    /// How many more things may happen; without end where the walk is. States that differ in it alone are alike: the walk is by
    /// breadth, so it comes to each with the most that there can be left.
    pub left: u16,
}

impl State {
    /// The same, with one person alone.
    pub(crate) fn alone(&self, place: usize) -> Self {
        let members = self.members.get(place).cloned().into_iter().collect();
        Self { members, ..self.clone() }
    }

    /// The same number for states in which the person at this place is alike, whoever and whatever else there is.
    pub(crate) fn print_alone(&self, place: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.members.get(place).map(|member| member.print).hash(&mut hasher);
        self.hash_common(&mut hasher);
        hasher.finish()
    }

    /// What is common to all people.
    fn hash_common<H: Hasher>(&self, hasher: &mut H) {
        self.rules.hash(hasher);
        for since in [self.down.teams, self.down.eight] {
            since.map(|since| self.now.since(since)).hash(hasher);
        }
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let mut prints: Vec<u64> = self.members.iter().map(|member| member.print).collect();
        prints.sort_unstable();
        prints.hash(hasher);
        self.hash_common(hasher);
        self.budgets.hash(hasher);
        self.broken.hash(hasher);
    }
}
