//! The door to one tenant's side in Microsoft.

use std::sync::Arc;
use std::time::Duration;

use presync_core::id::TeamsUserId;
use presync_core::presence::{Reading, TeamsPresence};
use presync_core::time::Clock;
use presync_core::words::TeamsSession;
use presync_http::transport::{self, under};
use tokio::task::JoinSet;
use url::Url;

use crate::access::Access;
use crate::cloud::{Cloud, resource};
use crate::config::{App, Config};
use crate::consent::Consent;
use crate::directory::{self, Changes, DeltaLink, User};
use crate::error::Error;
use crate::mailbox::{self, AutomaticReplies};
use crate::session::SessionWrite;
use crate::sign_in::SignIn;
use crate::untold::Untold;
use crate::usage::Usage;
use crate::{reading, session};

/// How many requests of one sweep are under way at a time.
const AT_ONCE: usize = 4;

/// Speaks for one tenant to Microsoft. Cloning it is cheap, and the clones share tokens and budgets.
#[derive(Debug, Clone)]
pub struct Client {
    graph: Url,
    read: Arc<Access>,
    write: Option<Arc<Access>>,
    /// Whose presence does not say whether they are out of office.
    untold: Arc<Untold>,
}

/// One thing that [`Client::verify`] tried.
#[derive(Debug)]
pub struct Check {
    /// What was tried, in words.
    pub what: &'static str,
    /// How it went.
    pub result: Result<(), Error>,
}

