//! Somebody who looks on at what this process and the providers say to each other, and may answer in a provider's place: for
//! recordings. Without one, requests go the usual way and nothing is copied.

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use reqwest::header::HeaderMap;
use reqwest::{Body, Method, RequestBuilder, Response, StatusCode};
use url::Url;

/// Looks on. It sees everything, secrets among it.
pub trait Tap: Debug + Send + Sync {
    /// Before a request is sent: `Some` is the answer, and nothing is sent.
    fn stand_in(&self, asked: &Asked) -> Option<Answered>;

    /// After a request was answered, by the provider or by [`Tap::stand_in`]. `None`: it broke on the way, or the caller would not wait
    /// any longer.
    fn answered(&self, asked: &Asked, answer: Option<&Answered>);
}

/// A request.
#[derive(Debug)]
pub struct Asked {
    /// When it was sent.
    pub at: Instant,
    /// Its verb.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Its headers, without those that the connection adds.
    pub headers: HeaderMap,
    /// Its body; empty when it has none.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
    /// It came from the tap itself.
    pub stood_in: bool,
}

/// There is a tap already, which stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what this process says to the providers is looked at already; a process has one tap")]
pub struct Taken;

static TAP: OnceLock<Arc<dyn Tap>> = OnceLock::new();

/// Lets `tap` look on at every request of this process from now on.
///
/// # Errors
/// When somebody does already.
pub fn install(tap: Arc<dyn Tap>) -> Result<(), Taken> {
    TAP.set(tap).map_err(|_| Taken)
}

/// Sends a request and gives the answer, as [`RequestBuilder::send`] does.
///
/// # Errors
/// What broke.
pub async fn send(request: RequestBuilder) -> Result<Response, reqwest::Error> {
    match TAP.get() {
        None => request.send().await,
        // On the heap, so that the usual way stays as small as it is.
        Some(tap) => Box::pin(send_by(&**tap, request)).await,
    }
}

/// Tells the tap of a request that nobody waits for any more.
struct Pending<'a> {
    tap: &'a dyn Tap,
    asked: Option<Asked>,
}

impl Pending<'_> {
    fn over(mut self, answer: Option<&Answered>) {
        if let Some(asked) = self.asked.take() {
            self.tap.answered(&asked, answer);
        }
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.tap.answered(&asked, None);
        }
    }
}

async fn send_by(tap: &dyn Tap, request: RequestBuilder) -> Result<Response, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request?;
    let asked = Asked {
        at: Instant::now(),
        method: request.method().clone(),
        url: request.url().clone(),
        headers: request.headers().clone(),
        body: request.body().and_then(Body::as_bytes).map(<[u8]>::to_vec).unwrap_or_default(),
    };
    if let Some(answer) = tap.stand_in(&asked) {
        tap.answered(&asked, Some(&answer));
        return Ok(response(answer));
    }
    let pending = Pending { tap, asked: Some(asked) };
    let came = client.execute(request).await?;
    let (status, headers) = (came.status(), came.headers().clone());
    let answer = Answered { status, headers, body: came.bytes().await?.into(), stood_in: false };
    pending.over(Some(&answer));
    Ok(response(answer))
}

fn response(answer: Answered) -> Response {
    let mut response = http::Response::new(answer.body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response.into()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Mutex;

    use reqwest::header::HeaderValue;

    use super::*;

    /// Answers what goes to `/write`, and remembers all.
    #[derive(Debug, Default)]
    struct Notes(Mutex<Vec<(String, Option<u16>)>>);

    impl Tap for Notes {
        fn stand_in(&self, asked: &Asked) -> Option<Answered> {
            let answer = Answered {
                status: StatusCode::ACCEPTED,
                headers: HeaderMap::new(),
                body: b"taken".to_vec(),
                stood_in: true,
            };
            (asked.url.path() == "/write").then_some(answer)
        }

        fn answered(&self, asked: &Asked, answer: Option<&Answered>) {
            let status = answer.map(|answer| answer.status.as_u16());
            let what = format!("{} {} {}", asked.method, asked.url.path(), String::from_utf8_lossy(&asked.body));
            self.0.lock().unwrap().push((what, status));
        }
    }

    /// The address of a server that answers one request.
    fn once(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1024];
            assert!(stream.read(&mut asked).unwrap() > 0);
            stream.write_all(answer.as_bytes()).unwrap();
        });
        format!("http://{address}")
    }

    fn client() -> reqwest::Client {
        reqwest::Client::builder().no_proxy().build().unwrap()
    }

    #[tokio::test]
    async fn an_answer_passes_unchanged_and_is_told() {
        let (tap, http) = (Notes::default(), client());
        let url = once("HTTP/1.1 429 No\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\nwait");
        let answer = send_by(&tap, http.get(format!("{url}/read"))).await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (429, &HeaderValue::from_static("7")));
        assert_eq!(answer.text().await.unwrap(), "wait");
        assert_eq!(*tap.0.lock().unwrap(), [("GET /read ".to_owned(), Some(429))]);
    }

    #[tokio::test]
    async fn what_is_answered_in_the_providers_place_is_not_sent() {
        let tap = Notes::default();
        let answer = send_by(&tap, client().post("http://127.0.0.1:9/write").body("x")).await.unwrap();
        assert_eq!((answer.status().as_u16(), &*answer.text().await.unwrap()), (202, "taken"));
        assert_eq!(*tap.0.lock().unwrap(), [("POST /write x".to_owned(), Some(202))]);
    }

    #[tokio::test]
    async fn a_request_that_breaks_is_told_too() {
        let tap = Notes::default();
        assert!(send_by(&tap, client().get(format!("{}/read", once("nonsense\r\n\r\n")))).await.is_err());
        assert_eq!(*tap.0.lock().unwrap(), [("GET /read ".to_owned(), None)]);
    }
}
