//! The tenant's table for a rule.
//!
//! It arrives as JSON. Any type that serde can read will do; add `#[serde(deny_unknown_fields)]` so that a misspelt key is refused
//! with its name when the rule is loaded, instead of being ignored for ever. An absent or empty table is the type's `Default`.

use serde::de::DeserializeOwned;

/// A type that a rule's settings can be read into. Implemented for everything that serde can read and that has a default.
pub trait Settings: Sized {
    /// Reads the JSON table; the error is shown to the administrator.
    fn read(json: &str) -> Result<Self, String>;
}

impl<T: DeserializeOwned + Default> Settings for T {
    fn read(json: &str) -> Result<Self, String> {
        if is_empty_table(json) {
            return Ok(T::default());
        }
        serde_json::from_str(json).map_err(|error| error.to_string())
    }
}

/// The settings of a rule that has none. Brings no JSON reader into the component.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoSettings;

impl Settings for NoSettings {
    fn read(json: &str) -> Result<Self, String> {
        if is_empty_table(json) { Ok(Self) } else { Err("this rule takes no settings".to_owned()) }
    }
}

fn is_empty_table(json: &str) -> bool {
    json.bytes().filter(|byte| !byte.is_ascii_whitespace()).eq(*b"{}") || json.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Breaks {
        minutes: u32,
    }

    #[test]
    fn an_empty_table_is_the_default() {
        assert_eq!(Breaks::read(" { }\n"), Ok(Breaks { minutes: 0 }));
        assert_eq!(Breaks::read(""), Ok(Breaks { minutes: 0 }));
        assert_eq!(NoSettings::read("{}"), Ok(NoSettings));
    }

    #[test]
    fn an_unknown_key_is_refused_by_its_name() {
        assert_eq!(Breaks::read(r#"{"minutes":5}"#), Ok(Breaks { minutes: 5 }));
        let refusal = Breaks::read(r#"{"minuts":5}"#).unwrap_err();
        assert!(refusal.contains("unknown field `minuts`"), "{refusal}");
    }

    #[test]
    fn a_rule_without_settings_refuses_any() {
        assert_eq!(NoSettings::read(r#"{"minutes":5}"#), Err("this rule takes no settings".to_owned()));
    }
}
