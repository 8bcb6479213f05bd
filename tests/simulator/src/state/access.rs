//! Who may come in: client ids, secrets, roles and the tokens that were given out.
//!
//! All ids and secrets follow from the tenant's number, so that a settings file can name them before anything runs.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// The secret of every application and of every 8x8 key, until a test changes it.
const SECRET: &str = "simulator-secret";

/// One of the two Entra applications of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AppKind {
    /// Reads users and presence.
    Read,
    /// Holds sessions.
    Write,
}

/// How presync signs in as one Entra application.
#[derive(Debug, Clone, Serialize)]
pub struct App {
    /// The application's client id.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
}

/// Everything that presync needs to reach one tenant.
#[derive(Debug, Clone, Serialize)]
pub struct TenantAccess {
    /// `tenant-1` and so on.
    pub id: String,
    /// The Entra directory.
    pub directory: String,
    /// The application that reads.
    pub read_app: App,
    /// The application that holds sessions.
    pub write_app: App,
    /// The 8x8 key: the OAuth client id, and the `x-api-key`.
    pub eight_key: String,
    /// The 8x8 secret.
    pub eight_secret: String,
    /// The `8x8-apikey` of Work Analytics.
    pub analytics_key: String,
    /// The name of the account that signs in to Work Analytics.
    pub analytics_user: String,
    /// Its password.
    pub analytics_password: String,
    /// The Contact Center's tenant name: the user name of its tokens.
    pub cc_tenant: String,
    /// The Action Request Token: agents' statuses.
    pub cc_action_token: String,
    /// The Data Request Token: streams.
    pub cc_data_token: String,
    /// The bearer of user provisioning (SCIM); nothing while that is switched off.
    pub scim_token: Option<String>,
}

impl TenantAccess {
    /// The access of tenant `number`, counted from 1.
    pub(crate) fn of(number: usize) -> Self {
        let app = |group: u32| App {
            client_id: format!("00000000-0000-4000-{group}-{number:012}"),
            secret: String::from(SECRET),
        };
        Self {
            id: format!("tenant-{number}"),
            directory: format!("00000000-0000-4000-8000-{number:012}"),
            read_app: app(8001),
            write_app: app(8002),
            eight_key: format!("simulator-key-{number}"),
            eight_secret: String::from(SECRET),
            analytics_key: format!("simulator-analytics-{number}"),
            analytics_user: format!("analytics@tenant{number}.example"),
            analytics_password: String::from(SECRET),
            cc_tenant: format!("tenant{number}cc"),
            cc_action_token: format!("simulator-action-{number}"),
            cc_data_token: format!("simulator-data-{number}"),
            scim_token: Some(format!("simulator-scim-{number}")),
        }
    }

    pub(crate) fn app(&self, kind: AppKind) -> &App {
        match kind {
            AppKind::Read => &self.read_app,
            AppKind::Write => &self.write_app,
        }
    }

    pub(crate) fn app_mut(&mut self, kind: AppKind) -> &mut App {
        match kind {
            AppKind::Read => &mut self.read_app,
            AppKind::Write => &mut self.write_app,
        }
    }
}

/// Who a token was given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// An Entra application, and whether the token carries its roles.
    App(AppKind, bool),
    /// The 8x8 key.
    Eight,
    /// The account of Work Analytics.
    Analytics,
}

/// The tokens of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// Tokens by their serial number: the holder, and when it ends.
    live: HashMap<u64, (Holder, i64)>,
    next: u64,
}

