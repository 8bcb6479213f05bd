//! Whether a tenant has had its first good read, or why not.

/// How far a tenant has come since the process started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Both directories and both sides have been read well once. What is wrong after that is in the status.
    Read,
    /// They have not, and this is why.
    Unwell(Vec<String>),
    /// The first cycle has not ended.
    Waiting,
}

impl Readiness {
    /// Whether there is nothing more to wait for: it has been read, or it said why it cannot be.
    pub const fn has_answered(&self) -> bool {
        matches!(self, Self::Read | Self::Unwell(_))
    }
}
