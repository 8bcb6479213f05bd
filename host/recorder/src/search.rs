//! The last pass over a finished recording: whatever was replaced or left out is looked for in it, every value, before anybody gets it.
//!
//! * Ids, addresses, domains and secrets are looked for anywhere, in any case.
//! * Names, numbers and short values are compared with whole words and whole values: a name such as *May* is part of many words.
//! * Values that are encoded (percent, base64) are looked at decoded too.
//!
//! A word that the format or the providers' documents use themselves, such as a queue that is called *Users*, cannot be told from that use.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::names::{Kind, Names, is_of_the_format};
use crate::pseudonym::{Pseudonyms, REMOVED};
use crate::shape::Shape;

/// Ids shorter than this are compared as a whole.
const DISTINCT: usize = 8;
/// How many places are told.
const MOST: usize = 20;

/// A place where something was found that should not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The line of the file.
    pub line: usize,
    /// The field, such as `answer/value/0/displayName`.
    pub place: String,
    /// What it looks like: its length and its first letter, no more.
    pub hint: String,
}

/// What is looked for.
pub(crate) struct Search<'a> {
    pseudonyms: &'a Pseudonyms,
    /// Looked for anywhere.
    anywhere: Option<AhoCorasick>,
    secrets: Option<AhoCorasick>,
}

/// Why a recording could not be searched.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The file cannot be read.
    #[error("the recording cannot be read again: {0}")]
    Io(#[from] std::io::Error),
    /// A line that is no JSON.
    #[error("line {line} of the recording is no JSON: {source}")]
    Json {
        /// Which.
        line: usize,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// Too much to look for.
    #[error("what was replaced cannot be searched for: {0}")]
    Patterns(#[from] aho_corasick::BuildError),
}

impl<'a> Search<'a> {
    pub(crate) fn new(pseudonyms: &'a Pseudonyms, secrets: &[SecretString]) -> Result<Self, SearchError> {
        let anywhere: Vec<&str> =
            pseudonyms.originals().iter().map(String::as_str).filter(|o| is_distinct(o)).collect();
        let secrets: HashSet<&str> = secrets.iter().map(|secret| secret.expose_secret()).collect();
        let find = |patterns: Vec<&str>, any_case| {
            let mut builder = AhoCorasick::builder();
            let builder = builder.ascii_case_insensitive(any_case);
            (!patterns.is_empty()).then(|| builder.build(patterns)).transpose()
        };
        Ok(Self { pseudonyms, anywhere: find(anywhere, true)?, secrets: find(secrets.into_iter().collect(), false)? })
    }

    /// Where something was found; nothing when the recording may be handed over.
    pub(crate) fn run(&self, file: impl Read) -> Result<Vec<Found>, SearchError> {
        let mut found = Vec::new();
        for (line, text) in (1..).zip(BufReader::new(file).lines()) {
            let value = serde_json::from_str(&text?).map_err(|source| SearchError::Json { line, source })?;
            self.line(line, &value, &mut found);
            if found.len() >= MOST {
                break;
            }
        }
        Ok(found)
    }

    fn line(&self, line: usize, value: &Value, found: &mut Vec<Found>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            self.leaf(line, "", name, "", found);
            match (name.as_str(), value) {
                // The format's own numbers.
                ("at" | "took" | "status" | "end" | "presync-recording", _) => {}
                ("query", Value::Array(pairs)) => {
                    for pair in pairs {
                        let name = pair.get(0).and_then(Value::as_str).unwrap_or_default();
                        self.leaf(line, "query", name, "", found);
                        self.value(line, &format!("query/{name}"), name, pair.get(1).unwrap_or(pair), found);
                    }
                }
                _ => self.value(line, name, name, value, found),
            }
        }
    }

    fn value(&self, line: usize, place: &str, name: &str, value: &Value, found: &mut Vec<Found>) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.leaf(line, place, &number.to_string(), name, found),
            Value::String(text) => self.leaf(line, place, text, name, found),
            Value::Array(values) => {
                for (at, value) in values.iter().enumerate() {
                    self.value(line, &format!("{place}/{at}"), name, value, found);
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.leaf(line, place, name, "", found);
                    self.value(line, &format!("{place}/{name}"), name, value, found);
                }
            }
        }
    }

    fn leaf(&self, line: usize, place: &str, text: &str, name: &str, found: &mut Vec<Found>) {
        // A count may be the same number as somebody's extension.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && (is_counted(name) || place.starts_with("headers/") || place.starts_with("answer_headers/")) {
            return;
        }
        if let Some(hit) = self.hit(text).or_else(|| decoded(text).iter().find_map(|text| self.hit(text))) {
            let first: String = hit.chars().take(1).collect();
            let hint = format!("{} characters that begin with \"{first}\"", hit.chars().count());
            found.push(Found { line, place: place.to_owned(), hint });
        }
    }

    fn hit(&self, text: &str) -> Option<String> {
        if let Some(hit) = self.secrets.as_ref().and_then(|secrets| secrets.find(text)) {
            return text.get(hit.range()).map(str::to_owned);
        }
        let lower = text.to_lowercase();
        if self.is_nobodys(&lower) {
            return None;
        }
        if let Some(hit) = self.anywhere.as_ref().and_then(|anywhere| anywhere.find(&lower)) {
            return lower.get(hit.range()).map(str::to_owned);
        }
        let whole = std::iter::once(lower.as_str());
        let parts = lower.split(|c: char| c.is_whitespace() || "/?&=,;()'\"<>|".contains(c));
        whole.chain(parts.filter(|part| !self.is_nobodys(part))).find_map(|part| self.original_in(part))
    }

    /// An original that this is, or that is one of its words.
    fn original_in(&self, part: &str) -> Option<String> {
        if self.is_original(part) {
            return Some(part.to_owned());
        }
        let halves = part.split('@').filter(|half| !self.is_nobodys(half));
        let mut words = halves.flat_map(|half| std::iter::once(half).chain(half.split(|c: char| !c.is_alphanumeric())));
        words.find(|word| self.is_original(word)).map(str::to_owned)
    }

    /// A pseudonym, or a moment.
    fn is_nobodys(&self, text: &str) -> bool {
        self.pseudonyms.is_made(text)
            || text.eq_ignore_ascii_case(REMOVED)
            || Shape::of(&text.to_uppercase()) == Shape::Time
    }

    fn is_original(&self, piece: &str) -> bool {
        self.pseudonyms.originals().contains(piece) && !self.pseudonyms.is_made(piece) && !is_of_the_format(piece)
    }
}

