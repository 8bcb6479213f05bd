//! Why there is no subscription. Statuses, codes and texts as Microsoft's pages and its users' reports have them.

use presync_core::id::TeamsUserId;
use reqwest::StatusCode;

use crate::answer::said;
use crate::error::Error;

/// Why a subscription could not be made or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// Microsoft has none there.
    #[error("the cloud \"{0}\" has no subscriptions to presence; polling does without")]
    NotInThisCloud(&'static str),
    /// More people than one subscription takes.
    #[error("a subscription takes 650 people, not {count}; another sync user can watch the rest")]
    TooMany {
        /// How many were asked for.
        count: usize,
    },
    /// No people at all.
    #[error("there is nobody to subscribe to")]
    Nobody,
    /// An id that is no object id.
    #[error(
        "one of the people has an id that is no object id of Entra, which is the only one that a subscription takes"
    )]
    NoObjectId,
    /// Microsoft could not reach our endpoint, or was not answered as it wants.
    #[error(
        "Microsoft could not validate the notification address: it has to be reachable from the internet with a valid certificate \
         and to answer within 10 seconds. Check `notification_url`, the proxy and the firewall"
    )]
    NotValidated,
    /// The same app and sync user hold one already.
    #[error("there is a subscription of this app and sync user already; it has to be deleted first")]
    AlreadyExists,
    /// People of the list are not in the directory any more.
    #[error("{} of the people are not in the directory any more; without them it goes on", .0.len())]
    PeopleGone(Vec<TeamsUserId>),
    /// The directory or the app holds as many as it may.
    #[error("a quota of subscriptions is used up: {0}")]
    Quota(Box<str>),
    /// The end asked for is further off than Microsoft allows.
    #[error("Microsoft refused the end of the subscription; it may be an hour off at most. Check this machine's clock")]
    TooLong,
    /// It is not there any more.
    #[error("the subscription is gone; it is to be created again, and everybody is to be read")]
    Gone,
    /// Whatever any call can meet.
    #[error(transparent)]
    Call(#[from] Error),
}

impl SubscriptionError {
    /// What a refused creation means, where it means more than its status.
    pub(super) fn created(status: StatusCode, body: &[u8], people: &[TeamsUserId]) -> Option<Self> {
        let (code, message) = said(body);
        let message = message.to_ascii_lowercase();
        match status {
            StatusCode::CONFLICT => Some(Self::AlreadyExists),
            StatusCode::BAD_REQUEST if code.eq_ignore_ascii_case("ValidationError") || message.contains("validat") => {
                Some(Self::NotValidated)
            }
            StatusCode::BAD_REQUEST if message.contains("expiration") => Some(Self::TooLong),
            // Nothing but its text tells a full quota from a missing permission.
            StatusCode::FORBIDDEN if message.contains("limit") || message.contains("quota") => {
                Some(Self::Quota(said(body).1))
            }
            StatusCode::INTERNAL_SERVER_ERROR => {
                let text = String::from_utf8_lossy(body).to_ascii_lowercase();
                let named = |id: &&TeamsUserId| text.contains(&id.as_str().to_ascii_lowercase());
                let gone: Vec<TeamsUserId> = people.iter().filter(named).cloned().collect();
                (!gone.is_empty()).then_some(Self::PeopleGone(gone))
            }
            _ => None,
        }
    }

    /// What a refused renewal means, where it means more than its status.
    pub(super) fn renewed(status: StatusCode, body: &[u8]) -> Option<Self> {
        match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Some(Self::Gone),
            StatusCode::BAD_REQUEST if said(body).1.to_ascii_lowercase().contains("expiration") => Some(Self::TooLong),
            _ => None,
        }
    }
}
