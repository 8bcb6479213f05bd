//! Microsoft's clouds: where each of them signs in, where its Graph is, and what it lacks.
//!
//! Hosts as Microsoft's pages on national deployments give them. Tokens of one cloud are worth nothing in another, and an app is
//! registered in each of them by itself.

use std::str::FromStr;

use serde::Deserialize;
use url::{Host, Url};

/// The one setting that says where a tenant lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// The global cloud, GCC among it.
    #[default]
    Global,
    /// The government of the United States, GCC High (L4).
    UsGovL4,
    /// The Department of Defense (L5).
    UsGovDod,
    /// China, operated by 21Vianet: it has no presence.
    China,
}

/// A word that is no cloud.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no cloud \"{0}\"; expected \"global\", \"us-gov-l4\", \"us-gov-dod\" or \"china\"")]
pub struct UnknownCloud(pub Box<str>);

impl Cloud {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Global, Self::UsGovL4, Self::UsGovDod, Self::China];

    /// Its word in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGovL4 => "us-gov-l4",
            Self::UsGovDod => "us-gov-dod",
            Self::China => "china",
        }
    }

    /// Where tokens come from.
    pub const fn login(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGovL4 | Self::UsGovDod => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }

    /// Graph with its version.
    pub const fn graph(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com/v1.0",
            Self::UsGovL4 => "https://graph.microsoft.us/v1.0",
            Self::UsGovDod => "https://dod-graph.microsoft.us/v1.0",
            Self::China => "https://microsoftgraph.chinacloudapi.cn/v1.0",
        }
    }

    /// The cloud whose Graph this is; `None` for any other host, such as a simulator's.
    pub fn of(graph: &Url) -> Option<Self> {
        let host = graph.host_str()?;
        Self::ALL.into_iter().find(|cloud| cloud.graph().split('/').nth(2) == Some(host))
    }

    /// Whether presence can be read and sessions held.
    pub const fn has_presence(self) -> bool {
        !matches!(self, Self::China)
    }

    /// Whether presence says who is out of office; elsewhere only the mailbox does.
    pub const fn has_out_of_office(self) -> bool {
        matches!(self, Self::Global)
    }

    /// Whether changes of presence can be subscribed to.
    pub const fn has_subscriptions(self) -> bool {
        matches!(self, Self::Global)
    }
}

impl FromStr for Cloud {
    type Err = UnknownCloud;

    fn from_str(word: &str) -> Result<Self, UnknownCloud> {
        Self::ALL.into_iter().find(|cloud| cloud.name() == word).ok_or_else(|| UnknownCloud(word.into()))
    }
}

/// What tokens are asked for: the Graph of this cloud. A stand-in without TLS plays the global one.
pub(crate) fn resource(graph: &Url) -> String {
    match (graph.scheme(), graph.host()) {
        ("https", Some(Host::Domain(host))) if host != "localhost" => format!("https://{host}"),
        _ => "https://graph.microsoft.com".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn each_cloud_is_known_by_its_word_and_by_its_graph() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.name().parse(), Ok(cloud));
            assert_eq!(Cloud::of(&url(cloud.graph())), Some(cloud));
            assert_eq!(url(cloud.login()).path(), "/");
            assert_eq!(serde_json::from_str::<Cloud>(&format!("\"{}\"", cloud.name())).unwrap(), cloud);
        }
        assert_eq!(Cloud::of(&url("http://127.0.0.1:9000/v1.0")), None);
        let refused = "mars".parse::<Cloud>().unwrap_err().to_string();
        assert!(refused.contains("\"mars\"") && refused.contains("us-gov-dod"), "{refused}");
    }

    #[test]
    fn tokens_are_for_the_graph_of_the_cloud() {
        assert_eq!(resource(&url(Cloud::UsGovDod.graph())), "https://dod-graph.microsoft.us");
        assert_eq!(resource(&url("http://127.0.0.1:9000/v1.0")), "https://graph.microsoft.com");
        assert_eq!(resource(&url("https://localhost:9000/v1.0")), "https://graph.microsoft.com");
    }

    #[test]
    fn the_clouds_say_what_they_lack() {
        assert!(Cloud::Global.has_out_of_office() && !Cloud::UsGovDod.has_out_of_office());
        assert!(Cloud::UsGovL4.has_presence() && !Cloud::UsGovL4.has_subscriptions());
        assert!(!Cloud::China.has_presence());
    }
}
