//! How our publications are known again, after a restart and without stored state: their id follows from tenant and user.
//!
//! A UUID of version 8: eight bytes of a hash of the tenant, eight of a hash of the user, less the six bits that mark the version
//! and variant. The same user always gets the same id, so publishing again replaces or renews instead of piling up.

use presync_core::id::{EightUserId, TenantId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Gives the ids of one tenant's publications.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicationIds {
    tenant: [u8; 8],
}

impl PublicationIds {
    pub(crate) fn of(tenant: &TenantId) -> Self {
        Self { tenant: half(b"presync tenant\0", tenant.as_str()) }
    }

    /// The id of our publication for this user.
    pub(crate) fn id(&self, user: &str) -> Uuid {
        let mut bytes = [0; 16];
        let (first, rest) = bytes.split_at_mut(8);
        first.copy_from_slice(&self.tenant);
        rest.copy_from_slice(&half(b"presync user\0", user));
        Uuid::new_v8(bytes)
    }

    /// Whether `id`, as 8x8 writes it, is the one of our publication for this user.
    pub(crate) fn is_ours(&self, user: &EightUserId, id: &str) -> bool {
        Uuid::try_parse(id).is_ok_and(|id| id == self.id(user.as_str()))
    }
}

/// The id of a tenant's publication for a user of 8x8.
pub fn publication_id(tenant: &TenantId, user: &str) -> Uuid {
    PublicationIds::of(tenant).id(user)
}

/// The first eight bytes of a hash: enough, since an id is only compared among one user's publications.
fn half(kind: &[u8], name: &str) -> [u8; 8] {
    let hash = Sha256::new().chain_update(kind).chain_update(name).finalize();
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_tenant_and_user_alone() {
        let ids = PublicationIds::of(&"acme".into());
        let id = ids.id("hvOB1l3zDCaDAwp9tNLzZA");
        assert_eq!(id, PublicationIds::of(&"acme".into()).id("hvOB1l3zDCaDAwp9tNLzZA"));
        assert_eq!(id.get_version_num(), 8);
        assert_ne!(id, ids.id("other"));
        assert_ne!(id, PublicationIds::of(&"globex".into()).id("hvOB1l3zDCaDAwp9tNLzZA"));
    }

    #[test]
    fn an_id_is_known_again_in_any_case_and_others_are_not() {
        let (ids, user) = (PublicationIds::of(&"acme".into()), EightUserId::from("u1"));
        assert!(ids.is_ours(&user, &ids.id("u1").to_string().to_uppercase()));
        assert!(!ids.is_ours(&user, &ids.id("u2").to_string()));
        assert!(!ids.is_ours(&user, "p_1"));
    }
}
