//! Components and the ways in which they come into their place.

use std::fs;
use std::io;
use std::path::Path;

/// The example that keeps presenting agents in the queue: while somebody presents, 8x8 shows busy.
pub const KEEP: &[u8] = include_bytes!("../../../host/rules/tests/frozen/1.0/keep-agents-available.wasm");

/// The same component under another digest: a custom section that nobody reads.
///
/// # Panics
/// Not for any number: it is a byte.
pub fn variant(component: &[u8], number: u8) -> Vec<u8> {
    // A custom section: its kind, its length, the length of its name, its name, its content.
    [component, &[0, 3, 1, b'n', number]].concat()
}

/// A way of saving a file.
pub type Save = fn(&Path, &[u8]) -> io::Result<()>;

/// How editors and deployments save.
pub const WAYS: [(&str, Save); 4] =
    [("in place", in_place), ("renamed", renamed), ("removed and made again", made_again), ("linked", linked)];

/// Writes over the file, in two steps.
///
/// # Errors
/// When the file cannot be written.
pub fn in_place(path: &Path, content: &[u8]) -> io::Result<()> {
    use io::Write as _;
    let mut file = fs::File::create(path)?;
    let (first, second) = content.split_at(content.len() / 2);
    file.write_all(first)?;
    file.flush()?;
    file.write_all(second)
}

/// Puts a whole file in place of another.
///
/// # Errors
/// When the file cannot be written.
pub fn renamed(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, content)?;
    fs::rename(new, path)
}

/// Removes the file and makes it again.
///
/// # Errors
/// When the file cannot be removed or written.
pub fn made_again(path: &Path, content: &[u8]) -> io::Result<()> {
    fs::remove_file(path)?;
    fs::write(path, content)
}

/// Lets a link of this name lead to a file elsewhere, through a link to a folder that is replaced, as Kubernetes does.
///
/// # Errors
/// When the links cannot be made.
pub fn linked(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default();
    let store = tempfile::Builder::new().prefix("..version").tempdir_in(folder)?.keep();
    fs::write(store.join(name), content)?;
    let (data, new) = (folder.join("..data"), folder.join("..data_new"));
    std::os::unix::fs::symlink(store, &new)?;
    fs::rename(&new, &data)?;
    if !path.is_symlink() {
        fs::remove_file(path)?;
        std::os::unix::fs::symlink(data.join(name), path)?;
    }
    Ok(())
}
