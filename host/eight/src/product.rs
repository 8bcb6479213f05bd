//! Which of 8x8's APIs is called: its name, its media type, and what to do when it lets us not in.

/// One of 8x8's APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    /// Users.
    Directory,
    /// What became of a change of a user.
    Operations,
    /// Who was deleted.
    Audit,
    /// Contact Search.
    Contacts,
    /// The partner API.
    Presence,
    /// The keys that deliveries to webhooks are signed with.
    Webhooks,
    /// Event Streaming.
    Stream,
    /// Work Analytics: what members of call queues do.
    Activity,
    /// The contact centre's agent statuses.
    Agents,
    /// The contact centre's realtime metrics.
    Realtime,
}

const ADD_PRODUCT: &str =
    "Add that API product to the app under API Keys in the 8x8 Admin Console; it takes effect within minutes";

impl Product {
    /// 8x8's name of it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Directory | Self::Operations => "administration",
            Self::Audit => "audit",
            Self::Contacts => "Contact Search",
            Self::Presence => "presence",
            Self::Webhooks => "Chat Gateway",
            Self::Stream => "Event Streaming",
            Self::Activity => "Work Analytics",
            Self::Agents => "Agent Status",
            Self::Realtime => "realtime metrics",
        }
    }

    /// Its own media type, version 1, where it has one.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Directory => "application/vnd.users.v1+json",
            Self::Operations => "application/vnd.operations.v1+json",
            Self::Presence => "application/vnd.presence.v1+json",
            Self::Audit
            | Self::Contacts
            | Self::Webhooks
            | Self::Stream
            | Self::Activity
            | Self::Agents
            | Self::Realtime => "application/json",
        }
    }

    /// What to do about a 403.
    pub(crate) const fn when_forbidden(self) -> &'static str {
        match self {
            Self::Directory | Self::Operations | Self::Presence | Self::Webhooks | Self::Audit | Self::Contacts => {
                ADD_PRODUCT
            }
            Self::Stream => {
                "Add the API product \"Pulsar Event Stream\" to the app under API Keys in the 8x8 Admin Console; it takes effect \
                 within minutes"
            }
            Self::Realtime => {
                "Add the API product \"analytics realtime-api\" to the app of `realtime.key` under API Keys in the 8x8 Admin \
                 Console (it takes effect within minutes), and check `realtime.tenant`"
            }
            Self::Activity => {
                "The user of `work.user` needs a licence with Analytics, the access level \"Analytics: Supervisor\" and access \
                 to this PBX"
            }
            Self::Agents => {
                "Agent Status is off unless 8x8 support enables \"Agent Status API\" for the tenant; check `agents.tenant` too"
            }
        }
    }

    /// What to do about a 401 that no new token can mend.
    pub(crate) const fn when_unauthorized(self) -> &'static str {
        match self {
            Self::Agents => {
                "Compare `agents.user` and `agents.token` with Configuration Manager, Integration, API Token (the Action \
                 Request Token): \"New Token\" there ends the old one at once"
            }
            Self::Activity => "If this stays for minutes, compare `work.key` with the app's key and check `work.user`",
            Self::Realtime => "If this stays for minutes, compare `realtime.key` and `realtime.secret` with the app's",
            Self::Presence | Self::Webhooks => {
                "If this stays for minutes, the app was revoked or belongs to another region: check `api`, the key and the secret"
            }
            Self::Stream => {
                "Compare the tenant's name in the settings with the one in the contact centre's Configuration Manager, and the key with \
                 the app's under API Keys in the 8x8 Admin Console"
            }
            Self::Directory | Self::Operations | Self::Audit | Self::Contacts => {
                "Compare `key` with the app's key under API Keys in the 8x8 Admin Console: it may have been revoked"
            }
        }
    }
}
