//! Whom a rule is asked about: everyone, or people by address, department, group or queue; all of them, or a part as a trial.

use std::collections::BTreeSet;

use presync_core::rule::{Person, Subject};
use sha2::{Digest, Sha256};

/// Whom one rule of a chain is asked about. For everybody else, what was proposed before it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Addresses or pseudonyms.
    people: BTreeSet<String>,
    departments: BTreeSet<String>,
    groups: BTreeSet<String>,
    queues: BTreeSet<String>,
    portion: Portion,
}

/// A part of the people that a rule is tried on first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Canary {
    /// This many in a hundred, 1 to 99. Who is among them depends on the person alone, so nobody changes between versions.
    Share(u8),
    /// The people of one group.
    Group(String),
}

/// Which part of its people a rule is asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Portion {
    /// All of them.
    #[default]
    All,
    /// Those of the trial.
    Within(Canary),
    /// Those beside the trial.
    Outside(Canary),
}

// === impl Scope ===

impl Scope {
    /// Everyone.
    pub fn everyone() -> Self {
        Self::default()
    }

    /// Also these people, by address or pseudonym. Names are compared without regard to case, here and below.
    pub fn people(mut self, addresses: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.people.extend(folded(addresses));
        self
    }

    /// Also the people of these departments.
    pub fn departments(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.departments.extend(folded(names));
        self
    }

    /// Also the people of these groups.
    pub fn groups(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.groups.extend(folded(names));
        self
    }

    /// Also the people of these 8x8 queues.
    pub fn queues(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.queues.extend(folded(names));
        self
    }

    /// The same people, or a part of them.
    pub fn portion(self, portion: Portion) -> Self {
        Self { portion, ..self }
    }

    /// Whether nobody is left out.
    pub fn is_everyone(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the rule is asked about this person.
    pub fn covers(&self, subject: &Subject) -> bool {
        self.names(subject)
            && match &self.portion {
                Portion::All => true,
                Portion::Within(canary) => canary.holds(subject.person.as_deref()),
                Portion::Outside(canary) => !canary.holds(subject.person.as_deref()),
            }
    }

    fn names(&self, subject: &Subject) -> bool {
        let Self { people, departments, groups, queues, portion: _ } = self;
        if people.is_empty() && departments.is_empty() && groups.is_empty() && queues.is_empty() {
            return true;
        }
        let listed = |list: &BTreeSet<String>, name: &str| !list.is_empty() && list.contains(&name.to_lowercase());
        let by_address = subject.identity.as_ref().is_some_and(|identity| listed(people, &identity.email));
        by_address
            || subject.person.as_ref().is_some_and(|person| {
                listed(people, &person.id)
                    || person.department.as_ref().is_some_and(|name| listed(departments, name))
                    || person.groups.iter().any(|name| listed(groups, name))
                    || person.queues.iter().any(|name| listed(queues, name))
            })
    }
}

// === impl Canary ===

impl Canary {
    /// Whether this person is in the part; nobody is whose pseudonym is not known.
    fn holds(&self, person: Option<&Person>) -> bool {
        let Some(person) = person else { return false };
        match self {
            Self::Share(percent) => place(&person.id) < u64::from(*percent),
            Self::Group(name) => person.groups.iter().any(|group| group.to_lowercase() == name.to_lowercase()),
        }
    }
}

/// A person's place among a hundred, the same in every process and version.
fn place(pseudonym: &str) -> u64 {
    let hash = Sha256::digest(pseudonym);
    hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % 100
}

fn folded(names: impl IntoIterator<Item = impl AsRef<str>>) -> impl Iterator<Item = String> {
    names.into_iter().map(|name| name.as_ref().to_lowercase())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use presync_core::rule::Identity;

    use super::*;

    fn ann() -> Subject {
        Subject {
            person: Some(Arc::new(Person {
                id: "person-7".to_owned(),
                department: Some("Sales".to_owned()),
                groups: vec!["executives".to_owned()],
                queues: vec!["support".to_owned(), "billing".to_owned()],
            })),
            identity: Some(Arc::new(Identity { email: "Ann@corp.com".to_owned(), display_name: "Ann".to_owned() })),
            ..Subject::default()
        }
    }

    #[test]
    fn without_a_name_it_is_everyone() {
        assert!(Scope::everyone().covers(&ann()));
        assert!(Scope::everyone().covers(&Subject::default()));
    }

    #[test]
    fn any_name_that_fits_is_enough() {
        assert!(Scope::everyone().people(["ann@CORP.com"]).covers(&ann()));
        assert!(Scope::everyone().departments(["sales"]).covers(&ann()));
        assert!(Scope::everyone().groups(["nobody", "Executives"]).covers(&ann()));
        assert!(Scope::everyone().queues(["billing"]).groups(["nobody"]).covers(&ann()));
    }

    #[test]
    fn whoever_no_name_fits_is_left_out() {
        assert!(!Scope::everyone().people(["bob@corp.com"]).covers(&ann()));
        assert!(!Scope::everyone().departments(["support"]).covers(&ann()));
        assert!(!Scope::everyone().queues(["support"]).covers(&Subject::default()));
    }

    #[test]
    fn a_trial_and_the_rest_are_everybody_once() {
        let canary = Canary::Share(10);
        let within = Scope::everyone().portion(Portion::Within(canary.clone()));
        let outside = Scope::everyone().portion(Portion::Outside(canary));
        let people = (0..10_000).map(|number| Subject {
            person: Some(Arc::new(Person { id: format!("person-{number}"), ..Person::default() })),
            ..Subject::default()
        });
        let (mut tried, mut rest) = (0, 0);
        for person in people {
            assert_ne!(within.covers(&person), outside.covers(&person));
            tried += usize::from(within.covers(&person));
            rest += usize::from(outside.covers(&person));
        }
        assert_eq!(tried + rest, 10_000);
        assert!((900..1100).contains(&tried), "{tried} of 10000 are a tenth");
    }

    #[test]
    fn a_group_is_a_trial_too() {
        let scope = |name: &str| Scope::everyone().portion(Portion::Within(Canary::Group(name.to_owned())));
        assert!(scope("executives").covers(&ann()));
        assert!(!scope("pilots").covers(&ann()));
    }
}
