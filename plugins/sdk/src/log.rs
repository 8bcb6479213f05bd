//! A line for the log, under the rule's name.
//!
//! The host cuts a line at 1 KiB, takes out control characters and drops a flood. Natively, in a rule's tests, lines go to standard
//! error.

use crate::bindings::base::presync::rules::log::Level;

/// For the rule's author.
pub fn debug(message: &str) {
    write(Level::Debug, message);
}

/// For the administrator who asks what the rule does.
pub fn info(message: &str) {
    write(Level::Info, message);
}

/// For the administrator, unasked.
pub fn warn(message: &str) {
    write(Level::Warn, message);
}

#[cfg(target_arch = "wasm32")]
fn write(level: Level, message: &str) {
    crate::bindings::base::presync::rules::log::write(level, message);
}

#[cfg(not(target_arch = "wasm32"))]
fn write(level: Level, message: &str) {
    eprintln!("{level:?}: {message}");
}
