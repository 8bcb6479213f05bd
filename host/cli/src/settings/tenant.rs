//! Reads `[[tenant]]` with its two sides.

use std::collections::HashMap;

use secrecy::SecretString;

use super::app;
use super::document::{Entry, Section};
use super::kind::{CLOUD, DIRECTORY, MODE, TENANT_ID, URL};
use super::model::{Eight, Teams, Tenant};
use super::rule;
use super::secret::{self, Inline};
use super::supply;

const KEYS: &[&str] =
    &["id", "teams", "eight", "rule", "groups", "queues", "time_zone", "time_zones", "rules_see_identity"];
const TEAMS_KEYS: &[&str] = &["directory", "cloud", "read_app", "write_app", "login", "graph"];
const EIGHT_KEYS: &[&str] = &["mode", "key", "secret", "api"];

const TENANTS: &str = "one table or more, each [[tenant]] in double brackets";
const TEAMS: &str = "a table, [tenant.teams]";
const EIGHT: &str = "a table, [tenant.eight]";
const SEEN: &str = "true, if rules may see the names and addresses of people, or false";

const DEFAULT_CLOUD: &str = "global";
const DEFAULT_API: &str = "https://api.8x8.com";
const DEFAULT_MODE: &str = "partner";

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
    let teams = section.require("teams", TEAMS).and_then(teams);
    let eight = section.require("eight", EIGHT).and_then(eight);
    let supply = supply::read(section);
    let seen = section.get("rules_see_identity").map_or(Some(false), |entry| entry.flag(SEEN));
    let rules = rule::read_all(section);
    let (mut rules, seen) = (rules?, seen?);
    rules.iter_mut().for_each(|rule| rule.config.sees_identity = seen);
    Some(Tenant { id: id?, teams: teams?, eight: eight?, rules, supply: supply? })
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

fn teams(entry: Entry<'_>) -> Option<Teams> {
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
    cloud?;
    Some(Teams { directory: directory?, read_app: read_app?, write_app: write_app?, login: login?, graph: graph? })
}

fn eight(entry: Entry<'_>) -> Option<Eight> {
    let section = entry.section(EIGHT, EIGHT_KEYS)?;
    let mode = section.or_default("mode", &MODE, DEFAULT_MODE);
    let key = required_secret(&section, "key", Inline::Allowed);
    let secret = required_secret(&section, "secret", Inline::Refused);
    let api = section.or_default("api", &URL, DEFAULT_API);
    mode?;
    Some(Eight { key: key?, secret: secret?, api: api? })
}

fn required_secret(section: &Section<'_>, key: &str, inline: Inline) -> Option<SecretString> {
    secret::read(&section.require(key, secret::REFERENCE)?, inline)
}
