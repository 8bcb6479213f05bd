//! Opening a delivery: whom to believe, and what was said.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use presync_core::time::{Clock, Timestamp};
use presync_http::transport::{self, under};
use url::Url;

use super::body::{Delivery, Item};
use super::certificate::{CertificateError, Certificates, EncryptionCertificate};
use super::event::{Event, Happening, Lifecycle};
use super::open::{ItemProblem, open};
use crate::error::Error;
use crate::keys::{SigningKeys, TokenProblem};
use crate::reading;

/// Microsoft Graph Change Tracking, the app that signs deliveries.
const PUBLISHER: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";
/// The longest that Microsoft takes to tell of a change: what a notification says is no older than this.
pub(super) const LATENCY: Duration = Duration::from_secs(60);

/// A subscription whose notifications are believed.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The directory that it was made in.
    pub directory: Box<str>,
    /// The secret that it was given.
    pub client_state: Box<str>,
}

/// Why a whole delivery is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Distrust {
    /// It carries data and nobody vouches for it.
    #[error(
        "the notifications carry no validation tokens. An Entra administrator switches \"Assignment required\" off under Enterprise \
         applications > the app > Properties, or assigns Microsoft Graph Change Tracking to the app"
    )]
    NoTokens,
    /// A directory's data comes without a token for it.
    #[error("the notifications carry data of a directory that no validation token vouches for")]
    NotVouched,
    /// A token is not believed.
    #[error("a validation token of the notifications is not believed: {0}")]
    Token(#[from] TokenProblem),
}

/// What a delivery came down to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// What is believed, in the order of the delivery.
    pub events: Vec<Event>,
    /// What is not.
    pub rejected: Vec<Rejected>,
}

/// A notification that is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The subscription that it names.
    pub subscription: Box<str>,
    /// What is wrong with it.
    pub problem: ItemProblem,
}

/// Opens deliveries for our subscriptions.
#[derive(Debug)]
pub struct Receiver {
    apps: Vec<String>,
    login: Url,
    keys: SigningKeys,
    clock: Arc<dyn Clock>,
    certificates: Mutex<Certificates>,
    watched: Mutex<HashMap<Box<str>, Watched>>,
}

impl Receiver {
    /// A receiver for subscriptions of these apps, in the cloud that signs in at `login`. `deadline` is how long fetching Entra's
    /// keys may take.
    ///
    /// # Errors
    /// [`Error::Settings`] when the address cannot be one.
    pub fn new(apps: Vec<String>, login: Url, clock: Arc<dyn Clock>, deadline: Duration) -> Result<Self, Error> {
        let url = under(&login, &["common", "discovery", "v2.0", "keys"])?;
        let keys = SigningKeys::new(transport::client()?, url, Arc::clone(&clock), deadline);
        Ok(Self { apps, login, keys, clock, certificates: Mutex::default(), watched: Mutex::default() })
    }

    /// Believes in a subscription from now on. A notification may be faster than the answer to its creation; it is then one of an
    /// unknown subscription, and the read of everybody that follows a creation makes up for it.
    pub fn watch(&self, subscription: &str, watched: Watched) {
        self.watched().insert(subscription.into(), watched);
    }

    /// Whether anything in a delivery carries the secret of a subscription of ours. Nothing else is said of it; what nobody but a
    /// stranger could have sent need not be kept.
    pub fn knows(&self, delivery: &Delivery) -> bool {
        delivery.value.iter().any(|item| self.is_ours(item).is_ok())
    }

    /// Believes in it no more.
    pub fn unwatch(&self, subscription: &str) {
        self.watched().remove(subscription);
    }

