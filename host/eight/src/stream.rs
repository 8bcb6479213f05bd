//! One connection to an event stream: Apache Pulsar over a WebSocket, opened at the host that the API names, each message
//! acknowledged, looked after by pings.
//!
//! The handshake is sent by the HTTP client that all calls use, so that proxies and certificates count here as they do there. A
//! stream that breaks is not opened again from here: whoever reads it knows how long to wait, and from which place to go on.
//! One that is opened in the wrong region connects and stays silent for ever, which only shows beside what is read otherwise.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use presync_http::transport::{self, under};
use reqwest::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use reqwest::{Response, StatusCode, Upgraded};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Bytes};
use url::Url;

use crate::error::{Error, broken};
use crate::frames::pulsar::{Frame, Message};
use crate::gate::retry_after;
use crate::problem::Problem;
use crate::product::Product;

/// How long the handshake may take, as 8x8 recommends.
const HANDSHAKE: Duration = Duration::from_secs(45);
/// How a connection that is silent is looked after.
const PULSE: Pulse = Pulse { ping_after: Duration::from_secs(30), pong_within: Duration::from_secs(15) };
/// Messages that may be out unacknowledged; more than are ever taken at once.
const QUEUE: &str = "1000";
/// The largest message: a presence is a kilobyte, so this is one that went wrong.
const LARGEST: usize = 1024 * 1024;

const KEY: HeaderName = HeaderName::from_static("sec-websocket-key");
const ACCEPT: HeaderName = HeaderName::from_static("sec-websocket-accept");
const VERSION: HeaderName = HeaderName::from_static("sec-websocket-version");

/// From where a stream goes on: behind the last message that came, or with whatever comes next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position(Option<Box<str>>);

impl Position {
    /// Behind this message.
    pub fn behind(message: &Message) -> Self {
        Self(Some(message.id.as_str().into()))
    }

    fn query(&self) -> &str {
        self.0.as_deref().unwrap_or("latest")
    }
}

/// How a connection that is silent is looked after.
#[derive(Debug, Clone, Copy)]
struct Pulse {
    /// Silent for so long, it is pinged.
    ping_after: Duration,
    /// And given up when nothing comes back within this.
    pong_within: Duration,
}

/// An open stream.
#[derive(Debug)]
pub struct Stream {
    socket: WebSocketStream<Upgraded>,
    /// What the last message is acknowledged with, until that was sent.
    owed: Option<String>,
    heard_at: Instant,
    pinged: bool,
    pulse: Pulse,
}

/// Where a stream is and who opens it.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    /// `https://host`
    pub(crate) host: Url,
    pub(crate) tenant: &'a str,
    /// Namespace and topic: `presence-v1/all`.
    pub(crate) topic: &'a str,
    pub(crate) reader: &'a str,
    pub(crate) key: &'a HeaderValue,
}

impl Place<'_> {
    fn address(&self, from: &Position) -> Result<Url, Error> {
        let start = ["ws", "v2", "reader", "persistent", self.tenant];
        let mut url = under(&self.host, &[&start[..], &self.topic.split('/').collect::<Vec<_>>()].concat())?;
        // A message's id holds letters that would mean something else here; this escapes them.
        url.query_pairs_mut()
            .append_pair("messageId", from.query())
            .append_pair("readerName", self.reader)
            .append_pair("receiverQueueSize", QUEUE);
        Ok(url)
    }
}

/// The host of a stream that an API offers, with or without TLS as the API itself.
pub(crate) fn offered(host: &str, api: &Url) -> Result<Url, Error> {
    let scheme = if api.scheme() == "http" { "ws" } else { "wss" };
    let host = Url::parse(&format!("{scheme}://{host}")).map_err(|_| unusable(&presync_http::text::plain(host)))?;
    self::host(&host)
}

/// The host of a stream as an address of the web, which a handshake is sent to.
pub(crate) fn host(configured: &Url) -> Result<Url, Error> {
    let mut host = configured.clone();
    let scheme = match host.scheme() {
        "ws" | "http" => "http",
        _ => "https",
    };
    host.set_scheme(scheme).map_err(|()| unusable(configured.as_str()))?;
    Ok(host)
}

fn unusable(text: &str) -> Error {
    Error::Settings(format!("{text} is no address of an event stream").into())
}

