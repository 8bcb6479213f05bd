//! One person, as Graph writes him down.

use presync_core::id::TeamsUserId;
use presync_http::text::Text;
use serde::Deserialize;

/// The service of a Teams licence among `assignedPlans`.
const TEAMS: &str = "TeamspaceAPI";

/// A person (or a room, a shared mailbox, a guest) of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The object id.
    pub id: TeamsUserId,
    /// The sign-in name.
    pub user_principal_name: String,
    /// The primary mail address; need not equal the sign-in name.
    pub mail: Option<String>,
    /// Every SMTP address of the mailbox, the primary first, without their prefixes.
    pub addresses: Vec<String>,
    /// The name that colleagues see.
    pub display_name: String,
    /// Whether the account may sign in; shared and room mailboxes usually may not.
    pub enabled: bool,
    /// A guest's presence lives in his own directory.
    pub guest: bool,
    /// The department, as the directory has it.
    pub department: Option<String>,
    /// Whether a licence for Teams is in force; `None` where the licences were not asked for.
    pub licensed: Option<bool>,
}

/// A person's members in an answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    user_principal_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    mail: Option<Text<'a>>,
    #[serde(borrow, default)]
    proxy_addresses: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    display_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    user_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    department: Option<Text<'a>>,
    #[serde(default)]
    account_enabled: Option<bool>,
    #[serde(borrow, default)]
    assigned_plans: Option<Vec<Plan<'a>>>,
    #[serde(borrow, default, rename = "@removed")]
    pub(super) removed: Option<Removed<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan<'a> {
    #[serde(borrow, default)]
    service: Option<Text<'a>>,
    #[serde(borrow, default)]
    capability_status: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Removed<'a> {
    #[serde(borrow, default)]
    pub(super) reason: Option<Text<'a>>,
}

impl Entry<'_> {
    /// The object id, if there is one.
    pub(super) fn id(&self) -> Option<TeamsUserId> {
        self.id.as_ref().map(|id| id.as_str().into())
    }

    /// The user, unless the entry has no id.
    pub(super) fn user(self) -> Option<User> {
        let owned = |text: Option<Text<'_>>| text.map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty());
        let user_principal_name = owned(self.user_principal_name).unwrap_or_default();
        Some(User {
            id: self.id?.as_str().into(),
            mail: owned(self.mail),
            addresses: self.proxy_addresses.map(|all| addresses(&all)).unwrap_or_default(),
            display_name: owned(self.display_name).unwrap_or_default(),
            enabled: self.account_enabled.unwrap_or(true),
            guest: match &self.user_type {
                Some(kind) => kind.as_str().eq_ignore_ascii_case("Guest"),
                None => user_principal_name.contains("#EXT#"),
            },
            department: owned(self.department),
            licensed: self.assigned_plans.map(|plans| plans.iter().any(Plan::is_teams)),
            user_principal_name,
        })
    }
}

impl Plan<'_> {
    /// A Teams plan that works: in force, or in the days of grace after its end.
    fn is_teams(&self) -> bool {
        let is = |text: &Option<Text<'_>>, word: &str| {
            text.as_ref().is_some_and(|text| text.as_str().eq_ignore_ascii_case(word))
        };
        is(&self.service, TEAMS) && (is(&self.capability_status, "Enabled") || is(&self.capability_status, "Warning"))
    }
}

/// The SMTP addresses: `SMTP:` in capitals is the primary one. Others, such as `SIP:` and `X500:`, are no mail addresses.
fn addresses(all: &[Text<'_>]) -> Vec<String> {
    let smtp = |text: &Text<'_>| match text.as_str().split_once(':') {
        Some((kind, address)) if kind.eq_ignore_ascii_case("smtp") => Some((kind == "SMTP", address.to_owned())),
        _ => None,
    };
    let mut found: Vec<(bool, String)> = all.iter().filter_map(smtp).collect();
    found.sort_by_key(|(primary, _)| !primary);
    found.into_iter().map(|(_, address)| address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(json: &str) -> Option<User> {
        serde_json::from_str::<Entry<'_>>(json).unwrap().user()
    }

    #[test]
    fn an_entry_with_gaps_is_still_a_user() {
        let user_found =
            user(r#"{"id":"1","userPrincipalName":"a_b.com#EXT#@t.com","mail":null,"proxyAddresses":null,"new":{}}"#)
                .unwrap();
        assert!(user_found.enabled && user_found.guest && user_found.mail.is_none());
        assert_eq!((user_found.licensed, user_found.addresses.len()), (None, 0));
        assert_eq!(user("{}"), None);
    }

    #[test]
    fn the_primary_address_comes_first_and_what_is_no_mail_is_left_out() {
        let found = user(
            r#"{"id":"1","proxyAddresses":["smtp:old@corp.com","SIP:ann@corp.com","SMTP:Ann@corp.com","X500:/o=x","odd"]}"#,
        );
        assert_eq!(found.unwrap().addresses, ["Ann@corp.com", "old@corp.com"]);
    }

    #[test]
    fn a_licence_for_teams_counts_while_it_works() {
        let licensed = |plans: &str| user(&format!(r#"{{"id":"1","assignedPlans":{plans}}}"#)).unwrap().licensed;
        let plan =
            |service: &str, status: &str| format!(r#"[{{"service":"{service}","capabilityStatus":"{status}"}}]"#);
        assert_eq!(licensed(&plan("TeamspaceAPI", "Enabled")), Some(true));
        assert_eq!(licensed(&plan("TeamspaceAPI", "Warning")), Some(true));
        assert_eq!(licensed(&plan("TeamspaceAPI", "Suspended")), Some(false));
        assert_eq!(licensed(&plan("exchange", "Enabled")), Some(false));
        assert_eq!(licensed("[]"), Some(false));
    }
}
