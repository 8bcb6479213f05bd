//! The last requests that came in, for assertions.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

use super::access::AppKind;

/// Requests kept: some minutes of a large run.
const KEPT: usize = 20_000;

/// Which server was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    /// Entra.
    Entra,
    /// Graph.
    Graph,
    /// 8x8.
    Eight,
}

/// One request, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// When it came in, in milliseconds of the simulator's clock.
    pub at_ms: i64,
    /// How long it took, in milliseconds of that clock.
    pub took_ms: i64,
    /// Who was asked.
    pub server: Server,
    /// `GET`
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, if there was one.
    pub query: Option<String>,
    /// The tenant that it was for, once that was known: `tenant-1`.
    pub tenant: Option<String>,
    /// The Entra application that asked Graph.
    pub app: Option<AppKind>,
    /// The status; nothing if the connection was closed without an answer.
    pub status: Option<u16>,
}

/// The requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<VecDeque<Request>>);

impl Requests {
    pub(crate) fn remember(&self, request: Request) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == KEPT {
            all.pop_front();
        }
        all.push_back(request);
    }

    pub(crate) fn all(&self) -> Vec<Request> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
