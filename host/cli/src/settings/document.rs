//! The parsed document: tables and values that know their key path and their line, and gather what is wrong with them.
//!
//! A call that gives `None` has reported why, so that a reader goes on with the next key and all problems come out at once.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::environment::Secrets;
use super::kind::Kind;
use super::problem::{Problem, SettingsError, line_of};

/// How alike two keys must be (1: the same) to ask "did you mean": typing errors reach it, other words do not.
pub(super) const ALIKE: f64 = 0.8;

/// What all parts of one settings file share.
pub(super) struct Document<'a> {
    path: &'a Path,
    text: &'a str,
    pub(super) secrets: &'a dyn Secrets,
    problems: RefCell<Vec<Problem>>,
}

/// A table.
pub(super) struct Section<'a> {
    pub(super) document: &'a Document<'a>,
    key: String,
    at: usize,
    /// `None` for a table that is left out: all its keys are.
    table: Option<&'a DeTable<'a>>,
}

/// A value that is there.
pub(super) struct Entry<'a> {
    pub(super) document: &'a Document<'a>,
    key: String,
    at: usize,
    pub(super) value: &'a DeValue<'a>,
}

// === impl Document ===

impl<'a> Document<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str, secrets: &'a dyn Secrets) -> Self {
        Self { path, text, secrets, problems: RefCell::default() }
    }

    /// A path as written in the file, which is relative to the file's folder.
    pub(super) fn beside(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// What has been read, unless something was wrong.
    pub(super) fn finish<T>(self, read: Option<T>) -> Result<T, SettingsError> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line);
        match read {
            Some(read) if problems.is_empty() => Ok(read),
            _ => Err(SettingsError::Wrong { path: self.path.to_owned(), problems }),
        }
    }

    fn report(&self, at: usize, key: &str, message: String) {
        let line = line_of(self.text, at);
        self.problems.borrow_mut().push(Problem { line, key: key.to_owned(), message });
    }
}

// === impl Section ===

impl<'a> Section<'a> {
    /// The document as a whole.
    pub(super) fn root(document: &'a Document<'a>, table: &'a DeTable<'a>, known: &[&str]) -> Self {
        check_keys(document, "", table, known);
        Self { document, key: String::new(), at: 0, table: Some(table) }
    }

    /// The value of this key, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Entry<'a>> {
        let value = self.table?.get(key)?;
        Some(Entry {
            document: self.document,
            key: path_of(&self.key, key),
            at: value.span().start,
            value: value.get_ref(),
        })
    }

    /// The value of this key. That it is missing is reported.
    pub(super) fn require(&self, key: &str, expected: &str) -> Option<Entry<'a>> {
        let entry = self.get(key);
        if entry.is_none() {
            self.document.report(self.at, &path_of(&self.key, key), format!("is missing; expected {expected}"));
        }
        entry
    }

    /// Reports that the value of this key, or that it is missing, is wrong.
    pub(super) fn wrong(&self, key: &str, what: &str) {
        let at = self.get(key).map_or(self.at, |entry| entry.at);
        self.document.report(at, &path_of(&self.key, key), what.to_owned());
    }

    /// The value of this key, which must be there.
    pub(super) fn required<T>(&self, key: &str, kind: &Kind<T>) -> Option<T> {
        self.require(key, kind.expected)?.of_kind(kind)
    }

    /// The value of this key, or `default` when it is not there.
    pub(super) fn or_default<T>(&self, key: &str, kind: &Kind<T>, default: &str) -> Option<T> {
        match self.get(key) {
            Some(entry) => entry.of_kind(kind),
            None => (kind.parse)(default).ok(),
        }
    }

    /// The value of this key, or `Some(None)` when it is not there.
    pub(super) fn optional<T>(&self, key: &str, kind: &Kind<T>) -> Option<Option<T>> {
        match self.get(key) {
            Some(entry) => entry.of_kind(kind).map(Some),
            None => Some(None),
        }
    }

    /// The table of this key, or an empty one when it is not there.
    pub(super) fn section_or_empty(&self, key: &str, expected: &str, known: &[&str]) -> Option<Section<'a>> {
        match self.get(key) {
            Some(entry) => entry.section(expected, known),
            None => Some(Self { document: self.document, key: path_of(&self.key, key), at: self.at, table: None }),
        }
    }
}

// === impl Entry ===

impl<'a> Entry<'a> {
    /// Reports that this value is wrong, and gives `None` to go on with.
    pub(super) fn wrong<T>(&self, what: &str, expected: &str) -> Option<T> {
        self.document.report(self.at, &self.key, format!("{what}; expected {expected}"));
        None
    }

