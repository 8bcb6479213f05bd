//! The tenant's store as the place where refresh tokens are kept.

use presync_store::{SignInAccount, TenantStore};
use presync_teams::sync_user::{Account, StoreError, TokenStore};
use secrecy::SecretString;

/// See the module.
#[derive(Debug)]
pub(super) struct Tokens(pub(super) TenantStore);

/// The same account in the store's words.
pub(super) fn stored(account: &Account) -> SignInAccount {
    SignInAccount { directory: account.directory.to_string(), user: account.user.to_string() }
}

/// The same account in the client's words.
pub(super) fn kept(account: &SignInAccount) -> Account {
    Account { directory: account.directory.as_str().into(), user: account.user.as_str().into() }
}

fn failed(error: &presync_store::StoreError) -> StoreError {
    StoreError(error.to_string().into())
}

impl TokenStore for Tokens {
    fn load(&self, account: &Account) -> Result<Option<SecretString>, StoreError> {
        self.0.refresh_token(&stored(account)).map_err(|error| failed(&error))
    }

    fn replace(&self, account: &Account, token: &SecretString) -> Result<(), StoreError> {
        self.0.keep_refresh_token(&stored(account), token).map_err(|error| failed(&error))
    }

    fn forget(&self, account: &Account) -> Result<(), StoreError> {
        self.0.forget_sign_in(&stored(account)).map_err(|error| failed(&error))
    }
}
