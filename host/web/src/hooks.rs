//! `POST /hooks/8x8/{tenant}`: what 8x8 delivers when presence changes.
//!
//! The address has to be reached from the internet, with a certificate that 8x8 trusts: that is a proxy's business, which lets `/hooks/8x8/`
//! through and nothing else of this service. Whoever finds it learns nothing there, not even which tenants there are, and what does not
//! carry a signature of 8x8 is not looked at. What is not answered with 2XX, 8x8 delivers again.

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use presync_service::tenant::DeliveryError;

use crate::problem::Problem;
use crate::routes::Tenants;

/// The largest delivery: a presence is a kilobyte, so this is room for a hundred times that.
pub(crate) const MOST_BYTES: usize = 128 * 1024;

pub(crate) async fn take(
    State(tenants): State<Tenants>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let Path(id) = path?;
    let taken = match tenants.iter().find(|tenant| tenant.id().as_str() == id) {
        Some(tenant) => tenant.take_delivery(&headers, &body).await,
        None => Err(DeliveryError::NotExpected),
    };
    taken.map(|()| StatusCode::NO_CONTENT).map_err(|error| {
        tracing::debug!(tenant = id, %error, "a delivery of 8x8 was not taken in");
        let status = match error {
            DeliveryError::NotExpected => StatusCode::NOT_FOUND,
            DeliveryError::Incomplete(_) => StatusCode::BAD_REQUEST,
            DeliveryError::Refused(_) => StatusCode::UNAUTHORIZED,
            DeliveryError::Full | DeliveryError::NotNow(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        Problem::unusable(status, error.to_string())
    })
}
