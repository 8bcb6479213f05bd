//! The names that the providers' documents use, and what to expect of each one's value. The table is `names.txt`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What a name's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Judged by its shape.
    Shape,
    /// A word of the provider's, kept while it looks like one.
    Word,
    /// The same for everybody, or a counter: kept.
    Public,
    /// Numbers are kept.
    Number,
    /// A sentence, replaced as a whole.
    Text,
    /// Left out.
    Secret,
    /// A time zone.
    Zone,
    /// An address that describes the answer.
    Context,
    /// Names of fields.
    Fields,
    /// A condition.
    Filter,
}

/// The table, and what is to be replaced although it is in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// In lower case.
    replaced: Vec<String>,
}

struct Table {
    names: HashMap<String, Kind>,
    paths: HashSet<&'static str>,
    /// In lower case.
    values: HashSet<&'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { names: HashMap::new(), paths: HashSet::new(), values: HashSet::new() };
    for line in include_str!("names.txt").lines() {
        let mut words = line.split_whitespace();
        let kind = match words.next() {
            Some("path") => {
                table.paths.extend(words);
                continue;
            }
            Some("value") => {
                table.values.extend(words);
                continue;
            }
            Some("name") => Kind::Shape,
            Some("word") => Kind::Word,
            Some("public") => Kind::Public,
            Some("number") => Kind::Number,
            Some("text") => Kind::Text,
            Some("secret") => Kind::Secret,
            Some("zone") => Kind::Zone,
            Some("context") => Kind::Context,
            Some("fields") => Kind::Fields,
            Some("filter") => Kind::Filter,
            _ => continue,
        };
        for word in words {
            let word = word.to_ascii_lowercase();
            // A name that is a secret anywhere is one everywhere.
            if table.names.get(&word) != Some(&Kind::Secret) {
                table.names.insert(word, kind);
            }
        }
    }
    table
});

impl Names {
    /// The table; the values of `replaced` are judged by their shape, whatever it says.
    pub(crate) fn new(replaced: &[String]) -> Self {
        Self { replaced: replaced.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// What the value of this name is; `None` when nobody knows the name.
    pub(crate) fn kind(&self, name: &str) -> Option<Kind> {
        let name = name.to_ascii_lowercase();
        let kind = *TABLE.names.get(&name)?;
        let replaced = self.replaced.contains(&name) && kind != Kind::Secret;
        Some(if replaced { Kind::Shape } else { kind })
    }
}

/// Whether this is a part of a documented address.
pub(crate) fn is_path(part: &str) -> bool {
    TABLE.paths.contains(part)
}

/// Whether this word, in lower case, belongs to the format or to the documents: it says nothing of anybody.
pub(crate) fn is_of_the_format(word: &str) -> bool {
    TABLE.names.contains_key(word)
        || TABLE.paths.iter().any(|path| path.eq_ignore_ascii_case(word))
        || TABLE.values.contains(word)
}

/// Whether this looks like a word of a provider's, such as `InACall`, `ON_CALL` or `#microsoft.graph.presence`.
pub(crate) fn is_word(text: &str) -> bool {
    const LONGEST: usize = 80;
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-.#:".contains(c);
    let digits = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    !text.is_empty()
        && text.len() <= LONGEST
        && text.chars().all(fits)
        && digits <= 3
        && text.contains(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_providers_look_like_words_and_what_belongs_to_people_does_not() {
        for word in ["InACall", "ON_CALL", "#microsoft.graph.presence", "urn:ietf:params:scim:schemas:core:2.0:User"] {
            assert!(is_word(word), "{word}");
        }
        for other in ["", "ann@corp.com", "Lunch with Ann", "5551234", "ag64oyEUb1234", "é"] {
            assert!(!is_word(other), "{other}");
        }
    }

    #[test]
    fn a_name_is_known_in_any_case_and_a_secret_stays_one() {
        let names = Names::new(&["Status".to_owned(), "access_token".to_owned()]);
        assert_eq!(names.kind("ACCESS_TOKEN"), Some(Kind::Secret));
        assert_eq!(names.kind("status"), Some(Kind::Shape));
        assert_eq!(Names::default().kind("status"), Some(Kind::Word));
        assert_eq!(names.kind("anna"), None);
    }
}
