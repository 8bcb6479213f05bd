//! The budget that a project states for its rule, where the usual one is too small.
//!
//! It is what the author's tests run with, and what `presync rule inspect` prints for the settings file: a tenant's settings decide.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

const UNITS: [(&str, usize); 3] = [("MiB", 1024 * 1024), ("KiB", 1024), ("B", 1)];

/// `limits` of a `rule.toml`; what is not stated is as usual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatedLimits {
    /// Linear memory of one instance, in bytes.
    pub memory: Option<usize>,
    /// Time on the processor for one batch.
    pub batch_time: Option<Duration>,
}

/// The same as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLimits {
    memory: Option<String>,
    batch_time: Option<String>,
}

impl RawLimits {
    pub(crate) fn read(&self) -> Result<StatedLimits, String> {
        let memory = self.memory.as_deref().map(bytes).transpose().map_err(|what| format!("limits.memory {what}"))?;
        let batch_time = self
            .batch_time
            .as_deref()
            .map(|text| {
                humantime::parse_duration(text).map_err(|_| {
                    format!("limits.batch_time is \"{text}\"; expected a length of time such as \"200ms\"")
                })
            })
            .transpose()?;
        Ok(StatedLimits { memory, batch_time })
    }
}

impl StatedLimits {
    /// Whether anything is stated.
    pub const fn is_empty(&self) -> bool {
        self.memory.is_none() && self.batch_time.is_none()
    }
}

impl fmt::Display for StatedLimits {
    /// As a line of a settings file has it: `limits = { memory = "64MiB", batch_time = "200ms" }`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory.map(|bytes| format!("memory = \"{}\"", sized(bytes)));
        let time = self.batch_time.map(|time| format!("batch_time = \"{}\"", humantime::format_duration(time)));
        write!(f, "limits = {{ {} }}", memory.into_iter().chain(time).collect::<Vec<_>>().join(", "))
    }
}

/// A size such as `64MiB`.
fn bytes(text: &str) -> Result<usize, String> {
    let wrong = || format!("is \"{text}\"; expected a size such as \"64MiB\" or \"512KiB\"");
    let (number, unit) = UNITS
        .iter()
        .find_map(|(unit, size)| text.strip_suffix(unit).map(|number| (number.trim(), size)))
        .ok_or_else(wrong)?;
    number.parse::<usize>().ok().and_then(|number| number.checked_mul(*unit)).ok_or_else(wrong)
}

/// The size in the largest unit that leaves no rest.
fn sized(bytes: usize) -> String {
    let fits = UNITS.iter().find(|(_, size)| bytes.is_multiple_of(*size));
    fits.map_or_else(|| format!("{bytes}B"), |(unit, size)| format!("{}{unit}", bytes / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(memory: &str, time: &str) -> Result<StatedLimits, String> {
        RawLimits { memory: Some(memory.to_owned()), batch_time: Some(time.to_owned()) }.read()
    }

    #[test]
    fn limits_read_back_as_a_settings_file_has_them() {
        let limits = read("64MiB", "200ms").unwrap();
        assert_eq!(limits.memory, Some(64 * 1024 * 1024));
        assert_eq!(limits.to_string(), "limits = { memory = \"64MiB\", batch_time = \"200ms\" }");
    }

    #[test]
    fn a_size_or_a_time_that_is_none_says_what_is_expected() {
        assert!(read("64 megs", "200ms").unwrap_err().contains("limits.memory is \"64 megs\"; expected a size"));
        assert!(read("64MiB", "soon").unwrap_err().contains("limits.batch_time is \"soon\"; expected a length"));
    }
}
