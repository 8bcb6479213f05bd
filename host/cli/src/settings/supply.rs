//! Reads what rules may learn of people beside what the providers say: `groups`, `queues`, `time_zone`, `time_zones`.

use presync_service::Supply;
use presync_service::groups::Memberships;
use presync_service::time::{TimeZones, Zone};

use super::document::{Entry, Section};
use super::kind::TIME_ZONE;
use super::people_file;

const ADDRESSES: &str = "a list of user names or addresses";
const ZONES: &str = "a table of tables, each with a name and a time zone: people, groups, departments";
const ZONE_KEYS: &[&str] = &["people", "groups", "departments"];
const ZONE_TABLE: &str = "a table, each line a name and a time zone: \"Sales\" = \"Europe/Berlin\"";

/// Groups or queues: how they are called in the settings and in a file.
pub(super) struct Sort {
    key: &'static str,
    /// The column of a file that names one, beside `person`.
    pub(super) column: &'static str,
    pub(super) expected: &'static str,
}

const GROUPS: Sort = Sort {
    key: "groups",
    column: "group",
    expected: "a table, each line a group and its people: support = [\"ann@corp.com\"], or \"file:groups.csv\" with the columns person,group",
};

const QUEUES: Sort = Sort {
    key: "queues",
    column: "queue",
    expected: "a table, each line a queue and its people: support = [\"ann@corp.com\"], or \"file:queues.csv\" with the columns person,queue",
};

pub(super) fn read(tenant: &Section<'_>) -> Option<Supply> {
    let groups = memberships(tenant, &GROUPS);
    let queues = memberships(tenant, &QUEUES);
    let zones = zones(tenant);
    Some(Supply { groups: groups?, queues: queues?, zones: zones?, ..Supply::default() })
}

fn memberships(tenant: &Section<'_>, sort: &Sort) -> Option<Memberships> {
    let Some(entry) = tenant.get(sort.key) else { return Some(Memberships::default()) };
    if let Some(text) = entry.value.as_str() {
        return match text.strip_prefix("file:") {
            Some(path) => people_file::read(&entry, path, sort),
            None => entry.wrong(&format!("is \"{text}\""), sort.expected),
        };
    }
    let mut memberships = Memberships::default();
    let mut whole = true;
    for (name, people) in entry.named(sort.expected)? {
        memberships.add_name(name);
        match addresses(&people, sort) {
            Some(addresses) => addresses.into_iter().for_each(|address| memberships.add(name, address)),
            None => whole = false,
        }
    }
    whole.then_some(memberships)
}

/// Nobody may be in it yet.
fn addresses<'a>(people: &Entry<'a>, sort: &Sort) -> Option<Vec<&'a str>> {
    match (people.value.as_str(), people.value.as_array()) {
        (Some(text), _) if text.starts_with("file:") => people.wrong(
            "names a file, and a file has all of them",
            &format!("{ADDRESSES}, or `{} = \"{text}\"` in [[tenant]]", sort.key),
        ),
        (_, Some(items)) if items.is_empty() => Some(Vec::new()),
        _ => people.texts(ADDRESSES),
    }
}

fn zones(tenant: &Section<'_>) -> Option<TimeZones> {
    let own = tenant.optional("time_zone", &TIME_ZONE);
    let section = tenant.section_or_empty("time_zones", ZONES, ZONE_KEYS)?;
    let mut zones = TimeZones::new(own.as_ref().and_then(Clone::clone));
    let people = each_zone(&section, "people", |name, zone| zones.add_person(name, zone));
    let groups = each_zone(&section, "groups", |name, zone| zones.add_group(name, zone));
    let departments = each_zone(&section, "departments", |name, zone| zones.add_department(name, zone));
    own.and(people).and(groups).and(departments).map(|()| zones)
}

fn each_zone(section: &Section<'_>, key: &str, mut add: impl FnMut(&str, Zone)) -> Option<()> {
    let Some(entry) = section.get(key) else { return Some(()) };
    let mut whole = Some(());
    for (name, entry) in entry.named(ZONE_TABLE)? {
        match entry.of_kind(&TIME_ZONE) {
            Some(zone) => add(name, zone),
            None => whole = None,
        }
    }
    whole
}
