//! The users of an 8x8 customer: the Administration Users API, page by page.

use presync_core::id::EightUserId;
use presync_http::text::Text;
use presync_http::transport::under;
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::access::{Access, Call, Product};
use crate::error::Error;
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
    /// First and last name.
    pub display_name: String,
    /// Whether the user is in use.
    pub active: bool,
    /// The department, as the directory has it.
    pub department: Option<String>,
    /// Names of the call queues and ring groups that the user is a member of.
    pub queues: Vec<String>,
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
    status: Option<Text<'a>>,
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
pub(crate) async fn users(access: &Access, api: &Url) -> Result<Vec<User>, Error> {
    let url = under(api, &["admin-provisioning", "users"])?;
    let read = |body: &[u8], _| page(body);
    let (users, _) = scroll::all(access, Product::Directory, &url, &[("pageSize", PAGE_SIZE)], read).await?;
    Ok(users)
}

/// Whether the directory can be read: asks for one page of one user.
pub(crate) async fn probe(access: &Access, api: &Url) -> Result<(), Error> {
    let mut url = under(api, &["admin-provisioning", "users"])?;
    url.query_pairs_mut().append_pair("pageSize", "1");
    let call = Call { method: Method::GET, url, product: Product::Directory, body: None };
    let answer = access.read(&call).await?;
    page(&answer.body).map(|_| ())
}

fn page(body: &[u8]) -> Result<Page<User>, Error> {
    let page: UserPage<'_> =
        serde_json::from_slice(body).map_err(|error| Error::Unreadable(format!("a page of users: {error}").into()))?;
    let next = page.pagination.as_ref().and_then(Pagination::next);
    Ok(Page { entries: page.data.into_iter().filter_map(Entry::user).collect(), next, cursor: None })
}

impl Entry<'_> {
    /// The user, unless the entry has no id.
    fn user(self) -> Option<User> {
        let owned = |text: Option<Text<'_>>| text.map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty());
        let info = self.basic_info;
        let names = [owned(info.first_name), owned(info.last_name)];
        let groups =
            self.assignment_info.into_iter().flat_map(|a| [a.uc_call_queues, a.ring_groups]).flatten().flatten();
        Some(User {
            id: EightUserId::from(info.user_id?.as_str()),
            user_name: owned(info.user_name).unwrap_or_default(),
            email: owned(info.primary_email),
            display_name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
            active: info.status.is_none_or(|status| !status.as_str().eq_ignore_ascii_case("INACTIVE")),
            department: self.directory_info.and_then(|info| owned(info.department)),
            queues: groups.filter_map(|group| owned(group.name)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_users_is_read_with_all_that_may_be_missing() {
        let page = page(
            br#"{"data":[
                {"basicInfo":{"userId":"hvOB","userName":"jane@corp.com","firstName":"Jane","lastName":"Doe",
                    "primaryEmail":"jane@corp.com","status":"ACTIVE","scimProvider":null},
                 "directoryInfo":{"department":"Sales"},"serviceInfo":{"licenses":[]},
                 "assignmentInfo":{"ringGroups":[{"id":"a","name":"Reception"}],"ucCallQueues":[{"id":"b","name":"Sales CQ"}]}},
                {"basicInfo":{"userId":"x","status":"INACTIVE"},"directoryInfo":null,"assignmentInfo":{"ucCallQueues":null}},
                {"basicInfo":{}}],
              "pagination":{"pageSize":100,"hasMore":true,"nextScrollId":"opaque"}}"#,
        )
        .unwrap();
        assert_eq!(page.next.as_deref(), Some("opaque"));
        let [jane, other] = &page.entries[..] else { panic!("{page:?}") };
        assert_eq!(
            (jane.display_name.as_str(), jane.department.as_deref(), jane.active),
            ("Jane Doe", Some("Sales"), true)
        );
        assert_eq!(jane.queues, ["Sales CQ", "Reception"]);
        assert!(!other.active && other.email.is_none());
    }
}
