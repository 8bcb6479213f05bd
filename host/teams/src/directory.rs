//! The people of a directory: `GET /users`, page by page.

use presync_core::id::TeamsUserId;
use presync_http::text::Text;
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::access::{Access, Call};
use crate::error::Error;

/// The permission that reading the directory needs.
pub(crate) const ROLE: &str = "User.Read.All";

/// A person (or a room, a shared mailbox, a guest) of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The object id.
    pub id: TeamsUserId,
    /// The sign-in name.
    pub user_principal_name: String,
    /// The primary mail address; need not equal the sign-in name.
    pub mail: Option<String>,
    /// The name that colleagues see.
    pub display_name: String,
    /// Whether the account may sign in; shared and room mailboxes usually may not.
    pub enabled: bool,
    /// A guest's presence lives in his own directory.
    pub guest: bool,
    /// The department, as the directory has it.
    pub department: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    user_principal_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    mail: Option<Text<'a>>,
    #[serde(borrow, default)]
    display_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    user_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    department: Option<Text<'a>>,
    #[serde(default)]
    account_enabled: Option<bool>,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<Entry<'a>>,
    #[serde(borrow, default, rename = "@odata.nextLink")]
    next: Option<Text<'a>>,
}

/// All people, following `@odata.nextLink` as it is given.
pub(crate) async fn users(access: &Access, graph: &Url) -> Result<Vec<User>, Error> {
    let mut users = Vec::new();
    let mut next = Some(first_page(graph, 999)?);
    while let Some(url) = next {
        let (page, link) = page(access, url.clone()).await?;
        users.extend(page);
        next = link.map(|link| followed(&link, &url)).transpose()?;
    }
    Ok(users)
}

/// The first of the people, if there are any: enough to see that the directory can be read.
pub(crate) async fn someone(access: &Access, graph: &Url) -> Result<Option<User>, Error> {
    let (page, _) = page(access, first_page(graph, 1)?).await?;
    Ok(page.into_iter().next())
}

fn first_page(graph: &Url, size: u16) -> Result<Url, Error> {
    let mut url = presync_http::transport::under(graph, &["users"])?;
    let fields = "id,displayName,userPrincipalName,mail,accountEnabled,userType,department";
    url.query_pairs_mut().append_pair("$select", fields).append_pair("$top", &size.to_string());
    Ok(url)
}

async fn page(access: &Access, url: Url) -> Result<(Vec<User>, Option<String>), Error> {
    let call = Call { method: Method::GET, url, body: None, role: ROLE, counted: false };
    let answer = access.read(&call).await?;
    let page: Page<'_> = serde_json::from_slice(&answer.body)
        .map_err(|error| Error::Unreadable(format!("a page of users: {error}").into()))?;
    let users = page.value.into_iter().filter_map(Entry::user).collect();
    Ok((users, page.next.map(|link| link.as_str().to_owned())))
}

/// The address of the next page. Our token goes there, so it has to be the server that gave the link.
fn followed(link: &str, from: &Url) -> Result<Url, Error> {
    match Url::parse(link) {
        Ok(url) if url.origin() == from.origin() && url != *from => Ok(url),
        _ => Err(Error::Unreadable("the link to the next page of users leads elsewhere or nowhere".into())),
    }
}

impl Entry<'_> {
    /// The user, unless the entry has no id.
    fn user(self) -> Option<User> {
        let owned = |text: Option<Text<'_>>| text.map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty());
        let user_principal_name = owned(self.user_principal_name).unwrap_or_default();
        Some(User {
            id: TeamsUserId::from(self.id?.as_str()),
            mail: owned(self.mail),
            display_name: owned(self.display_name).unwrap_or_default(),
            enabled: self.account_enabled.unwrap_or(true),
            guest: match &self.user_type {
                Some(kind) => kind.as_str().eq_ignore_ascii_case("Guest"),
                None => user_principal_name.contains("#EXT#"),
            },
            department: owned(self.department),
            user_principal_name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_link_is_followed_only_on_the_same_server() {
        let from = Url::parse("https://graph.microsoft.com/v1.0/users?$top=999").unwrap();
        assert!(followed("https://graph.microsoft.com/v1.0/users?$skiptoken=a%2Bb", &from).is_ok());
        for link in ["https://elsewhere.example/v1.0/users", "/users", from.as_str()] {
            assert!(followed(link, &from).is_err(), "{link}");
        }
    }

    #[test]
    fn an_entry_with_gaps_is_still_a_user() {
        let entry: Entry<'_> =
            serde_json::from_str(r#"{"id":"1","userPrincipalName":"a_b.com#EXT#@t.com","mail":null,"new":{}}"#)
                .unwrap();
        let user = entry.user().unwrap();
        assert!(user.enabled && user.guest && user.mail.is_none());
        let nameless: Entry<'_> = serde_json::from_str("{}").unwrap();
        assert_eq!(nameless.user(), None);
    }
}
