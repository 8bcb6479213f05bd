//! Reads `[tenant.eight]`: the partner API, or what 8x8 documents publicly with its four families of credentials.

use presync_core::id::TenantId;
use presync_eight::agents::StatusCode;
use presync_eight::config::{Config, Public, Raw, RawAgents, RawRealtime, RawWork, Wrong};
use secrecy::SecretString;

use super::document::{Entry, Section};
use super::kind::{Kind, MODE, Mode, URL};
use super::model::{Eight, Partner};
use super::operate::EXPIRES;
use super::push;
use super::secret::{self, Inline};

const PARTNER_KEYS: &[&str] = &["mode", "key", "secret", "expires", "api", "push"];
const PUBLIC_KEYS: &[&str] = &["mode", "key", "api", "directory", "work", "agents", "realtime", "work_dnd"];
const WORK_KEYS: &[&str] = &["key", "user", "password"];
const AGENT_KEYS: &[&str] = &["host", "tenant", "user", "token", "working_offline", "people", "calls_only", "stream"];
const CODE_KEYS: &[&str] = &["list", "item", "short"];
const REALTIME_KEYS: &[&str] = &["region", "key", "secret", "tenant"];

const EIGHT: &str = "a table, [tenant.eight]";
const WORK: &str = "a table, [tenant.eight.work]";
const AGENTS: &str = "a table, [tenant.eight.agents]";
const REALTIME: &str = "a table, [tenant.eight.realtime]";
const CODE: &str =
    "a status code of Working Offline that nobody else uses: { list = 801, item = 1722, short = \"Teams\" }";
const PEOPLE: &str = "a table, each line a person and the agent's Internal Id: \"ann@corp.com\" = \"ag64oy…\"";
const MAY_SET: &str = "true, if do not disturb may be set on people's extensions, or false";
const CALLS_ONLY: &str = "true, if agents take nothing but calls, or false";

/// Where the 8x8 API is, unless the settings say otherwise.
const DEFAULT_API: &str = "https://api.8x8.com";
const DEFAULT_MODE: &str = "partner";

/// A text that is looked at with all others.
const TEXT: Kind<String> = Kind { expected: "a text", parse: |text| Ok(text.to_owned()) };

/// Reads the table of `tenant`.
pub(super) fn read(entry: Entry<'_>, tenant: &TenantId) -> Option<Eight> {
    let said = entry.value.as_table().and_then(|table| table.get("mode")?.get_ref().as_str());
    // Which keys there may be depends on it, so it is looked at before them.
    let known =
        if matches!(said.map(|text| (MODE.parse)(text)), Some(Ok(Mode::Public))) { PUBLIC_KEYS } else { PARTNER_KEYS };
    let section = entry.section(EIGHT, known)?;
    let mode = section.or_default("mode", &MODE, DEFAULT_MODE);
    if let Some(Mode::Public) = mode {
        return public(&section, tenant).map(|public| Eight::Public(Box::new(public)));
    }
    let key = required_secret(&section, "key", Inline::Allowed);
    let secret = required_secret(&section, "secret", Inline::Refused);
    let expires = section.optional("expires", &EXPIRES);
    let api = section.or_default("api", &URL, DEFAULT_API);
    let push = push::read(&section, tenant);
    mode?;
    let partner = Partner { key: key?, secret: secret?, expires: expires?, api: api?, push: push? };
    Some(Eight::Partner(Box::new(partner)))
}

fn required_secret(section: &Section<'_>, key: &str, inline: Inline) -> Option<SecretString> {
    secret::read(&section.require(key, secret::REFERENCE)?, inline)
}

