//! The audit records of a tenant: which users were created, changed and deleted, and when.

/// What happened to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuditEvent {
    Create,
    Update,
    Delete,
}

impl AuditEvent {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// One record.
#[derive(Debug, Clone)]
pub(crate) struct Audit {
    pub(crate) at_ms: i64,
    pub(crate) event: AuditEvent,
    pub(crate) user: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) email: Box<str>,
}

/// All records, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Audits(pub(crate) Vec<Audit>);

impl Audits {
    /// Notes what happened to a user.
    pub(crate) fn user(&mut self, at_ms: i64, event: AuditEvent, user: &str, name: &str, email: &str) {
        self.0.push(Audit { at_ms, event, user: user.into(), name: name.into(), email: email.into() });
    }
}
