//! Where Microsoft's documentation contradicts itself, or leaves something open: one switch each.
//!
//! The defaults are what the documentation says, or what most people report where it says two things. A test switches
//! them through [`crate::Config`] and [`crate::Simulator::set_quirks`]; another process through `PATCH /admin/quirks`.

use serde::{Deserialize, Serialize};

use crate::notify::settings::Notifications;

/// How the simulated Microsoft behaves where the real one leaves a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Quirks {
    /// How the words of a presence are spelt. Examples and older lists spell `Busy`, the newer list `busy`.
    pub word_case: WordCase,
    /// How somebody is shown whose application session has been available for five minutes without a renewal.
    pub faded: Faded,
    /// Whether an available person with automatic replies on shows the activity `OutOfOffice`. In 2020 the activity
    /// repeated the availability, and only `outOfOfficeSettings` told. Default on.
    pub out_of_office_activity: bool,
    /// What a presence holds beside its words.
    pub optional_fields: OptionalFields,
    /// What a bulk read says of ids that nobody has.
    pub unknown_users: UnknownUsers,
    /// Whether `GET /communications/presences/{id}` answers a list of one, as its example shows. Default off.
    pub presence_in_a_list: bool,
    /// The status of an accepted presence action: 200 on every page, 204 in the SDKs' metadata.
    pub action_status: u16,
    /// Whether clearing a session that is not there answers 404, as documented, or 200, as reported. Default on.
    pub clear_unknown_is_404: bool,
    /// What becomes of a session id that is not the caller's client id.
    pub foreign_session_id: ForeignSessionId,
    /// Whether a pair that applications may not set is refused with 400, as reported, or accepted without effect, as
    /// one sentence of the documentation says. Default on.
    pub refuse_other_pairs: bool,
    /// How long what Teams clients show lags behind, in milliseconds. They poll, at an interval that nobody publishes;
    /// a few minutes are usual. Default 0: at once.
    pub teams_lag_ms: i64,
    /// Who may consent to delegated permissions.
    pub user_consent: UserConsent,
    /// How long a federated credential stays unknown after it was added, in milliseconds. Default 0.
    pub federation_delay_ms: i64,
    /// Whether a request that is refused for being one too many counts as well. Default on.
    pub throttled_requests_count: bool,
    /// Every so many answers 429 comes without `Retry-After`; 0, the default, for none.
    pub throttled_without_retry_after: u32,
    /// Whether the inner error is spelt `innererror`. Default off.
    pub inner_error_in_lower_case: bool,
    /// Whether errors have an empty code and an empty message. Default off.
    pub empty_error_words: bool,
    /// Whether `/users/delta` repeats what it said last, as it may. Default on.
    pub delta_repeats: bool,
    /// Whether each round of `/users/delta` begins with an empty page. Default off.
    pub delta_empty_pages: bool,
    /// Which of Microsoft's clouds this is.
    pub cloud: Cloud,
    /// How change notifications are sent.
    pub notifications: Notifications,
    /// Whether a subscription of more than 60 minutes is refused, or made shorter. Default refused.
    pub refuse_long_subscriptions: bool,
    /// Whether a subscription can be renewed by PATCH, as documented, or not, as answered in 2023. Default on.
    pub subscriptions_renew: bool,
    /// How long a new subscription fails with 500 after one was deleted, in milliseconds. Default 0.
    pub create_after_delete_fails_ms: i64,
    /// Whether a subscription to somebody who is not there fails with 500, naming them. Default on, as reported.
    pub deleted_user_fails_subscription: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            word_case: WordCase::Pascal,
            faded: Faded::AvailableInactive,
            out_of_office_activity: true,
            optional_fields: OptionalFields::Given,
            unknown_users: UnknownUsers::LeftOut,
            presence_in_a_list: false,
            action_status: 200,
            clear_unknown_is_404: true,
            foreign_session_id: ForeignSessionId::Refused,
            refuse_other_pairs: true,
            teams_lag_ms: 0,
            user_consent: UserConsent::Allowed,
            federation_delay_ms: 0,
            throttled_requests_count: true,
            throttled_without_retry_after: 0,
            inner_error_in_lower_case: false,
            empty_error_words: false,
            delta_repeats: true,
            delta_empty_pages: false,
            cloud: Cloud::Global,
            notifications: Notifications::default(),
            refuse_long_subscriptions: true,
            subscriptions_renew: true,
            create_after_delete_fails_ms: 0,
            deleted_user_fails_subscription: true,
        }
    }
}

