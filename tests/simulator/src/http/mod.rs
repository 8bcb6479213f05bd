//! The four servers. Each file holds the routes of one of them, or one of its endpoints.

mod aadsts;
pub(crate) mod admin;
mod admin_entra;
mod admin_platform;
pub(crate) mod dated;
pub(crate) mod eight;
mod eight_activity;
mod eight_admin;
mod eight_agents;
mod eight_analytics;
mod eight_audits;
mod eight_contacts;
mod eight_directory;
mod eight_gate;
mod eight_operations;
mod eight_publish;
mod eight_read;
mod eight_realtime;
mod eight_ring_groups;
mod eight_sapi;
mod eight_scim;
mod eight_scroll;
mod eight_shapes;
mod eight_stream;
pub(crate) mod eight_webhooks;
pub(crate) mod entra;
mod entra_authorize;
mod entra_client;
mod entra_consent;
mod entra_scopes;
mod entra_token;
pub(crate) mod graph;
mod graph_batch;
mod graph_delta;
mod graph_filter;
mod graph_location;
mod graph_mailbox;
mod graph_message;
mod graph_preferred;
mod graph_presence;
mod graph_sessions;
mod graph_subscriptions;
mod graph_target;
mod graph_userinfo;
mod graph_users;
mod reply;
pub(crate) mod watch;

pub(crate) use entra_client::check as check_registration;

/// Whether the simulator knows an AADSTS code.
pub(crate) fn known_aadsts(code: u32) -> bool {
    aadsts::Aadsts::known(code).is_some()
}
