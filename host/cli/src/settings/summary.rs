//! The settings in words, for whoever starts or checks the service. Says nothing secret.

use presync_rules::Canary;
use presync_service::time::{TimeZones, Zone};

use super::model::{PollInterval, Rule, Service, Tenant, Whom};

/// The service in one line.
pub(crate) fn of_service(service: &Service) -> String {
    format!(
        "listens on {}, keeps its state in {}, reads presence {} and the directories every {}",
        service.listen,
        service.state.display(),
        how_often(service.poll_interval),
        humantime::format_duration(service.directory_interval),
    )
}

fn how_often(PollInterval { slowest, fastest }: PollInterval) -> String {
    let (longest, shortest) = (humantime::format_duration(slowest), humantime::format_duration(fastest));
    if fastest < slowest { format!("every {shortest} to {longest}") } else { format!("every {longest}") }
}

/// Who may bring rules and change what is in force, in one line.
pub(crate) fn of_rules(service: &Service) -> String {
    let signed = match service.trusted_keys.len() {
        0 => "need no signature".to_owned(),
        1 => "must be signed by 1 trusted key".to_owned(),
        many => format!("must be signed by one of {many} trusted keys"),
    };
    let changes = match service.admin_token {
        Some(_) => "by whoever has the token",
        None => "from this machine only",
    };
    format!("{signed}, are kept compiled in {}, and are changed {changes}", service.rule_cache.display())
}

/// A tenant in one line: which way it syncs, and how many rules of its own it has.
pub(crate) fn of_tenant(tenant: &Tenant) -> String {
    let ways = match tenant.teams.write_app {
        Some(_) => "both ways",
        None => "one way, Teams to 8x8",
    };
    let rules = match tenant.rules.len() {
        0 => "the default maps only".to_owned(),
        1 => "1 rule of its own".to_owned(),
        many => format!("{many} rules of its own"),
    };
    let told = match tenant.teams.notifications.as_ref().map(|told| told.sync_users.len()) {
        None => String::new(),
        Some(1) => ", told of changes on behalf of 1 sync user".to_owned(),
        Some(many) => format!(", told of changes on behalf of {many} sync users"),
    };
    format!("tenant {}: {ways}{told}, {rules}, {}", tenant.id, local_time(&tenant.supply.zones))
}

fn local_time(zones: &TimeZones) -> String {
    let own = zones.tenant().map_or("UTC, for want of a time_zone", Zone::name);
    let others = if zones.is_uniform() { "" } else { ", with exceptions" };
    format!("local time: {own}{others}")
}

/// Whom a rule is for, and whom a new version of it is tried on first.
pub(crate) fn of_rule(rule: &Rule) -> String {
    let config = &rule.config;
    let trial = match &config.canary {
        None => return whom(&rule.whom),
        Some(Canary::Share(percent)) => format!("{percent} % of them"),
        Some(Canary::Group(name)) => format!("those in group {name}"),
    };
    let watched = humantime::format_duration(config.canary_for);
    let bound = match config.max_change {
        Some(most) => format!(" and not for all if more than {most} % would change"),
        None => String::new(),
    };
    format!("{}; a new version for {trial} first, for {watched}{bound}", whom(&rule.whom))
}

fn whom(Whom { people, departments, groups, queues }: &Whom) -> String {
    let named = |one: &str, many: &str, names: &[String]| match names {
        [] => None,
        [name] => Some(format!("{one} {name}")),
        names => Some(format!("{many} {}", names.join(", "))),
    };
    let parts = [
        named("", "", people).map(|people| people.trim_start().to_owned()),
        named("department", "departments", departments),
        named("group", "groups", groups),
        named("queue", "queues", queues),
    ];
    match parts.into_iter().flatten().collect::<Vec<_>>() {
        parts if parts.is_empty() => "for everyone".to_owned(),
        parts => format!("for {}", parts.join(" and ")),
    }
}
