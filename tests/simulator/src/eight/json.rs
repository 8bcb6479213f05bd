//! An 8x8 presence on the wire, written straight into the answer's text.

use std::fmt::Write;

use super::{EightLayers, layers::Since};
use crate::{
    clock::iso,
    state::{person::EightSide, profile::extension_dnd},
};

/// Whose presence it is, and which version.
pub(crate) struct Identity<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) agent: Option<&'a str>,
    pub(crate) extension: Option<u32>,
    pub(crate) revision: u64,
    pub(crate) updated_ms: i64,
}

impl<'a> Identity<'a> {
    /// The identity of a user at a revision.
    pub(crate) fn of(eight: &'a EightSide, revision: u64, updated_ms: i64) -> Self {
        let profile = &eight.profile;
        Self {
            id: &eight.id,
            name: &profile.user_name,
            email: &eight.email,
            agent: profile.agent.as_ref().map(|agent| &*agent.id),
            extension: profile.uc.as_ref().map(|uc| uc.number),
            revision,
            updated_ms,
        }
    }
}

/// A JSON string; almost always there is nothing to escape.
pub(crate) fn push_text(out: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// The presence object of the contract. Writing to a `String` cannot fail, so the results of `write!` are dropped.
pub(crate) fn push_presence(out: &mut String, who: &Identity<'_>, layers: &EightLayers) {
    let shown = layers.effective();
    out.push_str(r#"{"userId":"#);
    push_text(out, who.id);
    out.push_str(r#","userName":"#);
    push_text(out, who.name);
    out.push_str(r#","primaryEmail":"#);
    push_text(out, who.email);
    let status = layers.raw.unwrap_or(shown.status.word());
    let (source, since) = (shown.source.word(), iso(shown.since_ms));
    out.push_str(r#","status":"#);
    push_text(out, status);
    let _ = write!(out, r#","source":"{source}","since":"{since}","message":"#);
    push_message(out, layers);
    out.push_str(r#","layers":["#);
    push_layers(out, layers);
    out.push_str(r#"],"call":"#);
    match (layers.call, layers.cc.filter(|cc| cc.in_call())) {
        (Some(call), _) => {
            let (count, hold, since) = (call.count, call.on_hold, iso(call.since_ms));
            let _ = write!(out, r#"{{"active":true,"count":{count},"onHold":{hold},"since":"{since}"}}"#);
        }
        (None, Some(cc)) => {
            let since = iso(cc.since_ms);
            let _ = write!(out, r#"{{"active":true,"count":1,"onHold":false,"since":"{since}"}}"#);
        }
        (None, None) => out.push_str(r#"{"active":false,"count":0,"onHold":false,"since":null}"#),
    }
    let dnd = extension_dnd(layers);
    let _ = write!(out, r#","dnd":{{"enabled":{dnd},"extensions":["#);
    if let Some(extension) = who.extension.filter(|_| dnd) {
        let _ = write!(out, r#""{extension}""#);
    }
    out.push_str(r#"]},"cc":"#);
    match who.agent.zip(layers.cc) {
        Some((agent, cc)) => {
            let (status, logged_in) = (cc.status.number(), cc.status.logged_in());
            out.push_str(r#"{"agentId":"#);
            push_text(out, agent);
            let _ = write!(out, r#","agentStatus":{status},"loggedIn":{logged_in}}}"#);
        }
        None => out.push_str("null"),
    }
    out.push_str(r#","devices":{"registered":true}"#);
    let (revision, updated) = (who.revision, iso(who.updated_ms));
    let _ = write!(out, r#","revision":{revision},"lastUpdatedTime":"{updated}"}}"#);
}

fn push_message(out: &mut String, layers: &EightLayers) {
    if let Some(text) = layers.text {
        let source = if layers.calendar.is_some() { "CALENDAR" } else { "USER" };
        out.push_str(r#"{"text":"#);
        push_text(out, text);
        let _ = write!(out, r#","source":"{source}","expiresAt":null}}"#);
        return;
    }
    let Some((external, message)) = layers.external.as_ref().and_then(|e| e.message.as_ref().map(|m| (e, m))) else {
        out.push_str("null");
        return;
    };
    out.push_str(r#"{"text":"#);
    push_text(out, message);
    let _ = write!(out, r#","source":"EXTERNAL","expiresAt":"{}"}}"#, iso(external.expires_ms));
}

fn push_layers(out: &mut String, layers: &EightLayers) {
    let mut layer = |source: &str, (status, since): Since, more: &str| {
        let comma = if out.ends_with('[') { "" } else { "," };
        let since = iso(since);
        let _ = write!(out, r#"{comma}{{"source":"{source}","status":"{status}","since":"{since}",{more}}}"#);
    };
    match layers.manual {
        Some(manual) => layer("USER", manual, r#""manual":true,"expiresAt":null"#),
        None => layer("USER", layers.base, r#""manual":false,"expiresAt":null"#),
    }
    if let Some(call) = layers.call {
        layer("CALL", (crate::words::Status::OnCall, call.since_ms), r#""expiresAt":null"#);
    }
    if let Some(calendar) = layers.calendar {
        layer("CALENDAR", calendar, r#""expiresAt":null"#);
    }
    if let Some(external) = &layers.external {
        let mut more = format!(r#""expiresAt":"{}","publicationId":"#, iso(external.expires_ms));
        push_text(&mut more, &external.publication_id);
        layer("EXTERNAL", (external.status, external.since_ms), &more);
    }
    if let Some(since) = layers.idle_since {
        layer("AUTO", (crate::words::Status::AutoAway, since), r#""expiresAt":null"#);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::{
        eight::{Call, External},
        words::Status,
    };

    #[test]
    fn a_presence_has_the_fields_of_the_contract() {
        let mut layers = EightLayers::signed_in(0);
        layers.call = Some(Call { count: 2, on_hold: true, since_ms: 1_000 });
        layers.idle_since = Some(5);
        layers.external = Some(Arc::new(External {
            status: Status::Busy,
            since_ms: 2_000,
            expires_ms: 3_000,
            publication_id: "p_\"1".into(),
            message: Some("out of office".into()),
        }));
        let mut text = String::new();
        let who = Identity {
            id: "hvOB",
            name: "jane@corp.com",
            email: "jane@corp.com",
            agent: None,
            extension: Some(1_001),
            revision: 7,
            updated_ms: 2_000,
        };
        push_presence(&mut text, &who, &layers);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["status"], "ON_CALL");
        assert_eq!(value["source"], "CALL");
        assert_eq!(
            value["call"],
            json!({"active": true, "count": 2, "onHold": true, "since": "1970-01-01T00:00:01.000Z"})
        );
        assert_eq!(value["message"]["text"], "out of office");
        assert_eq!(value["revision"], 7);
        let sources: Vec<&str> =
            value["layers"].as_array().unwrap().iter().map(|l| l["source"].as_str().unwrap()).collect();
        assert_eq!(sources, ["USER", "CALL", "EXTERNAL", "AUTO"]);
        assert_eq!(value["layers"][0]["manual"], false);
        assert_eq!(value["layers"][2]["publicationId"], "p_\"1");
    }
}
