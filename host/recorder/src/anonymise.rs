//! Values of an exchange, one by one: what is kept and what is replaced. What nobody knows is replaced.
//!
//! * `address`: paths, queries and whole addresses

mod address;

use std::collections::{BTreeMap, HashMap};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::{Map, Number, Value};
use uuid::Uuid;

use crate::bases::Bases;
use crate::names::{Kind, Names, is_of_the_format, is_word};
use crate::pseudonym::{Pseudonyms, REMOVED};
use crate::shape::Shape;

/// What the id of a tenant's publication for a user is: the tenant's own name, or the one that it has in the recording.
pub type PublicationId = Box<dyn Fn(Whose, &str) -> Uuid + Send>;

/// Whose publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The real tenant's.
    Original,
    /// The recorded tenant's.
    Recorded,
}

/// Integers below this identify nobody.
const SMALL: i64 = 100;
/// The shortest secret that is looked for.
const SECRET: usize = 6;

/// Replaces what belongs to somebody.
pub(crate) struct Anonymiser {
    names: Names,
    pub(crate) pseudonyms: Pseudonyms,
    bases: Bases,
    publication_id: PublicationId,
    /// With the id of a publication of ours as key, the 8x8 user's as value.
    publications: HashMap<String, String>,
    /// Names of fields that nobody knows, and how often they came.
    pub(crate) unknown: BTreeMap<String, u64>,
    /// Words that were kept until they turned out to be somebody's name too, and how often they came.
    pub(crate) mended: BTreeMap<String, u64>,
    /// What must not be found in the recording.
    pub(crate) secrets: Vec<SecretString>,
}

impl Anonymiser {
    pub(crate) fn new(key: [u8; 32], names: Names, bases: Bases, publication_id: PublicationId) -> Self {
        let (publications, unknown, mended) = (HashMap::new(), BTreeMap::new(), BTreeMap::new());
        Self {
            names,
            pseudonyms: Pseudonyms::new(key),
            bases,
            publication_id,
            publications,
            unknown,
            mended,
            secrets: Vec::new(),
        }
    }

    /// The service that an address belongs to.
    pub(crate) const fn bases(&self) -> &Bases {
        &self.bases
    }

    /// A string, by its shape.
    pub(crate) fn value(&mut self, text: &str) -> String {
        match Shape::of(text) {
            Shape::Address => self.address(text),
            Shape::Guid => match self.publications.get(&text.to_ascii_lowercase()).cloned() {
                Some(user) => {
                    let made = (self.publication_id)(Whose::Recorded, &self.pseudonyms.of(&user));
                    self.pseudonyms.publication(text, made)
                }
                None => self.pseudonyms.of(text),
            },
            _ => self.pseudonyms.of(text),
        }
    }

    /// A body.
    pub(crate) fn json(&mut self, value: Value) -> Value {
        self.walk(value, Kind::Shape)
    }

