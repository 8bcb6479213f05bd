//! Random directories, in which few addresses are shared by many accounts: what must hold for every pairing.
//!
//! * everybody is in one list exactly, and nobody is linked twice
//! * the order in which the directories tell of people makes no difference
//! * somebody who shares no address with anybody changes nobody's link
//! * a pair that a key made is the only one which that key could have made of either account
//! * what the settings say by hand is made, or told; never something else

#![allow(clippy::expect_used, reason = "a model that is used wrongly is to fail the test")]

use std::collections::BTreeSet;

use presync_core::id::{EightUserId, TeamsUserId};
use presync_core::linking::{
    Alone, By, EightCandidate, HandPair, Key, LinkPolicy, Pairing, TeamsCandidate, Unlinked, folded, pair, suggest,
};
use proptest::prelude::*;
use proptest::sample::subsequence;

#[derive(Debug, Clone)]
struct User {
    id: TeamsUserId,
    upn: String,
    mail: Option<String>,
    addresses: Vec<String>,
    enabled: bool,
    guest: bool,
}

#[derive(Debug, Clone)]
struct Other {
    id: EightUserId,
    user_name: String,
    email: Option<String>,
    federation_id: Option<String>,
    active: bool,
}

#[derive(Debug, Clone)]
struct Directories {
    users: Vec<User>,
    others: Vec<Other>,
}

impl Directories {
    fn pair(&self, policy: &LinkPolicy) -> Pairing {
        let (users, others) = self.candidates();
        let pairing = pair(&users, &others, policy);
        let suggestions = suggest(&users, &others, &pairing);
        assert!(suggestions.keys().all(|alone| pairing.alone.contains(alone)), "only for those who are alone");
        pairing
    }

    fn candidates(&self) -> (Vec<TeamsCandidate<'_>>, Vec<EightCandidate<'_>>) {
        (self.users.iter().map(User::candidate).collect(), self.others.iter().map(Other::candidate).collect())
    }
}

impl User {
    fn candidate(&self) -> TeamsCandidate<'_> {
        TeamsCandidate {
            id: &self.id,
            user_principal_name: &self.upn,
            mail: self.mail.as_deref(),
            addresses: &self.addresses,
            name: &self.upn,
            enabled: self.enabled,
            guest: self.guest,
            licensed: None,
        }
    }
}

impl Other {
    fn candidate(&self) -> EightCandidate<'_> {
        EightCandidate {
            id: &self.id,
            user_name: &self.user_name,
            email: self.email.as_deref(),
            federation_id: self.federation_id.as_deref(),
            name: &self.user_name,
            active: self.active,
        }
    }
}

/// One of few addresses, in either case.
fn address() -> impl Strategy<Value = String> {
    (0..8u8, any::<bool>()).prop_map(|(who, loud)| {
        let address = format!("person{who}@corp.com");
        if loud { address.to_uppercase() } else { address }
    })
}

fn directories() -> impl Strategy<Value = Directories> {
    let user = (address(), prop::option::of(address()), prop::collection::vec(address(), 0..3), 0..10u8);
    let other = (address(), prop::option::of(address()), prop::option::of(address()), 0..10u8);
    let users = prop::collection::vec(user, 0..8);
    let others = prop::collection::vec(other, 0..8);
    (users, others).prop_map(|(users, others)| {
        let user = |(at, (upn, mail, addresses, luck)): (usize, (String, _, _, u8))| {
            let id = format!("t{at}").into();
            User { id, upn, mail, addresses, enabled: luck != 0, guest: luck == 1 }
        };
        let other = |(at, (user_name, email, federation_id, luck)): (usize, (String, _, _, u8))| Other {
            id: format!("e{at}").into(),
            user_name,
            email,
            federation_id,
            active: luck != 0,
        };
        let users = users.into_iter().enumerate().map(user).collect();
        Directories { users, others: others.into_iter().enumerate().map(other).collect() }
    })
}

fn policy() -> impl Strategy<Value = LinkPolicy> {
    let name = |ids: &'static str| prop_oneof![address(), (0..8u8).prop_map(move |at| format!("{ids}{at}"))];
    let hand = (name("t"), name("e")).prop_map(|(teams, eight)| HandPair { teams, eight });
    let exclude = prop::collection::btree_set(name("t").prop_map(|name| folded(&name).into_owned()), 0..2);
    let keys = subsequence(Key::ALL.to_vec(), 1..=Key::ALL.len()).prop_shuffle();
    (keys, prop::collection::vec(hand, 0..3), exclude).prop_map(|(keys, hand, exclude)| LinkPolicy {
        hand,
        keys,
        exclude,
    })
}

/// What a key compares of a user, written anew.
fn values_of_user(user: &User, key: Key) -> BTreeSet<String> {
    let id = user.id.as_str().to_owned();
    let values = match key {
        Key::Upn => vec![user.upn.clone()],
        Key::SignOn | Key::UserName => vec![user.upn.clone(), id],
        Key::Mail => user.mail.iter().cloned().collect(),
        Key::Proxy => user.mail.iter().chain(&user.addresses).cloned().collect(),
    };
    values.into_iter().map(|value| value.to_lowercase()).collect()
}

