//! The people of a directory: `GET /users`, page by page, whole or ([`delta`]) what has changed since.

pub(crate) mod delta;
mod entry;

use presync_http::text::Text;
use reqwest::Method;
use serde::Deserialize;
use url::Url;

pub use delta::{Change, Changes, DeltaLink, Removal};
use entry::Entry;
pub use entry::User;

use crate::access::{Access, Call};
use crate::error::Error;

/// The permission that reading the directory needs.
pub(crate) const ROLE: &str = "User.Read.All";

/// What is asked for of each person. The licences are not: they would be ten times the rest.
const FIELDS: &str = "id,displayName,userPrincipalName,mail,proxyAddresses,accountEnabled,userType,department";

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
    url.query_pairs_mut().append_pair("$select", FIELDS).append_pair("$top", &size.to_string());
    Ok(url)
}

async fn page(access: &Access, url: Url) -> Result<(Vec<User>, Option<String>), Error> {
    let call = Call { method: Method::GET, url, body: None, role: ROLE, weight: 0 };
    let answer = access.read(&call).await?;
    let page: Page<'_> = serde_json::from_slice(&answer.body)
        .map_err(|error| Error::Unreadable(format!("a page of users: {error}").into()))?;
    let users = page.value.into_iter().filter_map(Entry::user).collect();
    Ok((users, page.next.map(|link| link.as_str().to_owned())))
}

/// The address of the next page. Our token goes there, so it has to be the server that gave the link.
pub(crate) fn followed(link: &str, from: &Url) -> Result<Url, Error> {
    match Url::parse(link) {
        Ok(url) if url.origin() == from.origin() && url != *from => Ok(url),
        _ => Err(Error::Unreadable("the link to the next page leads elsewhere or nowhere".into())),
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
}
