//! Event Streaming and the streaming API before it.

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

use super::*;
use crate::{CcToken, Numbering, Product, StreamFaults};

/// A connection to a stream.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// How long a frame that should come may take, and how long one that should not is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
const A_MOMENT: Duration = Duration::from_millis(250);

impl Socket {
    async fn open(world: &World, path: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let url = world.sim.eight_url().replace("http://", "ws://") + path;
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn reader(world: &World, topic: &str, query: &str) -> Self {
        let path = format!("/ws/v2/reader/persistent/{}/{topic}?{query}", world.access.cc_tenant);
        Self::open(world, &path, &[("x-api-key", &world.access.cc_data_token)]).await.unwrap()
    }

    /// The next frame, if one comes.
    async fn frame(&mut self) -> Option<Value> {
        let message = tokio::time::timeout(PATIENCE, self.0.next()).await.ok()??;
        match message.ok()? {
            Message::Text(text) => serde_json::from_str(&text).ok(),
            _ => None,
        }
    }

    /// Whether nothing comes.
    async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(A_MOMENT, self.0.next()).await.is_err()
    }

    /// The next event, acknowledged.
    async fn event(&mut self) -> Option<Value> {
        let frame = self.frame().await?;
        self.acknowledge(&frame).await;
        Some(payload(&frame))
    }

    async fn acknowledge(&mut self, frame: &Value) {
        let text = json!({"messageId": frame["messageId"]}).to_string();
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    /// Whether the other side has gone.
    async fn is_gone(&mut self) -> bool {
        let message = tokio::time::timeout(PATIENCE, self.0.next()).await;
        matches!(message, Ok(None | Some(Err(_) | Ok(Message::Close(_)))))
    }
}

fn payload(frame: &Value) -> Value {
    serde_json::from_slice(&STANDARD.decode(frame["payload"].as_str().unwrap()).unwrap()).unwrap()
}

fn break_then_back(world: &World, person: &PersonRef, times: usize) {
    for _ in 0..times {
        world.sim.set_agent_status(person, AgentStatus::OnBreak, false);
        world.sim.set_agent_status(person, AgentStatus::WaitTransact, false);
    }
}

#[tokio::test]
async fn a_change_of_an_agent_is_numbered_as_the_rest_api_does_with_seconds_and_milliseconds() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = combo(&world);
    let agent = world.sim.seat(&person).unwrap().agent_id.unwrap();
    let mut stream = Socket::reader(&world, "event-v1/AgentStatusChange", "").await;
    let meet = json!({"agent-status": 5, "status-code-list-id": 801, "status-code-item-id": 1_722,
        "status-code-item-short-code": "Meet"});
    assert_eq!(status(desk.set_agent(&agent, &meet)).await, 200);
    let change = stream.event().await.unwrap()["AgentStatusChange"].clone();
    assert_eq!((change["newState"].as_u64(), change["newReasonCodeUser"].as_str()), (Some(5), Some("801=1722")));
    assert_eq!(change["statusEventTS"], START_MS / 1_000);
    assert_eq!(change["msgInfo"]["timestamp"], START_MS);
    world.sim.disturb_streams(0, StreamFaults { without_info: 1, ..StreamFaults::default() });
    world.sim.set_agent_status(&person, AgentStatus::WaitTransact, false);
    assert_eq!(stream.event().await.unwrap()["AgentStatusChange"]["msgInfo"], json!({}));
    world.sim.edit_eight_quirks(0, |quirks| quirks.numbering = Numbering::LifeCycle);
    for (status, number) in [(AgentStatus::WaitTransact, 5), (AgentStatus::LoggedIn, 1), (AgentStatus::LoggedOut, 0)] {
        world.sim.set_agent_status(&person, status, false);
        assert_eq!(stream.event().await.unwrap()["AgentStatusChange"]["newState"], number);
    }
}

#[tokio::test]
async fn topics_are_all_events_one_kind_or_one_agent() {
    let world = World::with(grown()).await;
    let agents = people_who(&world, |seat| seat.agent_id.is_some());
    let id = world.sim.seat(&agents[1]).unwrap().agent_id.unwrap();
    let mut all = Socket::reader(&world, "event-v1/all", "").await;
    let mut kind = Socket::reader(&world, "event-v1/InteractionAccepted", "").await;
    let mut one = Socket::reader(&world, &format!("agent-v1/{id}"), "").await;
    world.sim.set_agent_status(&agents[0], AgentStatus::ProcessTransact, true);
    world.sim.set_agent_status(&agents[1], AgentStatus::OnBreak, false);
    for _ in 0..3 {
        assert!(all.event().await.is_some());
    }
    assert_eq!(kind.event().await.unwrap()["Interaction"]["callState"], "CS_CONNECTED");
    assert_eq!(one.event().await.unwrap()["AgentStatusChange"]["agentId"].as_str(), Some(id.as_str()));
    assert!(kind.is_silent().await && one.is_silent().await);
}

