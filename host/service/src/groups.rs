//! Who is in which group or queue, as the settings say. Addresses are compared without regard to case.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use presync_store::StoredLink;

/// Groups, or queues: a map with a name as key, and the addresses of its people, in lower case, as value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memberships(BTreeMap<String, BTreeSet<String>>);

/// The same the other way round: a map with an address as key, and the names of what that person is in, in order, as value.
#[derive(Debug, Default)]
pub(crate) struct Books(HashMap<String, Vec<String>>);

impl Memberships {
    /// Makes a name known, though nobody may be in it.
    pub fn add_name(&mut self, name: &str) {
        self.0.entry(name.to_owned()).or_default();
    }

    /// Puts somebody in, by user name or address.
    pub fn add(&mut self, name: &str, address: &str) {
        self.0.entry(name.to_owned()).or_default().insert(folded(address));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many are in the one of this name, without regard to case; `None` when there is none of it.
    pub fn size_of(&self, name: &str) -> Option<usize> {
        let of_name = self.0.iter().filter(|(known, _)| folded(known) == folded(name));
        of_name.map(|(_, people)| people.len()).reduce(|a, b| a + b)
    }

    /// Everybody with what they are in.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, people)| people.iter().map(|address| (name.as_str(), address.as_str())))
    }
}

impl Books {
    pub(crate) fn of(memberships: &Memberships) -> Self {
        let mut books = HashMap::<String, Vec<String>>::new();
        for (name, address) in memberships.entries() {
            books.entry(address.to_owned()).or_default().push(name.to_owned());
        }
        Self(books)
    }

    /// What this person is in, by either of their addresses.
    pub(crate) fn find(&self, link: &StoredLink) -> Vec<String> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let [first, second] = addresses(link).map(|address| self.0.get(&address));
        let mut names: Vec<String> = first.into_iter().flatten().cloned().collect();
        add_missing(&mut names, second.into_iter().flatten());
        names
    }
}

/// Both addresses that a linked person is known by.
pub(crate) fn addresses(link: &StoredLink) -> [String; 2] {
    [folded(&link.user_principal_name), folded(&link.email)]
}

/// Names and addresses as they are compared.
pub(crate) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Adds those names that are not there yet, without regard to case.
pub(crate) fn add_missing<'a>(names: &mut Vec<String>, more: impl IntoIterator<Item = &'a String>) {
    for name in more {
        if !names.iter().any(|known| folded(known) == folded(name)) {
            names.push(name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(user: &str, email: &str) -> StoredLink {
        StoredLink {
            id: presync_core::id::LinkId(1),
            teams_id: "t".into(),
            eight_id: "e".into(),
            user_principal_name: user.to_owned(),
            email: email.to_owned(),
            display_name: String::new(),
        }
    }

    #[test]
    fn either_address_will_do_in_any_case_and_each_group_counts_once() {
        let mut groups = Memberships::default();
        groups.add("support", "Ann@Corp.com");
        groups.add("executives", "ANN.LEE@corp.com ");
        groups.add("Support", "ann.lee@corp.com");
        let books = Books::of(&groups);
        assert_eq!(books.find(&link("ann@corp.com", "ann@corp.com")), ["support"]);
        assert_eq!(books.find(&link("ann@corp.com", "Ann.Lee@corp.com")), ["support", "executives"]);
        assert!(books.find(&link("bob@corp.com", "")).is_empty());
    }

    #[test]
    fn a_name_may_be_known_without_anybody_in_it() {
        let mut groups = Memberships::default();
        groups.add_name("Board");
        groups.add("pilots", "ann@corp.com");
        assert_eq!(
            (groups.size_of("board"), groups.size_of("PILOTS"), groups.size_of("crew")),
            (Some(0), Some(1), None)
        );
    }
}
