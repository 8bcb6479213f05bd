//! What is ours on a person's extensions, and the change of a user that brings it there. Pure.

use presync_core::time::Timestamp;
use presync_http::text::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::problem::Problem;

/// What is known of a person's extensions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The extensions on which do not disturb is ours, or may be. None where it was on already: then it is the person's own.
    pub(crate) ours: Vec<String>,
    /// A change whose end is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) begun: Option<Begun>,
}

/// A change that was sent, or was about to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// It sets do not disturb; else it unsets it.
    pub(crate) on: bool,
    /// 8x8's name for it; `None` when nobody knows whether 8x8 took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Box<str>>,
    pub(crate) since: Timestamp,
}

/// What 8x8 says of a change that it works on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Done,
    UnderWay,
    Failed(Box<str>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow, default)]
    operation_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(default)]
    error: Option<Value>,
}

impl Entry {
    /// Whether a restart may forget it: nothing at 8x8 is, or may be, ours.
    pub(crate) fn is_nothing(&self) -> bool {
        self.ours.is_empty() && self.begun.is_none()
    }

    /// The note of it.
    pub(crate) fn note(&self) -> Result<Option<String>, Error> {
        if self.is_nothing() {
            return Ok(None);
        }
        let note = serde_json::to_string(self).map_err(|error| Error::Unreadable(error.to_string().into()))?;
        Ok(Some(note))
    }
}

/// Sets do not disturb on all of a user's Work extensions, or unsets it on `ours`. Gives the ids of those that it changed; `None`
/// when the user has none.
pub(crate) fn change(user: &mut Value, ours: Option<&[String]>) -> Option<Vec<String>> {
    let extensions = user.pointer_mut("/serviceInfo/extensions")?.as_array_mut()?;
    let of_agents =
        |extension: &Value| extension["extensionType"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("CC"));
    let mut work = extensions.iter_mut().filter(|extension| !of_agents(extension)).peekable();
    work.peek()?;
    let mut changed = Vec::new();
    for extension in work {
        let Some(id) = extension["id"].as_str().map(str::to_owned) else { continue };
        let on = extension["doNotDisturb"].as_bool() == Some(true);
        let wanted = ours.is_none();
        if on != wanted && ours.is_none_or(|ours| ours.contains(&id)) {
            extension["doNotDisturb"] = Value::Bool(wanted);
            changed.push(id);
        }
    }
    Some(changed)
}

/// The id of a change and how it goes.
pub(crate) fn read(body: &[u8]) -> Result<(Option<Box<str>>, Progress), Error> {
    let answer: Answer<'_> = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("how the change of a user goes: {error}").into()))?;
    let status = answer.status.as_ref().map_or("", Text::as_str);
    let progress = if status.eq_ignore_ascii_case("COMPLETED") {
        Progress::Done
    } else if status.eq_ignore_ascii_case("FAILED") {
        let problem = answer.error.and_then(|error| serde_json::to_vec(&error).ok()).map(|body| Problem::read(&body));
        Progress::Failed(problem.map_or_else(|| "8x8 did not say why".into(), |problem| problem.said))
    } else {
        Progress::UnderWay
    };
    Ok((answer.operation_id.map(|id| id.as_str().into()), progress))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn user(work: bool, other: bool) -> Value {
        json!({ "basicInfo": { "userId": "u1" }, "unknown": { "kept": [1, null] }, "serviceInfo": { "extensions": [
            { "id": "7", "extensionType": "UC", "doNotDisturb": work, "voicemail": "kept" },
            { "id": "8", "extensionType": "UC", "doNotDisturb": other },
            { "id": "9", "extensionType": "CC", "doNotDisturb": false }] } })
    }

    #[test]
    fn only_do_not_disturb_of_work_extensions_is_changed_and_the_rest_kept() {
        let mut changed = user(false, true);
        assert_eq!(change(&mut changed, None), Some(vec!["7".to_owned()]));
        assert_eq!(changed, user(true, true));
    }

    #[test]
    fn only_what_we_set_is_unset() {
        let mut changed = user(true, true);
        assert_eq!(change(&mut changed, Some(&["7".to_owned()])), Some(vec!["7".to_owned()]));
        assert_eq!(changed, user(false, true));
        assert_eq!(change(&mut changed, Some(&["7".to_owned()])), Some(Vec::new()), "the person was faster");
    }

    #[test]
    fn a_person_without_a_work_extension_has_no_do_not_disturb() {
        let mut agent = json!({ "serviceInfo": { "extensions": [{ "id": "9", "extensionType": "CC" }] } });
        assert_eq!(change(&mut agent, None), None);
        assert_eq!(change(&mut json!({ "serviceInfo": null }), None), None);
    }

    #[test]
    fn a_change_goes_on_until_8x8_says_completed_or_failed() {
        let progress = |body: &str| read(body.as_bytes()).unwrap().1;
        for status in ["PENDING", "IN_PROGRESS", "UNKNOWN", "BRAND_NEW"] {
            assert_eq!(progress(&format!(r#"{{"operationId":"op_1","status":"{status}"}}"#)), Progress::UnderWay);
        }
        assert_eq!(progress(r#"{"operationId":"op_1","status":"COMPLETED","error":null}"#), Progress::Done);
        let failed =
            r#"{"status":"FAILED","error":{"title":"Conflict","errors":[{"code":"CONFLICT","message":"taken"}]}}"#;
        assert_eq!(progress(failed), Progress::Failed("taken".into()));
    }

    #[test]
    fn a_note_is_read_as_it_was_written_and_nothing_needs_none() {
        let begun = Some(Begun { on: true, id: Some("op_1".into()), since: Timestamp::from_millis(7) });
        for entry in [
            Entry { ours: vec!["7".to_owned()], begun: None },
            Entry { ours: vec!["7".to_owned()], begun: begun.clone() },
            Entry { ours: Vec::new(), begun },
        ] {
            let note = entry.note().unwrap().unwrap();
            assert_eq!(serde_json::from_str::<Entry>(&note).unwrap(), entry);
        }
        assert_eq!(Entry::default().note(), Ok(None));
    }
}
