//! Pairing by what the settings say.

use super::*;

fn by_hand(pairs: &[(&str, &str)]) -> LinkPolicy {
    let pair = |(teams, eight): &(&str, &str)| HandPair { teams: (*teams).into(), eight: (*eight).into() };
    LinkPolicy { hand: pairs.iter().map(pair).collect(), ..LinkPolicy::default() }
}

fn misfits(pairing: &Pairing) -> Vec<(&str, &str, MisfitReason)> {
    pairing.misfits.iter().map(|misfit| (&*misfit.pair.teams, &*misfit.pair.eight, misfit.reason)).collect()
}

#[test]
fn by_hand_wins_over_every_key() {
    let users = [teams("t1", "ann@corp.com"), teams("t2", "bob@corp.com")];
    let others = [eight("e1", "ann@corp.com"), eight("e2", "bob@corp.com")];
    let found = paired(&users, &others, &by_hand(&[("ANN@corp.com", "bob@corp.com")]));
    assert_eq!(pairs(&found), ["t1=e2 by-hand"]);
    assert_eq!(alone(&found), ["t2 taken", "e1 taken"]);
    assert_eq!(misfits(&found), []);
}

#[test]
fn accounts_are_named_by_id_or_by_name() {
    let users = [teams("6EA9-t1", "ann@corp.com")];
    let others = [Eight { user_name: "jane".into(), ..eight("hvOB", "ann.lee@corp.com") }];
    for (user, other) in
        [("6ea9-t1", "hvOB"), ("ann@corp.com", " Ann.Lee@corp.com"), ("Ann@corp.com ", "JANE"), ("6EA9-T1", "jane")]
    {
        let found = paired(&users, &others, &by_hand(&[(user, other)]));
        assert_eq!(pairs(&found), ["6EA9-t1=hvOB by-hand"], "{user},{other}");
    }
    let found = paired(&users, &others, &by_hand(&[("ann@corp.com", "HVob")]));
    assert_eq!(misfits(&found), [("ann@corp.com", "HVob", MisfitReason::NobodyInEight)], "ids of 8x8 have a case");
}

#[test]
fn a_pair_that_fits_nobody_is_told_and_its_accounts_are_left_alone() {
    let users = [teams("t1", "ann@corp.com"), Teams { enabled: false, ..teams("t2", "bob@corp.com") }];
    let others = [
        eight("e1", "ann@corp.com"),
        eight("e2", "bob@corp.com"),
        eight("e3", "two@corp.com"),
        eight("e4", "two@corp.com"),
    ];
    let policy = by_hand(&[
        ("ann@corp.com", "ann.typo@corp.com"),
        ("nobody@corp.com", "e2"),
        ("t2", "e2"),
        ("ann@corp.com", "two@corp.com"),
    ]);
    let found = paired(&users, &others, &policy);
    assert_eq!(pairs(&found), Vec::<String>::new());
    assert_eq!(
        misfits(&found),
        [
            ("ann@corp.com", "ann.typo@corp.com", MisfitReason::NobodyInEight),
            ("ann@corp.com", "two@corp.com", MisfitReason::SeveralInEight),
            ("nobody@corp.com", "e2", MisfitReason::NobodyInTeams),
            ("t2", "e2", MisfitReason::Barred(Unlinked::Disabled)),
        ]
    );
    assert_eq!(
        alone(&found),
        ["t1 by-hand", "t2 disabled", "e1 ambiguous", "e2 by-hand", "e3 by-hand", "e4 by-hand"],
        "though t1 and e1 have the same address"
    );
}

#[test]
fn pairs_that_contradict_each_other_are_not_made() {
    let users = [teams("t1", "ann@corp.com"), teams("t2", "bob@corp.com")];
    let others = [eight("e1", "x@corp.com"), eight("e2", "y@corp.com")];
    let found = paired(&users, &others, &by_hand(&[("t1", "e1"), ("ann@corp.com", "y@corp.com"), ("t2", "e2")]));
    assert_eq!(pairs(&found), Vec::<String>::new());
    assert!(found.misfits.iter().all(|misfit| misfit.reason == MisfitReason::Contradicted), "{:?}", found.misfits);
    let twice = paired(&users, &others, &by_hand(&[("t1", "e1"), ("ann@corp.com", "x@corp.com")]));
    assert_eq!((pairs(&twice), twice.misfits.len()), (vec!["t1=e1 by-hand".into()], 0), "the same in other words");
}

#[test]
fn whom_the_settings_exclude_is_never_linked_and_who_is_nobody_is_told() {
    let users =
        [Teams { mail: Some("a.lee@corp.com".into()), ..teams("t1", "ann@corp.com") }, teams("t2", "bob@corp.com")];
    let others = [eight("e1", "ann@corp.com"), eight("e2", "bob@corp.com")];
    let exclude = ["a.lee@corp.com", "E2", "carl@corp.com"].map(|name| folded(name).into_owned()).into();
    let policy = LinkPolicy { exclude, ..by_hand(&[("t1", "e1")]) };
    let found = paired(&users, &others, &policy);
    assert_eq!(alone(&found), ["t1 excluded", "t2 partner-barred", "e1 by-hand", "e2 excluded"]);
    assert_eq!(misfits(&found), [("t1", "e1", MisfitReason::Barred(Unlinked::Excluded))]);
    assert_eq!(found.strangers, ["carl@corp.com"]);
}
