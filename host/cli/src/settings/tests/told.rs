//! Being told of changes in Teams.

use insta::assert_snapshot;

use super::{ACME, load, told};

const TOLD: &str = r#"
[tenant.teams.notifications]
notification_url = "https://presync.corp.com/notifications/acme"
redirect_url = "http://localhost:8088/signed-in"
sync_users = ["presence.sync@corp.com", "presence.sync2@corp.com"]
"#;

fn with(old: &str, new: &str) -> String {
    assert!(TOLD.contains(old), "{old}");
    format!("{ACME}{}", TOLD.replace(old, new))
}

fn told_with(old: &str, new: &str) -> String {
    told(&with(old, new))
}

#[test]
fn the_reading_app_is_signed_in_to_unless_another_is_named() {
    let read = |text: &str| load(text).unwrap().tenants.remove(0).teams.notifications.unwrap();
    let notifications = read(&with("", ""));
    assert_eq!(notifications.notification_url.as_str(), "https://presync.corp.com/notifications/acme");
    assert_eq!(notifications.redirect_url.as_str(), "http://localhost:8088/signed-in");
    assert_eq!(notifications.sync_users, ["presence.sync@corp.com", "presence.sync2@corp.com"]);
    assert!(notifications.app.is_none());
    let app = r#"app = { client_id = "51f3b8de-08a4-4d0b-b6ff-94f5c2f0a7e2", secret = "env:WRITE" }"#;
    let other = read(&with("redirect_url", &format!("{app}\nredirect_url"))).app.unwrap();
    assert_eq!(other.client_id.to_string(), "51f3b8de-08a4-4d0b-b6ff-94f5c2f0a7e2");
    assert!(load(ACME).unwrap().tenants[0].teams.notifications.is_none());
}

#[test]
fn an_address_that_leads_elsewhere_is_told() {
    assert_snapshot!(
        told_with("/notifications/acme", "/notifications/bolt"),
        @r#"presync.toml:12: tenant[acme].teams.notifications.notification_url: is "https://presync.corp.com/notifications/bolt"; expected an https address that Microsoft reaches from the internet, and it ends in /notifications/acme, where presync listens"#
    );
    assert_snapshot!(
        told_with("https://presync.corp.com/notifications", "http://127.0.0.1:8088/notifications"),
        @r#"presync.toml:12: tenant[acme].teams.notifications.notification_url: is "http://127.0.0.1:8088/notifications/acme", which is this machine and nothing that Microsoft reaches; expected an https address that Microsoft reaches from the internet"#
    );
    assert_snapshot!(
        told_with("http://localhost:8088/signed-in", "http://presync.corp.com/signed-in"),
        @r#"presync.toml:13: tenant[acme].teams.notifications.redirect_url: is "http://presync.corp.com/signed-in": plain http to another machine would show the secrets on the way; expected an https address, or http to this machine (localhost)"#
    );
}

#[test]
fn a_stand_in_on_this_machine_reaches_this_machine() {
    let graph = "graph = \"http://127.0.0.1:9082/v1.0\"\n[tenant.teams.notifications]";
    let text = with("https://presync.corp.com/notifications", "http://127.0.0.1:8088/notifications");
    assert!(load(&text.replace("[tenant.teams.notifications]", "")).is_err());
    let acme = ACME.replace("[tenant.eight]", &format!("{graph}\n{}\n[tenant.eight]", rest(&text)));
    assert!(load(&acme).unwrap().tenants[0].teams.notifications.is_some());
}

/// The lines of the table alone.
fn rest(text: &str) -> &str {
    text.split("[tenant.teams.notifications]").nth(1).unwrap()
}

#[test]
fn sync_users_are_user_names_and_each_is_named_once() {
    assert_snapshot!(
        told_with("presence.sync2@corp.com", "Presence.Sync@corp.com"),
        @r#"presync.toml:14: tenant[acme].teams.notifications.sync_users[2]: is "Presence.Sync@corp.com" a second time; expected a list of user names, each an account made for this: ["presence.sync@corp.com"]"#
    );
    assert_snapshot!(
        told_with("\"presence.sync@corp.com\", \"presence.sync2@corp.com\"", ""),
        @r#"presync.toml:14: tenant[acme].teams.notifications.sync_users: is empty; expected a list of user names, each an account made for this: ["presence.sync@corp.com"]"#
    );
    assert_snapshot!(
        told_with("presence.sync2@corp.com", "sync"),
        @r#"presync.toml:14: tenant[acme].teams.notifications.sync_users[2]: is "sync", no user name; expected a list of user names, each an account made for this: ["presence.sync@corp.com"]"#
    );
}

#[test]
fn all_that_is_missing_is_told_at_once_and_a_cloud_without_notifications_too() {
    assert_snapshot!(told(&format!("{ACME}[tenant.teams.notifications]\nurl = \"x\"\n")), @r#"
    presync.toml:10: tenant[acme].teams.notifications.notification_url: is missing; expected an https address that Microsoft reaches from the internet
    presync.toml:10: tenant[acme].teams.notifications.redirect_url: is missing; expected the address that sign-ins lead back to, registered with the app word for word: https, or http to this machine
    presync.toml:10: tenant[acme].teams.notifications.sync_users: is missing; expected a list of user names, each an account made for this: ["presence.sync@corp.com"]
    presync.toml:11: tenant[acme].teams.notifications.url: is not a known key; expected one of notification_url, redirect_url, sync_users, app
    "#);
    let text = with("", "").replace("[tenant.eight]", "cloud = \"us-gov-l4\"\n[tenant.eight]");
    assert_snapshot!(
        told(&text),
        @r#"presync.toml:12: tenant[acme].teams.notifications: is set, but Microsoft tells nobody of changes of presence in the cloud "us-gov-l4"; expected no such table there: presync asks instead"#
    );
}
