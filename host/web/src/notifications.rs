//! `POST /notifications/{tenant}`: what Microsoft posts when presence changes, and what happens to a subscription.
//!
//! Microsoft wants an answer within three seconds, so that it is given before anything is opened. The address has to be public and to have
//! a certificate that Microsoft trusts, which is a proxy's business; nothing of what comes here is believed without the subscription's
//! own secret and Microsoft's signature.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use presync_service::Tenant;
use presync_service::notifications::Notifications;

use crate::problem::Problem;
use crate::routes::{Tenants, find};

/// The largest delivery: 650 people with two kilobytes each, several times over.
pub(crate) const MOST_BYTES: usize = 8 * 1024 * 1024;

pub(crate) async fn take(
    State(tenants): State<Tenants>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Response, Problem> {
    let Path(id) = path?;
    let answer = told(find(&tenants, &id)?)?.accept(query.as_deref(), &body);
    let status = StatusCode::from_u16(answer.status).map_err(|error| Problem::internal(&error))?;
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    match answer.content_type {
        Some(kind) => headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        None => headers.remove(header::CONTENT_TYPE),
    };
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// How a tenant is told of changes.
pub(crate) fn told(tenant: &Arc<Tenant>) -> Result<&Notifications, Problem> {
    tenant.notifications().ok_or_else(|| {
        Problem::not_found(format!(
            "tenant {} is not told of changes: it has no [tenant.teams.notifications] in the settings",
            tenant.id()
        ))
    })
}
