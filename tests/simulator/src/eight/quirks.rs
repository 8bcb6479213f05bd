//! Where 8x8's own documents contradict each other, and what nobody outside 8x8 knows: one switch each.
//!
//! The defaults are the reference's. A tenant's quirks are set when the simulator starts, by
//! [`Simulator::edit_eight_quirks`](crate::Simulator::edit_eight_quirks), or by `PATCH /admin/eight/quirks`.

use serde::{Deserialize, Serialize};

/// What a `PUT` of a user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UsersPut {
    /// It replaces the user, as the OpenAPI file defines.
    Implemented,
    /// 405: the guide says that it is not implemented.
    NotAllowed,
    /// 404: the gateway does not know the route.
    NotFound,
}

/// Which verb sets the status of many agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BulkVerb {
    /// `POST` and `PUT`.
    Both,
    /// `POST`, as in the OpenAPI file; `PUT` is 405.
    Post,
    /// `PUT`, as in the guide; `POST` is 405.
    Put,
}

/// The host that the agents' status is asked for at, told by the `Host` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AgentHost {
    /// Whatever reaches the simulator.
    Any,
    /// `vcc-{cluster}…`, as in the OpenAPI file; others are 404.
    Vcc,
    /// `{cluster}…`, as in the guide; `vcc-` is 404.
    Plain,
}

/// The code of an answer to too many requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TooMany {
    /// `TOO_MANY_REQUESTS`
    TooManyRequests,
    /// `RATE_LIMIT_EXCEEDED`
    RateLimitExceeded,
}

/// The code of an answer to a filter or a sort order that is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BadFilter {
    /// `VALIDATION_ERROR`, with the field.
    ValidationError,
    /// `INVALID_FILTER` and `INVALID_SORT`.
    InvalidFilter,
}

/// The layout of `agent-activity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActivityLayout {
    /// `{"agentActivity": […], "summary": {…}}`, as in the schema.
    Flat,
    /// `{"queuesAgentActivity": [{…, "agentActivity": […]}]}`, as in the example.
    Nested,
}

/// The key of the list of Work agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AgentsKey {
    /// `queueList`, as published.
    QueueList,
    /// `agentList`, as one would expect.
    AgentList,
}

/// How `AgentStatusChange` numbers states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Numbering {
    /// As the Agent Status API: 5 is working offline.
    Rest,
    /// As the diagram of the life cycle: 1 is logged in, 5 is available, 0 is logged out.
    LifeCycle,
}

/// The spelling of the path of contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ContactsPath {
    /// `directory-contacts`
    Hyphen,
    /// `directoryContacts`
    Camel,
}

/// The name of the product behind the Users API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UsersProduct {
    /// `UC & CC User Admin`
    Admin,
    /// `UC & CC User Management`
    Management,
}

/// The name of the attribute that carries the site in SCIM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SiteUrn {
    /// Either of the two.
    Either,
    /// `urn:ietf:params:scim:schemas:extension:8x8:1.1:User`
    Entra,
    /// `urn:8x8:scim:schemas:extension:8x8user:2.0:User`
    Help,
}

/// Where the Administration suite is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UsersBase {
    /// `/admin-provisioning/users`
    Suite,
    /// `/v1/users`, as in one sample.
    Version,
}

