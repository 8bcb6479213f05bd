//! The recording, read: the format is `presync record`'s, a line of JSON for each exchange between a first and a last line.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

/// The version that is read.
const VERSION: u64 = 1;

/// A recording.
#[derive(Debug)]
pub(super) struct Recording {
    pub(super) settings: String,
    pub(super) exchanges: Vec<Exchange>,
}

#[derive(Debug, Deserialize)]
struct Header {
    #[serde(rename = "presync-recording")]
    version: u64,
    hosts: BTreeMap<String, String>,
    #[serde(default)]
    settings: Vec<String>,
}

/// A request and what was answered.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Exchange {
    pub(super) at: u64,
    #[serde(default)]
    pub(super) took: u64,
    pub(super) to: Service,
    pub(super) method: String,
    pub(super) path: String,
    #[serde(default)]
    pub(super) query: Vec<(String, String)>,
    #[serde(default)]
    pub(super) body: Option<Value>,
    #[serde(default)]
    pub(super) form: Option<BTreeMap<String, String>>,
    /// None: nothing came.
    #[serde(default)]
    pub(super) status: Option<u16>,
    #[serde(default)]
    pub(super) answer_headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) answer: Option<Value>,
    #[serde(default)]
    pub(super) answer_text: Option<String>,
}

/// Whom a request went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Service {
    Entra,
    Graph,
    #[serde(alias = "agents")]
    Eight,
}

impl Service {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Entra => "Entra",
            Self::Graph => "Graph",
            Self::Eight => "8x8",
        }
    }
}

#[derive(Deserialize)]
struct Last {
    end: End,
}

#[derive(Deserialize)]
struct End {
    exchanges: usize,
}

impl Recording {
    /// The recording of a file, with the addresses of these servers (Entra, Graph, 8x8) in place of the recorded ones.
    pub(super) fn read(text: &str, urls: &[String; 4]) -> anyhow::Result<Self> {
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let (_, first) = lines.next().context("it is empty; expected a recording of `presync record`")?;
        let header: Header = serde_json::from_str(first)
            .context("line 1 is not the first line of a recording; expected a file that `presync record` made")?;
        ensure!(
            header.version == VERSION,
            "it is of version {} of the format, and this simulator reads version {VERSION}; record again, or use the simulator of that \
             version",
            header.version
        );
        let at_our_hosts = |text: &str| {
            header.hosts.iter().fold(text.to_owned(), |text, (service, host)| match service.as_str() {
                "entra" => text.replace(host, &urls[0]),
                "graph" => text.replace(host, &urls[1]),
                _ => text.replace(host, &urls[2]),
            })
        };
        let mut exchanges = Vec::new();
        let mut end = None;
        for (number, line) in lines {
            if end.is_some() {
                bail!("line {number} comes after the last line of the recording; take it out");
            }
            if let Ok(Last { end: totals }) = serde_json::from_str(line) {
                end = Some(totals.exchanges);
                continue;
            }
            let exchange: Exchange = serde_json::from_str(&at_our_hosts(line))
                .with_context(|| format!("line {number} is no exchange; expected at, to, method, path, status"))?;
            exchanges.push(exchange);
        }
        let told = end.context("its last line is missing, so it was cut off; record again, or copy the whole file")?;
        ensure!(
            told == exchanges.len(),
            "it should have {told} exchanges and has {}; copy the whole file",
            exchanges.len()
        );
        let settings = [("{entra}", 0), ("{graph}", 1), ("{eight}", 2), ("{agents}", 2)]
            .iter()
            .fold(header.settings.join("\n") + "\n", |text, (name, place)| text.replace(name, &urls[*place]));
        Ok(Self { settings, exchanges })
    }
}
