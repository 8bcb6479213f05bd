//! What a token of Entra says, and the questions that are asked of it.

use std::time::Duration;

use presync_core::time::Timestamp;
use serde::Deserialize;
use url::Url;

use super::TokenProblem;

/// How far Entra's clock and ours may be apart.
const SKEW: Duration = Duration::from_secs(300);

/// The claims that anybody here asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    /// The app that the token is meant for.
    aud: Box<str>,
    iss: Box<str>,
    exp: u64,
    #[serde(default)]
    nbf: u64,
    /// The directory.
    pub(crate) tid: Box<str>,
    /// The user's object id, with the scope `profile`.
    #[serde(default)]
    pub(crate) oid: Option<Box<str>>,
    #[serde(default)]
    nonce: Option<Box<str>>,
    /// The user's name for display; it may change at any time.
    #[serde(default)]
    pub(crate) preferred_username: Option<Box<str>>,
    /// Who asked for the token, in version 2.0 and in version 1.0.
    #[serde(default, alias = "appid")]
    azp: Option<Box<str>>,
}

impl Claims {
    /// Valid now.
    pub(crate) fn in_time(&self, now: Timestamp) -> Result<(), TokenProblem> {
        let at = |seconds: u64| Timestamp::from_millis(seconds.saturating_mul(1000));
        let valid = now < at(self.exp) + SKEW && now + SKEW >= at(self.nbf);
        if valid { Ok(()) } else { Err(TokenProblem::OutOfTime) }
    }

    /// Meant for one of our apps.
    pub(crate) fn meant_for(&self, apps: &[impl AsRef<str>]) -> Result<(), TokenProblem> {
        let ours = apps.iter().any(|app| app.as_ref().eq_ignore_ascii_case(&self.aud));
        if ours { Ok(()) } else { Err(TokenProblem::Audience) }
    }

    /// Issued by Entra for the directory that the token names. `login` is where its keys came from; the global cloud's names are
    /// taken too, which a stand-in signs with.
    pub(crate) fn issued_by(&self, login: &Url) -> Result<(), TokenProblem> {
        let tid = &*self.tid;
        let of = |base: &str| format!("{}/{tid}/v2.0", base.trim_end_matches('/'));
        let issuers =
            [of(login.as_str()), of(crate::cloud::Cloud::Global.login()), format!("https://sts.windows.net/{tid}/")];
        let known = !tid.is_empty() && issuers.iter().any(|issuer| issuer.eq_ignore_ascii_case(&self.iss));
        if known { Ok(()) } else { Err(TokenProblem::Issuer) }
    }

    /// The answer to the sign-in that sent this nonce.
    pub(crate) fn answers(&self, nonce: &str) -> Result<(), TokenProblem> {
        if self.nonce.as_deref() == Some(nonce) { Ok(()) } else { Err(TokenProblem::Nonce) }
    }

    /// Asked for by this app.
    pub(crate) fn sent_by(&self, app: &str) -> Result<(), TokenProblem> {
        let sender = self.azp.as_deref().is_some_and(|azp| azp.eq_ignore_ascii_case(app));
        if sender { Ok(()) } else { Err(TokenProblem::Publisher) }
    }
}