impl Stream {
    /// Opens a stream.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] and [`Error::Forbidden`] when an administrator has to act; [`Error::Refused`] when the stream does
    /// not know the position any more; else what broke.
    pub(crate) async fn open(place: &Place<'_>, from: &Position) -> Result<Self, Error> {
        let (url, nonce) = (place.address(from)?, generate_key());
        let request = transport::apart()?
            .get(url)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(VERSION, "13")
            .header(KEY, &nonce)
            .header("x-api-key", place.key.clone());
        let shake = async {
            let response = request.send().await.map_err(broken)?;
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                return Err(refused(response).await);
            }
            check(response.headers(), &nonce)?;
            response.upgrade().await.map_err(broken)
        };
        let late = |_| Error::Timeout { after: HANDSHAKE };
        let upgraded = timeout(HANDSHAKE, shake).await.map_err(late)??;
        let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
        let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
        Ok(Self { socket, owed: None, heard_at: Instant::now(), pinged: false, pulse: PULSE })
    }

    /// The next message. The one before it counts as taken and is acknowledged first. Whoever stops waiting loses nothing.
    ///
    /// # Errors
    /// When the connection broke, was ended by 8x8 or answers no ping: the stream has come to its end.
    pub async fn next(&mut self) -> Result<Message, Error> {
        if let Some(owed) = &self.owed {
            let acknowledgement = tungstenite::Message::text(owed.clone());
            self.socket.send(acknowledgement).await.map_err(|error| ended(&error))?;
            self.owed = None;
        }
        let Pulse { ping_after, pong_within } = self.pulse;
        loop {
            let patience = if self.pinged { ping_after + pong_within } else { ping_after };
            let Ok(came) = timeout_at(self.heard_at + patience, self.socket.next()).await else {
                if self.pinged {
                    return Err(Error::Timeout { after: patience });
                }
                let ping = tungstenite::Message::Ping(Bytes::new());
                self.socket.send(ping).await.map_err(|error| ended(&error))?;
                self.pinged = true;
                continue;
            };
            (self.heard_at, self.pinged) = (Instant::now(), false);
            match came {
                None | Some(Ok(tungstenite::Message::Close(_))) => {
                    return Err(Error::Network("8x8 ended the event stream".into()));
                }
                Some(Err(error)) => return Err(ended(&error)),
                Some(Ok(tungstenite::Message::Text(text))) => match Frame::read(&text) {
                    Ok(Frame::Message(message)) => {
                        self.owed = Some(message.acknowledgement());
                        return Ok(message);
                    }
                    Ok(Frame::Control) => {}
                    // To end here would be to meet it again after the next opening.
                    Err(error) => tracing::debug!(%error, "a frame of 8x8's event stream is left out"),
                },
                Some(Ok(_)) => {}
            }
        }
    }
}

/// Whether the other side speaks WebSocket and answers this handshake.
fn check(headers: &HeaderMap, nonce: &str) -> Result<(), Error> {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if accepted == Some(&*derive_accept_key(nonce.as_bytes())) {
        return Ok(());
    }
    Err(Error::Unreadable("the answer to the handshake of an event stream is not one of WebSocket".into()))
}

async fn refused(response: Response) -> Error {
    let status = response.status();
    // A stream keeps no clock: a date is not taken for a pause here.
    let pause = retry_after(response.headers(), presync_core::time::Timestamp::EPOCH);
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(error) => return broken(error),
    };
    let Problem { code, said } = Problem::read(&body);
    let product = Product::Stream;
    match status {
        StatusCode::UNAUTHORIZED => {
            Error::Unauthorized { product: product.name(), said, fix: product.when_unauthorized() }
        }
        StatusCode::FORBIDDEN => Error::Forbidden { product: product.name(), said, fix: product.when_forbidden() },
        StatusCode::TOO_MANY_REQUESTS => Error::Throttled { retry_after: pause.unwrap_or(Duration::from_secs(60)) },
        _ if status.is_server_error() => Error::Unavailable { status: status.as_u16(), retry_after: pause },
        _ => Error::Refused { status: status.as_u16(), code, said },
    }
}

fn ended(error: &tungstenite::Error) -> Error {
    Error::Network(format!("the event stream: {}", presync_http::text::plain(&error.to_string())).into())
}

#[cfg(test)]
mod tests;
