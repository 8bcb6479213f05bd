//! The bodies of notifications, and the tokens beside them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    settings::{Damage, TokenForm},
    subscription::{Event, Lifecycle, Subscription},
};
use crate::{
    clock::iso,
    state::keys::{SigningKey, SigningKeys},
};

/// Graph Change Tracking: who publishes every rich notification.
const CHANGE_TRACKING: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";
/// Somebody else.
const SOMEBODY_ELSE: &str = "4e4a5b4c-0000-4000-8000-00000000dead";
/// How long a validation token holds, in seconds.
const TOKEN_SECONDS: i64 = 86_700;

/// One item of `value`.
pub(crate) fn item(
    subscription: &Subscription,
    directory: &str,
    event: Event,
    words: impl Fn(&str) -> String,
    damage: Damage,
) -> anyhow::Result<Value> {
    let expires = seven_digits(subscription.expires_ms);
    let (id, pair) = match event {
        Event::Presence(id, pair) => (id, pair),
        Event::Lifecycle(lifecycle) => {
            return Ok(json!({
                "subscriptionId": subscription.id,
                "subscriptionExpirationDateTime": expires,
                "tenantId": directory,
                "organizationId": directory,
                "clientState": subscription.client_state,
                "lifecycleEvent": lifecycle_word(lifecycle),
            }));
        }
    };
    let data =
        json!({"@odata.id": format!("users/{id}/presence"), "@odata.type": "#microsoft.graph.presence", "id": id});
    let mut item = json!({
        "subscriptionId": subscription.id,
        "clientState": subscription.client_state,
        "changeType": "updated",
        "tenantId": directory,
        "organizationId": directory,
        "resource": format!("communications/presences/{id}"),
        "subscriptionExpirationDateTime": expires,
        "resourceData": data,
    });
    if let Some(certificate) = &subscription.certificate {
        let mut plain = data;
        plain["availability"] = json!(words(pair.availability));
        plain["activity"] = json!(words(pair.activity));
        item["encryptedContent"] = certificate.seal(&plain.to_string(), damage)?;
    }
    Ok(item)
}

fn lifecycle_word(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::ReauthorizationRequired => "reauthorizationRequired",
        Lifecycle::SubscriptionRemoved => "subscriptionRemoved",
        Lifecycle::Missed => "missed",
    }
}

/// `2026-03-02T10:59:00.0000000Z`
fn seven_digits(ms: i64) -> String {
    iso(ms).replace('Z', "0000Z")
}

/// One token for each application and directory that rich notifications go to.
pub(crate) fn tokens(
    audiences: &BTreeSet<(String, String)>,
    form: TokenForm,
    key: &SigningKey,
    now: i64,
) -> anyhow::Result<Value> {
    if form == TokenForm::Null {
        return Ok(Value::Null);
    }
    let stranger = (form == TokenForm::UnknownKey).then(|| SigningKeys::new(i64::MAX).current(0)).transpose()?;
    let key = stranger.as_deref().unwrap_or(key);
    let signed: anyhow::Result<Vec<String>> = audiences
        .iter()
        .map(|(application, directory)| key.sign(&claims(application, directory, form, now / 1_000)))
        .collect();
    Ok(json!(signed?))
}

fn claims(application: &str, directory: &str, form: TokenForm, now: i64) -> Value {
    let issued = if form == TokenForm::Expired { now - 2 * TOKEN_SECONDS } else { now };
    let audience = if form == TokenForm::WrongAudience { SOMEBODY_ELSE } else { application };
    let publisher = if form == TokenForm::WrongPublisher { SOMEBODY_ELSE } else { CHANGE_TRACKING };
    let tenant = if form == TokenForm::WrongIssuer { SOMEBODY_ELSE } else { directory };
    let mut claims = json!({
        "aud": audience, "iat": issued, "nbf": issued, "exp": issued + TOKEN_SECONDS, "aio": "E2NgYLhdu+",
        "oid": CHANGE_TRACKING, "sub": CHANGE_TRACKING, "rh": "0.AAAA", "tid": tenant,
        "uti": Uuid::new_v4().simple().to_string(),
    });
    let more = if form == TokenForm::V1 {
        json!({"ver": "1.0", "iss": format!("https://sts.windows.net/{tenant}/"), "appid": publisher, "appidacr": "2"})
    } else {
        let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
        json!({"ver": "2.0", "iss": issuer, "azp": publisher, "azpacr": "2"})
    };
    if let (Some(claims), Value::Object(more)) = (claims.as_object_mut(), more) {
        claims.extend(more);
    }
    claims
}
