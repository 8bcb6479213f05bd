//! How a rule did: for eyes, with what differs side by side, and for programs.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::table::Case;

/// What came of every case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The rule's name.
    pub rule: String,
    /// The rule's version.
    pub version: String,
    /// The cases, in order.
    pub outcomes: Vec<Outcome>,
}

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The table's file.
    pub file: PathBuf,
    /// The line where the case begins, counted from 1.
    pub line: usize,
    /// What the case shows.
    pub name: String,
    /// Where the verdict is another than expected.
    pub differences: Vec<Difference>,
    /// Why there is no verdict of the rule's own.
    pub trouble: Option<String>,
    /// What the question cost, with a fresh instance and the default map beneath; zero when nothing was asked.
    pub took: Duration,
}

/// One key that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The key, as in the table.
    pub key: &'static str,
    /// What the table says.
    pub expected: String,
    /// What the rule said.
    pub got: String,
}

// === impl Report ===

impl Report {
    /// How many cases passed.
    pub fn passed(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.passed()).count()
    }

    /// How many did not.
    pub fn failed(&self) -> usize {
        self.outcomes.len() - self.passed()
    }

    /// One line a case; under a failed one, what was expected beside what came.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for outcome in &self.outcomes {
            outcome.write_text(out)?;
        }
        writeln!(out, "{} {}: {} passed, {} failed", self.rule, self.version, self.passed(), self.failed())
    }

    /// The same as one JSON object.
    pub fn to_json(&self) -> Value {
        let case = |outcome: &Outcome| {
            json!({
                "file": outcome.file.display().to_string(),
                "line": outcome.line,
                "name": outcome.name,
                "passed": outcome.passed(),
                "microseconds": u64::try_from(outcome.took.as_micros()).unwrap_or(u64::MAX),
                "differences": outcome.differences,
                "trouble": outcome.trouble,
            })
        };
        json!({
            "rule": self.rule,
            "version": self.version,
            "passed": self.passed(),
            "failed": self.failed(),
            "cases": self.outcomes.iter().map(case).collect::<Vec<_>>(),
        })
    }
}

// === impl Outcome ===

impl Outcome {
    pub(crate) fn of(file: &Path, case: &Case) -> Self {
        Self {
            file: file.to_owned(),
            line: case.line,
            name: case.name.clone(),
            differences: Vec::new(),
            trouble: None,
            took: Duration::ZERO,
        }
    }

    /// Whether everything was as expected.
    pub fn passed(&self) -> bool {
        self.differences.is_empty() && self.trouble.is_none()
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.passed() {
            let cost = if self.took.is_zero() { String::new() } else { format!("  ({:.1?})", self.took) };
            return writeln!(out, "ok    {}{cost}", self.name);
        }
        writeln!(out, "FAIL  {}  ({}:{})", self.name, self.file.display(), self.line)?;
        if let Some(trouble) = &self.trouble {
            writeln!(out, "        {trouble}")?;
        }
        if !self.differences.is_empty() {
            let width = self.differences.iter().map(|line| line.expected.chars().count()).fold(8, usize::max);
            writeln!(out, "        {:<14} {:<width$}  got", "", "expected")?;
            for Difference { key, expected, got } in &self.differences {
                writeln!(out, "        {key:<14} {expected:<width$}  {got}")?;
            }
        }
        Ok(())
    }
}

// === impl Difference ===

impl Difference {
    pub(crate) fn new(key: &'static str, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { key, expected: expected.into(), got: got.into() }
    }
}
