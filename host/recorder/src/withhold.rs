//! Which requests change nothing at a provider, and what is said to the service in a provider's place when the others are not sent.
//!
//! What is known to read is sent; everything else is not. A write that is documented is answered as if it had been taken, so that the
//! service goes on as it would; one that is not is refused.

use presync_http::tap::{Answered, Asked};
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::anonymise::json_headers;
use crate::bases::Service;

/// Whether a request changes nothing.
pub(crate) fn reads(service: Service, asked: &Asked) -> bool {
    let path = asked.url.path();
    match asked.method {
        Method::GET | Method::HEAD | Method::OPTIONS => true,
        // Tokens are given by asking for them.
        Method::POST if service == Service::Entra => path.ends_with("/token"),
        Method::POST if service == Service::Eight && path.ends_with("/token") => path.contains("/oauth/"),
        Method::POST if path.ends_with("/communications/getPresencesByUserId") => service == Service::Graph,
        Method::POST if path.ends_with("/$batch") => {
            items(&body(asked), "requests").all(|request| request["method"].as_str() == Some("GET"))
        }
        _ => false,
    }
}

/// What is said in the provider's place.
pub(crate) fn answer(service: Service, asked: &Asked) -> Answered {
    let (path, body) = (asked.url.path(), body(asked));
    let said = match service {
        Service::Graph if is_presence(path) => return empty(StatusCode::OK),
        Service::Graph if path.ends_with("/$batch") => batch(&body),
        Service::Eight if path.ends_with("/presence/v1/publications/bulk") => Some(published(&body)),
        Service::Eight if path.contains("/admin-provisioning/users/") && asked.method == Method::PUT => {
            Some(json!({"status": "COMPLETED"}))
        }
        Service::Eight | Service::Agents if path.ends_with("/agentstatus/agents/bulk") => Some(set(&body)),
        _ => None,
    };
    said.map_or_else(refused, |said| json_answer(StatusCode::OK, &said))
}

fn body(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap_or(Value::Null)
}

fn items<'a>(body: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    body.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A session that is held or ended.
fn is_presence(path: &str) -> bool {
    path.contains("/users/") && (path.ends_with("/presence/setPresence") || path.ends_with("/presence/clearPresence"))
}

/// Sessions only: a batch that does anything else is refused.
fn batch(body: &Value) -> Option<Value> {
    let known = items(body, "requests").all(|request| request["url"].as_str().is_some_and(is_presence));
    let taken = |request: &Value| json!({"id": request["id"], "status": 200, "headers": {}, "body": null});
    known.then(|| json!({"responses": items(body, "requests").map(taken).collect::<Vec<_>>()}))
}

fn published(body: &Value) -> Value {
    let taken = |item: &Value| json!({"userId": item["userId"], "publicationId": item["publicationId"], "changeStatus": 200, "applied": true});
    json!({"data": items(body, "publications").map(taken).collect::<Vec<_>>()})
}

fn set(body: &Value) -> Value {
    let taken = |item: &Value| json!({"agent-id": item["agent-id"], "change-status": 200});
    json!({"data": items(body, "agents").map(taken).collect::<Vec<_>>()})
}

fn refused() -> Answered {
    let said = "presync record sends nothing that writes, and does not know what this would be answered";
    json_answer(StatusCode::FORBIDDEN, &json!({"error": {"code": "withheld", "message": said}}))
}

fn json_answer(status: StatusCode, body: &Value) -> Answered {
    Answered { status, headers: json_headers(), body: body.to_string().into_bytes(), stood_in: true }
}

fn empty(status: StatusCode) -> Answered {
    Answered { status, headers: HeaderMap::new(), body: Vec::new(), stood_in: true }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use url::Url;

    use super::*;

    fn asked(method: Method, path: &str, body: &Value) -> Asked {
        let url = Url::parse("https://host.example").unwrap().join(path).unwrap();
        Asked { at: Instant::now(), method, url, headers: HeaderMap::new(), body: body.to_string().into_bytes() }
    }

    #[test]
    fn what_reads_is_sent_and_nothing_else() {
        let get = json!({"requests": [{"id": "1", "method": "GET", "url": "/users/1/mailboxSettings"}]});
        let mixed = json!({"requests": [{"method": "GET"}, {"method": "POST"}]});
        for (service, method, path, body, reading) in [
            (Service::Graph, Method::GET, "/v1.0/users/delta", Value::Null, true),
            (Service::Graph, Method::POST, "/v1.0/communications/getPresencesByUserId", Value::Null, true),
            (Service::Graph, Method::POST, "/v1.0/$batch", get, true),
            (Service::Graph, Method::POST, "/v1.0/$batch", mixed, false),
            (Service::Graph, Method::POST, "/v1.0/users/1/presence/setPresence", Value::Null, false),
            (Service::Graph, Method::POST, "/v1.0/subscriptions", Value::Null, false),
            (Service::Graph, Method::DELETE, "/v1.0/subscriptions/1", Value::Null, false),
            (Service::Entra, Method::POST, "/tenant/oauth2/v2.0/token", Value::Null, true),
            (Service::Eight, Method::POST, "/oauth/v2/token", Value::Null, true),
            (Service::Eight, Method::POST, "/analytics/work/v1/oauth/token", Value::Null, true),
            (Service::Eight, Method::POST, "/presence/v1/publications/bulk", Value::Null, false),
            (Service::Agents, Method::PUT, "/api/v1/tenants/t/agentstatus/agents/bulk", Value::Null, false),
        ] {
            assert_eq!(reads(service, &asked(method.clone(), path, &body)), reading, "{method} {path}");
        }
    }

    #[test]
    fn documented_writes_are_answered_as_taken_item_by_item() {
        let bulk = json!({"publications": [{"userId": "u1"}, {"userId": "u2"}]});
        let answer = answer(Service::Eight, &asked(Method::POST, "/presence/v1/publications/bulk", &bulk));
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(
            (said["data"][1]["userId"].as_str(), said["data"][1]["changeStatus"].as_u64()),
            (Some("u2"), Some(200))
        );
        let batch = json!({"requests": [{"id": "1", "method": "POST", "url": "/users/1/presence/clearPresence"}]});
        let answer = super::answer(Service::Graph, &asked(Method::POST, "/v1.0/$batch", &batch));
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(said["responses"][0]["status"], 200);
    }

    #[test]
    fn a_write_that_nobody_knows_is_refused() {
        let answer = answer(Service::Graph, &asked(Method::POST, "/v1.0/subscriptions", &json!({})));
        assert_eq!((answer.status, answer.stood_in), (StatusCode::FORBIDDEN, true));
    }
}
