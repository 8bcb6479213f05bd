//! Public mode: a tenant's side in 8x8 by nothing but what 8x8 documents.
//!
//! What a partner's API tells in one feed is put together here from several services, and compared with what was told before, so that
//! the rest of presync sees the same snapshots and changes. What cannot be carried this way is said, for each person and each write.
//!
//! * `keep`: what is kept over a restart
//! * `merge`: one presence from what each service says
//! * `board`: what each service said last, and what was told of it
//! * `read`: asking the services that are due
//! * `write`: from a publication to what the means here can do

mod board;
mod keep;
mod merge;
mod read;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use presync_core::id::EightUserId;
use presync_core::obstacle::Obstacle;
use presync_core::time::Clock;
use presync_core::words::{Calls, EightTarget};
use presync_http::transport::{self, under};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::ability::{self, Ability, Readable};
use crate::access::{Access, Entry, Gates, hidden};
use crate::agents::desk::Standing;
use crate::agents::realtime::Realtime;
use crate::agents::wire::AgentApi;
use crate::budget;
use crate::calls::{self, Means};
use crate::carried::Carried;
use crate::client::Check;
use crate::config::{self, Public, Push};
use crate::directory::{self, User};
use crate::error::Error;
use crate::ledger::Notes;
use crate::people::directory::Reader;
use crate::sign_in::SignIn;
use crate::stream::{self, Place, Position, Stream};
use crate::work::analytics::Analytics;
use crate::work::extension::{Extensions, Users};
use board::Board;

/// Where Event Streaming tells changes of agents: namespace and event type.
const AGENT_CHANGES: &str = "event-v1/AgentStatusChange";

/// Speaks for one tenant to 8x8's documented services. Cloning it is cheap; the clones share everything.
#[derive(Debug, Clone)]
pub struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Public,
    directories: Access,
    reader: tokio::sync::Mutex<Reader>,
    analytics: Option<Analytics>,
    agents: Option<AgentApi>,
    realtime: Option<Realtime>,
    extensions: Extensions,
    notes: Notes,
    /// One reading of the services at a time.
    polling: tokio::sync::Mutex<()>,
    /// Held for moments.
    board: Mutex<Board>,
}

impl Client {
    /// A client that has spoken to nobody yet.
    ///
    /// # Errors
    /// [`Error::Settings`] when an address or a key cannot be one.
    pub fn new(config: Public, clock: &Arc<dyn Clock>) -> Result<Self, Error> {
        let http = transport::client()?;
        let deadline = config.call_deadline;
        let key = one("x-api-key", hidden(config.key.expose_secret(), "key")?);
        let access = |entry, gates| Access::new(http.clone(), Arc::clone(clock), entry, gates, deadline);
        let directories = access(Entry::Key(key), Gates::directories());
        let analytics = config.work.as_ref().map(|work| {
            let (sign_in, beside) = supervisor(&config.api, work)?;
            let access = access(Entry::token(sign_in, beside), Gates::service(budget::ANALYTICS));
            Analytics::new(access, &config.api)
        });
        let agents = config.agents.as_ref().map(|agents| {
            let access = access(Entry::Key(basic(&agents.user, &agents.token)?), Gates::service(budget::AGENTS));
            AgentApi::new(access, &agents.host, &agents.tenant, agents.working_offline.clone())
        });
        let realtime = config.realtime.as_ref().map(|realtime| {
            let endpoint = under(&config.api, &["oauth", "v2", "token"])?;
            let (key, secret) = (realtime.key.clone(), realtime.secret.clone());
            let tenant = realtime.tenant.as_deref().map(|tenant| hidden(tenant, "realtime.tenant")).transpose()?;
            let beside = tenant.map_or_else(HeaderMap::new, |tenant| one("x-tenant-info", tenant));
            let entry = Entry::token(SignIn::App { endpoint, key, secret }, beside);
            let base = match realtime.region.prefix() {
                None => config.api.clone(),
                Some(prefix) => under(&config.api, &[prefix])?,
            };
            Realtime::new(access(entry, Gates::service(budget::REALTIME)), &base)
        });
        let notes = Notes::default();
        let shared = Shared {
            directories,
            reader: tokio::sync::Mutex::new(Reader::new(config.directory)),
            analytics: analytics.transpose()?,
            agents: agents.transpose()?,
            realtime: realtime.transpose()?,
            extensions: Extensions::new(notes.clone()),
            notes,
            polling: tokio::sync::Mutex::default(),
            board: Mutex::new(Board::new(clock.now())),
            config,
        };
        Ok(Self(Arc::new(shared)))
    }

    /// By how many milliseconds 8x8's clock is ahead of ours, as the directories' answers say; negative when it is behind.
    pub fn skew_millis(&self) -> Option<i64> {
        self.0.directories.skew().millis()
    }

