//! The file of a secret key: text, for its owner's eyes only.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::{KeyError, KeyPair};

/// Reading and writing for the owner, nothing for the rest.
const OWNER_ONLY: u32 = 0o600;

/// More than any key file has; what is longer is something else.
const LONGEST: u64 = 4096;

/// Why a key file was not read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// There is a file already.
    #[error("{} exists, and a secret key is never overwritten: give another name, or move that file away", path.display())]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("{} cannot be written: {source}; check the folder and its rights", path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be read.
    #[error("the key file {} cannot be read: {source}; check the path, or make a key with `presync rule keygen`", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others can read it.
    #[error(
        "others than its owner can read the key file {} (its mode is {mode:03o}), so the key is not used; close it with \
         `chmod 600 {}`, and if somebody may have copied it make a new one with `presync rule keygen`", path.display(), path.display()
    )]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its mode, the lowest nine bits.
        mode: u32,
    },
    /// It holds no secret key.
    #[error("the key file {} cannot be used: {source}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is wrong with its text.
        source: KeyError,
    },
}

/// Writes the secret half into a new file that only its owner can read.
///
/// # Errors
/// When there is a file of that name, or it cannot be written.
pub fn write(path: &Path, pair: &KeyPair) -> Result<(), KeyFileError> {
    let path_buf = || path.to_owned();
    let opened = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path);
    let mut file = opened.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyFileError::Exists { path: path_buf() },
        _ => KeyFileError::Unwritable { path: path_buf(), source },
    })?;
    fill(&mut file, pair).map_err(|source| KeyFileError::Unwritable { path: path_buf(), source })
}

fn fill(file: &mut File, pair: &KeyPair) -> io::Result<()> {
    writeln!(
        file,
        "# The secret half of a key that signs presync's rules. Whoever has it can sign in its owner's name:"
    )?;
    writeln!(file, "# keep it out of version control, mail and shared folders. Its public half, for `trusted_keys`:")?;
    writeln!(file, "# {}", pair.public())?;
    writeln!(file, "{}", pair.secret_text().expose_secret())?;
    file.sync_all()
}

/// Reads a secret key from its file; empty lines and those that begin with `#` are passed over.
///
/// # Errors
/// When the file cannot be read, can be read by others, or holds no secret key.
pub fn read(path: &Path) -> Result<KeyPair, KeyFileError> {
    let unreadable = |source| KeyFileError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    let mode = metadata.mode() & 0o777;
    if metadata.is_file() && mode & 0o077 != 0 {
        return Err(KeyFileError::Open { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(LONGEST).unwrap_or(usize::MAX)));
    file.take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    KeyPair::parse(&SecretString::from(line)).map_err(|source| KeyFileError::Content { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_comes_back_from_its_file_which_only_its_owner_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.key");
        let pair = KeyPair::generate().unwrap();
        write(&path, &pair).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&path).unwrap().public(), pair.public());
        assert!(fs::read_to_string(&path).unwrap().contains(&pair.public().to_string()));
    }

    #[test]
    fn a_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.key");
        let pair = KeyPair::generate().unwrap();
        write(&path, &pair).unwrap();
        let error = write(&path, &KeyPair::generate().unwrap()).unwrap_err();
        assert!(matches!(error, KeyFileError::Exists { .. }), "{error}");
        assert_eq!(read(&path).unwrap().public(), pair.public());
    }

    #[test]
    fn a_key_that_others_can_read_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.key");
        write(&path, &KeyPair::generate().unwrap()).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("(its mode is 640)") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_file_without_a_secret_key_says_what_it_holds_instead() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.key");
        let public = KeyPair::generate().unwrap().public();
        for (content, said) in [
            (format!("# nothing\n\n{public}\n"), "it is a public key, and signing takes the secret one"),
            ("-----BEGIN PRIVATE KEY-----".to_owned(), "one begins with `presync-secret-key:`"),
            (String::new(), "one begins with `presync-secret-key:`"),
        ] {
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let error = read(&folder.path().join("none.key")).unwrap_err().to_string();
        assert!(error.contains("none.key cannot be read"), "{error}");
    }
}
