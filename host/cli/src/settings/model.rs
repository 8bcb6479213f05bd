//! The checked settings: what the rest of the program works with. Everything here is complete and within its bounds.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use presync_core::id::TenantId;
use presync_core::time::Timestamp;
use presync_service::{Limit, LinkSettings, RuleConfig, Supply};
use presync_teams::Credential;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

/// A whole settings file.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// `[service]`.
    pub service: Service,
    /// `[[tenant]]`, at least one, in the order of the file, each id once.
    pub tenants: Vec<Tenant>,
}

/// What concerns all tenants.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// Where the administration API listens.
    pub listen: SocketAddr,
    /// The database file.
    pub state: PathBuf,
    /// From one read of all presences to the next.
    pub poll_interval: PollInterval,
    /// From one read of the directories to the next: 1 second to 1 day.
    pub directory_interval: Duration,
    /// 8x8's limit on presence requests, for each tenant; `None`: nobody knows one.
    pub eight_budget: Option<Limit>,
    /// The public keys one of which a rule must be signed with, each `presync-key:…`; none: no rule needs to be signed.
    pub trusted_keys: Vec<String>,
    /// The folder for compiled rules.
    pub rule_cache: PathBuf,
    /// What a request that changes something must carry; `None`: such requests are taken from this machine only.
    pub admin_token: Option<SecretString>,
    /// What becomes of the sessions that are held in Teams when the service is told to stop.
    pub at_stop: AtStop,
    /// Where traces go (OTLP over HTTP), without the path; `None`: where the environment says, or nowhere.
    pub otlp: Option<Url>,
}

/// What becomes of the sessions that are held in Teams at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtStop {
    /// The next process takes them up, or they lapse within one lease.
    Keep,
    /// They are cleared.
    Clear,
}

/// How often presence is read: each 1 second to 5 minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PollInterval {
    /// What is promised.
    pub slowest: Duration,
    /// As often as this where the providers' limits allow it; no longer than `slowest`, unless that is left at a shorter one.
    pub fastest: Duration,
}

/// One tenant.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    /// Its name here: 1 to 64 of a-z, 0-9 and `-`.
    pub id: TenantId,
    /// Its Microsoft side.
    pub teams: Teams,
    /// Its 8x8 side.
    pub eight: Eight,
    /// Its own rules, asked in this order after the default map.
    pub rules: Vec<Rule>,
    /// What rules may learn of its people beside what the providers say.
    pub supply: Supply,
    /// How its people are paired, and who is whom by hand.
    pub link: LinkSettings,
}

/// A tenant's Microsoft side.
#[derive(Debug, Clone)]
pub(crate) struct Teams {
    /// The Entra directory (tenant) id.
    pub directory: Uuid,
    /// The app registration that reads the directory and presence.
    pub read_app: App,
    /// The app registration that shows 8x8 calls in Teams; `None`: one way, Teams to 8x8 only.
    pub write_app: Option<App>,
    /// Where tokens come from, without the directory.
    pub login: Url,
    /// Mailboxes are asked who is out of office, where presence does not say it.
    pub automatic_replies: bool,
    /// Microsoft Graph, with its version and without a slash at the end unless the file has one.
    pub graph: Url,
    /// How it is told of changes; `None`: it only asks.
    pub notifications: Option<Told>,
}

/// Being told of changes in Teams.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Where Microsoft posts to: ends in `/notifications/` and the tenant's id.
    pub notification_url: Url,
    /// Where sign-ins lead back to: ends in `/signed-in`.
    pub redirect_url: Url,
    /// User names, at least one, each once.
    pub sync_users: Vec<String>,
    /// The app that they sign in to; `None`: the one that reads.
    pub app: Option<App>,
}

/// An app registration in Entra.
#[derive(Debug, Clone)]
pub(crate) struct App {
    /// Application (client) id.
    pub client_id: Uuid,
    /// How it proves who it is.
    pub credential: Credential,
    /// When it ends, where it does not say so itself.
    pub expires: Option<Timestamp>,
}

/// A tenant's 8x8 side.
#[derive(Debug, Clone)]
pub(crate) enum Eight {
    /// By the partner API.
    Partner(Box<Partner>),
    /// By what 8x8 documents publicly. The deadline of its calls is not in it yet.
    Public(Box<presync_eight::config::Public>),
}

/// A tenant's 8x8 side, by the partner API.
#[derive(Debug, Clone)]
pub(crate) struct Partner {
    /// API key.
    pub key: SecretString,
    /// API secret.
    pub secret: SecretString,
    /// When the two end.
    pub expires: Option<Timestamp>,
    /// Where the 8x8 API is.
    pub api: Url,
    /// What it is to tell by itself.
    pub push: presync_eight::config::Push,
}

/// A tenant's own rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    /// As the service takes it.
    pub config: RuleConfig,
    /// Whom it is for, as written.
    pub whom: Whom,
    /// On which line of the settings file each line of its table is; empty without a table.
    pub table_lines: Vec<usize>,
}

/// Whom a rule is for: everyone when all lists are empty, or else whoever is named in one of them. Names as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Whom {
    /// Addresses or pseudonyms.
    pub people: Vec<String>,
    /// Departments, from the directory.
    pub departments: Vec<String>,
    /// Groups, from `[tenant.groups]`.
    pub groups: Vec<String>,
    /// Queues, from the directory of 8x8 and `[tenant.queues]`.
    pub queues: Vec<String>,
}
