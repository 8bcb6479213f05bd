//! A TOML file whose tables and values know their key and their line, and gather what is wrong with them.
//!
//! A call that gives `None` has reported why, so that a reader goes on with the next key and all problems come out at once.

use std::cell::RefCell;
use std::path::Path;

use serde_json::{Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Problem, TableError};

/// How alike two words must be (1: the same) to ask "did you mean": typing errors reach it, other words do not.
const ALIKE: f64 = 0.8;

/// What all parts of one file share.
pub(crate) struct Document<'a> {
    text: &'a str,
    problems: RefCell<Vec<Problem>>,
}

/// A table.
pub(crate) struct Section<'a> {
    document: &'a Document<'a>,
    key: String,
    at: usize,
    table: &'a DeTable<'a>,
}

/// A value that is there.
pub(crate) struct Entry<'a> {
    document: &'a Document<'a>,
    key: String,
    at: usize,
    value: &'a DeValue<'a>,
}

/// Reads a file as a whole: `read` gets its outermost table.
pub(crate) fn parse<T>(
    path: &Path,
    text: &str,
    known: &[&str],
    read: impl FnOnce(&Section<'_>) -> Option<T>,
) -> Result<T, TableError> {
    let document = Document { text, problems: RefCell::default() };
    let parsed = DeTable::parse(text).map_err(|error| {
        let line = line_of(text, error.span().map_or(0, |span| span.start));
        let message = format!("is not TOML: {}", error.message().replace('\n', ", "));
        TableError::Wrong { path: path.to_owned(), problems: vec![Problem { line, key: String::new(), message }] }
    })?;
    let read = {
        let root = Section { document: &document, key: String::new(), at: 0, table: parsed.get_ref() };
        root.check_keys(known);
        read(&root)
    };
    let mut problems = document.problems.into_inner();
    problems.sort_by_key(|problem| problem.line);
    match read {
        Some(read) if problems.is_empty() => Ok(read),
        _ => Err(TableError::Wrong { path: path.to_owned(), problems }),
    }
}

// === impl Document ===

impl Document<'_> {
    fn report(&self, at: usize, key: &str, message: String) {
        let line = line_of(self.text, at);
        self.problems.borrow_mut().push(Problem { line, key: key.to_owned(), message });
    }
}

// === impl Section ===

impl<'a> Section<'a> {
    /// The value of this key, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<Entry<'a>> {
        let value = self.table.get(key)?;
        let key = path_of(&self.key, key);
        Some(Entry { document: self.document, key, at: value.span().start, value: value.get_ref() })
    }

    /// The value of this key. That it is missing is reported.
    pub(crate) fn require(&self, key: &str, expected: &str) -> Option<Entry<'a>> {
        let entry = self.get(key);
        if entry.is_none() {
            self.document.report(self.at, &path_of(&self.key, key), format!("is missing; expected {expected}"));
        }
        entry
    }

    /// What `read` makes of the value of this key: none when it is not there, none of none when it is wrong.
    pub(crate) fn optional<T>(&self, key: &str, read: impl FnOnce(Entry<'a>) -> Option<T>) -> Option<Option<T>> {
        self.get(key).map_or(Some(None), |entry| read(entry).map(Some))
    }

    /// Reports that this table is wrong as a whole, and gives `None` to go on with.
    pub(crate) fn wrong<T>(&self, what: &str) -> Option<T> {
        self.document.report(self.at, &self.key, what.to_owned());
        None
    }

    /// The line where it begins, counted from 1.
    pub(crate) fn line(&self) -> usize {
        line_of(self.document.text, self.at)
    }

    /// Reports every key that is not among the known ones.
    fn check_keys(&self, known: &[&str]) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let message = format!("is not a known key; {}", nearest(name, known));
                self.document.report(key.span().start, &path_of(&self.key, name), message);
            }
        }
    }
}

// === impl Entry ===

impl<'a> Entry<'a> {
    /// Reports that this value is wrong, and gives `None` to go on with.
    pub(crate) fn wrong<T>(&self, what: &str, expected: &str) -> Option<T> {
        self.document.report(self.at, &self.key, format!("{what}; expected {expected}"));
        None
    }

    fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        let name = self.value.type_str();
        let article = if name.starts_with(['a', 'i']) { "an" } else { "a" };
        self.wrong(&format!("is {article} {name}"), expected)
    }

    /// Some text.
    pub(crate) fn text(&self, expected: &str) -> Option<&'a str> {
        self.value.as_str().map_or_else(|| self.wrong_type(expected), Some)
    }

    /// Whether it is this text.
    pub(crate) fn is_text(&self, text: &str) -> bool {
        self.value.as_str() == Some(text)
    }

    /// Some text, or a date with its time.
    pub(crate) fn text_or_moment(&self, expected: &str) -> Option<String> {
        match self.value {
            DeValue::Datetime(moment) => Some(moment.to_string()),
            _ => self.text(expected).map(str::to_owned),
        }
    }

    /// One of these words.
    pub(crate) fn word<W: Copy>(&self, kind: &str, words: &[W], label: fn(W) -> &'static str) -> Option<W> {
        let text = self.text(&format!("a word: {kind}"))?;
        let found = words.iter().copied().find(|word| label(*word) == text);
        found.or_else(|| {
            let labels: Vec<_> = words.iter().map(|word| label(*word)).collect();
            self.document.report(self.at, &self.key, format!("is \"{text}\", no {kind}; {}", nearest(text, &labels)));
            None
        })
    }

    /// True or false.
    pub(crate) fn flag(&self) -> Option<bool> {
        self.value.as_bool().map_or_else(|| self.wrong_type("true or false"), Some)
    }

    /// A whole number that is not negative.
    pub(crate) fn number(&self, expected: &str) -> Option<u32> {
        match self.value {
            DeValue::Integer(number) => {
                let read = u32::from_str_radix(number.as_str(), number.radix()).ok();
                read.map_or_else(|| self.wrong(&format!("is {}", number.as_str()), expected), Some)
            }
            _ => self.wrong_type(expected),
        }
    }

    /// A list of texts.
    pub(crate) fn texts(&self, expected: &str) -> Option<Vec<String>> {
        let Some(items) = self.value.as_array() else { return self.wrong_type(expected) };
        let read: Option<Vec<_>> = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
        read.map_or_else(|| self.wrong("holds something else than text", expected), Some)
    }

    /// A table that has no other keys than these.
    pub(crate) fn section(self, expected: &str, known: &[&str]) -> Option<Section<'a>> {
        let Some(table) = self.value.as_table() else { return self.wrong_type(expected) };
        let section = Section { document: self.document, key: self.key, at: self.at, table };
        section.check_keys(known);
        Some(section)
    }

    /// A list of tables. `name` gives what stands in the brackets of each one's key, beside its number, which is counted from 1.
    pub(crate) fn sections(
        &self,
        expected: &str,
        known: &[&str],
        name: fn(&DeTable<'_>) -> Option<String>,
    ) -> Option<Vec<Section<'a>>> {
        let Some(items) = self.value.as_array() else { return self.wrong_type(expected) };
        let item = |(number, value): (usize, &'a Spanned<DeValue<'a>>)| {
            let label = value.get_ref().as_table().and_then(name).unwrap_or_else(|| (number + 1).to_string());
            let key = format!("{}[{label}]", self.key);
            let entry = Entry { document: self.document, key, at: value.span().start, value: value.get_ref() };
            entry.section(expected, known)
        };
        // All are looked at before one that is wrong ends the list.
        let read: Vec<_> = items.iter().enumerate().map(item).collect();
        read.into_iter().collect()
    }

    /// A table as JSON; dates and times become text.
    pub(crate) fn json_table(&self, expected: &str) -> Option<Value> {
        if self.value.as_table().is_none() {
            return self.wrong_type(expected);
        }
        json(self.value).or_else(|| self.wrong("holds inf, nan or a whole number beyond 64 bits", expected))
    }
}

/// The value as JSON. `None` when it holds a number that JSON cannot carry.
fn json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => Value::from(i64::from_str_radix(number.as_str(), number.radix()).ok()?),
        DeValue::Float(number) => Value::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(moment) => Value::from(moment.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect::<Option<_>>()?,
        DeValue::Table(table) => table
            .iter()
            .map(|(key, value)| Some((key.get_ref().to_string(), json(value.get_ref())?)))
            .collect::<Option<_>>()?,
    })
}

/// The known word that was probably meant, or all of them.
fn nearest(word: &str, known: &[&str]) -> String {
    let alike =
        known.iter().map(|known| (strsim::jaro_winkler(word, known), known)).filter(|(alike, _)| *alike >= ALIKE);
    match alike.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
        Some((_, nearest)) => format!("did you mean \"{nearest}\"?"),
        None => format!("expected one of {}", known.join(", ")),
    }
}

fn path_of(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// The line, counted from 1, of the byte at `offset`.
fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
