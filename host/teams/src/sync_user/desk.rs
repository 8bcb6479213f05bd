//! Signing in as the sync user: the way to Entra and back.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use presync_core::time::Clock;
use presync_http::transport::{self, under};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use url::Url;
use uuid::Uuid;

use super::{Account, SyncUserError, TokenStore, stored};
use crate::cloud::resource;
use crate::config::Config;
use crate::credential::Credential;
use crate::error::Error;
use crate::keys::{Claims, SigningKeys, TokenProblem};
use crate::refusal::Refusal;
use crate::token_endpoint::{Grant, TokenEndpoint};

/// The delegated permission that a sync user is asked for.
pub(crate) const PERMISSION: &str = "Presence.Read.All";

/// The app that a sync user signs in to.
#[derive(Debug, Clone)]
pub struct DelegatedApp {
    /// The application (client) id, a GUID.
    pub client_id: String,
    /// How the app proves who it is; `None` if it is registered as a public client.
    pub credential: Option<Credential>,
    /// Where the browser comes back to; registered with the app, word for word.
    pub redirect: Url,
}

/// What Entra shows before it sends the browser back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prompt {
    /// The accounts to choose from: the browser is likely to be signed in as an administrator.
    #[default]
    SelectAccount,
    /// The permissions, although they were accepted before.
    Consent,
    /// The password, although the browser is signed in.
    Login,
}

/// A sign-in on its way: where to send the browser, and what to keep until it comes back.
#[derive(Debug)]
pub struct Begun {
    /// Where to send the browser.
    pub url: Url,
    /// What to keep, bound to that browser.
    pub pending: Pending,
}

/// What tells our sign-in from anybody else's. `Debug` shows nothing of it.
pub struct Pending {
    state: Box<str>,
    nonce: Box<str>,
    verifier: SecretString,
}

/// Somebody who has just signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who it is.
    pub account: Account,
    /// What he is called, to be shown and for nothing else: it may change at any time.
    pub name: Option<Box<str>>,
}

/// Where sync users of one directory sign in.
#[derive(Debug)]
pub struct SignInDesk {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    login: Url,
    directory: String,
    endpoint: TokenEndpoint,
    redirect: Url,
    scope: String,
    keys: SigningKeys,
    store: Arc<dyn TokenStore>,
    deadline: Duration,
}

impl SignInDesk {
    /// A desk that has spoken to nobody yet. Of `config`, it needs the directory and the addresses.
    ///
    /// # Errors
    /// [`Error::Settings`] when an address cannot be one.
    pub fn new(
        config: &Config,
        app: DelegatedApp,
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let http = transport::client()?;
        let keys = under(&config.login, &[&config.directory, "discovery", "v2.0", "keys"])?;
        let keys = SigningKeys::new(http.clone(), keys, Arc::clone(&clock), config.call_deadline);
        Ok(Self {
            http,
            clock,
            login: config.login.clone(),
            directory: config.directory.clone(),
            endpoint: config.token_endpoint(&app.client_id, app.credential)?,
            redirect: app.redirect,
            scope: scope(&config.graph),
            keys,
            store,
            deadline: config.call_deadline,
        })
    }

    /// Begins a sign-in. `hint` is the sync user's name, if it is known, so that nobody has to type it.
    ///
    /// # Errors
    /// [`Error::Settings`] when the login address cannot be one.
    pub fn begin(&self, prompt: Prompt, hint: Option<&str>) -> Result<Begun, Error> {
        let pending = Pending::new();
        let mut url = under(&self.login, &[&self.directory, "oauth2", "v2.0", "authorize"])?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.endpoint.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", self.redirect.as_str())
            .append_pair("response_mode", "query")
            .append_pair("scope", &self.scope)
            .append_pair("state", &pending.state)
            .append_pair("nonce", &pending.nonce)
            .append_pair("code_challenge", &challenge(pending.verifier.expose_secret()))
            .append_pair("code_challenge_method", "S256")
            .append_pair("prompt", prompt.word());
        if let Some(hint) = hint {
            url.query_pairs_mut().append_pair("login_hint", hint);
        }
        Ok(Begun { url, pending })
    }

