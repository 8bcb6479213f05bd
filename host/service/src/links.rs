//! Who is whom by hand: pairs of the settings, and a file of pairs that may be saved while the service runs.
//!
//! The file is looked at in every cycle. What is in it is in force until a later save of it is whole: one that has a mistake is told
//! and changes nothing.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use presync_core::linking::{HandPair, LinkPolicy};

use crate::sheet::{self, Line, LineProblem, SheetError};

/// The columns of a file of pairs.
pub const COLUMNS: [&str; 2] = ["teams", "eight"];

/// What a tenant's settings say of who is whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkSettings {
    /// Keys, pairs and exclusions of the settings file itself.
    pub policy: LinkPolicy,
    /// The file of further pairs.
    pub file: Option<PathBuf>,
}

/// The file as last seen.
#[derive(Debug)]
pub(crate) struct LinkFile {
    path: PathBuf,
    seen: Option<Stamp>,
    pairs: Vec<HandPair>,
    problem: Option<String>,
}

/// What changes when a file is saved.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    saved: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    inode: u64,
}

/// Reads a file of pairs.
///
/// # Errors
/// When it cannot be read, or a line of it is wrong or contradicts another.
pub fn read(path: &Path) -> Result<Vec<HandPair>, SheetError> {
    let lines = sheet::read(path, COLUMNS, |above, line| {
        let pair = pair(line);
        let other = above.iter().find(|other| pair.contradicts(&self::pair(other)))?;
        let [teams, eight] = &other.fields;
        let what = format!(
            "pairs {} with {}, but line {} pairs {teams} with {eight}; take one of the two out",
            pair.teams, pair.eight, other.number
        );
        Some(LineProblem { number: line.number, column: None, what })
    })?;
    Ok(lines.iter().map(pair).collect())
}

fn pair(line: &Line) -> HandPair {
    let [teams, eight] = line.fields.clone();
    HandPair { teams, eight }
}

impl LinkFile {
    /// The file at this path, read for the first time. May block.
    pub(crate) fn open(path: PathBuf) -> Self {
        let mut file = Self { path, seen: None, pairs: Vec::new(), problem: None };
        file.look();
        file
    }

    /// Reads the file if it was saved since it was last seen. May block.
    pub(crate) fn look(&mut self) {
        // The stamp is taken first: what is saved while we read is read again.
        let stamp = Stamp::of(&self.path);
        if self.seen.is_some() && stamp == self.seen {
            return;
        }
        self.seen = stamp;
        match read(&self.path) {
            Ok(pairs) => {
                self.problem = None;
                self.pairs = pairs;
            }
            Err(error) => self.problem = Some(error.to_string()),
        }
    }

    /// The pairs in force.
    pub(crate) fn pairs(&self) -> &[HandPair] {
        &self.pairs
    }

    /// What is wrong with what was saved last.
    pub(crate) fn problem(&self) -> Option<String> {
        let problem = self.problem.as_ref()?;
        Some(format!("the pairs by hand stay as they were: {problem}"))
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok()?;
        Some(Self {
            saved: metadata.modified().ok(),
            length: metadata.len(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(&metadata),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hand(teams: &str, eight: &str) -> HandPair {
        HandPair { teams: teams.to_owned(), eight: eight.to_owned() }
    }

    #[test]
    fn a_line_that_contradicts_another_is_told_with_both_places() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("links.csv");
        std::fs::write(
            &path,
            "teams,eight\nann@corp.com,e1\nbob@corp.com,e2\nANN@corp.com,e1\nAnn@corp.com,e3\ncid@corp.com,E2\n",
        )
        .unwrap();
        let told = read(&path).unwrap_err().to_string().replace(&format!("{}/", folder.path().display()), "");
        insta::assert_snapshot!(told, @"
        links.csv:5: pairs Ann@corp.com with e3, but line 2 pairs ann@corp.com with e1; take one of the two out
        links.csv:6: pairs cid@corp.com with E2, but line 3 pairs bob@corp.com with e2; take one of the two out
        ");
    }

    #[test]
    fn a_save_is_seen_and_one_with_a_mistake_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("links.csv");
        let mut file = LinkFile::open(path.clone());
        assert!(file.problem().unwrap().contains("cannot be read"), "{:?}", file.problem());
        std::fs::write(&path, "teams,eight\na,e1\n").unwrap();
        file.look();
        assert_eq!((file.pairs(), file.problem()), (&[hand("a", "e1")][..], None));
        std::fs::write(&path, "teams,eight\na,\nb,e2\n").unwrap();
        file.look();
        assert_eq!(file.pairs(), [hand("a", "e1")]);
        assert!(file.problem().unwrap().contains("links.csv:2: column eight: is empty"), "{:?}", file.problem());
        std::fs::write(&path, "teams,eight\na,e1\nbob,e2\n").unwrap();
        file.look();
        assert_eq!((file.pairs(), file.problem()), (&[hand("a", "e1"), hand("bob", "e2")][..], None));
        std::fs::remove_file(&path).unwrap();
        file.look();
        assert_eq!((file.pairs().len(), file.problem().is_some()), (2, true), "a file that is gone frees nobody");
    }
}
