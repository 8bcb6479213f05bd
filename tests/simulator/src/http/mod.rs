//! The four servers. Each file holds the routes of one of them, or one of its endpoints.

pub(crate) mod admin;
pub(crate) mod eight;
mod eight_directory;
mod eight_publish;
mod eight_read;
pub(crate) mod entra;
pub(crate) mod graph;
mod graph_presence;
mod graph_users;
mod reply;
