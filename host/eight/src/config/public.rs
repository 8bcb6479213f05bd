//! Public mode: 8x8 has four unrelated families of credentials, and each service takes one of them.
//!
//! | settings | family | opens |
//! |---|---|---|
//! | `key` | Admin Console API key | the directory, audit records; do not disturb on extensions |
//! | `work.*` | app key with a user's name and password | Work Analytics: what members of call queues do |
//! | `agents.*` | Configuration Manager's Action Request Token | contact centre: agents' statuses, to read and to set |
//! | `realtime.*` | app key and secret (client credentials) | contact centre: agents' statuses, to read |
//!
//! [`Raw`] is what a settings file may say; [`Raw::check`] gives either all that is wrong with it or settings that are complete.

use std::collections::BTreeMap;
use std::time::Duration;

use presync_core::id::TenantId;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::agents::{AgentId, StatusCode};

/// A tenant's side in 8x8, reached by what 8x8 documents publicly.
#[derive(Debug, Clone)]
pub struct Public {
    /// The API's root.
    pub api: Url,
    /// The Admin Console API key.
    pub key: SecretString,
    /// Where users are listed.
    pub directory: Directory,
    /// Work Analytics; `None` leaves the presence of call queue members unread.
    pub work: Option<Work>,
    /// The contact centre's Agent Status; `None` leaves agents' statuses unset.
    pub agents: Option<Agents>,
    /// The contact centre's realtime metrics, read where there is no Agent Status.
    pub realtime: Option<Realtime>,
    /// Which agent a person is, by the person's address or sign-in name: 8x8 tells it nowhere.
    pub people: BTreeMap<String, AgentId>,
    /// Agents take nothing but calls, so an agent who handles something is on a call.
    pub calls_only: bool,
    /// Do not disturb may be set on people's extensions.
    pub work_dnd: bool,
    /// The tenant, as named in the settings file.
    pub tenant: TenantId,
    /// How long one call may take, with its waiting, its token and its retry.
    pub call_deadline: Duration,
}

/// Where users are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directory {
    /// The Administration Users API, which also tells queues; 8x8 gives keys for it to participants of its beta only.
    Users,
    /// Contact Search, open to every customer.
    Contacts,
}

/// The way into Work Analytics.
#[derive(Debug, Clone)]
pub struct Work {
    /// The app's key; its secret is not used.
    pub key: SecretString,
    /// The sign-in name of a user with Analytics.
    pub user: String,
    /// That user's password.
    pub password: SecretString,
}

/// The way to the contact centre's Agent Status.
#[derive(Debug, Clone)]
pub struct Agents {
    /// The cluster's host, such as `https://vcc-na12.8x8.com`.
    pub host: Url,
    /// The contact centre tenant.
    pub tenant: String,
    /// The user name beside the token; generally the tenant's name.
    pub user: String,
    /// The Action Request Token.
    pub token: SecretString,
    /// The status code that agents whom presync holds out are shown with, and known again by; `None`: nobody is held out.
    pub working_offline: Option<StatusCode>,
    /// The region's host of Event Streaming, which tells changes of agents; `None`: they are only read.
    pub stream: Option<Url>,
}

/// The way to the contact centre's realtime metrics.
#[derive(Debug, Clone)]
pub struct Realtime {
    /// Where the contact centre is.
    pub region: Region,
    /// The app's key.
    pub key: String,
    /// The app's secret.
    pub secret: SecretString,
    /// The contact centre tenant, which customers with several have to name.
    pub tenant: Option<String>,
}

/// A region of the contact centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// United States: no prefix.
    Us,
    /// Europe.
    Eu,
    /// Asia and Pacific.
    Au,
    /// Canada.
    Ca,
}

/// Public mode as a settings file says it, unchecked. Secrets are resolved.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    /// `api`; default `https://api.8x8.com`.
    pub api: Option<String>,
    /// `key`
    pub key: Option<SecretString>,
    /// `directory`: `users` or `contacts`; default `contacts`.
    pub directory: Option<String>,
    /// `[work]`
    pub work: Option<RawWork>,
    /// `[agents]`
    pub agents: Option<RawAgents>,
    /// `[realtime]`
    pub realtime: Option<RawRealtime>,
    /// `work_dnd`; default false.
    pub work_dnd: bool,
}

/// `[work]`, unchecked.
#[derive(Debug, Clone, Default)]
pub struct RawWork {
    /// `key`
    pub key: Option<SecretString>,
    /// `user`
    pub user: Option<String>,
    /// `password`
    pub password: Option<SecretString>,
}