/// How the words of a presence are spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WordCase {
    /// `DoNotDisturb`
    Pascal,
    /// `doNotDisturb`
    Camel,
}

/// The pair after the first timeout of an available session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Faded {
    /// `Available/AvailableInactive`, as the page about presence states says.
    AvailableInactive,
    /// `AvailableIdle/Inactive`: the words that the lists have.
    AvailableIdle,
    /// `Available/Inactive`
    Inactive,
}

/// What a presence holds beside its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OptionalFields {
    /// Everything there is.
    Given,
    /// `null` for all but the words.
    Null,
    /// Nothing but the words.
    Absent,
    /// `null` for the words too.
    NullWords,
    /// Nothing but the id.
    IdOnly,
}

/// What a bulk read says of ids that nobody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnknownUsers {
    /// Nothing.
    LeftOut,
    /// `PresenceUnknown/PresenceUnknown`
    PresenceUnknown,
}

/// What becomes of a session id that is not the caller's client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ForeignSessionId {
    /// It is refused with 400.
    Refused,
    /// It is a session of its own.
    AnotherSession,
}

/// Who may consent to delegated permissions that need no administrator by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UserConsent {
    /// Everybody for themselves.
    Allowed,
    /// Administrators only: AADSTS90094.
    Administrators,
    /// Administrators, who are asked by a request that the user sends off: AADSTS90095.
    ByRequest,
}

/// Microsoft's clouds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cloud {
    /// The global one.
    Global,
    /// US government L4: GCC High.
    UsGovL4,
    /// US government L5: DoD.
    UsGovL5,
    /// China, operated by 21Vianet. It has no presence.
    China,
}

impl Cloud {
    /// Presence can be subscribed to in the global cloud only.
    pub(crate) fn has_presence_subscriptions(self) -> bool {
        self == Self::Global
    }
}

impl WordCase {
    /// A word of presence as it is spelt.
    pub(crate) fn spelt(self, word: &str) -> String {
        let mut letters = word.chars();
        match (self, letters.next()) {
            (Self::Camel, Some(first)) => first.to_lowercase().chain(letters).collect(),
            _ => String::from(word),
        }
    }
}

impl Quirks {
    /// These quirks with the fields of a JSON object put over them.
    ///
    /// # Errors
    /// The field that does not exist, or does not hold what was given, with the values that it can hold.
    pub fn patched(&self, patch: &serde_json::Map<String, serde_json::Value>) -> Result<Self, serde_json::Error> {
        super::patch::patched(self, patch)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn patched(patch: Value) -> Result<Quirks, String> {
        let Value::Object(patch) = patch else { return Err(String::from("not an object")) };
        Quirks::default().patched(&patch).map_err(|error| error.to_string())
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let quirks = patched(json!({"wordCase": "camel", "teamsLagMs": 180_000})).unwrap();
        assert_eq!(quirks, Quirks { word_case: WordCase::Camel, teams_lag_ms: 180_000, ..Quirks::default() });
    }

    #[test]
    fn a_patch_that_names_nothing_known_is_refused_with_what_is_known() {
        assert!(patched(json!({"wordcase": "camel"})).unwrap_err().contains("`wordCase`"));
        assert!(patched(json!({"wordCase": "upper"})).unwrap_err().contains("`pascal` or `camel`"));
    }
}
