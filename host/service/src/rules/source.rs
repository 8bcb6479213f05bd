//! Where components come from, and whether there may be news there.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use presync_core::time::Timestamp;
use presync_core::words::Direction;
use presync_rules::defaults;

use crate::config::{RuleConfig, RuleSource};
use crate::rules::{RuleError, fetch};

/// What a look at a file shows without reading it; `None` for a file that is missing.
type Seen = Option<(SystemTime, u64)>;

/// Why the sources are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Because it is time to: a file counts as changed once it looks changed and the same in two looks, since it may be seen
    /// in the middle of being written.
    Again,
    /// Because something was saved, and is quiet now: everything is read.
    Saved,
}

/// How often a registry is asked what a tag names.
const RESOLVE_EVERY: Duration = Duration::from_secs(60);

/// What is remembered of a source from one look to the next.
#[derive(Debug, Default)]
pub(super) struct Glance {
    /// How the file looked when it was last read; `None` before that.
    read: Option<Seen>,
    /// How it looked in the last look.
    last: Option<Seen>,
    /// When the registry is asked next.
    due: Timestamp,
    /// The version that the registry held last.
    version: Option<String>,
}

/// What a source holds.
#[derive(Debug)]
pub(super) enum Held {
    /// What it held when it was read before.
    Same,
    /// This component.
    Component(Arc<[u8]>),
}

impl Glance {
    /// Whether the source is to be read.
    pub(super) fn look(&mut self, source: &RuleSource, look: Look, now: Timestamp) -> bool {
        match source {
            RuleSource::File(path) => {
                let seen = see(path);
                let last = self.last.replace(seen);
                if look == Look::Again && (self.read == Some(seen) || last != Some(seen)) {
                    return false;
                }
                self.read = Some(seen);
                true
            }
            RuleSource::Registry(_) => {
                let is_due = now >= self.due;
                if is_due {
                    self.due = now + RESOLVE_EVERY;
                }
                is_due
            }
            // What is embedded stays as it is.
            RuleSource::Table => self.read.replace(None).is_none(),
        }
    }

    /// What was read could not be taken up: the next looks read it again.
    pub(super) fn forget(&mut self) {
        (self.read, self.version, self.due) = (None, None, Timestamp::EPOCH);
    }

    /// What the source holds.
    pub(super) fn read(&mut self, config: &RuleConfig, lock: Option<&Path>) -> Result<Held, RuleError> {
        let RuleSource::Registry(reference) = &config.source else {
            return read(config, lock).map(Held::Component);
        };
        // After an error it is read anew, whatever version it has.
        let known = self.version.take();
        let offer = fetch::offer(reference, lock)?;
        if known.as_deref() == Some(offer.version()) {
            self.version = known;
            return Ok(Held::Same);
        }
        let component = offer.pull()?;
        self.version = Some(offer.version().to_owned());
        Ok(Held::Component(component))
    }
}

fn see(path: &Path) -> Seen {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// The bytes of an override's component.
pub(super) fn read(config: &RuleConfig, lock: Option<&Path>) -> Result<Arc<[u8]>, RuleError> {
    match &config.source {
        RuleSource::File(path) => {
            std::fs::read(path).map(Arc::from).map_err(|source| RuleError::Unreadable { path: path.clone(), source })
        }
        RuleSource::Registry(reference) => fetch::offer(reference, lock)?.pull(),
        RuleSource::Table => Ok(defaults::table(config.direction.unwrap_or(Direction::TeamsToEight)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::EPOCH;

    fn scene() -> (tempfile::TempDir, RuleSource, Glance) {
        let folder = tempfile::tempdir().unwrap();
        let source = RuleSource::File(folder.path().join("rule.wasm"));
        (folder, source, Glance::default())
    }

    fn write(folder: &tempfile::TempDir, content: &str) {
        std::fs::write(folder.path().join("rule.wasm"), content).unwrap();
    }

    #[test]
    fn a_file_that_looks_the_same_is_not_read_again_unless_it_was_saved() {
        let (folder, source, mut glance) = scene();
        write(&folder, "one");
        assert!(glance.look(&source, Look::Saved, NOW));
        assert!(!glance.look(&source, Look::Again, NOW));
        assert!(glance.look(&source, Look::Saved, NOW), "it may have changed within the clock's grain");
    }

    #[test]
    fn a_file_that_is_being_written_is_read_once_it_stands_still() {
        let (folder, source, mut glance) = scene();
        assert!(glance.look(&source, Look::Saved, NOW));
        for content in ["h", "ha", "half"] {
            write(&folder, content);
            assert!(!glance.look(&source, Look::Again, NOW), "{content}");
        }
        assert!(glance.look(&source, Look::Again, NOW));
        assert!(!glance.look(&source, Look::Again, NOW));
    }

    #[test]
    fn a_file_that_is_missing_is_news_once() {
        let (folder, source, mut glance) = scene();
        write(&folder, "one");
        assert!(glance.look(&source, Look::Saved, NOW));
        std::fs::remove_file(folder.path().join("rule.wasm")).unwrap();
        assert!(!glance.look(&source, Look::Again, NOW), "an editor may be replacing it");
        assert!(glance.look(&source, Look::Again, NOW));
        assert!(!glance.look(&source, Look::Again, NOW));
    }

    #[test]
    fn what_could_not_be_taken_up_is_read_again() {
        let (folder, source, mut glance) = scene();
        write(&folder, "one");
        assert!(glance.look(&source, Look::Saved, NOW));
        glance.forget();
        assert!(glance.look(&source, Look::Again, NOW));
    }

    #[test]
    fn a_registry_is_asked_once_a_minute() {
        let source = RuleSource::Registry("oci://registry.example/acme/dnd-routing:1.2".to_owned());
        let mut glance = Glance::default();
        let at = |seconds: u64| Timestamp::from_millis(seconds * 1_000);
        let asked: Vec<u64> = (0..200).step_by(10).filter(|now| glance.look(&source, Look::Again, at(*now))).collect();
        assert_eq!(asked, [0, 60, 120, 180]);
        assert!(!glance.look(&source, Look::Saved, at(200)), "a saved file says nothing of a registry");
    }

    #[test]
    fn what_is_embedded_is_read_once() {
        let mut glance = Glance::default();
        assert!(glance.look(&RuleSource::Table, Look::Again, NOW));
        assert!(!glance.look(&RuleSource::Table, Look::Again, NOW));
    }
}
