//! Public mode: what 8x8 documents, each service with its own credentials.

use presync_eight::config::{Directory, Public, Push, Region, Stream};
use secrecy::ExposeSecret;

use super::*;

const PUBLIC: &str = r#"mode = "public"
key = "admin-key"
directory = "users"
work_dnd = true
[tenant.eight.work]
key = "work-key"
user = "svc@corp.com"
password = "file:hush.secret"
[tenant.eight.agents]
host = "https://vcc-na12.8x8.com"
tenant = "acme01"
token = "file:hush.secret"
working_offline = { list = 801, item = 1722, short = "Teams" }
people = { "ann@corp.com" = "ag1" }
[tenant.eight.realtime]
region = "eu"
key = "rt-key"
secret = "file:hush.secret"
"#;

/// The settings of ACME, with this for its 8x8 side.
fn with(eight: &str) -> String {
    let (before, rest) = ACME.split_once("[tenant.eight]\n").unwrap();
    let after = rest.find("\n[").map_or("", |place| &rest[place..]);
    format!("{before}[tenant.eight]\n{eight}{after}")
}

fn public(eight: &str) -> Box<Public> {
    match load(&with(eight)).unwrap().tenants.remove(0).eight {
        Eight::Public(public) => public,
        Eight::Partner(_) => panic!("partner"),
    }
}

#[test]
fn each_service_has_its_own_credentials() {
    let public = public(PUBLIC);
    assert_eq!(public.directory, Directory::Users);
    assert!(public.work_dnd && !public.calls_only);
    assert_eq!(public.work.unwrap().password.expose_secret(), "file-hush");
    let agents = public.agents.unwrap();
    assert_eq!((agents.user.as_str(), agents.working_offline.unwrap().item), ("acme01", 1722));
    assert_eq!(public.people["ann@corp.com"].as_str(), "ag1");
    assert_eq!(public.realtime.unwrap().region, Region::Eu);
}

#[test]
fn what_is_wrong_with_any_of_them_is_named_with_its_line_and_the_fix() {
    let wrong = PUBLIC
        .replace("\"users\"", "\"ldap\"")
        .replace("user = \"svc@corp.com\"\n", "")
        .replace("password = \"file:hush.secret\"", "password = \"s3cret\"")
        .replace("item = 1722, ", "")
        .replace("\"eu\"", "\"mars\"");
    insta::assert_snapshot!(told(&with(&wrong)));
    let wrong = wrong.replace("\"s3cret\"", "\"file:hush.secret\"").replace("list = 801, ", "list = 801, item = 3, ");
    insta::assert_snapshot!(told(&with(&wrong)));
}

#[test]
fn keys_of_the_partner_api_are_none_of_public_mode() {
    insta::assert_snapshot!(told(&with("mode = \"public\"\nkey = \"k\"\nsecret = \"file:hush.secret\"\n")));
}

/// What is told of the settings of the partner API with this beside them.
fn partner_with(push: &str) -> String {
    with(&format!("key = \"k\"\nsecret = \"env:EIGHT\"\n[tenant.eight.push]\n{push}"))
}

#[test]
fn what_8x8_is_to_tell_by_itself_is_to_wait_unless_more_is_said() {
    assert_eq!(partner(&load(ACME).unwrap().tenants[0]).push, Push::default());
    let url = |text: &str| text.parse().unwrap();
    let said = "wait = false\nstream_tenant = \"acmecc\"\nstream = \"wss://pulsar-ws-euw2.8x8.com\"\nwebhook = \"https://presync.corp.com/in/\"\n";
    let settings = load(&partner_with(said)).unwrap();
    let expected = Push {
        wait: false,
        stream: Some(Stream { tenant: "acmecc".to_owned(), host: Some(url("wss://pulsar-ws-euw2.8x8.com")) }),
        webhook: Some(url("https://presync.corp.com/in/hooks/8x8/acme")),
    };
    assert_eq!(partner(&settings.tenants[0]).push, expected);
}

#[test]
fn what_is_wrong_with_what_8x8_is_to_tell_is_named_with_its_line_and_the_fix() {
    let wrong = "wait = \"yes\"\nstream = \"https://pulsar-ws-euw2.8x8.com\"\nwebhook = \"http://presync.corp.com\"\nwebhok = 1\n";
    insta::assert_snapshot!(told(&partner_with(wrong)));
    insta::assert_snapshot!(told(&partner_with("stream = \"wss://pulsar-ws-euw2.8x8.com\"\n")));
    insta::assert_snapshot!(told(&partner_with("stream_tenant = \"acme/cc\"\nstream = \"ws://8x8.com\"\n")));
}

#[test]
fn the_example_of_public_mode_loads() {
    let names = [
        "CEDAR_READ_SECRET",
        "CEDAR_WRITE_SECRET",
        "CEDAR_8X8_KEY",
        "CEDAR_8X8_ANALYTICS_KEY",
        "CEDAR_8X8_ANALYTICS_PASSWORD",
        "CEDAR_8X8_ACTION_TOKEN",
        "CEDAR_8X8_REALTIME_KEY",
        "CEDAR_8X8_REALTIME_SECRET",
    ];
    let variables = Variables(names.map(|name| (name, "hush")).into());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/settings/public.toml");
    let tenant = super::super::load_with(&path, &variables).unwrap().tenants.remove(0);
    let Eight::Public(public) = tenant.eight else { panic!("partner") };
    assert!(public.work.is_some() && public.agents.is_some() && public.realtime.is_some());
}
