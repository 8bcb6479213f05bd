//! A recording of a real tenant, told again: Entra, Graph and 8x8 as HTTP servers that answer what that tenant's answered.
//!
//! A recording is made by `presync record` and holds pseudonyms. A request gets what the same request got, in the recorded order; after
//! the last, the last again. The same is: method, path and all values; or else method, path, names of the query and form of the body, for
//! what differs from run to run (moments, cursors that nobody asked for while it was recorded). Requests about many people are taken
//! apart, so that it does not matter who is asked about together. What was never recorded is answered with 501 and counted.
//!
//! # Layout
//! * `file`: the recording, read
//! * `form`: what two bodies have in common
//! * `bulk`: requests about many people
//! * `shelf`: one request's answers, in their order
//! * `library`: all answers, and what was asked
//! * `server`: over HTTP
//! * `report`: what was asked, what was not, and what was never recorded

mod bulk;
mod file;
mod form;
mod library;
mod report;
mod server;
mod shelf;
#[cfg(test)]
mod tests;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context;
use axum::{Router, routing::get};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::Instant};

pub use report::{ReplayReport, WriteDifference};
pub use shelf::Pace;

use self::{
    file::Recording,
    library::Library,
    server::{Served, answer, report},
};

/// How a recording is told again.
#[derive(Debug, Clone, Default)]
pub struct ReplayConfig {
    /// Whether the next answer is the next recorded one, or the one of this time. Default: the next.
    pub pace: Pace,
    /// The port of Entra; 0, the default, for a free one.
    pub entra_port: u16,
    /// The port of Graph.
    pub graph_port: u16,
    /// The port of 8x8.
    pub eight_port: u16,
    /// The port of the admin server.
    pub admin_port: u16,
}

/// Running servers; they end when it is dropped.
#[derive(Debug)]
pub struct Replay {
    shared: Arc<Shared>,
    settings: String,
    urls: [String; 4],
    servers: Vec<JoinHandle<()>>,
}

/// What the servers have in common.
#[derive(Debug)]
struct Shared {
    library: Mutex<Library>,
    /// When the first request came.
    began: watch::Sender<Option<Instant>>,
}

impl Shared {
    fn library(&self) -> MutexGuard<'_, Library> {
        self.library.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long ago the first request came; this may be it.
    fn elapsed(&self) -> Duration {
        let now = Instant::now();
        self.began.send_if_modified(|began| began.replace(began.unwrap_or(now)).is_none());
        self.began.borrow().map_or(Duration::ZERO, |began| now.saturating_duration_since(began))
    }
}

impl Replay {
    /// Reads a recording and starts the servers.
    ///
    /// # Errors
    /// When the file is no whole recording of a version that is known, or a port is taken.
    pub async fn start(recording: &Path, config: ReplayConfig) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(recording)
            .with_context(|| format!("cannot read the recording {}", recording.display()))?;
        let ports = [config.entra_port, config.graph_port, config.eight_port, config.admin_port];
        let mut listeners = Vec::new();
        let mut urls = Vec::new();
        for port in ports {
            let listener = TcpListener::bind(("127.0.0.1", port))
                .await
                .with_context(|| format!("cannot listen on port {port}"))?;
            urls.push(format!("http://{}", listener.local_addr()?));
            listeners.push(listener);
        }
        let urls: [String; 4] = urls.try_into().map_err(|_| anyhow::anyhow!("four servers have four addresses"))?;
        let recording =
            Recording::read(&text, &urls).with_context(|| format!("{} cannot be replayed", recording.display()))?;
        let settings = recording.settings.clone();
        let library = Mutex::new(Library::of(recording, config.pace));
        let shared = Arc::new(Shared { library, began: watch::Sender::new(None) });
        let mut servers = Vec::new();
        for (place, listener) in listeners.into_iter().enumerate() {
            let router = match Served::ALL.get(place) {
                Some(served) => Router::new().fallback(answer).with_state((Arc::clone(&shared), *served)),
                None => Router::new().route("/admin/replay", get(report)).with_state(Arc::clone(&shared)),
            };
            servers.push(tokio::spawn(async move {
                if let Err(error) = axum::serve(listener, router).await {
                    tracing::error!(%error, "a server of the replay ended");
                }
            }));
        }
        Ok(Self { shared, settings, urls, servers })
    }

    /// Entra's address.
    pub fn entra_url(&self) -> &str {
        &self.urls[0]
    }

    /// Graph's address, with its version.
    pub fn graph_url(&self) -> String {
        format!("{}/v1.0", self.urls[1])
    }

    /// 8x8's address; the contact centre's too.
    pub fn eight_url(&self) -> &str {
        &self.urls[2]
    }

    /// The admin server's address; `/admin/replay` there is the report.
    pub fn admin_url(&self) -> &str {
        &self.urls[3]
    }

    /// The recorded tenant as settings for a service that is to run against the replay. Its secrets are in a file `replay.secret` beside
    /// the settings, which may hold anything.
    pub fn settings(&self) -> &str {
        &self.settings
    }

    /// Waits for the first request.
    pub async fn first_request(&self) {
        let mut began = self.shared.began.subscribe();
        // The sender lives as long as we do, so there is no error.
        drop(began.wait_for(Option::is_some).await);
    }

    /// What was asked so far, what was not, and what was never recorded.
    pub fn report(&self) -> ReplayReport {
        self.shared.library().report()
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}
