use insta::assert_snapshot;

use super::{ACME, told, told_beside_acme, told_with};
use crate::settings::load;

#[test]
fn an_unknown_key_is_named_with_the_nearest_known_one_or_with_all() {
    assert_snapshot!(told_beside_acme("[service]\n\npoll_intervall = \"10s\"\ncolour = \"red\""), @r#"
    presync.toml:3: service.poll_intervall: is not a known key; did you mean "poll_interval"?
    presync.toml:4: service.colour: is not a known key; expected one of listen, state, poll_interval, directory_interval, eight_budget, trusted_keys, rule_cache, admin_token, at_stop, otlp
    "#);
    assert_snapshot!(told_with("[tenant.eight]", "[tenant.eigth]"), @r#"
    presync.toml:2: tenant[acme].eight: is missing; expected a table, [tenant.eight]
    presync.toml:7: tenant[acme].eigth: is not a known key; did you mean "eight"?
    "#);
    assert_snapshot!(told_with("read_app = { client_id", "read_app = { clientid"), @r#"
    presync.toml:6: tenant[acme].teams.read_app.clientid: is not a known key; did you mean "client_id"?
    presync.toml:6: tenant[acme].teams.read_app.client_id: is missing; expected the application (client) id of the app registration: a GUID
    "#);
}

#[test]
fn a_value_of_the_wrong_type_is_named_with_its_type() {
    assert_snapshot!(told_beside_acme("[service]\npoll_interval = 10\nlisten = [\"::1\"]\nstate = true"), @r#"
    presync.toml:2: service.poll_interval: is an integer; expected a length of time from 1s to 5m, such as "10s"
    presync.toml:3: service.listen: is an array; expected an IP address and a port, such as "127.0.0.1:8088"
    presync.toml:4: service.state: is a boolean; expected "sqlite:" and a file name, such as "sqlite:presync.db"
    "#);
    assert_snapshot!(told("service = 1\ntenant = \"acme\""), @r#"
    presync.toml:1: service: is an integer; expected a table, [service]
    presync.toml:2: tenant: is a string; expected one table or more, each [[tenant]] in double brackets
    "#);
    assert_snapshot!(
        told(&ACME.replace("[[tenant]]", "[tenant]")),
        @"presync.toml:2: tenant: is a table; expected one table or more, each [[tenant]] in double brackets"
    );
    assert_snapshot!(
        told_with("{ client_id = \"0d7a2c51-6c3e-4f0e-9a83-3a1f2d6b7c10\", secret = \"env:READ\" }", "\"env:READ\""),
        @r#"presync.toml:6: tenant[acme].teams.read_app: is a string; expected an app registration: { client_id = "GUID", secret = "env:NAME" }"#
    );
}

#[test]
fn a_key_that_is_missing_is_named_with_the_line_of_its_table() {
    assert_snapshot!(
        told(""),
        @"presync.toml:1: tenant: is missing; expected one table or more, each [[tenant]] in double brackets"
    );
    assert_snapshot!(told("\n[[tenant]]\n[tenant.teams]\nread_app = {}\n"), @r#"
    presync.toml:2: tenant[1].id: is missing; expected a name of its own: 1 to 64 of a-z, 0-9 and "-"
    presync.toml:2: tenant[1].eight: is missing; expected a table, [tenant.eight]
    presync.toml:3: tenant[1].teams.directory: is missing; expected the directory (tenant) id from the Entra admin center: a GUID such as "9f4ebab6-520d-49c0-85cc-7b25c78d4a93"
    presync.toml:4: tenant[1].teams.read_app.client_id: is missing; expected the application (client) id of the app registration: a GUID
    presync.toml:4: tenant[1].teams.read_app.secret: is missing; expected a reference: "env:NAME" or "file:path"
    "#);
    assert_snapshot!(
        told("tenant = []"),
        @"presync.toml:1: tenant: is empty; expected one table or more, each [[tenant]] in double brackets"
    );
}

#[test]
fn a_fastest_that_is_slower_than_the_slowest_is_named_with_it() {
    let told_so = |table: &str| told_beside_acme(&format!("[service]\npoll_interval = {table}\n"));
    assert_snapshot!(
        told_so("{ slowest = \"5s\", fastest = \"8s\" }"),
        @"presync.toml:2: service.poll_interval.fastest: is longer than slowest, which is 5s; expected a length of time from 1s to 5s, or a longer slowest"
    );
    assert_snapshot!(
        told_so("{ fastest = \"20s\" }"),
        @"presync.toml:2: service.poll_interval.fastest: is longer than slowest, which is 10s; expected a length of time from 1s to 10s, or a longer slowest"
    );
    assert_snapshot!(
        told_so("{ slowest = \"10s\", fastest = \"100ms\" }"),
        @r#"presync.toml:2: service.poll_interval.fastest: is "100ms", too short; expected a length of time from 1s to 5m, such as "10s""#
    );
    assert_snapshot!(
        told_so("{ slow = \"10s\" }"),
        @r#"presync.toml:2: service.poll_interval.slow: is not a known key; did you mean "slowest"?"#
    );
}

#[test]
fn a_limit_of_requests_must_be_one() {
    let told_so = |text: &str| told_beside_acme(&format!("[service]\neight_budget = \"{text}\"\n"));
    assert_snapshot!(
        told_so("600"),
        @r#"presync.toml:2: service.eight_budget: is "600", no limit of requests; expected a number of requests and a length of time from 1s to 1h, such as "600 per 1m""#
    );
    assert_snapshot!(
        told_so("9 per 1m"),
        @r#"presync.toml:2: service.eight_budget: is "9 per 1m", too few; 10 is the least; expected a number of requests and a length of time from 1s to 1h, such as "600 per 1m""#
    );
    assert_snapshot!(
        told_so("600 per 1day"),
        @r#"presync.toml:2: service.eight_budget: is "1day", too long; expected a number of requests and a length of time from 1s to 1h, such as "600 per 1m""#
    );
}

#[test]
fn a_length_of_time_must_be_one_and_within_its_bounds() {
    let told_so = |text: &str| told_beside_acme(&format!("[service]\npoll_interval = \"{text}\"\n"));
    assert_snapshot!(
        told_so("10"),
        @r#"presync.toml:2: service.poll_interval: is "10", no length of time; expected a length of time from 1s to 5m, such as "10s""#
    );
    assert_snapshot!(
        told_so("999ms"),
        @r#"presync.toml:2: service.poll_interval: is "999ms", too short; expected a length of time from 1s to 5m, such as "10s""#
    );
    assert_snapshot!(
        told_so("6m"),
        @r#"presync.toml:2: service.poll_interval: is "6m", too long; expected a length of time from 1s to 5m, such as "10s""#
    );
    assert_snapshot!(
        told_beside_acme("[service]\ndirectory_interval = \"often\"\n"),
        @r#"presync.toml:2: service.directory_interval: is "often", no length of time; expected a length of time from 1s to 1day, such as "60s""#
    );
}

#[test]
fn an_address_must_be_one() {
    let graph = |url: &str| told_with("read_app", &format!("graph = \"{url}\"\nread_app"));
    assert_snapshot!(
        graph("graph.microsoft.com/v1.0"),
        @r#"presync.toml:6: tenant[acme].teams.graph: is "graph.microsoft.com/v1.0", no address (relative URL without a base); expected an https address, or http to this machine (localhost)"#
    );
    assert_snapshot!(
        graph("ftp://graph.microsoft.com"),
        @r#"presync.toml:6: tenant[acme].teams.graph: is "ftp://graph.microsoft.com", neither https nor http; expected an https address, or http to this machine (localhost)"#
    );
    assert_snapshot!(
        graph("https://me:hush@graph.microsoft.com"),
        @"presync.toml:6: tenant[acme].teams.graph: has a user name or a password in it; expected an https address, or http to this machine (localhost)"
    );
    assert_snapshot!(
        graph("https://graph.microsoft.com/v1.0?x=1"),
        @r#"presync.toml:6: tenant[acme].teams.graph: is "https://graph.microsoft.com/v1.0?x=1", with a query or a fragment; expected an https address, or http to this machine (localhost)"#
    );
    assert_snapshot!(
        told_beside_acme("[service]\nlisten = \"localhost\"\n"),
        @r#"presync.toml:2: service.listen: is "localhost", no IP address with a port; expected an IP address and a port, such as "127.0.0.1:8088""#
    );
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let api = |url: &str| told_with("key =", &format!("api = \"{url}\"\nkey ="));
    assert_snapshot!(
        api("http://api.8x8.com"),
        @r#"presync.toml:8: tenant[acme].eight.api: is "http://api.8x8.com": plain http to another machine would show the secrets on the way; expected an https address, or http to this machine (localhost)"#
    );
    assert_snapshot!(
        api("http://10.0.0.7"),
        @r#"presync.toml:8: tenant[acme].eight.api: is "http://10.0.0.7": plain http to another machine would show the secrets on the way; expected an https address, or http to this machine (localhost)"#
    );
    assert_snapshot!(
        api("http://localhost.example.com"),
        @r#"presync.toml:8: tenant[acme].eight.api: is "http://localhost.example.com": plain http to another machine would show the secrets on the way; expected an https address, or http to this machine (localhost)"#
    );
}

#[test]
fn a_tenant_id_must_be_plain_and_its_own() {
    assert_snapshot!(
        told_with("\"acme\"", "\"Acme Inc.\""),
        @r#"presync.toml:3: tenant[Acme Inc.].id: is "Acme Inc.", not a name that can be used; expected a name of its own: 1 to 64 of a-z, 0-9 and "-""#
    );
    assert_snapshot!(
        told(&format!("{ACME}{ACME}")),
        @r#"presync.toml:12: tenant[acme].id: is "acme" a second time, after line 3; expected a name of its own: 1 to 64 of a-z, 0-9 and "-""#
    );
}

#[test]
fn a_guid_must_be_one() {
    assert_snapshot!(
        told_with("9f4ebab6-520d-49c0-85cc-7b25c78d4a93", "acme.example"),
        @r#"presync.toml:5: tenant[acme].teams.directory: is no GUID; expected the directory (tenant) id from the Entra admin center: a GUID such as "9f4ebab6-520d-49c0-85cc-7b25c78d4a93""#
    );
}

#[test]
fn a_mode_or_a_place_that_is_not_offered_is_refused() {
    assert_snapshot!(
        told_with("key =", "mode = \"hosted\"\nkey ="),
        @r#"presync.toml:8: tenant[acme].eight.mode: is "hosted", no mode of presync's; expected "partner" or "public""#
    );
    assert_snapshot!(
        told_beside_acme("[service]\nstate = \"nats://127.0.0.1:4222\"\n"),
        @r#"presync.toml:2: service.state: names NATS, which is not offered by this version; expected "sqlite:" and a file name, such as "sqlite:presync.db""#
    );
    assert_snapshot!(
        told_beside_acme("[service]\nstate = \"presync.db\"\n"),
        @r#"presync.toml:2: service.state: is "presync.db", no place that presync can keep its state in; expected "sqlite:" and a file name, such as "sqlite:presync.db""#
    );
}

#[test]
fn a_file_that_is_not_toml_is_told_its_line_and_nothing_else() {
    assert_snapshot!(
        told("[service]\nlisten = \nunknown = 1"),
        @"presync.toml:2: is not TOML: string values must be quoted, expected literal string"
    );
    assert_snapshot!(told("[service\n"), @"presync.toml:1: is not TOML: unclosed table, expected `]`");
    assert_snapshot!(told("[service]\n[service]\n"), @"presync.toml:2: is not TOML: duplicate key");
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_lines() {
    let text = r#"
[service]
poll_interval = "0s"
listen = "127.0.0.1:1"
[[tenant]]
id = "A"
[tenant.teams]
read_app = { client_id = "x", secret = "inline" }
graph = "http://example.com"
[tenant.eight]
mode = "hosted"
key = 1
[[tenant]]
id = "bolt"
"#;
    assert_snapshot!(told(text), @r#"
    presync.toml:3: service.poll_interval: is "0s", too short; expected a length of time from 1s to 5m, such as "10s"
    presync.toml:6: tenant[A].id: is "A", not a name that can be used; expected a name of its own: 1 to 64 of a-z, 0-9 and "-"
    presync.toml:7: tenant[A].teams.directory: is missing; expected the directory (tenant) id from the Entra admin center: a GUID such as "9f4ebab6-520d-49c0-85cc-7b25c78d4a93"
    presync.toml:8: tenant[A].teams.read_app.client_id: is no GUID; expected the application (client) id of the app registration: a GUID
    presync.toml:8: tenant[A].teams.read_app.secret: holds the secret itself, which everyone who sees this file would know; expected a reference: "env:NAME" or "file:path"
    presync.toml:9: tenant[A].teams.graph: is "http://example.com": plain http to another machine would show the secrets on the way; expected an https address, or http to this machine (localhost)
    presync.toml:10: tenant[A].eight.secret: is missing; expected a reference: "env:NAME" or "file:path"
    presync.toml:11: tenant[A].eight.mode: is "hosted", no mode of presync's; expected "partner" or "public"
    presync.toml:12: tenant[A].eight.key: is an integer; expected a reference: "env:NAME" or "file:path"
    presync.toml:13: tenant[bolt].teams: is missing; expected a table, [tenant.teams]
    presync.toml:13: tenant[bolt].eight: is missing; expected a table, [tenant.eight]
    "#);
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let error = load(&folder.path().join("missing.toml")).unwrap_err();
    assert!(error.to_string().ends_with("missing.toml cannot be read; expected a settings file"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}
