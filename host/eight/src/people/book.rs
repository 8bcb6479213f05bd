//! Everybody known, and how a person is found by what the other services call them: by id, by PBX and extension, by address.

use std::collections::HashMap;

use presync_core::id::EightUserId;

use crate::directory::{Listed, User};
use crate::work::activity::Member;

/// The people of a customer.
#[derive(Debug, Default)]
pub(crate) struct Book {
    people: HashMap<EightUserId, Listed>,
    /// A whole directory has been taken.
    is_read: bool,
    /// Whose an extension is, by PBX and number; `None` when two people have it.
    lines: HashMap<(String, String), Option<EightUserId>>,
    /// Whose an address or a sign-in name is; `None` when two people have it.
    names: HashMap<String, Option<EightUserId>>,
}

impl Book {
    /// Takes a whole directory; whoever is not in it is gone.
    pub(crate) fn replace(&mut self, listed: Vec<Listed>) {
        self.is_read = true;
        self.people = listed.into_iter().map(|listed| (listed.user.id.clone(), listed)).collect();
        self.index();
    }

    /// Takes people who are new or have changed, and people who are gone. Whoever is in both is there: a change tells of a life
    /// after the deletion.
    pub(crate) fn change(&mut self, changed: Vec<Listed>, deleted: &[EightUserId]) {
        if changed.is_empty() && deleted.is_empty() {
            return;
        }
        for id in deleted {
            self.people.remove(id);
        }
        self.people.extend(changed.into_iter().map(|listed| (listed.user.id.clone(), listed)));
        self.index();
    }

    /// Everybody.
    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        self.people.values().map(|listed| &listed.user)
    }

    /// Whether somebody has an extension of 8x8 Work.
    pub(crate) fn has_work(&self, id: &EightUserId) -> bool {
        self.people.get(id).is_some_and(|listed| listed.lines.iter().any(|line| line.is_work))
    }

    /// Whether there was a directory yet.
    pub(crate) const fn is_read(&self) -> bool {
        self.is_read
    }

    /// Whether somebody is known.
    pub(crate) fn knows(&self, id: &EightUserId) -> bool {
        self.people.contains_key(id)
    }

    /// Who has this address or sign-in name, without regard to case.
    pub(crate) fn by_name(&self, name: &str) -> Option<&EightUserId> {
        self.names.get(&name.trim().to_lowercase())?.as_ref()
    }

    /// Who a member of a call queue is. The id is that of the directories, as far as anybody knows; else the PBX and the extension
    /// tell. An extension alone does not: two PBXes may have the same.
    pub(crate) fn member(&self, pbx: &str, member: &Member) -> Option<EightUserId> {
        let by_id = member.user.as_deref().map(EightUserId::from).filter(|id| self.people.contains_key(id));
        by_id.or_else(|| {
            let key = (pbx.to_lowercase(), member.extension.as_deref()?.to_owned());
            self.lines.get(&key)?.clone()
        })
    }

    fn index(&mut self) {
        self.lines.clear();
        self.names.clear();
        for (id, Listed { user, lines }) in &self.people {
            for line in lines {
                let Some(pbx) = &line.pbx else { continue };
                for number in &line.numbers {
                    claim(&mut self.lines, (pbx.to_lowercase(), number.clone()), id);
                }
            }
            let names = [user.email.as_ref(), Some(&user.user_name)].into_iter().flatten();
            for name in names.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()) {
                claim(&mut self.names, name, id);
            }
        }
    }
}

/// Somebody has this; if somebody else has it too, it tells nobody.
fn claim<K: std::hash::Hash + Eq>(index: &mut HashMap<K, Option<EightUserId>>, key: K, id: &EightUserId) {
    let place = index.entry(key).or_insert_with(|| Some(id.clone()));
    if place.as_ref() != Some(id) {
        *place = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Line;

    fn listed(id: &str, email: &str, pbx: &str, number: &str) -> Listed {
        let user = User {
            id: id.into(),
            federation_id: None,
            user_name: email.to_owned(),
            email: Some(email.to_owned()),
            display_name: String::new(),
            active: true,
            department: None,
            queues: Vec::new(),
        };
        let line = Line { numbers: vec![number.to_owned()], pbx: Some(pbx.to_owned()), is_work: true };
        Listed { user, lines: vec![line] }
    }

    fn member(user: Option<&str>, extension: &str) -> Member {
        let (user, extension) = (user.map(Into::into), Some(extension.into()));
        Member { user, extension, status: None, on_call: None, queues: Vec::new(), unknown: None }
    }

    #[test]
    fn a_member_is_found_by_id_else_by_pbx_and_extension() {
        let mut book = Book::default();
        book.replace(vec![listed("u1", "ann@corp.com", "East", "1000"), listed("u2", "bob@corp.com", "west", "1000")]);
        assert_eq!(book.member("east", &member(Some("u2"), "1000")), Some("u2".into()));
        assert_eq!(book.member("east", &member(Some("other-id"), "1000")), Some("u1".into()));
        assert_eq!(book.member("WEST", &member(None, "1000")), Some("u2".into()));
        assert_eq!(book.member("north", &member(None, "1000")), None);
    }

    #[test]
    fn what_two_people_have_tells_nobody() {
        let mut book = Book::default();
        book.replace(vec![listed("u1", "both@corp.com", "east", "1"), listed("u2", "Both@corp.com", "east", "1")]);
        assert_eq!(book.by_name("both@corp.com"), None);
        assert_eq!(book.member("east", &member(None, "1")), None);
        book.change(Vec::new(), &["u2".into()]);
        assert_eq!(book.by_name("BOTH@corp.com"), Some(&"u1".into()));
        assert_eq!(book.member("east", &member(None, "1")), Some("u1".into()));
    }

    #[test]
    fn whoever_changed_after_a_deletion_is_there() {
        let mut book = Book::default();
        book.replace(vec![listed("u1", "a@corp.com", "east", "1"), listed("u2", "b@corp.com", "east", "2")]);
        book.change(vec![listed("u1", "a@corp.com", "east", "3")], &["u1".into(), "u2".into()]);
        assert_eq!(book.users().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["u1"]);
        assert!(book.has_work(&"u1".into()) && !book.has_work(&"u2".into()));
    }
}