impl Client {
    /// A client that has spoken to nobody yet.
    ///
    /// # Errors
    /// [`Error::Settings`] when an address cannot be one, or the cloud has no presence.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let http = transport::client()?;
        under(&config.graph, &[])?;
        if let Some(cloud) = Cloud::of(&config.graph).filter(|cloud| !cloud.has_presence()) {
            return Err(Error::Settings(
                format!("Microsoft offers no presence in the cloud \"{}\"", cloud.name()).into(),
            ));
        }
        let scope = format!("{}/.default", resource(&config.graph));
        let access = |app: &App, clock| {
            let endpoint = config.token_endpoint(&app.client_id, Some(app.secret.clone()))?;
            let sign_in = SignIn::App { endpoint, scope: scope.clone() };
            Ok::<_, Error>(Arc::new(Access::new(http.clone(), clock, sign_in, config.call_deadline)))
        };
        let read = access(&config.read_app, Arc::clone(&clock))?;
        let write = match &config.write_app {
            None => None,
            // One app in both places is one app to Microsoft: one token, one budget.
            Some(app) if app.client_id == config.read_app.client_id => Some(Arc::clone(&read)),
            Some(app) => Some(access(app, clock)?),
        };
        Ok(Self { graph: config.graph, read, write, untold: Arc::default() })
    }

    /// What was asked of Graph's presence so far.
    pub fn usage(&self) -> Usage {
        let write = self.write.as_ref().filter(|write| !Arc::ptr_eq(write, &self.read));
        Usage { read: self.read.requests(), write: write.map(|write| write.requests()) }
    }

    /// By how many milliseconds Graph's clock is ahead of ours; negative when it is behind. `None` before a few answers have come.
    pub fn skew_millis(&self) -> Option<i64> {
        self.read.skew().millis()
    }

    /// Where the consent to each app stands, as its calls show it: `read-app`, and `write-app` where that is another one.
    pub fn consents(&self) -> Vec<(&'static str, Consent)> {
        let write = self.write.as_ref().filter(|write| !Arc::ptr_eq(write, &self.read));
        let read = ("read-app", self.read.consent());
        std::iter::once(read).chain(write.map(|write| ("write-app", write.consent()))).collect()
    }

    /// All users of the directory, guests and disabled accounts among them.
    ///
    /// # Errors
    /// The first call's that failed; there is no partial directory.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        directory::users(&self.read, &self.graph).await
    }

    /// What has changed in the directory since `link`; without one, or when Graph has forgotten it, all of it.
    ///
    /// # Errors
    /// The first call's that failed; `link` is still good then.
    pub async fn user_changes(&self, link: Option<&DeltaLink>) -> Result<Changes, Error> {
        directory::delta::changes(&self.read, &self.graph, link).await
    }

    /// The presences of these people, in their order. Whoever Graph leaves out is [`TeamsPresence::UNKNOWN`].
    ///
    /// # Errors
    /// The first call's that failed; there is no partial sweep.
    pub async fn presences(&self, ids: &[TeamsUserId]) -> Result<Vec<(TeamsUserId, Reading<TeamsPresence>)>, Error> {
        let mut chunks = ids.chunks(reading::MOST).enumerate();
        let mut parts = Vec::new();
        parts.resize_with(chunks.len(), Vec::new);
        let mut running = JoinSet::new();
        loop {
            while running.len() < AT_ONCE
                && let Some((place, chunk)) = chunks.next()
            {
                let (access, graph, chunk) = (Arc::clone(&self.read), self.graph.clone(), chunk.to_vec());
                let untold = Arc::clone(&self.untold);
                running.spawn(async move { (place, reading::presences(&access, &graph, chunk, &untold).await) });
            }
            match running.join_next().await {
                None => return Ok(parts.into_iter().flatten().collect()),
                Some(Ok((place, readings))) => {
                    let readings = readings?;
                    if let Some(part) = parts.get_mut(place) {
                        *part = readings;
                    }
                }
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            }
        }
    }

    /// Whether this person's newest presence left out whether they are out of office.
    pub fn lacks_out_of_office(&self, user: &TeamsUserId) -> bool {
        self.untold.contains(user)
    }

    /// Everybody of whom that is so and who counts; the others are forgotten.
    pub fn without_out_of_office(&self, counts: impl Fn(&TeamsUserId) -> bool) -> Vec<TeamsUserId> {
        self.untold.among(counts)
    }

    /// The automatic replies of these people, in their order, 20 in a request: for those whose presence lacks out-of-office
    /// ([`Client::lacks_out_of_office`]). It is a call per mailbox, so whoever asks does it seldom. A mailbox that is throttled is so
    /// by itself: presence is read on.
    pub async fn automatic_replies(&self, ids: &[TeamsUserId]) -> Vec<Result<AutomaticReplies, Error>> {
        mailbox::automatic_replies(&self.read, &self.graph, ids, AT_ONCE).await
    }

    /// Holds our session for a user, or renews it. `lease` becomes whole minutes, rounded up, between 5 and 240.
    ///
    /// # Errors
    /// [`Error::OneWay`] without a `write_app`; else what the call met. [`Error::outcome`] says what it means for the write.
    pub async fn hold_session(&self, user: &TeamsUserId, session: TeamsSession, lease: Duration) -> Result<(), Error> {
        let write = SessionWrite { user: user.clone(), hold: Some((session, lease)) };
        session::write(self.writer()?, &self.graph, &write).await
    }

    /// Ends our session for a user.
    ///
    /// # Errors
    /// As for [`Client::hold_session`]; [`Error::NotFound`] when Graph knows of no session that could end.
    pub async fn clear_session(&self, user: &TeamsUserId) -> Result<(), Error> {
        let write = SessionWrite { user: user.clone(), hold: None };
        session::write(self.writer()?, &self.graph, &write).await
    }

    /// Any number of such writes, 20 in a request; what became of each, in their order. One that is refused or throttled is so by
    /// itself. Two writes to one user are made in their order.
    pub async fn write_sessions(&self, writes: &[SessionWrite]) -> Vec<Result<(), Error>> {
        match self.writer() {
            Ok(access) => session::write_all(access, &self.graph, writes, AT_ONCE).await,
            Err(error) => writes.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    /// Tries what can be tried without writing: each app's sign-in, one user, one presence. What depends on a check that
    /// failed is left out.
    pub async fn verify(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        let signed_in = self.read.sign_in().await;
        let reads = signed_in.is_ok();
        checks.push(Check { what: "the reading app signs in", result: signed_in });
        if reads {
            let someone = directory::someone(&self.read, &self.graph).await;
            let id = someone.as_ref().ok().and_then(|user| user.as_ref().map(|user| user.id.clone()));
            checks.push(Check { what: "the directory can be read", result: someone.map(|_| ()) });
            if let Some(id) = id {
                let read = reading::presences(&self.read, &self.graph, vec![id], &self.untold).await;
                checks.push(Check { what: "presence can be read", result: read.map(|_| ()) });
            }
        }
        if let Some(write) = &self.write {
            let signed_in = write.sign_in().await;
            let writes = signed_in.is_ok();
            checks.push(Check { what: "the writing app signs in", result: signed_in });
            // The token tells what only a write would show.
            if writes && let Some(result) = write.carries(session::ROLE).await {
                checks.push(Check { what: "the writing app may hold sessions", result });
            }
        }
        checks
    }

    fn writer(&self) -> Result<&Access, Error> {
        self.write.as_deref().ok_or(Error::OneWay)
    }
}

#[cfg(test)]
mod tests;
