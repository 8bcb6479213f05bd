//! What can be switched about change notifications.

use serde::{Deserialize, Serialize};

/// How change notifications are sent, and what is wrong with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Notifications {
    /// How long a change waits before it is sent, in milliseconds. Microsoft: below 10 s on average, a minute at most.
    /// Default 0.
    pub delay_ms: i64,
    /// By how much more at most, drawn anew for each change. Default 0.
    pub spread_ms: i64,
    /// Whether everything is sent a second time. Default off.
    pub repeated: bool,
    /// Whether what goes out together goes out in reverse. Default off.
    pub reversed: bool,
    /// What is wrong with the encrypted content.
    pub damage: Damage,
    /// What the validation tokens are like.
    pub tokens: TokenForm,
    /// How long before its subscription or token ends a subscriber is asked to authorize again, and how often, in
    /// milliseconds. Default 15 min.
    pub reauthorization_ms: i64,
}

impl Default for Notifications {
    fn default() -> Self {
        Self {
            delay_ms: 0,
            spread_ms: 0,
            repeated: false,
            reversed: false,
            damage: Damage::Sound,
            tokens: TokenForm::V2,
            reauthorization_ms: 15 * 60_000,
        }
    }
}

/// What is wrong with the encrypted content of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Damage {
    /// Nothing.
    Sound,
    /// The signature is not that of the ciphertext.
    Signature,
    /// The ciphertext is not the one that was signed.
    Ciphertext,
    /// It is sealed for a certificate that the subscriber never gave.
    UnknownCertificate,
}

/// What the validation tokens beside rich notifications are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenForm {
    /// Good, in version 2.0: `azp`, and the issuer `…/v2.0`.
    V2,
    /// Good, in version 1.0: `appid`, and the issuer `https://sts.windows.net/…`.
    V1,
    /// From a publisher that is not Graph's change tracking.
    WrongPublisher,
    /// For another application.
    WrongAudience,
    /// From another directory.
    WrongIssuer,
    /// Run out.
    Expired,
    /// Signed with a key that is not published.
    UnknownKey,
    /// `null`: the application requires assignment, and change tracking has none.
    Null,
}
