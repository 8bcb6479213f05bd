//! The door to one tenant's side in 8x8.

use std::sync::Arc;
use std::time::Duration;

use presync_core::time::Clock;
use presync_http::transport::{self, under};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::sync::OnceCell;
use url::Url;

use crate::access::{Access, Call, Entry, Gates, hidden};
use crate::config::{Config, Push};
use crate::directory::{self, User};
use crate::error::Error;
use crate::feed::{self, Changes, Cursor, Snapshot};
use crate::frames::webhook::Key;
use crate::hooks::{self, Registered};
use crate::offer::{self, Offer};
use crate::product::Product;
use crate::publication_id::PublicationIds;
use crate::publish::{self, Publication, Published};
use crate::sign_in::SignIn;
use crate::stream::{self, Place, Position, Stream};

/// Speaks for one tenant to 8x8. Cloning it is cheap, and the clones share token and limits.
#[derive(Debug, Clone)]
pub struct Client {
    api: Url,
    access: Arc<Access>,
    ids: PublicationIds,
    offer: Arc<OnceCell<Offer>>,
    listening: Arc<Listening>,
}

/// What 8x8 is to tell by itself, and who listens.
#[derive(Debug)]
struct Listening {
    push: Push,
    key: HeaderValue,
    /// How we are called where we listen.
    name: String,
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
    /// [`Error::Settings`] when the address or the key cannot be one.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let endpoint = under(&config.api, &["oauth", "v2", "token"])?;
        // Both credentials go along: the directory is documented with the key, presence with the token, and each service takes
        // the one that it knows.
        let key = hidden(&config.key, "key")?;
        let listening = Listening { push: config.push, key: key.clone(), name: format!("presync-{}", config.tenant) };
        let beside = HeaderMap::from_iter([(HeaderName::from_static("x-api-key"), key)]);
        let entry = Entry::token(SignIn::App { endpoint, key: config.key, secret: config.secret }, beside);
        // 8x8 says on every answer how much is left, and a partner's limits need not be the published ones.
        let access = Access::new(transport::client()?, clock, entry, Gates::default(), config.call_deadline)
            .keeping_apart(transport::apart()?);
        Ok(Self {
            api: config.api,
            access: Arc::new(access),
            ids: PublicationIds::of(&config.tenant),
            offer: Arc::default(),
            listening: Arc::new(listening),
        })
    }

    /// By how many milliseconds 8x8's clock is ahead of ours; negative when it is behind. `None` before a few answers have come.
    pub fn skew_millis(&self) -> Option<i64> {
        self.access.skew().millis()
    }

    /// All users, inactive ones among them.
    ///
    /// # Errors
    /// The first call's that failed; there is no partial directory.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let listed = directory::users(&self.access, &self.api).await?;
        Ok(listed.into_iter().map(|listed| listed.user).collect())
    }

    /// Everybody's presence, and the cursor from which [`Client::changes`] goes on without a gap.
    ///
    /// # Errors
    /// The first call's that failed; there is no partial snapshot.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        if let Err(error) = self.offer().await {
            tracing::debug!(%error, "what the presence API offers is not known yet");
        }
        Box::pin(feed::snapshot(&self.access, &self.api, &self.ids)).await
    }

    /// What has changed since `cursor`; does not wait for changes to come. If a later page fails, what was read before it is
    /// given, and its cursor goes on behind that.
    ///
    /// # Errors
    /// [`Error::CursorExpired`] when a new [`Client::snapshot`] is needed; else the first call's.
    pub async fn changes(&self, cursor: &Cursor) -> Result<Changes, Error> {
        self.changes_within(cursor, Duration::ZERO).await
    }

    /// The same, but when nothing has changed 8x8 waits for so long, 25 seconds at most, for something to change.
    ///
    /// # Errors
    /// As [`Client::changes`].
    pub async fn changes_within(&self, cursor: &Cursor, wait: Duration) -> Result<Changes, Error> {
        if self.offer.get().is_some_and(|offer| !offer.tells_changes) {
            return Err(Error::CursorExpired);
        }
        Box::pin(feed::changes(&self.access, &self.api, &self.ids, cursor, wait)).await
    }

    /// What a message of an event stream or the body of a webhook's delivery says of presence, as changes that go on from
    /// `cursor` and do not move it: the feed tells them again. `None` when it is about something else.
    pub fn told(&self, payload: &[u8], cursor: &Cursor) -> Option<Changes> {
        feed::told(payload, &self.ids, cursor, self.access.now())
    }

    /// What time it is, by the clock that the client was given.
    pub(crate) fn now(&self) -> presync_core::time::Timestamp {
        self.access.now()
    }

    /// What this API offers; asked once.
    ///
    /// # Errors
    /// The call's.
    pub async fn offer(&self) -> Result<&Offer, Error> {
        self.offer.get_or_try_init(|| offer::ask(&self.access, &self.api)).await
    }

    /// What 8x8 is to tell by itself, as configured.
    pub fn push(&self) -> &Push {
        &self.listening.push
    }

    /// Opens the stream of changes; `None` where none is offered, or none is configured.
    ///
    /// # Errors
    /// [`Error::is_credential_problem`] when an administrator has to act; [`Error::Refused`] when `from` is not known any more; else
    /// what broke.
    pub async fn stream(&self, from: &Position) -> Result<Option<Stream>, Error> {
        let Listening { push, key, name } = &*self.listening;
        let (Some(config), Some((host, topic))) = (&push.stream, &self.offer().await?.stream) else { return Ok(None) };
        let host = match &config.host {
            Some(host) => stream::host(host)?,
            None => stream::offered(host, &self.api)?,
        };
        Stream::open(&Place { host, tenant: &config.tenant, topic, reader: name, key }, from).await.map(Some)
    }

    /// Has 8x8 deliver changes to this address, unless it does already: it tries whether it is answered there.
    ///
    /// # Errors
    /// The call's; [`Error::Refused`] when 8x8 was not answered at the address.
    pub async fn register_webhook(&self, address: &Url) -> Result<Registered, Error> {
        hooks::register(&self.access, &self.api, &self.listening.name, address).await
    }

    /// The public key of this name, which deliveries to webhooks are signed with.
    ///
    /// # Errors
    /// The call's; [`Error::Unreadable`] when the answer is no key.
    pub async fn webhook_key(&self, id: &str) -> Result<Key, Error> {
        let url = under(&self.api, &["chat-gateway", "v1", "jwk", id, "public"])?;
        let call = Call { method: Method::GET, url, product: Product::Webhooks, body: None };
        let answer = self.access.read(&call).await?;
        Key::read(&answer.body).map_err(|error| Error::Unreadable(error.to_string().into()))
    }

    /// Publishes any number of presences, in bulks of 100 or what is offered, and gives one outcome each, in order. When a bulk fails, its items
    /// have the error's outcome, and so have those not sent any more because they would meet it too.
    ///
    /// # Errors
    /// Only when nothing at all was published because an administrator has to act first
    /// ([`Error::is_credential_problem`]).
    pub async fn publish(&self, publications: &[Publication]) -> Result<Vec<Published>, Error> {
        let offer = self.offer.get().cloned().unwrap_or_default();
        publish::publish(&self.access, &self.api, self.ids, &offer, publications).await
    }

    /// Tries what can be tried without writing: the sign-in, one user, one presence. What depends on a check that failed is
    /// left out.
    pub async fn verify(&self) -> Vec<Check> {
        let signed_in = self.access.sign_in().await;
        let may_go_on = signed_in.is_ok();
        let mut checks = vec![Check { what: "the app signs in", result: signed_in }];
        if may_go_on {
            let directory = directory::probe(&self.access, &self.api).await;
            checks.push(Check { what: "the directory can be read", result: directory });
            let presence = feed::probe(&self.access, &self.api, &self.ids).await;
            checks.push(Check { what: "presence can be read", result: presence });
        }
        checks
    }
}

#[cfg(test)]
mod tests;
