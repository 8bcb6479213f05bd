//! Looks a database over without changing it: whether the file is whole, whether what it says fits together, what is in it.

use std::fmt;
use std::path::{Path, PathBuf};

use presync_core::time::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use sha2::{Digest, Sha256};

use crate::components::{Components, beside};
use crate::database::connect;
use crate::error::StoreError;
use crate::migration;

/// Damages of the file that are told; a file that has so many has more.
const TOLD: u32 = 20;

/// The schema that brought versions of rules.
const WITH_RULES: u32 = 2;

/// What a look at a database found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// The file.
    pub path: PathBuf,
    /// The version of its schema.
    pub schema: u32,
    /// The version that this program works with; an older file is brought to it when the service opens it.
    pub present_schema: u32,
    /// The size of the file in bytes.
    pub bytes: u64,
    /// The size of the write-ahead log beside it in bytes.
    pub log_bytes: u64,
    /// What is in it, a tenant each, in the order of their names.
    pub tenants: Vec<Contents>,
    /// What is wrong; empty for a sound database.
    pub problems: Vec<Problem>,
}

/// What a database has of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Its name.
    pub tenant: String,
    /// Links in force.
    pub links: u64,
    /// Links of which a state is stored.
    pub states: u64,
    /// Events in the log.
    pub events: u64,
    /// When the oldest and the newest of them happened.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Versions of rules that can come back.
    pub rule_versions: u64,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The file itself, in SQLite's words.
    Damaged {
        /// Which page or index, and what is wrong with it.
        what: String,
    },
    /// Rows that belong to nothing.
    Orphans {
        /// In which table.
        table: String,
        /// How many.
        rows: u64,
    },
    /// A number that would be given twice.
    Reused {
        /// Whose.
        tenant: String,
        /// `link` or `event`.
        what: &'static str,
        /// What is given next.
        next: i64,
        /// The highest that was given.
        highest: i64,
    },
    /// A state of a link that was removed.
    StatesLeft {
        /// Whose.
        tenant: String,
        /// How many.
        states: u64,
    },
    /// A version of a rule whose component is not kept.
    ComponentMissing {
        /// Whose.
        tenant: String,
        /// Which override of the settings.
        slot: String,
        /// Name and version.
        rule: String,
        /// Where the component should be.
        file: PathBuf,
    },
    /// A kept component that is not what its name says.
    ComponentAltered {
        /// The file.
        file: PathBuf,
    },
}

/// Looks over the database file at `path`, and the components beside it. The service may be running on it. Nothing is changed, no schema is
/// brought forward.
///
/// # Errors
/// When the file is no presync database or a newer one, or cannot be read at all. What is wrong with one that can be read is in
/// [`Checkup::problems`].
pub fn checkup(path: &Path) -> Result<Checkup, StoreError> {
    let failed = |source| StoreError::from_sqlite(path, source);
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // One transaction, so that the parts fit together while the service goes on.
    let look = connection.unchecked_transaction().map_err(failed)?;
    let schema = migration::version(&look, path)?;
    let mut found = Checkup {
        path: path.to_owned(),
        schema,
        present_schema: migration::PRESENT,
        bytes: size(path),
        log_bytes: size(&beside(path, "-wal")),
        tenants: Vec::new(),
        problems: damages(&look).map_err(failed)?,
    };
    if found.problems.is_empty() && schema > 0 {
        found.problems = orphans(&look).map_err(failed)?;
        found.tenants = tenants(&look, &mut found.problems).map_err(failed)?;
        if schema >= WITH_RULES {
            rules(&look, &Components::beside(path), &mut found)?;
        }
    }
    Ok(found)
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// What the file itself has; when it is so bad that the check gives up, that.
fn damages(look: &Connection) -> rusqlite::Result<Vec<Problem>> {
    match integrity(look) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            Ok(vec![Problem::Damaged { what: error.to_string() }])
        }
        other => other,
    }
}

fn integrity(look: &Connection) -> rusqlite::Result<Vec<Problem>> {
    let mut check = look.prepare(&format!("PRAGMA integrity_check({TOLD})"))?;
    let lines = check.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").map(|what| Problem::Damaged { what }).collect())
}

fn orphans(look: &Connection) -> rusqlite::Result<Vec<Problem>> {
    let sql = "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1 ORDER BY 1";
    let orphans = |row: &rusqlite::Row<'_>| Ok(Problem::Orphans { table: row.get(0)?, rows: count(row, 1)? });
    look.prepare(sql)?.query_map([], orphans)?.collect()
}

