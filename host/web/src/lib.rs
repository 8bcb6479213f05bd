//! The administration API: what the service knows of its tenants and people, as JSON over HTTP.
//!
//! | route | answers |
//! |---|---|
//! | `GET /livez` | `ok` while the process runs |
//! | `GET /readyz` | whether every tenant has had its first good read, or said why not; 503 until then |
//! | `GET /metrics` | all metrics, in the text format of Prometheus |
//! | `GET /v1/tenants/{id}/warnings` | what is wrong, and what may become so: word, since when, what to do |
//! | `GET /v1/status` | every tenant at a glance, the totals and the time |
//! | `GET /v1/tenants/{id}/links` | who is whom, and what pairs each |
//! | `GET /v1/tenants/{id}/unlinked` | who is not kept in step, why, what to do, and who might be meant |
//! | `GET /v1/tenants/{id}/people/{user}` | why a person is shown as they are |
//! | `GET /v1/tenants/{id}/events` | the event log as it grows, as server-sent events |
//! | `POST /v1/tenants/{id}/rules/{rule}/rollback` | takes a rule back: its trial, or the version in force for the one before |
//! | `POST /v1/tenants/{id}/rules/{rule}/promote` | lets a rule on: from trial to everyone, or back in after it was set aside |
//! | `POST /v1/tenants/{id}/preview` | what a rule that is not in force would change: `{component, settings?, since_seconds?}` |
//! | `POST /hooks/8x8/{id}` | takes in what 8x8 delivers when presence changes; for 8x8, through a proxy, and nothing else is |
//! | `POST /notifications/{id}` | what Microsoft posts when presence changes; `?validationToken=` is given back |
//! | `GET /sign-in/{id}`, `/sign-in/{id}/begin`, `/signed-in` | pages on which somebody signs in as a sync user |
//!
//! The last three lines are for the world: a proxy with TLS lets `/hooks/`, `/notifications/`, `/sign-in/` and `/signed-in` through, and nothing else.
//!
//! Moments are milliseconds since the Unix epoch. What cannot be answered is a problem: `{status, title, detail}`.
//!
//! **There is no sign-in yet.** Whoever reaches the address reads the presence of every person, by name. It listens on this machine
//! alone unless the settings say otherwise; [`Server::bind`] warns in the log when they do. Something is changed only for whoever has the
//! token of the settings, or, when there is none, for this machine.
//!
//! # Layout
//! * `events`: the event log as it grows
//! * `gate`: who may change something
//! * `hooks`: what 8x8 delivers
//! * `notifications`: what Microsoft posts; `sign_in`: the pages for sync users
//! * `operate`: what who runs the service looks at: readiness, metrics, warnings
//! * `preview`: trying a rule that is not in force
//! * `problem`: what is said when there is no answer
//! * `routes`: the routes above
//! * `server`: the listener and its end

#![forbid(unsafe_code)]

mod events;
mod gate;
mod hooks;
mod notifications;
mod operate;
mod preview;
mod problem;
mod routes;
mod server;
mod sign_in;

pub use server::Server;
