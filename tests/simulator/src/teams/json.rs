//! A Teams presence on the wire, written straight into the answer's text.

use std::fmt::Write;

use uuid::Uuid;

use crate::{eight::json::push_text, words::Pair};

/// The presence entity of Graph, without its context. Writing to a `String` cannot fail.
pub(crate) fn push_presence(out: &mut String, id: Uuid, pair: Pair, out_of_office: bool, sequence: u64) {
    let _ = write!(out, r#"{{"id":"{id}","availability":"#);
    push_text(out, pair.availability);
    out.push_str(r#","activity":"#);
    push_text(out, pair.activity);
    let note = if out_of_office { r#""I am out of the office.""# } else { "null" };
    let _ = write!(
        out,
        r#","statusMessage":null,"outOfOfficeSettings":{{"message":{note},"isOutOfOffice":{out_of_office}}}"#
    );
    let _ = write!(out, r#","sequenceNumber":"{sequence:016}"}}"#);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_order_as_text() {
        let text = |sequence| {
            let mut out = String::new();
            push_presence(&mut out, Uuid::nil(), Pair::IN_A_CALL, true, sequence);
            let value: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert_eq!(value["outOfOfficeSettings"]["isOutOfOffice"], true);
            value["sequenceNumber"].as_str().unwrap().to_owned()
        };
        assert!(text(9) < text(10));
    }
}