impl Tokens {
    /// A new token for tenant `tenant` (its place, from 0).
    pub(crate) fn issue(
        &mut self,
        tenant: usize,
        access: &TenantAccess,
        holder: Holder,
        now: i64,
        ends_ms: i64,
    ) -> String {
        self.live.retain(|_, (_, ends)| *ends > now);
        self.next += 1;
        self.live.insert(self.next, (holder, ends_ms));
        let serial = format!("{tenant:08x}{:016x}", self.next);
        match holder {
            Holder::Eight => format!("8x8.{serial}"),
            Holder::Analytics => {
                let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
                let claims = json!({"sub": access.analytics_user, "iss": "https://platform.8x8.com", "typ": "access",
                    "aud": "dashboard", "iat": now / 1_000, "exp": ends_ms / 1_000, "jti": serial});
                format!("{}.{}.{serial}", part(json!({"typ": "JWT", "alg": "RS256"})), part(claims))
            }
            Holder::App(kind, granted) => {
                let roles: &[&str] = match (kind, granted) {
                    (AppKind::Read, true) => &["Presence.Read.All", "User.Read.All"],
                    (AppKind::Write, true) => &["Presence.ReadWrite.All"],
                    (_, false) => &[],
                };
                let mut claims = json!({"aud": "https://graph.microsoft.com", "tid": access.directory,
                    "appid": access.app(kind).client_id, "exp": ends_ms / 1_000});
                if granted {
                    claims["roles"] = json!(roles);
                }
                let part = |value: String| URL_SAFE_NO_PAD.encode(value);
                format!(
                    "{}.{}.{serial}",
                    part(json!({"typ": "JWT", "alg": "none"}).to_string()),
                    part(claims.to_string())
                )
            }
        }
    }

    /// Who holds this token, unless it has run out or was revoked.
    pub(crate) fn holder(&self, serial: u64, now: i64) -> Option<Holder> {
        self.live.get(&serial).filter(|(_, ends)| now < *ends).map(|(holder, _)| *holder)
    }

    /// Whether this token was given out and has run out since, which its owner is told.
    pub(crate) fn issued(&self, serial: u64) -> bool {
        serial <= self.next
    }

    pub(crate) fn revoke_all(&mut self) {
        self.live.clear();
    }

    /// Revokes the tokens of one kind of holder.
    pub(crate) fn revoke(&mut self, holder: Holder) {
        self.live.retain(|_, (held, _)| *held != holder);
    }
}

/// The tenant's place and the serial number that a token's text carries.
pub(crate) fn serial_of(token: &str) -> Option<(usize, u64)> {
    let tail = token.rsplit('.').next().filter(|tail| tail.len() == 24 && tail.is_ascii())?;
    let (tenant, serial) = tail.split_at(8);
    Some((usize::from_str_radix(tenant, 16).ok()?, u64::from_str_radix(serial, 16).ok()?))
}

/// An application's client id as a number, as sessions are keyed.
pub(crate) fn client_uuid(app: &App) -> Uuid {
    Uuid::parse_str(&app.client_id).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_the_tenants_number() {
        let access = TenantAccess::of(2);
        assert_eq!(access.directory, "00000000-0000-4000-8000-000000000002");
        assert_eq!(access.write_app.client_id, "00000000-0000-4000-8002-000000000002");
        assert_eq!(access.eight_key, "simulator-key-2");
        assert!(!client_uuid(&access.read_app).is_nil());
    }

    #[test]
    fn a_token_is_known_until_it_ends_or_is_revoked() {
        let (mut tokens, access) = (Tokens::default(), TenantAccess::of(4));
        let token = tokens.issue(3, &access, Holder::App(AppKind::Read, true), 0, 100);
        let (tenant, serial) = serial_of(&token).unwrap();
        assert_eq!(tenant, 3);
        assert_eq!(tokens.holder(serial, 99), Some(Holder::App(AppKind::Read, true)));
        assert_eq!(tokens.holder(serial, 100), None);
        tokens.revoke_all();
        assert_eq!(tokens.holder(serial, 0), None);
        assert_eq!(serial_of("eyJ0.nonsense"), None);
    }

    #[test]
    fn a_token_without_consent_carries_no_roles() {
        let (mut tokens, access) = (Tokens::default(), TenantAccess::of(1));
        let token = tokens.issue(0, &access, Holder::App(AppKind::Write, false), 0, 100);
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        assert!(!String::from_utf8(claims).unwrap().contains("roles"));
    }
}
