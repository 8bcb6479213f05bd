//! What Entra remembers of a tenant: registrations, who consented to what, and the sign-ins under way.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{access::AppKind, permission::Permissions, registration::Registration};

/// An authorization code holds for ten minutes.
const CODE_MS: i64 = 10 * 60_000;
/// A refresh token holds for 90 days.
const REFRESH_MS: i64 = 90 * 24 * 3_600_000;
/// That of a single-page application for one.
const SINGLE_PAGE_REFRESH_MS: i64 = 24 * 3_600_000;

/// What the person at the browser says when asked to consent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConsentAnswer {
    /// Yes.
    #[default]
    Accept,
    /// No.
    Decline,
}

/// What a sign-in asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scopes {
    pub(crate) openid: bool,
    pub(crate) profile: bool,
    pub(crate) email: bool,
    pub(crate) offline: bool,
    pub(crate) permissions: Permissions,
}

/// Who signed in where, as codes and refresh tokens carry it on.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) app: AppKind,
    pub(crate) person: u32,
    pub(crate) scopes: Scopes,
    pub(crate) nonce: Option<String>,
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) sign_in: SignIn,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<Challenge>,
    ends_ms: i64,
    redeemed: bool,
}

/// A proof key's challenge.
#[derive(Debug, Clone)]
pub(crate) enum Challenge {
    /// The verifier itself.
    Plain(String),
    /// Its SHA-256 digest, in base64url.
    S256(String),
}

#[derive(Debug, Clone)]
struct Refresh {
    sign_in: SignIn,
    since_ms: i64,
    ends_ms: i64,
    single_page: bool,
}

/// The next sign-ins that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Failure {
    code: u32,
    left: Option<u32>,
}

/// Entra's side of a tenant.
#[derive(Debug)]
pub(crate) struct Entra {
    registrations: [Registration; 3],
    pub(crate) administrators: BTreeSet<u32>,
    /// Who is signed in at the browser.
    pub(crate) browser: Option<u32>,
    pub(crate) answer: ConsentAnswer,
    /// Delegated permissions, by application and user; without a user for everybody.
    consents: HashMap<(AppKind, Option<u32>), Permissions>,
    codes: HashMap<String, Code>,
    refresh_tokens: HashMap<String, Refresh>,
    /// Since when a user's refresh tokens do not hold any more.
    revoked: HashMap<u32, i64>,
    /// Assertions seen, and until when a second one is a replay.
    assertions: HashMap<String, i64>,
    failures: Vec<Failure>,
}

impl Default for Entra {
    fn default() -> Self {
        Self {
            registrations: AppKind::ALL.map(Registration::of),
            administrators: BTreeSet::new(),
            browser: None,
            answer: ConsentAnswer::default(),
            consents: HashMap::new(),
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            revoked: HashMap::new(),
            assertions: HashMap::new(),
            failures: Vec::new(),
        }
    }
}

impl Entra {
    pub(crate) fn registration(&self, app: AppKind) -> &Registration {
        &self.registrations[app as usize]
    }

    pub(crate) fn registration_mut(&mut self, app: AppKind) -> &mut Registration {
        &mut self.registrations[app as usize]
    }

    /// Has the next sign-ins, or all of them, fail with an AADSTS code.
    pub(crate) fn fail(&mut self, code: u32, times: Option<u32>) {
        self.failures.push(Failure { code, left: times });
    }

    pub(crate) fn clear_failures(&mut self) {
        self.failures.clear();
    }

    /// The code that this sign-in fails with, if it is to.
    pub(crate) fn failure(&mut self) -> Option<u32> {
        self.failures.retain(|failure| failure.left != Some(0));
        let failure = self.failures.first_mut()?;
        if let Some(left) = &mut failure.left {
            *left -= 1;
        }
        Some(failure.code)
    }

    /// What a user has consented to, or an administrator for everybody.
    pub(crate) fn consented(&self, app: AppKind, person: u32) -> Permissions {
        let of = |whom| self.consents.get(&(app, whom)).copied().unwrap_or_default();
        of(None).and(of(Some(person)))
    }

    /// Adds to what a user, or everybody, has consented to.
    pub(crate) fn consent(&mut self, app: AppKind, person: Option<u32>, permissions: Permissions) {
        let held = self.consents.entry((app, person)).or_default();
        *held = held.and(permissions);
    }

    /// Takes all consent to an application back.
    pub(crate) fn revoke_consent(&mut self, app: AppKind) {
        self.consents.retain(|(held, _), _| *held != app);
    }

