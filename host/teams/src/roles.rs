//! The application permissions that a token carries, for diagnosis alone: Graph is the one who judges them.
//!
//! Entra gives an app a token whether anybody consented or not; one without `roles` is refused by Graph, later and per call. A
//! look inside tells it at once, and without a write. Tokens are opaque by contract, so one that cannot be read tells nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::HeaderValue;
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    roles: Vec<Box<str>>,
}

/// Whether the token in this header carries `role`; `None` when it cannot be read.
pub(crate) fn carries(header: &HeaderValue, role: &str) -> Option<bool> {
    let mut parts = header.to_str().ok()?.strip_prefix("Bearer ")?.split('.');
    let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    Some(claims.roles.iter().any(|carried| &**carried == role))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> HeaderValue {
        HeaderValue::from_str(&format!("Bearer e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))).unwrap()
    }

    #[test]
    fn a_token_tells_its_roles_and_an_opaque_one_nothing() {
        let granted = token(r#"{"aud":"x","roles":["User.Read.All","Presence.Read.All"]}"#);
        assert_eq!(carries(&granted, "Presence.Read.All"), Some(true));
        assert_eq!(carries(&granted, "Presence.ReadWrite.All"), Some(false));
        assert_eq!(carries(&token(r#"{"aud":"x"}"#), "User.Read.All"), Some(false));
        for opaque in ["Bearer token-1", "Bearer a.b.c", "Basic e30.e30.e30", "Bearer a.b.c.d.e"] {
            assert_eq!(carries(&HeaderValue::from_static(opaque), "User.Read.All"), None, "{opaque}");
        }
    }
}
