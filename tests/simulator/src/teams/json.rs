//! A Teams presence on the wire, written straight into the answer's text.

use std::fmt::Write;

use uuid::Uuid;

use super::{OutOfOffice, message::StatusMessage};
use crate::{
    eight::json::push_text,
    state::quirks::{Faded, OptionalFields, Quirks, WordCase},
    words::Pair,
};

/// What Graph says of one person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presence<'a> {
    pub(crate) id: Uuid,
    pub(crate) pair: Pair,
    pub(crate) out: OutOfOffice,
    pub(crate) message: Option<&'a StatusMessage>,
    /// Whether it is the reader's own: then the message's times are there too.
    pub(crate) own: bool,
    pub(crate) sequence: u64,
}

impl Presence<'_> {
    /// Nobody that Graph knows.
    pub(crate) fn unknown(id: Uuid) -> Self {
        Self { id, pair: Pair::UNKNOWN, out: OutOfOffice::default(), message: None, own: false, sequence: 0 }
    }

    /// The fields of the entity behind its brace, without a context. Writing to a `String` cannot fail.
    pub(crate) fn push_fields(&self, out: &mut String, quirks: &Quirks) {
        let _ = write!(out, r#""id":"{}""#, self.id);
        match quirks.optional_fields {
            OptionalFields::IdOnly => return,
            OptionalFields::NullWords => out.push_str(r#","availability":null,"activity":null"#),
            OptionalFields::Given | OptionalFields::Null | OptionalFields::Absent => {
                let pair = on_the_wire(self.pair, quirks);
                out.push_str(r#","availability":"#);
                push_word(out, pair.availability, quirks.word_case);
                out.push_str(r#","activity":"#);
                push_word(out, pair.activity, quirks.word_case);
            }
        }
        match quirks.optional_fields {
            OptionalFields::Absent | OptionalFields::IdOnly => return,
            OptionalFields::Null | OptionalFields::NullWords => {
                out.push_str(r#","statusMessage":null,"outOfOfficeSettings":null,"sequenceNumber":null"#);
                return;
            }
            OptionalFields::Given => {}
        }
        out.push_str(r#","statusMessage":"#);
        match self.message {
            Some(message) => push_message(out, message, self.own),
            None => out.push_str("null"),
        }
        let note = if self.out.replies { r#""I am out of the office.""# } else { "null" };
        let _ = write!(out, r#","outOfOfficeSettings":{{"message":{note},"isOutOfOffice":{}}}"#, self.out.is_out);
        let _ = write!(out, r#","sequenceNumber":"{:016}""#, self.sequence);
    }
}

/// The pair as the quirks want it.
pub(crate) fn on_the_wire(pair: Pair, quirks: &Quirks) -> Pair {
    match pair {
        Pair::AVAILABLE_INACTIVE => match quirks.faded {
            Faded::AvailableInactive => pair,
            Faded::AvailableIdle => Pair::AVAILABLE_IDLE,
            Faded::Inactive => Pair::INACTIVE,
        },
        Pair::AVAILABLE_OUT_OF_OFFICE if !quirks.out_of_office_activity => Pair::AVAILABLE,
        Pair::OUT_OF_OFFICE if !quirks.out_of_office_activity => Pair::OFFLINE,
        _ => pair,
    }
}

fn push_word(out: &mut String, word: &str, case: WordCase) {
    match case {
        WordCase::Pascal => push_text(out, word),
        WordCase::Camel => push_text(out, &case.spelt(word)),
    }
}

fn push_message(out: &mut String, message: &StatusMessage, own: bool) {
    out.push_str(r#"{"message":{"content":"#);
    push_text(out, &message.content);
    out.push_str(r#","contentType":"text"}"#);
    if own {
        let (published, expiry) = (message.published(), message.expiry());
        let _ = write!(
            out,
            r#","publishedDateTime":"{published}","expiryDateTime":{{"dateTime":"{expiry}","timeZone":"UTC"}}"#
        );
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(presence: Presence<'_>, quirks: &Quirks) -> serde_json::Value {
        let mut out = String::from("{");
        presence.push_fields(&mut out, quirks);
        out.push('}');
        serde_json::from_str(&out).unwrap()
    }

    fn in_a_call(sequence: u64) -> Presence<'static> {
        let out = OutOfOffice { is_out: true, replies: true };
        Presence { pair: Pair::IN_A_CALL, out, sequence, ..Presence::unknown(Uuid::nil()) }
    }

    #[test]
    fn sequence_numbers_order_as_text() {
        let text = |sequence| {
            let value = written(in_a_call(sequence), &Quirks::default());
            assert_eq!(value["outOfOfficeSettings"]["isOutOfOffice"], true);
            value["sequenceNumber"].as_str().unwrap().to_owned()
        };
        assert!(text(9) < text(10));
    }

    #[test]
    fn a_faded_presence_has_three_spellings() {
        let pair = |faded| on_the_wire(Pair::AVAILABLE_INACTIVE, &Quirks { faded, ..Quirks::default() }).to_string();
        assert_eq!(pair(Faded::AvailableInactive), "Available/AvailableInactive");
        assert_eq!(pair(Faded::AvailableIdle), "AvailableIdle/Inactive");
        assert_eq!(pair(Faded::Inactive), "Available/Inactive");
    }
}
