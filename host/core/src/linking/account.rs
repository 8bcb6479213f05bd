//! The accounts of both sides, as far as pairing needs to know them. They borrow: a directory may have a million people, and is
//! paired every minute.

use crate::id::{EightUserId, TeamsUserId};

/// A Teams user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TeamsCandidate<'a> {
    /// Object id.
    pub id: &'a TeamsUserId,
    /// `userPrincipalName`.
    pub user_principal_name: &'a str,
    /// `mail`, the primary address.
    pub mail: Option<&'a str>,
    /// Every SMTP address of `proxyAddresses`, without the prefix.
    pub addresses: &'a [String],
    /// `displayName`.
    pub name: &'a str,
    /// Sign-in is allowed.
    pub enabled: bool,
    /// The account belongs to another tenant.
    pub guest: bool,
    /// Teams is among its licences; `None` where that was not asked for.
    pub licensed: Option<bool>,
}

/// An 8x8 user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EightCandidate<'a> {
    /// 8x8 user id.
    pub id: &'a EightUserId,
    /// `userName`: the sign-in name, unique.
    pub user_name: &'a str,
    /// `primaryEmail`; `None` when 8x8 has none. Two users may have the same.
    pub email: Option<&'a str>,
    /// `ssoFederationId`: the name under which another service signs this user in.
    pub federation_id: Option<&'a str>,
    /// First and last name.
    pub name: &'a str,
    /// The account is active.
    pub active: bool,
}

impl<'a> TeamsCandidate<'a> {
    /// Every address that leads to this account, as written.
    pub(super) fn all_addresses(&self) -> impl Iterator<Item = &'a str> {
        let own = [Some(self.user_principal_name), self.mail];
        own.into_iter().flatten().chain(self.addresses.iter().map(String::as_str))
    }
}

impl<'a> EightCandidate<'a> {
    /// Every address that leads to this account, as written.
    pub(super) fn all_addresses(&self) -> impl Iterator<Item = &'a str> {
        [self.email, self.federation_id, Some(self.user_name)].into_iter().flatten()
    }
}
