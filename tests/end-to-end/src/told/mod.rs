//! Being told of changes: the settings for it, a browser that signs in as a sync user, and a whole scene.

mod browser;
mod scene;

use std::net::SocketAddr;

use presync_service::{NotificationSettings, TenantConfig};
use presync_simulator::TenantAccess;

pub use browser::{Browser, OnTheWay};
pub use scene::{Scene, TENANT};

/// Has a tenant of the simulator told of changes at this address, on behalf of these sync users.
///
/// # Panics
/// When the address is no part of a URL.
pub fn settings(
    config: &TenantConfig,
    access: &TenantAccess,
    address: SocketAddr,
    sync_users: &[String],
) -> NotificationSettings {
    let url = |path: &str| format!("http://{address}/{path}").parse().expect("an address");
    NotificationSettings {
        teams: config.teams.clone(),
        client_id: access.read_app.client_id.clone(),
        credential: Some(access.read_app.secret.clone().into()),
        notification_url: url(&format!("notifications/{}", access.id)),
        redirect_url: url("signed-in"),
        sync_users: sync_users.to_vec(),
    }
}
