//! What a partner's API offers, as it says itself: how much it takes at once, for how long, and what it tells by itself. Asked once;
//! until it has answered, and for whatever it leaves out, the contract's usual values count.

use std::time::Duration;

use presync_http::transport::under;
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::access::{Access, Call};
use crate::error::Error;
use crate::product::Product;

/// The most items that are ever sent at once, whatever is offered.
const BULK: usize = 100;

/// What is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The most publications in one request.
    pub bulk: usize,
    /// The shortest lease.
    pub shortest: Duration,
    /// The longest lease.
    pub longest: Duration,
    /// Changes can be read from a place in a feed.
    pub tells_changes: bool,
    /// Where changes are told as a stream, if they are: host and topic.
    pub stream: Option<(String, String)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default)]
    max_batch: Option<usize>,
    #[serde(default)]
    change_feed: Option<Feed>,
    #[serde(default)]
    stream: Option<Stream>,
    #[serde(default)]
    lease: Option<Lease>,
}

#[derive(Deserialize)]
struct Feed {
    #[serde(default)]
    supported: Option<bool>,
}

#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    supported: Option<bool>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    topic: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lease {
    #[serde(default)]
    min_seconds: Option<u64>,
    #[serde(default)]
    max_seconds: Option<u64>,
}

impl Default for Offer {
    fn default() -> Self {
        let (shortest, longest) = (Duration::from_secs(60), Duration::from_secs(14_400));
        Self { bulk: BULK, shortest, longest, tells_changes: true, stream: None }
    }
}

impl Offer {
    /// A lease in whole seconds, rounded up, inside what is offered.
    pub(crate) fn seconds(&self, lease: Duration) -> u64 {
        let whole = lease.as_secs() + u64::from(lease.subsec_nanos() > 0);
        whole.min(self.longest.as_secs()).max(self.shortest.as_secs())
    }
}

/// Asks what is offered. An API that does not say so offers the usual.
pub(crate) async fn ask(access: &Access, api: &Url) -> Result<Offer, Error> {
    let url = under(api, &["presence", "v1", "capabilities"])?;
    let call = Call { method: Method::GET, url, product: Product::Presence, body: None };
    match access.read(&call).await {
        Ok(answer) => read(&answer.body),
        Err(Error::Refused { status: 404, .. }) => Ok(Offer::default()),
        Err(error) => Err(error),
    }
}

fn read(body: &[u8]) -> Result<Offer, Error> {
    let wire: Wire = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("what the presence API offers: {error}").into()))?;
    let usual = Offer::default();
    let lease = wire.lease.unwrap_or(Lease { min_seconds: None, max_seconds: None });
    let stream = wire.stream.filter(|stream| stream.supported != Some(false));
    Ok(Offer {
        bulk: wire.max_batch.map_or(usual.bulk, |most| most.clamp(1, BULK)),
        shortest: lease.min_seconds.map_or(usual.shortest, Duration::from_secs),
        longest: lease.max_seconds.map_or(usual.longest, Duration::from_secs),
        tells_changes: wire.change_feed.and_then(|feed| feed.supported) != Some(false),
        stream: stream.and_then(|stream| Some((stream.host?, stream.topic?))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_is_read_and_what_is_left_out_is_as_usual() {
        let offer = read(
            br#"{"readable":["WORK","CC"],"writable":["EXTERNAL"],"statuses":["AVAILABLE"],"maxBatch":50,
                "changeFeed":{"supported":true,"retentionSeconds":86400},
                "stream":{"supported":true,"host":"pulsar-ws-use1.8x8.com","topic":"presence-v1/all"},
                "lease":{"minSeconds":30,"maxSeconds":600,"defaultSeconds":300}}"#,
        )
        .unwrap();
        assert_eq!(
            (offer.bulk, offer.shortest, offer.longest),
            (50, Duration::from_secs(30), Duration::from_secs(600))
        );
        assert_eq!(offer.stream.unwrap().1, "presence-v1/all");
        assert_eq!(read(b"{}").unwrap(), Offer::default());
        assert_eq!(
            read(br#"{"maxBatch":0,"stream":{"supported":false,"host":"h","topic":"t"}}"#).unwrap().stream,
            None
        );
    }

    #[test]
    fn a_lease_is_whole_seconds_inside_what_is_offered() {
        let offer = Offer::default();
        assert_eq!(offer.seconds(Duration::from_secs(300)), 300);
        assert_eq!(offer.seconds(Duration::from_millis(300_001)), 301);
        assert_eq!(offer.seconds(Duration::from_secs(1)), 60);
        assert_eq!(offer.seconds(Duration::from_secs(86_400)), 14_400);
    }
}
