//! Reads `[service]`. All of it may be left out.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::document::{Entry, Section};
use super::kind::{BUDGET, DIRECTORY_INTERVAL, FOLDER, LISTEN, POLL_INTERVAL, STATE, TRUSTED_KEY, URL};
use super::model::{PollInterval, Service};
use super::operate::AT_STOP;
use super::secret::{self, Inline};

const KEYS: &[&str] = &[
    "listen",
    "state",
    "poll_interval",
    "directory_interval",
    "eight_budget",
    "trusted_keys",
    "rule_cache",
    "admin_token",
    "at_stop",
    "otlp",
];

/// The default is this machine only: the administration API has no sign-in of its own.
const DEFAULT_LISTEN: &str = "127.0.0.1:8088";
const DEFAULT_STATE: &str = "sqlite:presync.db";
/// The published cadence of the service that presync re-implements.
const DEFAULT_POLL_INTERVAL: &str = "10s";
/// As soon as a provider can be asked again without going on its nerves.
const DEFAULT_FASTEST: &str = "1s";
/// A new user is live within a minute: this, the reading, and the cycle that takes it up.
const DEFAULT_DIRECTORY_INTERVAL: &str = "30s";
/// Beside the state.
const DEFAULT_RULE_CACHE: &str = "rule-cache";
/// A restart takes sessions up where they are; whoever is on a call then stays shown so.
const DEFAULT_AT_STOP: &str = "keep";

/// The fewest bytes of a token: 16 random ones cannot be tried out.
const TOKEN_BYTES: usize = 16;

pub(super) fn read(root: &Section<'_>) -> Option<Service> {
    let section = root.section_or_empty("service", "a table, [service]", KEYS)?;
    let listen = section.or_default("listen", &LISTEN, DEFAULT_LISTEN);
    let state = section.or_default("state", &STATE, DEFAULT_STATE);
    let poll_interval = poll_interval(&section);
    let directory_interval = section.or_default("directory_interval", &DIRECTORY_INTERVAL, DEFAULT_DIRECTORY_INTERVAL);
    let eight_budget = section.optional("eight_budget", &BUDGET);
    let trusted_keys = section.get("trusted_keys").map_or(Some(Vec::new()), |entry| trusted_keys(&entry));
    let rule_cache = section.optional("rule_cache", &FOLDER);
    let admin_token = match section.get("admin_token") {
        Some(entry) => admin_token(&entry).map(Some),
        None => Some(None),
    };
    let at_stop = section.or_default("at_stop", &AT_STOP, DEFAULT_AT_STOP);
    let otlp = section.optional("otlp", &URL);
    let state = root.document.beside(&state?);
    let rule_cache = match rule_cache? {
        Some(folder) => root.document.beside(&folder),
        None => state.parent().unwrap_or(Path::new("")).join(DEFAULT_RULE_CACHE),
    };
    Some(Service {
        listen: listen?,
        state,
        poll_interval: poll_interval?,
        directory_interval: directory_interval?,
        eight_budget: eight_budget?,
        trusted_keys: trusted_keys?,
        rule_cache,
        admin_token: admin_token?,
        at_stop: at_stop?,
        otlp: otlp?,
    })
}

/// A length of time, which is the slowest; or a table of the slowest and the fastest.
fn poll_interval(section: &Section<'_>) -> Option<PollInterval> {
    let default = |text| (POLL_INTERVAL.parse)(text).ok();
    let Some(entry) = section.get("poll_interval") else {
        return Some(PollInterval { slowest: default(DEFAULT_POLL_INTERVAL)?, fastest: default(DEFAULT_FASTEST)? });
    };
    if entry.value.as_table().is_none() {
        return Some(PollInterval { slowest: entry.of_kind(&POLL_INTERVAL)?, fastest: default(DEFAULT_FASTEST)? });
    }
    let table = entry.section(POLL_INTERVAL.expected, &["slowest", "fastest"])?;
    let slowest = table.or_default("slowest", &POLL_INTERVAL, DEFAULT_POLL_INTERVAL);
    let fastest = table.or_default("fastest", &POLL_INTERVAL, DEFAULT_FASTEST);
    let (slowest, fastest) = (slowest?, fastest?);
    match table.get("fastest") {
        Some(entry) if fastest > slowest => {
            let slowest = humantime::format_duration(slowest);
            let longer = format!("is longer than slowest, which is {slowest}");
            entry.wrong(&longer, &format!("a length of time from 1s to {slowest}, or a longer slowest"))
        }
        _ => Some(PollInterval { slowest, fastest }),
    }
}

/// An empty list is refused: whoever writes one hardly means that any rule will do.
fn trusted_keys(entry: &Entry<'_>) -> Option<Vec<String>> {
    let items = entry.items(TRUSTED_KEY.expected)?;
    if items.is_empty() {
        return entry.wrong("is empty, which would trust any rule; leave the key out for that", TRUSTED_KEY.expected);
    }
    let keys: Vec<_> = items.iter().map(|item| item.of_kind(&TRUSTED_KEY)).collect();
    keys.into_iter().collect()
}

fn admin_token(entry: &Entry<'_>) -> Option<SecretString> {
    let token = secret::read(entry, Inline::Refused)?;
    if token.expose_secret().len() < TOKEN_BYTES {
        return entry
            .wrong("refers to a token that can be guessed", "16 bytes or more, by reference, such as \"env:NAME\"");
    }
    Some(token)
}
