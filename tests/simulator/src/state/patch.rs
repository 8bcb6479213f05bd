//! Settings with a few of their fields changed, as the admin server takes them.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// These settings with the fields of a JSON object put over them.
///
/// # Errors
/// The field that does not exist, or does not hold what was given, with what would be right.
pub(crate) fn patched<T: Serialize + DeserializeOwned>(
    settings: &T,
    patch: &Map<String, Value>,
) -> Result<T, serde_json::Error> {
    let mut all = serde_json::to_value(settings)?;
    for (field, value) in patch {
        all[field] = value.clone();
    }
    serde_json::from_value(all)
}