fn value_of_other(other: &Other, key: Key) -> Option<String> {
    let value = match key {
        Key::Upn | Key::Mail | Key::Proxy => other.email.clone(),
        Key::SignOn => other.federation_id.clone(),
        Key::UserName => Some(other.user_name.clone()),
    };
    value.map(|value| value.to_lowercase())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn everybody_is_in_one_list_exactly(directories in directories(), policy in policy()) {
        let pairing = directories.pair(&policy);
        let mut seen: Vec<String> = Vec::new();
        for found in &pairing.matches {
            seen.extend([found.pair.teams.to_string(), found.pair.eight.to_string()]);
        }
        seen.extend(pairing.alone.iter().map(|alone| match alone {
            Alone::Teams(id, _) => id.to_string(),
            Alone::Eight(id, _) => id.to_string(),
        }));
        seen.sort();
        let users = directories.users.iter().map(|user| user.id.to_string());
        let mut all: Vec<String> = users.chain(directories.others.iter().map(|other| other.id.to_string())).collect();
        all.sort();
        prop_assert_eq!(seen, all);
    }

    #[test]
    fn the_order_makes_no_difference(
        (directories, shuffled) in directories().prop_flat_map(|directories| {
            let shuffled = (Just(directories.users.clone()).prop_shuffle(), Just(directories.others.clone()).prop_shuffle());
            (Just(directories), shuffled.prop_map(|(users, others)| Directories { users, others }))
        }),
        policy in policy(),
    ) {
        let reversed = LinkPolicy { hand: policy.hand.iter().rev().cloned().collect(), ..policy.clone() };
        prop_assert_eq!(directories.pair(&policy), shuffled.pair(&reversed));
    }

    #[test]
    fn an_unrelated_person_changes_nobody_s_link(directories in directories(), policy in policy(), both in any::<bool>()) {
        let before = directories.pair(&policy);
        let mut more = directories;
        let own = "newcomer@corp.com".to_owned();
        more.users.push(User {
            id: "t-new".into(), upn: own.clone(), mail: None, addresses: Vec::new(), enabled: true, guest: false,
        });
        let email = Some(if both { own } else { "somebody@corp.com".to_owned() });
        more.others.push(Other {
            id: "e-new".into(), user_name: "e-new".into(), email, federation_id: None, active: true,
        });
        let mut after = more.pair(&policy);
        after.matches.retain(|found| found.pair.teams.as_str() != "t-new");
        after.alone.retain(|alone| !matches!(alone, Alone::Teams(id, _) if id.as_str() == "t-new"));
        after.alone.retain(|alone| !matches!(alone, Alone::Eight(id, _) if id.as_str() == "e-new"));
        prop_assert_eq!(before, after);
    }

    #[test]
    fn a_key_makes_a_pair_only_of_those_who_could_be_nobody_else(directories in directories(), policy in policy()) {
        let pairing = directories.pair(&policy);
        for found in &pairing.matches {
            let By::Key(key) = found.by else { continue };
            let user = directories.users.iter().find(|user| user.id == found.pair.teams).expect("one of them");
            let other = directories.others.iter().find(|other| other.id == found.pair.eight).expect("one of them");
            prop_assert!(user.enabled && !user.guest && other.active);
            let value = value_of_other(other, key).expect("there is a value");
            prop_assert!(values_of_user(user, key).contains(&value));
            // Everybody else with a value in common has none of the two by this key, and cannot have had a chance.
            for rival in directories.others.iter().filter(|rival| rival.id != other.id && rival.active) {
                let claims = value_of_other(rival, key).is_some_and(|value| values_of_user(user, key).contains(&value));
                let barred = pairing.alone.contains(&Alone::Eight(rival.id.clone(), Unlinked::Excluded));
                prop_assert!(!claims || barred, "{:?} claims {:?} too", rival, user);
            }
            // No stronger key says that either is somebody else, unless that one may not be linked.
            for stronger in policy.keys.iter().take(policy.keys.iter().position(|known| *known == key).unwrap_or(0)) {
                let claims = |user: &User, other: &Other| {
                    value_of_other(other, *stronger).is_some_and(|value| values_of_user(user, *stronger).contains(&value))
                };
                let barred = |user: &User| pairing.alone.contains(&Alone::Teams(user.id.clone(), Unlinked::Excluded));
                for rival in directories.users.iter().filter(|rival| rival.enabled && !rival.guest && !barred(rival)) {
                    prop_assert!(!claims(rival, other), "{:?} has the stronger claim on {:?}", rival, other);
                }
            }
        }
    }

    #[test]
    fn by_hand_is_made_or_told(directories in directories(), policy in policy()) {
        let pairing = directories.pair(&policy);
        for hand in &policy.hand {
            let user = |id: &TeamsUserId| directories.users.iter().find(|user| user.id == *id).expect("one of them");
            let other = |id: &EightUserId| directories.others.iter().find(|other| other.id == *id).expect("one of them");
            let made = pairing.matches.iter().any(|found| {
                let (user, other) = (user(&found.pair.teams), other(&found.pair.eight));
                let is_user = folded(user.id.as_str()) == folded(&hand.teams) || folded(&user.upn) == folded(&hand.teams);
                let names = [Some(other.id.as_str()), other.email.as_deref(), Some(other.user_name.as_str())];
                let is_other = names.into_iter().flatten().any(|name| folded(name) == folded(&hand.eight));
                is_user && is_other && found.by == By::Hand
            });
            let told = pairing.misfits.iter().any(|misfit| misfit.pair == *hand);
            prop_assert!(made != told, "{:?}: made {}, told {}", hand, made, told);
        }
    }
}
