//! Who may change something: whoever has the token of the settings; without one, whoever is on this machine and is no web page.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    token: Option<SecretString>,
    /// Only this machine reaches the API.
    local: bool,
}

impl Gate {
    pub(crate) const fn new(token: Option<SecretString>, local: bool) -> Self {
        Self { token, local }
    }

    fn admit(&self, headers: &HeaderMap) -> Result<(), Problem> {
        match &self.token {
            Some(token) => {
                let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
                let given = given.and_then(|value| value.strip_prefix("Bearer "));
                match given {
                    Some(given) if is_same(given, token) => Ok(()),
                    Some(_) => Err(Problem::unauthorized("the token is not the `admin_token` of the settings")),
                    None => Err(Problem::unauthorized(
                        "a change needs the `admin_token` of the settings, as `Authorization: Bearer …`; the `presync` command takes \
                         it from PRESYNC_ADMIN_TOKEN",
                    )),
                }
            }
            None if !self.local => Err(Problem::forbidden(
                "nothing can be changed here: this address can be reached from other machines, and the settings have no token. Set \
                 `admin_token` in [service], or listen on 127.0.0.1",
            )),
            // Any web page that somebody looks at on this machine may send a request here; a browser says so.
            None if headers.contains_key(header::ORIGIN) => Err(Problem::forbidden(
                "a web page cannot change anything here without a token. Set `admin_token` in [service]",
            )),
            None => Ok(()),
        }
    }
}

/// Lets a change through or not.
pub(crate) async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Result<Response, Problem> {
    gate.admit(request.headers())?;
    Ok(next.run(request).await)
}

/// Compares digests, so that the time it takes tells nothing of the token.
fn is_same(given: &str, token: &SecretString) -> bool {
    Sha256::digest(given) == Sha256::digest(token.expose_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(header::HeaderName, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn with_a_token_only_the_token_counts() {
        for local in [true, false] {
            let gate = Gate::new(Some("sesame-sesame-16".into()), local);
            assert_eq!(gate.admit(&headers(&[(header::AUTHORIZATION, "Bearer sesame-sesame-16")])), Ok(()));
            for wrong in ["Bearer sesame", "Bearer ", "sesame-sesame-16", "Basic sesame-sesame-16"] {
                assert!(gate.admit(&headers(&[(header::AUTHORIZATION, wrong)])).is_err(), "{wrong}");
            }
            assert!(gate.admit(&headers(&[])).is_err());
        }
    }

    #[test]
    fn without_one_this_machine_may_and_neither_others_nor_web_pages() {
        assert_eq!(Gate::new(None, true).admit(&headers(&[])), Ok(()));
        assert!(Gate::new(None, true).admit(&headers(&[(header::ORIGIN, "http://127.0.0.1:8088")])).is_err());
        assert!(Gate::new(None, false).admit(&headers(&[])).is_err());
    }
}
