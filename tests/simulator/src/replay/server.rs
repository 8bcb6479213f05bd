//! The recorded providers over HTTP.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};

use super::{
    Shared,
    file::Service,
    library::{Answer, Asked, pairs},
    report::ReplayReport,
};

/// Which of the servers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served(Service);

impl Served {
    /// In the order of their ports.
    pub(super) const ALL: [Self; 3] = [Self(Service::Entra), Self(Service::Graph), Self(Service::Eight)];
}

pub(super) async fn report(State(shared): State<Arc<Shared>>) -> Json<ReplayReport> {
    Json(shared.library().report())
}

pub(super) async fn answer(State((shared, served)): State<(Arc<Shared>, Served)>, request: Request) -> Response<Body> {
    let elapsed = shared.elapsed();
    let asked = read(served.0, request).await;
    let answer = shared.library().answer(&asked, elapsed);
    tokio::time::sleep(Duration::from_millis(answer.took)).await;
    reply(answer)
}

async fn read(service: Service, request: Request) -> Asked {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let kind = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let is_form = kind.ends_with(b"form-urlencoded");
    let grant = is_form.then(|| {
        let fields = pairs(&String::from_utf8_lossy(&body));
        fields.into_iter().find(|(name, _)| name == "grant_type").map(|(_, grant)| grant).unwrap_or_default()
    });
    Asked {
        service,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: pairs(parts.uri.query().unwrap_or_default()),
        body: if is_form { None } else { serde_json::from_slice(&body).ok() },
        grant,
    }
}

fn reply(answer: Answer) -> Response<Body> {
    let Some(status) = answer.status else {
        // Unwinding ends the task that serves this connection, so it closes without an answer, as it did; nothing is printed.
        std::panic::resume_unwind(Box::new("nothing came when it was recorded"));
    };
    let is_json = answer.body.is_some();
    let body = answer.body.map(|body| body.to_string()).or(answer.text).map_or_else(Body::empty, Body::from);
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if is_json {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