/// Every switch of one tenant's 8x8.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct EightQuirks {
    /// Contradiction 1. Default implemented.
    pub users_put: UsersPut,
    /// Whether a user name that is taken fails when the operation ends rather than at once. Default at once.
    pub duplicate_fails_later: bool,
    /// Contradiction 2. Default both.
    pub bulk_verb: BulkVerb,
    /// Contradiction 3. Default any.
    pub agent_host: AgentHost,
    /// Contradiction 4. Default `TOO_MANY_REQUESTS`.
    pub too_many: TooMany,
    /// Contradiction 5. Default `VALIDATION_ERROR`.
    pub bad_filter: BadFilter,
    /// Contradiction 6: whether the `next` link of a list carries `pageSize` beside `scrollId`. Default off.
    pub next_link_with_page_size: bool,
    /// Contradiction 7: the largest page of users, 1,000 or 100. Default 1,000.
    pub most_users_in_a_page: usize,
    /// Contradiction 8: whether delivery on a stream stops when nothing is acknowledged. Default on.
    pub acknowledgements_needed: bool,
    /// The host of the region that the tenant's events are at; a stream that is opened at another one connects and stays
    /// silent. Default none: every host is the right one.
    pub stream_host: Option<String>,
    /// Contradiction 9. Default as the Agent Status API.
    pub numbering: Numbering,
    /// Contradiction 10. Default flat.
    pub activity_layout: ActivityLayout,
    /// Contradiction 11. Default `queueList`.
    pub agents_key: AgentsKey,
    /// Contradiction 13. Default either.
    pub site_urn: SiteUrn,
    /// Contradiction 14. Default `directory-contacts`.
    pub contacts_path: ContactsPath,
    /// Contradiction 15. Default `UC & CC User Admin`.
    pub users_product: UsersProduct,
    /// Contradiction 16: whether the list of agents' statuses obeys `pageSize` and `pageIndex`. Default off.
    pub agents_in_pages: bool,
    /// Contradiction 17: whether an extension summary swaps `Email` and `UserName`. Default off.
    pub extension_summary_swapped: bool,
    /// Contradiction 18. Default the suite's address.
    pub users_base: UsersBase,
    /// Whether presence has an `ETag` and answers `If-None-Match` with 304. Default off: 8x8 publishes none.
    pub etags: bool,
    /// How long a scroll id holds, in milliseconds. Default 10 minutes; nobody publishes it.
    pub scroll_ms: i64,
    /// How long a product, a key or an organisation that was granted takes to work. Default 3 minutes.
    pub grant_lag_ms: i64,
    /// How long after it happened an audit record can be read. Default at once.
    pub audit_lag_ms: i64,
    /// How long after an answer the status is on call. Default at once.
    pub on_call_lag_ms: i64,
    /// How often presence is collected and shown to the outside, in milliseconds; 0 for at once. Default at once.
    /// 8x8's own synchronisation says 10 s.
    pub collected_every_ms: i64,
    /// By how much a collection can be late. Default 0.
    pub collected_jitter_ms: i64,
    /// How old the Realtime Metrics can be. Default 5 s, as published.
    pub realtime_refresh_ms: i64,
    /// Whether the customer has several Contact Center tenants, so that `X-Tenant-Info` must name one. Default on.
    pub several_cc_tenants: bool,
    /// How old an `observedTime` may be against the one before it and still count as newer. Default 0.
    pub stale_tolerance_ms: i64,
    /// Whether a published do not disturb keeps queue calls away. Default on.
    pub external_dnd_affects_routing: bool,
    /// The next answer with changes says `resyncRequired`. Default off; it goes off by itself.
    pub resync_next: bool,
}

impl Default for EightQuirks {
    fn default() -> Self {
        Self {
            users_put: UsersPut::Implemented,
            duplicate_fails_later: false,
            bulk_verb: BulkVerb::Both,
            agent_host: AgentHost::Any,
            too_many: TooMany::TooManyRequests,
            bad_filter: BadFilter::ValidationError,
            next_link_with_page_size: false,
            most_users_in_a_page: 1_000,
            acknowledgements_needed: true,
            stream_host: None,
            numbering: Numbering::Rest,
            activity_layout: ActivityLayout::Flat,
            agents_key: AgentsKey::QueueList,
            site_urn: SiteUrn::Either,
            contacts_path: ContactsPath::Hyphen,
            users_product: UsersProduct::Admin,
            agents_in_pages: false,
            extension_summary_swapped: false,
            users_base: UsersBase::Suite,
            etags: false,
            scroll_ms: 600_000,
            grant_lag_ms: 180_000,
            audit_lag_ms: 0,
            on_call_lag_ms: 0,
            collected_every_ms: 0,
            collected_jitter_ms: 0,
            realtime_refresh_ms: 5_000,
            several_cc_tenants: true,
            stale_tolerance_ms: 0,
            external_dnd_affects_routing: true,
            resync_next: false,
        }
    }
}
