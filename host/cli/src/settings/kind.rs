//! The kinds of text that a value may be. Each says what it expects in the words of the message.

use std::net::SocketAddr;
use std::time::Duration;

use presync_core::id::TenantId;
use presync_core::words::Direction;
use url::{Host, Url};
use uuid::Uuid;

/// One kind of text.
pub(super) struct Kind<T> {
    /// What is expected, to follow "expected".
    pub(super) expected: &'static str,
    /// Reads it, or says what is wrong, to follow the key.
    pub(super) parse: fn(&str) -> Result<T, String>,
}

/// Where to listen.
pub(super) const LISTEN: Kind<SocketAddr> = Kind {
    expected: "an IP address and a port, such as \"127.0.0.1:8088\"",
    parse: |text| text.parse().map_err(|_| format!("is \"{text}\", no IP address with a port")),
};

/// How often presence is read: no faster than the providers' budgets, no slower than a user would wait.
pub(super) const POLL_INTERVAL: Kind<Duration> = Kind {
    expected: "a length of time from 1s to 5m, such as \"10s\"",
    parse: |text| duration(text, Duration::from_secs(1), Duration::from_secs(5 * 60)),
};

/// How often the directories are read.
pub(super) const DIRECTORY_INTERVAL: Kind<Duration> = Kind {
    expected: "a length of time from 1s to 1day, such as \"60s\"",
    parse: |text| duration(text, Duration::from_secs(1), Duration::from_secs(24 * 60 * 60)),
};

/// Where the state is kept: the part after `sqlite:`.
pub(super) const STATE: Kind<String> = Kind {
    expected: "\"sqlite:\" and a file name, such as \"sqlite:presync.db\"",
    parse: |text| match text.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(path.to_owned()),
        Some(("nats", _)) => Err("names NATS, which is not offered by this version".to_owned()),
        _ => Err(format!("is \"{text}\", no place that presync can keep its state in")),
    },
};

/// A tenant's name.
pub(super) const TENANT_ID: Kind<TenantId> = Kind {
    expected: "a name of its own: 1 to 64 of a-z, 0-9 and \"-\"",
    parse: |text| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=64).contains(&text.len()) && text.chars().all(fits) {
            Ok(TenantId::from(text))
        } else {
            Err(format!("is \"{text}\", not a name that can be used"))
        }
    },
};

/// An Entra directory.
pub(super) const DIRECTORY: Kind<Uuid> = Kind {
    expected: "the directory (tenant) id from the Entra admin center: a GUID such as \"9f4ebab6-520d-49c0-85cc-7b25c78d4a93\"",
    parse: guid,
};

/// An Entra app registration.
pub(super) const CLIENT_ID: Kind<Uuid> =
    Kind { expected: "the application (client) id of the app registration: a GUID", parse: guid };

/// A provider's address.
pub(super) const URL: Kind<Url> =
    Kind { expected: "an https address, or http to this machine (localhost)", parse: url };

/// How 8x8 is reached. There is one way, so nothing of it is kept.
pub(super) const MODE: Kind<()> = Kind {
    expected: "\"partner\"",
    parse: |text| match text {
        "partner" => Ok(()),
        "public" => Err("is \"public\", not offered by this version; use partner".to_owned()),
        _ => Err(format!("is \"{text}\", no mode of presync's")),
    },
};

/// Which way a rule maps.
pub(super) const DIRECTION: Kind<Direction> = Kind {
    expected: "\"teams-to-8x8\" or \"8x8-to-teams\", or nothing: then the component says it",
    parse: |text| Direction::from_label(text).ok_or_else(|| format!("is \"{text}\", no direction")),
};

/// A rule's component file.
pub(super) const RULE_PATH: Kind<String> = Kind {
    expected: "the path of a component file (.wasm), relative to the settings file",
    parse: |text| match text {
        "" => Err("is empty".to_owned()),
        _ if text.starts_with("oci:") => Err("names a registry, which is not offered by this version".to_owned()),
        path => Ok(path.to_owned()),
    },
};

fn duration(text: &str, least: Duration, most: Duration) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(length) if length < least => Err(format!("is \"{text}\", too short")),
        Ok(length) if length > most => Err(format!("is \"{text}\", too long")),
        Ok(length) => Ok(length),
        Err(_) => Err(format!("is \"{text}\", no length of time")),
    }
}

/// The text is not shown: it may be a secret that went into the wrong key.
fn guid(text: &str) -> Result<Uuid, String> {
    Uuid::parse_str(text).map_err(|_| "is no GUID".to_owned())
}

fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is \"{text}\", no address ({error})"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user name or a password in it".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("is \"{text}\", with a query or a fragment"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(format!("is \"{text}\": plain http to another machine would show the secrets on the way")),
        _ => Err(format!("is \"{text}\", neither https nor http")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
