//! The kinds of text that a value may be. Each says what it expects in the words of the message.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use presync_core::id::TenantId;
use presync_core::linking::Key;
use presync_core::words::Direction;
use presync_rules::Canary;
use presync_service::digest::Digest;
use presync_service::time::Zone;
use presync_service::{Limit, RuleSource};
use presync_teams::Cloud;
use url::{Host, Url};
use uuid::Uuid;

use super::document::ALIKE;

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

/// A provider's limit on requests. Below ten, half of it would not be a request per cycle.
pub(super) const BUDGET: Kind<Limit> = Kind {
    expected: "a number of requests and a length of time from 1s to 1h, such as \"600 per 1m\"",
    parse: |text| {
        let nothing = || format!("is \"{text}\", no limit of requests");
        let (requests, within) = text.split_once(" per ").ok_or_else(nothing)?;
        let requests = requests.trim().parse().map_err(|_| nothing())?;
        let within = duration(within.trim(), Duration::from_secs(1), Duration::from_secs(60 * 60))?;
        if requests < 10 {
            Err(format!("is \"{text}\", too few; 10 is the least"))
        } else {
            Ok(Limit { requests, within })
        }
    },
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

/// Which of Microsoft's clouds.
pub(super) const CLOUD: Kind<Cloud> = Kind {
    expected: "\"global\" (GCC, too), \"us-gov-l4\" (GCC High) or \"us-gov-dod\"",
    parse: |text| match text.parse::<Cloud>() {
        Ok(cloud) if cloud.has_presence() => Ok(cloud),
        Ok(cloud) => Err(format!("is \"{}\", where Microsoft offers no presence", cloud.name())),
        Err(_) => Err(format!("is \"{text}\", no cloud of Microsoft's")),
    },
};

/// A provider's address.
pub(super) const URL: Kind<Url> =
    Kind { expected: "an https address, or http to this machine (localhost)", parse: url };

/// The host of 8x8's event streams.
pub(super) const STREAM: Kind<Url> = Kind {
    expected: "the address of an event stream's region, such as \"wss://pulsar-ws-euw2.8x8.com\", or ws to this machine (localhost)",
    parse: stream,
};

/// A tenant's name at 8x8.
pub(super) const EIGHT_TENANT: Kind<String> = Kind {
    expected: "the tenant's name at 8x8, as the contact centre's Configuration Manager shows it",
    parse: |text| {
        if text.is_empty() || !text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter)) {
            Err(format!("is \"{text}\", no name of a tenant"))
        } else {
            Ok(text.to_owned())
        }
    },
};

/// How 8x8 is reached.
pub(super) enum Mode {
    /// By the partner API.
    Partner,
    /// By what 8x8 documents publicly.
    Public,
}

/// How 8x8 is reached.
pub(super) const MODE: Kind<Mode> = Kind {
    expected: "\"partner\" or \"public\"",
    parse: |text| match text {
        "partner" => Ok(Mode::Partner),
        "public" => Ok(Mode::Public),
        _ => Err(format!("is \"{text}\", no mode of presync's")),
    },
};

/// Where people are.
pub(super) const TIME_ZONE: Kind<Zone> = Kind {
    expected: "an IANA time zone, such as \"Europe/Berlin\"",
    parse: |text| Zone::named(text).ok_or_else(|| format!("is \"{text}\", no time zone{}", nearest_zone(text))),
};

/// Which way a rule maps.
pub(super) const DIRECTION: Kind<Direction> = Kind {
    expected: "\"teams-to-8x8\" or \"8x8-to-teams\", or nothing: then the component says it",
    parse: |text| Direction::from_label(text).ok_or_else(|| format!("is \"{text}\", no direction")),
};

/// Where a rule's component comes from: a file, as written, or a registry.
pub(super) const RULE_PATH: Kind<RuleSource> = Kind {
    expected: "a component file (.wasm), relative to the settings file, or \"oci://registry.example/name:tag\"",
    parse: |text| match (text, text.split_once(':')) {
        ("", _) => Err("is empty".to_owned()),
        (_, Some(("oci", rest))) => {
            let parts = rest.strip_prefix("//").and_then(|rest| rest.split_once('/'));
            let whole = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
            match parts {
                Some((host, name)) if whole(host) && whole(name) => Ok(RuleSource::Registry(text.to_owned())),
                _ => Err(format!("is \"{text}\", no whole reference to a registry")),
            }
        }
        (path, _) => Ok(RuleSource::File(path.into())),
    },
};

/// The one component that a rule may be.
pub(super) const DIGEST: Kind<Digest> = Kind {
    expected: "\"sha256:\" and 64 hexadecimal digits, as `presync rule inspect` shows it",
    parse: |text| Digest::parse(text).ok_or_else(|| format!("is \"{text}\", no digest")),
};

