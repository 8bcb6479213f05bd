//! What Microsoft posts to us when presence changes, and what has to be answered.
//!
//! Answering and believing are two steps, since Microsoft wants an answer within 3 seconds and no word about what we think of it:
//! [`handle`] looks at the request alone and says what to answer; a [`Receiver`] then opens what came, away from the request. It
//! checks who signed it, whose secret it carries and that nobody touched it, and gives events. Polling stays the truth beneath:
//! nothing may depend on a notification that never comes, or comes twice, or late.

mod body;
mod certificate;
mod event;
mod open;
mod receiver;
mod silence;

use presync_http::text::plain;

pub use body::Delivery;
pub use certificate::{CertificateError, Certificates, EncryptionCertificate};
pub use event::{Event, Happening, Lifecycle};
pub use open::ItemProblem;
pub use receiver::{Distrust, Opened, Receiver, Rejected, Watched};
pub use silence::{Hearing, Silence};

/// The longest validation token that is given back. Microsoft's have some 200 characters.
const LONGEST_TOKEN: usize = 2048;

/// What a request to the endpoint is.
#[derive(Debug)]
pub enum Handled {
    /// Microsoft tries whether the endpoint is ours: the token goes back as it is.
    Handshake(String),
    /// Notifications, to be opened by a [`Receiver`] once the answer is on its way.
    Accepted(Delivery),
    /// Nothing that Microsoft sends.
    Refused(Box<str>),
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, where there is a body.
    pub content_type: Option<&'static str>,
    /// The body; may be empty.
    pub body: String,
}

/// Looks at a request to the endpoint: `query` is the part of its address after `?`, if there is one.
pub fn handle(query: Option<&str>, body: &[u8]) -> Handled {
    let token = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "validationToken")
        .map(|(_, token)| token.into_owned());
    match token {
        Some(token) if is_harmless(&token) => Handled::Handshake(token),
        Some(_) => Handled::Refused("the validation token is no token of Microsoft's: it could be a script".into()),
        None => match Delivery::read(body) {
            Ok(delivery) => Handled::Accepted(delivery),
            Err(error) => Handled::Refused(plain(&format!("no change notifications: {error}"))),
        },
    }
}

/// Nothing that a browser could take for a page.
fn is_harmless(token: &str) -> bool {
    let harmful = |c: char| c.is_control() || matches!(c, '<' | '>' | '"' | '\'' | '`' | '&');
    !token.is_empty() && token.len() <= LONGEST_TOKEN && !token.contains(harmful)
}

impl Handled {
    /// What to answer, at once. A receiver with no room answers 503 instead of an acceptance: Microsoft then comes again.
    pub fn answer(&self) -> Answer {
        match self {
            Self::Handshake(token) => Answer { status: 200, content_type: Some("text/plain"), body: token.clone() },
            Self::Accepted(_) => Answer { status: 202, content_type: None, body: String::new() },
            Self::Refused(reason) => Answer { status: 400, content_type: Some("text/plain"), body: reason.to_string() },
        }
    }
}

#[cfg(test)]
mod tests;
