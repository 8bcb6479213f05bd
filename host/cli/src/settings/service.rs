//! Reads `[service]`. All of it may be left out.

use super::document::Section;
use super::kind::{DIRECTORY_INTERVAL, LISTEN, POLL_INTERVAL, STATE};
use super::model::Service;

const KEYS: &[&str] = &["listen", "state", "poll_interval", "directory_interval"];

/// The default is this machine only: the administration API has no sign-in of its own.
const DEFAULT_LISTEN: &str = "127.0.0.1:8088";
const DEFAULT_STATE: &str = "sqlite:presync.db";
/// The published cadence of the service that presync re-implements.
const DEFAULT_POLL_INTERVAL: &str = "10s";
/// A new user is live within a minute.
const DEFAULT_DIRECTORY_INTERVAL: &str = "60s";

pub(super) fn read(root: &Section<'_>) -> Option<Service> {
    let section = root.section_or_empty("service", "a table, [service]", KEYS)?;
    let listen = section.or_default("listen", &LISTEN, DEFAULT_LISTEN);
    let state = section.or_default("state", &STATE, DEFAULT_STATE);
    let poll_interval = section.or_default("poll_interval", &POLL_INTERVAL, DEFAULT_POLL_INTERVAL);
    let directory_interval = section.or_default("directory_interval", &DIRECTORY_INTERVAL, DEFAULT_DIRECTORY_INTERVAL);
    Some(Service {
        listen: listen?,
        state: root.document.beside(&state?),
        poll_interval: poll_interval?,
        directory_interval: directory_interval?,
    })
}
