//! One frame of an event stream (Apache Pulsar over a WebSocket): JSON text around a payload in Base64.
//!
//! 8x8's pages disagree on whether a reader has to acknowledge; all its samples do, and a stream that is owed acknowledgements stands
//! still after a while. So every message is acknowledged, and control frames are not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::error::Error;

/// What a frame is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A message.
    Message(Message),
    /// Nothing for us, such as the end of a topic; not to be acknowledged.
    Control,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its place in the stream, from which a new connection goes on; holds `+`, `/` and `=`, so it has to be escaped in an address.
    pub id: String,
    /// What it says: JSON.
    pub payload: Vec<u8>,
    /// How often it came before.
    pub redelivered: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default)]
    message_id: Option<String>,
    #[serde(default)]
    payload: Option<String>,
    #[serde(default)]
    redelivery_count: Option<u64>,
}

impl Frame {
    /// Reads the text of a frame.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when it is no JSON or its payload is no Base64.
    pub fn read(text: &str) -> Result<Self, Error> {
        let wire: Wire = serde_json::from_str(text)
            .map_err(|error| Error::Unreadable(format!("a frame of an event stream: {error}").into()))?;
        let (Some(id), Some(payload)) = (wire.message_id, wire.payload) else { return Ok(Self::Control) };
        let payload = STANDARD
            .decode(payload)
            .map_err(|error| Error::Unreadable(format!("the payload of an event: {error}").into()))?;
        Ok(Self::Message(Message { id, payload, redelivered: wire.redelivery_count.unwrap_or(0) }))
    }
}

impl Message {
    /// The text that tells 8x8 that the message arrived.
    pub fn acknowledgement(&self) -> String {
        serde_json::json!({ "messageId": self.id }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_and_acknowledged() {
        let text = r#"{"messageId":"CAEQAQ+/==","payload":"eyJhIjoxfQ==","properties":{},"publishTime":"2026-01-01T10:00:00Z",
            "redeliveryCount":2}"#;
        let Frame::Message(message) = Frame::read(text).unwrap() else { panic!("{text}") };
        assert_eq!((&message.payload[..], message.redelivered), (&br#"{"a":1}"#[..], 2));
        assert_eq!(message.acknowledgement(), r#"{"messageId":"CAEQAQ+/=="}"#);
    }

    #[test]
    fn control_frames_are_told_apart() {
        for control in [r#"{"type":"isEndOfTopic"}"#, r#"{"endOfTopic":true}"#, r#"{"messageId":"CAEQAQ=="}"#] {
            assert_eq!(Frame::read(control), Ok(Frame::Control), "{control}");
        }
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        assert!(Frame::read("<html>").is_err());
        assert!(Frame::read(r#"{"messageId":"a","payload":"%%%"}"#).is_err());
    }
}
