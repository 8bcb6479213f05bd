//! The services that a tenant's requests go to, and the hosts that stand for them in a recording.

use serde::{Deserialize, Serialize};
use url::Url;

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Where Microsoft gives tokens.
    Entra,
    /// Microsoft Graph.
    Graph,
    /// 8x8.
    Eight,
    /// The contact centre of 8x8, where it has a host of its own.
    Agents,
}

impl Service {
    /// What stands for its host in a recording.
    pub const fn stand_in(self) -> &'static str {
        match self {
            Self::Entra => "https://entra.example",
            Self::Graph => "https://graph.example",
            Self::Eight => "https://eight.example",
            Self::Agents => "https://agents.example",
        }
    }
}

/// A tenant's services, each with its address.
#[derive(Debug, Clone)]
pub struct Bases(pub Vec<(Service, Url)>);

impl Bases {
    /// The service that an address belongs to.
    pub fn of(&self, url: &Url) -> Option<Service> {
        let serves = |(_, base): &&(Service, Url)| base.origin() == url.origin();
        self.0.iter().find(serves).map(|(service, _)| *service)
    }

    /// What stands for an address's host, if it is a service's.
    pub(crate) fn stand_in(&self, url: &Url) -> Option<&'static str> {
        self.of(url).map(Service::stand_in)
    }
}
