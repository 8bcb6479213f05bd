//! A table of tests: given a subject, settings and a proposal, what should a rule say?
//!
//! ```toml
//! settings = { presenting = "direct-only" }      # for every case that has none of its own
//!
//! [[case]]
//! name = "a presenter stays reachable"
//! teams = { availability = "do-not-disturb", activity = "presenting" }
//! expect = { publish = "busy", calls = "direct-only" }
//! ```

mod subject;

use std::fs;
use std::path::{Path, PathBuf};

use presync_core::rule::Subject;
use presync_core::words::Direction;
use serde_json::Value;

use crate::answer::{self, Answer};
use crate::document::{self, Section};
use crate::problem::TableError;

/// Everything that a case may say, with an example of each: for a command's help.
pub const KEYS: &str = r#"  settings = { presenting = "direct-only" }      # before the first case: for every case without its own

  [[case]]
  name = "a presenter stays reachable"
  settings = { presenting = "all" }
  teams = { availability = "do-not-disturb", activity = "presenting", out_of_office = false, manual = false, since = 60 }
  eight = { status = "available", call_active = false, manual = false, since = 60 }
  person = { id = "p1", department = "sales", groups = ["executives"], queues = ["support"] }
  identity = { email = "ann@corp.com", display_name = "Ann" }
  time = "2026-03-02T18:30+01:00"                # the person's wall clock
  staffing = [{ queue = "support", available = 2, total = 5 }]
  proposal = { publish = "away" }                # otherwise what the default map proposes
  expect = { publish = "busy", calls = "direct-only", note = "presenting", recheck_after = 60, reason = "a part of it" }
  # or: { no_sync = true }  { hold = true }  { session = "in-a-call" }  { no_session = true }  { refused = "a part of the refusal" }"#;

const FILE_KEYS: &[&str] = &["settings", "case"];

const CASE_KEYS: &[&str] =
    &["name", "settings", "teams", "eight", "person", "identity", "time", "staffing", "proposal", "expect"];

/// One file of cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Where it was read.
    pub path: PathBuf,
    /// Its cases, in order.
    pub cases: Vec<Case>,
}

/// One question, and what should come of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it shows, as a sentence.
    pub name: String,
    /// The line where it begins, counted from 1.
    pub line: usize,
    pub(crate) settings: Value,
    pub(crate) subject: Subject,
    pub(crate) proposal: Option<Answer>,
    pub(crate) expect: Expect,
}

/// What should come of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expect {
    /// This verdict.
    Verdict(Answer),
    /// The settings are refused, with these words among others.
    Refused(String),
}

impl Table {
    /// Reads a file for a rule of this direction.
    pub fn read(path: &Path, direction: Direction) -> Result<Self, TableError> {
        let text = fs::read_to_string(path).map_err(|source| TableError::Unreadable {
            path: path.to_owned(),
            expected: "a table of tests",
            source,
        })?;
        Self::parse(path, &text, direction)
    }

    /// Reads every `*.toml` of a folder, in the order of their names.
    pub fn read_all(folder: &Path, direction: Direction) -> Result<Vec<Self>, TableError> {
        let unreadable = |source| {
            let expected = "a folder with tables of tests, such as presence.toml";
            TableError::Unreadable { path: folder.to_owned(), expected, source }
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
                files.push(path);
            }
        }
        files.sort();
        if files.is_empty() {
            return Err(TableError::NoTable { folder: folder.to_owned() });
        }
        files.iter().map(|file| Self::read(file, direction)).collect()
    }

    /// The same with these settings for every case that has none: those of a table of lines, which are the rule itself.
    #[must_use]
    pub fn or_settings(mut self, settings: &Value) -> Self {
        for case in self.cases.iter_mut().filter(|case| case.settings.is_null()) {
            case.settings.clone_from(settings);
        }
        self
    }

    /// Reads the text of a file.
    pub fn parse(path: &Path, text: &str, direction: Direction) -> Result<Self, TableError> {
        let cases = document::parse(path, text, FILE_KEYS, |root| {
            let usual = root.optional("settings", |entry| entry.json_table("the rule's settings"));
            let sections = root.require("case", "at least one [[case]]")?.sections(
                "a list of tables, each [[case]]",
                CASE_KEYS,
                |table| Some(table.get("name")?.get_ref().as_str()?.to_owned()),
            )?;
            let usual = usual?.unwrap_or(Value::Null);
            let read: Vec<_> = sections.iter().map(|section| case(section, &usual, direction)).collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        })?;
        Ok(Self { path: path.to_owned(), cases })
    }
}

fn case(section: &Section<'_>, usual: &Value, direction: Direction) -> Option<Case> {
    let name =
        section.require("name", "a sentence that says what the case shows").and_then(|entry| entry.text("a sentence"));
    let settings = section.optional("settings", |entry| entry.json_table("the rule's settings"));
    let subject = subject::read(section);
    let proposal = section.optional("proposal", |entry| {
        let table = entry.section("what was proposed, such as { publish = \"away\" }", answer::keys(direction))?;
        answer::read(&table, direction)
    });
    let expect = section
        .require("expect", "what the rule should answer")
        .and_then(|entry| {
            let keys = [answer::keys(direction), &["refused"]].concat();
            entry.section("what the rule should answer", &keys)
        })
        .and_then(|table| expected(&table, direction));
    Some(Case {
        name: name?.to_owned(),
        line: section.line(),
        settings: settings?.unwrap_or_else(|| usual.clone()),
        subject: subject?,
        proposal: proposal?,
        expect: expect?,
    })
}

fn expected(table: &Section<'_>, direction: Direction) -> Option<Expect> {
    match table.get("refused") {
        Some(refused) => Some(Expect::Refused(refused.text("a part of the refusal")?.to_owned())),
        None => answer::read(table, direction).map(Expect::Verdict),
    }
}

#[cfg(test)]
mod tests;
