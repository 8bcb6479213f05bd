//! The pages, and the file that a pair goes into.

use std::path::PathBuf;

use presync_core::linking::{HandPair, LinkPolicy};
use presync_core::words::Side;
use presync_service::{LinkSettings, links};

use super::{add, list, suggest, table};
use crate::api::answer::{Alone, Linked, Suggested};

fn pair(teams: &str, eight: &str) -> HandPair {
    HandPair { teams: teams.to_owned(), eight: eight.to_owned() }
}

fn linked(upn: &str, email: &str, name: &str, by: Option<&str>) -> Linked {
    Linked {
        name: name.to_owned(),
        user_principal_name: upn.to_owned(),
        teams_id: format!("id of {upn}"),
        email: email.to_owned(),
        eight_id: format!("e-{}", name.to_lowercase().replace(' ', "-")),
        by: by.map(str::to_owned),
    }
}

fn alone(side: Side, id: &str, address: &str, name: &str, suggestions: Vec<Suggested>) -> Alone {
    let (reason, advice) = ("no-partner".to_owned(), "nobody has this address".to_owned());
    Alone { side, id: id.into(), address: address.into(), name: name.into(), reason, advice, suggestions }
}

fn suggested(id: &str, address: &str, name: &str, score: u8, likeness: &str, line: [&str; 2]) -> Suggested {
    let [teams, eight] = line.map(str::to_owned);
    Suggested {
        id: id.into(),
        address: address.into(),
        name: name.into(),
        score,
        likeness: likeness.into(),
        teams,
        eight,
    }
}

/// Ann by name on both sides, Bob whom two might be, and a room.
fn accounts() -> Vec<Alone> {
    let ann = ["ann@corp.com", "a.lee@old.com"];
    let bob = |eight| ["bob@corp.com", eight];
    let to_bob = |eight| vec![suggested("t-2", "bob@corp.com", "Bob Berg", 95, "same-name", bob(eight))];
    vec![
        alone(
            Side::Teams,
            "t-1",
            "ann@corp.com",
            "Ann Lee",
            vec![
                suggested("e-1", "a.lee@old.com", "Lee, Ann", 95, "same-name", ann),
                suggested(
                    "e-9",
                    "ann.leigh@old.com",
                    "Ann Leigh",
                    85,
                    "alike-name",
                    ["ann@corp.com", "ann.leigh@old.com"],
                ),
            ],
        ),
        alone(
            Side::Teams,
            "t-2",
            "bob@corp.com",
            "Bob Berg",
            vec![
                suggested("e-2", "", "Bob Berg", 95, "same-name", bob("e-2")),
                suggested("e-3", "", "Bob Berg", 95, "same-name", bob("e-3")),
            ],
        ),
        alone(
            Side::Eight,
            "e-1",
            "a.lee@old.com",
            "Lee, Ann",
            vec![suggested("t-1", "ann@corp.com", "Ann Lee", 95, "same-name", ann)],
        ),
        alone(Side::Eight, "e-2", "", "Bob Berg", to_bob("e-2")),
        alone(Side::Eight, "e-3", "", "Bob Berg", to_bob("e-3")),
        alone(Side::Eight, "e-7", "room@corp.com", "", Vec::new()),
    ]
}