/// Whether numbers under this name are kept.
fn is_counted(name: &str) -> bool {
    matches!(Names::default().kind(name), Some(Kind::Number | Kind::Public | Kind::Word))
}

/// Whether this would not be part of something else by chance: an address, or an id of letters and digits.
fn is_distinct(text: &str) -> bool {
    let (letters, digits) = (text.contains(char::is_alphabetic), text.contains(|c: char| c.is_ascii_digit()));
    text.len() >= DISTINCT && letters && (digits || text.contains('@') || text.contains('.')) && !is_of_the_format(text)
}

/// What an encoded text says.
fn decoded(text: &str) -> Vec<String> {
    let mut texts = Vec::new();
    if text.contains('%') {
        texts.push(percent_decode_str(text).decode_utf8_lossy().into_owned());
    }
    let bare = text.trim_end_matches('=');
    let readable = |bytes: Vec<u8>| {
        String::from_utf8(bytes).ok().filter(|text| text.len() >= 4 && !text.contains(|c: char| c.is_control()))
    };
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        texts.extend(engine.decode(bare).ok().and_then(readable));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(recording: &str, originals: &[&str], secrets: &[&str]) -> Vec<(usize, String)> {
        let mut pseudonyms = Pseudonyms::new([1; 32]);
        originals.iter().for_each(|original| pseudonyms.note(original));
        let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
        let found = Search::new(&pseudonyms, &secrets).unwrap().run(recording.as_bytes()).unwrap();
        found.into_iter().map(|found| (found.line, found.place)).collect()
    }

    #[test]
    fn an_original_is_found_wherever_it_is() {
        let encoded = URL_SAFE_NO_PAD.encode("for jane.doe@corp.com only");
        for leak in [
            r#"{"a":["x",{"mail":"JANE.DOE@corp.com"}]}"#,
            r#"{"a":"/users/jane.doe%40corp.com/presence"}"#,
            r#"{"Jane":1}"#,
            r#"{"a":"smtp:jane@elsewhere.example"}"#,
            r#"{"a":1001}"#,
            r#"{"query":[["filter","x==1001"]]}"#,
            &format!(r#"{{"a":"{encoded}"}}"#),
        ] {
            assert_eq!(found(leak, &["jane.doe@corp.com", "Jane", "1001"], &[]).len(), 1, "{leak}");
        }
    }

    #[test]
    fn a_secret_is_found_in_the_middle_of_anything() {
        assert_eq!(found(r#"{"a":{"b":"xS3cretx"}}"#, &[], &["S3cret"]), [(1, "a/b".to_owned())]);
    }

    #[test]
    fn words_of_the_format_and_parts_of_words_are_no_find() {
        let line =
            r#"{"path":"/v1.0/users","word":"Mayor","at":1001,"query":[["pageSize","1001"]],"time":"1001-01-25"}"#;
        assert_eq!(found(line, &["Users", "May", "1001", "status"], &[]), []);
    }

    #[test]
    fn the_hint_tells_no_more_than_the_first_letter() {
        let mut pseudonyms = Pseudonyms::new([1; 32]);
        pseudonyms.note("jane.doe@corp.com");
        let found = Search::new(&pseudonyms, &[]).unwrap().run(&br#"{"a":"jane.doe@corp.com"}"#[..]).unwrap();
        assert_eq!(found[0].hint, "17 characters that begin with \"j\"");
    }
}