/// Whom a new version is tried on first.
pub(super) const CANARY: Kind<Canary> = Kind {
    expected: "a share from \"1%\" to \"99%\", or the name of a group",
    parse: |text| match text.trim() {
        "" => Err("is empty".to_owned()),
        share if share.ends_with('%') => percent(share, 1..=99).map(Canary::Share),
        group => Ok(Canary::Group(group.to_owned())),
    },
};

/// How long a new version is watched on a part of the people.
pub(super) const CANARY_FOR: Kind<Duration> = Kind {
    expected: "a length of time from 1s to 1day, such as \"10m\"",
    parse: |text| duration(text, Duration::from_secs(1), Duration::from_secs(24 * 60 * 60)),
};

/// How many of those tried may change.
pub(super) const MAX_CHANGE: Kind<u8> =
    Kind { expected: "a share from \"0%\" to \"99%\"", parse: |text| percent(text, 0..=99) };

/// A rule's memory. The most is what the engine's places are made for.
pub(super) const MEMORY: Kind<usize> = Kind {
    expected: "a size from 1MiB to 64MiB, in whole KiB or MiB",
    parse: |text| {
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let scale = match unit.trim_start() {
            "KiB" => 1 << 10,
            "MiB" => MIB,
            _ => return Err(format!("is \"{text}\", no size")),
        };
        match number.parse::<usize>().ok().and_then(|number| number.checked_mul(scale)) {
            Some(size) if size < MIB => Err(format!("is \"{text}\", too little")),
            Some(size) if size <= 64 * MIB => Ok(size),
            _ if number.is_empty() => Err(format!("is \"{text}\", no size")),
            _ => Err(format!("is \"{text}\", too much")),
        }
    },
};

/// A rule's time for one batch. The least is what the engine can tell apart; more than a second would outlast the shortest cycle.
pub(super) const BATCH_TIME: Kind<Duration> = Kind {
    expected: "a length of time from 5ms to 1s, such as \"50ms\"",
    parse: |text| duration(text, Duration::from_millis(5), Duration::from_secs(1)),
};

/// A key that rules may be signed with.
pub(super) const TRUSTED_KEY: Kind<String> = Kind {
    expected: "a list of public keys, each \"presync-key:…\" as `presync rule keygen` writes it",
    parse: |text| match text.strip_prefix("presync-key:") {
        Some(key) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("is no public key of presync's".to_owned()),
    },
};

/// A folder.
pub(super) const FOLDER: Kind<String> = Kind {
    expected: "a folder, relative to the settings file",
    parse: |text| if text.is_empty() { Err("is empty".to_owned()) } else { Ok(text.to_owned()) },
};

/// What people may be paired by.
pub(super) enum LinkKey {
    /// The settings themselves.
    ByHand,
    /// What the directories say.
    Key(Key),
}

/// What people are paired by.
pub(super) const LINK_KEY: Kind<LinkKey> = Kind {
    expected: "a list of \"by-hand\", \"upn\", \"sign-on\", \"mail\", \"user-name\", \"proxy\", the strongest first",
    parse: |text| match (text, Key::from_label(text)) {
        ("by-hand", _) => Ok(LinkKey::ByHand),
        (_, Some(key)) => Ok(LinkKey::Key(key)),
        _ => Err(format!("is \"{text}\", nothing that people are paired by")),
    },
};

/// A file of pairs.
pub(super) const LINK_FILE: Kind<String> = Kind {
    expected: "a CSV file with the first line teams,eight, relative to the settings file",
    parse: |text| if text.trim().is_empty() { Err("is empty".to_owned()) } else { Ok(text.to_owned()) },
};

const MIB: usize = 1 << 20;

/// Asks whether the zone of this city, or else one that is written alike, is meant.
fn nearest_zone(text: &str) -> String {
    let names = Zone::names();
    let of_city = names.iter().find(|name| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(text)));
    let alike = || {
        let alike = names.iter().map(|name| (strsim::jaro_winkler(text, name), name));
        alike.filter(|(alike, _)| *alike >= ALIKE).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, name)| name)
    };
    of_city.or_else(alike).map(|name| format!(" (did you mean \"{name}\"?)")).unwrap_or_default()
}

fn percent(text: &str, bounds: RangeInclusive<u8>) -> Result<u8, String> {
    let number = text.trim().strip_suffix('%').and_then(|number| number.trim_end().parse::<u8>().ok());
    number.filter(|number| bounds.contains(number)).ok_or_else(|| format!("is \"{text}\""))
}

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

fn stream(text: &str) -> Result<Url, String> {
    let web = match text.split_once("://") {
        Some(("wss", rest)) => format!("https://{rest}"),
        Some(("ws", rest)) => format!("http://{rest}"),
        _ => return Err(format!("is \"{text}\", neither wss nor ws")),
    };
    url(&web).map_err(|what| what.replace(&web, text).replace("plain http", "plain ws"))?;
    Url::parse(text).map_err(|error| format!("is \"{text}\", no address ({error})"))
}

/// Whether an address is this machine's.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