#[test]
fn who_is_whom_is_a_line_each() {
    let people = [
        linked("ann@corp.com", "ann@corp.com", "Ann Lee", Some("upn")),
        linked("bob.berg@corp.com", "", "Bob, \"Bobby\"", Some("by-hand")),
        linked("cid@corp.com", "c@old.com", "", None),
    ];
    insta::assert_snapshot!(table::of_linked("acme", &people), @r#"
    acme: 3 people linked
      Teams              8x8             by            name
      ann@corp.com       ann@corp.com    upn           Ann Lee
      bob.berg@corp.com  e-bob,-"bobby"  by hand       Bob, "Bobby"
      cid@corp.com       c@old.com       not read yet
    "#);
    insta::assert_snapshot!(table::of_linked("acme", &[]), @"acme: 0 people linked");
    insta::assert_snapshot!(list::csv_of_linked(&people).unwrap(), @r#"
    teams,teams_id,eight,eight_id,name,by
    ann@corp.com,id of ann@corp.com,ann@corp.com,e-ann-lee,Ann Lee,upn
    bob.berg@corp.com,id of bob.berg@corp.com,,"e-bob,-""bobby""","Bob, ""Bobby""",by-hand
    cid@corp.com,id of cid@corp.com,c@old.com,e-,,not read yet
    "#);
}

#[test]
fn who_is_nobody_stands_under_the_reason_with_who_might_be_meant() {
    insta::assert_snapshot!(table::of_unlinked("acme", &accounts()), @"
    acme: 6 accounts not linked
      no partner: nobody has this address
        Teams  ann@corp.com  (t-1)  Ann Lee
               might be Lee, Ann, a.lee@old.com (e-1), same name: ann@corp.com,a.lee@old.com
               might be Ann Leigh, ann.leigh@old.com (e-9), alike name: ann@corp.com,ann.leigh@old.com
        Teams  bob@corp.com  (t-2)  Bob Berg
               might be Bob Berg, no address (e-2), same name: bob@corp.com,e-2
               might be Bob Berg, no address (e-3), same name: bob@corp.com,e-3
        8x8    a.lee@old.com  (e-1)  Lee, Ann
               might be Ann Lee, ann@corp.com (t-1), same name: ann@corp.com,a.lee@old.com
        8x8    no address  (e-2)  Bob Berg
               might be Bob Berg, bob@corp.com (t-2), same name: bob@corp.com,e-2
        8x8    no address  (e-3)  Bob Berg
               might be Bob Berg, bob@corp.com (t-2), same name: bob@corp.com,e-3
        8x8    room@corp.com  (e-7)
    ");
    insta::assert_snapshot!(list::csv_of_unlinked(&accounts()).unwrap(), @r#"
    side,id,address,name,reason,advice,might_be,might_be_name,likeness,score
    Teams,t-1,ann@corp.com,Ann Lee,no-partner,nobody has this address,a.lee@old.com,"Lee, Ann",same-name,95
    Teams,t-2,bob@corp.com,Bob Berg,no-partner,nobody has this address,e-2,Bob Berg,same-name,95
    8x8,e-1,a.lee@old.com,"Lee, Ann",no-partner,nobody has this address,ann@corp.com,Ann Lee,same-name,95
    8x8,e-2,,Bob Berg,no-partner,nobody has this address,bob@corp.com,Bob Berg,same-name,95
    8x8,e-3,,Bob Berg,no-partner,nobody has this address,bob@corp.com,Bob Berg,same-name,95
    8x8,e-7,room@corp.com,,no-partner,nobody has this address,,,,
    "#);
}

#[test]
fn what_is_suggested_is_a_file_of_pairs_in_which_doubts_are_remarks() {
    let page = suggest::page(&accounts(), 0).unwrap();
    insta::assert_snapshot!(page, @"
    teams,eight
    # same name
    ann@corp.com,a.lee@old.com
    # Teams bob@corp.com: several might be meant
    #   might be Bob Berg, no address (e-2), same name: bob@corp.com,e-2
    #   might be Bob Berg, no address (e-3), same name: bob@corp.com,e-3
    # 8x8 e-2: several might be meant
    #   might be Bob Berg, bob@corp.com (t-2), same name: bob@corp.com,e-2
    # 8x8 e-3: several might be meant
    #   might be Bob Berg, bob@corp.com (t-2), same name: bob@corp.com,e-3
    ");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("links.csv");
    std::fs::write(&path, page).unwrap();
    assert_eq!(links::read(&path).unwrap(), [pair("ann@corp.com", "a.lee@old.com")]);
    insta::assert_snapshot!(suggest::page(&accounts(), 96).unwrap(), @"teams,eight");
}

#[test]
fn a_pair_says_first_what_it_changes() {
    let people = [linked("ann@corp.com", "ann@corp.com", "Ann Lee", Some("upn"))];
    let changes = |teams, eight| add::changes(&pair(teams, eight), &people, &accounts());
    insta::assert_snapshot!(changes("ANN@corp.com", "e-2"), @"
    Teams ANN@corp.com: is Ann Lee, linked now as ann@corp.com and ann@corp.com (by upn); that link ends
    8x8 e-2: is Bob Berg, not linked now (no partner)
    ");
    insta::assert_snapshot!(changes("zoe@corp.com", "ann@corp.com"), @"
    Teams zoe@corp.com: nobody whom the service knows; the pair waits for them
    8x8 ann@corp.com: is Ann Lee, linked now as ann@corp.com and ann@corp.com (by upn); that link ends
    ");
}

/// A file of pairs with this text, and the settings that name it.
fn file(text: &str) -> (tempfile::TempDir, PathBuf, LinkSettings) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("links.csv");
    std::fs::write(&path, text).unwrap();
    let policy = LinkPolicy {
        hand: vec![pair("carl@corp.com", "e-5")],
        exclude: ["room@corp.com".to_owned()].into(),
        ..LinkPolicy::default()
    };
    (folder, path.clone(), LinkSettings { policy, file: Some(path) })
}

#[test]
fn a_pair_that_contradicts_another_is_refused_and_one_that_is_there_is_left() {
    let (folder, path, settings) = file("teams,eight\nann@corp.com,e-1\n");
    let told = |teams, eight| {
        let told = add::is_there(&pair(teams, eight), &settings, &path);
        told.map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
    };
    assert_eq!(told("bob@corp.com", "e-2"), Ok(false));
    assert_eq!(told("Ann@corp.com", "E-1"), Ok(true));
    assert_eq!(told("carl@corp.com", "e-5"), Ok(true), "in the settings");
    insta::assert_snapshot!(told("ANN@corp.com", "e-2").unwrap_err(), @"links.csv pairs ann@corp.com with e-1; take that out before ANN@corp.com is paired with e-2");
    insta::assert_snapshot!(told("bob@corp.com", "e-5").unwrap_err(), @"the settings pairs carl@corp.com with e-5; take that out before bob@corp.com is paired with e-5");
    insta::assert_snapshot!(told("Room@corp.com", "e-2").unwrap_err(), @"Room@corp.com is in `exclude` of [tenant.link] and is never linked; take it out there first");
    insta::assert_snapshot!(told("bob@corp.com", "").unwrap_err(), @"a pair has a name on either side: a Teams user name or object id, and an 8x8 user id, e-mail or user name");
}

#[test]
fn a_line_is_added_to_what_is_there_in_the_order_of_its_columns() {
    let (_folder, path, _) = file("# by Ann\nEight, Teams\ne-1,ann@corp.com");
    let text = std::fs::read_to_string(&path).unwrap();
    add::append(&path, &add::line(&text, &pair("bob, the second", "e-2")).unwrap()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "# by Ann\nEight, Teams\ne-1,ann@corp.com\ne-2,\"bob, the second\"\n");
    assert_eq!(links::read(&path).unwrap(), [pair("ann@corp.com", "e-1"), pair("bob, the second", "e-2")]);
    assert_eq!(add::line("teams,eight\n", &pair("a", "b")).unwrap(), "a,b\n");
}
