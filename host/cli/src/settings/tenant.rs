//! Reads `[[tenant]]` with its two sides.

use std::collections::HashMap;

use presync_core::id::TenantId;

use super::app;
use super::document::{Entry, Section};
use super::eight;
use super::kind::{CLOUD, DIRECTORY, TENANT_ID, URL};
use super::link;
use super::model::{Teams, Tenant};
use super::rule;
use super::supply;
use super::told;

const KEYS: &[&str] =
    &["id", "teams", "eight", "rule", "groups", "queues", "time_zone", "time_zones", "rules_see_identity", "link"];
const TEAMS_KEYS: &[&str] =
    &["directory", "cloud", "read_app", "write_app", "automatic_replies", "login", "graph", "notifications"];

const TENANTS: &str = "one table or more, each [[tenant]] in double brackets";
const TEAMS: &str = "a table, [tenant.teams]";
const EIGHT: &str = "a table, [tenant.eight]";
const SEEN: &str = "true, if rules may see the names and addresses of people, or false";

const ASKED: &str = "true, if mailboxes are to be asked who is out of office where Teams does not say it, or false";

const DEFAULT_CLOUD: &str = "global";

/// All tenants, in the order of the file.
pub(super) fn read_all(root: &Section<'_>) -> Option<Vec<Tenant>> {
    let entry = root.require("tenant", TENANTS)?;
    let id = |table: &toml::de::DeTable<'_>| Some(table.get("id")?.get_ref().as_str()?.to_owned());
    let sections = entry.sections(TENANTS, KEYS, id)?;
    if sections.is_empty() {
        return entry.wrong("is empty", TENANTS);
    }
    refuse_duplicates(&sections);
    let tenants: Vec<_> = sections.iter().map(read).collect();
    tenants.into_iter().collect()
}

fn read(section: &Section<'_>) -> Option<Tenant> {
    let id = section.required("id", &TENANT_ID);
    let unnamed = TenantId::from("");
    let named = id.as_ref().unwrap_or(&unnamed);
    let teams = section.require("teams", TEAMS).and_then(|entry| teams(entry, named));
    let eight = section.require("eight", EIGHT).and_then(|entry| eight::read(entry, named));
    let supply = supply::read(section);
    let link = link::read(section);
    let seen = section.get("rules_see_identity").map_or(Some(false), |entry| entry.flag(SEEN));
    let rules = rule::read_all(section);
    let (mut rules, seen) = (rules?, seen?);
    rules.iter_mut().for_each(|rule| rule.config.sees_identity = seen);
    Some(Tenant { id: id?, teams: teams?, eight: eight?, rules, supply: supply?, link: link? })
}

fn refuse_duplicates(sections: &[Section<'_>]) {
    let mut lines = HashMap::new();
    for entry in sections.iter().filter_map(|section| section.get("id")) {
        let Some(id) = entry.value.as_str() else { continue };
        let first = *lines.entry(id).or_insert(entry.line());
        if first != entry.line() {
            entry.wrong::<()>(&format!("is \"{id}\" a second time, after line {first}"), TENANT_ID.expected);
        }
    }
}

fn teams(entry: Entry<'_>, id: &TenantId) -> Option<Teams> {
    let section = entry.section(TEAMS, TEAMS_KEYS)?;
    let directory = section.required("directory", &DIRECTORY);
    let read_app = section.require("read_app", app::EXPECTED).and_then(app::read);
    let write_app = match section.get("write_app") {
        Some(entry) => app::read(entry).map(Some),
        None => Some(None),
    };
    // A cloud that cannot be read is reported already; the addresses are looked at all the same.
    let cloud = section.or_default("cloud", &CLOUD, DEFAULT_CLOUD);
    let hosts = cloud.unwrap_or_default();
    let login = section.or_default("login", &URL, hosts.login());
    let graph = section.or_default("graph", &URL, hosts.graph());
    let notifications = match section.get("notifications") {
        Some(entry) => told::read(entry, id, graph.as_ref()).map(Some),
        None => Some(None),
    };
    let automatic_replies = section.get("automatic_replies").map_or(Some(false), |entry| entry.flag(ASKED));
    cloud?;
    Some(Teams {
        directory: directory?,
        read_app: read_app?,
        write_app: write_app?,
        automatic_replies: automatic_replies?,
        login: login?,
        graph: graph?,
        notifications: notifications?,
    })
}
