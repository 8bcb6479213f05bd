//! Compiled rules on disk, so that a start does not compile what was compiled before.
//!
//! Compiled code is native code: whoever can place an entry can run anything in this process. So an entry carries a code over all that
//! it says, made with a key that lies beside the entries and is readable by this user alone. What does not carry it (cut off, altered,
//! written with another key, for another file or by another version of the engine) is compiled again and replaced, never loaded.
//!
//! ```text
//!  <SHA-256 of the rule>.<engine>.rule:   mark │ HMAC-SHA-256 of the rest │ length of about │ about (JSON) │ native code
//! ```

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::rule::About;
use crate::text::hex;

/// The first bytes of an entry: its layout. Another layout is another mark.
const MARK: &[u8; 8] = b"presync1";

/// Bytes of the code.
const CODE: usize = 32;

/// Bytes of the key: a block of SHA-256, which HMAC takes as it is.
const KEY: usize = 64;

/// An entry that nothing has asked for during this time is removed: a month.
const UNUSED: Duration = Duration::from_secs(31 * 24 * 3600);

/// A folder of compiled rules.
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; KEY],
    /// What the engine compiles for: its version, its settings, this processor.
    engine: String,
}

impl Cache {
    /// Opens the folder, and makes it with a key of its own when it is new.
    ///
    /// # Errors
    /// When the folder or its key cannot be made or read.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let key = key(folder)?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let cache = Self { folder: folder.to_owned(), key, engine: format!("{:016x}", hasher.finish()) };
        cache.remove_unused();
        Ok(cache)
    }

    /// The compiled rule of a file with this digest, if there is a good entry for it.
    pub(crate) fn load(&self, engine: &Engine, digest: &[u8]) -> Option<(Component, About)> {
        let path = self.path(digest);
        let entry = match fs::read(&path) {
            Ok(entry) => entry,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a compiled rule cannot be read; it is compiled again");
                return None;
            }
        };
        let thawed = self.open_entry(digest, &entry).and_then(|(about, code)| {
            let component = thaw(engine, code).map_err(|error| format!("the engine does not take it: {error:#}"))?;
            Ok((component, about))
        });
        match thawed {
            Ok(thawed) => {
                // Only a sign of use: without it the entry is compiled again in a month.
                let _ = File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
                Some(thawed)
            }
            Err(reason) => {
                tracing::warn!(path = %path.display(), reason, "a compiled rule is not what was kept; it is compiled again");
                None
            }
        }
    }

    /// Keeps a compiled rule. That it cannot be kept costs time at the next start, and nothing else.
    pub(crate) fn keep(&self, digest: &[u8], component: &Component, about: &About) {
        if let Err(error) = self.try_keep(digest, component, about) {
            tracing::warn!(folder = %self.folder.display(), %error, "a compiled rule cannot be kept");
        }
    }

    fn try_keep(&self, digest: &[u8], component: &Component, about: &About) -> io::Result<()> {
        let code = component.serialize().map_err(io::Error::other)?;
        let about = serde_json::to_vec(about)?;
        let mut body = u32::try_from(about.len()).map_err(io::Error::other)?.to_le_bytes().to_vec();
        body.extend_from_slice(&about);
        body.extend_from_slice(&code);
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(MARK)?;
        file.write_all(&self.code(digest, &body).finalize().into_bytes())?;
        file.write_all(&body)?;
        file.persist(self.path(digest))?;
        Ok(())
    }

    /// What an entry says, once its code is right.
    fn open_entry<'a>(&self, digest: &[u8], entry: &'a [u8]) -> Result<(About, &'a [u8]), String> {
        let cut = || "it is cut off".to_owned();
        let rest = entry.strip_prefix(MARK).ok_or("it is no entry of this version")?;
        let (code, body) = rest.split_at_checked(CODE).ok_or_else(cut)?;
        self.code(digest, body)
            .verify_slice(code)
            .map_err(|_| "its code is not right: altered, or not of this host")?;
        let (length, rest) = body.split_first_chunk().ok_or_else(cut)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|error| error.to_string())?;
        let (about, native) = rest.split_at_checked(length).ok_or_else(cut)?;
        let about = serde_json::from_slice(about).map_err(|error| error.to_string())?;
        Ok((about, native))
    }

    /// The code over an entry: also over what it is for, so that it cannot stand in for another.
    fn code(&self, digest: &[u8], body: &[u8]) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new(&self.key.into());
        code.update(MARK);
        code.update(self.engine.as_bytes());
        code.update(digest);
        code.update(body);
        code
    }

    fn path(&self, digest: &[u8]) -> PathBuf {
        self.folder.join(format!("{}.{}.rule", hex(digest), self.engine))
    }

    fn remove_unused(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rule")) {
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            let unused = modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > UNUSED));
            if unused && let Err(error) = fs::remove_file(entry.path()) {
                tracing::warn!(path = %entry.path().display(), %error, "an old compiled rule cannot be removed");
            }
        }
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("folder", &self.folder).field("engine", &self.engine).finish_non_exhaustive()
    }
}

/// The key of a folder; made when there is none. Of two processes that make one, the first wins and both use it.
fn key(folder: &Path) -> io::Result<[u8; KEY]> {
    let path = folder.join("key");
    if !path.exists() {
        // A temporary file is readable by this user alone.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&rand::random::<[u8; KEY]>())?;
        match file.persist_noclobber(&path) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => return Err(error.error),
            _ => {}
        }
    }
    let mut key = [0; KEY];
    File::open(&path)?.read_exact(&mut key)?;
    Ok(key)
}

/// A component for another engine of the same settings.
pub(crate) fn copied(engine: &Engine, component: &Component) -> wasmtime::Result<Component> {
    thaw(engine, &component.serialize()?)
}

/// Takes up compiled code.
#[allow(unsafe_code, reason = "loading native code is unsafe by its nature; see SAFETY")]
fn thaw(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the engine requires that the bytes come from its own `serialize`. One caller has just called that; the other has checked the
    // code over them, which only `try_keep` of this user makes, over what `serialize` gave it.
    unsafe { Component::deserialize(engine, code) }
}
