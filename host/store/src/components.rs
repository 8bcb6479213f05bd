//! Components of rules, kept by digest in a folder beside the database, so that an earlier version can come back when its file is
//! long gone. They are files: an interpreter in a component has tens of megabytes, and the database has one writer.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::StoreError;

/// The file with this ending to its whole name, beside the database: `presync.db` and `-wal` are `presync.db-wal`.
pub(crate) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Where components are kept.
#[derive(Debug)]
pub(crate) struct Components {
    place: Place,
    /// Held while a change is made of which components are needed.
    changing: Mutex<()>,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    /// A map with a digest as key, and the component as value: beside a database in memory.
    Memory(Mutex<BTreeMap<String, Vec<u8>>>),
}

impl Components {
    /// The folder that belongs to this database: `presync.db.rules`.
    pub(crate) fn beside(database: &Path) -> Self {
        Self { place: Place::Folder(beside(database, ".rules")), changing: Mutex::default() }
    }

    pub(crate) fn in_memory() -> Self {
        Self { place: Place::Memory(Mutex::default()), changing: Mutex::default() }
    }

    /// Lets nobody else change which components are needed, until it is dropped.
    pub(crate) fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a component; one that is kept already is left alone.
    pub(crate) fn keep(&self, digest: &str, bytes: &[u8]) -> Result<(), StoreError> {
        match &self.place {
            Place::Folder(folder) => {
                let path = folder.join(file_name(digest));
                write(folder, &path, bytes).map_err(|source| StoreError::Component { path, source })
            }
            Place::Memory(kept) => {
                lock(kept).entry(digest.to_owned()).or_insert_with(|| bytes.to_vec());
                Ok(())
            }
        }
    }

    /// A component that is kept; `None` for one that is not.
    pub(crate) fn get(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match &self.place {
            Place::Folder(folder) => {
                let path = folder.join(file_name(digest));
                match std::fs::read(&path) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(source) => Err(StoreError::Component { path, source }),
                }
            }
            Place::Memory(kept) => Ok(lock(kept).get(digest).cloned()),
        }
    }

    /// The file of a component, whether it is kept or not; its plain name for a store in memory.
    pub(crate) fn file(&self, digest: &str) -> PathBuf {
        match &self.place {
            Place::Folder(folder) => folder.join(file_name(digest)),
            Place::Memory(_) => file_name(digest).into(),
        }
    }

    /// Keeps a component no longer.
    pub(crate) fn remove(&self, digest: &str) -> Result<(), StoreError> {
        match &self.place {
            Place::Folder(folder) => {
                let path = folder.join(file_name(digest));
                match std::fs::remove_file(&path) {
                    Err(source) if source.kind() != io::ErrorKind::NotFound => {
                        Err(StoreError::Component { path, source })
                    }
                    _ => Ok(()),
                }
            }
            Place::Memory(kept) => {
                lock(kept).remove(digest);
                Ok(())
            }
        }
    }
}

/// Digests are hexadecimal; whatever else a caller may call a component, its file stays in the folder.
fn file_name(digest: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    digest.chars().map(plain).collect::<String>() + ".wasm"
}

/// Whole or not at all: a process that ends here leaves no half component under its name.
fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    let new = path.with_extension("new");
    std::fs::write(&new, bytes)?;
    std::fs::rename(new, path)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
