//! Why Entra refused, as an administrator understands it: one plain sentence each, what happened, who can fix it and how.
//!
//! Entra's AADSTS numbers are many and may change, so they choose among these few states and are shown beside the sentence;
//! Entra's own texts, which hold ids and traces, are never shown. Numbers as in Microsoft's reference of error codes.

mod problem;

use presync_http::text::{Text, plain};
use serde::Deserialize;

pub use problem::{Remedy, SignInProblem};

/// A refusal with its number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}{}", number(*.code))]
pub struct Refusal {
    /// What it means.
    pub problem: SignInProblem,
    /// The number of the AADSTS code, if there was one.
    pub code: Option<u32>,
}

/// The body of a refused token request.
#[derive(Deserialize, Default)]
struct Body<'a> {
    #[serde(borrow, default)]
    error: Option<Text<'a>>,
    #[serde(borrow, default)]
    error_description: Option<Text<'a>>,
    #[serde(default)]
    error_codes: Vec<u32>,
}

impl Refusal {
    /// The refusal that OAuth's word and Entra's description tell of, as they come with a redirect.
    pub(crate) fn told(error: &str, description: &str) -> Self {
        let code = described(description);
        Self { problem: SignInProblem::of(error, code), code }
    }

    /// The refusal in the body of a token answer; `status` stands for the word where the body has none.
    pub(crate) fn read(body: &[u8], status: &str) -> Self {
        let body: Body<'_> = serde_json::from_slice(body).unwrap_or_default();
        let description = body.error_description.as_ref().map_or("", Text::as_str);
        let code = body.error_codes.first().copied().or_else(|| described(description));
        let error = body.error.as_ref().map_or(status, Text::as_str);
        Self { problem: SignInProblem::of(&plain(error), code), code }
    }
}

/// The number in a description such as `AADSTS65001: The user …`.
fn described(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn number(code: Option<u32>) -> String {
    code.map_or_else(String::new, |code| {
        format!(" (AADSTS{code}; https://login.microsoftonline.com/error?code={code})")
    })
}

#[cfg(test)]
mod tests;
