//! What can go wrong with Microsoft, each with its cause and what to do about it.

use std::time::Duration;

use presync_core::delivery::Outcome;

use crate::credential::CredentialError;
use crate::refusal::Refusal;
use crate::sync_user::SyncUserError;

/// Why a call to Microsoft did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings cannot work.
    #[error("the Microsoft settings cannot be used: {0}")]
    Settings(Box<str>),
    /// A session was to be held or cleared, but the tenant has no app for it.
    #[error(
        "this tenant syncs one way: no `write_app` is set, so no Teams session can be held; add one to sync both ways"
    )]
    OneWay,
    /// Entra gave no token.
    #[error("Entra gave app {client_id} no token: {refusal}")]
    SignIn {
        /// The app that asked.
        client_id: Box<str>,
        /// Why it was refused.
        refusal: Refusal,
    },
    /// The app's own credential cannot be used.
    #[error("app {client_id} cannot prove who it is: {problem}")]
    Credential {
        /// The app.
        client_id: Box<str>,
        /// What is wrong with its credential.
        problem: CredentialError,
    },
    /// The sync user's sign-in is not there, or came to nothing.
    #[error("the sync user: {0}")]
    SyncUser(#[from] SyncUserError),
    /// Graph refused a token that Entra had just given.
    #[error(
        "Graph refused (401) a token that Entra has just given to app {client_id}. If this stays for minutes, check that \
         `directory` is the tenant of these users and that the app is not blocked there"
    )]
    Unauthorized {
        /// The app that called.
        client_id: Box<str>,
    },
    /// The app lacks a permission.
    #[error(
        "app {client_id} lacks the application permission {role} in this directory (Graph refuses with 403). An administrator \
         grants it in the Entra admin center under App registrations > the app > API permissions: add Microsoft Graph > \
         Application permissions > {role}, then choose \"Grant admin consent\". It takes effect within minutes"
    )]
    Forbidden {
        /// The app that called.
        client_id: Box<str>,
        /// The application permission that this call needs.
        role: &'static str,
    },
    /// The sync user did not delegate a permission.
    #[error(
        "Graph refused (403): the sync user has not allowed app {client_id} the delegated permission {permission}. Sign in as the \
         sync user once more and accept it; where users may not, an administrator grants it with the consent link"
    )]
    NotDelegated {
        /// The app that called.
        client_id: Box<str>,
        /// The delegated permission that this call needs.
        permission: &'static str,
    },
    /// Graph knows no such user (or, for a clear, no such session).
    #[error("Graph does not know this user (404): deleted, or from another directory")]
    NotFound,
    /// Graph does not keep this any more.
    #[error("Graph does not keep the place where this was to go on (410); it is read from the beginning")]
    Gone {
        /// Where to begin again, if Graph says so.
        location: Option<Box<str>>,
    },
    /// Microsoft, or our own budget, asks for patience.
    #[error("the limit of requests is reached; next try in {} s", retry_after.as_secs_f32().ceil())]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Graph took the request for wrong; repeating it unchanged will not help.
    #[error("Graph refused the request ({status} {code}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Graph's own code; may be empty.
        code: Box<str>,
        /// Graph's own words, cut to one line; may be empty.
        message: Box<str>,
    },
    /// Microsoft is in trouble.
    #[error("Microsoft could not answer ({status}); this passes by itself")]
    Unavailable {
        /// HTTP status.
        status: u16,
        /// How long Microsoft asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// No connection, or it broke.
    #[error("Microsoft cannot be reached ({0}); check the network, the proxy and the firewall")]
    Network(Box<str>),
    /// No answer in time; a write may or may not have been taken.
    #[error("no answer from Microsoft within {} s", after.as_secs_f32())]
    Timeout {
        /// The deadline that passed.
        after: Duration,
    },
    /// An answer that cannot be understood.
    #[error("Microsoft's answer cannot be read: {0}")]
    Unreadable(Box<str>),
}

impl Error {
    /// What this error means for a write that met it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NotFound => Outcome::NotFound,
            Self::Throttled { retry_after } => Outcome::Throttled { retry_after: *retry_after },
            Self::Unavailable { retry_after: Some(retry_after), .. } => {
                Outcome::Throttled { retry_after: *retry_after }
            }
            Self::Settings(_) | Self::OneWay | Self::Gone { .. } | Self::Refused { .. } => Outcome::Refused,
            // A missing consent is nobody's state of presence: once granted, the same write will pass.
            Self::SignIn { .. }
            | Self::Credential { .. }
            | Self::SyncUser(_)
            | Self::NotDelegated { .. }
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::Unavailable { .. }
            | Self::Network(_)
            | Self::Timeout { .. }
            | Self::Unreadable(_) => Outcome::Failed,
        }
    }

    /// Whether an administrator has to act on secrets, consent or ids before calls can succeed.
    pub fn is_credential_problem(&self) -> bool {
        matches!(
            self,
            Self::SignIn { .. }
                | Self::Credential { .. }
                | Self::SyncUser(_)
                | Self::Unauthorized { .. }
                | Self::Forbidden { .. }
                | Self::NotDelegated { .. }
        )
    }

    /// How long Microsoft, or our budget, asks to wait; `None` when nobody asked.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } => Some(*retry_after),
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether it passes without anybody's doing, sooner or later.
    pub(crate) fn is_passing_trouble(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. }
                | Self::Unavailable { .. }
                | Self::Network(_)
                | Self::Timeout { .. }
                | Self::Unreadable(_)
                | Self::Unauthorized { .. }
        )
    }

    /// Whether the same read, asked again at once, may well succeed. A long wait that Microsoft asks for is not "at once".
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Network(_) => true,
            Self::Unavailable { retry_after, .. } => retry_after.is_none_or(|wait| wait <= Duration::from_secs(1)),
            _ => false,
        }
    }
}

/// What broke, without the address that was called (it may hold a user's id).
pub(crate) fn broken(error: reqwest::Error) -> Error {
    Error::Network(presync_http::transport::broken(error))
}

impl From<presync_http::transport::Unusable> for Error {
    fn from(unusable: presync_http::transport::Unusable) -> Self {
        Self::Settings(unusable.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_consent_is_told_with_its_role_and_what_to_do() {
        let error = Error::Forbidden { client_id: "app-1".into(), role: "Presence.Read.All" };
        let sentence = error.to_string();
        assert!(sentence.contains("app-1") && sentence.contains("Presence.Read.All"), "{sentence}");
        assert!(sentence.contains("Grant admin consent"), "{sentence}");
        assert!(error.is_credential_problem());
        assert_eq!(error.outcome(), Outcome::Failed);
    }

    #[test]
    fn what_a_write_met_becomes_an_outcome() {
        let wait = Duration::from_millis(2128);
        assert_eq!(Error::Throttled { retry_after: wait }.outcome(), Outcome::Throttled { retry_after: wait });
        assert_eq!(Error::NotFound.outcome(), Outcome::NotFound);
        assert_eq!(Error::OneWay.outcome(), Outcome::Refused);
        assert_eq!(Error::Timeout { after: wait }.outcome(), Outcome::Failed);
        assert_eq!(Error::Unavailable { status: 503, retry_after: None }.outcome(), Outcome::Failed);
    }
}
