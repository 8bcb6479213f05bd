//! The shapes of an error body. 8x8's services have a dozen between them, and gateways add HTML and plain text; one parser takes
//! them all, because any of them may come from any address.

use presync_http::text::plain;
use serde_json::Value;

/// What an error body says, as far as it says anything. For people; decisions go by the HTTP status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Problem {
    pub(crate) code: Box<str>,
    pub(crate) said: Box<str>,
}

/// Where a code may stand, best first.
const CODES: &[&str] = &["/errors/0/code", "/fault/detail/errorcode", "/ErrorCode", "/code"];
/// Where words may stand, best first.
const WORDS: &[&str] = &[
    "/detail",
    "/errors/0/message",
    "/fault/faultstring",
    "/Error",
    "/message",
    "/messages/0",
    "/error_description",
    "/errors/0",
    "/error",
    "/title",
];

impl Problem {
    /// Reads a body of any shape.
    pub(crate) fn read(body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(json @ Value::Object(_)) => Self { code: first(&json, CODES), said: first(&json, WORDS) },
            Ok(Value::String(text)) => Self { said: plain(&text), ..Self::default() },
            _ => Self { said: plain(&without_tags(&String::from_utf8_lossy(body))), ..Self::default() },
        }
    }
}

/// The first of these places that holds text (or a number).
fn first(json: &Value, places: &[&str]) -> Box<str> {
    let text = |value: &Value| match value {
        Value::String(text) if !text.trim().is_empty() => Some(plain(text)),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    };
    places.iter().find_map(|place| json.pointer(place).and_then(text)).unwrap_or_default()
}

fn without_tags(markup: &str) -> String {
    let mut inside = false;
    let text = markup.chars().map(|c| {
        let tag = inside || c == '<';
        inside = (inside || c == '<') && c != '>';
        if tag { ' ' } else { c }
    });
    text.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_read() {
        for (body, code, said) in [
            (
                r#"{"status":400,"title":"Bad","detail":"no such field","errors":[{"field":"f","code":"INVALID_FILTER","message":"m"}]}"#,
                "INVALID_FILTER",
                "no such field",
            ),
            (
                r#"{"status":404,"title":"Not Found","errors":[{"code":"NOT_FOUND","message":"Resource not found"}]}"#,
                "NOT_FOUND",
                "Resource not found",
            ),
            (r#"{"timestamp":1,"status":400,"messages":["bad metric"],"path":"/x"}"#, "", "bad metric"),
            (r#"{"error":"invalid_token","error_description":"expired"}"#, "", "expired"),
            (r#"{"timeStamp":1,"status":500,"error":"Internal","exception":"E","message":"m","path":"/"}"#, "", "m"),
            (r#"{"status":401,"message":"no","code":17,"details":[]}"#, "17", "no"),
            (
                r#"{"ErrorCode":"invalid_request","Error":"Unsupported grant type : x"}"#,
                "invalid_request",
                "Unsupported grant type : x",
            ),
            (
                r#"{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}"#,
                "keymanagement.service.invalid_access_token",
                "Invalid Access Token",
            ),
            (r#"{"message":"Bad request: x"}"#, "", "Bad request: x"),
            (r#"{"message":"","errors":["first"],"referenceId":"r"}"#, "", "first"),
            (r#"{"errors":[{"message":"m","suggestion":"s","url":"u"}]}"#, "", "m"),
            ("<API><Error>403 - Forbidden.</Error></API>", "", "403 - Forbidden."),
            ("<html><body><h1>502 Bad Gateway</h1></body></html>", "", "502 Bad Gateway"),
            ("upstream connect error", "", "upstream connect error"),
            ("", "", ""),
            ("[]", "", "[]"),
        ] {
            let problem = Problem::read(body.as_bytes());
            assert_eq!((&*problem.code, &*problem.said), (code, said), "{body}");
        }
    }
}
