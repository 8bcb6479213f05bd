//! A copy of the database, made while the service goes on.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::OpenFlags;

use crate::checkup::{Checkup, checkup};
use crate::components::beside;
use crate::database::connect;
use crate::error::StoreError;
use crate::migration;

/// Copies the database at `path` and the components beside it to `to`: as one moment saw it, without what was deleted, and on the disk when this
/// returns. The service may be running on it. The copy is a database like any other, and was looked over.
///
/// # Errors
/// When `to` exists, the database cannot be read or is damaged, or the copy cannot be written; then there is nothing at `to`.
pub fn backup(path: &Path, to: &Path) -> Result<Checkup, StoreError> {
    // Under another name until it is whole.
    let part = beside(to, ".part");
    let [components, part_components] = [to, &part].map(|database| beside(database, ".rules"));
    for taken in [to, &components, &part, &part_components] {
        if taken.exists() {
            return Err(StoreError::Exists { path: taken.to_owned() });
        }
    }
    let copied = copy(path, &part, &part_components).and_then(|copied| {
        if part_components.exists() {
            fs::rename(&part_components, &components).map_err(not_kept(&components))?;
        }
        fs::rename(&part, to).map_err(not_kept(to))?;
        Ok(Checkup { path: to.to_owned(), ..copied })
    });
    if copied.is_err() {
        // What cannot be removed is told at the next attempt.
        let _ = fs::remove_file(&part);
        let _ = fs::remove_dir_all(&part_components);
    }
    copied
}

fn copy(path: &Path, to: &Path, components: &Path) -> Result<Checkup, StoreError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    migration::version(&connection, path)?;
    let unreadable =
        || StoreError::CannotOpen { path: to.to_owned(), source: rusqlite::Error::InvalidPath(to.to_owned()) };
    let name = to.to_str().ok_or_else(unreadable)?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(|source| StoreError::from_sqlite(path, source))?;
    last(to).map_err(not_kept(to))?;
    let kept = beside(path, ".rules");
    if kept.is_dir() {
        fs::create_dir_all(components).map_err(not_kept(components))?;
        for file in files(&kept).map_err(not_kept(&kept))? {
            let copy = components.join(file.file_name().unwrap_or_default());
            fs::copy(&file, &copy).and_then(|_| last(&copy)).map_err(not_kept(&copy))?;
        }
    }
    let looked = checkup(to)?;
    if !looked.problems.is_empty() {
        let problems = looked.problems.iter().map(|problem| problem.to_string()).collect();
        return Err(StoreError::Unsound { path: path.to_owned(), problems });
    }
    Ok(looked)
}

/// Brings a file onto the disk.
fn last(file: &Path) -> io::Result<()> {
    File::open(file)?.sync_all()
}

/// The components; what was being written when a process ended is none.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let files = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<io::Result<Vec<_>>>()?;
    Ok(files.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "wasm")).collect())
}

fn not_kept(at: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = at.to_owned();
    move |source| StoreError::NotKept { path, source }
}
