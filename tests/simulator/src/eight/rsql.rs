//! Filters as 8x8 documents them: RSQL for users, FIQL for contacts, and the sort orders of both.
//!
//! ```text
//! or   := and (',' and)*          and  := term (';' term)*
//! term := '(' or ')' | path operator value        value := word, 'quoted words', or (a,b) after =in= and =out=
//! ```
//! Values are compared without regard to case, `*` stands for anything; paths are compared exactly.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

/// The longest filter and the longest sort order.
const MOST_FILTER: usize = 2_000;
const MOST_SORT: usize = 200;

/// Which operators there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `== != > < >= <=`
    Rsql,
    /// Those, and `=gt= =ge= =lt= =le= =in= =out=`.
    Fiql,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    In,
    Out,
}

const RSQL: [(&str, Operator); 6] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
];
const FIQL: [(&str, Operator); 6] = [
    ("=gt=", Operator::Greater),
    ("=ge=", Operator::GreaterOrEqual),
    ("=lt=", Operator::Less),
    ("=le=", Operator::LessOrEqual),
    ("=in=", Operator::In),
    ("=out=", Operator::Out),
];

/// A filter that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Compare(Compare),
}

/// `path operator values`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compare {
    path: String,
    operator: Operator,
    values: Vec<String>,
}

impl Filter {
    /// Reads a filter; `known` are the paths there are. The error is a sentence.
    pub(crate) fn parse(text: &str, dialect: Dialect, known: &[&str]) -> Result<Self, String> {
        if text.chars().count() > MOST_FILTER {
            return Err(format!("The filter is longer than {MOST_FILTER} characters"));
        }
        let mut reader = Reader { rest: text, dialect, known };
        let filter = reader.any()?;
        match reader.rest {
            "" => Ok(filter),
            rest => Err(format!("Unexpected '{rest}' in the filter")),
        }
    }

    /// Whether a row is let through.
    pub(crate) fn matches(&self, row: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(row)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(row)),
            Self::Compare(compare) => compare.matches(row),
        }
    }
}

impl Compare {
    fn matches(&self, row: &Value) -> bool {
        let found = at_path(row, &self.path);
        let equal = |wanted: &String| found.iter().any(|value| like(value, wanted));
        let ordered = |fits: fn(Ordering) -> bool| {
            self.values.iter().any(|wanted| found.iter().any(|value| order(value, wanted).is_some_and(fits)))
        };
        match self.operator {
            Operator::Equal | Operator::In => self.values.iter().any(equal),
            Operator::NotEqual | Operator::Out => !self.values.iter().any(equal),
            Operator::Greater => ordered(Ordering::is_gt),
            Operator::GreaterOrEqual => ordered(Ordering::is_ge),
            Operator::Less => ordered(Ordering::is_lt),
            Operator::LessOrEqual => ordered(Ordering::is_le),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    dialect: Dialect,
    known: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn any(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.all()?];
        while self.eat(",") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) })
    }

    fn all(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.term()?];
        while self.eat(";") {
            parts.push(self.term()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
    }

    fn term(&mut self) -> Result<Filter, String> {
        if self.eat("(") {
            let inner = self.any()?;
            return if self.eat(")") { Ok(inner) } else { Err(String::from("A parenthesis is not closed")) };
        }
        let path = self.take(|letter| letter.is_ascii_alphanumeric() || letter == '.' || letter == '_');
        if !self.known.contains(&path) {
            return Err(format!("Unknown field '{path}' in the filter; field names are case-sensitive"));
        }
        let operator = self.operator()?;
        let listed = matches!(operator, Operator::In | Operator::Out);
        let mut values = Vec::new();
        if listed && !self.eat("(") {
            return Err(format!("'{path}' wants its values in parentheses"));
        }
        values.push(self.value()?);
        while listed && self.eat(",") {
            values.push(self.value()?);
        }
        if listed && !self.eat(")") {
            return Err(String::from("A parenthesis is not closed"));
        }
        Ok(Filter::Compare(Compare { path: String::from(path), operator, values }))
    }

    fn operator(&mut self) -> Result<Operator, String> {
        let fiql: &[_] = if self.dialect == Dialect::Fiql { &FIQL } else { &[] };
        for (word, operator) in RSQL.iter().chain(fiql) {
            if self.eat(word) {
                return Ok(*operator);
            }
        }
        Err(format!("Unknown operator at '{}'; equality is written ==", self.rest))
    }

    fn value(&mut self) -> Result<String, String> {
        if self.eat("'") {
            let (value, rest) = self.rest.split_once('\'').ok_or_else(|| String::from("A quote is not closed"))?;
            self.rest = rest;
            return Ok(String::from(value));
        }
        match self.take(|letter| !";,()' ".contains(letter)) {
            "" => Err(format!("A value is missing at '{}'", self.rest)),
            value => Ok(String::from(value)),
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        self.rest.strip_prefix(token).inspect(|rest| self.rest = rest).is_some()
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|letter| !fits(letter)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }
}

/// A sort order: paths, and whether each goes down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Sort(Vec<(String, bool)>);

impl Sort {
    /// `+lastName,-status`; a plus sign is often lost on the way and may be missing.
    pub(crate) fn parse(text: &str, known: &[&str]) -> Result<Self, String> {
        if text.chars().count() > MOST_SORT {
            return Err(format!("The sort order is longer than {MOST_SORT} characters"));
        }
        let field = |part: &str| {
            let part = part.trim();
            let (path, down) = match part.strip_prefix('-') {
                Some(path) => (path, true),
                None => (part.strip_prefix('+').unwrap_or(part), false),
            };
            if known.contains(&path) {
                Ok((String::from(path), down))
            } else {
                Err(format!("Cannot sort by '{path}'; possible are {}", known.join(", ")))
            }
        };
        text.split(',').map(field).collect::<Result<_, _>>().map(Self)
    }

    /// Which of two rows comes first.
    pub(crate) fn order(&self, one: &Value, other: &Value) -> Ordering {
        let by = |(path, down): &(String, bool)| {
            let text = |row| at_path(row, path).first().map(|value| plain(value)).unwrap_or_default();
            let order = text(one).cmp(&text(other));
            if *down { order.reverse() } else { order }
        };
        self.0.iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Every value at a path; a list on the way stands for each of its members.
fn at_path<'a>(row: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![row];
    for key in path.split('.') {
        found = found
            .into_iter()
            .flat_map(|value| match value {
                Value::Array(list) => list.iter().filter_map(|item| item.get(key)).collect(),
                other => other.get(key).into_iter().collect::<Vec<_>>(),
            })
            .collect();
    }
    found.into_iter().filter(|value| !value.is_null()).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), String::from).to_lowercase()
}

/// Equal without regard to case; `*` stands for anything.
fn like(value: &Value, wanted: &str) -> bool {
    let (value, wanted) = (plain(value), wanted.to_lowercase());
    let mut parts = wanted.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = value.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

fn order(value: &Value, wanted: &str) -> Option<Ordering> {
    let text = plain(value);
    if let (Ok(one), Ok(other)) = (text.parse::<f64>(), wanted.parse::<f64>()) {
        return one.partial_cmp(&other);
    }
    let time = |text: &str| text.to_uppercase().parse::<Timestamp>();
    match (time(&text), time(wanted)) {
        (Ok(one), Ok(other)) => Some(one.cmp(&other)),
        _ => Some(text.cmp(&wanted.to_lowercase())),
    }
}

#[cfg(test)]
mod tests;
