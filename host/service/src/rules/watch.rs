//! Noticing that a rule file was saved, whatever way the editor does it: written in place, written beside and renamed, or removed and
//! made again.
//!
//! The folders are watched rather than the files, since a file that is renamed over another one is another file. A save is told once
//! it has been quiet for a moment, so that no half-written file is read. This is a matter of speed only: every cycle looks at the
//! files as well, which also serves file systems that tell nothing.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// How long a file must be left alone before it is read: longer than the pauses between the writes of one save.
const QUIET: Duration = Duration::from_millis(20);

/// The watch over all tenants' rule files.
#[derive(Debug)]
pub(super) struct Watch {
    /// `None` where the system has no more watches to give.
    watcher: Option<Mutex<RecommendedWatcher>>,
    listeners: Arc<Listeners>,
}

#[derive(Debug, Default)]
struct Listeners {
    /// A map with a folder as key, and who wants to hear of which file in it as value.
    folders: Mutex<HashMap<PathBuf, Vec<Listener>>>,
}

#[derive(Debug)]
struct Listener {
    file: OsString,
    bell: Weak<Notify>,
}

// === impl Watch ===

impl Watch {
    /// Starts the thread that waits for files to be quiet.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub(super) fn start() -> io::Result<Self> {
        let listeners = Arc::new(Listeners::default());
        let (saved, saves) = channel();
        let heard = move |event: notify::Result<Event>| {
            // The thread ends after this watcher only.
            let _ = saved.send(event);
        };
        let watcher = match notify::recommended_watcher(heard) {
            Ok(watcher) => Some(Mutex::new(watcher)),
            Err(error) => {
                tracing::warn!(%error, "saved rule files cannot be noticed at once; every cycle looks at them instead");
                None
            }
        };
        let told = Arc::clone(&listeners);
        std::thread::Builder::new().name("presync-watch".to_owned()).spawn(move || wait_for_quiet(&saves, &told))?;
        Ok(Self { watcher, listeners })
    }

    /// Rings `bell` whenever this file was saved, until the bell is gone.
    pub(super) fn listen(&self, file: &Path, bell: &Arc<Notify>) {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (Ok(folder), Some(name)) = (folder.canonicalize(), file.file_name()) else { return };
        let listener = Listener { file: name.to_owned(), bell: Arc::downgrade(bell) };
        let mut folders = lock(&self.listeners.folders);
        let known = folders.entry(folder.clone()).or_default();
        known.retain(|listener| listener.bell.strong_count() > 0);
        known.push(listener);
        let first = known.len() == 1;
        drop(folders);
        if let Some(watcher) = self.watcher.as_ref().filter(|_| first)
            && let Err(error) = lock(watcher).watch(&folder, RecursiveMode::NonRecursive)
        {
            tracing::warn!(
                folder = %folder.display(), %error,
                "saved rule files cannot be noticed at once here; every cycle looks at them instead. On Linux, \
                 fs.inotify.max_user_watches may be too low"
            );
        }
    }
}

/// Tells what was saved once it is quiet. Ends when the watcher does.
fn wait_for_quiet(saves: &Receiver<notify::Result<Event>>, listeners: &Listeners) {
    // A map with a file as key, and when it was last written as value.
    let mut restless: HashMap<PathBuf, Instant> = HashMap::new();
    loop {
        let due = restless.values().min().map(|last| (*last + QUIET).saturating_duration_since(Instant::now()));
        let event = match due {
            None => saves.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(left) => saves.recv_timeout(left),
        };
        match event {
            Ok(Ok(event)) if is_of_a_save(&event.kind) => {
                restless.extend(event.paths.into_iter().map(|path| (path, Instant::now())));
            }
            Ok(Ok(event)) if event.need_rescan() => listeners.tell_all(),
            Ok(Ok(_)) | Err(RecvTimeoutError::Timeout) => {}
            Ok(Err(error)) => tracing::warn!(%error, "watching rule files"),
            Err(RecvTimeoutError::Disconnected) => return,
        }
        restless.retain(|path, last| {
            let quiet = last.elapsed() >= QUIET;
            if quiet {
                listeners.tell(path);
            }
            !quiet
        });
    }
}

/// Opening and reading a file is no save; we do it ourselves.
fn is_of_a_save(kind: &EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if *access != AccessKind::Close(AccessMode::Write))
        && !matches!(kind, EventKind::Modify(ModifyKind::Metadata(_)))
        && !matches!(kind, EventKind::Other)
}

// === impl Listeners ===

impl Listeners {
    /// A file was saved. One that nobody has named is told to everybody in its folder if nobody's own file has its name: a link to the
    /// rule's file may lead there.
    fn tell(&self, path: &Path) {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return };
        let folders = lock(&self.folders);
        let Some(known) = folders.get(folder) else { return };
        let named = known.iter().any(|listener| listener.file == name);
        // What lies beside rules and is written all the time, such as the database, is none of theirs.
        let is_link = !named && path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        for listener in known.iter().filter(|listener| is_link || listener.file == name) {
            listener.ring();
        }
    }

    /// The system has lost count: anything may have been saved.
    fn tell_all(&self) {
        lock(&self.folders).values().flatten().for_each(Listener::ring);
    }
}

impl Listener {
    fn ring(&self) {
        if let Some(bell) = self.bell.upgrade() {
            bell.notify_one();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
