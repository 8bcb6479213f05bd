//! How far what the rules decided is carried to 8x8, in stable codes and plain sentences: of one person, and of all of a tenant.

use std::collections::BTreeMap;

use presync_core::obstacle::Obstacle;
use presync_eight::{Ability, Carried, Deed, Extent, Provider};
use serde::Serialize;

/// How many people are named for each reason.
const NAMED: usize = 3;

/// Which way a tenant reaches 8x8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// By the partner API.
    Partner,
    /// By what 8x8 documents publicly.
    Public,
}

/// A stable code and its sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Told {
    /// The code.
    pub code: &'static str,
    /// What it means.
    pub sentence: String,
}

/// What can be carried for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Can {
    /// What it is about, as a stable code.
    pub what: &'static str,
    /// `yes`, `partly` or `no`.
    pub can: &'static str,
    /// What is in the way, as a stable code.
    pub because: Option<&'static str>,
    /// All of it as a sentence.
    pub sentence: String,
}

/// How far what the rules decided for one person is carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carrying {
    /// The way to 8x8.
    pub mode: Mode,
    /// `nothing`, `carried`, `partly`, `not-carried` or `waits`.
    pub extent: &'static str,
    /// What is done of it.
    pub done: Vec<Told>,
    /// What nothing can do this way, or was not let, the gravest first.
    pub missing: Vec<Told>,
    /// What it waits for.
    pub waits: Option<Told>,
    /// What can be carried for this person at all.
    pub abilities: Vec<Can>,
}

/// The same of all of a tenant's people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CarryingOverall {
    /// The way to 8x8.
    pub mode: Mode,
    /// How far as key, how many people as value.
    pub people: BTreeMap<&'static str, usize>,
    /// What is not carried, or waits, for whom; the reason as key.
    pub reasons: BTreeMap<&'static str, Reason>,
}

/// One thing that is in the way of some people's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What it means.
    pub sentence: &'static str,
    /// How many people it concerns.
    pub people: usize,
    /// The Teams user names of a few of them.
    pub some: Vec<String>,
}

impl Mode {
    /// The way that this client goes.
    pub(crate) const fn of(provider: &Provider) -> Self {
        match provider {
            Provider::Partner(_) => Self::Partner,
            Provider::Public(_) => Self::Public,
        }
    }
}

impl From<Deed> for Told {
    fn from(deed: Deed) -> Self {
        Self { code: deed.label(), sentence: deed.sentence().into_owned() }
    }
}

impl From<Obstacle> for Told {
    fn from(obstacle: Obstacle) -> Self {
        Self { code: obstacle.label(), sentence: obstacle.sentence().to_owned() }
    }
}

impl From<Ability> for Can {
    fn from(ability: Ability) -> Self {
        let Ability { what, can } = ability;
        let because = can.obstacle().map(Obstacle::label);
        Self { what: what.label(), can: can.label(), because, sentence: ability.to_string() }
    }
}

impl Carrying {
    pub(crate) fn new(mode: Mode, carried: Carried, abilities: Vec<Ability>) -> Self {
        let extent = carried.extent().label();
        let Carried { done, missing, waits } = carried;
        Self {
            mode,
            extent,
            done: done.into_iter().map(Told::from).collect(),
            missing: missing.into_iter().map(Told::from).collect(),
            waits: waits.map(Told::from),
            abilities: abilities.into_iter().map(Can::from).collect(),
        }
    }
}

impl CarryingOverall {
    /// Nobody yet.
    pub const fn new(mode: Mode) -> Self {
        Self { mode, people: BTreeMap::new(), reasons: BTreeMap::new() }
    }

    /// Counts one person.
    pub(crate) fn count(&mut self, user: &str, carried: &Carried) {
        *self.people.entry(carried.extent().label()).or_default() += 1;
        for obstacle in carried.missing.iter().copied().chain(carried.waits) {
            let reason = self.reasons.entry(obstacle.label()).or_default();
            reason.sentence = obstacle.sentence();
            reason.people += 1;
            if reason.some.len() < NAMED {
                reason.some.push(user.to_owned());
            }
        }
    }

    /// Whether everything is carried for everybody.
    pub fn is_whole(&self) -> bool {
        self.people.keys().all(|extent| [Extent::Nothing, Extent::Whole].map(Extent::label).contains(extent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_and_a_few_people_named() {
        let mut overall = CarryingOverall::new(Mode::Public);
        for n in 0..5 {
            let carried = Carried { missing: vec![Obstacle::NoPublishing], ..Carried::default() };
            overall.count(&format!("p{n}@corp.com"), &carried);
        }
        overall.count("ann@corp.com", &Carried { waits: Some(Obstacle::AfterThisCall), ..Carried::default() });
        overall.count("bob@corp.com", &Carried::default());
        assert_eq!(overall.people, BTreeMap::from([("not-carried", 5), ("nothing", 1), ("waits", 1)]));
        let reason = &overall.reasons["no-publishing"];
        assert_eq!((reason.people, &reason.some[2]), (5, &"p2@corp.com".to_owned()));
        assert_eq!(reason.some.len(), 3);
        assert_eq!(overall.reasons["after-this-call"].some, ["ann@corp.com"]);
        assert!(!overall.is_whole());
    }
}
