//! What a value looks like, whatever it is called: what shape its pseudonym has to keep.

use uuid::Uuid;

/// A shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing, or nothing that tells: empty, one or two digits, a truth value.
    Plain,
    /// A moment, a day or a length of time.
    Time,
    /// A signed token.
    Token,
    /// A GUID with its hyphens.
    Guid,
    /// An address of mail, perhaps with a scheme such as `smtp:` before it.
    Mail,
    /// An address of the web, whole or from its path on.
    Address,
    /// Digits, perhaps with what phone numbers have between them.
    Digits,
    /// A domain.
    Domain,
    /// Up to three words: a name.
    Words,
    /// A sentence.
    Sentence,
    /// One piece of anything else: an id, a key, a cursor.
    Piece,
}

/// The most words that are a name rather than a sentence.
const NAME: usize = 3;
/// A word longer than this is a piece.
const LONGEST_WORD: usize = 24;

impl Shape {
    /// The shape of a value.
    pub(crate) fn of(text: &str) -> Self {
        let trimmed = text.trim();
        let letters = trimmed.chars().any(char::is_alphabetic);
        let digits = trimmed.chars().filter(char::is_ascii_digit).count();
        match trimmed {
            "" | "true" | "false" | "null" => Self::Plain,
            _ if !letters && digits == 0 => Self::Plain,
            _ if !letters && digits == trimmed.len() && digits <= 2 => Self::Plain,
            _ if is_time(trimmed) => Self::Time,
            _ if is_token(trimmed) => Self::Token,
            _ if trimmed.len() == 36 && Uuid::try_parse(trimmed).is_ok() => Self::Guid,
            _ if is_address(trimmed) => Self::Address,
            _ if mail(trimmed).is_some() => Self::Mail,
            _ if !letters && trimmed.chars().all(|c| c.is_ascii_digit() || "+ ()-./".contains(c)) => Self::Digits,
            _ if is_domain(trimmed) => Self::Domain,
            _ if is_words(trimmed) => Self::Words,
            _ if trimmed.contains(char::is_whitespace) => Self::Sentence,
            _ => Self::Piece,
        }
    }
}

/// The scheme before an address of mail (`smtp:`, or nothing), what stands before the `@`, and the domain.
pub(crate) fn mail(text: &str) -> Option<(&str, &str, &str)> {
    let (before, domain) = text.rsplit_once('@')?;
    let (scheme, local) = match before.split_once(':') {
        Some((scheme, local)) => (text.get(..=scheme.len())?, local),
        None => ("", before),
    };
    let fits = |c: char| !c.is_whitespace() && !"/?<>\"".contains(c);
    let is_scheme = scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == ':');
    (!local.is_empty() && local.chars().all(fits) && is_scheme && is_domain(domain)).then_some((scheme, local, domain))
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let top = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && text.split('.').all(label)
        && top.len() >= 2
        && TOPS.contains(&top.to_ascii_lowercase().as_str())
        || text.contains('.')
            && text.split('.').count() > 2
            && text.split('.').all(label)
            && top.len() >= 2
            && top.chars().all(|c| c.is_ascii_lowercase())
}

/// Where a name of two parts is a domain, and not somebody's first and last name.
#[rustfmt::skip]
const TOPS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "mil", "int", "io", "co", "eu", "de", "fr", "uk", "us", "ca", "au", "nl", "be", "ch", "at", "it",
    "es", "pt", "se", "no", "dk", "fi", "pl", "cz", "ro", "ie", "jp", "in", "br", "mx", "za", "nz", "sg", "hk", "cn", "ru", "tr", "biz",
    "info", "cloud", "dev", "app", "tech", "online", "group", "local", "internal", "corp", "lan", "example", "test", "invalid",
];

fn is_address(text: &str) -> bool {
    let scheme = ["http://", "https://", "wss://", "ws://"].iter().any(|scheme| text.starts_with(scheme));
    (scheme || (text.starts_with('/') && text.len() > 1)) && !text.contains(char::is_whitespace)
}

fn is_words(text: &str) -> bool {
    let fits = |c: char| c.is_alphabetic() || c == ' ' || "'’.,&_-".contains(c);
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    // Letters in both cases without order are an id.
    let mixed = |word: &str| {
        let turns =
            word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
        word.len() > LONGEST_WORD || (word.len() >= 10 && turns.count() >= 2)
    };
    text.chars().all(fits) && text.split_whitespace().count() <= NAME && !words.clone().any(mixed)
}

fn is_token(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let fits = |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    matches!(parts.len(), 3 | 5) && text.starts_with("eyJ") && parts.iter().all(fits)
}

/// `2027-01-25`, `2027-01-25T08:00:00.000+00:00`, `PT5M`.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let day =
        digits(0, 4) && digits(5, 7) && digits(8, 10) && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    let rest = text.get(10..).unwrap_or_default();
    let clock = |c: char| c.is_ascii_digit() || ":.+-".contains(c) || matches!(c, 'T' | 'Z' | ' ');
    let moment =
        day && rest.len() <= 26 && rest.chars().all(clock) && (rest.is_empty() || rest.starts_with(['T', ' ']));
    let length = text.strip_prefix('P').is_some_and(|rest| {
        rest.contains(|c: char| c.is_ascii_digit())
            && rest.len() <= 20
            && rest.chars().all(|c| c.is_ascii_digit() || "TYMWDHS.".contains(c))
            && rest.ends_with(|c: char| c.is_ascii_uppercase())
    });
    moment || length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_known_by_its_looks() {
        for (text, shape) in [
            ("", Shape::Plain),
            ("17", Shape::Plain),
            ("--", Shape::Plain),
            ("true", Shape::Plain),
            ("2027-01-25T08:00:00.000+00:00", Shape::Time),
            ("2027-01-25", Shape::Time),
            ("PT5M", Shape::Time),
            ("eyJ0.eyJ1.sig-_", Shape::Token),
            ("9F4ebab6-520d-49c0-85cc-7b25c78d4a93", Shape::Guid),
            ("jane.doe@corp.com", Shape::Mail),
            ("SMTP:Jane@corp.com", Shape::Mail),
            ("jane_corp.com#EXT#@acme.onmicrosoft.com", Shape::Mail),
            ("https://graph.microsoft.com/v1.0/users?$skiptoken=a%2Bb", Shape::Address),
            ("/users/17/presence", Shape::Address),
            ("+1 (408) 555-1234", Shape::Digits),
            ("1001", Shape::Digits),
            ("corp.com", Shape::Domain),
            ("acme.onmicrosoft.com", Shape::Domain),
            ("jane.doe", Shape::Words),
            ("Jané O'Brien-Li", Shape::Words),
            ("Out until Monday, call Ann", Shape::Sentence),
            ("Call 1234", Shape::Sentence),
            ("hvOB1l3zDCaDAwp9tNLzZA", Shape::Piece),
            ("hvOBlzDCaDAwptNLzZA", Shape::Piece),
            ("acme01", Shape::Piece),
        ] {
            assert_eq!(Shape::of(text), shape, "{text}");
        }
    }
}
