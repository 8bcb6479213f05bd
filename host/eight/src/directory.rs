//! The users of an 8x8 customer: the Administration Users API, page by page.

use presync_core::id::EightUserId;
use presync_core::time::Timestamp;
use presync_http::text::Text;
use presync_http::transport::under;
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::access::{Access, Call};
use crate::error::Error;
use crate::product::Product;
use crate::scroll::{self, PAGE_SIZE, Page, Pagination};

/// An 8x8 user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// `basicInfo.userId`; it changes when a user moves to another site.
    pub id: EightUserId,
    /// The sign-in name, unique.
    pub user_name: String,
    /// The primary mail address; two users may have the same.
    pub email: Option<String>,
    /// The name under which another service signs the user in.
    pub federation_id: Option<String>,
    /// First and last name.
    pub display_name: String,
    /// Whether the user is in use.
    pub active: bool,
    /// The department, as the directory has it.
    pub department: Option<String>,
    /// Names of the call queues and ring groups that the user is a member of.
    pub queues: Vec<String>,
}

/// A user as a directory lists them, with the lines that other services know them by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) user: User,
    pub(crate) lines: Vec<Line>,
}

/// An extension of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The number, short and whole.
    pub(crate) numbers: Vec<String>,
    /// The name of its PBX: two of them may have the same numbers.
    pub(crate) pbx: Option<String>,
    /// Of 8x8 Work, and not of the contact centre.
    pub(crate) is_work: bool,
}

#[derive(Deserialize)]
struct UserPage<'a> {
    #[serde(borrow)]
    data: Vec<Entry<'a>>,
    #[serde(borrow, default)]
    pagination: Option<Pagination<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, default)]
    basic_info: BasicInfo<'a>,
    #[serde(borrow, default)]
    directory_info: Option<DirectoryInfo<'a>>,
    #[serde(borrow, default)]
    assignment_info: Option<AssignmentInfo<'a>>,
    #[serde(borrow, default)]
    service_info: Option<ServiceInfo<'a>>,
}

#[derive(Deserialize)]
struct ServiceInfo<'a> {
    #[serde(borrow, default)]
    extensions: Option<Vec<Extension<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extension<'a> {
    #[serde(borrow, default)]
    extension_number: Option<Text<'a>>,
    #[serde(borrow, default)]
    fq_extension_number: Option<Text<'a>>,
    #[serde(borrow, default)]
    extension_type: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Site<'a> {
    #[serde(borrow, default)]
    pbx_name: Option<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct BasicInfo<'a> {
    #[serde(borrow)]
    user_id: Option<Text<'a>>,
    #[serde(borrow)]
    user_name: Option<Text<'a>>,
    #[serde(borrow)]
    first_name: Option<Text<'a>>,
    #[serde(borrow)]
    last_name: Option<Text<'a>>,
    #[serde(borrow)]
    primary_email: Option<Text<'a>>,
    #[serde(borrow)]
    sso_federation_id: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    site: Option<Site<'a>>,
}

#[derive(Deserialize)]
struct DirectoryInfo<'a> {
    #[serde(borrow, default)]
    department: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentInfo<'a> {
    #[serde(borrow, default)]
    uc_call_queues: Option<Vec<Queue<'a>>>,
    #[serde(borrow, default)]
    ring_groups: Option<Vec<Queue<'a>>>,
}

#[derive(Deserialize)]
struct Queue<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
}

/// All users.
pub(crate) async fn users(access: &Access, api: &Url) -> Result<Vec<Listed>, Error> {
    scrolled(access, api, &[("pageSize", PAGE_SIZE)]).await
}

/// The users who have changed since then. Filtering by this field is not documented: [`Error::Refused`] with 400 when 8x8 does not.
pub(crate) async fn changed_since(access: &Access, api: &Url, since: Timestamp) -> Result<Vec<Listed>, Error> {
    let since = iso(since).ok_or_else(|| Error::Unreadable("a moment that no calendar has".into()))?;
    let filter = format!("basicInfo.lastUpdatedTime>={since}");
    let first = [("pageSize", PAGE_SIZE), ("filter", &*filter), ("sort", "+basicInfo.lastUpdatedTime")];
    scrolled(access, api, &first).await
}

async fn scrolled(access: &Access, api: &Url, first: &[(&str, &str)]) -> Result<Vec<Listed>, Error> {
    let url = under(api, &["admin-provisioning", "users"])?;
    let read = |body: &[u8], _| page(body);
    let (users, _) = scroll::all(access, Product::Directory, &url, first, read).await?;
    Ok(users)
}

/// A moment as 8x8 writes it; `None` when it is beyond the calendar.
pub(crate) fn iso(moment: Timestamp) -> Option<String> {
    let millis = i64::try_from(moment.as_millis()).ok()?;
    Some(format!("{:.3}", jiff::Timestamp::from_millisecond(millis).ok()?))
}

