//! Do not disturb on a person's extension: the nearest thing to a write of Work presence that 8x8 documents.
//!
//! A change of a user replaces the whole user, so the user is read, changed in that one place and sent back with everything that
//! this version does not know. 8x8 then works on it, and is asked how that goes. Only what we set is ever unset: where do not disturb
//! was on already, it is the person's own.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use presync_core::id::EightUserId;
use presync_core::obstacle::Obstacle;
use presync_core::time::Timestamp;
use presync_http::text::{Text, plain};
use presync_http::transport::under;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::access::{Access, Call};
use crate::carried::OnExtension;
use crate::error::Error;
use crate::problem::Problem;
use crate::product::Product;

/// Changes that 8x8 works on at a time: it takes ten of a customer, and its own console needs some.
const AT_ONCE: usize = 8;
/// From one question about a change to the next; 8x8 wants no more than one a second.
const ASK: Duration = Duration::from_secs(2);
/// When a change that is not done is given up, as 8x8 advises.
const GIVE_UP: Duration = Duration::from_secs(5 * 60);

/// The extensions on which we have set do not disturb, by person: to be kept over a restart, since nothing at 8x8 tells them from
/// the person's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Held(pub BTreeMap<EightUserId, Vec<String>>);

/// Sets do not disturb.
#[derive(Debug, Default)]
pub(crate) struct Extensions(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    held: Held,
    under_way: HashMap<EightUserId, Operation>,
    /// 8x8 takes no changes of users.
    not_taken: bool,
}

#[derive(Debug, Clone)]
struct Operation {
    id: Box<str>,
    /// The extensions that are ours once it is done.
    then: Option<Vec<String>>,
    since: Timestamp,
    asked_at: Timestamp,
}

/// How far a wish has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Done,
    UnderWay,
    NotCarried(Obstacle),
    Later(Obstacle),
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

/// What 8x8 says of a change that it works on.
#[derive(Debug, PartialEq, Eq)]
enum Progress {
    Done,
    UnderWay,
    Failed(Box<str>),
}

impl Extensions {
    /// Takes up what a former process had set.
    pub(crate) fn restore(&self, held: Held) {
        self.state().held = held;
    }

    pub(crate) fn held(&self) -> Held {
        self.state().held.clone()
    }

    /// Whether something was set for this person, or is being.
    pub(crate) fn concerns(&self, user: &EightUserId) -> bool {
        let state = self.state();
        state.held.0.contains_key(user) || state.under_way.contains_key(user)
    }

    /// Whether we hold do not disturb for this person.
    pub(crate) fn is_held(&self, user: &EightUserId) -> bool {
        self.state().held.0.get(user).is_some_and(|extensions| !extensions.is_empty())
    }

    /// How it stands with do not disturb on this person's extensions, as far as it is our doing.
    pub(crate) fn standing(&self, user: &EightUserId) -> OnExtension {
        let state = self.state();
        match (state.under_way.contains_key(user), state.held.0.contains_key(user)) {
            (true, _) => OnExtension::UnderWay,
            (false, true) => OnExtension::On,
            (false, false) => OnExtension::Off,
        }
    }

    /// Whether 8x8 has refused to take changes of users.
    pub(crate) fn is_not_taken(&self) -> bool {
        self.state().not_taken
    }

