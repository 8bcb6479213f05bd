//! What a tenant has to say to be told of changes.

use presync_teams::Credential;
use url::Url;

/// How a tenant is told of changes.
#[derive(Debug, Clone)]
pub struct NotificationSettings {
    /// The tenant's Microsoft side: of it, the directory and the addresses count.
    pub teams: presync_teams::Config,
    /// The app that sync users sign in to: its client id.
    pub client_id: String,
    /// How that app proves who it is; `None` for a public client.
    pub credential: Option<Credential>,
    /// Where Microsoft posts to: public, with TLS.
    pub notification_url: Url,
    /// Where a browser comes back to after a sign-in; registered with the app, word for word.
    pub redirect_url: Url,
    /// The sync users, by user name; at least one, each once. Each watches 650 people.
    pub sync_users: Vec<String>,
}