    /// The certificate to give to the next subscription or renewal; once a week it is a new one.
    ///
    /// # Errors
    /// [`CertificateError`] when one is due and cannot be made.
    pub async fn certificate(&self) -> Result<Arc<EncryptionCertificate>, CertificateError> {
        let now = self.clock.now();
        if let Some(current) = self.certificates().current(now) {
            return Ok(current);
        }
        match tokio::task::spawn_blocking(move || EncryptionCertificate::generate(now)).await {
            Ok(made) => Ok(self.certificates().add(made?)),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// What a delivery says, as far as it is believed.
    ///
    /// # Errors
    /// [`Distrust`] when none of it is: one bad validation token spoils all.
    pub async fn open(&self, delivery: &Delivery) -> Result<Opened, Distrust> {
        self.vouched(delivery).await?;
        let mut opened = Opened::default();
        for item in &delivery.value {
            let subscription = item.subscription_id.clone();
            match self.happening(item) {
                Ok(happening) => opened.events.push(Event { subscription, happening }),
                Err(problem) => {
                    tracing::warn!(subscription = &*subscription, %problem, "a notification is not believed");
                    opened.rejected.push(Rejected { subscription, problem });
                }
            }
        }
        Ok(opened)
    }

    /// Whether Microsoft signed for whatever carries data.
    async fn vouched(&self, delivery: &Delivery) -> Result<(), Distrust> {
        let now = self.clock.now();
        let tokens = delivery.validation_tokens.as_deref().unwrap_or_default();
        let mut directories = Vec::with_capacity(tokens.len());
        for token in tokens {
            let claims = self.keys.claims(token).await?;
            claims.in_time(now)?;
            claims.meant_for(&self.apps)?;
            claims.issued_by(&self.login)?;
            claims.sent_by(PUBLISHER)?;
            directories.push(claims.tid);
        }
        let rich = delivery.value.iter().filter(|item| item.encrypted_content.is_some());
        for item in rich {
            if directories.is_empty() {
                return Err(Distrust::NoTokens);
            }
            let directory = item.tenant_id.as_deref().unwrap_or_default();
            if !directories.iter().any(|vouched| vouched.eq_ignore_ascii_case(directory)) {
                return Err(Distrust::NotVouched);
            }
        }
        Ok(())
    }

    fn happening(&self, item: &Item) -> Result<Happening, ItemProblem> {
        self.is_ours(item)?;
        if let Some(word) = &item.lifecycle_event {
            return Ok(Happening::Lifecycle(Lifecycle::of(word)));
        }
        let Some(content) = &item.encrypted_content else {
            let id = item.resource_data.as_ref().and_then(|data| data.id.as_deref());
            let id = id.ok_or_else(|| ItemProblem::Unreadable("it names nobody".into()))?;
            return Ok(Happening::Changed { user: id.into() });
        };
        let id = &content.encryption_certificate_id;
        let certificate = self.certificates().find(id).ok_or_else(|| ItemProblem::UnknownCertificate(id.clone()))?;
        let thumbprint = content.encryption_certificate_thumbprint.as_deref();
        if thumbprint.is_some_and(|thumbprint| !certificate.has_thumbprint(thumbprint)) {
            return Err(ItemProblem::CertificateMismatch);
        }
        let plain = open(content, &certificate)?;
        let (user, reading) = reading::notified(&plain, self.no_older_than()).map_err(ItemProblem::Unreadable)?;
        Ok(Happening::Presence { user, reading })
    }

    /// Whether it carries the secret of a subscription of that directory.
    fn is_ours(&self, item: &Item) -> Result<(), ItemProblem> {
        let watched = self.watched();
        let watched = watched.get(&item.subscription_id).ok_or(ItemProblem::UnknownSubscription)?;
        let state = item.client_state.as_deref().unwrap_or_default();
        verify_slices_are_equal(state.as_bytes(), watched.client_state.as_bytes())
            .map_err(|_| ItemProblem::WrongClientState)?;
        match &item.tenant_id {
            Some(directory) if !directory.eq_ignore_ascii_case(&watched.directory) => Err(ItemProblem::WrongDirectory),
            _ => Ok(()),
        }
    }

    fn no_older_than(&self) -> Timestamp {
        self.clock.now() - LATENCY
    }

    fn certificates(&self) -> MutexGuard<'_, Certificates> {
        self.certificates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<Box<str>, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