#[tokio::test]
async fn without_acknowledgements_delivery_stops_when_the_queue_is_full() {
    let world = World::with(grown()).await;
    let person = combo(&world);
    let mut stream = Socket::reader(&world, "event-v1/all", "receiverQueueSize=2").await;
    break_then_back(&world, &person, 2);
    let first = stream.frame().await.unwrap();
    assert!(stream.frame().await.is_some());
    assert!(stream.is_silent().await, "two are out");
    stream.acknowledge(&first).await;
    assert!(stream.frame().await.is_some());
    assert!(stream.is_silent().await);
    world.sim.edit_eight_quirks(0, |quirks| quirks.acknowledgements_needed = false);
    let mut free = Socket::reader(&world, "event-v1/all", "receiverQueueSize=2&messageId=earliest").await;
    for _ in 0..4 {
        assert!(free.frame().await.is_some());
    }
}

#[tokio::test]
async fn a_stream_begins_at_the_earliest_the_latest_or_after_an_id_that_has_to_be_escaped() {
    let world = World::with(grown()).await;
    let person = combo(&world);
    break_then_back(&world, &person, 1);
    let mut earliest = Socket::reader(&world, "event-v1/all", "messageId=earliest").await;
    let first = earliest.frame().await.unwrap();
    let mut latest = Socket::reader(&world, "event-v1/all", "messageId=latest").await;
    assert!(latest.is_silent().await);
    let id = first["messageId"].as_str().unwrap();
    assert!(id.contains('+') && id.contains('/') && id.contains('='));
    let escaped = id.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let mut after = Socket::reader(&world, "event-v1/all", &format!("messageId={escaped}")).await;
    assert_eq!(after.frame().await.unwrap()["messageId"], earliest.frame().await.unwrap()["messageId"]);
    let path = format!("/ws/v2/reader/persistent/{}/event-v1/all?messageId={id}", world.access.cc_tenant);
    let refused = Socket::open(&world, &path, &[("x-api-key", &world.access.cc_data_token)]).await;
    assert_eq!(refused.err(), Some(400));
}

#[tokio::test]
async fn events_come_twice_the_wrong_way_round_after_frames_that_are_none_and_connections_drop() {
    let world = World::with(grown()).await;
    let person = combo(&world);
    world.sim.disturb_streams(0, StreamFaults { out_of_order: 1, twice: 1, control_frames: 1, ..Default::default() });
    break_then_back(&world, &person, 1);
    let mut stream = Socket::reader(&world, "event-v1/all", "messageId=earliest").await;
    assert_eq!(stream.frame().await.unwrap()["type"], "isEndOfTopic");
    let mut frames = Vec::new();
    for _ in 0..3 {
        frames.push(stream.frame().await.unwrap());
    }
    assert!(stream.is_silent().await);
    let states: Vec<_> = frames.iter().map(|f| payload(f)["AgentStatusChange"]["newState"].as_u64().unwrap()).collect();
    assert_eq!(states, [4, 3, 4]);
    assert_eq!(frames[2]["messageId"], frames[0]["messageId"]);
    assert_eq!((frames[0]["redeliveryCount"].as_u64(), frames[2]["redeliveryCount"].as_u64()), (Some(0), Some(1)));
    world.sim.disturb_streams(0, StreamFaults { drop_connections: true, ..Default::default() });
    assert!(stream.is_gone().await);
}

#[tokio::test]
async fn a_named_subscription_gets_what_it_did_not_acknowledge_again() {
    let world = World::with(grown()).await;
    let person = combo(&world);
    let path = format!("/ws/v2/consumer/persistent/{}/event-v1/all/mine", world.access.cc_tenant);
    let headers = [("x-api-key", world.access.cc_data_token.as_str())];
    let mut stream = Socket::open(&world, &path, &headers).await.unwrap();
    assert!(stream.is_silent().await);
    break_then_back(&world, &person, 1);
    let first = stream.frame().await.unwrap();
    let second = stream.frame().await.unwrap();
    stream.acknowledge(&first).await;
    assert!(stream.is_silent().await);
    drop(stream);
    let mut stream = Socket::open(&world, &path, &headers).await.unwrap();
    let again = stream.frame().await.unwrap();
    assert_eq!((&again["messageId"], again["redeliveryCount"].as_u64()), (&second["messageId"], Some(1)));
}

#[tokio::test]
async fn the_wrong_region_connects_and_stays_silent() {
    let world = World::with(grown()).await;
    let person = combo(&world);
    world.sim.edit_eight_quirks(0, |quirks| quirks.stream_host = Some(String::from("pulsar-ws-euw2.8x8.com")));
    let path = format!("/ws/v2/reader/persistent/{}/event-v1/all?messageId=earliest", world.access.cc_tenant);
    let key = world.access.cc_data_token.as_str();
    let open = async |host: &str| Socket::open(&world, &path, &[("x-api-key", key), ("host", host)]).await.unwrap();
    break_then_back(&world, &person, 1);
    assert!(open("pulsar-ws-use1.8x8.com").await.is_silent().await);
    assert!(open("pulsar-ws-euw2.8x8.com").await.frame().await.is_some());
}

