//! What of a tenant's settings goes into a recording, in pseudonyms, and what must not be found in it.

use anyhow::{Context, bail};
use presync_core::linking::HandPair;
use presync_eight::config::{Directory, Public, Push, Region};
use presync_recorder::{Bases, Recorder, Service};
use presync_service::links;
use presync_teams::Credential;
use secrecy::{ExposeSecret, SecretString};
use toml::{Table, Value};
use url::Url;

use super::RECORDED;
use crate::settings::model::{Eight, Tenant};

/// Where whoever replays it has what stands for secrets.
const SECRET: &str = "file:replay.secret";

/// The tenant without what its providers tell by themselves: that is no answer to a request and not recorded, so whatever follows from it would
/// have no cause in the recording.
pub(super) fn asking_only(mut tenant: Tenant) -> Tenant {
    tenant.teams.notifications = None;
    match &mut tenant.eight {
        Eight::Partner(partner) => partner.push = Push::default(),
        Eight::Public(public) => {
            if let Some(agents) = &mut public.agents {
                agents.stream = None;
            }
        }
    }
    tenant
}

/// The tenant of this name; the only one when none is given.
pub(super) fn chosen<'a>(tenants: &'a [Tenant], name: Option<&str>) -> anyhow::Result<&'a Tenant> {
    let names = || tenants.iter().map(|tenant| tenant.id.as_str()).collect::<Vec<_>>().join(", ");
    match (name, tenants) {
        (None, [only]) => Ok(only),
        (None, _) => bail!("the settings have several tenants; give --tenant, one of {}", names()),
        (Some(name), _) => {
            let found = tenants.iter().find(|tenant| tenant.id.as_str() == name);
            found.with_context(|| format!("the settings have no tenant \"{name}\"; they have {}", names()))
        }
    }
}

/// Where its services are.
pub(super) fn bases(tenant: &Tenant) -> Bases {
    let mut bases = vec![(Service::Entra, tenant.teams.login.clone()), (Service::Graph, tenant.teams.graph.clone())];
    match &tenant.eight {
        Eight::Partner(partner) => bases.push((Service::Eight, partner.api.clone())),
        Eight::Public(public) => {
            bases.push((Service::Eight, public.api.clone()));
            bases.extend(public.agents.iter().map(|agents| (Service::Agents, agents.host.clone())));
        }
    }
    Bases(bases)
}

/// What lets presync in.
pub(super) fn secrets(tenant: &Tenant) -> Vec<SecretString> {
    let apps = [Some(&tenant.teams.read_app), tenant.teams.write_app.as_ref()].into_iter().flatten();
    let of_app = |credential: &Credential| match credential {
        Credential::Secret(secret) => Some(secret.clone()),
        Credential::Certificate(_) | Credential::Federated(_) => None,
    };
    let mut secrets: Vec<SecretString> = apps.filter_map(|app| of_app(&app.credential)).collect();
    match &tenant.eight {
        Eight::Partner(partner) => secrets.extend([partner.key.clone(), partner.secret.clone()]),
        Eight::Public(public) => {
            secrets.push(public.key.clone());
            secrets.extend(public.work.iter().flat_map(|work| [work.key.clone(), work.password.clone()]));
            secrets.extend(public.agents.iter().map(|agents| agents.token.clone()));
            let realtime = public.realtime.iter();
            secrets.extend(realtime.flat_map(|realtime| [realtime.key.clone().into(), realtime.secret.clone()]));
        }
    }
    secrets.retain(|secret| !secret.expose_secret().is_empty());
    secrets
}

