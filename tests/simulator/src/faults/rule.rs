//! Faults as sentences: `fail 10% of POST /communications/getPresencesByUserId with 503 for 2m`.
//!
//! ```text
//! VERB [SHARE of] [items of] WHERE [by TIME] [with STATUS] [with html] [retry-after SECONDS] [in TENANT] [for TIME] [N times]
//!
//! VERB    fail    the answer is an error
//!         drop    the connection is closed without an answer
//!         delay   the answer comes later, by TIME
//!         hang    nothing comes for TIME, then the connection is closed
//!         cut     the answer breaks off in the middle of its body
//!         slow    the body takes TIME to come
//!         lose    what is asked is done, and the connection is closed without an answer
//! SHARE   10%, or all
//! items   with `fail`: items of a bulk, each by itself
//! WHERE   POST /users/*/presence/setPresence, or the name of an endpoint, or everything
//! TIME    300ms, 1.5s, 2m, 1h30m
//! ```

use std::{fmt, str::FromStr, time::Duration};

use thiserror::Error;

use super::{Endpoint, Fault, route::Route};

const VERBS: [&str; 7] = ["fail", "drop", "delay", "hang", "cut", "slow", "lose"];
const METHODS: [&str; 5] = ["GET", "POST", "PATCH", "PUT", "DELETE"];
const HTML: &str =
    "<!DOCTYPE html><html><head><title>Service unavailable</title></head><body>Come back later.</body></html>";

/// A sentence that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleError {
    /// A word is not what has to stand there.
    #[error("word {at} of the rule is `{found}`; expected {expected}")]
    Word {
        /// Which word, from 1.
        at: usize,
        /// The word.
        found: String,
        /// What could stand there.
        expected: String,
    },
    /// Something is missing at the end.
    #[error("the rule ends after `{after}`; expected {expected}")]
    Ends {
        /// The last word.
        after: String,
        /// What has to follow.
        expected: String,
    },
    /// Two parts do not go together.
    #[error("a rule that begins with `{verb}` {problem}")]
    Verb {
        /// What it begins with.
        verb: String,
        /// What is wrong with that.
        problem: &'static str,
    },
}

struct Words<'a> {
    words: Vec<&'a str>,
    next: usize,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).copied()
    }

    fn take(&mut self, expected: &str) -> Result<&'a str, RuleError> {
        let word = self.peek().ok_or_else(|| RuleError::Ends {
            after: self.words.last().copied().unwrap_or_default().into(),
            expected: expected.into(),
        })?;
        self.next += 1;
        Ok(word)
    }

    /// Takes the next word if it is this one.
    fn took(&mut self, word: &str) -> bool {
        let there = self.peek() == Some(word);
        self.next += usize::from(there);
        there
    }

    /// Takes the next word and reads it.
    fn read<T>(&mut self, expected: &str, read: impl FnOnce(&'a str) -> Option<T>) -> Result<T, RuleError> {
        let word = self.take(expected)?;
        read(word).ok_or_else(|| self.wrong(expected))
    }

    /// The word that was taken last is not what it should be.
    fn wrong(&self, expected: &str) -> RuleError {
        let found = self.words.get(self.next.saturating_sub(1)).copied().unwrap_or_default();
        RuleError::Word { at: self.next, found: found.into(), expected: expected.into() }
    }
}

impl FromStr for Fault {
    type Err = RuleError;

