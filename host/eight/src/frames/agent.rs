//! What an event says of a contact centre agent. Its numbers are those of the Agent Status API, though one page of 8x8 draws others.

use presync_http::text::{Number, Text};
use serde::Deserialize;

use crate::agents::status::AgentStatus;
use crate::agents::{AgentId, Seen, StatusCode};

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "AgentStatusChange", borrow, default)]
    change: Option<Change<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    #[serde(borrow, default)]
    agent_id: Option<Text<'a>>,
    #[serde(default)]
    new_state: Option<Number>,
    /// `801=1722`: the list and the entry.
    #[serde(borrow, default)]
    new_reason_code_user: Option<Text<'a>>,
}

/// Which agent an event is about and what it says; `None` when it is about something else.
pub fn read(payload: &[u8], ours: Option<&StatusCode>) -> Option<(AgentId, Seen)> {
    let change = serde_json::from_slice::<Event<'_>>(payload).ok()?.change?;
    let status = change.new_state.map_or(AgentStatus::Unrecognised, |Number(code)| AgentStatus::from_code(code));
    let code = change.new_reason_code_user.as_ref().and_then(|text| text.as_str().split_once('='));
    let code = code.and_then(|(list, item)| Some((list.trim().parse().ok()?, item.trim().parse().ok()?)));
    let is_ours = ours.zip(code).is_some_and(|(ours, (list, item))| ours.is(list, item));
    let seen = Seen { status, ours: is_ours && status == AgentStatus::WorkOffline };
    Some((AgentId::from(change.agent_id?.as_str()), seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_with_the_numbers_of_agent_status() {
        let payload =
            br#"{"AgentStatusChange":{"agentId":"ag64oy","newState":5,"newSubState":"none","newSubStateReason":"none",
            "newReasonCodeUser":"801=1722","statusEventTS":1669235544,"msgInfo":{}}}"#;
        let ours = StatusCode { list: 801, item: 1722, short: "Teams".into() };
        let seen = |ours| Seen { status: AgentStatus::WorkOffline, ours };
        assert_eq!(read(payload, Some(&ours)), Some(("ag64oy".into(), seen(true))));
        assert_eq!(read(payload, None), Some(("ag64oy".into(), seen(false))));
    }

    #[test]
    fn events_about_something_else_are_nothing() {
        for payload in [&br#"{"Interaction":{"agentId":"ag1"}}"#[..], b"[]", b"nonsense"] {
            assert_eq!(read(payload, None), None);
        }
    }
}
