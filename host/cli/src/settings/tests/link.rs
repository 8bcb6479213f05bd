use insta::assert_snapshot;
use presync_core::linking::{DEFAULT_KEYS, HandPair, Key};

use super::{ACME, load_in, told_with};
use crate::settings::load_with;
use crate::settings::tests::variables;

fn told_of(link: &str) -> String {
    told_with("[tenant.eight]", &format!("[tenant.link]\n{link}\n[tenant.eight]"))
}

/// The same for a tenant whose pairs are in a file with this content.
fn told_of_file(content: &str, link: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("links.csv"), content).unwrap();
    let acme = ACME.replace("[tenant.eight]", &format!("[tenant.link]\nfile = \"links.csv\"\n{link}\n[tenant.eight]"));
    load_in(folder.path(), &acme).unwrap_err().to_string().replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn all_of_it_may_be_left_out_and_all_of_it_may_be_said() {
    let folder = tempfile::tempdir().unwrap();
    let plain = &load_in(folder.path(), ACME).unwrap().tenants[0].link;
    assert_eq!((plain.policy.keys.as_slice(), plain.policy.hand.len(), &plain.file), (&DEFAULT_KEYS[..], 0, &None));

    std::fs::write(folder.path().join("links.csv"), "teams,eight\ncid@corp.com,e3\n").unwrap();
    let link = "[tenant.link]\nmatch = [\"by-hand\", \"mail\", \"proxy\"]\nexclude = [\" Room@corp.com\"]\nfile = \"links.csv\"\n\
                [[tenant.link.pair]]\nteams = \"ann@corp.com\"\neight = \" e1\"\n[[tenant.link.pair]]\nteams = \"bob@corp.com\"\neight = \"e2\"\n";
    let text = format!("{ACME}{link}");
    std::fs::write(folder.path().join("presync.toml"), text).unwrap();
    let said = &load_with(&folder.path().join("presync.toml"), &variables()).unwrap().tenants[0].link;
    assert_eq!(said.policy.keys, [Key::Mail, Key::Proxy]);
    let pair = |teams: &str, eight: &str| HandPair { teams: teams.to_owned(), eight: eight.to_owned() };
    assert_eq!(
        said.policy.hand,
        [pair("ann@corp.com", "e1"), pair("bob@corp.com", "e2")],
        "the file is read where it is watched"
    );
    assert_eq!(said.policy.exclude, ["room@corp.com".to_owned()].into());
    assert_eq!(said.file, Some(folder.path().join("links.csv")));
}

#[test]
fn what_people_are_paired_by_is_a_list_of_keys_each_once() {
    assert_snapshot!(told_of("match = [\"upn\", \"email\"]\nkeys = 1"), @r#"
    presync.toml:8: tenant[acme].link.match[2]: is "email", nothing that people are paired by; expected a list of "by-hand", "upn", "sign-on", "mail", "user-name", "proxy", the strongest first
    presync.toml:9: tenant[acme].link.keys: is not a known key; expected one of match, pair, file, exclude
    "#);
    assert_snapshot!(told_of("match = [\"upn\", \"by-hand\", \"upn\"]"), @r#"
    presync.toml:8: tenant[acme].link.match[2]: is "by-hand" after a key; expected it in front of all others, or nowhere: by hand always wins
    presync.toml:8: tenant[acme].link.match[3]: is "upn" a second time; expected each once, the strongest first
    "#);
    assert_snapshot!(told_of("match = []\nexclude = [\"\"]"), @r#"
    presync.toml:8: tenant[acme].link.match: is empty; expected at least "by-hand"
    presync.toml:9: tenant[acme].link.exclude: is empty, or has an empty text in it; expected a list of user names, addresses or ids that are never linked
    "#);
}

#[test]
fn a_pair_has_two_sides_and_an_account_one_pair() {
    assert_snapshot!(told_of("[[tenant.link.pair]]\nteams = \"ann@corp.com\"\n[[tenant.link.pair]]\nteams = \" \"\neight = 7"), @"
    presync.toml:8: tenant[acme].link.pair[1].eight: is missing; expected an 8x8 user id, e-mail or user name
    presync.toml:11: tenant[acme].link.pair[2].teams: is empty; expected a Teams user name or object id
    presync.toml:12: tenant[acme].link.pair[2].eight: is an integer; expected an 8x8 user id, e-mail or user name
    ");
    let twice = "[[tenant.link.pair]]\nteams = \"ann@corp.com\"\neight = \"e1\"\n[[tenant.link.pair]]\nteams = \"ANN@corp.com\"\neight = \"e2\"";
    assert_snapshot!(told_of(twice), @"presync.toml:11: tenant[acme].link.pair[2]: contradicts line 8, which pairs ann@corp.com with e1; expected each account in one pair only");
}

#[test]
fn a_file_of_pairs_is_checked_with_the_settings() {
    assert_snapshot!(told_of("file = \"missing.csv\""), @"presync.toml:8: tenant[acme].link.file: cannot be used: missing.csv cannot be read (No such file or directory (os error 2)); expected a CSV file with the first line teams,eight, relative to the settings file");
    assert_snapshot!(told_of_file("teams,eight\nann@corp.com,\nbob@corp.com,e2\ncid@corp.com,e2\n", ""), @"
    presync.toml:8: tenant[acme].link.file: cannot be used: links.csv:2: column eight: is empty
    links.csv:4: pairs cid@corp.com with e2, but line 3 pairs bob@corp.com with e2; take one of the two out; expected a CSV file with the first line teams,eight, relative to the settings file
    ");
    let link = "[[tenant.link.pair]]\nteams = \"ann@corp.com\"\neight = \"e1\"";
    assert_snapshot!(told_of_file("teams,eight\nbob@corp.com,e1\n", link), @"presync.toml:8: tenant[acme].link.file: pairs bob@corp.com with e1, but line 9 here pairs ann@corp.com with e1; expected each account in one pair only");
}
