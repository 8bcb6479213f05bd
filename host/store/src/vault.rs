//! Sealing secrets before they go into the database.
//!
//! The key is a file beside the database, `presync.db.key`, that this user alone may read. Whoever gets hold of the database (a backup,
//! a support case, a disk image of one volume) has no token with it; whoever can read this user's files has both, as with any key that
//! a service must find by itself after a restart. Without the file nothing is lost but the sign-ins: somebody signs in once more.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use secrecy::{ExposeSecret, SecretString};

use crate::error::StoreError;

/// The key of AES-256, in bytes.
const KEY_LENGTH: usize = 32;
/// What others than the owner may do with a file.
const OTHERS: u32 = 0o077;

/// Seals and opens secrets. The key is read, or made, when it is first needed.
pub(crate) struct Vault {
    /// `None` beside a database in memory: the key ends with it.
    file: Option<PathBuf>,
    key: OnceLock<RandomizedNonceKey>,
}

impl Vault {
    /// The vault of this database, its key in `presync.db.key`.
    pub(crate) fn beside(database: &Path) -> Self {
        let mut file = database.as_os_str().to_owned();
        file.push(".key");
        Self { file: Some(file.into()), key: OnceLock::new() }
    }

    pub(crate) fn in_memory() -> Self {
        Self { file: None, key: OnceLock::new() }
    }

    /// The secret as it may lie on a disk. It opens for the same `owner` alone, so that no row can take another's place.
    pub(crate) fn seal(&self, owner: &str, secret: &SecretString) -> Result<Vec<u8>, StoreError> {
        let mut sealed = secret.expose_secret().as_bytes().to_vec();
        let nonce = self.key()?.seal_in_place_append_tag(Aad::from(owner), &mut sealed).map_err(|_| self.failed())?;
        Ok([nonce.as_ref().as_slice(), &sealed].concat())
    }

    /// The secret again.
    pub(crate) fn open(&self, owner: &str, sealed: &[u8]) -> Result<SecretString, StoreError> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or_else(|| self.failed())?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| self.failed())?;
        let mut rest = rest.to_vec();
        let open = self.key()?.open_in_place(nonce, Aad::from(owner), &mut rest).map_err(|_| self.failed())?;
        let text = std::str::from_utf8(open).map_err(|_| self.failed())?;
        Ok(SecretString::from(text))
    }

    fn key(&self) -> Result<&RandomizedNonceKey, StoreError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let bytes = match &self.file {
            Some(file) => read_or_make(file).map_err(|source| StoreError::Key { path: file.clone(), source })?,
            None => random().map_err(|source| StoreError::Key { path: ":memory:".into(), source })?,
        };
        let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| self.failed())?;
        Ok(self.key.get_or_init(|| key))
    }

    fn failed(&self) -> StoreError {
        StoreError::Sealed { path: self.file.clone().unwrap_or_else(|| ":memory:".into()) }
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("file", &self.file).finish_non_exhaustive()
    }
}

fn read_or_make(path: &Path) -> io::Result<[u8; KEY_LENGTH]> {
    match File::open(path) {
        Ok(file) => read(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
        Err(error) => Err(error),
    }
}

/// A key that others may read is no secret any more, and is not used.
fn read(mut file: File) -> io::Result<[u8; KEY_LENGTH]> {
    let mode = file.metadata()?.mode();
    if mode & OTHERS != 0 {
        let what = format!("its mode is {:03o}, so that others may read it; `chmod 600` it", mode & 0o777);
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, what));
    }
    let mut key = Vec::with_capacity(KEY_LENGTH);
    file.read_to_end(&mut key)?;
    let length = key.len();
    let wrong = |_| io::Error::new(io::ErrorKind::InvalidData, format!("it has {length} bytes, not {KEY_LENGTH}"));
    key.try_into().map_err(wrong)
}

/// Whole or not at all, and only one of several processes that do the same makes it.
fn make(path: &Path) -> io::Result<[u8; KEY_LENGTH]> {
    let key = random()?;
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".{}", std::process::id()));
    let new = PathBuf::from(new);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(&key)?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&new, path);
    std::fs::remove_file(&new)?;
    match linked {
        Ok(()) => {
            File::open(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?
                .sync_all()?;
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(File::open(path)?),
        Err(error) => Err(error),
    }
}

fn random() -> io::Result<[u8; KEY_LENGTH]> {
    let mut key = [0; KEY_LENGTH];
    rand::fill(&mut key).map_err(|_| io::Error::other("the system gives no random bytes"))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_owner_alone_and_is_not_to_be_seen() {
        let vault = Vault::in_memory();
        let sealed = vault.seal("ann", &"refresh-token".into()).unwrap();
        assert_eq!(vault.open("ann", &sealed).unwrap().expose_secret(), "refresh-token");
        assert!(!sealed.windows(7).any(|part| part == b"refresh"));
        assert_ne!(sealed, vault.seal("ann", &"refresh-token".into()).unwrap(), "nothing tells that two are the same");
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        for (owner, sealed) in [("bob", &*sealed), ("ann", &*bent), ("ann", b"short")] {
            assert!(matches!(vault.open(owner, sealed), Err(StoreError::Sealed { .. })));
        }
    }

    #[test]
    fn the_key_outlives_the_process_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("presync.db");
        let sealed = Vault::beside(&database).seal("ann", &"hush".into()).unwrap();
        let key = folder.path().join("presync.db.key");
        assert_eq!(std::fs::metadata(&key).unwrap().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left there");
        assert_eq!(Vault::beside(&database).open("ann", &sealed).unwrap().expose_secret(), "hush");

        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = Vault::beside(&database).open("ann", &sealed).unwrap_err().to_string();
        assert!(error.contains("presync.db.key") && error.contains("chmod 600"), "{error}");

        std::fs::remove_file(&key).unwrap();
        let error = Vault::beside(&database).open("ann", &sealed).unwrap_err().to_string();
        assert!(error.contains("sign in once more"), "{error}");
    }
}
