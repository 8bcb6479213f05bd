//! Where refresh tokens are kept.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// Who signed in: the directory and the object id, the only names of an account that never change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Account {
    /// The directory's id (`tid`).
    pub directory: Box<str>,
    /// The user's object id there (`oid`).
    pub user: Box<str>,
}

/// Why the store could not do it; the text holds no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub Box<str>);

/// Keeps one refresh token per account. Its calls may block; they are made on threads that may.
pub trait TokenStore: Send + Sync + std::fmt::Debug {
    /// The token of an account; `None` when nobody has signed in.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    fn load(&self, account: &Account) -> Result<Option<SecretString>, StoreError>;

    /// Puts `token` in the place of whatever is there, in one step: whenever the power goes, either the old token or the new one
    /// can be loaded afterwards. Returns when the new one would survive that.
    ///
    /// # Errors
    /// [`StoreError`] when the old one is still in place.
    fn replace(&self, account: &Account, token: &SecretString) -> Result<(), StoreError>;

    /// Forgets an account's token; one that is not there is forgotten already.
    ///
    /// # Errors
    /// [`StoreError`] when it may still be there.
    fn forget(&self, account: &Account) -> Result<(), StoreError>;
}