fn public(section: &Section<'_>, tenant: &TenantId) -> Option<Public> {
    let part = |key, expected, known| match section.get(key) {
        Some(entry) => entry.section(expected, known).map(Some),
        None => Some(None),
    };
    let (work, agents) = (part("work", WORK, WORK_KEYS), part("agents", AGENTS, AGENT_KEYS));
    let realtime = part("realtime", REALTIME, REALTIME_KEYS);
    let key = optional_secret(section, "key", Inline::Allowed);
    let api = section.optional("api", &TEXT);
    let directory = section.optional("directory", &TEXT);
    let work_dnd = section.get("work_dnd").map_or(Some(false), |entry| entry.flag(MAY_SET));
    let (work, agents, realtime) = (work?, agents?, realtime?);
    let raw_work = optional(work.as_ref(), read_work);
    let raw_agents = optional(agents.as_ref(), read_agents);
    let raw_realtime = optional(realtime.as_ref(), read_realtime);
    let raw = Raw {
        api: api?,
        key: key?,
        directory: directory?,
        work: raw_work?,
        agents: raw_agents?,
        realtime: raw_realtime?,
        work_dnd: work_dnd?,
    };
    // The deadline of a call follows from the cadence, and is put in with it.
    match raw.check(tenant.clone(), Config::CALL_DEADLINE) {
        Ok(public) => Some(public),
        Err(wrong) => {
            for Wrong { field, what, fix } in wrong {
                let (place, key) = match field.split_once('.') {
                    Some(("work", key)) => (work.as_ref(), key),
                    Some(("agents", key)) => (agents.as_ref(), key),
                    Some(("realtime", key)) => (realtime.as_ref(), key),
                    _ => (Some(section), field),
                };
                place.unwrap_or(section).wrong(key, &format!("{what}: {fix}"));
            }
            None
        }
    }
}

/// A part that may be left out.
fn optional<T>(section: Option<&Section<'_>>, read: impl Fn(&Section<'_>) -> Option<T>) -> Option<Option<T>> {
    section.map_or(Some(None), |section| read(section).map(Some))
}

fn optional_secret(section: &Section<'_>, key: &str, inline: Inline) -> Option<Option<SecretString>> {
    section.get(key).map_or(Some(None), |entry| secret::read(&entry, inline).map(Some))
}

fn read_work(section: &Section<'_>) -> Option<RawWork> {
    let key = optional_secret(section, "key", Inline::Allowed);
    let user = section.optional("user", &TEXT);
    let password = optional_secret(section, "password", Inline::Refused);
    Some(RawWork { key: key?, user: user?, password: password? })
}

fn read_agents(section: &Section<'_>) -> Option<RawAgents> {
    let (host, tenant) = (section.optional("host", &TEXT), section.optional("tenant", &TEXT));
    let user = section.optional("user", &TEXT);
    let token = optional_secret(section, "token", Inline::Refused);
    let stream = section.optional("stream", &TEXT);
    let code = section.get("working_offline").map_or(Some(None), |entry| code(entry).map(Some));
    let people = section.get("people").map_or_else(|| Some(Vec::new()), |entry| entry.named(PEOPLE));
    let people = people.and_then(|people| {
        let named = people.into_iter().map(|(person, agent)| Some((person.to_owned(), agent.text(PEOPLE)?.to_owned())));
        named.collect::<Option<_>>()
    });
    let calls_only = section.get("calls_only").map_or(Some(false), |entry| entry.flag(CALLS_ONLY));
    Some(RawAgents {
        host: host?,
        tenant: tenant?,
        user: user?,
        token: token?,
        working_offline: code?,
        people: people?,
        calls_only: calls_only?,
        stream: stream?,
    })
}

fn code(entry: Entry<'_>) -> Option<StatusCode> {
    let section = entry.section(CODE, CODE_KEYS)?;
    let number = |key| section.require(key, CODE)?.number(0..=u32::MAX, CODE);
    let (list, item, short) = (number("list"), number("item"), section.required("short", &TEXT));
    Some(StatusCode { list: list?.into(), item: item?.into(), short: short?.into() })
}

fn read_realtime(section: &Section<'_>) -> Option<RawRealtime> {
    let region = section.optional("region", &TEXT);
    let key = optional_secret(section, "key", Inline::Allowed);
    let secret = optional_secret(section, "secret", Inline::Refused);
    let tenant = section.optional("tenant", &TEXT);
    Some(RawRealtime { region: region?, key: key?, secret: secret?, tenant: tenant? })
}