/// `[agents]`, unchecked.
#[derive(Debug, Clone, Default)]
pub struct RawAgents {
    /// `host`
    pub host: Option<String>,
    /// `tenant`
    pub tenant: Option<String>,
    /// `user`; default the tenant.
    pub user: Option<String>,
    /// `token`
    pub token: Option<SecretString>,
    /// `working_offline = { list = 801, item = 1722, short = "Teams" }`
    pub working_offline: Option<StatusCode>,
    /// `people = { "ann@corp.com" = "ag64oy…" }`
    pub people: BTreeMap<String, String>,
    /// `calls_only`; default false.
    pub calls_only: bool,
    /// `stream`
    pub stream: Option<String>,
}

/// `[realtime]`, unchecked.
#[derive(Debug, Clone, Default)]
pub struct RawRealtime {
    /// `region`: `us`, `eu`, `au`, `ca`; default `us`.
    pub region: Option<String>,
    /// `key`
    pub key: Option<SecretString>,
    /// `secret`
    pub secret: Option<SecretString>,
    /// `tenant`
    pub tenant: Option<String>,
}

/// A setting that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {what}: {fix}")]
pub struct Wrong {
    /// The key, from `[tenant.eight]` on.
    pub field: &'static str,
    /// What is wrong with it.
    pub what: Box<str>,
    /// What to write.
    pub fix: &'static str,
}

const KEY: &str = "give the key of an app of the 8x8 Admin Console (API Keys) that has the product of the directory";
const API: &str = "give an address such as https://api.8x8.com";
const DIRECTORY: &str = "write \"contacts\" (Contact Search) or \"users\" (Administration Users API, beta)";
const WORK_KEY: &str = "give the key of an app of the 8x8 Admin Console that has the product of Work Analytics";
const WORK_USER: &str = "give the sign-in name of a service account with access level \"Analytics: Supervisor\"";
const WORK_PASSWORD: &str = "give the password of `work.user` by reference";
const HOST: &str = "give your contact centre's cluster, such as https://vcc-na12.8x8.com";
const STREAM: &str = "give the host of your region, such as wss://pulsar-ws-use1.8x8.com";
const CC_TENANT: &str = "give the tenant's name as Configuration Manager shows it";
const TOKEN: &str = "give the Action Request Token of Configuration Manager, Integration, API Token, by reference";
const SHORT: &str = "give list, item and short code of a status code of Working Offline that nobody else uses";
const AGENT: &str = "give the agent's Internal Id from Configuration Manager, each agent once";
const RT_KEY: &str = "give key and secret of an app that has the product \"analytics realtime-api\"";
const REGION: &str = "write \"us\", \"eu\", \"au\" or \"ca\"";
const NOTHING: &str =
    "set [tenant.eight.work] for call queue members, [tenant.eight.agents] or [tenant.eight.realtime] for agents";

impl Raw {
    /// The settings, or everything that is wrong with them.
    ///
    /// # Errors
    /// Each setting that is missing or cannot work, in the order of the file's documentation.
    pub fn check(self, tenant: TenantId, call_deadline: Duration) -> Result<Public, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let api = address(&mut wrong, "api", self.api.as_deref().unwrap_or("https://api.8x8.com"), API);
        let key = secret(&mut wrong, "key", self.key, KEY);
        let directory = match self.directory.as_deref() {
            None | Some("contacts") => Directory::Contacts,
            Some("users") => Directory::Users,
            Some(other) => {
                wrong.push(Wrong { field: "directory", what: format!("is \"{other}\"").into(), fix: DIRECTORY });
                Directory::Contacts
            }
        };
        if self.work.is_none() && self.agents.is_none() && self.realtime.is_none() {
            wrong.push(Wrong {
                field: "work",
                what: "is missing, and nothing else tells of presence".into(),
                fix: NOTHING,
            });
        }
        let work = self.work.map(|work| work.check(&mut wrong));
        let (named, calls_only) =
            self.agents.as_ref().map_or_else(Default::default, |raw| (raw.people.clone(), raw.calls_only));
        let has_realtime = self.realtime.is_some();
        let people = people(&mut wrong, named);
        // People may be named for the realtime metrics alone.
        let only_people = |raw: &RawAgents| has_realtime && raw.host.is_none() && raw.token.is_none();
        let agents = self.agents.filter(|raw| !only_people(raw)).map(|agents| agents.check(&mut wrong));
        let realtime = self.realtime.map(|realtime| realtime.check(&mut wrong));
        let complete = (api, key, work.map_or(Some(None), |w| w.map(Some)), agents.map_or(Some(None), |a| a.map(Some)));
        match (complete, realtime.map_or(Some(None), |r| r.map(Some))) {
            ((Some(api), Some(key), Some(work), Some(agents)), Some(realtime)) if wrong.is_empty() => Ok(Public {
                api,
                key,
                directory,
                work,
                agents,
                realtime,
                people,
                calls_only,
                work_dnd: self.work_dnd,
                tenant,
                call_deadline,
            }),
            _ => Err(wrong),
        }
    }
}

