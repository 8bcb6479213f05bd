//! Names in place of names: the same for the same, different for different ones, of the same shape, and nothing to be learned from
//! them once the key is gone.
//!
//! The key is made for one recording, is never written and ends with the process. What a name becomes follows from the name alone,
//! wherever it stands: in an address, a header, a body.

use std::collections::{HashMap, HashSet};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::shape::{Shape, mail};

/// What stands for a secret: nothing of it is kept.
pub(crate) const REMOVED: &str = "REMOVED";

/// How often another pseudonym is tried when one is taken, before it becomes longer.
const TRIES: u32 = 40;
/// Syllables of a made-up word: 31 million words.
const SYLLABLES: usize = 4;
const CONSONANTS: &[u8] = b"bdfghklmnprstvz";
const VOWELS: &[u8] = b"aeiou";
const MICROSOFT: &str = ".onmicrosoft.com";

/// The pseudonyms of one recording, and whose they are.
pub(crate) struct Pseudonyms {
    key: [u8; 32],
    /// With kind and original as key, its pseudonym as value.
    known: HashMap<String, String>,
    /// All pseudonyms, in lower case.
    made: HashSet<String>,
    /// All that was replaced, in lower case.
    originals: HashSet<String>,
}

impl Pseudonyms {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self { key, known: HashMap::new(), made: HashSet::new(), originals: HashSet::new() }
    }

    /// What was replaced, in lower case.
    pub(crate) const fn originals(&self) -> &HashSet<String> {
        &self.originals
    }

    /// Whether this, in lower case, is a pseudonym.
    pub(crate) fn is_made(&self, text: &str) -> bool {
        self.made.contains(text)
    }

    /// Takes note of something that must not be found in the recording.
    pub(crate) fn note(&mut self, original: &str) {
        const SHORTEST: usize = 3;
        let original = original.trim();
        if original.len() >= SHORTEST {
            self.originals.insert(original.to_lowercase());
        }
    }

    /// A sentence that is nobody's stays as it is.
    pub(crate) fn keep(&mut self, sentence: &str) {
        self.known.insert(known_as("sentence", sentence), sentence.to_owned());
        self.made.insert(sentence.to_lowercase());
    }

    /// What stands for a value, by its shape. Values that tell nothing stay.
    pub(crate) fn of(&mut self, text: &str) -> String {
        let trimmed = text.trim();
        let made = match Shape::of(trimmed) {
            Shape::Plain | Shape::Time => return trimmed.to_owned(),
            Shape::Token => return REMOVED.to_owned(),
            Shape::Guid => self.guid(trimmed),
            Shape::Mail => self.mail(trimmed),
            Shape::Digits => self.digits(trimmed),
            Shape::Domain => self.domain(trimmed),
            Shape::Words => self.words(trimmed),
            Shape::Sentence => self.sentence(trimmed),
            Shape::Piece | Shape::Address => self.piece(trimmed),
        };
        // What is put together of pseudonyms is one too.
        self.made.insert(made.to_lowercase());
        made
    }

    fn guid(&mut self, text: &str) -> String {
        let lower = text.to_ascii_lowercase();
        let guid = self.one("guid", &lower, |key, try_, _| {
            let mut bytes = [0; 16];
            bytes.iter_mut().zip(stream(key, "guid", &lower, try_)).for_each(|(byte, made)| *byte = made);
            uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
        });
        if text.contains(|c: char| c.is_ascii_uppercase()) { guid.to_ascii_uppercase() } else { guid }
    }

    /// What stands for the id of a publication of ours: it follows from whose it is.
    pub(crate) fn publication(&mut self, original: &str, made: Uuid) -> String {
        self.note(original);
        self.made.insert(made.to_string());
        made.to_string()
    }

    fn mail(&mut self, text: &str) -> String {
        let Some((scheme, local, domain)) = mail(text) else { return self.piece(text) };
        self.note(&text[scheme.len()..]);
        let local = match local.split_once("#EXT#") {
            Some((guest, _)) => format!("{}#EXT#", self.local(guest)),
            None => self.local(local),
        };
        format!("{scheme}{local}@{}", self.domain(domain))
    }

    fn local(&mut self, local: &str) -> String {
        if matches!(Shape::of(local), Shape::Words | Shape::Domain) {
            return self.words(local);
        }
        let lower = local.to_lowercase();
        let made = self.piece(&lower);
        if lower == local { made } else { capital(&made) }
    }

    fn domain(&mut self, text: &str) -> String {
        let lower = text.to_lowercase();
        self.one("domain", &lower, |key, try_, _| {
            let end = if lower.ends_with(MICROSOFT) { ".onmicrosoft.example" } else { ".example" };
            syllables(key, "domain", &lower, try_) + end
        })
    }

    /// Each word of a name by itself, so that the first name is the same with and without the last.
    fn words(&mut self, text: &str) -> String {
        self.note(text);
        let mut made = String::new();
        for part in text.split_inclusive(|c: char| !c.is_alphabetic()) {
            let (word, rest) = part.split_at(
                part.rfind(char::is_alphabetic)
                    .map_or(0, |at| at + part[at..].chars().next().map_or(0, char::len_utf8)),
            );
            if !word.is_empty() {
                made.push_str(&self.word(word));
            }
            made.push_str(rest);
        }
        made
    }

    fn word(&mut self, word: &str) -> String {
        let lower = word.to_lowercase();
        let made = self.one("word", &lower, |key, try_, _| {
            let end = if lower.is_ascii() { "" } else { "é" };
            syllables(key, "word", &lower, try_) + end
        });
        let mut letters = word.chars();
        match (letters.next().is_some_and(char::is_uppercase), letters.any(char::is_lowercase)) {
            (true, false) if word.chars().count() > 1 => made.to_uppercase(),
            (true, _) => capital(&made),
            _ => made,
        }
    }

    /// As many digits, with the same between them.
    fn digits(&mut self, text: &str) -> String {
        self.note(text);
        let old: String = text.chars().filter(char::is_ascii_digit).collect();
        let new = self.one("digits", &old, |key, try_, longer| {
            let made = old.bytes().chain(std::iter::repeat_n(b'1', longer)).zip(stream(key, "digits", &old, try_));
            let digit = |(place, (was, byte)): (usize, (u8, u8))| match (place, was) {
                (0, b'0') => '0',
                (0, _) => char::from(b'1' + byte % 9),
                _ => char::from(b'0' + byte % 10),
            };
            made.enumerate().map(digit).collect()
        });
        let mut new = new.chars();
        let mut made: String =
            text.chars().map(|c| if c.is_ascii_digit() { new.next().unwrap_or(c) } else { c }).collect();
        made.extend(new);
        made
    }

    /// A number of as many digits.
    pub(crate) fn number(&mut self, digits: &str) -> String {
        self.digits(digits)
    }

    /// Words, as many and with the same between them, that follow from the whole sentence: nobody can count how often one is used.
    /// Microsoft's numbers of errors stay.
    pub(crate) fn sentence(&mut self, text: &str) -> String {
        let text = text.trim();
        if let Some(known) = self.known.get(&known_as("sentence", text)) {
            return known.clone();
        }
        self.note(text);
        let mut bytes = stream(&self.key, "sentence", text, 0);
        let mut made = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            let run = &rest[..length.max(first.len_utf8())];
            rest = &rest[run.len()..];
            let is_code = run.strip_prefix("AADSTS").is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
            match first {
                _ if is_code || !first.is_alphanumeric() => made.push_str(run),
                _ if run.bytes().all(|byte| byte.is_ascii_digit()) => {
                    made.extend(run.bytes().zip(&mut bytes).map(|(_, byte)| char::from(b'0' + byte % 10)));
                }
                _ => {
                    made.extend((0..run.chars().count().clamp(2, 10)).zip(&mut bytes).map(|(at, byte)| pick(at, byte)));
                }
            }
        }
        self.known.insert(known_as("sentence", text), made.clone());
        self.made.insert(made.to_lowercase());
        made
    }

    /// The same number of characters, letters for letters, digits for digits.
    pub(crate) fn piece(&mut self, text: &str) -> String {
        const HEX: &[u8] = b"0123456789abcdef";
        self.note(text);
        let hex = text.len() >= 16 && text.bytes().all(|byte| HEX.contains(&byte));
        self.one("piece", text, |key, try_, longer| {
            let old = text.chars().chain(std::iter::repeat_n('x', longer)).zip(stream(key, "piece", text, try_));
            let of = |letters: &[u8], byte: u8| {
                letters.get(usize::from(byte) % letters.len()).copied().map_or('x', char::from)
            };
            let like = |(was, byte): (char, u8)| match was {
                _ if hex => of(HEX, byte),
                '0'..='9' => of(b"0123456789", byte),
                'A'..='Z' => of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", byte),
                'a'..='z' => of(b"abcdefghijklmnopqrstuvwxyz", byte),
                other if other.is_alphanumeric() => of(b"abcdefghijklmnopqrstuvwxyz", byte),
                other => other,
            };
            old.map(like).collect()
        })
    }

    /// The pseudonym of an original; made when there is none yet, so that no two have the same, and that it is nobody's name.
    fn one(&mut self, kind: &str, original: &str, make: impl Fn(&[u8; 32], u32, usize) -> String) -> String {
        self.note(original);
        let place = known_as(kind, original);
        if let Some(known) = self.known.get(&place) {
            return known.clone();
        }
        let mut tried = 0;
        let made = loop {
            let made = make(&self.key, tried, usize::try_from(tried / TRIES).unwrap_or(0));
            let lower = made.to_lowercase();
            if !self.made.contains(&lower) && !self.originals.contains(&lower) {
                self.made.insert(lower);
                break made;
            }
            tried += 1;
        };
        self.known.insert(place, made.clone());
        made
    }
}

