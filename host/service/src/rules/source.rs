//! Where components come from, and whether there may be news there.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use presync_core::words::Direction;
use presync_rules::defaults;

use crate::config::{RuleConfig, RuleSource};
use crate::rules::RuleError;

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

/// What is remembered of a source from one look to the next.
#[derive(Debug, Default)]
pub(super) struct Glance {
    /// How the file looked when it was last read; `None` before that.
    read: Option<Seen>,
    /// How it looked in the last look.
    last: Option<Seen>,
}

impl Glance {
    /// Whether the source is to be read.
    pub(super) fn look(&mut self, source: &RuleSource, look: Look) -> bool {
        let RuleSource::File(path) = source else {
            // What is embedded stays as it is.
            return self.read.replace(None).is_none();
        };
        let seen = see(path);
        let last = self.last.replace(seen);
        if look == Look::Again && (self.read == Some(seen) || last != Some(seen)) {
            return false;
        }
        self.read = Some(seen);
        true
    }

    /// What was read could not be taken up: the next looks read it again.
    pub(super) fn forget(&mut self) {
        self.read = None;
    }
}

fn see(path: &Path) -> Seen {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// The bytes of an override's component.
pub(super) fn read(config: &RuleConfig) -> Result<Arc<[u8]>, RuleError> {
    match &config.source {
        RuleSource::File(path) => {
            std::fs::read(path).map(Arc::from).map_err(|source| RuleError::Unreadable { path: path.clone(), source })
        }
        RuleSource::Registry(reference) => Err(RuleError::Registry { reference: reference.clone() }),
        RuleSource::Table => Ok(defaults::table(config.direction.unwrap_or(Direction::TeamsToEight)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(glance.look(&source, Look::Saved));
        assert!(!glance.look(&source, Look::Again));
        assert!(glance.look(&source, Look::Saved), "it may have changed within the clock's grain");
    }

    #[test]
    fn a_file_that_is_being_written_is_read_once_it_stands_still() {
        let (folder, source, mut glance) = scene();
        assert!(glance.look(&source, Look::Saved));
        for content in ["h", "ha", "half"] {
            write(&folder, content);
            assert!(!glance.look(&source, Look::Again), "{content}");
        }
        assert!(glance.look(&source, Look::Again));
        assert!(!glance.look(&source, Look::Again));
    }

    #[test]
    fn a_file_that_is_missing_is_news_once() {
        let (folder, source, mut glance) = scene();
        write(&folder, "one");
        assert!(glance.look(&source, Look::Saved));
        std::fs::remove_file(folder.path().join("rule.wasm")).unwrap();
        assert!(!glance.look(&source, Look::Again), "an editor may be replacing it");
        assert!(glance.look(&source, Look::Again));
        assert!(!glance.look(&source, Look::Again));
    }

    #[test]
    fn what_could_not_be_taken_up_is_read_again() {
        let (folder, source, mut glance) = scene();
        write(&folder, "one");
        assert!(glance.look(&source, Look::Saved));
        glance.forget();
        assert!(glance.look(&source, Look::Again));
    }
}
