//! The settings in words, for whoever starts or checks the service. Says nothing secret.

use super::model::{Service, Tenant};

/// The service in one line.
pub(crate) fn of_service(service: &Service) -> String {
    format!(
        "listens on {}, keeps its state in {}, reads presence every {} and the directories every {}",
        service.listen,
        service.state.display(),
        humantime::format_duration(service.poll_interval),
        humantime::format_duration(service.directory_interval),
    )
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
    format!("tenant {}: {ways}, {rules}", tenant.id)
}