fn known_as(kind: &str, original: &str) -> String {
    format!("{kind}\0{original}")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn syllables(key: &[u8; 32], purpose: &str, text: &str, try_: u32) -> String {
    (0..2 * SYLLABLES).zip(stream(key, purpose, text, try_)).map(|(at, byte)| pick(at, byte)).collect()
}

/// A consonant at even places, a vowel at odd ones.
fn pick(at: usize, byte: u8) -> char {
    let letters = if at.is_multiple_of(2) { CONSONANTS } else { VOWELS };
    letters.get(usize::from(byte) % letters.len()).copied().map_or('a', char::from)
}

/// Bytes without end that follow from the key and all of this.
fn stream(key: &[u8; 32], purpose: &str, text: &str, try_: u32) -> impl Iterator<Item = u8> {
    // A key of any length is one to HMAC.
    let keyed = Hmac::<Sha256>::new_from_slice(key).ok().map(|mut mac| {
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(&try_.to_be_bytes());
        mac.update(text.as_bytes());
        mac
    });
    (0u32..)
        .map_while(move |block| {
            keyed.clone().map(|mut mac| {
                mac.update(&[0]);
                mac.update(&block.to_be_bytes());
                mac.finalize().into_bytes()
            })
        })
        .flatten()
}

#[cfg(test)]
mod tests;
