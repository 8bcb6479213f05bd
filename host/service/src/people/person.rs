//! One linked person, and what rules may see of them beside the two sides: put together once, when the directories or the
//! settings say something new, and shared by every question from then on.

use std::collections::HashSet;
use std::sync::Arc;

use presync_core::id::LinkId;
use presync_core::linking::By;
use presync_core::rule::{Identity, Person as RulePerson};
use presync_core::time::Timestamp;
use presync_store::StoredLink;

use crate::config::Supply;
use crate::groups::{Books, add_missing, addresses};
use crate::time::Zone;

/// One linked person, as directories and settings know them.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) link: StoredLink,
    /// Who they are, by pseudonym.
    pub(super) shown: Arc<RulePerson>,
    /// Who they are, by name. Always there, for scopes; a rule that wants to see it is loaded only where it may.
    pub(super) identity: Arc<Identity>,
    /// Where they are.
    pub(super) zone: Zone,
    /// When their newest reading in Teams was started; the epoch before the first of this process.
    pub(super) teams_read_at: Timestamp,
    /// Our last verdict keeps queue calls away from them.
    pub(super) kept_away: bool,
    /// What pairs the two; `None` until the directories have been read.
    pub(crate) by: Option<By>,
}

/// What the directories say of somebody who is linked: this changes without the link changing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) name: &'a str,
    pub(crate) user_principal_name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) department: Option<&'a str>,
    pub(crate) queues: &'a [String],
    pub(crate) by: Option<By>,
}

/// What the settings say of people, ready to be looked up.
#[derive(Debug)]
pub(super) struct Supplied {
    supply: Supply,
    groups: Books,
    queues: Books,
}

impl Person {
    /// Somebody of whom the directories have said nothing yet.
    pub(super) fn new(link: StoredLink, supplied: &Supplied) -> Self {
        let shown = supplied.shown(&link, None, &[]);
        let zone = supplied.supply.zones.of(&link, &shown);
        Self {
            shown: Arc::new(shown),
            identity: Arc::new(identity(&link)),
            zone,
            teams_read_at: Timestamp::EPOCH,
            kept_away: false,
            by: None,
            link,
        }
    }

    /// The queues they are in.
    pub(crate) fn queues(&self) -> &[String] {
        &self.shown.queues
    }

    /// The groups they are in.
    pub(crate) fn groups(&self) -> &[String] {
        &self.shown.groups
    }

    /// Takes what the directories say. Returns whether rules may see something new.
    pub(super) fn learn(&mut self, told: Told<'_>, supplied: &Supplied) -> bool {
        let Told { name, user_principal_name, email, department, queues, by } = told;
        self.by = by;
        let link = &mut self.link;
        let renamed =
            (&*link.display_name, &*link.user_principal_name, &*link.email) != (name, user_principal_name, email);
        if renamed {
            name.clone_into(&mut link.display_name);
            user_principal_name.clone_into(&mut link.user_principal_name);
            email.clone_into(&mut link.email);
            self.identity = Arc::new(identity(link));
        }
        let shown = supplied.shown(&self.link, department, queues);
        if *self.shown == shown {
            return renamed;
        }
        self.zone = supplied.supply.zones.of(&self.link, &shown);
        self.shown = Arc::new(shown);
        true
    }
}

impl Supplied {
    pub(super) fn new(supply: Supply) -> Self {
        Self { groups: Books::of(&supply.groups), queues: Books::of(&supply.queues), supply }
    }

    fn shown(&self, link: &StoredLink, department: Option<&str>, queues: &[String]) -> RulePerson {
        let mut queues = queues.to_vec();
        add_missing(&mut queues, &self.queues.find(link));
        RulePerson {
            id: pseudonym(link.id),
            department: department.map(str::to_owned),
            groups: self.groups.find(link),
            queues,
        }
    }

    /// The entries of the settings that fit none of these people, each with where it stands.
    pub(super) fn strangers<'a>(&self, people: impl Iterator<Item = &'a Person>) -> Vec<String> {
        let Supply { groups, queues, zones, .. } = &self.supply;
        let of =
            |kind: &'static str| move |(name, address): (&str, &str)| (address.to_owned(), format!("{kind} {name}"));
        let entries = groups.entries().map(of("group")).chain(queues.entries().map(of("queue")));
        let entries = entries.chain(zones.people().map(|address| (address.to_owned(), "time zone".to_owned())));
        let mut entries: Vec<_> = entries.collect();
        if !entries.is_empty() {
            let known: HashSet<String> = people.flat_map(|person| addresses(&person.link)).collect();
            entries.retain(|(address, _)| !known.contains(address));
        }
        entries.into_iter().map(|(address, place)| format!("{address} ({place})")).collect()
    }
}

fn identity(link: &StoredLink) -> Identity {
    let email = if link.email.is_empty() { &link.user_principal_name } else { &link.email };
    Identity { email: email.clone(), display_name: link.display_name.clone() }
}

/// Stable within the tenant, and says nothing of who it is.
fn pseudonym(link: LinkId) -> String {
    format!("person-{link}")
}
