//! Which version of a rule was chosen: a file of lines, kept beside the settings and in their version control.
//!
//! A tag can be moved by whoever may push; what runs is to change only when somebody wants it to. The lock says what a tag named
//! when it was last looked at on purpose:
//!
//! ```text
//! oci://registry.example/acme/dnd-routing:1.2 sha256:9f86… 48213 presync-key:…
//! └ address                                   └ version   └ bytes └ who signed it, or -
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::file;
use crate::key::PublicKey;
use crate::reference::Reference;

/// The usual name of the file, beside the settings.
pub const NAME: &str = "presync-rules.lock";

const HEADER: &str = "\
# The versions of rules that were chosen; `presync rule pull` writes this file. Keep it with the settings.
# address · version · bytes · who signed it
";

/// The versions that were chosen, by address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock(BTreeMap<Reference, Pin>);

/// The version of one rule that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The version: the digest of its manifest.
    pub digest: Digest,
    /// Bytes of the component.
    pub size: u64,
    /// Who signed it, the first if there were several.
    pub signer: Option<PublicKey>,
}

/// The right to change a lock. Who else wants to change it, in whatever process, waits until this value is dropped: of two that
/// read, change and write at the same time, one would undo what the other did.
#[derive(Debug)]
pub struct Turn {
    _folder: File,
}

/// Why a lock cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// It cannot be read.
    #[error("the lock {} cannot be read: {source}; check its rights", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("the lock {} cannot be written: {source}; check the folder and its rights", path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line that makes no sense.
    #[error(
        "{}:{line}: {reason}; a line is `oci://address sha256:version bytes signer`, with - for no signer. Restore the file, or take the \
         line out and pull the rule again", path.display()
    )]
    Line {
        /// Which file.
        path: PathBuf,
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl Lock {
    /// Reads a lock. No file is a lock in which nothing was chosen yet.
    ///
    /// # Errors
    /// When the file cannot be read, or one of its lines makes no sense.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                Self::parse(&text).map_err(|(line, reason)| LockError::Line { path: path.to_owned(), line, reason })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(LockError::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// Waits for the right to change this lock. It is to be read after that, and written before the right is dropped.
    ///
    /// # Errors
    /// When its folder is not there or cannot be opened.
    pub fn turn(path: &Path) -> Result<Turn, LockError> {
        // The folder, since the file itself is replaced by another one when it is written.
        let folder = File::open(file::folder(path));
        let turn = folder.and_then(|folder| folder.lock().map(|()| Turn { _folder: folder }));
        turn.map_err(|source| LockError::Unwritable { path: path.to_owned(), source })
    }

    /// Writes the lock, as a whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), LockError> {
        file::replace(path, self.to_string().as_bytes())
            .map_err(|source| LockError::Unwritable { path: path.to_owned(), source })
    }

    /// The version that was chosen for this address. Where an address insists on a digest beside its tag, the tag's line counts.
    pub fn get(&self, reference: &Reference) -> Option<&Pin> {
        self.0.get(&reference.by_tag())
    }

    /// Chooses a version, and gives back the one that was chosen before.
    pub fn set(&mut self, reference: &Reference, pin: Pin) -> Option<Pin> {
        self.0.insert(reference.by_tag(), pin)
    }

    /// The lines, or the number of the first that makes no sense and why.
    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut lock = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (reference, pin) = entry(line).map_err(|reason| (index + 1, reason))?;
            if lock.set(&reference, pin).is_some() {
                return Err((index + 1, format!("{reference} stands here for the second time")));
            }
        }
        Ok(lock)
    }
}