/// Whether the directory can be read: asks for one page of one user.
pub(crate) async fn probe(access: &Access, api: &Url) -> Result<(), Error> {
    let mut url = under(api, &["admin-provisioning", "users"])?;
    url.query_pairs_mut().append_pair("pageSize", "1");
    let call = Call { method: Method::GET, url, product: Product::Directory, body: None };
    let answer = access.read(&call).await?;
    page(&answer.body).map(|_| ())
}

fn page(body: &[u8]) -> Result<Page<Listed>, Error> {
    let page: UserPage<'_> =
        serde_json::from_slice(body).map_err(|error| Error::Unreadable(format!("a page of users: {error}").into()))?;
    let next = page.pagination.as_ref().and_then(Pagination::next);
    Ok(Page { entries: page.data.into_iter().filter_map(Entry::listed).collect(), next, cursor: None })
}

impl Entry<'_> {
    /// The user, unless the entry has no id.
    fn listed(self) -> Option<Listed> {
        let info = self.basic_info;
        let pbx = info.site.and_then(|site| owned(site.pbx_name));
        let extensions = self.service_info.into_iter().filter_map(|info| info.extensions).flatten();
        let lines = extensions.map(|extension| extension.line(pbx.as_ref())).collect();
        let names = [owned(info.first_name), owned(info.last_name)];
        let groups =
            self.assignment_info.into_iter().flat_map(|a| [a.uc_call_queues, a.ring_groups]).flatten().flatten();
        let user = User {
            id: EightUserId::from(info.user_id?.as_str()),
            user_name: owned(info.user_name).unwrap_or_default(),
            email: owned(info.primary_email),
            federation_id: owned(info.sso_federation_id),
            display_name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
            active: info.status.is_none_or(|status| !status.as_str().eq_ignore_ascii_case("INACTIVE")),
            department: self.directory_info.and_then(|info| owned(info.department)),
            queues: groups.filter_map(|group| owned(group.name)).collect(),
        };
        Some(Listed { user, lines })
    }
}

impl Extension<'_> {
    fn line(self, pbx: Option<&String>) -> Line {
        let is_work = self.extension_type.is_none_or(|kind| !kind.as_str().eq_ignore_ascii_case("CC"));
        let numbers = [self.extension_number, self.fq_extension_number].into_iter().filter_map(owned).collect();
        Line { numbers, pbx: pbx.cloned(), is_work }
    }
}

fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_users_is_read_with_all_that_may_be_missing() {
        let page = page(
            br#"{"data":[
                {"basicInfo":{"userId":"hvOB","userName":"jane@corp.com","firstName":"Jane","lastName":"Doe",
                    "primaryEmail":"jane@corp.com","status":"ACTIVE","scimProvider":null,"ssoFederationId":"jane.doe@corp.com",
                    "site":{"id":"S","name":"HQ","pbxName":"corpco01"}},
                 "directoryInfo":{"department":"Sales"},"serviceInfo":{"licenses":[],"extensions":[
                    {"id":"7","extensionNumber":"1001","fqExtensionNumber":"231001","extensionType":"UC","doNotDisturb":false},
                    {"id":"8","extensionNumber":"6001","extensionType":"CC"}]},
                 "assignmentInfo":{"ringGroups":[{"id":"a","name":"Reception"}],"ucCallQueues":[{"id":"b","name":"Sales CQ"}]}},
                {"basicInfo":{"userId":"x","status":"INACTIVE"},"directoryInfo":null,"assignmentInfo":{"ucCallQueues":null}},
                {"basicInfo":{}}],
              "pagination":{"pageSize":100,"hasMore":true,"nextScrollId":"opaque"}}"#,
        )
        .unwrap();
        assert_eq!(page.next.as_deref(), Some("opaque"));
        let [jane, other] = &page.entries[..] else { panic!("{page:?}") };
        let line = |numbers: &[&str], is_work| Line {
            numbers: numbers.iter().map(|number| (*number).to_owned()).collect(),
            pbx: Some("corpco01".to_owned()),
            is_work,
        };
        assert_eq!(jane.lines, [line(&["1001", "231001"], true), line(&["6001"], false)]);
        let (jane, other) = (&jane.user, &other.user);
        assert_eq!(
            (jane.display_name.as_str(), jane.department.as_deref(), jane.active),
            ("Jane Doe", Some("Sales"), true)
        );
        assert_eq!(jane.federation_id.as_deref(), Some("jane.doe@corp.com"));
        assert_eq!(jane.queues, ["Sales CQ", "Reception"]);
        assert!(!other.active && other.email.is_none());
    }
}