/// The lines of a settings file for the recorded tenant.
pub(super) fn settings(
    tenant: &Tenant,
    service: &crate::settings::model::Service,
    names: &Recorder,
) -> anyhow::Result<Vec<String>> {
    let length = |length| Value::from(humantime::format_duration(length).to_string());
    let poll = table([
        ("slowest", length(service.poll_interval.slowest)),
        ("fastest", length(service.poll_interval.fastest.min(service.poll_interval.slowest))),
    ]);
    let service = table([
        ("state", "sqlite:replay.db".into()),
        ("poll_interval", poll.into()),
        ("directory_interval", length(service.directory_interval)),
    ]);
    let tenant = table([
        ("id", RECORDED.into()),
        ("teams", teams(tenant, names).into()),
        ("eight", eight(&tenant.eight, names).into()),
        ("link", link(tenant, names)?.into()),
    ]);
    let whole = table([("service", service.into()), ("tenant", Value::Array(vec![tenant.into()]))]);
    let text = toml::to_string(&whole).context("the settings of the recorded tenant cannot be written as TOML")?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn teams(tenant: &Tenant, names: &Recorder) -> Table {
    let teams = &tenant.teams;
    let app = |app: &crate::settings::model::App| {
        let client_id = names.pseudonym(&app.client_id.to_string());
        Value::from(table([("client_id", client_id.into()), ("secret", SECRET.into())]))
    };
    let mut table = table([
        ("directory", names.pseudonym(&teams.directory.to_string()).into()),
        ("read_app", app(&teams.read_app)),
        ("login", at("{entra}", &teams.login)),
        ("graph", at("{graph}", &teams.graph)),
    ]);
    table.extend(teams.write_app.as_ref().map(|write| ("write_app".to_owned(), app(write))));
    table
}

fn eight(eight: &Eight, names: &Recorder) -> Table {
    match eight {
        Eight::Partner(partner) => table([
            ("mode", "partner".into()),
            ("key", SECRET.into()),
            ("secret", SECRET.into()),
            ("api", at("{eight}", &partner.api)),
        ]),
        Eight::Public(public) => self::public(public, names),
    }
}

fn public(public: &Public, names: &Recorder) -> Table {
    let directory = match public.directory {
        Directory::Users => "users",
        Directory::Contacts => "contacts",
    };
    let mut table = table([
        ("mode", "public".into()),
        ("key", SECRET.into()),
        ("api", at("{eight}", &public.api)),
        ("directory", directory.into()),
        ("work_dnd", public.work_dnd.into()),
    ]);
    if let Some(work) = &public.work {
        let user = names.pseudonym(&work.user).into();
        table.insert(
            "work".to_owned(),
            self::table([("key", SECRET.into()), ("user", user), ("password", SECRET.into())]).into(),
        );
    }
    if let Some(agents) = agents(public, names) {
        table.insert("agents".to_owned(), agents.into());
    }
    if let Some(realtime) = &public.realtime {
        let region = match realtime.region {
            Region::Us => "us",
            Region::Eu => "eu",
            Region::Au => "au",
            Region::Ca => "ca",
        };
        let mut realtime_table =
            self::table([("region", region.into()), ("key", SECRET.into()), ("secret", SECRET.into())]);
        let tenant = realtime.tenant.as_ref().map(|tenant| ("tenant".to_owned(), names.pseudonym(tenant).into()));
        realtime_table.extend(tenant);
        table.insert("realtime".to_owned(), realtime_table.into());
    }
    table
}

fn agents(public: &Public, names: &Recorder) -> Option<Table> {
    let people = public
        .people
        .iter()
        .map(|(person, agent)| (names.pseudonym(person), Value::from(names.pseudonym(agent.as_str()))));
    let people: Table = people.collect();
    let mut table = Table::new();
    if let Some(agents) = &public.agents {
        table.extend(self::table([
            ("host", at("{agents}", &agents.host)),
            ("tenant", names.pseudonym(&agents.tenant).into()),
            ("user", names.pseudonym(&agents.user).into()),
            ("token", SECRET.into()),
            ("calls_only", public.calls_only.into()),
        ]));
        if let Some(code) = &agents.working_offline {
            let number = |number: i64| names.pseudonym(&number.to_string()).parse().unwrap_or(number);
            let code = self::table([
                ("list", number(code.list).into()),
                ("item", number(code.item).into()),
                ("short", names.pseudonym(&code.short).into()),
            ]);
            table.insert("working_offline".to_owned(), code.into());
        }
    }
    if !people.is_empty() {
        table.insert("people".to_owned(), people.into());
    }
    (!table.is_empty()).then_some(table)
}

/// How people are paired, and who is by hand.
fn link(tenant: &Tenant, names: &Recorder) -> anyhow::Result<Table> {
    let policy = &tenant.link.policy;
    let mut pairs = policy.hand.clone();
    if let Some(file) = &tenant.link.file {
        pairs.extend(links::read(file).with_context(|| format!("cannot read the pairs of {}", file.display()))?);
    }
    let pair = |HandPair { teams, eight }: &HandPair| {
        Value::from(table([("teams", names.pseudonym(teams).into()), ("eight", names.pseudonym(eight).into())]))
    };
    let keys: Vec<Value> = policy.keys.iter().map(|key| key.label().into()).collect();
    // By hand may be the only way.
    let keys = if keys.is_empty() { vec!["by-hand".into()] } else { keys };
    let mut table = table([("match", keys.into())]);
    if !pairs.is_empty() {
        table.insert("pair".to_owned(), pairs.iter().map(pair).collect::<Vec<_>>().into());
    }
    if !policy.exclude.is_empty() {
        let excluded: Vec<Value> = policy.exclude.iter().map(|name| names.pseudonym(name).into()).collect();
        table.insert("exclude".to_owned(), excluded.into());
    }
    Ok(table)
}

/// An address at the host that is filled in when it is replayed.
fn at(host: &str, url: &Url) -> Value {
    format!("{host}{}", url.path().trim_end_matches('/')).into()
}

fn table<const N: usize>(fields: [(&str, Value); N]) -> Table {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
