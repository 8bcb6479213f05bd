//! What can go wrong with 8x8, each with its cause and what to do about it.

use std::time::Duration;

use presync_core::delivery::Outcome;

/// Why a call to 8x8 did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings cannot work.
    #[error("the 8x8 settings cannot be used: {0}")]
    Settings(Box<str>),
    /// 8x8 gave no token.
    #[error("8x8 gave no token ({said}): {fix}")]
    SignIn {
        /// 8x8's own words, cut to one line.
        said: Box<str>,
        /// What is wrong, and what to do.
        fix: &'static str,
    },
    /// 8x8 refused a key, or a token that it had just given.
    #[error("8x8 refused (401) the credentials for its {product} API ({said}). {fix}")]
    Unauthorized {
        /// Which API, by 8x8's name.
        product: &'static str,
        /// 8x8's own words, cut to one line.
        said: Box<str>,
        /// What to do.
        fix: &'static str,
    },
    /// An API may not be used.
    #[error("8x8 refused (403) the use of its {product} API ({said}). {fix}")]
    Forbidden {
        /// Which API, by 8x8's name.
        product: &'static str,
        /// 8x8's own words, cut to one line.
        said: Box<str>,
        /// What to do.
        fix: &'static str,
    },
    /// The cursor is too old, or 8x8 wants us to start over: take a new snapshot.
    #[error("8x8 no longer knows the place that changes were to be read from: a new snapshot is needed")]
    CursorExpired,
    /// 8x8 asks for patience.
    #[error("8x8's limit of requests is reached; next try in {} s", retry_after.as_secs_f32().ceil())]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// 8x8 took the request for wrong; repeating it unchanged will not help.
    #[error("8x8 refused the request ({status} {code}): {said}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// 8x8's own code; may be empty.
        code: Box<str>,
        /// 8x8's own words, cut to one line.
        said: Box<str>,
    },
    /// 8x8 is in trouble.
    #[error("8x8 could not answer ({status}); this passes by itself")]
    Unavailable {
        /// HTTP status.
        status: u16,
        /// How long 8x8 asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// No connection, or it broke.
    #[error("8x8 cannot be reached ({0}); check the network, the proxy and the firewall")]
    Network(Box<str>),
    /// No answer in time; a write may or may not have been taken.
    #[error("no answer from 8x8 within {} s", after.as_secs_f32())]
    Timeout {
        /// The deadline that passed.
        after: Duration,
    },
    /// An answer that cannot be understood.
    #[error("8x8's answer cannot be read: {0}")]
    Unreadable(Box<str>),
}

impl Error {
    /// What this error means for a write that met it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Throttled { retry_after } => Outcome::Throttled { retry_after: *retry_after },
            Self::Unavailable { retry_after: Some(retry_after), .. } => {
                Outcome::Throttled { retry_after: *retry_after }
            }
            Self::Settings(_) | Self::Refused { .. } => Outcome::Refused,
            // A missing product is nobody's state of presence: once granted, the same write will pass.
            Self::SignIn { .. }
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::CursorExpired
            | Self::Unavailable { .. }
            | Self::Network(_)
            | Self::Timeout { .. }
            | Self::Unreadable(_) => Outcome::Failed,
        }
    }

    /// Whether an administrator has to act on key, secret or API products before calls can succeed.
    pub fn is_credential_problem(&self) -> bool {
        matches!(self, Self::SignIn { .. } | Self::Unauthorized { .. } | Self::Forbidden { .. })
    }

    /// How long 8x8 asks to wait; `None` when it did not ask.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } => Some(*retry_after),
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the same read, asked again at once, may well succeed. A long wait that 8x8 asks for is not "at once".
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Network(_) => true,
            Self::Unavailable { retry_after, .. } => retry_after.is_none_or(|wait| wait <= Duration::from_secs(1)),
            _ => false,
        }
    }

    /// Whether the next request would meet the same, whatever it asks.
    pub(crate) fn is_of_the_service(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::Unreadable(_) | Self::CursorExpired)
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
    fn a_missing_product_is_told_with_what_to_do() {
        let product = crate::product::Product::Presence;
        let (product, fix) = (product.name(), product.when_forbidden());
        let error = Error::Forbidden { product, said: "Forbidden".into(), fix };
        assert!(error.to_string().contains("Add that API product"), "{error}");
        assert!(error.is_credential_problem());
        assert_eq!(error.outcome(), Outcome::Failed);
    }

    #[test]
    fn what_a_write_met_becomes_an_outcome() {
        let wait = Duration::from_secs(7);
        assert_eq!(Error::Throttled { retry_after: wait }.outcome(), Outcome::Throttled { retry_after: wait });
        assert_eq!(Error::Timeout { after: wait }.outcome(), Outcome::Failed);
        let refused = Error::Refused { status: 413, code: "".into(), said: "".into() };
        assert_eq!(refused.outcome(), Outcome::Refused);
        assert!(!refused.is_of_the_service());
    }
}
