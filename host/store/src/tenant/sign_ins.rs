//! Sync users who have signed in, each with a refresh token. A change is on disk when its call returns, whatever happens to the power.

use presync_core::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use secrecy::SecretString;

use super::TenantStore;
use super::events::millis;
use crate::error::StoreError;
use crate::record::{SignInAccount, StoredSignIn};

impl TenantStore {
    /// Everybody who has signed in, in order of the account.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sign_ins(&self) -> Result<Vec<StoredSignIn>, StoreError> {
        let all =
            "SELECT directory, user, sync_user, signed_in_at FROM sign_ins WHERE tenant = ?1 ORDER BY directory, user";
        self.database.read(|connection| {
            connection.prepare_cached(all)?.query_map([self.tenant], sign_in)?.collect::<Result<_, _>>()
        })
    }

    /// The refresh token of an account; `None` when there is no sign-in of it.
    ///
    /// # Errors
    /// When the database or the key cannot be read, or the token does not open with it.
    pub fn refresh_token(&self, account: &SignInAccount) -> Result<Option<SecretString>, StoreError> {
        let one = "SELECT token FROM sign_ins WHERE tenant = ?1 AND directory = ?2 AND user = ?3";
        let sealed: Option<Vec<u8>> = self.database.read(|connection| {
            let mut one = connection.prepare_cached(one)?;
            one.query_row(params![self.tenant, account.directory, account.user], |row| row.get(0)).optional()
        })?;
        sealed.map(|sealed| self.vault.open(&self.owner(account), &sealed)).transpose()
    }

    /// Puts a refresh token in the place of the one that is there, or begins a sign-in with it.
    ///
    /// # Errors
    /// When the key cannot be read or the database not written; the old token is still there then.
    pub fn keep_refresh_token(&self, account: &SignInAccount, token: &SecretString) -> Result<(), StoreError> {
        let sealed = self.vault.seal(&self.owner(account), token)?;
        self.database.write(|transaction| {
            let keep = "INSERT INTO sign_ins (tenant, directory, user, token) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant, directory, user) DO UPDATE SET token = excluded.token";
            transaction.prepare_cached(keep)?.execute(params![self.tenant, account.directory, account.user, sealed])?;
            Ok(())
        })
    }

    /// Ends a sign-in: the account is this sync user of the settings, and whoever was it before is so no more.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn name_sign_in(&self, account: &SignInAccount, sync_user: &str, at: Timestamp) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let others = "DELETE FROM sign_ins WHERE tenant = ?1 AND sync_user = ?2 AND NOT (directory = ?3 AND user = ?4)";
            let SignInAccount { directory, user } = account;
            transaction.prepare_cached(others)?.execute(params![self.tenant, sync_user, directory, user])?;
            let name = "UPDATE sign_ins SET sync_user = ?2, signed_in_at = ?5 WHERE tenant = ?1 AND directory = ?3 AND user = ?4";
            transaction.prepare_cached(name)?.execute(params![self.tenant, sync_user, directory, user, millis(at)])?;
            Ok(())
        })
    }

    /// Forgets a sign-in; one that is not there is forgotten already.
    ///
    /// # Errors
    /// When the database cannot be written; it may still be there then.
    pub fn forget_sign_in(&self, account: &SignInAccount) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let forget = "DELETE FROM sign_ins WHERE tenant = ?1 AND directory = ?2 AND user = ?3";
            transaction.prepare_cached(forget)?.execute(params![self.tenant, account.directory, account.user])?;
            Ok(())
        })
    }

    /// Whom a sealed token belongs to. The ids are GUIDs, so no two are written alike.
    fn owner(&self, account: &SignInAccount) -> String {
        format!("{}/{}/{}", self.tenant, account.directory, account.user)
    }
}

fn sign_in(row: &Row<'_>) -> rusqlite::Result<StoredSignIn> {
    let account = SignInAccount { directory: row.get(0)?, user: row.get(1)? };
    let (name, at): (Option<String>, Option<i64>) = (row.get(2)?, row.get(3)?);
    let at = at.map(|at| Timestamp::from_millis(at.unsigned_abs()));
    Ok(StoredSignIn { account, sync_user: name.zip(at) })
}
