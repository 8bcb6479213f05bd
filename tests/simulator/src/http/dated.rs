//! Every answer says when it was given (RFC 9110, section 6.6.1), by the clock that the simulator goes by.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use jiff::Timestamp;

use crate::state::world::World;

/// These routes, with a `Date` on every answer.
pub(crate) fn dated(world: &Arc<World>, routes: Router) -> Router {
    routes.layer(from_fn_with_state(Arc::clone(world), date))
}

async fn date(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let now = Timestamp::from_millisecond(world.clock.now_ms()).ok();
    let text = now.map(|now| now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    // A clock beyond the year 9999 leaves the server's own date.
    if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert(header::DATE, value);
    }
    response
}
