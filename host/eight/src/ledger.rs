//! What was set at 8x8 and is to be known after a restart: do not disturb on an extension, which nothing there tells from the
//! person's own, and that an agent came back by hand.
//!
//! What is set is noted before it is sent, so that whatever arrives is known to be ours; what became of it is noted afterwards, and
//! found out by a reading where that note is missing.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// What kind of thing a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A person's extensions, by the person's id.
    Extension,
    /// An agent, by the agent's id.
    Agent,
}

/// One note, as it was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// What it is about.
    pub kind: Kind,
    /// Of whom.
    pub key: String,
    /// The note; only this crate knows what it says.
    pub note: String,
}

/// Why a note could not be put.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LedgerError(pub Box<str>);

/// Keeps one note for each key. Its calls may block; they are made on threads that may.
pub trait Ledger: Send + Sync + fmt::Debug {
    /// Puts `note` in the place of whatever is there; `None` takes it away. Returns when it would survive the end of the process.
    ///
    /// # Errors
    /// [`LedgerError`] when what was there is still there.
    fn put(&self, kind: Kind, key: &str, note: Option<&str>) -> Result<(), LedgerError>;
}

/// The way to the ledger. Before there is one, nothing is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<OnceLock<Arc<dyn Ledger>>>);

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Extension, Self::Agent];

    /// The stable name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Extension => "extension",
            Self::Agent => "agent",
        }
    }

    /// The kind of this name.
    pub fn of(label: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.label() == label)
    }
}

impl Notes {
    /// From now on this one is used; only the first counts.
    pub(crate) fn keep_in(&self, ledger: Arc<dyn Ledger>) {
        if self.0.set(ledger).is_err() {
            tracing::error!("a second ledger was given to one client of 8x8; the first is used");
        }
    }

    /// Puts a note, on a thread that may block.
    pub(crate) async fn put(&self, kind: Kind, key: &str, note: Option<String>) -> Result<(), LedgerError> {
        let Some(ledger) = self.0.get().cloned() else { return Ok(()) };
        let key = key.to_owned();
        let put = tokio::task::spawn_blocking(move || ledger.put(kind, &key, note.as_deref()));
        put.await.map_err(|error| LedgerError(error.to_string().into()))?
    }
}
