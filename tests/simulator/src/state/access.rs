//! Who may come in: client ids, secrets, roles and the tokens that were given out.
//!
//! All ids and secrets follow from the tenant's number, so that a settings file can name them before anything runs.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::permission::Permissions;

/// The secret of every application and of every 8x8 key, until a test changes it.
const SECRET: &str = "simulator-secret";

/// One of the Entra applications of a tenant: presync's two, and one that presync knows nothing of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AppKind {
    /// Reads users and presence.
    Read,
    /// Holds sessions.
    Write,
    /// Somebody else's, which holds sessions too.
    Other,
}

impl AppKind {
    /// All applications.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Other];
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
    /// The application of somebody else.
    pub other_app: App,
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
            other_app: app(8003),
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
            AppKind::Other => &self.other_app,
        }
    }

    pub(crate) fn app_mut(&mut self, kind: AppKind) -> &mut App {
        match kind {
            AppKind::Read => &mut self.read_app,
            AppKind::Write => &mut self.write_app,
            AppKind::Other => &mut self.other_app,
        }
    }
}

/// Who a token was given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// An Entra application, by itself or for a user.
    Entra(Grant),
    /// The 8x8 key.
    Eight,
    /// The account of Work Analytics.
    Analytics,
}

/// What an Entra token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) app: AppKind,
    /// The user that signed in: place in the tenant, and id.
    pub(crate) user: Option<(u32, Uuid)>,
    /// Roles of an application, or scopes of a user.
    pub(crate) permissions: Permissions,
    /// The resource that the token is for.
    pub(crate) audience: &'static str,
}

/// The resource that Graph's tokens are for.
pub(crate) const GRAPH: &str = "https://graph.microsoft.com";

/// The tokens of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    live: HashMap<u64, Live>,
    next: u64,
}

#[derive(Debug)]
struct Live {
    holder: Holder,
    ends_ms: i64,
    /// The whole token, since a serial number is easy to guess.
    text: Box<str>,
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
        self.live.retain(|_, live| live.ends_ms > now);
        self.next += 1;
        let serial = format!("{tenant:08x}{:016x}", self.next);
        let text = match holder {
            Holder::Eight => format!("8x8.{serial}"),
            Holder::Analytics => {
                let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
                let claims = json!({"sub": access.analytics_user, "iss": "https://platform.8x8.com", "typ": "access",
                    "aud": "dashboard", "iat": now / 1_000, "exp": ends_ms / 1_000, "jti": serial});
                format!("{}.{}.{serial}", part(json!({"typ": "JWT", "alg": "RS256"})), part(claims))
            }
            Holder::Entra(grant) => {
                let part = |value: String| URL_SAFE_NO_PAD.encode(value);
                let header = part(json!({"typ": "JWT", "alg": "none"}).to_string());
                format!("{header}.{}.{serial}", part(claims(&grant, access, now, ends_ms).to_string()))
            }
        };
        self.live.insert(self.next, Live { holder, ends_ms, text: text.as_str().into() });
        text
    }

    /// Who holds this token, unless it has run out, was revoked or is not as it was given out.
    pub(crate) fn holder(&self, token: &str, serial: u64, now: i64) -> Option<Holder> {
        self.live.get(&serial).filter(|live| now < live.ends_ms && *live.text == *token).map(|live| live.holder)
    }

    /// When a token ends.
    pub(crate) fn ends_ms(&self, serial: u64) -> Option<i64> {
        self.live.get(&serial).map(|live| live.ends_ms)
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
        self.live.retain(|_, live| live.holder != holder);
    }
}

/// An application's token has `roles` only if there are any; a user's has `scp`.
fn claims(grant: &Grant, access: &TenantAccess, now: i64, ends_ms: i64) -> serde_json::Value {
    let mut claims = json!({"aud": grant.audience, "tid": access.directory, "appid": access.app(grant.app).client_id,
        "iat": now / 1_000, "nbf": now / 1_000, "exp": ends_ms / 1_000, "uti": Uuid::new_v4()});
    let names = grant.permissions.names();
    match grant.user {
        Some((_, id)) => {
            claims["oid"] = json!(id);
            claims["scp"] = json!(names.join(" "));
        }
        None if names.is_empty() => {}
        None => claims["roles"] = json!(names),
    }
    claims
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
    use crate::state::permission::Permission;

    #[test]
    fn ids_follow_from_the_tenants_number() {
        let access = TenantAccess::of(2);
        assert_eq!(access.directory, "00000000-0000-4000-8000-000000000002");
        assert_eq!(access.write_app.client_id, "00000000-0000-4000-8002-000000000002");
        assert_eq!(access.eight_key, "simulator-key-2");
        assert!(!client_uuid(&access.read_app).is_nil());
    }

    fn holder(permissions: Permissions) -> Holder {
        Holder::Entra(Grant { app: AppKind::Read, user: None, permissions, audience: GRAPH })
    }

    #[test]
    fn a_token_is_known_until_it_ends_or_is_revoked() {
        let (mut tokens, access) = (Tokens::default(), TenantAccess::of(4));
        let roles = Permissions::default().with(Permission::PresenceReadAll);
        let token = tokens.issue(3, &access, holder(roles), 0, 100);
        let (tenant, serial) = serial_of(&token).unwrap();
        assert_eq!(tenant, 3);
        assert_eq!(tokens.holder(&token, serial, 99), Some(holder(roles)));
        assert_eq!(tokens.holder(&token, serial, 100), None);
        assert_eq!(tokens.holder(&token.replacen('.', "0.", 1), serial, 99), None);
        tokens.revoke_all();
        assert_eq!(tokens.holder(&token, serial, 0), None);
        assert_eq!(serial_of("eyJ0.nonsense"), None);
    }

    #[test]
    fn a_token_without_consent_carries_no_roles() {
        let (mut tokens, access) = (Tokens::default(), TenantAccess::of(1));
        let token = tokens.issue(0, &access, holder(Permissions::default()), 0, 100);
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        assert!(!String::from_utf8(claims).unwrap().contains("roles"));
    }
}