fn entry(line: &str) -> Result<(Reference, Pin), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [address, digest, size, signer] = words.as_slice() else {
        return Err(format!("{} words instead of 4", words.len()));
    };
    let reference = address.parse::<Reference>().map_err(|error| format!("the address cannot be used: {error}"))?;
    let digest = digest.parse::<Digest>().map_err(|error| format!("the version cannot be used: {error}"))?;
    let size = size.parse().map_err(|_| "the third word is no number of bytes".to_owned())?;
    let signer = match *signer {
        "-" => None,
        key => Some(key.parse().map_err(|error| format!("the signer cannot be used: {error}"))?),
    };
    Ok((reference, Pin { digest, size, signer }))
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADER)?;
        for (reference, Pin { digest, size, signer }) in &self.0 {
            let signer = signer.map_or_else(|| "-".to_owned(), |signer| signer.to_string());
            writeln!(f, "{reference} {digest} {size} {signer}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyPair;

    fn reference(text: &str) -> Reference {
        text.parse().unwrap()
    }

    fn pin(content: &str, signer: Option<PublicKey>) -> Pin {
        Pin { digest: Digest::of(content.as_bytes()), size: 7, signer }
    }

    #[test]
    fn a_lock_comes_back_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert_eq!(Lock::read(&path).unwrap(), Lock::default());
        let mut lock = Lock::default();
        lock.set(&reference("oci://b/rule:2"), pin("b", Some(KeyPair::generate().unwrap().public())));
        lock.set(&reference("oci://a/rule:1"), pin("a", None));
        lock.write(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap(), lock);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(HEADER) && text.find("oci://a").unwrap() < text.find("oci://b").unwrap(), "{text}");
    }

    #[test]
    fn choosing_another_version_gives_back_the_one_before() {
        let mut lock = Lock::default();
        let rule = reference("oci://a/rule:1");
        assert_eq!(lock.set(&rule, pin("a", None)), None);
        assert_eq!(lock.set(&rule, pin("b", None)), Some(pin("a", None)));
        assert_eq!(lock.get(&rule), Some(&pin("b", None)));
        assert_eq!(lock.get(&reference("oci://a/rule:2")), None);
    }

    #[test]
    fn a_tag_counts_more_than_the_digest_beside_it() {
        let mut lock = Lock::default();
        let rule = reference("oci://a/rule:1");
        lock.set(&rule, pin("a", None));
        assert_eq!(lock.get(&rule.at(Digest::of(b"other"))), Some(&pin("a", None)));
    }

    #[test]
    fn of_many_changes_at_the_same_time_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let change = |number: usize| {
            let _turn = Lock::turn(&path).unwrap();
            let mut lock = Lock::read(&path).unwrap();
            lock.set(&reference(&format!("oci://a/rule:{number}")), pin("a", None));
            lock.write(&path).unwrap();
        };
        std::thread::scope(|scope| {
            for number in 0..8 {
                scope.spawn(move || change(number));
            }
        });
        assert_eq!(Lock::read(&path).unwrap().0.len(), 8);
        assert!(matches!(Lock::turn(&folder.path().join("none/lock")), Err(LockError::Unwritable { .. })));
    }

    #[test]
    fn a_line_that_makes_no_sense_is_named() {
        let digest = Digest::of(b"a");
        for (text, line, said) in [
            ("# a comment\n\nsomething\n".to_owned(), 3, "1 words instead of 4"),
            (format!("https://a/rule:1 {digest} 7 -"), 1, "the address cannot be used"),
            ("oci://a/rule:1 sha256:abc 7 -".to_owned(), 1, "the version cannot be used"),
            (format!("oci://a/rule:1 {digest} many -"), 1, "no number of bytes"),
            (format!("oci://a/rule:1 {digest} 7 ann"), 1, "the signer cannot be used"),
            (format!("oci://a/rule:1 {digest} 7 -\noci://a/rule:1 {digest} 7 -"), 2, "for the second time"),
        ] {
            let (at, reason) = Lock::parse(&text).unwrap_err();
            assert!(at == line && reason.contains(said), "{at}: {reason}");
        }
    }

    #[test]
    fn a_damaged_lock_is_an_error_with_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        std::fs::write(&path, "nonsense").unwrap();
        let error = Lock::read(&path).unwrap_err().to_string();
        assert!(error.contains("presync-rules.lock:1: 1 words instead of 4; a line is"), "{error}");
    }
}
