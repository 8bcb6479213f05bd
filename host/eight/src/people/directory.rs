//! When which directory is read: all of it at first and every hour, its changes in between, and deletions by the audit records.
//!
//! Neither asking for changes nor the audit records are there for every customer. What 8x8 refuses is not asked for again for an hour;
//! meanwhile everything is read more often, as far as the budget of requests allows.

use std::time::Duration;

use presync_core::time::Timestamp;
use url::Url;

use super::book::Book;
use super::{audit, contacts};
use crate::access::Access;
use crate::config::Directory;
use crate::directory::{self, Listed, User};
use crate::error::Error;

/// From one full reading to the next, while changes and deletions are told in between.
const FULL: Duration = Duration::from_secs(3600);
/// The same while changes or deletions are not told.
const FULL_ALONE: Duration = Duration::from_secs(5 * 60);
/// How long what 8x8 refused is not asked for: a product may be granted, and a refusal may be a mishap.
const REFUSED: Duration = Duration::from_secs(3600);
/// How far back changes are asked for again: clocks differ, and records come late.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// The reader of a customer's directory.
#[derive(Debug)]
pub(crate) struct Reader {
    source: Directory,
    full_at: Option<Timestamp>,
    changes_from: Timestamp,
    /// Until when 8x8 is not asked for changes, or for deletions, since it refused.
    no_changes_until: Timestamp,
    no_deletions_until: Timestamp,
}

/// What a reading brought.
#[derive(Debug)]
pub(crate) enum Brought {
    /// Everybody.
    All(Vec<Listed>),
    /// Who has changed, and who is gone.
    Changes(Vec<Listed>, Vec<presync_core::id::EightUserId>),
}

impl Reader {
    pub(crate) const fn new(source: Directory) -> Self {
        let (changes_from, never) = (Timestamp::EPOCH, Timestamp::EPOCH);
        Self { source, full_at: None, changes_from, no_changes_until: never, no_deletions_until: never }
    }

    /// Reads what is due at `now`.
    pub(crate) async fn read(&mut self, access: &Access, api: &Url, now: Timestamp) -> Result<Brought, Error> {
        let (tells_changes, tells_deletions) = (now >= self.no_changes_until, now >= self.no_deletions_until);
        let every = if tells_changes && tells_deletions { FULL } else { FULL_ALONE };
        if self.full_at.is_none_or(|full| now.since(full) >= every) {
            return self.read_all(access, api, now).await;
        }
        let from = self.changes_from - OVERLAP;
        let changed = if tells_changes {
            match self.changed(access, api, from).await {
                Err(Error::Refused { status: 400, said, .. }) => {
                    tracing::warn!(%said, "8x8 does not tell which users have changed; all are read instead");
                    self.no_changes_until = now + REFUSED;
                    return self.read_all(access, api, now).await;
                }
                changed => changed?,
            }
        } else {
            Vec::new()
        };
        let deleted = if tells_deletions {
            match audit::deleted(access, api, from, now).await {
                Err(error @ (Error::Forbidden { .. } | Error::Refused { .. } | Error::Unauthorized { .. })) => {
                    tracing::warn!(%error, "8x8 does not tell which users were deleted; all are read more often instead");
                    self.no_deletions_until = now + REFUSED;
                    Vec::new()
                }
                deleted => deleted?,
            }
        } else {
            Vec::new()
        };
        self.changes_from = now;
        Ok(Brought::Changes(changed, deleted))
    }

    async fn read_all(&mut self, access: &Access, api: &Url, now: Timestamp) -> Result<Brought, Error> {
        let all = match self.source {
            Directory::Users => directory::users(access, api).await?,
            Directory::Contacts => contacts::users(access, api, None).await?,
        };
        (self.full_at, self.changes_from) = (Some(now), now);
        Ok(Brought::All(all))
    }

    async fn changed(&self, access: &Access, api: &Url, since: Timestamp) -> Result<Vec<Listed>, Error> {
        match self.source {
            Directory::Users => directory::changed_since(access, api, since).await,
            Directory::Contacts => contacts::users(access, api, Some(since)).await,
        }
    }
}

impl Book {
    /// Takes in what a reading brought.
    pub(crate) fn take(&mut self, brought: Brought) {
        match brought {
            Brought::All(all) => self.replace(all),
            Brought::Changes(changed, deleted) => self.change(changed, &deleted),
        }
    }

    /// Everybody, copied, each with the queues that another service told of them.
    pub(crate) fn copied(&self, queues: impl Fn(&User) -> Vec<String>) -> Vec<User> {
        let whole = |user: &User| {
            let mut user = user.clone();
            let more = queues(&user).into_iter().filter(|queue| !user.queues.contains(queue)).collect::<Vec<_>>();
            user.queues.extend(more);
            user
        };
        let mut users: Vec<User> = self.users().map(whole).collect();
        users.sort_by(|a, b| a.id.cmp(&b.id));
        users
    }
}
