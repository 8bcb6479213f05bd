//! The way of a sync user to Entra and back: who has begun a sign-in and not come back yet, and who is signed in.
//!
//! A sign-in belongs to the browser that began it: it is told a secret of its own, and comes back with it. Whoever signs in must be one of
//! the settings' sync users; anybody else's token is forgotten at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use presync_core::id::TenantId;
use presync_core::time::{Clock, Timestamp};
use presync_store::{StoreError, TenantStore};
use presync_teams::consent::{self, ConsentError, ConsentPage};
use presync_teams::sync_user::{Account, DelegatedApp, Pending, Prompt, SignInDesk};
use tokio::sync::Notify;
use url::Url;

use super::NotificationError;
use super::settings::NotificationSettings;
use super::tokens::{Tokens, kept, stored};

/// How long somebody may take at Entra; its code is good for ten minutes.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Sign-ins under way at most. Beginning one costs nothing, so that anybody may do it often: the oldest gives way.
const MOST_PENDING: usize = 100;

/// Why a sign-in came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Nobody of that name is in the settings.
    #[error(
        "no sync user of this tenant is called \"{0}\"; they are listed as `sync_users` in [tenant.teams.notifications]"
    )]
    Unknown(String),
    /// There is no such sign-in under way in this browser.
    #[error("this sign-in was not begun in this browser, or longer than 15 minutes ago. Start it once more")]
    NotBegun,
    /// Somebody else signed in.
    #[error(
        "{actual} signed in, but the sign-in was for {expected}; nothing is kept of it. Start it once more and choose {expected}, or, if \
         somebody else is to be the sync user, name them in the settings"
    )]
    SomebodyElse {
        /// Who did.
        actual: String,
        /// Who should have.
        expected: String,
    },
    /// Entra refused, or the way there was broken.
    #[error(transparent)]
    Teams(#[from] presync_teams::Error),
    /// What came of it cannot be kept.
    #[error("the sign-in cannot be kept: {0}")]
    Store(#[from] StoreError),
    /// It ended in a panic, or with the process.
    #[error("the sign-in was interrupted. Start it once more")]
    Interrupted,
}

impl SignInError {
    /// Whether an administrator's consent would help.
    pub fn wants_consent(&self) -> bool {
        match self {
            Self::Teams(presync_teams::Error::SignIn { refusal, .. }) => {
                refusal.problem.remedy() == presync_teams::Remedy::GrantConsent
            }
            _ => false,
        }
    }
}

/// A sign-in that was begun.
#[derive(Debug)]
pub struct Begun {
    /// Where to send the browser.
    pub url: Url,
    /// What the browser has to bring when it comes back.
    pub browser_secret: String,
}

/// The sync users' sign-ins of one tenant.
#[derive(Debug)]
pub struct SignIns {
    desk: SignInDesk,
    clock: Arc<dyn Clock>,
    tokens: Arc<Tokens>,
    tenant: TenantId,
    settings: Arc<NotificationSettings>,
    /// A map with the `state` of a sign-in under way as key.
    pending: Mutex<HashMap<String, Waiting>>,
    /// Who is signed in, in the order of the names.
    accounts: Mutex<Vec<Option<SignedIn>>>,
    /// Each rings when the sync user of its place has signed in.
    arrived: Vec<Notify>,
}

#[derive(Debug)]
struct Waiting {
    pending: Pending,
    browser_secret: String,
    place: usize,
    begun: Timestamp,
}

#[derive(Debug, Clone)]
struct SignedIn {
    account: Account,
    at: Timestamp,
}

impl SignIns {
    /// The sign-ins that the store has kept; what belongs to no sync user of the settings is forgotten.
    pub(super) fn open(
        tenant: TenantId,
        settings: Arc<NotificationSettings>,
        store: TenantStore,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NotificationError> {
        let NotificationSettings { teams, client_id, credential, redirect_url, sync_users, .. } = &*settings;
        let mut accounts = vec![None; sync_users.len()];
        for sign_in in store.sign_ins()? {
            let named = sign_in.sync_user.and_then(|(name, at)| Some((place_of(sync_users, &name)?, at)));
            match named.and_then(|(place, at)| Some((accounts.get_mut(place)?, at))) {
                Some((free, at)) => *free = Some(SignedIn { account: kept(&sign_in.account), at }),
                None => store.forget_sign_in(&sign_in.account)?,
            }
        }
        let tokens = Arc::new(Tokens(store));
        let app = DelegatedApp {
            client_id: client_id.clone(),
            credential: credential.clone(),
            redirect: redirect_url.clone(),
        };
        let desk = SignInDesk::new(teams, app, Arc::clone(&tokens) as _, Arc::clone(&clock))?;
        Ok(Self {
            desk,
            clock,
            tokens,
            pending: Mutex::default(),
            accounts: Mutex::new(accounts),
            arrived: sync_users.iter().map(|_| Notify::new()).collect(),
            tenant,
            settings,
        })
    }

    /// The sync users' names, in the order of the settings.
    pub fn names(&self) -> &[String] {
        &self.settings.sync_users
    }

    /// Where a browser comes back to.
    pub fn redirect(&self) -> &Url {
        &self.settings.redirect_url
    }

    /// Since when the sync user at this place is signed in.
    pub fn signed_in(&self, place: usize) -> Option<Timestamp> {
        self.accounts().get(place)?.as_ref().map(|signed_in| signed_in.at)
    }

    /// Begins a sign-in of this sync user.
    ///
    /// # Errors
    /// When there is no sync user of that name, or the settings cannot work.
    pub fn begin(&self, sync_user: &str) -> Result<Begun, SignInError> {
        let place = place_of(self.names(), sync_user).ok_or_else(|| SignInError::Unknown(sync_user.to_owned()))?;
        let begun = self.desk.begin(Prompt::default(), self.names().get(place).map(String::as_str))?;
        let browser_secret = uuid::Uuid::new_v4().simple().to_string();
        let now = self.clock.now();
        let mut pending = self.pending();
        pending.retain(|_, waiting| now.since(waiting.begun) < PATIENCE);
        if pending.len() >= MOST_PENDING
            && let Some(oldest) =
                pending.iter().min_by_key(|(_, waiting)| waiting.begun).map(|(state, _)| state.clone())
        {
            pending.remove(&oldest);
        }
        let state = begun.pending.state().to_owned();
        let waiting = Waiting { pending: begun.pending, browser_secret: browser_secret.clone(), place, begun: now };
        pending.insert(state, waiting);
        Ok(Begun { url: begun.url, browser_secret })
    }

    /// Whether a sign-in of this `state` was begun here.
    pub fn has_begun(&self, state: &str) -> bool {
        self.pending().contains_key(state)
    }

    /// Where an administrator of the directory grants consent for everybody; `None` when the settings cannot work.
    pub fn consent_link(&self) -> Option<Url> {
        let NotificationSettings { teams, client_id, redirect_url, .. } = &*self.settings;
        let (page, directory) = (ConsentPage::default(), Some(teams.directory.as_str()));
        consent::link(teams, client_id, page, directory, redirect_url, &self.consent_state()).ok()
    }

    /// Whether this is the `state` of whoever comes back from there.
    pub fn is_consent(&self, state: &str) -> bool {
        state == self.consent_state()
    }

    /// What Entra says to whoever comes back from there. Nothing follows from it: the next sign-in shows whether it is so.
    ///
    /// # Errors
    /// [`ConsentError`], as a sentence for the administrator.
    pub fn consent_answer(&self, query: &str) -> Result<(), ConsentError> {
        consent::returned(query, &self.consent_state()).map(drop)
    }

    /// No secret, since nothing follows from it.
    fn consent_state(&self) -> String {
        format!("consent.{}", self.tenant)
    }

    /// Ends a sign-in: `query` is that of the address that the browser came back to, `browser_secrets` what it brings. Gives the name of
    /// the sync user, who is signed in when this returns.
    ///
    /// # Errors
    /// [`SignInError`]; nothing is kept then, and the sign-in is to be begun once more.
    pub async fn finish(&self, state: &str, browser_secrets: &[String], query: &str) -> Result<String, SignInError> {
        let now = self.clock.now();
        let waiting = {
            let mut pending = self.pending();
            let is_ours = |waiting: &Waiting| {
                now.since(waiting.begun) < PATIENCE && browser_secrets.contains(&waiting.browser_secret)
            };
            match pending.get(state) {
                Some(waiting) if is_ours(waiting) => pending.remove(state),
                _ => None,
            }
        };
        let Waiting { pending, place, .. } = waiting.ok_or(SignInError::NotBegun)?;
        let expected = self.names().get(place).cloned().ok_or(SignInError::NotBegun)?;
        let signed_in = self.desk.finish(pending, query).await?;
        let actual = signed_in.name.as_deref().unwrap_or("somebody without a name");
        if !actual.eq_ignore_ascii_case(&expected) {
            let actual = actual.to_owned();
            // Whoever is signed in as another sync user keeps their place.
            if !self.accounts().iter().flatten().any(|known| known.account == signed_in.account) {
                self.desk.sign_out(signed_in.account).await?;
            }
            return Err(SignInError::SomebodyElse { actual, expected });
        }
        let (tokens, account, name) = (Arc::clone(&self.tokens), stored(&signed_in.account), expected.clone());
        let named = tokio::task::spawn_blocking(move || tokens.0.name_sign_in(&account, &name, now)).await;
        named.map_err(|_| SignInError::Interrupted)??;
        if let Some(known) = self.accounts().get_mut(place) {
            *known = Some(SignedIn { account: signed_in.account, at: now });
        }
        if let Some(arrived) = self.arrived.get(place) {
            arrived.notify_one();
        }
        Ok(expected)
    }

    /// Who the sync user at this place is, as far as he is signed in, and since when.
    pub(super) fn account(&self, place: usize) -> Option<(Account, Timestamp)> {
        self.accounts().get(place)?.as_ref().map(|signed_in| (signed_in.account.clone(), signed_in.at))
    }

    /// Waits until the sync user at this place signs in.
    pub(super) async fn arrival(&self, place: usize) {
        match self.arrived.get(place) {
            Some(arrived) => arrived.notified().await,
            None => std::future::pending().await,
        }
    }

    /// Where refresh tokens are.
    pub(super) fn tokens(&self) -> Arc<Tokens> {
        Arc::clone(&self.tokens)
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<String, Waiting>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accounts(&self) -> MutexGuard<'_, Vec<Option<SignedIn>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place_of(names: &[String], name: &str) -> Option<usize> {
    names.iter().position(|known| known.eq_ignore_ascii_case(name))
}
