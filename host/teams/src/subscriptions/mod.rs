//! Subscriptions to the presence of chosen people, on behalf of a sync user.
//!
//! Microsoft allows one per app and sync user, for 650 people at most and an hour at most, in the global cloud alone. Polling
//! goes on beneath: a subscription only makes it known sooner whom to look at. When to do what is the [`Keeper`]'s; this is how.

mod keeper;
mod problem;
mod wire;

use std::sync::Arc;

use presync_core::id::TeamsUserId;
use presync_core::time::{Clock, Timestamp};
use presync_http::transport::{self, under};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use url::Url;

pub use keeper::{Duty, Keeper};
pub use problem::SubscriptionError;
pub use wire::Subscription;

use crate::access::{Access, Call};
use crate::answer::Raw;
use crate::cloud::Cloud;
use crate::config::Config;
use crate::credential::Credential;
use crate::error::Error;
use crate::notification::EncryptionCertificate;
use crate::sign_in::SignIn;
use crate::sync_user::{Account, PERMISSION, SyncUser, TokenStore, scope};
use wire::{Creation, Listed, Renewal, moment, resource};

/// The most people of one subscription.
pub const MOST: usize = 650;

/// Where notifications go and what they carry.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Where presence is posted to; public, with TLS.
    pub notification_url: Url,
    /// Where lifecycle events are posted to; may be the same. It can never be added later.
    pub lifecycle_url: Url,
    /// The secret that every notification carries; at most 128 characters.
    pub client_state: Box<str>,
}

/// One sync user's subscriptions.
#[derive(Debug)]
pub struct Subscriptions {
    access: Access,
    graph: Url,
}

impl Subscriptions {
    /// The subscriptions of `account`, who has signed in to the app `client_id`. Of `config`, it needs the directory and the
    /// addresses.
    ///
    /// # Errors
    /// [`SubscriptionError::NotInThisCloud`] where Microsoft has no subscriptions to presence; [`Error::Settings`] when an address
    /// cannot be one.
    pub fn new(
        config: &Config,
        client_id: &str,
        credential: Option<Credential>,
        account: Account,
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SubscriptionError> {
        if let Some(cloud) = Cloud::of(&config.graph).filter(|cloud| !cloud.has_subscriptions()) {
            return Err(SubscriptionError::NotInThisCloud(cloud.name()));
        }
        let endpoint = config.token_endpoint(client_id, credential)?;
        let user = SyncUser { endpoint, scope: scope(&config.graph), account, store };
        let http = transport::client().map_err(Error::from)?;
        let access = Access::new(http, clock, SignIn::User(user), config.call_deadline);
        Ok(Self { access, graph: config.graph.clone() })
    }

    /// Subscribes to the presence of `people` until `expires`. The endpoint is asked to prove itself meanwhile, so it has to be
    /// served by another task than the one that waits here.
    ///
    /// # Errors
    /// [`SubscriptionError`]; nothing exists then, unless it is a time-out.
    pub async fn create(
        &self,
        people: &[TeamsUserId],
        delivery: &Delivery,
        certificate: &EncryptionCertificate,
        expires: Timestamp,
    ) -> Result<Subscription, SubscriptionError> {
        let creation = Creation {
            change_type: "updated",
            notification_url: delivery.notification_url.as_str(),
            lifecycle_notification_url: delivery.lifecycle_url.as_str(),
            resource: resource(people)?,
            expiration_date_time: moment(expires),
            client_state: &delivery.client_state,
            include_resource_data: true,
            encryption_certificate: certificate.public(),
            encryption_certificate_id: certificate.id(),
            latest_supported_tls_version: "v1_2",
        };
        let raw = self.call(Method::POST, &["subscriptions"], Some(&creation)).await?;
        if raw.status.is_success() {
            return Subscription::read(&raw.body);
        }
        let problem = SubscriptionError::created(raw.status, &raw.body, people);
        Err(problem.unwrap_or_else(|| self.failed(raw)))
    }

    /// Renews a subscription until `expires`, with a fresh token and the current certificate.
    ///
    /// # Errors
    /// [`SubscriptionError::Gone`] when it is to be created again; else what the call met.
    pub async fn renew(
        &self,
        id: &str,
        certificate: &EncryptionCertificate,
        expires: Timestamp,
    ) -> Result<Subscription, SubscriptionError> {
        let renewal = Renewal {
            expiration_date_time: moment(expires),
            encryption_certificate: certificate.public(),
            encryption_certificate_id: certificate.id(),
        };
        let raw = self.call(Method::PATCH, &["subscriptions", id], Some(&renewal)).await?;
        if raw.status.is_success() {
            return Subscription::read(&raw.body);
        }
        Err(SubscriptionError::renewed(raw.status, &raw.body).unwrap_or_else(|| self.failed(raw)))
    }

    /// Gives a subscription a fresh token without making it last longer. A renewal does both; never do both within 10 minutes.
    ///
    /// # Errors
    /// As for [`Subscriptions::renew`].
    pub async fn reauthorize(&self, id: &str) -> Result<(), SubscriptionError> {
        let raw = self.call::<()>(Method::POST, &["subscriptions", id, "reauthorize"], None).await?;
        if raw.status.is_success() {
            return Ok(());
        }
        Err(SubscriptionError::renewed(raw.status, &raw.body).unwrap_or_else(|| self.failed(raw)))
    }

    /// Ends a subscription; one that is not there has ended.
    ///
    /// # Errors
    /// What the call met.
    pub async fn delete(&self, id: &str) -> Result<(), SubscriptionError> {
        let raw = self.call::<()>(Method::DELETE, &["subscriptions", id], None).await?;
        match raw.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(self.failed(raw)),
        }
    }

    /// This app's subscriptions for this user: after a restart there may be one that nobody knows of any more.
    ///
    /// # Errors
    /// What the call met.
    pub async fn list(&self) -> Result<Vec<Subscription>, SubscriptionError> {
        let mut next = Some(under(&self.graph, &["subscriptions"]).map_err(Error::from)?);
        let mut all = Vec::new();
        while let Some(url) = next {
            let call = Call { method: Method::GET, url: url.clone(), body: None, role: PERMISSION, weight: 0 };
            let answer = self.access.read(&call).await?;
            let (page, link) = Listed::read(&answer.body)?;
            all.extend(page);
            next = link.map(|link| crate::directory::followed(&link, &url)).transpose()?;
        }
        Ok(all)
    }

    async fn call<T: Serialize>(&self, method: Method, path: &[&str], body: Option<&T>) -> Result<Raw, Error> {
        let url = under(&self.graph, path)?;
        let body = body.map(serde_json::to_vec).transpose();
        let body = body.map_err(|error| Error::Unreadable(error.to_string().into()))?;
        self.access.send(&Call { method, url, body, role: PERMISSION, weight: 0 }).await
    }

    /// A refusal that is like any other call's.
    fn failed(&self, raw: Raw) -> SubscriptionError {
        match self.access.judge(PERMISSION, raw) {
            Err(error) => error.into(),
            Ok(_) => Error::Unreadable("an answer that is neither a success nor a refusal".into()).into(),
        }
    }
}

#[cfg(test)]
mod tests;
