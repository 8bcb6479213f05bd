//! The four servers. Each file holds the routes of one of them, or one of its endpoints.

pub(crate) mod admin;
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
pub(crate) mod graph;
mod graph_presence;
mod graph_users;
mod reply;
