//! `POST /v1/tenants/{id}/preview`: what a rule that is not in force would change, or would have changed.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use presync_service::preview::{Candidate, LONGEST_REPLAY, Preview, PreviewError};
use serde::Deserialize;
use serde_json::Value;

use crate::problem::Problem;
use crate::routes::{Tenants, find};

/// The largest request: a component of 32 MiB in base64, with room for its settings.
pub(crate) const MOST_BYTES: usize = 48 * 1024 * 1024;

/// The rule to be tried.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// The component, in base64.
    component: String,
    /// Its settings; those of the rule that it would replace when left out.
    settings: Option<Value>,
    /// Replay what the event log tells of so many seconds, instead of asking about the people of now.
    since_seconds: Option<u64>,
}

pub(crate) async fn preview(
    State(tenants): State<Tenants>,
    path: Result<Path<String>, PathRejection>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Preview>, Problem> {
    let Path(id) = path?;
    let Json(Asked { component, settings, since_seconds }) =
        asked.map_err(|rejection| Problem::unusable(rejection.status(), rejection.body_text()))?;
    let tenant = Arc::clone(find(&tenants, &id)?);
    let component = STANDARD.decode(component).map_err(|error| {
        Problem::bad(format!("`component` is not base64: {error}; give the bytes of the .wasm file in base64"))
    })?;
    let since = since_seconds.map(Duration::from_secs);
    if since.is_some_and(|since| since > LONGEST_REPLAY || since.is_zero()) {
        return Err(Problem::bad(
            "`since_seconds` must be between 1 and 2592000 (30 days): the event log goes back no further",
        ));
    }
    let candidate = Candidate { component, settings };
    let preview = match since {
        Some(since) => tenant.replay(candidate, since).await,
        None => tenant.preview(candidate).await,
    };
    preview.map(Json).map_err(|error| match error {
        PreviewError::Rule(_) | PreviewError::OneWay => Problem::bad(error.to_string()),
        PreviewError::Store(_) | PreviewError::Panicked(_) => Problem::internal(&error),
    })
}
