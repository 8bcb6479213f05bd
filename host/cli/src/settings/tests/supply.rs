use insta::assert_snapshot;

use super::{ACME, load_in, told_with};

/// What someone is told whose tenant has these keys, from line 4 on.
fn told_of(keys: &str) -> String {
    told_with("[tenant.teams]", &format!("{keys}\n[tenant.teams]"))
}

/// The same for a tenant whose groups are in a file with this content.
fn told_of_file(content: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("groups.csv"), content).unwrap();
    let acme = ACME.replace("[tenant.teams]", "groups = \"file:groups.csv\"\n[tenant.teams]");
    load_in(folder.path(), &acme).unwrap_err().to_string().replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn a_group_is_a_name_and_addresses() {
    assert_snapshot!(told_of("groups = 1\nqueues = \"queues.csv\""), @r#"
    presync.toml:4: tenant[acme].groups: is an integer; expected a table, each line a group and its people: support = ["ann@corp.com"], or "file:groups.csv" with the columns person,group
    presync.toml:5: tenant[acme].queues: is "queues.csv"; expected a table, each line a queue and its people: support = ["ann@corp.com"], or "file:queues.csv" with the columns person,queue
    "#);
    assert_snapshot!(told_of("[tenant.groups]\nsupport = 7\nboard = [\"\"]\nsales = \"file:sales.csv\""), @r#"
    presync.toml:5: tenant[acme].groups.support: is an integer; expected a list of user names or addresses
    presync.toml:6: tenant[acme].groups.board: is empty, or has an empty text in it; expected a list of user names or addresses
    presync.toml:7: tenant[acme].groups.sales: names a file, and a file has all of them; expected a list of user names or addresses, or `groups = "file:sales.csv"` in [[tenant]]
    "#);
}

#[test]
fn a_file_of_groups_has_two_columns_and_no_gaps() {
    assert_snapshot!(told_of("groups = \"file:missing.csv\""), @r#"presync.toml:4: tenant[acme].groups: refers to file:missing.csv, which cannot be read (missing.csv: No such file or directory (os error 2)); expected a table, each line a group and its people: support = ["ann@corp.com"], or "file:groups.csv" with the columns person,group"#);
    assert_snapshot!(told_of_file(""), @r#"presync.toml:4: tenant[acme].groups: refers to file:groups.csv, whose first line is ""; expected the first line person,group"#);
    assert_snapshot!(told_of_file("person,group,since\n"), @r#"presync.toml:4: tenant[acme].groups: refers to file:groups.csv, whose first line is "person,group,since"; expected the first line person,group"#);
    assert_snapshot!(told_of_file("person,group\nann@corp.com,support\n,support\nbob@corp.com\nbob@corp.com,\n"), @"
    presync.toml:4: tenant[acme].groups: refers to file:groups.csv, whose line 3 column person is empty; expected a person and a group on every line
    presync.toml:4: tenant[acme].groups: refers to file:groups.csv, whose line 4 has 1 fields, expected 2; a field with a comma goes in quotes; expected a person and a group on every line
    presync.toml:4: tenant[acme].groups: refers to file:groups.csv, whose line 5 column group is empty; expected a person and a group on every line
    ");
    assert_eq!(told_of_file(&format!("person,group\n{}", ",\n".repeat(99))).lines().count(), 10);
}

#[test]
fn a_time_zone_is_one_that_exists() {
    assert_snapshot!(told_of("time_zone = \"Europe/Berln\"\nrules_see_identity = \"yes\""), @r#"
    presync.toml:4: tenant[acme].time_zone: is "Europe/Berln", no time zone (did you mean "Europe/Berlin"?); expected an IANA time zone, such as "Europe/Berlin"
    presync.toml:5: tenant[acme].rules_see_identity: is a string; expected true, if rules may see the names and addresses of people, or false
    "#);
    assert_snapshot!(told_of("time_zone = \"berlin\"\ntime_zones = { group = {} }"), @r#"
    presync.toml:4: tenant[acme].time_zone: is "berlin", no time zone (did you mean "Europe/Berlin"?); expected an IANA time zone, such as "Europe/Berlin"
    presync.toml:5: tenant[acme].time_zones.group: is not a known key; did you mean "groups"?
    "#);
    assert_snapshot!(told_of("time_zones = { people = { \"ann@corp.com\" = 1 }, groups = \"UTC\", departments = { a = \"Mars/Olympus\" } }"), @r#"
    presync.toml:4: tenant[acme].time_zones.people.ann@corp.com: is an integer; expected an IANA time zone, such as "Europe/Berlin"
    presync.toml:4: tenant[acme].time_zones.groups: is a string; expected a table, each line a name and a time zone: "Sales" = "Europe/Berlin"
    presync.toml:4: tenant[acme].time_zones.departments.a: is "Mars/Olympus", no time zone; expected an IANA time zone, such as "Europe/Berlin"
    "#);
}
