//! Requests about many people at once. Whoever is asked about together is chance, so they are taken apart.

use serde_json::{Map, Value, json};

use super::file::Service;

/// A kind of such requests.
#[derive(Debug)]
pub(super) struct Bulk {
    service: Service,
    /// How its path ends.
    path: &'static str,
    /// The list of the request.
    items: &'static str,
    /// What an item is known by; `None`: by itself.
    id: Option<&'static str>,
    /// The list of the answer, and what its items are known by.
    answers: &'static str,
    answer_id: &'static str,
    /// The status of an item, where it writes.
    pub(super) status: Option<&'static str>,
}

const BULKS: [Bulk; 3] = [
    Bulk {
        service: Service::Graph,
        path: "/communications/getPresencesByUserId",
        items: "ids",
        id: None,
        answers: "value",
        answer_id: "id",
        status: None,
    },
    Bulk {
        service: Service::Eight,
        path: "/presence/v1/publications/bulk",
        items: "publications",
        id: Some("userId"),
        answers: "data",
        answer_id: "userId",
        status: Some("changeStatus"),
    },
    Bulk {
        service: Service::Eight,
        path: "/agentstatus/agents/bulk",
        items: "agents",
        id: Some("agent-id"),
        answers: "data",
        answer_id: "agent-id",
        status: Some("change-status"),
    },
];

impl Bulk {
    /// The kind of this request, if it is one.
    pub(super) fn of(service: Service, path: &str) -> Option<&'static Self> {
        BULKS.iter().find(|bulk| bulk.service == service && path.ends_with(bulk.path))
    }

    /// Whom a request is about, each with the item.
    pub(super) fn asked<'a>(&self, body: &'a Value) -> Vec<(String, &'a Value)> {
        let items = body.get(self.items).and_then(Value::as_array).into_iter().flatten();
        let id = |item: &'a Value| {
            let id = match self.id {
                None => item.as_str(),
                Some(name) => item.get(name).and_then(Value::as_str),
            };
            id.map(|id| (id.to_ascii_lowercase(), item))
        };
        items.filter_map(id).collect()
    }

    /// What an answer says of somebody.
    pub(super) fn answered<'a>(&self, answer: &'a Value, id: &str) -> Option<&'a Value> {
        let is = |item: &&Value| item[self.answer_id].as_str().is_some_and(|said| said.eq_ignore_ascii_case(id));
        answer.get(self.answers)?.as_array()?.iter().find(is)
    }

    /// An answer without what it says of anybody.
    pub(super) fn envelope(&self, answer: &Value) -> Map<String, Value> {
        let mut envelope = answer.as_object().cloned().unwrap_or_default();
        envelope.remove(self.answers);
        envelope
    }

    /// An answer about these.
    pub(super) fn answer(&self, mut envelope: Map<String, Value>, items: Vec<Value>) -> Value {
        envelope.insert(self.answers.to_owned(), Value::Array(items));
        Value::Object(envelope)
    }

    /// What is said of somebody whom nothing was recorded about: nothing, or that the write was not done.
    pub(super) fn unknown(&self, id: &str, item: &Value) -> Option<Value> {
        let id = self.id.and_then(|name| item.get(name).and_then(Value::as_str)).unwrap_or(id);
        let status = self.status?;
        Some(json!({self.answer_id: id, status: 501, "reason": "NOT_RECORDED",
            "message": "nothing was recorded about this person"}))
    }
}
