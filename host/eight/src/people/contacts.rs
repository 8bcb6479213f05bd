//! Contact Search: the directory that every customer has. Its users are the contacts of type `corporate`; it knows no queues.

use presync_core::id::EightUserId;
use presync_core::time::Timestamp;
use presync_http::text::Text;
use presync_http::transport::under;
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::access::{Access, Call};
use crate::directory::{Line, Listed, User};
use crate::error::Error;
use crate::product::Product;
use crate::scroll::{self, Later, Page};

/// Contacts in a page. 8x8 publishes no most.
const PAGE: &str = "500";

#[derive(Deserialize)]
struct Contacts<'a> {
    #[serde(borrow)]
    data: Vec<Contact<'a>>,
    #[serde(borrow, default)]
    meta: Option<Meta<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    #[serde(default)]
    has_more: Option<bool>,
    #[serde(borrow, default)]
    scroll_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contact<'a> {
    #[serde(borrow, default)]
    assigned_user_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    contact_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    department: Option<Text<'a>>,
    #[serde(borrow, default)]
    pbx_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    emails: Option<Vec<Email<'a>>>,
    #[serde(borrow, default)]
    extensions: Option<Vec<Extension<'a>>>,
}

#[derive(Deserialize)]
struct Email<'a> {
    #[serde(borrow, default)]
    email: Option<Text<'a>>,
    #[serde(default)]
    primary: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extension<'a> {
    #[serde(borrow, default)]
    extension: Option<Text<'a>>,
    #[serde(borrow, default)]
    fq_extension: Option<Text<'a>>,
    #[serde(borrow, default)]
    extension_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    pbx_name: Option<Text<'a>>,
}

/// All users, or those who have changed since a moment. Filtering by that is not documented: [`Error::Refused`] with 400 when
/// 8x8 does not.
pub(crate) async fn users(access: &Access, api: &Url, since: Option<Timestamp>) -> Result<Vec<Listed>, Error> {
    let url = under(api, &["directory-contacts", "api", "v3", "contacts"])?;
    let changed = since.map_or_else(String::new, |since| format!(";updatedTimestamp=ge={}", since.as_millis()));
    let filter = format!("contactType=='corporate'{changed}");
    let first = [
        ("details", "EMAIL,EXTENSION"),
        ("filter", &*filter),
        ("size", PAGE),
        ("sort", "id,ASC"),
        ("useScrollId", "true"),
    ];
    let read = |body: &[u8], _| page(body);
    let later = Later::With(&[("page", "0")]);
    let (users, _) = scroll::all_with(access, Product::Contacts, &url, &first, later, read).await?;
    Ok(users)
}

/// Whether contacts can be read: asks for one.
pub(crate) async fn probe(access: &Access, api: &Url) -> Result<(), Error> {
    let mut url = under(api, &["directory-contacts", "api", "v3", "contacts"])?;
    url.query_pairs_mut().extend_pairs([("filter", "contactType=='corporate'"), ("size", "1")]);
    let call = Call { method: Method::GET, url, product: Product::Contacts, body: None };
    let answer = access.read(&call).await?;
    page(&answer.body).map(|_| ())
}

fn page(body: &[u8]) -> Result<Page<Listed>, Error> {
    let page: Contacts<'_> = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("a page of contacts: {error}").into()))?;
    let next = page.meta.filter(|meta| meta.has_more != Some(false)).and_then(|meta| meta.scroll_id);
    let next = next.map(|id| id.as_str().to_owned()).filter(|id| !id.is_empty());
    Ok(Page { entries: page.data.into_iter().filter_map(Contact::listed).collect(), next, cursor: None })
}

impl Contact<'_> {
    /// The user, unless the contact is none.
    fn listed(self) -> Option<Listed> {
        if self.contact_type.is_some_and(|kind| !kind.as_str().eq_ignore_ascii_case("corporate")) {
            return None;
        }
        let emails = self.emails.unwrap_or_default();
        let primary = emails.iter().find(|email| email.primary == Some(true)).or_else(|| emails.first());
        let email = primary.and_then(|email| owned(email.email.as_ref()));
        let pbx = owned(self.pbx_name.as_ref());
        let lines = self.extensions.into_iter().flatten().map(|extension| extension.line(pbx.as_ref()));
        let user = User {
            id: EightUserId::from(owned(self.assigned_user_id.as_ref())?),
            federation_id: None,
            // Contacts have no sign-in name; nobody but an administrator could tell it.
            user_name: email.clone().unwrap_or_default(),
            email,
            display_name: owned(self.name.as_ref()).unwrap_or_default(),
            active: true,
            department: owned(self.department.as_ref()),
            queues: Vec::new(),
        };
        Some(Listed { user, lines: lines.collect() })
    }
}

impl Extension<'_> {
    fn line(self, pbx: Option<&String>) -> Line {
        let numbers = [&self.extension, &self.fq_extension].into_iter().filter_map(|text| owned(text.as_ref()));
        let is_work = self.extension_type.as_ref().is_none_or(|kind| !kind.as_str().eq_ignore_ascii_case("CC"));
        Line { numbers: numbers.collect(), pbx: owned(self.pbx_name.as_ref()).or_else(|| pbx.cloned()), is_work }
    }
}

fn owned(text: Option<&Text<'_>>) -> Option<String> {
    text.map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_the_corporate_contacts_with_an_id() {
        let page = page(
            br#"{"data":[
              {"id":"c1","assignedUserId":"u1","contactType":"corporate","name":"James Miller","department":"Support",
               "pbxName":"acmepbx","updatedTimestamp":1678182231575,
               "emails":[{"id":1,"email":"old@corp.com","primary":false},{"id":2,"email":"james@corp.com","primary":true}],
               "extensions":[{"id":3,"extension":"6001","fqExtension":"146001","extensionType":"CC","pbxName":"other"},
                             {"extension":"1001","extensionType":"UC"}]},
              {"id":"c2","assignedUserId":null,"contactType":"corporate"},{"id":"c3","assignedUserId":"rg","contactType":"service"}],
             "meta":{"hasMore":true,"scrollId":"WyI3"}}"#,
        )
        .unwrap();
        assert_eq!(page.next.as_deref(), Some("WyI3"));
        let [james] = &page.entries[..] else { panic!("{page:?}") };
        assert_eq!((james.user.id.as_str(), james.user.email.as_deref()), ("u1", Some("james@corp.com")));
        let [agent, work] = &james.lines[..] else { panic!("{james:?}") };
        assert_eq!((agent.numbers.len(), agent.pbx.as_deref(), agent.is_work), (2, Some("other"), false));
        assert_eq!((work.pbx.as_deref(), work.is_work), (Some("acmepbx"), true));
    }

    #[test]
    fn the_last_page_has_no_scroll_id() {
        assert_eq!(page(br#"{"data":[],"meta":{"hasMore":false,"scrollId":null}}"#).unwrap().next, None);
    }
}
