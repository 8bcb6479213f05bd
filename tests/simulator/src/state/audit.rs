//! The audit records of a tenant: who was created, changed and deleted, and when.

use serde_json::{Value, json};

/// What happened to a user or an extension.
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
    /// `user` or `extension`.
    pub(crate) entity: &'static str,
    pub(crate) key: String,
    pub(crate) name: String,
    /// The object before and after.
    pub(crate) before: Value,
    pub(crate) after: Value,
}

/// All records, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Audits(pub(crate) Vec<Audit>);

impl Audits {
    /// Notes what happened to a user.
    pub(crate) fn user(&mut self, at_ms: i64, event: AuditEvent, key: &str, name: &str, email: &str) {
        let object = json!({"userId": key, "primaryEmail": email});
        let (before, after) = match event {
            AuditEvent::Create => (Value::Null, object),
            AuditEvent::Update => (object.clone(), object),
            AuditEvent::Delete => (object, Value::Null),
        };
        let (key, name) = (String::from(key), String::from(name));
        self.0.push(Audit { at_ms, event, entity: "user", key, name, before, after });
    }
}
