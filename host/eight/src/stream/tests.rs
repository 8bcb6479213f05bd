//! A stream against a WebSocket server of the test.

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use wiremock::ResponseTemplate;

use super::*;
use crate::config;
use crate::testing::{Eight, OFFER, ok};

const READER: &str = "/ws/v2/reader/persistent/acmecc/presence-v1/all";

/// What was asked for at the door: path, query, key.
type Asked = (String, String, String);

/// 8x8 with a stream on a port of its own.
struct Streaming {
    eight: Eight,
    listener: TcpListener,
}

impl Streaming {
    async fn start() -> Self {
        let (eight, listener) = (Eight::start().await, TcpListener::bind("127.0.0.1:0").await.unwrap());
        let host = listener.local_addr().unwrap().to_string();
        offer(&eight, &host).await;
        Self { eight, listener }
    }

    fn client(&self) -> crate::Client {
        client(&self.eight)
    }

    async fn accept(&self) -> (WebSocketStream<TcpStream>, Asked) {
        let mut asked = None;
        #[expect(clippy::result_large_err, reason = "the signature is the library's")]
        let note = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            let key = request.headers()["x-api-key"].to_str().unwrap().to_owned();
            let uri = request.uri();
            asked = Some((uri.path().to_owned(), uri.query().unwrap_or_default().to_owned(), key));
            Ok(response)
        };
        let (tcp, _) = self.listener.accept().await.unwrap();
        let socket = accept_hdr_async(tcp, note).await.unwrap();
        (socket, asked.unwrap())
    }
}

async fn offer(eight: &Eight, host: &str) {
    eight
        .on("GET", OFFER, ok(&json!({ "stream": { "supported": true, "host": host, "topic": "presence-v1/all" } })))
        .await;
}

fn client(eight: &Eight) -> crate::Client {
    let stream = Some(config::Stream { tenant: "acmecc".to_owned(), host: None });
    let push = config::Push { stream, ..config::Push::default() };
    crate::Client::new(config::Config { push, ..eight.config() }, std::sync::Arc::new(eight.clock.clone())).unwrap()
}

async fn send(socket: &mut WebSocketStream<TcpStream>, text: String) {
    socket.send(tungstenite::Message::text(text)).await.unwrap();
}

fn frame(id: &str) -> String {
    json!({ "messageId": id, "payload": "e30=", "properties": {}, "redeliveryCount": 0 }).to_string()
}

async fn acknowledged(socket: &mut WebSocketStream<TcpStream>) -> Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

#[tokio::test]
async fn a_stream_is_opened_where_it_is_offered_and_each_message_is_acknowledged_when_the_next_is_asked_for() {
    let streaming = Streaming::start().await;
    let (client, from) = (streaming.client(), Position::default());
    let (stream, (mut server, asked)) = tokio::join!(client.stream(&from), streaming.accept());
    let mut stream = stream.unwrap().unwrap();
    let query = "messageId=latest&readerName=presync-acme&receiverQueueSize=1000";
    assert_eq!(asked, (READER.to_owned(), query.to_owned(), "the-key".to_owned()));

    send(&mut server, json!({ "type": "isEndOfTopic" }).to_string()).await;
    send(&mut server, frame("CAEQAQ+/==")).await;
    send(&mut server, frame("CAEQAg==")).await;
    let first = stream.next().await.unwrap();
    assert_eq!((first.id.as_str(), &first.payload[..]), ("CAEQAQ+/==", &b"{}"[..]));
    let second = stream.next().await.unwrap();
    assert_eq!(second.id, "CAEQAg==");
    assert_eq!(acknowledged(&mut server).await, json!({ "messageId": "CAEQAQ+/==" }), "and not the control frame");

    drop(server);
    assert!(matches!(stream.next().await, Err(Error::Network(_))), "the end is told");
    let again = Position::behind(&first);
    let (_, (_, (_, query, _))) = tokio::join!(client.stream(&again), streaming.accept());
    assert!(query.starts_with("messageId=CAEQAQ%2B%2F%3D%3D&"), "{query}");
}

#[tokio::test]
async fn a_silent_stream_is_pinged_and_given_up_when_nothing_comes_back() {
    let streaming = Streaming::start().await;
    let (client, from) = (streaming.client(), Position::default());
    let (stream, (mut server, _)) = tokio::join!(client.stream(&from), streaming.accept());
    let mut stream = stream.unwrap().unwrap();
    let moment = Duration::from_millis(20);
    stream.pulse = Pulse { ping_after: moment, pong_within: moment };
    assert_eq!(stream.next().await, Err(Error::Timeout { after: 2 * moment }));
    assert!(matches!(server.next().await, Some(Ok(tungstenite::Message::Ping(_)))));
}

#[tokio::test]
async fn whoever_is_not_let_in_is_told_what_to_do() {
    for (status, said) in [(401, "Configuration Manager"), (403, "Pulsar Event Stream")] {
        let eight = Eight::start().await;
        let host = eight.server.address().to_string();
        offer(&eight, &host).await;
        eight.on("GET", READER, ResponseTemplate::new(status)).await;
        let error = client(&eight).stream(&Position::default()).await.unwrap_err();
        assert!(error.is_credential_problem() && error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn without_an_offer_or_a_tenant_there_is_no_stream() {
    let eight = Eight::start().await;
    eight.once("GET", OFFER, ok(&json!({ "stream": { "supported": false } }))).await;
    assert!(client(&eight).stream(&Position::default()).await.unwrap().is_none());
    offer(&eight, "127.0.0.1:1").await;
    assert!(eight.client().stream(&Position::default()).await.unwrap().is_none());
}

#[test]
fn the_host_is_as_configured_else_as_offered_with_tls_wherever_the_api_has_it() {
    let url = |text: &str| Url::parse(text).unwrap();
    let (api, local) = (url("https://api.8x8.com"), url("http://127.0.0.1:1"));
    assert_eq!(offered("pulsar-ws-use1.8x8.com", &api).unwrap(), url("https://pulsar-ws-use1.8x8.com"));
    assert_eq!(offered("127.0.0.1:2", &local).unwrap(), url("http://127.0.0.1:2"));
    assert_eq!(host(&url("wss://pulsar-ws-euw2.8x8.com")).unwrap(), url("https://pulsar-ws-euw2.8x8.com"));
    assert!(offered("no host at all", &api).is_err());
}
