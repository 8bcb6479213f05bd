//! What every request passes through: it is remembered, and its answer's body can be cut or slowed down.
//!
//! What is being answered is known to the task that answers it ([`with`]), so that a fault can be looked up by method
//! and path from wherever an endpoint asks for one, and the tenant can be noted once it is known.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request as Incoming, State},
    http::{HeaderValue, header},
    middleware::{Next, from_fn_with_state},
};
use futures_util::stream;

use super::reply::{Reply, hang_up};
use crate::state::{
    access::AppKind,
    requests::{Request, Server},
    world::World,
};

/// A body that is slowed down comes in so many pieces.
const PIECES: usize = 10;
/// A body that is cut off has left the process by then.
const FLUSHED: Duration = Duration::from_millis(20);

tokio::task_local! {
    static CURRENT: Arc<Mutex<Current>>;
}

/// What becomes of an answer's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyFault {
    Cut,
    Slow(Duration),
    /// There is no answer at all, though what was asked is done.
    Lost,
}

/// The request that is being answered.
pub(super) struct Current {
    pub(super) request: Request,
    pub(super) body_fault: Option<BodyFault>,
}

/// Remembers the request when it is over, however it ends.
struct Remembered {
    world: Arc<World>,
    current: Arc<Mutex<Current>>,
}

impl Drop for Remembered {
    fn drop(&mut self) {
        let mut request = lock(&self.current).request.clone();
        request.took_ms = self.world.clock.now_ms() - request.at_ms;
        self.world.requests.remember(request);
    }
}

/// These routes, with every request watched.
pub(crate) fn watched(world: &Arc<World>, server: Server, routes: Router) -> Router {
    routes.layer(from_fn_with_state((Arc::clone(world), server), watch))
}

async fn watch(State((world, server)): State<(Arc<World>, Server)>, incoming: Incoming, next: Next) -> Reply {
    let request = Request {
        at_ms: world.clock.now_ms(),
        took_ms: 0,
        server,
        method: incoming.method().to_string(),
        path: incoming.uri().path().to_owned(),
        query: incoming.uri().query().map(String::from),
        tenant: None,
        app: None,
        status: None,
    };
    let current = Arc::new(Mutex::new(Current { request, body_fault: None }));
    let remembered = Remembered { world, current: Arc::clone(&current) };
    let reply = CURRENT.scope(Arc::clone(&current), next.run(incoming)).await;
    lock(&current).request.status = Some(reply.status().as_u16());
    let fault = lock(&current).body_fault;
    drop(remembered);
    match fault {
        Some(fault) => spoilt(reply, fault).await,
        None => reply,
    }
}

/// Works on what is being answered, if anything is.
pub(super) fn with<R>(work: impl FnOnce(&mut Current) -> R) -> Option<R> {
    CURRENT.try_with(|current| work(&mut lock(current))).ok()
}

/// Notes whom the request is for.
pub(super) fn note(tenant: &str, app: Option<AppKind>) {
    with(|current| {
        current.request.tenant = Some(String::from(tenant));
        current.request.app = app.or(current.request.app);
    });
}

async fn spoilt(reply: Reply, fault: BodyFault) -> Reply {
    let (mut parts, body) = reply.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let body = match fault {
        BodyFault::Lost => hang_up(),
        // The length is that of the whole, so that the client knows that something is missing.
        BodyFault::Cut => {
            let half = whole.slice(..whole.len() / 2);
            Body::from_stream(stream::unfold(Some(half), |half| async move {
                if let Some(half) = half {
                    return Some((Ok(half), None));
                }
                // What was written has to leave before the connection is closed.
                tokio::time::sleep(FLUSHED).await;
                Some((Err(std::io::Error::other("the answer is cut on demand")), None))
            }))
        }
        BodyFault::Slow(time) => {
            let size = whole.len().div_ceil(PIECES).max(1);
            let pieces: Vec<Bytes> = whole.chunks(size).map(Bytes::copy_from_slice).collect();
            let pause = time / u32::try_from(pieces.len().max(1)).unwrap_or(1);
            Body::from_stream(stream::unfold(pieces.into_iter(), move |mut left| async move {
                let piece = left.next()?;
                tokio::time::sleep(pause).await;
                Some((Ok::<_, std::io::Error>(piece), left))
            }))
        }
    };
    Reply::from_parts(parts, body)
}

fn lock(current: &Mutex<Current>) -> std::sync::MutexGuard<'_, Current> {
    current.lock().unwrap_or_else(PoisonError::into_inner)
}
