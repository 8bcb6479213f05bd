//! What the Contact Center tells its streams: every change of an agent's status, every step of an interaction.

use std::collections::{BTreeMap, VecDeque};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::eight::{agent::AgentStatus, quirks::Numbering};

/// The log keeps this many events.
const KEPT: usize = 10_000;
/// In front of each message id, so that ids are full of the letters that have to be escaped in an address.
const ID_MARK: [u8; 6] = [0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff];

/// One event.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) at_ms: i64,
    /// `AgentStatusChange` and so on: the topic, and the key of the payload.
    pub(crate) kind: &'static str,
    pub(crate) agent: Option<Box<str>>,
    pub(crate) payload: Value,
}

/// Where a subscriber of the old streaming API stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subscriber {
    pub(crate) next: u64,
    /// Since when it is away; nothing while it is connected.
    pub(crate) away_ms: Option<i64>,
}

/// A named subscription to a stream: what it acknowledged, what it was sent, how often it came back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Consumer {
    /// The oldest message that was not acknowledged.
    pub(crate) next: u64,
    pub(crate) sent_up_to: u64,
    pub(crate) times: u32,
}

/// The log of events.
#[derive(Debug, Default)]
pub(crate) struct Events {
    ring: VecDeque<Event>,
    first: u64,
    /// Subscribers of the old streaming API, by their ids.
    pub(crate) subscribers: BTreeMap<String, Subscriber>,
    /// Named subscriptions, by tenant-wide name.
    pub(crate) consumers: BTreeMap<String, Consumer>,
    /// How many of the next events are told in the wrong order, twice, and without `msgInfo`; how many frames that are
    /// no messages come in between.
    pub(crate) out_of_order: u32,
    pub(crate) twice: u32,
    pub(crate) without_info: u32,
    pub(crate) control_frames: u32,
    /// Raised to have every stream of the tenant drop its connection.
    pub(crate) drops: u64,
}

impl Events {
    /// The number that the next event will get.
    pub(crate) fn next(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Event> {
        self.ring.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// The next event from `number` on that fits, and its number.
    pub(crate) fn find(&self, number: u64, fits: impl Fn(&Event) -> bool) -> Option<(u64, &Event)> {
        (number.max(self.first)..self.next()).find_map(|at| self.get(at).filter(|event| fits(event)).map(|e| (at, e)))
    }

    pub(crate) fn push(&mut self, event: Event) {
        if self.ring.len() == KEPT {
            self.ring.pop_front();
            self.first += 1;
        }
        self.ring.push_back(event);
    }

    /// Notes that an agent's status changed.
    pub(crate) fn agent_changed(
        &mut self,
        at_ms: i64,
        agent: &str,
        status: AgentStatus,
        code: Option<(i64, i64)>,
        sub: &str,
        numbering: Numbering,
    ) {
        let number = match numbering {
            Numbering::Rest => status.number(),
            Numbering::LifeCycle => status.life_cycle_number(),
        };
        let sequence = self.next();
        let info = if self.without_info > 0 {
            self.without_info -= 1;
            json!({})
        } else {
            json!({"instanceId": "simulator", "sequenceId": sequence, "timestamp": at_ms})
        };
        let reason = code.map_or_else(|| String::from("none"), |(list, item)| format!("{list}={item}"));
        let payload = json!({"AgentStatusChange": {"agentId": agent, "newState": number, "newSubState": sub,
            "newSubStateReason": "none", "newReasonCodeUser": reason, "statusEventTS": at_ms / 1_000, "msgInfo": info}});
        self.push(Event { at_ms, kind: "AgentStatusChange", agent: Some(agent.into()), payload });
    }

    /// Notes a step of an interaction of an agent.
    pub(crate) fn interaction(&mut self, at_ms: i64, kind: &'static str, agent: &str, state: &str, guid: &str) {
        let sequence = self.next();
        let payload = json!({"Interaction": {"event": kind, "interactionGUID": guid, "agentId": agent,
            "callState": state, "mediaType": "T", "direction": "in", "status": state == "CS_HOLD",
            "msgInfo": {"instanceId": "simulator", "sequenceId": sequence, "timestamp": at_ms}}});
        self.push(Event { at_ms, kind, agent: Some(agent.into()), payload });
    }
}

/// The message id of event `number`.
pub(crate) fn message_id(number: u64) -> String {
    let mut bytes = ID_MARK.to_vec();
    bytes.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    STANDARD.encode(bytes)
}

/// The number behind a message id.
pub(crate) fn number_of(id: &str) -> Option<u64> {
    let bytes = STANDARD.decode(id).ok()?;
    let number = bytes.strip_prefix(&ID_MARK)?;
    Some(u64::from(u32::from_be_bytes(number.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_reads_back_and_has_every_letter_that_must_be_escaped() {
        let id = message_id(7);
        assert!(['+', '/', '='].iter().all(|letter| id.contains(*letter)), "{id}");
        assert_eq!(number_of(&id), Some(7));
        assert_eq!(number_of("CAEQAQ=="), None);
    }
}
