//! Reads `[tenant.teams.notifications]`: being told of changes in Teams, on behalf of sync users.

use std::collections::HashSet;

use presync_core::id::TenantId;
use presync_teams::Cloud;
use url::Url;

use super::app;
use super::document::{Entry, Section};
use super::kind::{Kind, URL, is_loopback};
use super::model::Told;

/// What to expect of it.
pub(super) const EXPECTED: &str = "a table, [tenant.teams.notifications]";
const KEYS: &[&str] = &["notification_url", "redirect_url", "sync_users", "app"];

const NOTIFICATION_URL: &str = "an https address that Microsoft reaches from the internet";
const REDIRECT_URL: &str =
    "the address that sign-ins lead back to, registered with the app word for word: https, or http to this machine";
const SYNC_USERS: &str = "a list of user names, each an account made for this: [\"presence.sync@corp.com\"]";

const SYNC_USER: Kind<String> = Kind {
    expected: SYNC_USERS,
    parse: |text| match text.trim().split_once('@') {
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() => Ok(text.trim().to_owned()),
        _ => Err(format!("is \"{text}\", no user name")),
    },
};

/// Microsoft's address is needed to tell what it can reach.
pub(super) fn read(entry: Entry<'_>, id: &TenantId, graph: Option<&Url>) -> Option<Told> {
    let cloud = graph.and_then(Cloud::of);
    if let Some(cloud) = cloud.filter(|cloud| !cloud.has_subscriptions()) {
        let what =
            format!("is set, but Microsoft tells nobody of changes of presence in the cloud \"{}\"", cloud.name());
        return entry.wrong(&what, "no such table there: presync asks instead");
    }
    let section = entry.section(EXPECTED, KEYS)?;
    let notification_url = address(&section, "notification_url", NOTIFICATION_URL, &format!("/notifications/{id}"))
        .filter(|url| reachable(&section, url, cloud));
    let redirect_url = address(&section, "redirect_url", REDIRECT_URL, "/signed-in");
    let sync_users = section.require("sync_users", SYNC_USERS).and_then(|entry| sync_users(&entry));
    let app = match section.get("app") {
        Some(entry) => app::read(entry).map(Some),
        None => Some(None),
    };
    Some(Told { notification_url: notification_url?, redirect_url: redirect_url?, sync_users: sync_users?, app: app? })
}

/// An address that ends as presync's own: a proxy before it passes paths on as they are.
fn address(section: &Section<'_>, key: &str, expected: &str, end: &str) -> Option<Url> {
    let entry = section.require(key, expected)?;
    let url = entry.of_kind(&URL)?;
    if url.path().ends_with(end) {
        return Some(url);
    }
    entry.wrong(&format!("is \"{url}\""), &format!("{expected}, and it ends in {end}, where presync listens"))
}

/// Reports an address that Microsoft itself cannot reach; a stand-in on this machine can.
fn reachable(section: &Section<'_>, url: &Url, cloud: Option<Cloud>) -> bool {
    let reachable = cloud.is_none() || !is_loopback(url);
    if !reachable {
        let what = format!(
            "is \"{url}\", which is this machine and nothing that Microsoft reaches; expected {NOTIFICATION_URL}"
        );
        section.wrong("notification_url", &what);
    }
    reachable
}

fn sync_users(entry: &Entry<'_>) -> Option<Vec<String>> {
    let items = entry.items(SYNC_USERS)?;
    if items.is_empty() {
        return entry.wrong("is empty", SYNC_USERS);
    }
    let mut known = HashSet::new();
    let once = |item: &Entry<'_>| {
        let user = item.of_kind(&SYNC_USER)?;
        if known.insert(user.to_lowercase()) {
            Some(user)
        } else {
            item.wrong(&format!("is \"{user}\" a second time"), SYNC_USERS)
        }
    };
    let users: Vec<_> = items.iter().map(once).collect();
    users.into_iter().collect()
}
