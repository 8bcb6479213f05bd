//! What members of call queues do, by Work Analytics: the only Work presence that 8x8 publishes.
//!
//! The schema of `agent-activity` is a flat list, its example a list of queues; `queue-agent-activity` is a list of queues under
//! another name. One reader takes all three. A member may be in several queues, and without a status: that is unknown, not offline.

use presync_core::words::EightStatus;
use presync_http::text::{Text, plain};
use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;

/// What one row says of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) user: Option<Box<str>>,
    pub(crate) extension: Option<Box<str>>,
    /// `None` where 8x8 says nothing.
    pub(crate) status: Option<EightStatus>,
    /// Whether a call is on; `None` where nothing tells.
    pub(crate) on_call: Option<bool>,
    /// Queues whose calls the member takes, by name.
    pub(crate) queues: Vec<String>,
    /// A word that this version does not know.
    pub(crate) unknown: Option<Box<str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow, default)]
    agent_activity: Option<Vec<Row<'a>>>,
    #[serde(borrow, default)]
    queues_agent_activity: Option<Vec<Queue<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Queue<'a> {
    #[serde(borrow, default)]
    queue_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    agent_activity: Option<Vec<Row<'a>>>,
    #[serde(borrow, default)]
    queue_agent_activity: Option<Vec<Row<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    #[serde(borrow, default)]
    user_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    agent_extension: Option<Text<'a>>,
    #[serde(borrow, default)]
    user_status: Option<Text<'a>>,
    #[serde(borrow, default)]
    queue_status: Option<Text<'a>>,
    #[serde(default)]
    logged_in_queues: Option<Vec<Value>>,
    #[serde(default)]
    metrics: Option<Metrics>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    #[serde(default)]
    ongoing_talking_interactions: Option<Value>,
    #[serde(default)]
    ongoing_on_hold_interactions: Option<Value>,
}

/// The rows of an answer, whatever its layout.
pub(crate) fn read(body: &[u8]) -> Result<Vec<Member>, Error> {
    let body: Body<'_> = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("the activity of call queue members: {error}").into()))?;
    if body.agent_activity.is_none() && body.queues_agent_activity.is_none() {
        return Err(Error::Unreadable("the activity of call queue members has neither of its two layouts".into()));
    }
    let mut members: Vec<Member> = body.agent_activity.iter().flatten().map(|row| row.member(None)).collect();
    for queue in body.queues_agent_activity.iter().flatten() {
        let rows = [&queue.agent_activity, &queue.queue_agent_activity].into_iter().flatten().flatten();
        members.extend(rows.map(|row| row.member(queue.queue_name.as_ref())));
    }
    Ok(members)
}

impl Row<'_> {
    fn member(&self, queue: Option<&Text<'_>>) -> Member {
        let owned = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.as_str().into());
        let word = self.user_status.as_ref().map(Text::as_str).filter(|word| !word.trim().is_empty());
        let status = word.map(EightStatus::from_wire);
        let calls = self.metrics.as_ref().and_then(Metrics::calls);
        let by_status = status.filter(|status| *status != EightStatus::Unrecognised);
        let mut queues: Vec<String> = self.logged_in_queues.iter().flatten().filter_map(name).collect();
        let logged_out =
            self.queue_status.as_ref().is_some_and(|word| word.as_str().eq_ignore_ascii_case("LOGGED_OUT"));
        if let Some(queue) = queue.filter(|_| !logged_out) {
            queues.push(queue.as_str().to_owned());
        }
        Member {
            user: owned(&self.user_id),
            extension: owned(&self.agent_extension),
            status,
            on_call: match (by_status, calls) {
                (Some(EightStatus::OnCall), _) => Some(true),
                (_, Some(calls)) => Some(calls),
                (status, None) => status.map(|_| false),
            },
            queues,
            unknown: word.filter(|_| status == Some(EightStatus::Unrecognised)).map(plain),
        }
    }
}