    /// Reports that this value is of the wrong type, and gives `None` to go on with.
    pub(super) fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        let name = self.value.type_str();
        let article = if name.starts_with(['a', 'i']) { "an" } else { "a" };
        self.wrong(&format!("is {article} {name}"), expected)
    }

    /// The text of this value.
    pub(super) fn text(&self, expected: &str) -> Option<&'a str> {
        match self.value.as_str() {
            Some(text) => Some(text),
            None => self.wrong_type(expected),
        }
    }

    /// The text of this value, read as `kind`.
    pub(super) fn of_kind<T>(&self, kind: &Kind<T>) -> Option<T> {
        match (kind.parse)(self.text(kind.expected)?) {
            Ok(value) => Some(value),
            Err(what) => self.wrong(&what, kind.expected),
        }
    }

    /// The texts of this value: one, or a list of at least one, none of them empty.
    pub(super) fn texts(&self, expected: &str) -> Option<Vec<&'a str>> {
        let texts = match self.value {
            DeValue::String(_) => vec![self.text(expected)?],
            DeValue::Array(_) => {
                // All are looked at before one that is wrong ends the list.
                let texts: Vec<_> = self.items(expected)?.iter().map(|item| item.text(expected)).collect();
                texts.into_iter().collect::<Option<_>>()?
            }
            _ => return self.wrong_type(expected),
        };
        if texts.is_empty() || texts.iter().any(|text| text.trim().is_empty()) {
            return self.wrong("is empty, or has an empty text in it", expected);
        }
        Some(texts)
    }

    /// Whether it is so.
    pub(super) fn flag(&self, expected: &str) -> Option<bool> {
        self.value.as_bool().or_else(|| self.wrong_type(expected))
    }

    /// The values of this table, whose keys are names of the user's own.
    pub(super) fn named(&self, expected: &str) -> Option<Vec<(&'a str, Entry<'a>)>> {
        let Some(table) = self.value.as_table() else {
            return self.wrong_type(expected);
        };
        let entry = |(name, value): (&'a Spanned<Cow<'a, str>>, &'a Spanned<DeValue<'a>>)| {
            let name = name.get_ref().as_ref();
            let (key, at) = (path_of(&self.key, name), value.span().start);
            (name, Entry { document: self.document, key, at, value: value.get_ref() })
        };
        Some(table.iter().map(entry).collect())
    }

    /// A whole number within these bounds.
    pub(super) fn number(&self, bounds: RangeInclusive<u32>, expected: &str) -> Option<u32> {
        let DeValue::Integer(number) = self.value else {
            return self.wrong_type(expected);
        };
        let read = u32::from_str_radix(number.as_str(), number.radix()).ok().filter(|number| bounds.contains(number));
        read.or_else(|| self.wrong(&format!("is {}", number.as_str()), expected))
    }

    /// The values of this list, each with its number in the brackets of its key path, counted from 1.
    pub(super) fn items(&self, expected: &str) -> Option<Vec<Entry<'a>>> {
        let Some(items) = self.value.as_array() else {
            return self.wrong_type(expected);
        };
        let item = |(number, value): (usize, &'a Spanned<DeValue<'a>>)| Entry {
            document: self.document,
            key: format!("{}[{}]", self.key, number + 1),
            at: value.span().start,
            value: value.get_ref(),
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// This value as a table that has no other keys than these.
    pub(super) fn section(self, expected: &str, known: &[&str]) -> Option<Section<'a>> {
        let Some(table) = self.value.as_table() else {
            return self.wrong_type(expected);
        };
        check_keys(self.document, &self.key, table, known);
        Some(Section { document: self.document, key: self.key, at: self.at, table: Some(table) })
    }

    /// This value as a list of tables. `name` gives what stands in the brackets of the key path of each, beside its number, which is
    /// counted from 1.
    pub(super) fn sections(
        &self,
        expected: &str,
        known: &[&str],
        name: impl Fn(&DeTable<'_>) -> Option<String>,
    ) -> Option<Vec<Section<'a>>> {
        let Some(items) = self.value.as_array() else {
            return self.wrong_type(expected);
        };
        let item = |(number, value): (usize, &'a Spanned<DeValue<'a>>)| {
            let label = value.get_ref().as_table().and_then(&name).unwrap_or((number + 1).to_string());
            let key = format!("{}[{label}]", self.key);
            let entry = Entry { document: self.document, key, at: value.span().start, value: value.get_ref() };
            entry.section(expected, known)
        };
        // All are looked at before one that is wrong ends the list.
        let read: Vec<_> = items.iter().enumerate().map(item).collect();
        read.into_iter().collect()
    }

    /// The line of this value, counted from 1.
    pub(super) fn line(&self) -> usize {
        line_of(self.document.text, self.at)
    }
}

/// Reports every key of the table that is not among the known ones.
fn check_keys(document: &Document<'_>, section: &str, table: &DeTable<'_>, known: &[&str]) {
    for key in table.keys() {
        let name = key.get_ref().as_ref();
        if known.contains(&name) {
            continue;
        }
        let nearest = known
            .iter()
            .map(|known| (strsim::jaro_winkler(name, known), known))
            .filter(|(alike, _)| *alike >= ALIKE)
            .max_by(|(a, _), (b, _)| a.total_cmp(b));
        let hint = match nearest {
            Some((_, nearest)) => format!("did you mean \"{nearest}\"?"),
            None => format!("expected one of {}", known.join(", ")),
        };
        document.report(key.span().start, &path_of(section, name), format!("is not a known key; {hint}"));
    }
}

fn path_of(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}
