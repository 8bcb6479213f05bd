//! What 8x8 tells by itself: messages of its event streams and deliveries to a webhook. They are hints that come sooner than the next
//! reading, may come twice, late or not at all, and replace no reading.
//!
//! * [`pulsar`]: the envelope of a message, and its acknowledgement
//! * [`webhook`]: whether a delivery is 8x8's, and whether it came before
//! * [`agent`]: what a message says of a contact centre agent
//!
//! What a message says of presence is read as a change of the feed: [`crate::Client::told`].

pub mod agent;
pub mod pulsar;
pub mod webhook;
