//! The body of a delivery, as it comes.

use serde::Deserialize;

/// Some notifications: of several subscriptions, and possibly of several apps and directories.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub(super) value: Vec<Item>,
    /// One per app and directory among the items that carry data; `null` or absent where none does.
    #[serde(default)]
    pub(super) validation_tokens: Option<Vec<Box<str>>>,
}

/// One notification.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) subscription_id: Box<str>,
    #[serde(default)]
    pub(super) client_state: Option<Box<str>>,
    #[serde(default)]
    pub(super) tenant_id: Option<Box<str>>,
    #[serde(default)]
    pub(super) resource_data: Option<ResourceData>,
    #[serde(default)]
    pub(super) encrypted_content: Option<EncryptedContent>,
    #[serde(default)]
    pub(super) lifecycle_event: Option<Box<str>>,
}

/// Which resource has changed.
#[derive(Debug, Deserialize)]
pub(super) struct ResourceData {
    #[serde(default)]
    pub(super) id: Option<Box<str>>,
}

/// The changed resource itself, for us alone. All but the ids is base64.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EncryptedContent {
    pub(super) data: Box<str>,
    pub(super) data_signature: Box<str>,
    pub(super) data_key: Box<str>,
    pub(super) encryption_certificate_id: Box<str>,
    #[serde(default)]
    pub(super) encryption_certificate_thumbprint: Option<Box<str>>,
}

impl Delivery {
    /// Reads a body.
    pub(super) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(body)
    }

    /// How many notifications there are.
    pub fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }
}