    /// Brings a person's extensions where they are wished, one step at a time.
    pub(crate) async fn set(&self, access: &Access, api: &Url, user: &EightUserId, on: bool) -> Result<Step, Error> {
        if self.state().not_taken {
            return Ok(Step::NotCarried(Obstacle::DndNotTaken));
        }
        if !self.advance(access, api, user).await? {
            return Ok(Step::UnderWay);
        }
        {
            let state = self.state();
            if state.held.0.contains_key(user) == on {
                return Ok(Step::Done);
            }
            if state.under_way.len() >= AT_ONCE {
                return Ok(Step::Later(Obstacle::TooManyUnderWay));
            }
        }
        let url = under(api, &["admin-provisioning", "users", user.as_str()])?;
        let call = Call { method: Method::GET, url: url.clone(), product: Product::Directory, body: None };
        let answer = access.read(&call).await?;
        let mut whole: Value = serde_json::from_slice(&answer.body)
            .map_err(|error| Error::Unreadable(format!("a user: {error}").into()))?;
        let ours = if on { None } else { self.state().held.0.get(user).cloned() };
        let Some(changed) = change(&mut whole, ours.as_deref()) else {
            return Ok(Step::NotCarried(Obstacle::NoExtension));
        };
        let then = on.then(|| changed.clone());
        if changed.is_empty() {
            self.settle(user, then);
            return Ok(Step::Done);
        }
        let body = serde_json::to_vec(&whole).map_err(|error| Error::Unreadable(plain(&error.to_string())))?;
        let call = Call { method: Method::PUT, url, product: Product::Directory, body: Some((body, Uuid::new_v4())) };
        let answer = match access.write(&call).await {
            Err(Error::Refused { status: 404 | 405 | 501, .. } | Error::Unavailable { status: 501, .. }) => {
                tracing::warn!("8x8 takes no changes of users: do not disturb cannot be set on extensions");
                self.state().not_taken = true;
                return Ok(Step::NotCarried(Obstacle::DndNotTaken));
            }
            answer => answer?,
        };
        let (id, progress) = read(&answer.body)?;
        self.note(access.now(), user, id, then, progress)
    }

    /// Asks how a change goes that is under way. Whether there is none any more.
    async fn advance(&self, access: &Access, api: &Url, user: &EightUserId) -> Result<bool, Error> {
        let Some(operation) = self.state().under_way.get(user).cloned() else { return Ok(true) };
        let now = access.now();
        if now.since(operation.asked_at) < ASK {
            return Ok(false);
        }
        if now.since(operation.since) >= GIVE_UP {
            self.state().under_way.remove(user);
            return Err(Error::Unreadable("8x8 did not finish the change of a user within 5 minutes".into()));
        }
        let url = under(api, &["admin-provisioning", "operations", &operation.id])?;
        let call = Call { method: Method::GET, url, product: Product::Operations, body: None };
        let answer = access.read(&call).await?;
        if let Some(operation) = self.state().under_way.get_mut(user) {
            operation.asked_at = now;
        }
        match read(&answer.body)?.1 {
            Progress::UnderWay => Ok(false),
            Progress::Done => {
                self.settle(user, operation.then);
                Ok(true)
            }
            Progress::Failed(said) => {
                self.state().under_way.remove(user);
                Err(Error::Refused { status: 200, code: "FAILED".into(), said })
            }
        }
    }

    fn note(
        &self,
        now: Timestamp,
        user: &EightUserId,
        id: Option<Box<str>>,
        then: Option<Vec<String>>,
        progress: Progress,
    ) -> Result<Step, Error> {
        match (progress, id) {
            (Progress::Failed(said), _) => Err(Error::Refused { status: 200, code: "FAILED".into(), said }),
            (Progress::UnderWay, Some(id)) => {
                let operation = Operation { id, then, since: now, asked_at: now };
                self.state().under_way.insert(user.clone(), operation);
                Ok(Step::UnderWay)
            }
            // Without an id there is nothing to ask about: 8x8 has done it at once.
            (Progress::Done, _) | (Progress::UnderWay, None) => {
                self.settle(user, then);
                Ok(Step::Done)
            }
        }
    }

    /// A change is done: these extensions are ours now, or none.
    fn settle(&self, user: &EightUserId, then: Option<Vec<String>>) {
        let mut state = self.state();
        state.under_way.remove(user);
        match then {
            Some(extensions) => state.held.0.insert(user.clone(), extensions),
            None => state.held.0.remove(user),
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sets do not disturb on all of a user's Work extensions, or unsets it on `ours`. Gives the ids of those that it changed; `None`
/// when the user has none.
fn change(user: &mut Value, ours: Option<&[String]>) -> Option<Vec<String>> {
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
fn read(body: &[u8]) -> Result<(Option<Box<str>>, Progress), Error> {
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
}
