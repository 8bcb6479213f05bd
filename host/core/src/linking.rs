//! Pairing people: a Teams user and an 8x8 user are one person when the 8x8 e-mail address equals the Teams user name, without
//! regard to case. Whoever finds no partner, or more than one, is listed with the reason, never dropped in silence.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::id::{EightUserId, TeamsUserId};

/// A Teams user, as far as pairing needs to know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamsCandidate {
    /// Object id.
    pub id: TeamsUserId,
    /// `userPrincipalName`.
    pub user_principal_name: String,
    /// Sign-in is allowed.
    pub enabled: bool,
    /// The account belongs to another tenant.
    pub guest: bool,
}

/// An 8x8 user, as far as pairing needs to know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EightCandidate {
    /// 8x8 user id.
    pub id: EightUserId,
    /// `primaryEmail`; `None` when 8x8 has none.
    pub email: Option<String>,
    /// The account is active.
    pub active: bool,
}

/// A person who is on both sides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The Teams side.
    pub teams: TeamsUserId,
    /// The 8x8 side.
    pub eight: EightUserId,
}

/// Why somebody is not linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unlinked {
    /// Nobody on the other side has this address.
    NoPartner,
    /// More than one person on a side has this address; who is meant cannot be known.
    Ambiguous,
    /// The account may not sign in, or is not active.
    Disabled,
    /// The account is a guest: its presence lives in its home tenant.
    Guest,
    /// 8x8 knows no address.
    NoAddress,
}

impl Unlinked {
    /// The stable name of this reason.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NoPartner => "no-partner",
            Self::Ambiguous => "ambiguous",
            Self::Disabled => "disabled",
            Self::Guest => "guest",
            Self::NoAddress => "no-address",
        }
    }

    /// What to tell an administrator.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NoPartner => {
                "no account on the other side has this address: give both sides the same one, or leave it"
            }
            Self::Ambiguous => "several accounts share this address: give each person their own",
            Self::Disabled => "the account is disabled: enable it, or leave it",
            Self::Guest => "a guest's presence lives in the home tenant: link that account there",
            Self::NoAddress => "8x8 has no primary e-mail for this user: enter the Teams user name there",
        }
    }
}

/// Somebody who is not linked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alone {
    /// A Teams user.
    Teams(TeamsUserId, Unlinked),
    /// An 8x8 user.
    Eight(EightUserId, Unlinked),
}

/// The outcome of pairing two directories: everybody of either is in exactly one of the two lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairing {
    /// People on both sides.
    pub pairs: Vec<Pair>,
    /// Everybody else.
    pub alone: Vec<Alone>,
}

/// Pairs two directories.
pub fn pair(teams: &[TeamsCandidate], eight: &[EightCandidate]) -> Pairing {
    let mut pairing = Pairing::default();
    let mut addresses: BTreeMap<String, (Vec<&TeamsUserId>, Vec<&EightUserId>)> = BTreeMap::new();
    for user in teams {
        let obstacle = if user.guest {
            Some(Unlinked::Guest)
        } else if !user.enabled {
            Some(Unlinked::Disabled)
        } else {
            None
        };
        match obstacle {
            Some(reason) => pairing.alone.push(Alone::Teams(user.id.clone(), reason)),
            None => addresses.entry(fold(&user.user_principal_name)).or_default().0.push(&user.id),
        }
    }
    for user in eight {
        match user.email.as_deref().map(fold).filter(|email| !email.is_empty()) {
            _ if !user.active => pairing.alone.push(Alone::Eight(user.id.clone(), Unlinked::Disabled)),
            None => pairing.alone.push(Alone::Eight(user.id.clone(), Unlinked::NoAddress)),
            Some(email) => addresses.entry(email).or_default().1.push(&user.id),
        }
    }
    for (teams, eight) in addresses.into_values() {
        match (teams.as_slice(), eight.as_slice()) {
            ([teams], [eight]) => {
                pairing.pairs.push(Pair { teams: (*teams).clone(), eight: (*eight).clone() });
            }
            (teams, eight) => {
                let reason =
                    if teams.is_empty() || eight.is_empty() { Unlinked::NoPartner } else { Unlinked::Ambiguous };
                pairing.alone.extend(teams.iter().map(|id| Alone::Teams((*id).clone(), reason)));
                pairing.alone.extend(eight.iter().map(|id| Alone::Eight((*id).clone(), reason)));
            }
        }
    }
    pairing.alone.sort();
    pairing
}

/// Addresses are compared trimmed and in lower case.
fn fold(address: &str) -> String {
    address.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn teams(id: &str, name: &str) -> TeamsCandidate {
        TeamsCandidate { id: id.into(), user_principal_name: name.into(), enabled: true, guest: false }
    }

    fn eight(id: &str, email: &str) -> EightCandidate {
        EightCandidate { id: id.into(), email: Some(email.into()), active: true }
    }

    #[test]
    fn the_same_address_links_without_regard_to_case() {
        let pairing = pair(&[teams("t1", "Ann.Lee@Corp.com")], &[eight("e1", "ann.lee@corp.COM ")]);
        assert_eq!(pairing.pairs, [Pair { teams: "t1".into(), eight: "e1".into() }]);
        assert!(pairing.alone.is_empty());
    }

    #[test]
    fn people_without_a_partner_are_listed() {
        let pairing = pair(&[teams("t1", "a@corp.com")], &[eight("e1", "b@corp.com")]);
        assert!(pairing.pairs.is_empty());
        assert_eq!(
            pairing.alone,
            [Alone::Teams("t1".into(), Unlinked::NoPartner), Alone::Eight("e1".into(), Unlinked::NoPartner)]
        );
    }

    #[test]
    fn two_users_with_one_address_are_ambiguous_and_nobody_is_guessed() {
        let pairing = pair(&[teams("t1", "a@corp.com")], &[eight("e1", "a@corp.com"), eight("e2", "A@corp.com")]);
        assert!(pairing.pairs.is_empty());
        assert_eq!(pairing.alone.len(), 3);
        assert!(pairing.alone.iter().all(|alone| {
            matches!(alone, Alone::Teams(_, Unlinked::Ambiguous) | Alone::Eight(_, Unlinked::Ambiguous))
        }));
    }

    #[test]
    fn guests_disabled_accounts_and_missing_addresses_are_listed_with_their_reason() {
        let guest = TeamsCandidate { guest: true, ..teams("t1", "a@corp.com") };
        let disabled = TeamsCandidate { enabled: false, ..teams("t2", "b@corp.com") };
        let silent = EightCandidate { email: None, ..eight("e1", "") };
        let inactive = EightCandidate { active: false, ..eight("e2", "b@corp.com") };
        let pairing = pair(&[guest, disabled], &[silent, inactive]);
        assert_eq!(
            pairing.alone,
            [
                Alone::Teams("t1".into(), Unlinked::Guest),
                Alone::Teams("t2".into(), Unlinked::Disabled),
                Alone::Eight("e1".into(), Unlinked::NoAddress),
                Alone::Eight("e2".into(), Unlinked::Disabled),
            ]
        );
    }
}