    fn from_str(sentence: &str) -> Result<Self, RuleError> {
        let mut words = Words { words: sentence.split_whitespace().collect(), next: 0 };
        let one_of_verbs = format!("one of {}", VERBS.join(", "));
        let verb = words.read(&one_of_verbs, |word| VERBS.into_iter().find(|verb| *verb == word))?;
        let share = share(&mut words)?;
        let items = words.took("items");
        if items {
            words.read("of", |word| (word == "of").then_some(()))?;
        }
        let (endpoint, route) = place(&mut words)?;
        let mut fault = Self {
            share,
            endpoint,
            route,
            drop_connection: verb == "drop",
            cut_body: verb == "cut",
            lose_answer: verb == "lose",
            items,
            ..Self::default()
        };
        let (mut by, mut html, mut status) = (None, false, None);
        while let Some(word) = words.peek() {
            words.next += 1;
            match word {
                "by" => by = Some(words.read("a time such as 300ms", milliseconds)?),
                "for" => fault.lasts_ms = Some(words.read("a time such as 2m", milliseconds)?),
                "in" => fault.tenant = Some(words.take("a tenant such as tenant-1")?.into()),
                "retry-after" => {
                    let seconds = |word: &str| word.parse().ok().filter(|seconds: &f64| *seconds >= 0.0);
                    fault.retry_after = Some(words.read("seconds such as 1.5", seconds)?);
                }
                "with" if words.took("html") => html = true,
                "with" => {
                    let code = |word: &str| word.parse().ok().filter(|code| (100..=599).contains(code));
                    status = Some(words.read("a status code such as 503, or html", code)?);
                    html |= words.took("html");
                }
                count => {
                    let expected = "by, with, retry-after, in, for, or a number and times";
                    fault.times = Some(count.parse().map_err(|_| words.wrong(expected))?);
                    words.read("times", |word| (word == "times").then_some(()))?;
                }
            }
        }
        let wrong = |problem| Err(RuleError::Verb { verb: verb.into(), problem });
        if verb != "fail" && (html || status.is_some() || fault.retry_after.is_some()) {
            return wrong("has no answer of its own; `with` and `retry-after` go with `fail`");
        }
        if items && (verb != "fail" || html || fault.retry_after.is_some()) {
            return wrong("cannot mean items; `items of` goes with `fail … with STATUS` alone");
        }
        match (verb, by) {
            ("delay", Some(ms)) => fault.late_ms = Some(ms),
            ("hang", Some(ms)) => fault.hang_ms = Some(ms),
            ("slow", Some(ms)) => fault.slow_ms = Some(ms),
            ("delay" | "hang" | "slow", None) => return wrong("needs a time, such as `by 300ms`"),
            (_, Some(_)) => return wrong("takes no time; `by` goes with delay, hang and slow"),
            (_, None) => {}
        }
        fault.status = status.unwrap_or(if html { 502 } else { 503 });
        fault.body = html.then(|| String::from(HTML));
        Ok(fault)
    }
}

fn share(words: &mut Words<'_>) -> Result<f64, RuleError> {
    let share = match words.peek() {
        Some("all") => 1.0,
        Some(word) if word.ends_with('%') => {
            let percent: Option<f64> = word.trim_end_matches('%').parse().ok();
            let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
            words.next += 1;
            let share = percent.ok_or_else(|| words.wrong("a share from 0% to 100%"))? / 100.0;
            words.next -= 1;
            share
        }
        _ => return Ok(1.0),
    };
    words.next += 1;
    words.read("of", |word| (word == "of").then_some(share))
}

fn place(words: &mut Words<'_>) -> Result<(Option<Endpoint>, Option<Route>), RuleError> {
    let names: Vec<String> = Endpoint::ALL.iter().map(|endpoint| endpoint.name()).collect();
    let expected =
        format!("everything, or one of {} with a path, or an endpoint: {}", METHODS.join(", "), names.join(", "));
    let word = words.take(&expected)?;
    if word == "everything" {
        return Ok((None, None));
    }
    if METHODS.contains(&word) {
        let path = |path: &str| path.starts_with('/').then(|| Route::new(word, path));
        return Ok((None, Some(words.read("a path that begins with /", path)?)));
    }
    let endpoint = Endpoint::ALL.into_iter().find(|endpoint| endpoint.name() == word);
    endpoint.map(|endpoint| (Some(endpoint), None)).ok_or_else(|| words.wrong(&expected))
}

fn milliseconds(word: &str) -> Option<u64> {
    humantime::parse_duration(word).ok().and_then(|time| u64::try_from(time.as_millis()).ok())
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, by) = match self {
            Self { drop_connection: true, .. } => ("drop", None),
            Self { hang_ms: Some(ms), .. } => ("hang", Some(*ms)),
            Self { late_ms: Some(ms), .. } => ("delay", Some(*ms)),
            Self { slow_ms: Some(ms), .. } => ("slow", Some(*ms)),
            Self { cut_body: true, .. } => ("cut", None),
            Self { lose_answer: true, .. } => ("lose", None),
            _ => ("fail", None),
        };
        write!(f, "{verb} ")?;
        if self.share < 1.0 {
            write!(f, "{}% of ", self.share * 100.0)?;
        }
        if self.items {
            f.write_str("items of ")?;
        }
        match (self.endpoint, &self.route) {
            (Some(endpoint), _) => f.write_str(&endpoint.name())?,
            (None, Some(route)) => write!(f, "{route}")?,
            (None, None) => f.write_str("everything")?,
        }
        let time = |ms| humantime::format_duration(Duration::from_millis(ms)).to_string().replace(' ', "");
        if let Some(ms) = by {
            write!(f, " by {}", time(ms))?;
        }
        if verb == "fail" {
            write!(f, " with {}{}", self.status, if self.body.is_some() { " html" } else { "" })?;
        }
        if let Some(seconds) = self.retry_after {
            write!(f, " retry-after {seconds}")?;
        }
        if let Some(tenant) = &self.tenant {
            write!(f, " in {tenant}")?;
        }
        if let Some(ms) = self.lasts_ms {
            write!(f, " for {}", time(ms))?;
        }
        if let Some(times) = self.times {
            write!(f, " {times} times")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