    /// A form, of which only what kind of grant it asks for is kept, and who asks by pseudonym.
    pub(crate) fn form(&mut self, body: &[u8]) -> BTreeMap<String, String> {
        let pairs = url::form_urlencoded::parse(body);
        let field = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            let kept = match (&*name, self.names.kind(&name)) {
                ("grant_type", _) => value.into_owned(),
                ("client_id" | "username", _) => self.value(&value),
                _ => {
                    if self.names.kind(&name) == Some(Kind::Secret) {
                        self.secret(&value);
                    }
                    REMOVED.to_owned()
                }
            };
            (self.name(&name), kept)
        };
        pairs.map(field).collect()
    }

    /// A text that is no JSON.
    pub(crate) fn text(&mut self, text: &str) -> String {
        self.pseudonyms.sentence(text)
    }

    /// Takes note of a secret, whose text must not be found.
    pub(crate) fn secret(&mut self, text: &str) {
        if text.len() >= SECRET && text != REMOVED {
            self.secrets.push(text.into());
        }
    }

    /// The headers that are kept.
    pub(crate) fn headers(&mut self, headers: &HeaderMap) -> BTreeMap<String, String> {
        const KEPT: &[&str] = &["accept", "content-type", "retry-after", "prefer", "consistencylevel", "allow"];
        const LIMITS: &[&str] = &["x-ratelimit-", "ratelimit-"];
        let mut kept = BTreeMap::new();
        for (name, value) in headers {
            let Ok(text) = value.to_str() else { continue };
            let name = name.as_str();
            if name == "location" {
                kept.insert(name.to_owned(), self.value(text));
            } else if (KEPT.contains(&name) && is_plain(text))
                || (LIMITS.iter().any(|limit| name.starts_with(limit)) && text.bytes().all(|b| b.is_ascii_digit()))
            {
                kept.insert(name.to_owned(), text.to_owned());
            } else {
                self.note_secret_header(name, text);
            }
        }
        kept
    }

    fn note_secret_header(&mut self, name: &str, text: &str) {
        if ["authorization", "x-api-key", "8x8-apikey", "set-cookie", "cookie"].contains(&name) {
            let text = text.split_once(' ').map_or(text, |(_, secret)| secret);
            self.secret(text.split(';').next().unwrap_or(text));
        }
    }

    fn walk(&mut self, value: Value, kind: Kind) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value,
            _ if kind == Kind::Secret => {
                if let Value::String(text) = &value {
                    self.secret(text);
                }
                Value::from(REMOVED)
            }
            Value::String(text) => Value::from(self.string(&text, kind)),
            Value::Number(number) => Value::Number(self.number(number, kind)),
            Value::Array(values) => values.into_iter().map(|value| self.walk(value, kind)).collect(),
            Value::Object(fields) => self.object(fields),
        }
    }

    fn object(&mut self, fields: Map<String, Value>) -> Value {
        for name in ["userId", "assignedUserId"] {
            if let Some(user) = fields.get(name).and_then(Value::as_str) {
                let ours = (self.publication_id)(Whose::Original, user).to_string();
                self.publications.insert(ours, user.to_owned());
            }
        }
        // In a pair of key and value the value is what the key says.
        let pair = fields.get("key").and_then(Value::as_str).and_then(|key| self.names.kind(key));
        let mut object = Map::new();
        for (name, value) in fields {
            let kind = match (self.names.kind(&name), pair) {
                (Some(Kind::Shape), Some(pair)) if name == "value" => pair,
                (Some(Kind::Shape), Some(_)) if name == "key" => Kind::Word,
                (kind, _) => kind.unwrap_or(Kind::Shape),
            };
            let value = self.walk(value, kind);
            object.insert(self.name(&name), value);
        }
        Value::Object(object)
    }

    /// A line once more, when all names are known: a word that was kept as a provider's and turns out to be somebody's name as well is
    /// replaced too.
    pub(crate) fn mend(&mut self, value: Value, name: &str) -> Value {
        match value {
            Value::String(text) if self.names.kind(name) == Some(Kind::Word) && self.is_somebodys(&text) => {
                *self.mended.entry(text.clone()).or_default() += 1;
                Value::from(self.pseudonyms.of(&text))
            }
            Value::Array(values) => values.into_iter().map(|value| self.mend(value, name)).collect(),
            Value::Object(fields) => {
                let key = fields.get("key").and_then(Value::as_str).map(str::to_owned);
                let mend = |(name, value): (String, Value)| {
                    let says = key.as_deref().filter(|_| name == "value").unwrap_or(&name);
                    let value = self.mend(value, says);
                    (name, value)
                };
                Value::Object(fields.into_iter().map(mend).collect())
            }
            other => other,
        }
    }

    fn is_somebodys(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        self.pseudonyms.originals().contains(&lower) && !self.pseudonyms.is_made(&lower) && !is_of_the_format(&lower)
    }

    /// The name of a field; one that nobody knows may be somebody's.
    fn name(&mut self, name: &str) -> String {
        if self.names.kind(name).is_some() {
            return name.to_owned();
        }
        *self.unknown.entry(name.to_owned()).or_default() += 1;
        self.value(name)
    }

    fn string(&mut self, text: &str, kind: Kind) -> String {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let shape = Shape::of(text);
        match kind {
            Kind::Word if is_word(text) => text.to_owned(),
            Kind::Number if digits => text.to_owned(),
            Kind::Public if is_public(text) => text.to_owned(),
            Kind::Zone if !text.is_empty() => "UTC".to_owned(),
            Kind::Context => self.context(text),
            Kind::Text if !matches!(shape, Shape::Plain | Shape::Time | Shape::Token) => self.pseudonyms.sentence(text),
            _ => self.value(text),
        }
    }

    fn number(&mut self, number: Number, kind: Kind) -> Number {
        let small = number.as_i64().is_some_and(|number| (-SMALL..SMALL).contains(&number));
        if small || matches!(kind, Kind::Word | Kind::Public | Kind::Number) {
            return number;
        }
        let text = self.pseudonyms.number(&number.to_string());
        serde_json::from_str(&text).unwrap_or_else(|_| Number::from(0))
    }
}

/// Whether a header's value is made of nothing but words, numbers and media types.
fn is_plain(text: &str) -> bool {
    const LONGEST: usize = 120;
    text.len() <= LONGEST && text.chars().all(|c| c.is_ascii_alphanumeric() || " /+.;=*,:-_\"".contains(c))
}

/// A counter, the id of a product or a media type: not longer than one, and of nothing else.
fn is_public(text: &str) -> bool {
    const LONGEST: usize = 60;
    text.len() <= LONGEST && text.chars().all(|c| c.is_ascii_alphanumeric() || "-/+.;= ".contains(c))
}

/// An answer's header that is none of the provider's own.
pub(crate) fn json_headers() -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static("content-type"), HeaderValue::from_static("application/json"))])
}

#[cfg(test)]
mod tests;
