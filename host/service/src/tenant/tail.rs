//! The event log as others follow it: page by page from a place on, and who each event is about.

use presync_core::id::LinkId;
use presync_core::time::Timestamp;
use presync_store::{StoreError, StoredEvent};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::people::Person;
use crate::tenant::Tenant;

/// Which events a reader wants. What is left out does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those about this person.
    pub person: Option<LinkId>,
    /// Those about people who are in this queue when the event is read.
    pub queue: Option<String>,
    /// Those about people who are in this group when the event is read.
    pub group: Option<String>,
    /// Those of these kinds; all, when there is none.
    pub kinds: Vec<String>,
}

/// An event as others are told of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// Its place in the tenant's log: strictly rising, never used twice.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Whom it is about; `None` for the tenant as a whole, and for whoever is not linked any more.
    pub person: Option<Whom>,
    /// Its kind, one word.
    pub kind: String,
    /// What there is to say of it.
    pub detail: Value,
}

/// Somebody an event is about, as they are called when the event is read: the log itself has no names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Whom {
    /// The number of the link.
    pub link: LinkId,
    /// Teams user name.
    pub user_principal_name: String,
    /// Entra object id.
    pub teams_id: String,
    /// 8x8 user id.
    pub eight_id: String,
}

/// Some events, and where to go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Those that are wanted, oldest first.
    pub events: Vec<Told>,
    /// Everything up to this place was looked at: the next page begins after it.
    pub read_to: u64,
    /// Why something may be missing before the first of them.
    pub break_before: Option<Break>,
    /// There was nothing more when this was read.
    pub at_end: bool,
}

/// Where a reader and the log do not meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Break {
    /// The reader is so far behind that what is next for it is not kept any more.
    FellBehind {
        /// The first place that is gone.
        from: u64,
        /// The last one.
        to: u64,
    },
    /// The reader has read further than the log goes: it is one that was restored, or begun anew.
    LogIsShorter {
        /// Where the reader was.
        read: u64,
        /// The last place of the log, after which it goes on.
        last: u64,
    },
}

impl Tenant {
    /// Changes whenever there may be something new in the event log.
    pub fn filed(&self) -> watch::Receiver<()> {
        self.store.filed()
    }

    /// The last place of the event log that was given to an event. Reads the database: call it from a thread that may be busy.
    ///
    /// # Errors
    /// When the event log cannot be read.
    pub fn last_event(&self) -> Result<u64, StoreError> {
        Ok(self.store.log_ends()?.1)
    }

    /// The number of the link of whoever has this Teams user name, 8x8 address or id, among those who are linked.
    pub fn link_of(&self, user: &str) -> Option<LinkId> {
        self.people().find(user).map(|person| person.link.id)
    }

    /// The wanted events after place `after` (0: from the beginning), of the next `most` that there are. Reads the database: call it from a
    /// thread that may be busy.
    ///
    /// # Errors
    /// When the event log cannot be read.
    pub fn events_after(&self, wanted: &Wanted, after: u64, most: usize) -> Result<Page, StoreError> {
        let (first, last) = self.store.log_ends()?;
        let (after, break_before) = match after {
            after if after > last => (last, Some(Break::LogIsShorter { read: after, last })),
            after if after > 0 && after.saturating_add(1) < first => {
                (first - 1, Some(Break::FellBehind { from: after + 1, to: first - 1 }))
            }
            after => (after, None),
        };
        let events = self.store.events(wanted.person, after, most)?;
        let at_end = events.len() < most;
        let newest = events.last().map_or(after, |event| event.seq);
        let read_to = if at_end { newest.max(last) } else { newest };
        let people = self.people();
        let told = events.into_iter().filter_map(|event| {
            let person = event.link.and_then(|link| people.person(link));
            wanted.fits(&event, person).then(|| tell(event, person))
        });
        Ok(Page { events: told.collect(), read_to, break_before, at_end })
    }
}

impl Wanted {
    fn fits(&self, event: &StoredEvent, person: Option<&Person>) -> bool {
        let is_in = |name: &Option<String>, of: fn(&Person) -> &[String]| {
            name.as_ref().is_none_or(|name| person.is_some_and(|person| of(person).contains(name)))
        };
        (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && is_in(&self.queue, Person::queues)
            && is_in(&self.group, Person::groups)
    }
}

fn tell(event: StoredEvent, person: Option<&Person>) -> Told {
    let StoredEvent { seq, at, kind, detail, .. } = event;
    let person = person.map(|person| Whom {
        link: person.link.id,
        user_principal_name: person.link.user_principal_name.clone(),
        teams_id: person.link.teams_id.to_string(),
        eight_id: person.link.eight_id.to_string(),
    });
    let detail = serde_json::from_str(&detail).unwrap_or(Value::String(detail));
    Told { seq, at, person, kind, detail }
}
