//! `POST /$batch`: up to twenty requests in one, each with an answer of its own, in no particular order.
//!
//! Each goes through the same routes as if it had come by itself, so each is authorized, throttled and failed by itself.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Request, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use super::{
    graph::client_request_id,
    reply::{Reply, graph_error, json_text},
};
use crate::state::world::World;

/// The most requests in one batch.
const MOST: usize = 20;

/// What the endpoint needs: the world, and where the requests within go.
#[derive(Clone)]
pub(super) struct Batching {
    pub(super) world: Arc<World>,
    pub(super) routes: Router,
}

#[derive(Deserialize)]
struct Envelope {
    requests: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: HashMap<String, String>,
    body: Option<Value>,
    #[serde(default)]
    depends_on: Vec<String>,
}

pub(super) async fn batch(State(batching): State<Batching>, headers: HeaderMap, body: Bytes) -> Reply {
    let world = &batching.world;
    let bad = |message: &str| graph_error(world, client_request_id(&headers), 400, "BadRequest", message);
    let Ok(Envelope { requests }) = serde_json::from_slice::<Envelope>(&body) else {
        return bad("Invalid batch payload format.");
    };
    if requests.is_empty() || requests.len() > MOST {
        return bad(&format!("Number of batch request steps must be from 1 to {MOST}."));
    }
    let mut ids = HashSet::new();
    for item in &requests {
        if let Some(unknown) = item.depends_on.iter().find(|id| !ids.contains(&id.to_lowercase())) {
            return bad(&format!("Request '{}' depends on '{unknown}', which is no request before it.", item.id));
        }
        if item.id.is_empty() || !ids.insert(item.id.to_lowercase()) {
            return bad("Request ids in a batch must be present and unique.");
        }
    }

    let (mut failed, mut answers) = (HashSet::new(), Vec::with_capacity(requests.len()));
    for item in requests {
        let id = item.id.clone();
        let answer = if item.depends_on.iter().any(|id| failed.contains(&id.to_lowercase())) {
            failed_dependency(&id)
        } else {
            one(&batching, &headers, item).await
        };
        if answer["status"].as_u64().is_none_or(|status| status >= 400) {
            failed.insert(id.to_lowercase());
        }
        answers.push(answer);
    }
    // Nothing promises an order.
    answers.reverse();
    let middle = answers.len() / 3;
    answers.rotate_left(middle);
    json_text(200, json!({"responses": answers}).to_string())
}

fn failed_dependency(id: &str) -> Value {
    let error = json!({"code": "FailedDependency", "message": "A request that this one depends on has failed."});
    json!({"id": id, "status": 424, "headers": {"Content-Type": "application/json"}, "body": {"error": error}})
}

async fn one(batching: &Batching, headers: &HeaderMap, item: Item) -> Value {
    let id = item.id.clone();
    let reply = match request(headers, item) {
        Ok(request) => match batching.routes.clone().oneshot(request).await {
            Ok(reply) => reply,
            Err(never) => match never {},
        },
        Err(message) => graph_error(&batching.world, None, 400, "BadRequest", message),
    };
    answer(&id, reply).await
}

/// The request within, with the caller's authorization.
fn request(outer: &HeaderMap, item: Item) -> Result<Request<Body>, &'static str> {
    let has_content_type = item.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"));
    if item.body.is_some() && !has_content_type {
        return Err("A request with a body needs a Content-Type header.");
    }
    if !item.url.starts_with('/') || item.url.starts_with("/$batch") {
        return Err("The url of a request has to be relative, and no batch.");
    }
    let body = item.body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let mut request = Request::builder()
        .method(item.method.as_str())
        .uri(format!("/v1.0{}", item.url.replace(' ', "%20")))
        .body(body)
        .map_err(|_| "The method or url of a request is invalid.")?;
    for (name, value) in &item.headers {
        let name = HeaderName::try_from(name).map_err(|_| "A header has an invalid name.")?;
        let value = HeaderValue::try_from(value).map_err(|_| "A header has an invalid value.")?;
        request.headers_mut().insert(name, value);
    }
    if let Some(authorization) = outer.get(header::AUTHORIZATION) {
        request.headers_mut().insert(header::AUTHORIZATION, authorization.clone());
    }
    Ok(request)
}

/// An answer as the envelope holds it: JSON as it is, anything else in Base64.
async fn answer(id: &str, reply: Reply) -> Value {
    let (parts, body) = reply.into_parts();
    let text = |value: &HeaderValue| value.to_str().map(String::from).unwrap_or_default();
    let headers: Map<String, Value> =
        parts.headers.iter().map(|(name, value)| (capitals(name.as_str()), json!(text(value)))).collect();
    let mut answer = json!({"id": id, "status": parts.status.as_u16(), "headers": headers});
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if !body.is_empty() {
        answer["body"] = serde_json::from_slice(&body).unwrap_or_else(|_| json!(STANDARD.encode(&body)));
    }
    answer
}

/// `retry-after` as `Retry-After`, as Graph writes headers within a batch.
fn capitals(name: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}
