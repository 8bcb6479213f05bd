//! What the clients of both providers share: it knows neither Microsoft nor 8x8.
//!
//! # Layout
//! * [`skew`]: how far a provider's clock is from ours
//! * [`text`]: strings and numbers of an answer, and provider text made fit for a sentence
//! * [`transport`]: the process's one HTTP client, and how addresses are put together
//! * [`tap`]: somebody who looks on at all of it, for recordings
//! * [`token`]: one access token, shared and refreshed by one caller at a time

#![forbid(unsafe_code)]

pub mod skew;
pub mod tap;
pub mod text;
pub mod token;
pub mod transport;