    pub(crate) fn new_code(
        &mut self,
        sign_in: SignIn,
        redirect_uri: &str,
        challenge: Option<Challenge>,
        now: i64,
    ) -> String {
        let text = format!("1.{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let redirect_uri = String::from(redirect_uri);
        let code = Code { sign_in, redirect_uri, challenge, ends_ms: now + CODE_MS, redeemed: false };
        self.codes.insert(text.clone(), code);
        text
    }

    pub(crate) fn knows_code(&self, text: &str) -> bool {
        self.codes.contains_key(text)
    }

    /// The code of this text, unless it was never given (70000), was redeemed (54005) or has run out (70008).
    pub(crate) fn code(&self, text: &str, now: i64) -> Result<Code, u32> {
        let code = self.codes.get(text).ok_or(70_000_u32)?;
        match code {
            Code { redeemed: true, .. } => Err(54_005),
            Code { ends_ms, .. } if *ends_ms <= now => Err(70_008),
            _ => Ok(code.clone()),
        }
    }

    /// Notes that a code was redeemed.
    pub(crate) fn redeem(&mut self, text: &str) {
        if let Some(code) = self.codes.get_mut(text) {
            code.redeemed = true;
        }
    }

    pub(crate) fn new_refresh_token(&mut self, sign_in: SignIn, now: i64) -> String {
        self.refresh_tokens.retain(|_, token| now < token.ends_ms + REFRESH_MS);
        let text = format!("0.A{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let single_page = self.registration(sign_in.app).single_page;
        let lasts = if single_page { SINGLE_PAGE_REFRESH_MS } else { REFRESH_MS };
        let token = Refresh { sign_in, since_ms: now, ends_ms: now + lasts, single_page };
        self.refresh_tokens.insert(text.clone(), token);
        text
    }

    /// Who a refresh token was given to, unless it was never given (70000), was revoked (50173) or has run out (700082,
    /// or 700084 for a single-page application). It can be used as often as one likes.
    pub(crate) fn refresh(&self, text: &str, now: i64) -> Result<SignIn, u32> {
        let token = self.refresh_tokens.get(text).ok_or(70_000_u32)?;
        if self.revoked.get(&token.sign_in.person).is_some_and(|since| token.since_ms <= *since) {
            return Err(50_173);
        }
        if token.ends_ms <= now {
            return Err(if token.single_page { 700_084 } else { 700_082 });
        }
        Ok(token.sign_in.clone())
    }

    /// Revokes the refresh tokens that a user was given until now.
    pub(crate) fn revoke_sign_ins(&mut self, person: u32, now: i64) {
        self.revoked.insert(person, now);
    }

    /// Notes an assertion; returns whether it was seen before.
    pub(crate) fn is_replay(&mut self, assertion: String, now: i64, until_ms: i64) -> bool {
        self.assertions.retain(|_, until| now < *until);
        self.assertions.insert(assertion, until_ms).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::permission::Permission;

    fn sign_in() -> SignIn {
        SignIn { app: AppKind::Read, person: 3, scopes: Scopes::default(), nonce: None }
    }

    #[test]
    fn a_code_is_good_once_and_for_ten_minutes() {
        let mut entra = Entra::default();
        let code = entra.new_code(sign_in(), "", None, 0);
        assert!(entra.code(&code, CODE_MS - 1).is_ok());
        assert_eq!(entra.code(&code, CODE_MS).unwrap_err(), 70_008);
        entra.redeem(&code);
        assert_eq!(entra.code(&code, 1).unwrap_err(), 54_005);
        assert_eq!(entra.code("guess", 1).unwrap_err(), 70_000);
    }

    #[test]
    fn a_refresh_token_holds_for_90_days_and_that_of_a_single_page_for_one() {
        let mut entra = Entra::default();
        let token = entra.new_refresh_token(sign_in(), 0);
        assert!(entra.refresh(&token, REFRESH_MS - 1).is_ok());
        assert_eq!(entra.refresh(&token, REFRESH_MS).unwrap_err(), 700_082);
        entra.registration_mut(AppKind::Read).single_page = true;
        let token = entra.new_refresh_token(sign_in(), 0);
        assert_eq!(entra.refresh(&token, SINGLE_PAGE_REFRESH_MS).unwrap_err(), 700_084);
    }

    #[test]
    fn what_was_given_before_a_revocation_does_not_hold_and_what_comes_after_does() {
        let mut entra = Entra::default();
        let before = entra.new_refresh_token(sign_in(), 5);
        entra.revoke_sign_ins(3, 5);
        let after = entra.new_refresh_token(sign_in(), 6);
        assert_eq!(entra.refresh(&before, 7).unwrap_err(), 50_173);
        assert!(entra.refresh(&after, 7).is_ok());
    }

    #[test]
    fn an_administrators_consent_is_everybodys_and_a_users_their_own() {
        let mut entra = Entra::default();
        let (read, all) = (Permission::PresenceRead, Permission::PresenceReadAll);
        entra.consent(AppKind::Read, Some(3), Permissions::from_iter([read]));
        entra.consent(AppKind::Read, None, Permissions::from_iter([all]));
        assert_eq!(entra.consented(AppKind::Read, 3), Permissions::from_iter([read, all]));
        assert_eq!(entra.consented(AppKind::Read, 4), Permissions::from_iter([all]));
        entra.revoke_consent(AppKind::Read);
        assert!(entra.consented(AppKind::Read, 3).is_empty());
    }

    #[test]
    fn failures_come_one_after_another_for_as_often_as_was_said() {
        let mut entra = Entra::default();
        entra.fail(50_076, Some(2));
        entra.fail(53_003, None);
        assert_eq!([(); 4].map(|()| entra.failure()), [50_076, 50_076, 53_003, 53_003].map(Some));
        entra.clear_failures();
        assert_eq!(entra.failure(), None);
    }
}
