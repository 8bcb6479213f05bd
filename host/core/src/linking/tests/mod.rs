//! Pairing by example.

mod by_hand;
mod by_key;
mod suggestions;

use super::*;
use crate::id::{EightUserId, TeamsUserId};

/// A Teams user, with what the tests change.
#[derive(Debug, Clone)]
pub(super) struct Teams {
    pub(super) id: TeamsUserId,
    pub(super) upn: String,
    pub(super) mail: Option<String>,
    pub(super) addresses: Vec<String>,
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) guest: bool,
    pub(super) licensed: Option<bool>,
}

/// An 8x8 user, with what the tests change.
#[derive(Debug, Clone)]
pub(super) struct Eight {
    pub(super) id: EightUserId,
    pub(super) user_name: String,
    pub(super) email: Option<String>,
    pub(super) federation_id: Option<String>,
    pub(super) name: String,
    pub(super) active: bool,
}

pub(super) fn teams(id: &str, upn: &str) -> Teams {
    let (mail, addresses, name) = (None, Vec::new(), String::new());
    Teams { id: id.into(), upn: upn.into(), mail, addresses, name, enabled: true, guest: false, licensed: None }
}

pub(super) fn eight(id: &str, email: &str) -> Eight {
    let (user_name, email, name) = (id.to_owned(), Some(email.to_owned()), String::new());
    Eight { id: id.into(), user_name, email, federation_id: None, name, active: true }
}

fn candidates<'a>(users: &'a [Teams], others: &'a [Eight]) -> (Vec<TeamsCandidate<'a>>, Vec<EightCandidate<'a>>) {
    let user = |user: &'a Teams| TeamsCandidate {
        id: &user.id,
        user_principal_name: &user.upn,
        mail: user.mail.as_deref(),
        addresses: &user.addresses,
        name: &user.name,
        enabled: user.enabled,
        guest: user.guest,
        licensed: user.licensed,
    };
    let other = |user: &'a Eight| EightCandidate {
        id: &user.id,
        user_name: &user.user_name,
        email: user.email.as_deref(),
        federation_id: user.federation_id.as_deref(),
        name: &user.name,
        active: user.active,
    };
    (users.iter().map(user).collect(), others.iter().map(other).collect())
}

/// Pairs them.
pub(super) fn paired(users: &[Teams], others: &[Eight], policy: &LinkPolicy) -> Pairing {
    let (users, others) = candidates(users, others);
    pair(&users, &others, policy)
}

/// The pairs in short: `t1=e1 upn`.
pub(super) fn pairs(pairing: &Pairing) -> Vec<String> {
    let short = |Match { pair, by }: &Match| format!("{}={} {}", pair.teams, pair.eight, by.label());
    pairing.matches.iter().map(short).collect()
}

/// Who is alone, in short: `t1 no-partner`.
pub(super) fn alone(pairing: &Pairing) -> Vec<String> {
    let short = |alone: &Alone| match alone {
        Alone::Teams(id, reason) => format!("{id} {}", reason.label()),
        Alone::Eight(id, reason) => format!("{id} {}", reason.label()),
    };
    pairing.alone.iter().map(short).collect()
}

/// A policy of these keys.
pub(super) fn keys(keys: &[Key]) -> LinkPolicy {
    LinkPolicy { keys: keys.to_vec(), ..LinkPolicy::default() }
}
