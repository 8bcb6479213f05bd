//! The endpoints that can fail by themselves, and that are counted by themselves.

use serde::{Deserialize, Serialize};

use crate::state::ledger::Limited;

/// An endpoint that can fail by itself, and that is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Endpoint {
    /// Entra: `POST /{directory}/oauth2/v2.0/token`
    EntraToken,
    /// Entra: `GET /{directory}/oauth2/v2.0/authorize`
    EntraAuthorize,
    /// Entra: `GET /{directory}/adminconsent` and `/v2.0/adminconsent`
    EntraConsent,
    /// Graph: `GET /oidc/userinfo`
    UserInfo,
    /// Graph: `GET /users`
    ListUsers,
    /// Graph: `POST /communications/getPresencesByUserId`
    GetPresences,
    /// Graph: `GET /users/{id}/presence`
    GetPresence,
    /// Graph: `POST /users/{id}/presence/setPresence`
    SetPresence,
    /// Graph: `POST /users/{id}/presence/clearPresence`
    ClearPresence,
    /// Graph: `POST /users/{id}/presence/setUserPreferredPresence`
    SetPreferred,
    /// Graph: `POST /users/{id}/presence/clearUserPreferredPresence`
    ClearPreferred,
    /// Graph: `POST /users/{id}/presence/setStatusMessage`
    SetStatusMessage,
    /// Graph: `/subscriptions` and beneath
    Subscriptions,
    /// Graph: the four actions on where somebody works, such as `POST /me/presence/setManualLocation`
    WorkLocation,
    /// Graph: `POST /$batch`, as a whole
    Batch,
    /// Graph: `GET /users/delta`
    UsersDelta,
    /// Graph: `GET /users/{id}/mailboxSettings` and beneath
    Mailbox,
    /// 8x8: `POST /oauth/v2/token`
    EightToken,
    /// 8x8: `GET /admin-provisioning/users`
    EightUsers,
    /// 8x8: `GET /presence/v1/users`
    EightSnapshot,
    /// 8x8: `GET /presence/v1/changes`
    EightChanges,
    /// 8x8: `POST /presence/v1/publications/bulk`
    Publish,
    /// 8x8: `DELETE /presence/v1/publications/{userId}`
    Unpublish,
    /// 8x8: `POST /analytics/work/v1/oauth/token`
    AnalyticsToken,
    /// 8x8: `GET /analytics/work/v2/pbxes` and what is below it
    AnalyticsLists,
    /// 8x8: `GET /analytics/work/v2/pbxes/{pbxId}/agent-activity`
    AgentActivity,
    /// 8x8: `GET /analytics/work/v2/pbxes/{pbxId}/queue-agent-activity`
    QueueActivity,
    /// 8x8: `GET /api/v1/tenants/{tenantId}/agentstatus/agents`
    AgentStatusRead,
    /// 8x8: `PUT /api/v1/tenants/{tenantId}/agentstatus/agents/{agentId}` and `…/bulk`
    AgentStatusWrite,
    /// 8x8: `GET /analytics/cc/v5/realtime-metrics/agents`
    Realtime,
    /// 8x8: `POST`, `PUT` and `DELETE` of `/admin-provisioning/users`, and `GET /admin-provisioning/operations`
    EightUserWrite,
    /// 8x8: `GET /admin-provisioning/ring-groups`
    RingGroups,
    /// 8x8: `GET /directory-contacts/api/v3/contacts`
    Contacts,
    /// 8x8: `GET /administration/audit/v1/audits`
    Audits,
    /// 8x8: `/chat-gateway/v1/webhooks` and `/presence/v1/webhooks`
    Webhooks,
}

impl Endpoint {
    /// Every endpoint there is.
    pub const ALL: [Self; 35] = [
        Self::EntraToken,
        Self::EntraAuthorize,
        Self::EntraConsent,
        Self::UserInfo,
        Self::ListUsers,
        Self::GetPresences,
        Self::GetPresence,
        Self::SetPresence,
        Self::ClearPresence,
        Self::SetPreferred,
        Self::ClearPreferred,
        Self::SetStatusMessage,
        Self::Subscriptions,
        Self::WorkLocation,
        Self::Batch,
        Self::UsersDelta,
        Self::Mailbox,
        Self::EightToken,
        Self::EightUsers,
        Self::EightSnapshot,
        Self::EightChanges,
        Self::Publish,
        Self::Unpublish,
        Self::AnalyticsToken,
        Self::AnalyticsLists,
        Self::AgentActivity,
        Self::QueueActivity,
        Self::AgentStatusRead,
        Self::AgentStatusWrite,
        Self::Realtime,
        Self::EightUserWrite,
        Self::RingGroups,
        Self::Contacts,
        Self::Audits,
        Self::Webhooks,
    ];

    /// Its name in rules and in JSON: `getPresences`.
    pub(crate) fn name(self) -> String {
        let text = format!("{self:?}");
        let (first, rest) = text.split_at(1);
        first.to_lowercase() + rest
    }

    /// Which limit of Graph's it counts against, beside the one on everything.
    pub(crate) const fn limit_of_graph(self) -> Option<Limited> {
        match self {
            Self::ListUsers | Self::UsersDelta => Some(Limited::GraphDirectory),
            Self::Subscriptions => Some(Limited::GraphSubscriptions),
            presence if presence.is_presence() => Some(Limited::GraphPresence),
            _ => None,
        }
    }

    /// Whether Graph counts it against the budget for presence.
    pub(crate) const fn is_presence(self) -> bool {
        matches!(
            self,
            Self::GetPresences
                | Self::GetPresence
                | Self::SetPresence
                | Self::ClearPresence
                | Self::SetPreferred
                | Self::ClearPreferred
                | Self::SetStatusMessage
                | Self::WorkLocation
        )
    }
}
