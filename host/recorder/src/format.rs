//! The file: lines of JSON, one for each exchange, between a line that says what it is and one that says that it is whole.
//!
//! ```text
//! {"presync-recording":1,"recorded_by":"presync 0.1.0","writes":"withheld","hosts":{…},"settings":["[[tenant]]",…]}
//! {"at":12,"took":40,"to":"graph","method":"POST","path":"/v1.0/…","query":[],"body":{…},"status":200,"answer":{…}}
//! {"end":{"length":600000,"exchanges":1284,"unanswered":0,"withheld":31}}
//! ```
//!
//! Times are milliseconds since the recording began. Whatever belongs to somebody has a name in its place, the same everywhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bases::Service;

/// The version of the format.
pub const VERSION: u32 = 1;

/// What became of writes while it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Writes {
    /// None was sent; the recorder answered in the provider's place.
    Withheld,
    /// They were sent.
    Sent,
}

/// The first line.
#[derive(Debug, Serialize)]
pub(crate) struct Header<'a> {
    #[serde(rename = "presync-recording")]
    pub(crate) version: u32,
    pub(crate) recorded_by: &'a str,
    pub(crate) writes: Writes,
    /// With each service as key, the host that stands for it as value.
    pub(crate) hosts: BTreeMap<Service, &'static str>,
    /// The lines of a settings file for a service that is to run against the recording; `{graph}` stands for an address.
    pub(crate) settings: &'a [String],
}

/// A line: a request and what was answered.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) at: u64,
    pub(crate) took: u64,
    pub(crate) to: Service,
    pub(crate) method: String,
    pub(crate) path: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) query: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) form: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body_text: Option<String>,
    /// None when nothing came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) answer_headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<Value>,
    /// An answer that is no JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answer_text: Option<String>,
    /// The recorder answered in the provider's place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) withheld: bool,
}

/// The last line; a file without it was cut off.
#[derive(Debug, Serialize)]
pub(crate) struct Footer {
    pub(crate) end: Totals,
}

/// How much was recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// How long, in milliseconds.
    pub length: u64,
    /// Exchanges.
    pub exchanges: u64,
    /// Requests that nothing came to.
    pub unanswered: u64,
    /// Writes that were answered in the provider's place.
    pub withheld: u64,
}
