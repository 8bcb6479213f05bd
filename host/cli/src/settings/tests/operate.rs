//! What ends when, what is done at the end, and where traces go.

use presync_core::time::Timestamp;

use super::{ACME, load, partner, told_beside_acme, told_with};
use crate::settings::model::AtStop;

#[test]
fn sessions_are_kept_at_the_end_unless_the_settings_say_otherwise() {
    let settings = load(ACME).unwrap();
    assert_eq!((settings.service.at_stop, settings.service.otlp), (AtStop::Keep, None));
    let settings = load(&format!("[service]\nat_stop = \"clear\"\notlp = \"http://127.0.0.1:4318\"\n{ACME}")).unwrap();
    assert_eq!(settings.service.at_stop, AtStop::Clear);
    assert_eq!(settings.service.otlp.unwrap().as_str(), "http://127.0.0.1:4318/");
}

#[test]
fn what_is_done_at_the_end_is_one_of_two_things() {
    insta::assert_snapshot!(told_beside_acme("[service]\nat_stop = \"drop\"\n"), @r#"presync.toml:2: service.at_stop: is "drop", nothing that can be done at the end; expected "keep" (the next process takes the sessions up, or they lapse) or "clear""#);
}

#[test]
fn the_end_of_secrets_is_told_by_the_settings() {
    let text = ACME
        .replace("secret = \"env:READ\" }", "secret = \"env:READ\", expires = \"2027-01-31\" }")
        .replace("key = \"acme-key\"", "key = \"acme-key\"\nexpires = \"2027-02-01\"");
    let settings = load(&text).unwrap();
    let tenant = &settings.tenants[0];
    assert_eq!(tenant.teams.read_app.expires, Some(Timestamp::from_millis(1_801_353_600_000)));
    assert_eq!(partner(tenant).expires, Some(Timestamp::from_millis(1_801_440_000_000)));
}

#[test]
fn an_end_that_is_no_day_is_refused() {
    let told = told_with("secret = \"env:READ\" }", "secret = \"env:READ\", expires = \"31.01.2027\" }");
    assert!(told.contains("read_app.expires: is \"31.01.2027\", no day; expected the day on which it ends"), "{told}");
}