fn count(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::unsigned_abs)
}

/// What every version of the schema can tell of a tenant.
const CONTENTS: &str = "
    SELECT t.name, t.next_link, t.next_event,
        (SELECT max(link) FROM links WHERE tenant = t.tenant),
        (SELECT max(seq) FROM events WHERE tenant = t.tenant),
        (SELECT count(*) FROM links WHERE tenant = t.tenant AND in_force),
        (SELECT count(*) FROM states WHERE tenant = t.tenant),
        (SELECT count(*) FROM states s JOIN links l USING (tenant, link) WHERE s.tenant = t.tenant AND NOT l.in_force),
        (SELECT count(*) FROM events WHERE tenant = t.tenant),
        (SELECT min(at) FROM events WHERE tenant = t.tenant),
        (SELECT max(at) FROM events WHERE tenant = t.tenant)
    FROM tenants t ORDER BY t.name";

fn tenants(look: &Connection, problems: &mut Vec<Problem>) -> rusqlite::Result<Vec<Contents>> {
    let mut statement = look.prepare(CONTENTS)?;
    let mut rows = statement.query([])?;
    let mut tenants = Vec::new();
    while let Some(row) = rows.next()? {
        let tenant: String = row.get(0)?;
        for (what, next, highest) in [("link", row.get(1)?, row.get(3)?), ("event", row.get(2)?, row.get(4)?)] {
            let highest: Option<i64> = highest;
            if let Some(highest) = highest.filter(|highest| *highest >= next) {
                problems.push(Problem::Reused { tenant: tenant.clone(), what, next, highest });
            }
        }
        let left = count(row, 7)?;
        if left > 0 {
            problems.push(Problem::StatesLeft { tenant: tenant.clone(), states: left });
        }
        let moment = |at: Option<i64>| at.map(|at| Timestamp::from_millis(at.unsigned_abs()));
        let span = moment(row.get(9)?).zip(moment(row.get(10)?));
        let (links, states, events) = (count(row, 5)?, count(row, 6)?, count(row, 8)?);
        tenants.push(Contents { tenant, links, states, events, span, rule_versions: 0 });
    }
    Ok(tenants)
}

/// Counts the versions of rules, and sees that their components are kept.
fn rules(look: &Connection, kept: &Components, found: &mut Checkup) -> Result<(), StoreError> {
    for version in versions(look).map_err(|source| StoreError::from_sqlite(&found.path, source))? {
        if let Some(contents) = found.tenants.iter_mut().find(|contents| contents.tenant == version.tenant) {
            contents.rule_versions += 1;
        }
        let Version { tenant, slot, rule, digest } = version;
        let file = kept.file(&digest);
        match kept.get(&digest)? {
            None => found.problems.push(Problem::ComponentMissing { tenant, slot, rule, file }),
            Some(bytes) if hex(&Sha256::digest(&bytes)) != digest => {
                found.problems.push(Problem::ComponentAltered { file });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A version of a rule, by its names.
struct Version {
    tenant: String,
    slot: String,
    rule: String,
    digest: String,
}

fn versions(look: &Connection) -> rusqlite::Result<Vec<Version>> {
    let sql = "SELECT t.name, v.slot, v.name || ' ' || v.version, v.digest FROM rule_versions v JOIN tenants t USING (tenant) ORDER BY 1, 2, v.generation";
    let version = |row: &rusqlite::Row<'_>| {
        Ok(Version { tenant: row.get(0)?, slot: row.get(1)?, rule: row.get(2)?, digest: row.get(3)? })
    };
    look.prepare(sql)?.query_map([], version)?.collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

// === impl Problem ===

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { what } => write!(f, "the file is damaged: {what}"),
            Self::Orphans { table, rows } => write!(f, "{rows} rows of `{table}` belong to nothing"),
            Self::Reused { tenant, what, next, highest } => {
                write!(f, "{tenant}: the next {what} would be number {next}, and there is a number {highest} already")
            }
            Self::StatesLeft { tenant, states } => write!(f, "{tenant}: {states} states of links that were removed"),
            Self::ComponentMissing { tenant, slot, rule, file } => {
                write!(f, "{tenant}: {rule} of {slot} cannot come back: {} is not there", file.display())
            }
            Self::ComponentAltered { file } => {
                write!(f, "{} is not the component that its name says", file.display())
            }
        }
    }
}
