//! Paths, queries and whole addresses.

use percent_encoding::percent_decode_str;
use url::Url;

use super::Anonymiser;
use crate::names::{Kind, is_path, is_word};
use crate::pseudonym::REMOVED;
use crate::shape::Shape;

/// Words of a condition that are no names.
#[rustfmt::skip]
const OPERATORS: &[&str] = &[
    "eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "in", "out", "startswith", "endswith", "contains", "any", "true", "false",
    "null", "asc", "desc", "corporate",
];

impl Anonymiser {
    /// An address, whole or from its path on. A provider's own host becomes the one that stands for it.
    pub(super) fn address(&mut self, text: &str) -> String {
        if text.starts_with('/') {
            let (path, query) = text.split_once('?').unwrap_or((text, ""));
            return self.path_and_query(path, query);
        }
        let Ok(url) = Url::parse(text) else { return self.pseudonyms.piece(text) };
        let host = match self.bases().stand_in(&url) {
            Some(host) => host.to_owned(),
            None => {
                let host = url.host_str().unwrap_or_default();
                format!("{}://{}", url.scheme(), self.pseudonyms.of(host))
            }
        };
        host + &self.path_and_query(url.path(), url.query().unwrap_or_default())
    }

    /// The address that describes an answer, without what is said there of whom.
    pub(super) fn context(&mut self, text: &str) -> String {
        let host = Url::parse(text).ok().and_then(|url| self.bases().stand_in(&url).map(str::to_owned));
        host.unwrap_or_else(|| "https://other.example".to_owned()) + "/v1.0/$metadata"
    }

    fn path_and_query(&mut self, path: &str, query: &str) -> String {
        let path = self.path(path);
        if query.is_empty() {
            return path;
        }
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(self.query(query));
        path + "?" + &pairs.finish()
    }

    /// A path, of which the documented parts are kept.
    pub(crate) fn path(&mut self, path: &str) -> String {
        let parts: Vec<String> = path.split('/').map(|part| self.part(part)).collect();
        parts.join("/")
    }

    fn part(&mut self, part: &str) -> String {
        let plain = percent_decode_str(part).decode_utf8_lossy();
        if part.is_empty() || is_path(&plain) {
            return part.to_owned();
        }
        // `users('…')`
        if let Some((name, id)) = plain.strip_suffix("')").and_then(|plain| plain.split_once("('")) {
            let name = if is_path(name) { name.to_owned() } else { self.value(name) };
            return format!("{name}('{}')", escaped(&self.value(id)));
        }
        escaped(&self.value(&plain))
    }

    /// A query, in its order.
    pub(crate) fn query(&mut self, query: &str) -> Vec<(String, String)> {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let pair = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            let kind = self.names.kind(&name).unwrap_or(Kind::Shape);
            (self.name(&name), self.query_value(&value, kind))
        };
        pairs.map(pair).collect()
    }

    fn query_value(&mut self, value: &str, kind: Kind) -> String {
        const LONGEST_NUMBER: usize = 4;
        let mut parts = value.split(',');
        match kind {
            Kind::Number if value.len() <= LONGEST_NUMBER && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                value.to_owned()
            }
            Kind::Word if parts.all(is_word) => value.to_owned(),
            Kind::Shape | Kind::Fields if parts.all(|part| self.is_field(part)) => value.to_owned(),
            Kind::Filter => self.condition(value),
            Kind::Secret => REMOVED.to_owned(),
            _ => self.value(value),
        }
    }

    /// Whether this is the name of a field, perhaps of one within another, and which way it is sorted.
    fn is_field(&self, text: &str) -> bool {
        let mut parts = text.trim_start_matches(['+', '-']).split(['.', '/', ' ']);
        let known =
            |part: &str| OPERATORS.contains(&part.to_ascii_lowercase().as_str()) || self.names.kind(part).is_some();
        !text.is_empty() && (self.names.kind(text).is_some() || parts.all(known))
    }

    /// A condition: names, operators and moments stay, all else is a value.
    fn condition(&mut self, text: &str) -> String {
        let inside = |c: char| c.is_alphanumeric() || "_.@:+-".contains(c);
        let mut made = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (run, next) = if let ('\'' | '"', Some(end)) = (first, rest[1..].find(first)) {
                made.push(first);
                (&rest[1..=end], &rest[end + 1..])
            } else if inside(first) {
                rest.split_at(rest.find(|c| !inside(c)).unwrap_or(rest.len()))
            } else {
                made.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            };
            let quoted = next.starts_with(['\'', '"']);
            let kept = self.is_field(run) || Shape::of(run) == Shape::Time;
            made.push_str(&if kept { run.to_owned() } else { self.value(run) });
            rest = next;
            if quoted && let Some(quote) = next.chars().next() {
                made.push(quote);
                rest = &next[quote.len_utf8()..];
            }
        }
        made
    }
}

/// A part of a path as it is sent.
fn escaped(part: &str) -> String {
    let mut url = Url::parse("http://x/").ok();
    if let Some(mut parts) = url.as_mut().and_then(|url| url.path_segments_mut().ok()) {
        parts.clear().push(part);
    }
    url.map_or_else(String::new, |url| url.path().trim_start_matches('/').to_owned())
}