impl RawWork {
    fn check(self, wrong: &mut Vec<Wrong>) -> Option<Work> {
        let key = secret(wrong, "work.key", self.key, WORK_KEY);
        let user = text(wrong, "work.user", self.user, WORK_USER);
        let password = secret(wrong, "work.password", self.password, WORK_PASSWORD);
        Some(Work { key: key?, user: user?, password: password? })
    }
}

impl RawAgents {
    fn check(self, wrong: &mut Vec<Wrong>) -> Option<Agents> {
        let host = text(wrong, "agents.host", self.host, HOST);
        let host = host.and_then(|host| address(wrong, "agents.host", &host, HOST));
        let tenant = text(wrong, "agents.tenant", self.tenant, CC_TENANT);
        let token = secret(wrong, "agents.token", self.token, TOKEN);
        let user = self.user.filter(|user| !user.trim().is_empty()).or_else(|| tenant.clone());
        if let Some(code) = &self.working_offline
            && (code.list < 0 || code.item < 0 || code.short.trim().is_empty())
        {
            let what = "is no entry of a list of status codes".into();
            wrong.push(Wrong { field: "agents.working_offline", what, fix: SHORT });
        }
        let web = |text: String| text.strip_prefix("ws").map(|rest| format!("http{rest}")).unwrap_or(text);
        let stream = match self.stream.map(web) {
            Some(host) => address(wrong, "agents.stream", &host, STREAM).map(Some),
            None => Some(None),
        };
        let (host, tenant, user, token) = (host?, tenant?, user?, token?);
        Some(Agents { host, tenant, user, token, working_offline: self.working_offline, stream: stream? })
    }
}

impl RawRealtime {
    fn check(self, wrong: &mut Vec<Wrong>) -> Option<Realtime> {
        let key = secret(wrong, "realtime.key", self.key, RT_KEY);
        let secret = secret(wrong, "realtime.secret", self.secret, RT_KEY);
        let region = match self.region.as_deref() {
            None | Some("us") => Some(Region::Us),
            Some("eu") => Some(Region::Eu),
            Some("au") => Some(Region::Au),
            Some("ca") => Some(Region::Ca),
            Some(other) => {
                wrong.push(Wrong { field: "realtime.region", what: format!("is \"{other}\"").into(), fix: REGION });
                None
            }
        };
        Some(Realtime { region: region?, key: key?.expose_secret().to_owned(), secret: secret?, tenant: self.tenant })
    }
}

impl Region {
    /// What stands before the path.
    pub(crate) const fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Us => None,
            Self::Eu => Some("eu"),
            Self::Au => Some("au"),
            Self::Ca => Some("ca"),
        }
    }
}

fn people(wrong: &mut Vec<Wrong>, named: BTreeMap<String, String>) -> BTreeMap<String, AgentId> {
    let mut taken = std::collections::BTreeSet::new();
    let mut people = BTreeMap::new();
    for (person, agent) in named {
        if agent.trim().is_empty() {
            wrong.push(Wrong {
                field: "agents.people",
                what: format!("names no agent for {person}").into(),
                fix: AGENT,
            });
        } else if !taken.insert(agent.clone()) {
            let what = format!("names the agent {agent} for two people").into();
            wrong.push(Wrong { field: "agents.people", what, fix: AGENT });
        } else {
            people.insert(person, AgentId::from(agent.as_str()));
        }
    }
    people
}

fn text(wrong: &mut Vec<Wrong>, field: &'static str, text: Option<String>, fix: &'static str) -> Option<String> {
    let text = text.filter(|text| !text.trim().is_empty());
    if text.is_none() {
        wrong.push(Wrong { field, what: "is missing".into(), fix });
    }
    text
}

fn secret(
    wrong: &mut Vec<Wrong>,
    field: &'static str,
    secret: Option<SecretString>,
    fix: &'static str,
) -> Option<SecretString> {
    let secret = secret.filter(|secret| !secret.expose_secret().trim().is_empty());
    let Some(secret) = secret else {
        wrong.push(Wrong { field, what: "is missing".into(), fix });
        return None;
    };
    // A header cannot carry it; the text itself is not to be told.
    if field != "work.password" && reqwest::header::HeaderValue::from_str(secret.expose_secret()).is_err() {
        wrong.push(Wrong { field, what: "holds characters that no key can have".into(), fix });
        return None;
    }
    Some(secret)
}

fn address(wrong: &mut Vec<Wrong>, field: &'static str, text: &str, fix: &'static str) -> Option<Url> {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "https" && url.has_host() => Some(url),
        Ok(url) if url.scheme() == "http" && is_this_machine(&url) => Some(url),
        Ok(url) if url.scheme() == "http" => {
            let what = format!("is \"{text}\": plain http to another machine would show the secrets on the way").into();
            wrong.push(Wrong { field, what, fix });
            None
        }
        _ => {
            wrong.push(Wrong { field, what: format!("is \"{text}\", which is no web address").into(), fix });
            None
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
