//! What one rule may use. Every limit has a test that keeps it and one that crosses it.

use std::time::Duration;

/// Questions in one call of a rule. 650 is the largest page that Graph serves of presences, so a sweep's page is a batch.
pub const BATCH: usize = 650;

/// The longest reason that is kept, in bytes; a longer one is cut.
pub const REASON_BYTES: usize = 512;

/// The longest log line that is kept, in bytes; a longer one is cut.
pub const LOG_LINE_BYTES: usize = 1024;

/// Log lines of one rule that are kept per second; more are counted and dropped.
pub const LOG_LINES_PER_SECOND: u32 = 64;

/// The longest name of a rule, in bytes.
pub const NAME_BYTES: usize = 64;

/// The longest version text of a rule, in bytes.
pub const VERSION_BYTES: usize = 32;

/// What the host copies out of a guest in one call: 650 verdicts with reasons, with room to spare.
pub const HOSTCALL_BYTES: usize = 2 * 1024 * 1024;

/// The budget of one rule; settable per rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of one instance, in bytes; 16 MiB. At most the host's ceiling.
    pub memory: usize,
    /// Time on the processor for one batch, with its `configure`; 50 ms.
    pub batch_time: Duration,
    /// Elements of all tables of one instance; 20,000 (an interpreter compiled to WebAssembly has several thousand functions).
    pub table_elements: usize,
    /// Calls that one instance answers before a fresh one takes its place; 1: a fresh instance for every batch.
    pub calls_per_instance: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 16 * 1024 * 1024,
            batch_time: Duration::from_millis(50),
            table_elements: 20_000,
            calls_per_instance: 1,
        }
    }
}
