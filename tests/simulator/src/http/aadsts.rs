//! Entra's error codes, and the three ways in which it answers with one: as JSON, by sending the browser back to the
//! application, or on a page of its own when it does not know where to send it.

use axum::http::header;
use serde_json::json;

use super::reply::{Reply, empty, json_text, with_header};
use crate::{clock::iso_without_zone, state::world::World};

/// Each code: the OAuth error beside it, a suberror if there is one, and its sentence.
const CODES: [(u32, &str, &str, &str); 69] = [
    (28_002, "invalid_scope", "", "The scope names more than one resource."),
    (
        50_011,
        "invalid_request",
        "",
        "The redirect URI does not match the redirect URIs configured for the application.",
    ),
    (50_012, "invalid_client", "", "Authentication failed: the client assertion is not valid."),
    (50_020, "invalid_grant", "", "The user account from another identity provider does not exist in this tenant."),
    (50_027, "invalid_client", "", "The JWT token is invalid or malformed."),
    (50_033, "temporarily_unavailable", "", "A transient error has occurred. Please try again."),
    (50_034, "invalid_grant", "", "The user account does not exist in this directory."),
    (50_055, "invalid_grant", "", "The password is expired."),
    (50_057, "invalid_grant", "", "The user account is disabled."),
    (50_058, "login_required", "", "Nobody is signed in, and a silent sign-in was asked for."),
    (50_059, "invalid_request", "", "No tenant-identifying information found in the request."),
    (50_072, "interaction_required", "basic_action", "The user has to enroll for multi-factor authentication."),
    (50_074, "interaction_required", "basic_action", "Strong authentication is required."),
    (50_076, "interaction_required", "basic_action", "The user must use multi-factor authentication to get access."),
    (50_078, "interaction_required", "basic_action", "Presented multi-factor authentication has expired."),
    (50_079, "interaction_required", "basic_action", "The user has to enroll for multi-factor authentication."),
    (50_089, "invalid_grant", "", "The flow token has expired."),
    (50_105, "invalid_grant", "", "The signed in user is not assigned to a role for the application."),
    (50_131, "interaction_required", "", "Access is blocked by a conditional access policy on the device."),
    (50_133, "invalid_grant", "bad_token", "The session is not valid since the password has expired or was changed."),
    (50_147, "invalid_request", "", "The code_challenge is missing or not valid."),
    (50_173, "invalid_grant", "bad_token", "The provided grant has expired due to it being revoked; sign in afresh."),
    (50_194, "invalid_request", "", "The application is not configured as a multi-tenant application."),
    (50_196, "invalid_grant", "", "The server ended the request since it met a loop while processing it."),
    (53_000, "interaction_required", "", "The device is not in the required compliance state."),
    (53_003, "interaction_required", "", "Access has been blocked by conditional access policies."),
    (54_005, "invalid_grant", "", "The authorization code was already redeemed; ask for a new one."),
    (65_001, "invalid_grant", "consent_required", "The user or administrator has not consented to the application."),
    (65_004, "access_denied", "", "The resource owner or authorization server denied the request."),
    (65_005, "invalid_client", "", "The application misses required resource access to its own tenant."),
    (70_000, "invalid_grant", "", "The provided grant is invalid or malformed."),
    (70_001, "unauthorized_client", "", "The application is disabled."),
    (70_003, "unsupported_grant_type", "", "The app requested an unsupported grant type."),
    (70_008, "invalid_grant", "", "The provided authorization code or refresh token has expired."),
    (70_011, "invalid_scope", "", "The provided value for the input parameter 'scope' is not valid."),
    (70_021, "invalid_client", "", "No matching federated identity record found for the presented assertion."),
    (70_043, "invalid_grant", "bad_token", "The refresh token has expired due to sign-in frequency checks."),
    (90_002, "invalid_request", "", "Tenant not found. Check to make sure you have the correct tenant ID."),
    (90_006, "temporarily_unavailable", "", "External server retryable error."),
    (90_019, "invalid_request", "", "No tenant-identifying information found in the request."),
    (90_024, "temporarily_unavailable", "", "The request budget is exceeded. A transient error occurred."),
    (90_033, "temporarily_unavailable", "", "A transient error has occurred. Please try again."),
    (90_038, "invalid_request", "", "The tenant belongs to a different cloud."),
    (90_055, "temporarily_unavailable", "", "The server has terminated the request since there are too many."),
    (90_093, "access_denied", "", "Graph returned a forbidden error for the consent operation."),
    (90_094, "access_denied", "consent_required", "The grant requires administrator permissions."),
    (90_095, "access_denied", "consent_required", "Administrator consent is required; the request was sent to one."),
    (500_011, "invalid_resource", "", "The resource principal was not found in the tenant."),
    (500_112, "invalid_grant", "", "The reply address does not match that of the authorization code."),
    (501_481, "invalid_grant", "", "The Code_Verifier does not match the code_challenge of the authorization request."),
    (501_491, "invalid_request", "", "The code_challenge has an invalid length or invalid characters."),
    (700_005, "invalid_grant", "", "The authorization code is intended for use against another tenant."),
    (700_016, "unauthorized_client", "", "The application was not found in the directory."),
    (700_021, "invalid_client", "", "The client assertion's issuer and subject are not the client id."),
    (700_023, "invalid_client", "", "The client assertion's audience is not this token endpoint."),
    (700_024, "invalid_client", "", "The client assertion is not within its valid time range."),
    (
        700_025,
        "invalid_client",
        "",
        "The client is public, so neither 'client_assertion' nor 'client_secret' may be sent.",
    ),
    (700_027, "invalid_client", "", "The client assertion failed signature validation, or its certificate is unknown."),
    (700_051, "unsupported_response_type", "", "The response_type is not enabled for the application."),
    (700_082, "invalid_grant", "bad_token", "The refresh token has expired due to inactivity."),
    (
        700_084,
        "invalid_grant",
        "bad_token",
        "The refresh token of a single-page application has its fixed, limited life.",
    ),
    (900_144, "invalid_request", "", "The request misses a required parameter."),
    (900_971, "invalid_request", "", "No reply address provided."),
    (7_000_112, "unauthorized_client", "", "The application is disabled."),
    (7_000_215, "invalid_client", "", "Invalid client secret provided."),
    (7_000_218, "invalid_client", "", "The request body must contain 'client_assertion' or 'client_secret'."),
    (7_000_222, "invalid_client", "", "The provided client secret keys for the application are expired."),
    (9_001_023, "invalid_request", "", "The grant type is not supported over the /common or /consumers endpoints."),
    (9_002_313, "invalid_request", "", "The request is malformed or invalid."),
];
/// An error of Entra.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aadsts {
    pub(super) code: u32,
    error: &'static str,
    suberror: &'static str,
    message: String,
}

