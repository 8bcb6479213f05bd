//! What an author's command is about: a project, a component, or a default map; with its tables of tests and its budget.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use presync_author::{Report, Table};
use presync_build::{Project, StatedLimits, Tools};
use presync_rules::{CompiledRule, HostSettings, Limits, RuleHost, defaults};
use serde_json::Value;

use super::build::say;
use super::{source, tables as lines};

/// A rule that is being worked on.
pub(super) struct Subject {
    host: RuleHost,
    pub(super) rule: CompiledRule,
    pub(super) bytes: Cow<'static, [u8]>,
    pub(super) compile_time: Duration,
    /// The budget that its project states.
    pub(super) stated: StatedLimits,
    /// Where its tables are, if it has any.
    tables: Option<PathBuf>,
    /// The settings of every case that has none.
    settings: Value,
}

/// Whether a project's component may be taken as it was compiled before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compile {
    /// Yes, where it is kept.
    Kept,
    /// No: the time that it takes is of interest.
    Afresh,
}

impl Subject {
    /// Looks at what is named. A project is built first, unless its component is as new as its code.
    pub(super) fn open(named: &Path, tables: Option<&Path>, compile: Compile) -> Result<Self> {
        if named.is_dir() {
            return Self::of_project(&Project::open(named)?, tables, compile);
        }
        let tables = tables.map(Path::to_owned).or_else(|| beside(named));
        Self::of_component(named, HostSettings::default(), StatedLimits::default(), tables)
    }

    fn of_component(
        named: &Path,
        settings: HostSettings,
        stated: StatedLimits,
        tables: Option<PathBuf>,
    ) -> Result<Self> {
        let host = RuleHost::new(settings)?;
        let bytes = source::read(named)?;
        let started = Instant::now();
        let rule = source::compile_bytes(&host, named, &bytes)?;
        Ok(Self { host, rule, bytes, compile_time: started.elapsed(), stated, tables, settings: Value::Null })
    }

    /// The rule without code, with the lines of a file.
    pub(super) fn of_lines(file: &Path, tables: Option<&Path>) -> Result<Self> {
        let host = RuleHost::new(HostSettings::default())?;
        let started = Instant::now();
        let loaded = lines::load(&host, file, None, None)?;
        let [loaded] = &loaded[..] else {
            bail!(
                "{} has {} tables, and one is tested at a time: put it into a file of its own",
                file.display(),
                loaded.len()
            );
        };
        let rule = loaded.compiled().clone();
        Ok(Self {
            bytes: Cow::Borrowed(defaults::table(rule.direction())),
            settings: serde_json::from_str(loaded.settings())?,
            tables: tables.map(Path::to_owned).or_else(|| beside(file)),
            host,
            rule,
            compile_time: started.elapsed(),
            stated: StatedLimits::default(),
        })
    }

    fn of_project(project: &Project, tables: Option<&Path>, compile: Compile) -> Result<Self> {
        let tools = Tools::from_environment();
        if !project.is_built() {
            say(&format!("{} is not as new as its code; building it", project.component().display()));
            presync_build::build(project, &project.component(), &tools, &mut say)?;
        }
        let cache = (compile == Compile::Kept).then(|| tools.compiled(project.folder()));
        let own = Some(project.folder().join("tests")).filter(|folder| folder.is_dir());
        let tables = tables.map(Path::to_owned).or(own);
        let settings = HostSettings { cache, ..HostSettings::default() };
        Self::of_component(&project.component(), settings, project.limits(), tables)
    }

    /// The budget that the project states, and the usual one where it states none.
    pub(super) fn limits(&self) -> Limits {
        let usual = Limits::default();
        let StatedLimits { memory, batch_time } = self.stated;
        Limits { memory: memory.unwrap_or(usual.memory), batch_time: batch_time.unwrap_or(usual.batch_time), ..usual }
    }

    /// Whether there are tables of tests.
    pub(super) fn has_tables(&self) -> bool {
        self.tables.is_some()
    }

    /// Asks everything in the tables.
    pub(super) fn test(&self) -> Result<Report> {
        let Some(tables) = &self.tables else {
            bail!("there are no tables of tests here; name their folder or file with --tests");
        };
        let direction = self.rule.direction();
        let tables =
            if tables.is_file() { vec![Table::read(tables, direction)?] } else { Table::read_all(tables, direction)? };
        let tables: Vec<Table> = tables.into_iter().map(|table| table.or_settings(&self.settings)).collect();
        Ok(presync_author::run(&self.host, &self.rule, self.limits(), &tables)?)
    }
}

/// The folder of tables beside a file.
fn beside(file: &Path) -> Option<PathBuf> {
    Some(file.parent()?.join("tests")).filter(|folder| file.is_file() && folder.is_dir())
}
