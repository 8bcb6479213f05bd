//! What was asked of Graph so far, for whoever decides how soon to ask again.

use std::time::Duration;

/// One application's requests that count against Graph's limit on presence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// So many since the client was made, those that were asked again among them.
    pub made: u64,
    /// So long Graph asks to be left alone from now on; zero when it does not.
    pub quiet: Duration,
}

/// Both applications' requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The application that reads presence.
    pub read: Requests,
    /// The application that holds sessions; `None` where there is none, or where it is the one that reads.
    pub write: Option<Requests>,
}