impl Metrics {
    /// Whether calls are talked or held; `None` when neither number is given.
    fn calls(&self) -> Option<bool> {
        let number = |value: &Option<Value>| match value {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        let (talking, held) = (number(&self.ongoing_talking_interactions), number(&self.ongoing_on_hold_interactions));
        (talking.is_some() || held.is_some()).then(|| talking.unwrap_or(0.0) + held.unwrap_or(0.0) > 0.0)
    }
}

/// A queue's name, given as text or as an object.
fn name(queue: &Value) -> Option<String> {
    let text = queue.as_str().or_else(|| ["queueName", "name"].iter().find_map(|key| queue.get(key)?.as_str()));
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

impl Member {
    /// Takes in what another row says of the same member: whatever says most counts.
    pub(crate) fn join(&mut self, other: Self) {
        self.status = match (self.status, other.status) {
            (None | Some(EightStatus::Unrecognised), Some(status)) => Some(status),
            (status, _) => status,
        };
        self.on_call = match (self.on_call, other.on_call) {
            (Some(on_call), Some(more)) => Some(on_call || more),
            (on_call, more) => on_call.or(more),
        };
        let new = other.queues.into_iter().filter(|queue| !self.queues.contains(queue));
        let new: Vec<String> = new.collect();
        self.queues.extend(new);
        self.unknown = self.unknown.take().or(other.unknown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The layout of the schema.
    const FLAT: &[u8] = br#"{"agentActivity":[{"userId":"u1","agentExtension":"1000","agentName":"John Doe","userStatus":"ON_CALL",
        "activityStatus":"NEW","loggedInQueues":["Sales",{"queueName":"Support"}],"interaction":{"caller":"c","address":"a"},
        "metrics":{"userStatusTime":2579000}}],"summary":{}}"#;
    /// The layout of the example.
    const NESTED: &[u8] =
        br#"{"queuesAgentActivity":[{"pbx":"acmepbx","site":"HQ","queueExtension":"6509967","queueName":"Sales",
        "autoLogin":false,"agentActivity":[{"userId":"u1","agentExtension":2062112,"userStatus":"AVAILABLE",
          "metrics":{"ongoingTalkingInteractions":0,"ongoingOnHoldInteractions":1,"agentAverageTimeToAnswer":null}},
          {"userId":"u2","agentExtension":"2062113"}],"metricsSummary":{}}]}"#;
    /// The layout by queue.
    const BY_QUEUE: &[u8] = br#"{"queuesAgentActivity":[{"queueName":"Sales","queueAgentActivity":[
        {"userId":"u1","queueStatus":"HANDLING","userStatus":"SNOOZING"},
        {"userId":"u2","queueStatus":"LOGGED_OUT","userStatus":"DND"}]}]}"#;

    #[test]
    fn both_layouts_and_the_one_by_queue_are_read() {
        let [flat] = &read(FLAT).unwrap()[..] else { panic!() };
        assert_eq!((flat.status, flat.on_call), (Some(EightStatus::OnCall), Some(true)));
        assert_eq!(flat.queues, ["Sales", "Support"]);
        let nested = read(NESTED).unwrap();
        assert_eq!(nested[0].extension.as_deref(), Some("2062112"));
        assert_eq!((nested[0].on_call, &nested[0].queues[..]), (Some(true), &["Sales".to_owned()][..]), "held is on");
        let by_queue = read(BY_QUEUE).unwrap();
        assert_eq!(by_queue[1].queues, [""; 0], "logged out of it");
        assert_eq!(by_queue[1].on_call, Some(false));
    }

    #[test]
    fn a_missing_status_is_unknown_and_not_offline() {
        let nested = read(NESTED).unwrap();
        assert_eq!((nested[1].status, nested[1].on_call), (None, None));
    }

    #[test]
    fn an_unknown_status_is_kept_raw_and_says_nothing_of_calls() {
        let by_queue = read(BY_QUEUE).unwrap();
        assert_eq!(by_queue[0].status, Some(EightStatus::Unrecognised));
        assert_eq!((by_queue[0].on_call, by_queue[0].unknown.as_deref()), (None, Some("SNOOZING")));
    }

    #[test]
    fn rows_of_one_member_are_joined_by_what_says_most() {
        let mut member = read(NESTED).unwrap().swap_remove(1);
        member.join(read(BY_QUEUE).unwrap().swap_remove(0));
        member.join(read(FLAT).unwrap().swap_remove(0));
        assert_eq!((member.status, member.on_call), (Some(EightStatus::OnCall), Some(true)));
        assert_eq!(member.queues, ["Sales", "Support"]);
    }

    #[test]
    fn an_answer_without_any_list_is_no_answer() {
        assert!(matches!(read(b"{}"), Err(Error::Unreadable(_))));
    }
}
