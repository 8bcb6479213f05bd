//! Webhooks: verified when they are added, signed, repeated until they are answered.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::{net::TcpListener, sync::mpsc};

use super::*;
use crate::Status;

/// A receiver on a free port; it refuses so many deliveries before it accepts.
struct Receiver {
    uri: String,
    came: mpsc::UnboundedReceiver<(HeaderMap, String)>,
    refuses: Arc<AtomicU32>,
    server: tokio::task::JoinHandle<()>,
}

type Shared = (mpsc::UnboundedSender<(HeaderMap, String)>, Arc<AtomicU32>);

async fn receive(State((to, refuses)): State<Shared>, headers: HeaderMap, body: Bytes) -> axum::http::StatusCode {
    to.send((headers, String::from_utf8(body.to_vec()).unwrap())).unwrap();
    let refused = refuses.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    if refused { axum::http::StatusCode::SERVICE_UNAVAILABLE } else { axum::http::StatusCode::OK }
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/hook", listener.local_addr().unwrap());
        let (to, came) = mpsc::unbounded_channel();
        let refuses = Arc::new(AtomicU32::new(0));
        let routes = Router::new().route("/hook", post(receive)).with_state((to, Arc::clone(&refuses)));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { uri, came, refuses, server }
    }

    async fn next(&mut self) -> (HeaderMap, String) {
        self.came.recv().await.unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

async fn add(desk: &Desk<'_>, uri: &str) -> u16 {
    let body = json!({"name": "presync", "uri": uri, "notificationVersion": "Presence v1.0"});
    status(desk.with_key(desk.world.http.post(desk.url("/presence/v1/webhooks")).json(&body))).await
}

/// Checks a delivery as a receiver would: the checksum, then the signature under the published key.
async fn check(desk: &Desk<'_>, headers: &HeaderMap, body: &str) -> String {
    let signature = text(headers, "x-8x8-signature");
    let (header, signature) = signature.split_once("..").unwrap();
    let decoded: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!((&decoded["b64"], &decoded["crit"], &decoded["alg"]), (&json!(false), &json!(["b64"]), &json!("RS256")));
    let kid = decoded["kid"].as_str().unwrap();
    let payload = format!(
        r#"{{"checksum":{},"cid":"{}","eid":"{}","retry":{},"tid":"{}","tt":{}}}"#,
        crc32fast::hash(body.as_bytes()),
        text(headers, "x-8x8-customer-id"),
        text(headers, "x-8x8-event-id"),
        text(headers, "x-8x8-retry"),
        text(headers, "x-8x8-tenant-id"),
        text(headers, "x-8x8-transmission-time"),
    );
    for path in [format!("/chat-gateway/v1/jwk/{kid}/public"), format!("/vcc/us/chat/v2/jwk/{kid}/public")] {
        let key = json(desk.world.http.get(desk.url(&path))).await;
        let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        let public = RsaPublicKeyComponents { n: part("n"), e: part("e") };
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        public.verify(&RSA_PKCS1_2048_8192_SHA256, format!("{header}.{payload}").as_bytes(), &signature).unwrap();
    }
    kid.to_owned()
}

#[tokio::test]
async fn a_webhook_is_verified_when_it_is_added_and_refused_if_it_does_not_answer() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let mut receiver = Receiver::start().await;
    receiver.refuses.store(1, Ordering::SeqCst);
    assert_eq!(add(&desk, &receiver.uri).await, 400);
    receiver.next().await;
    assert_eq!(add(&desk, &receiver.uri).await, 200);
    let (headers, body) = receiver.next().await;
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event, json!({"notificationVersion": "Presence v1.0", "eventType": "WEB_HOOK_VERIFY"}));
    check(&desk, &headers, &body).await;
    let listed = json(desk.key("/presence/v1/webhooks")).await;
    let id = listed["data"][0]["id"].as_str().unwrap();
    assert_eq!(json(desk.key("/chat-gateway/v1/webhooks")).await["data"], json!([]));
    assert_eq!(add(&desk, "http://example.invalid/hook").await, 400);
    let renamed = json!({"name": "other", "uri": receiver.uri, "notificationVersion": "Presence v1.0"});
    let put = desk.with_key(world.http.put(desk.url(&format!("/presence/v1/webhooks/{id}"))).json(&renamed));
    assert_eq!(json(put).await["name"], "other");
    let verify = desk.with_key(world.http.post(desk.url("/presence/v1/webhooks/verify")).json(&renamed));
    assert_eq!(status(verify).await, 204);
    let gone = desk.with_key(world.http.delete(desk.url(&format!("/presence/v1/webhooks/{id}"))));
    assert_eq!(status(gone).await, 204);
    assert_eq!(status(desk.key(&format!("/presence/v1/webhooks/{id}"))).await, 404);
}

#[tokio::test]
async fn a_delivery_is_repeated_with_a_new_time_until_it_is_answered() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let mut receiver = Receiver::start().await;
    assert_eq!(add(&desk, &receiver.uri).await, 200);
    receiver.next().await;
    receiver.refuses.store(2, Ordering::SeqCst);
    let person = &world.sim.people(0)[0];
    world.sim.eight_manual(person, Some(Status::Busy));
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (headers, body) = loop {
            tokio::select! {
                delivery = receiver.next() => break delivery,
                () = tokio::time::sleep(Duration::from_millis(20)) => world.step(1),
            }
        };
        check(&desk, &headers, &body).await;
        let event: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(event["data"]["presence"]["status"], "BUSY");
        let field = |name| text(&headers, name).to_owned();
        seen.push((field("x-8x8-event-id"), field("x-8x8-retry"), field("x-8x8-transmission-time")));
    }
    assert!(seen[0].0 == seen[1].0 && seen[1].0 == seen[2].0, "{seen:?}");
    assert_eq!(seen.iter().map(|(_, retry, _)| retry.as_str()).collect::<Vec<_>>(), ["0", "1", "2"]);
    assert!(seen[0].2 < seen[1].2 && seen[1].2 < seen[2].2, "{seen:?}");
}

#[tokio::test]
async fn an_event_can_come_twice_and_the_key_can_change() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let mut receiver = Receiver::start().await;
    assert_eq!(add(&desk, &receiver.uri).await, 200);
    let (headers, body) = receiver.next().await;
    let first = check(&desk, &headers, &body).await;
    world.sim.rotate_webhook_key(0);
    world.sim.repeat_webhooks(0, 1);
    let person = &world.sim.people(0)[0];
    world.sim.eight_manual(person, Some(Status::Busy));
    let (one, body) = receiver.next().await;
    let (other, _) = receiver.next().await;
    assert_eq!(text(&one, "x-8x8-event-id"), text(&other, "x-8x8-event-id"));
    assert_ne!(check(&desk, &one, &body).await, first);
    assert_eq!(status(world.http.get(desk.url(&format!("/chat-gateway/v1/jwk/{first}/public")))).await, 200);
}