    /// Ends a sign-in: `query` is the query of the address that the browser came back to. The refresh token is in the store when
    /// this returns.
    ///
    /// # Errors
    /// [`Error::SyncUser`] when the redirect, the grant or the store is not as it must be; [`Error::SignIn`] when Entra refused,
    /// with the redirect or with the code; else what the call met.
    pub async fn finish(&self, pending: Pending, query: &str) -> Result<SignedIn, Error> {
        let code = self.code(&pending, query)?;
        let own = [
            ("code", code.expose_secret()),
            ("redirect_uri", self.redirect.as_str()),
            ("code_verifier", pending.verifier.expose_secret()),
            ("scope", &self.scope),
        ];
        let grant = timeout(self.deadline, self.endpoint.ask(&self.http, self.clock.now(), "authorization_code", &own));
        let Grant { refresh, id_token, scope, .. } =
            grant.await.map_err(|_| Error::Timeout { after: self.deadline })??;
        let id_token = id_token.ok_or(SyncUserError::Missing("an id_token"))?;
        let signed_in =
            self.signed_in(id_token.expose_secret(), &pending.nonce).await.map_err(SyncUserError::IdToken)?;
        if !scope.as_deref().is_some_and(holds_permission) {
            return Err(SyncUserError::Missing(PERMISSION).into());
        }
        let refresh = refresh.ok_or(SyncUserError::Missing("a refresh token (offline_access)"))?;
        let owner = signed_in.account.clone();
        stored(&self.store, move |store| store.replace(&owner, &refresh)).await.map_err(SyncUserError::Store)?;
        let Account { directory, user } = &signed_in.account;
        tracing::info!(directory = &**directory, user = &**user, "the sync user has signed in");
        Ok(signed_in)
    }

    /// Forgets an account's sign-in here. Entra goes on knowing it until an administrator revokes it.
    ///
    /// # Errors
    /// [`Error::SyncUser`] when the store fails.
    pub async fn sign_out(&self, account: Account) -> Result<(), Error> {
        stored(&self.store, move |store| store.forget(&account)).await.map_err(|e| SyncUserError::Store(e).into())
    }

    /// The code in a redirect that answers this sign-in.
    fn code(&self, pending: &Pending, query: &str) -> Result<SecretString, Error> {
        let found = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
        };
        if found("state").as_deref() != Some(&*pending.state) {
            return Err(SyncUserError::StateMismatch.into());
        }
        if let Some(error) = found("error") {
            let refusal = Refusal::told(&error, &found("error_description").unwrap_or_default());
            return Err(Error::SignIn { client_id: self.endpoint.client_id.clone(), refusal });
        }
        let code = found("code").filter(|code| !code.is_empty()).ok_or(SyncUserError::NoCode)?;
        Ok(SecretString::from(code.into_owned()))
    }

    async fn signed_in(&self, id_token: &str, nonce: &str) -> Result<SignedIn, TokenProblem> {
        let claims = self.keys.claims(id_token).await?;
        claims.in_time(self.clock.now())?;
        claims.meant_for(&[&*self.endpoint.client_id])?;
        claims.issued_by(&self.login)?;
        claims.answers(nonce)?;
        let Claims { tid, oid, preferred_username: name, .. } = claims;
        let ours = self.directory.parse::<Uuid>().is_err() || self.directory.eq_ignore_ascii_case(&tid);
        if !ours {
            return Err(TokenProblem::Issuer);
        }
        let account = Account { directory: tid, user: oid.ok_or(TokenProblem::Malformed)? };
        Ok(SignedIn { account, name })
    }
}

impl Pending {
    fn new() -> Self {
        let random = || Uuid::new_v4().simple().to_string();
        // 64 characters: PKCE wants 43 at least.
        let verifier = random() + &random();
        Self { state: random().into(), nonce: random().into(), verifier: verifier.into() }
    }

    /// What the redirect brings back as `state`: the name to find this by.
    pub fn state(&self) -> &str {
        &self.state
    }
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

impl Prompt {
    const fn word(self) -> &'static str {
        match self {
            Self::SelectAccount => "select_account",
            Self::Consent => "consent",
            Self::Login => "login",
        }
    }
}

/// What a sync user is asked for, and what his tokens are refreshed for.
pub(crate) fn scope(graph: &Url) -> String {
    format!("openid profile offline_access {}/{PERMISSION}", resource(graph))
}

/// Whether the scopes granted hold what presync needs; Entra writes them with the resource or without.
fn holds_permission(granted: &str) -> bool {
    granted.split_whitespace().filter_map(|scope| scope.rsplit('/').next()).any(|s| s.eq_ignore_ascii_case(PERMISSION))
}

/// PKCE's challenge of a verifier, by S256.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}