    /// All users, with the queues that any service tells of. The first reading is of everybody, later ones are of what has changed.
    ///
    /// # Errors
    /// The first call's that failed; what is known of the directory stays.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let mut reader = self.0.reader.lock().await;
        let now = self.0.directories.now();
        let brought = reader.read(&self.0.directories, &self.0.config.api, now).await?;
        let mut board = self.board();
        board.take_people(brought, &self.0.config);
        Ok(board.users())
    }

    /// What 8x8 is to tell by itself: changes of agents, where the settings name a stream.
    pub fn push(&self) -> Push {
        let agents = self.0.config.agents.as_ref();
        let stream = agents.and_then(|agents| Some((agents.tenant.clone(), agents.stream.clone()?)));
        let stream = stream.map(|(tenant, host)| config::Stream { tenant, host: Some(host) });
        Push { wait: false, stream, webhook: None }
    }

    /// Opens the stream of changes of agents; `None` where none is configured.
    ///
    /// # Errors
    /// [`Error::is_credential_problem`] when an administrator has to act; [`Error::Refused`] when `from` is not known any more; else
    /// what broke.
    pub async fn stream(&self, from: &Position) -> Result<Option<Stream>, Error> {
        let config = &self.0.config;
        let Some(config::Stream { tenant, host: Some(host) }) = self.push().stream else { return Ok(None) };
        let (host, key) = (stream::host(&host)?, hidden(config.key.expose_secret(), "key")?);
        let reader = format!("presync-{}", config.tenant);
        let place = Place { host, tenant: &tenant, topic: AGENT_CHANGES, reader: &reader, key: &key };
        Stream::open(&place, from).await.map(Some)
    }

    /// What can and what cannot be carried for a person, as far as is known now.
    pub fn abilities(&self, user: &EightUserId) -> Vec<Ability> {
        let Shared { config, realtime, .. } = &*self.0;
        let board = self.board();
        let agent = board.agent_of(user);
        let member = match (&config.work, board.is_member(user)) {
            (None, _) => Err(Obstacle::WorkNotSet),
            (Some(_), false) => Err(Obstacle::NoReadingOfWork),
            (Some(_), true) => Ok(()),
        };
        let read_agent = match (config.agents.is_some() || realtime.is_some(), agent) {
            (false, _) => Err(Obstacle::AgentsNotSet),
            (true, None) => Err(Obstacle::NotAnAgent),
            (true, Some(_)) => Ok(()),
        };
        let (means, works) = (self.means(&board, user), board.book.has_work(user));
        drop(board);
        ability::of_public(Readable { member, agent: read_agent, calls_only: config.calls_only, works }, means)
    }

    /// How far what is wanted of a person is carried, as it stands now.
    pub fn carried(&self, user: &EightUserId, status: Option<EightTarget>, calls: Calls) -> Carried {
        let board = self.board();
        if !board.book.is_read() {
            return Carried { waits: status.map(|_| Obstacle::DirectoryNotRead), ..Carried::default() };
        }
        let plan = calls::plan(self.means(&board, user), status, calls);
        let agent = board.agent_of(user).map_or(Standing::LetGo, |agent| board.desk.standing(agent));
        drop(board);
        Carried::by_public(plan, agent, self.0.extensions.standing(user))
    }

    /// Tries what can be tried without writing, each family of credentials by itself.
    pub async fn verify(&self) -> Vec<Check> {
        let Shared { config, directories, analytics, agents, realtime, .. } = &*self.0;
        let directory = match config.directory {
            config::Directory::Users => directory::probe(directories, &config.api).await,
            config::Directory::Contacts => crate::people::contacts::probe(directories, &config.api).await,
        };
        let mut checks = vec![Check { what: "the directory can be read", result: directory }];
        if let Some(analytics) = analytics {
            checks.push(Check { what: "Work Analytics can be read", result: analytics.probe().await });
        }
        if let Some(agents) = agents {
            checks.push(Check { what: "agents' statuses can be read", result: agents.read().await.map(|_| ()) });
        }
        if let Some(realtime) = realtime {
            checks.push(Check { what: "realtime metrics can be read", result: realtime.read().await.map(|_| ()) });
        }
        checks
    }

    /// The way to the users.
    fn users_api(&self) -> Users<'_> {
        Users { access: &self.0.directories, api: &self.0.config.api }
    }

    /// What there is to keep calls away from a person with.
    fn means(&self, board: &Board, user: &EightUserId) -> Means {
        let Shared { config, extensions, .. } = &*self.0;
        let agent = match &config.agents {
            None => Err(Obstacle::AgentsNotSet),
            Some(_) if board.agent_of(user).is_none() => Err(Obstacle::NotAnAgent),
            Some(agents) if agents.working_offline.is_none() => Err(Obstacle::NoStatusCode),
            Some(_) => Ok(()),
        };
        let do_not_disturb = if !config.work_dnd {
            Err(Obstacle::DndNotAllowed)
        } else if extensions.is_not_taken(self.0.directories.now()) {
            Err(Obstacle::DndNotTaken)
        } else if !board.book.has_work(user) {
            Err(Obstacle::NoExtension)
        } else {
            Ok(())
        };
        Means::Public { agent, do_not_disturb }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.0.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn one(name: &'static str, value: HeaderValue) -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static(name), value)])
}

fn supervisor(api: &Url, work: &config::Work) -> Result<(SignIn, HeaderMap), Error> {
    let endpoint = under(api, &["analytics", "work", "v1", "oauth", "token"])?;
    let key = hidden(work.key.expose_secret(), "work.key")?;
    let sign_in =
        SignIn::Supervisor { endpoint, key: key.clone(), user: work.user.clone(), password: work.password.clone() };
    Ok((sign_in, one("8x8-apikey", key)))
}

fn basic(user: &str, token: &SecretString) -> Result<HeaderMap, Error> {
    use base64::Engine as _;
    let both = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{}", token.expose_secret()));
    Ok(HeaderMap::from_iter([(AUTHORIZATION, hidden(&format!("Basic {both}"), "agents.token")?)]))
}

#[cfg(test)]
mod tests;
