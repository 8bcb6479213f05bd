//! The store as its callers meet it: through the calls they make, on real files.

mod backup;
mod checkup;
mod events;
mod history;
mod links;
mod migrations;
mod refused;
mod rules;
mod safety;
mod set_at_eight;
mod sign_ins;

use std::path::Path;

use crate::{NewEvent, NewLink, Store, TenantStore};
use presync_core::id::{EightUserId, LinkId, TeamsUserId, TenantId};
use presync_core::time::Timestamp;

/// The store in this file, and its tenant `acme`.
fn acme(path: &Path) -> TenantStore {
    tenant(&Store::open(path).unwrap(), "acme")
}

fn tenant(store: &Store, name: &str) -> TenantStore {
    store.tenant(&TenantId::from(name)).unwrap()
}

/// The person with this number.
fn person(number: u32) -> NewLink {
    NewLink {
        teams_id: TeamsUserId::from(format!("teams-{number}")),
        eight_id: EightUserId::from(format!("eight-{number}")),
        user_principal_name: format!("p{number}@example.com"),
        email: format!("P{number}@example.com"),
        display_name: format!("Person {number}"),
    }
}

fn people(numbers: std::ops::Range<u32>) -> Vec<NewLink> {
    numbers.map(person).collect()
}

/// Links these people and gives their ids.
fn link(tenant: &TenantStore, numbers: std::ops::Range<u32>) -> Vec<LinkId> {
    tenant.add_links(&people(numbers)).unwrap().into_iter().map(|link| link.id).collect()
}

fn event(at: u64, link: Option<LinkId>, kind: &str) -> NewEvent {
    NewEvent { at: Timestamp::from_millis(at), link, kind: kind.to_owned(), detail: "{}".to_owned() }
}