#[tokio::test]
async fn a_stream_takes_the_key_in_every_accepted_place_and_a_wrong_one_is_refused_at_the_door() {
    let world = World::with(grown()).await;
    let (tenant, data) = (&world.access.cc_tenant, &world.access.cc_data_token);
    let path = format!("/ws/v2/reader/persistent/{tenant}/event-v1/all");
    let basic = format!("Basic {}", STANDARD.encode(format!("{tenant}:{data}")));
    let open = async |query: &str, headers: &[(&'static str, &str)]| {
        Socket::open(&world, &format!("{path}{query}"), headers).await.err().unwrap_or(101)
    };
    assert_eq!(open("", &[("x-api-key", data)]).await, 101);
    assert_eq!(open("", &[("x-api-key", &world.access.eight_key)]).await, 101);
    assert_eq!(open("", &[("authorization", &basic)]).await, 101);
    assert_eq!(open(&format!("?x-api-key={data}"), &[]).await, 101);
    assert_eq!(open(&format!("?token={}", basic.replace(' ', "+").replace('=', "%3D")), &[]).await, 101);
    assert_eq!(open(&format!("?X-API-Key={data}"), &[]).await, 401, "in the query the name is in small letters");
    assert_eq!(open("", &[("x-api-key", "mine")]).await, 401);
    world.sim.grant_eight_product(0, Product::EventStream, false);
    assert_eq!(open("", &[("x-api-key", data)]).await, 403);
}

#[tokio::test]
async fn a_new_data_token_ends_the_streams_of_the_old_one() {
    let world = World::with(grown()).await;
    let mut stream = Socket::reader(&world, "event-v1/all", "").await;
    let token = world.sim.new_cc_token(0, CcToken::Data).unwrap();
    assert!(stream.is_gone().await);
    let path = format!("/ws/v2/reader/persistent/{}/event-v1/all", world.access.cc_tenant);
    let old = Socket::open(&world, &path, &[("x-api-key", &world.access.cc_data_token)]).await;
    assert_eq!(old.err(), Some(401));
    assert!(Socket::open(&world, &path, &[("x-api-key", &token)]).await.is_ok());
}

#[tokio::test]
async fn presence_is_streamed_with_the_origin_of_a_change() {
    let world = World::with(grown()).await;
    let person = &world.sim.people(0)[0];
    let mut stream = Socket::reader(&world, "presence-v1/all", "").await;
    world.publish(person, "BUSY", 300).await;
    let change = stream.event().await.unwrap()["PresenceChange"].clone();
    assert_eq!(change["origin"]["publicationId"], "p_1");
    assert_eq!((change["presence"]["status"].as_str(), change["changeType"].as_str()), (Some("BUSY"), Some("UPDATED")));
    assert!(change["msgInfo"]["sequenceId"].is_u64());
}

/// A subscriber of the old API.
async fn sapi(world: &World, id: &str) -> Result<Socket, u16> {
    let (tenant, data) = (&world.access.cc_tenant, &world.access.cc_data_token);
    let basic = format!("Basic {}", STANDARD.encode(format!("{tenant}:{data}")));
    let path = format!(
        "/api/streaming/v1/clientconnect/subscribe/TenantUpdates-{tenant}-{id}?desiredOutputType=JSON&tenantId={tenant}&subsId={id}"
    );
    let mut socket = Socket::open(world, &path, &[("authorization", &basic)]).await?;
    assert_eq!(socket.frame().await.unwrap()["ClientCheck"]["heartbeat"], "[HEARTBEAT]");
    Ok(socket)
}

#[tokio::test]
async fn of_the_old_api_the_fourth_subscription_is_refused_and_each_is_cut_after_an_hour() {
    let world = World::with(grown()).await;
    let mut sockets = Vec::new();
    for id in ["a", "b", "c"] {
        sockets.push(sapi(&world, id).await.unwrap());
    }
    assert_eq!(sapi(&world, "d").await.err(), Some(403));
    world.step(3_599);
    assert!(sockets[0].is_silent().await);
    world.step(1);
    for socket in &mut sockets {
        assert!(socket.is_gone().await);
    }
    while sapi(&world, "d").await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn the_old_api_replays_what_was_missed_within_two_hours_and_nothing_after() {
    let world = World::with(grown()).await;
    let person = combo(&world);
    let away = async |seconds: u64| {
        let mut socket = sapi(&world, "mine").await.unwrap();
        world.step(3_600);
        assert!(socket.is_gone().await);
        world.sim.set_agent_status(&person, AgentStatus::OnBreak, false);
        world.step(seconds);
        let mut socket = loop {
            match sapi(&world, "mine").await {
                Ok(socket) => break socket,
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        world.sim.set_agent_status(&person, AgentStatus::WaitTransact, false);
        let first = socket.frame().await.unwrap()["AgentStatusChange"]["newState"].as_u64();
        world.step(3_600);
        assert!(socket.is_gone().await);
        first
    };
    assert_eq!(away(7_199).await, Some(3), "the break that was missed");
    world.step(3 * 3_600);
    assert_eq!(away(7_201).await, Some(4), "what happened since, and nothing before");
}
