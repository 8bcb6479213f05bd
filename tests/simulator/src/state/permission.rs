//! Graph's permissions, as far as presence needs them, and sets of them.

use serde::{Deserialize, Serialize};

/// A permission of Graph. The ids are those of public application manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// One's own presence. Delegated only.
    #[serde(rename = "Presence.Read")]
    PresenceRead,
    /// Everybody's presence.
    #[serde(rename = "Presence.Read.All")]
    PresenceReadAll,
    /// Reading and writing one's own presence. Delegated only.
    #[serde(rename = "Presence.ReadWrite")]
    PresenceReadWrite,
    /// Reading and writing everybody's presence. For applications only.
    #[serde(rename = "Presence.ReadWrite.All")]
    PresenceReadWriteAll,
    /// One's own profile. Delegated only.
    #[serde(rename = "User.Read")]
    UserRead,
    /// Everybody's basic profile.
    #[serde(rename = "User.ReadBasic.All")]
    UserReadBasicAll,
    /// Everybody's profile.
    #[serde(rename = "User.Read.All")]
    UserReadAll,
    /// Automatic replies.
    #[serde(rename = "MailboxSettings.Read")]
    MailboxSettingsRead,
}

impl Permission {
    /// Every permission there is.
    pub const ALL: [Self; 8] = [
        Self::PresenceRead,
        Self::PresenceReadAll,
        Self::PresenceReadWrite,
        Self::PresenceReadWriteAll,
        Self::UserRead,
        Self::UserReadBasicAll,
        Self::UserReadAll,
        Self::MailboxSettingsRead,
    ];

    /// The name in scopes and roles.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PresenceRead => "Presence.Read",
            Self::PresenceReadAll => "Presence.Read.All",
            Self::PresenceReadWrite => "Presence.ReadWrite",
            Self::PresenceReadWriteAll => "Presence.ReadWrite.All",
            Self::UserRead => "User.Read",
            Self::UserReadBasicAll => "User.ReadBasic.All",
            Self::UserReadAll => "User.Read.All",
            Self::MailboxSettingsRead => "MailboxSettings.Read",
        }
    }

    /// The permission of this name, in whatever case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name().eq_ignore_ascii_case(name))
    }

    /// Whether a user can delegate it.
    pub(crate) const fn is_delegated(self) -> bool {
        !matches!(self, Self::PresenceReadWriteAll)
    }

    /// Whether an application can hold it by itself.
    pub(crate) const fn is_application(self) -> bool {
        !matches!(self, Self::PresenceRead | Self::PresenceReadWrite | Self::UserRead)
    }

    /// Whether only an administrator can delegate it.
    pub(crate) const fn needs_administrator(self) -> bool {
        matches!(self, Self::UserReadAll)
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Permissions(u16);

impl Permissions {
    pub(crate) const fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission as u16)
    }

    pub(crate) const fn holds(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u16) != 0
    }

    pub(crate) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(crate) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.holds(*permission))
    }

    pub(crate) fn names(self) -> Vec<&'static str> {
        self.iter().map(Permission::name).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_graph_spells_it() {
        for permission in Permission::ALL {
            assert_eq!(Permission::from_name(&permission.name().to_uppercase()), Some(permission));
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.name());
        }
        assert_eq!(Permission::from_name("Presence.Guess"), None);
    }

    #[test]
    fn sets_join_and_take_away() {
        let read = Permissions::from_iter([Permission::PresenceRead]);
        let both = read.with(Permission::UserRead);
        assert_eq!(both.names(), ["Presence.Read", "User.Read"]);
        assert_eq!(both.without(read).names(), ["User.Read"]);
        assert!(read.without(both).is_empty());
        assert_eq!(read.and(both), both);
    }
}
