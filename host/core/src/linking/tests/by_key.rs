//! Pairing by what the directories say.

use std::slice::from_ref;

use super::*;

const NONE: [&str; 0] = [];

#[test]
fn the_same_address_links_without_regard_to_case_and_space() {
    let found = paired(&[teams("t1", "Ann.Lee@Corp.com")], &[eight("e1", "ann.lee@corp.COM ")], &LinkPolicy::default());
    assert_eq!(pairs(&found), ["t1=e1 upn"]);
    assert_eq!(alone(&found), NONE);
}

#[test]
fn people_without_a_partner_are_listed() {
    let found = paired(&[teams("t1", "a@corp.com")], &[eight("e1", "b@corp.com")], &LinkPolicy::default());
    assert_eq!(pairs(&found), NONE);
    assert_eq!(alone(&found), ["t1 no-partner", "e1 no-partner"]);
}

#[test]
fn two_users_with_one_address_are_ambiguous_and_nobody_is_guessed() {
    let others = [eight("e1", "a@corp.com"), eight("e2", "A@corp.com")];
    let found = paired(&[teams("t1", "a@corp.com")], &others, &LinkPolicy::default());
    assert_eq!(pairs(&found), NONE);
    assert_eq!(alone(&found), ["t1 ambiguous", "e1 ambiguous", "e2 ambiguous"]);
}

#[test]
fn a_weaker_key_does_not_decide_what_a_stronger_one_left_open() {
    let others = [eight("e1", "a@corp.com"), Eight { user_name: "a@corp.com".into(), ..eight("e2", "a@corp.com") }];
    let found = paired(&[teams("t1", "a@corp.com")], &others, &keys(&[Key::Upn, Key::UserName]));
    assert_eq!(alone(&found), ["t1 ambiguous", "e1 ambiguous", "e2 ambiguous"]);
}

#[test]
fn each_key_compares_what_it_says() {
    let user = Teams {
        mail: Some("Ann.Berg@corp.com".into()),
        addresses: vec!["ann.berg@corp.com".into(), "ann.lee@corp.com".into()],
        ..teams("6ea91a8d", "a.berg@corp.com")
    };
    let of = |email: &str, user_name: &str, federation_id: &str| Eight {
        user_name: user_name.into(),
        federation_id: Some(federation_id.into()),
        ..eight("e1", email)
    };
    let cases = [
        (Key::Upn, of("A.Berg@corp.com", "x", "")),
        (Key::SignOn, of("x@corp.com", "x", "a.berg@CORP.com")),
        (Key::SignOn, of("x@corp.com", "x", "6EA91A8D")),
        (Key::Mail, of("ann.berg@corp.com", "x", "")),
        (Key::UserName, of("x@corp.com", "A.Berg@corp.com", "")),
        (Key::UserName, of("x@corp.com", "6ea91a8d", "")),
        (Key::Proxy, of("ann.lee@corp.com", "x", "")),
        (Key::Proxy, of("ann.berg@corp.com", "x", "")),
    ];
    for (key, other) in cases {
        let found = paired(from_ref(&user), from_ref(&other), &keys(&[key]));
        assert_eq!(pairs(&found), [format!("6ea91a8d=e1 {}", key.label())], "{other:?}");
        let is_another =
            |other: &Key| *other != key && !matches!((key, *other), (_, Key::Proxy) | (Key::Proxy, Key::Mail));
        let weaker: Vec<Key> = Key::ALL.into_iter().filter(is_another).collect();
        let found = paired(from_ref(&user), from_ref(&other), &keys(&weaker));
        assert_eq!(pairs(&found), NONE, "{key:?} alone links {other:?}");
    }
}

#[test]
fn a_former_address_links_only_where_the_tenant_says_so() {
    let heir = Teams { addresses: vec!["bob@corp.com".into()], ..teams("t1", "ann@corp.com") };
    let (users, others) = ([heir], [eight("e1", "bob@corp.com")]);
    assert_eq!(pairs(&paired(&users, &others, &LinkPolicy::default())), NONE);
    assert_eq!(pairs(&paired(&users, &others, &keys(&[Key::Upn, Key::Proxy]))), ["t1=e1 proxy"]);
}

#[test]
fn a_weaker_key_never_takes_somebody_who_has_a_stronger_one() {
    let ann = Teams { addresses: vec!["bob@corp.com".into()], ..teams("t1", "ann@corp.com") };
    let others = [eight("e1", "ann@corp.com"), eight("e2", "bob@corp.com")];
    for order in [[Key::Upn, Key::Proxy], [Key::Proxy, Key::Upn]] {
        let found = paired(from_ref(&ann), &others, &keys(&order));
        match order {
            [Key::Upn, _] => {
                assert_eq!(pairs(&found), ["t1=e1 upn"]);
                assert_eq!(alone(&found), ["e2 taken"]);
            }
            _ => {
                assert_eq!(pairs(&found), ["t1=e2 proxy"], "the tenant chooses what is stronger");
                assert_eq!(alone(&found), ["e1 taken"]);
            }
        }
    }
}

#[test]
fn who_finds_only_somebody_who_is_taken_is_given_to_nobody_else() {
    let ann = Teams { mail: Some("shared@corp.com".into()), ..teams("t1", "ann@corp.com") };
    let bob = Teams { addresses: vec!["shared@corp.com".into()], ..teams("t2", "bob@corp.com") };
    let others = [eight("e1", "ann@corp.com"), eight("e2", "shared@corp.com")];
    let found = paired(&[ann, bob], &others, &keys(&[Key::Upn, Key::Mail, Key::Proxy]));
    assert_eq!(pairs(&found), ["t1=e1 upn"]);
    assert_eq!(alone(&found), ["t2 ambiguous", "e2 taken"]);
}

#[test]
fn who_cannot_be_linked_is_listed_with_the_reason_and_so_is_the_partner() {
    let users = [
        Teams { guest: true, ..teams("t1", "a@corp.com") },
        Teams { enabled: false, ..teams("t2", "b@corp.com") },
        Teams { licensed: Some(false), ..teams("t3", "c@corp.com") },
        Teams { licensed: Some(true), ..teams("t4", "d@corp.com") },
    ];
    let others = [
        eight("e1", "a@corp.com"),
        Eight { active: false, ..eight("e2", "b@corp.com") },
        eight("e3", "c@corp.com"),
        Eight { email: None, ..eight("e4", "") },
    ];
    let found = paired(&users, &others, &LinkPolicy::default());
    assert_eq!(
        alone(&found),
        [
            "t1 guest",
            "t2 disabled",
            "t3 unlicensed",
            "t4 no-partner",
            "e1 partner-barred",
            "e2 disabled",
            "e3 partner-barred",
            "e4 no-address"
        ]
    );
}

#[test]
fn an_account_that_was_replaced_does_not_stand_in_the_way_of_the_new_one() {
    let others = [Eight { active: false, ..eight("e1", "a@corp.com") }, eight("e2", "a@corp.com")];
    let found = paired(&[teams("t1", "a@corp.com")], &others, &LinkPolicy::default());
    assert_eq!((pairs(&found), alone(&found)), (vec!["t1=e2 upn".into()], vec!["e1 disabled".into()]));
}

#[test]
fn an_account_that_is_told_twice_is_one() {
    let (users, others) = ([teams("t1", "a@corp.com"), teams("t1", "a@corp.com")], [eight("e1", "a@corp.com")]);
    assert_eq!(pairs(&paired(&users, &others, &LinkPolicy::default())), ["t1=e1 upn"]);
}
