//! Where what was set at 8x8 is noted, so that it is known after a restart.

use presync_core::id::EightUserId;
use presync_core::words::EightTarget;
use presync_eight::ledger::Kind;
use presync_eight::{Ledger, LedgerError, Noted};
use presync_store::{StoreError, TenantStore};

use crate::people::People;

/// The notes of one tenant.
#[derive(Debug)]
pub(super) struct StoredNotes(pub(super) TenantStore);

impl Ledger for StoredNotes {
    fn put(&self, kind: Kind, key: &str, note: Option<&str>) -> Result<(), LedgerError> {
        let put = self.0.note_set_at_eight(kind.label(), key, note);
        put.map_err(|error| LedgerError(error.to_string().into()))
    }
}

impl StoredNotes {
    /// What a former process has noted. A kind that only a newer version has is left where it is.
    pub(super) fn noted(&self) -> Result<Vec<Noted>, StoreError> {
        let noted = self.0.set_at_eight()?.into_iter();
        Ok(noted.filter_map(|set| Some(Noted { kind: Kind::of(&set.kind)?, key: set.key, note: set.note })).collect())
    }
}

/// What a former process held at 8x8 for certain.
pub(super) fn held(people: &People) -> Vec<(EightUserId, EightTarget)> {
    let held = |person: &crate::people::Person| {
        let publication = people.reconciler.view(person.link.id)?.publication;
        let held = publication.held.filter(|_| !publication.unsettled)?;
        Some((person.link.eight_id.clone(), held))
    };
    people.persons().filter_map(held).collect()
}
