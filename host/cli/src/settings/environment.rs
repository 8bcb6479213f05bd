//! Where `env:` references of the settings are looked up.

/// Where `env:` references are looked up. Tests pass a map.
pub(crate) trait Secrets {
    /// The value of this variable; `None` when it is not set or is not text.
    fn variable(&self, name: &str) -> Option<String>;
}

/// The environment of this process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Environment;

impl Secrets for Environment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}
