//! One tenant's side in 8x8, whichever way it is reached.

use std::sync::Arc;
use std::time::Duration;

use presync_core::id::EightUserId;
use presync_core::time::Clock;
use presync_core::words::{Calls, EightTarget};

use crate::ability::{self, Ability};
use crate::calls::{self, Means};
use crate::carried::Carried;
use crate::client::{Check, Client};
use crate::config::{Push, Settings};
use crate::directory::User;
use crate::error::Error;
use crate::feed::{Changes, Cursor, Snapshot};
use crate::ledger::{Ledger, Noted};
use crate::public;
use crate::publish::{Publication, Published};
use crate::stream::{Position, Stream};

/// A client of either kind. Cloning it is cheap, and the clones share everything.
#[derive(Debug, Clone)]
pub enum Provider {
    /// By the partner API.
    Partner(Client),
    /// By what 8x8 documents publicly.
    Public(public::Client),
}

impl Provider {
    /// A client that has spoken to nobody yet.
    ///
    /// # Errors
    /// [`Error::Settings`] when an address or a key cannot be one.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Ok(match settings {
            Settings::Partner(config) => Self::Partner(Client::new(*config, clock)?),
            Settings::Public(config) => Self::Public(public::Client::new(*config, &clock)?),
        })
    }

    /// By how many milliseconds 8x8's clock is ahead of ours; negative when it is behind. `None` before a few answers have come.
    pub fn skew_millis(&self) -> Option<i64> {
        match self {
            Self::Partner(client) => client.skew_millis(),
            Self::Public(client) => client.skew_millis(),
        }
    }

    /// All users, inactive ones among them.
    ///
    /// # Errors
    /// The first call's that failed; there is no partial directory.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        match self {
            Self::Partner(client) => client.users().await,
            Self::Public(client) => client.users().await,
        }
    }

    /// The presence of everybody whose presence can be read, and the cursor from which [`Provider::changes`] goes on without a gap.
    ///
    /// # Errors
    /// The first call's that failed; there is no partial snapshot.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        match self {
            Self::Partner(client) => client.snapshot().await,
            Self::Public(client) => client.snapshot().await,
        }
    }

    /// What has changed since `cursor`.
    ///
    /// # Errors
    /// [`Error::CursorExpired`] when a new [`Provider::snapshot`] is needed; else the first call's.
    pub async fn changes(&self, cursor: &Cursor) -> Result<Changes, Error> {
        match self {
            Self::Partner(client) => client.changes(cursor).await,
            Self::Public(client) => client.changes(cursor).await,
        }
    }

    /// The same, but where 8x8 can wait for something to change it does so, for so long.
    ///
    /// # Errors
    /// As [`Provider::changes`].
    pub async fn changes_within(&self, cursor: &Cursor, wait: Duration) -> Result<Changes, Error> {
        match self {
            Self::Partner(client) => client.changes_within(cursor, wait).await,
            Self::Public(client) => client.changes(cursor).await,
        }
    }

    /// What 8x8 is to tell by itself, as configured.
    pub fn push(&self) -> Push {
        match self {
            Self::Partner(client) => client.push().clone(),
            Self::Public(client) => client.push(),
        }
    }

    /// Opens the stream of changes; `None` where none is offered, or none is configured. In public mode it tells those of agents.
    ///
    /// # Errors
    /// [`Error::is_credential_problem`] when an administrator has to act; [`Error::Refused`] when `from` is not known any more; else
    /// what broke.
    pub async fn stream(&self, from: &Position) -> Result<Option<Stream>, Error> {
        match self {
            Self::Partner(client) => client.stream(from).await,
            Self::Public(client) => client.stream(from).await,
        }
    }

    /// Carries out any number of publications, as far as this way can, and gives one outcome each, in order.
    ///
    /// # Errors
    /// Only when nothing at all was published because an administrator has to act first
    /// ([`Error::is_credential_problem`]).
    pub async fn publish(&self, publications: &[Publication]) -> Result<Vec<Published>, Error> {
        match self {
            Self::Partner(client) => client.publish(publications).await,
            Self::Public(client) => Ok(client.publish(publications).await),
        }
    }

    /// What can and what cannot be carried for a person.
    pub fn abilities(&self, user: &EightUserId) -> Vec<Ability> {
        match self {
            Self::Partner(_) => ability::of_partner(),
            Self::Public(client) => client.abilities(user),
        }
    }

    /// How far what is wanted of a person is carried, by what is known now. What the partner API was sent counts as taken.
    pub fn carried(&self, user: &EightUserId, status: Option<EightTarget>, calls: Calls) -> Carried {
        match self {
            Self::Partner(_) => Carried::by_partner(calls::plan(Means::Partner, status, calls)),
            Self::Public(client) => client.carried(user, status, calls),
        }
    }

    /// From now on what has to be known after a restart is kept in `ledger`; takes up what a former process had put there, and what
    /// `held` says that we hold for each person. To be called once, before anything is read or written. The partner API knows our
    /// publications by itself: there nothing is kept, and what is found there was left by public mode.
    pub fn keep_in(
        &self,
        ledger: Arc<dyn Ledger>,
        noted: Vec<Noted>,
        held: impl IntoIterator<Item = (EightUserId, EightTarget)>,
    ) {
        match self {
            Self::Partner(_) if noted.is_empty() => {}
            Self::Partner(_) => tracing::warn!(
                notes = noted.len(),
                "public mode was used here before, and what it set at agents and extensions is left as it is: run it once more for \
                 some minutes, or set it back in 8x8 by hand"
            ),
            Self::Public(client) => client.keep_in(ledger, noted, held),
        }
    }

    /// Tries what can be tried without writing.
    pub async fn verify(&self) -> Vec<Check> {
        match self {
            Self::Partner(client) => client.verify().await,
            Self::Public(client) => client.verify().await,
        }
    }
}