impl Aadsts {
    /// The error of this code, if it is one that the simulator knows.
    pub(crate) fn known(code: u32) -> Option<Self> {
        let (code, error, suberror, message) = *CODES.iter().find(|(known, ..)| *known == code)?;
        Some(Self { code, error, suberror, message: String::from(message) })
    }

    /// The error of this code.
    pub(super) fn of(code: u32) -> Self {
        let message = || String::from("An error has occurred.");
        Self::known(code).unwrap_or_else(|| Self { code, error: "server_error", suberror: "", message: message() })
    }

    /// The same error with a sentence that says more.
    #[must_use]
    pub(super) fn saying(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// The same code beside another OAuth error, for the endpoints where that differs.
    #[must_use]
    pub(super) fn with_error(self, error: &'static str) -> Self {
        Self { error, ..self }
    }

    /// 401 if it is the application that was not believed, 503 if trying again may help, 400 for all else.
    fn status(&self) -> u16 {
        match self.error {
            "invalid_client" => 401,
            "temporarily_unavailable" => 503,
            _ => 400,
        }
    }

    /// As the token endpoint answers.
    pub(super) fn json(&self, world: &World, status: Option<u16>) -> Reply {
        let (trace, correlation) = (world.request_id(), world.request_id());
        let timestamp = timestamp(world);
        let ids = format!("Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}");
        let mut body = json!({
            "error": self.error,
            "error_description": format!("AADSTS{}: {} {ids}", self.code, self.message),
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        if !self.suberror.is_empty() {
            body["suberror"] = json!(self.suberror);
        }
        json_text(status.unwrap_or_else(|| self.status()), body.to_string())
    }

    /// What the browser takes back to the application.
    pub(super) fn parameters(&self, world: &World) -> [(&'static str, String); 2] {
        let (trace, correlation, time) = (world.request_id(), world.request_id(), timestamp(world));
        let description = format!(
            "AADSTS{}: {}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {time}",
            self.code, self.message
        );
        [("error", String::from(self.error)), ("error_description", description)]
    }

    /// On a page of Entra's own.
    pub(super) fn page(&self) -> Reply {
        let text = format!(
            "<!DOCTYPE html><title>Sign in to your account</title><p>Sorry, but we’re having trouble signing you \
             in.</p><p>AADSTS{}: {}</p>",
            self.code, self.message
        );
        with_header(json_text(400, text), "content-type", "text/html; charset=utf-8")
    }
}

/// Sends the browser back to the application.
pub(super) fn back_to<'a>(redirect_uri: &str, parameters: impl IntoIterator<Item = (&'a str, String)>) -> Reply {
    let Ok(mut url) = url::Url::parse(redirect_uri) else {
        return Aadsts::of(50_011).page();
    };
    url.query_pairs_mut().extend_pairs(parameters);
    with_header(empty(302), header::LOCATION.as_str(), url.as_str())
}

/// `2026-01-05 10:15:00Z`
fn timestamp(world: &World) -> String {
    iso_without_zone(world.clock.now_ms()).replace('T', " ") + "Z"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once() {
        let mut codes: Vec<u32> = CODES.iter().map(|(code, ..)| *code).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }

    #[test]
    fn a_refused_application_is_401_and_a_refused_user_400() {
        assert_eq!(Aadsts::of(7_000_215).status(), 401);
        assert_eq!(Aadsts::of(65_001).status(), 400);
        assert_eq!(Aadsts::of(90_024).status(), 503);
        assert_eq!(Aadsts::known(1), None);
    }
}
