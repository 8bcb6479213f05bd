//! Asking a running service: what `presync status` and `presync why` share.
//!
//! # Layout
//! * `answer`: what the service answers, as far as the pages show it
//! * `page`: lengths, times and words as the pages write them
//! * `told`: what it says of what its providers tell it by themselves

pub(crate) mod answer;
pub(crate) mod page;
#[cfg(test)]
mod tests;
pub(crate) mod told;

use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use reqwest::redirect;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::settings::environment::Secrets;
use crate::settings::{self, problem::SettingsError};

/// The service answers from memory; what takes longer than this is not coming.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A change may have to compile a rule first.
const CHANGE_TIMEOUT: Duration = Duration::from_secs(60);

/// Where `presync run` listens unless its settings say otherwise.
const DEFAULT_URL: &str = "http://127.0.0.1:8088";

/// Which service is asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Where {
    /// Where the service listens
    #[arg(long, value_name = "URL", default_value = DEFAULT_URL, value_parser = base_url, conflicts_with = "config")]
    url: Url,
    /// The service's settings file, which says where it listens
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A service that can be asked.
#[derive(Debug)]
pub(crate) struct Api {
    base: Url,
    client: reqwest::Client,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The settings file does not say where to ask.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Nothing can be asked from here at all.
    #[error("no request can be made: {0}")]
    Client(reqwest::Error),
    /// Nobody listens.
    #[error(
        "nothing answers at {url} ({cause}). Start the service with `presync run --config FILE`, or say where it is with \
         --url URL or --config FILE"
    )]
    Unreachable {
        /// Where it was looked for.
        url: Url,
        /// What was in the way.
        cause: String,
    },
    /// Somebody listens and says nothing.
    #[error("{url} did not answer in time; is it presync that listens there? Its log may say more")]
    Slow {
        /// What was asked for.
        url: Url,
    },
    /// The service says why it has no answer.
    #[error("{detail}")]
    Problem {
        /// Why, and what to check.
        detail: String,
    },
    /// The answer is not one of this version's.
    #[error("what answers at {url} is not presync, or not this version of it: {what}")]
    Strange {
        /// What was asked for.
        url: Url,
        /// What is odd about it.
        what: String,
    },
}

/// The service's own word for why it has no answer.
#[derive(Deserialize)]
struct Problem {
    detail: String,
}

/// Stands in for every secret: where the service listens is no secret, and whoever asks how it goes need not have any.
pub(crate) struct NoSecrets;

impl Secrets for NoSecrets {
    fn variable(&self, _: &str) -> Option<String> {
        Some("unknown to whoever asks".to_owned())
    }
}

// === impl Where ===

impl Where {
    /// The address to ask, from the command line or the settings.
    fn url(&self) -> Result<Url, SettingsError> {
        let mut url = self.url.clone();
        if let Some(file) = &self.config {
            let listen = settings::load_with(file, &NoSecrets)?.service.listen;
            // The URL is the default one then, and http URLs take any host and port.
            let _ = url.set_ip_host(reachable(listen.ip()));
            let _ = url.set_port(Some(listen.port()));
        }
        Ok(url)
    }
}

/// Where a service that listens on this address is asked from the same machine.
fn reachable(listen: IpAddr) -> IpAddr {
    match listen {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

fn base_url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        Ok(_) => Err(format!("expected http:// or https:// in front, as in {DEFAULT_URL}")),
        Err(error) => Err(format!("{error}; expected a URL such as {DEFAULT_URL}")),
    }
}

// === impl Api ===

impl Api {
    /// The service at the given place. Nothing is sent yet. Proxies of the environment are passed by: the administration API
    /// is for machines nearby.
    pub(crate) fn at(place: &Where) -> Result<Self, ApiError> {
        Self::of(place.url()?)
    }

    /// The service that listens on this address of this machine.
    pub(crate) fn listening(listen: SocketAddr) -> anyhow::Result<Self> {
        let reached = SocketAddr::new(reachable(listen.ip()), listen.port());
        Ok(Self::of(Url::parse(&format!("http://{reached}"))?)?)
    }

    fn of(base: Url) -> Result<Self, ApiError> {
        let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().redirect(redirect::Policy::none());
        Ok(Self { base, client: client.build().map_err(ApiError::Client)? })
    }

    /// The JSON at this path, whose segments need not be encoded.
    pub(crate) async fn get(&self, path: &[&str]) -> Result<Value, ApiError> {
        let url = self.url(path);
        self.answer(&url, self.client.get(url.clone())).await
    }

    /// Has something done that is asked for at this path, and gives what the service says of it. The token, where there is one, shows
    /// that we may. Takes as long as it takes: a rule may have to be compiled first.
    pub(crate) async fn post(
        &self,
        path: &[&str],
        body: Option<&Value>,
        token: Option<&SecretString>,
    ) -> Result<Value, ApiError> {
        let url = self.url(path);
        let mut request = self.client.post(url.clone()).timeout(CHANGE_TIMEOUT);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token.expose_secret());
        }
        self.answer(&url, request).await
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    async fn answer(&self, url: &Url, request: reqwest::RequestBuilder) -> Result<Value, ApiError> {
        let failed = |error: reqwest::Error| match error.is_timeout() {
            true => ApiError::Slow { url: url.clone() },
            false => ApiError::Unreachable { url: self.base.clone(), cause: root_cause(&error) },
        };
        let response = request.send().await.map_err(failed)?;
        let status = response.status();
        let body = response.bytes().await.map_err(failed)?;
        let strange = |what: String| ApiError::Strange { url: url.clone(), what };
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| strange(error.to_string()));
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(Problem { detail }) => Err(ApiError::Problem { detail }),
            Err(_) => Err(strange(format!("it answered {status}"))),
        }
    }

    /// What the JSON says, in this version's terms, fit for a terminal.
    pub(crate) fn read<T: DeserializeOwned>(&self, answer: &Value) -> Result<T, ApiError> {
        serde_json::from_value(tame(answer.clone()))
            .map_err(|error| ApiError::Strange { url: self.base.clone(), what: format!("its answer says {error}") })
    }
}

/// Without control characters: people choose their own names, and a name must not be able to steer the reader's terminal.
fn tame(value: Value) -> Value {
    let harmless = |letter: char| if letter.is_control() && letter != '\n' { '\u{fffd}' } else { letter };
    match value {
        Value::String(text) => Value::String(text.chars().map(harmless).collect()),
        Value::Array(values) => values.into_iter().map(tame).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, tame(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// The innermost cause, which is the one that says something: "Connection refused".
fn root_cause(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), root_cause)
}

/// Prints a page, without its colours unless on a terminal. A reader that has seen enough (`| head`) is no error.
pub(crate) fn print(page: &str) -> io::Result<()> {
    match io::Write::write_all(&mut anstream::stdout().lock(), page.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
