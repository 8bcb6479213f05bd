//! The states that Entra's refusals come down to.

/// Why Entra refused a token or a consent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignInProblem {
    /// Nobody has consented for this user or directory.
    #[error(
        "consent is needed: nobody has allowed this app to act here yet. The sync user can allow it at his next sign-in, if the \
         directory lets users consent; else an Entra administrator grants it with the consent link"
    )]
    ConsentNeeded,
    /// Only an administrator may consent.
    #[error(
        "admin consent is needed: this directory lets only administrators allow apps. An Entra administrator opens the consent \
         link, accepts, and the sign-in is tried again"
    )]
    AdminConsentNeeded,
    /// The request waits for an administrator's review.
    #[error(
        "admin consent is pending: the request waits for an administrator of this directory. He finds it in the Entra admin center \
         under Enterprise applications > Admin consent requests"
    )]
    AdminConsentPending,
    /// Somebody was asked and said no.
    #[error(
        "consent was declined: the permissions were shown and not accepted. Nothing has changed; open the consent link again, as \
         somebody who may accept them"
    )]
    ConsentDeclined,
    /// The registration does not list the permissions that are asked for.
    #[error(
        "the app registration lacks the permissions that presync asks for. Whoever owns it adds them under App registrations > the \
         app > API permissions, then an Entra administrator grants consent once more"
    )]
    PermissionsNotListed,
    /// Microsoft Graph, or the app itself, has no service principal in the directory.
    #[error(
        "this directory has no subscription to the service that the app asks for. An Entra administrator checks that the directory \
         has Microsoft 365 and lists Microsoft Graph under Enterprise applications"
    )]
    ServiceMissing,
    /// The app is not in the directory.
    #[error(
        "the directory does not know this app. Either an Entra administrator of that directory has not consented to it yet, and \
         does so with the consent link, or `client_id` or `directory` is wrong in the settings"
    )]
    UnknownApp,
    /// The app is for assigned users only.
    #[error(
        "the sync user is not assigned to the app. An Entra administrator assigns him under Enterprise applications > the app > \
         Users and groups, or switches \"Assignment required\" off under Properties"
    )]
    AssignmentNeeded,
    /// The app is switched off.
    #[error(
        "the app is disabled in this directory. An Entra administrator switches \"Enabled for users to sign-in\" on under Enterprise \
         applications > the app > Properties"
    )]
    AppDisabled,
    /// Another secret than the app's.
    #[error(
        "the client secret is wrong. Put the secret's *value* into the settings, not its id; if it is lost, make a new one under \
         App registrations > the app > Certificates & secrets"
    )]
    WrongSecret,
    /// A secret past its end.
    #[error(
        "the client secret has expired. Whoever owns the app makes a new one under App registrations > the app > Certificates & \
         secrets and puts its value into the settings"
    )]
    ExpiredSecret,
    /// The assertion's certificate is unknown, expired or of another app.
    #[error(
        "the certificate was not accepted: expired, or not the one that the app registration holds. Whoever owns the app uploads the \
         certificate in use under App registrations > the app > Certificates & secrets, and checks this machine's clock"
    )]
    CertificateRejected,
    /// A confidential app that proved nothing.
    #[error(
        "the app proved nothing: Entra wants a secret or a certificate from it. Put one into the settings, or allow public client \
         flows under App registrations > the app > Authentication"
    )]
    CredentialMissing,
    /// A public app that sent a secret.
    #[error(
        "the app is registered as a public client, which must not send a secret. Register the redirect address as a Web platform \
         under App registrations > the app > Authentication"
    )]
    CredentialUnexpected,
    /// No federated credential fits the assertion.
    #[error(
        "no federated credential of the app fits the assertion. One that was just added takes some minutes; else compare issuer, \
         subject and audience (api://AzureADTokenExchange) under App registrations > the app > Certificates & secrets"
    )]
    FederationUnmatched,
    /// The assertion is of a kind that Entra does not take.
    #[error(
        "the federated assertion is no token that Entra takes. The file must hold a token of the identity provider that the app's \
         federated credential names, not one of Entra itself"
    )]
    FederationRejected,
    /// The code or its verifier is used up, too old or not ours.
    #[error(
        "the sign-in has come to nothing: its code is used up, too old or from another sign-in. Start the sign-in once more"
    )]
    SignInBroken,
    /// The refresh token was not used for too long, or reached the age that policy sets.
    #[error(
        "the sync user's sign-in has expired, from lack of use or by the directory's sign-in frequency. Sign in as the sync user \
         once more"
    )]
    SignInExpired,
    /// Somebody revoked the user's sign-ins, or his password was changed or reset.
    #[error(
        "the sync user's sign-in was revoked, by an administrator or by a new password. Sign in as the sync user once more"
    )]
    SignInRevoked,
    /// Entra wants to see the user.
    #[error(
        "Entra wants the sync user himself, for a second factor or a prompt. Sign in as the sync user once more; an administrator \
         can exempt him with a Conditional Access policy of his own"
    )]
    InteractionNeeded,
    /// Conditional Access said no.
    #[error(
        "a policy of the directory blocks this sign-in. An Entra administrator finds the policy under Sign-in logs > the attempt > \
         Conditional Access, and exempts the app or the sync user"
    )]
    BlockedByPolicy,
    /// The account is switched off.
    #[error(
        "the sync user's account is disabled. An Entra administrator enables it under Users > the sync user > Properties"
    )]
    AccountDisabled,
    /// The password is past its end.
    #[error("the sync user's password has expired. Set a new one, then sign in as the sync user once more")]
    PasswordExpired,
    /// No such account.
    #[error(
        "there is no such account in this directory. Sign in with the sync user's full name, such as sync@corp.com"
    )]
    UnknownAccount,
    /// An account of another directory.
    #[error(
        "wrong directory: the account that signed in belongs to another one. Sign in with an account of the directory that the \
         settings name, or correct `directory`"
    )]
    WrongDirectory,
    /// The redirect address is not registered.
    #[error(
        "the redirect address is not registered. Whoever owns the app adds exactly this service's address under App registrations > \
         the app > Authentication > Web"
    )]
    RedirectUnknown,
    /// What was asked for cannot be asked for.
    #[error(
        "the scope cannot be asked for: it must be Microsoft Graph of this tenant's own cloud. Check `cloud` in the settings; if it \
         is right, this is a mistake of presync"
    )]
    WrongScope,
    /// No such directory.
    #[error(
        "there is no such directory. Check `directory` in the settings: it is the \"Tenant ID\" on the overview page of the Entra \
         admin center"
    )]
    UnknownDirectory,
    /// The directory is in another national cloud.
    #[error("the directory is in another of Microsoft's clouds. Set `cloud` to the one where this directory lives")]
    OtherCloud,
    /// The app is for its own directory only.
    #[error(
        "the app is registered for its own directory alone. Name that directory in the settings, or whoever owns the app makes it \
         multitenant under App registrations > the app > Authentication"
    )]
    NotMultitenant,
    /// The grant needs a directory of its own.
    #[error("apps sign in to one directory, not to \"common\". Set `directory` to the tenant's id")]
    DirectoryNotNamed,
    /// Too many equal requests.
    #[error(
        "Entra took presync's requests for a loop and stopped them. It passes after some minutes; if it comes back, something runs \
         twice with the same app"
    )]
    TooManyRequests,
    /// Trouble of Entra's own.
    #[error("Entra is in trouble for a moment; this passes by itself")]
    Passing,
    /// Any other refusal.
    #[error(
        "Entra refused with {error}, which presync does not know more about. The link says what Microsoft has to say of it"
    )]
    Other {
        /// OAuth's word, such as `invalid_client`.
        error: Box<str>,
    },
}

/// What mends a [`SignInProblem`], and so what a page offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// An Entra administrator opens the consent link.
    GrantConsent,
    /// Nothing but to wait for an administrator's answer.
    AwaitConsent,
    /// The sync user signs in again.
    SignInAgain,
    /// Whoever owns the app registration changes it, or its secret or certificate.
    MendApp,
    /// Whoever keeps presync's settings corrects them.
    MendSettings,
    /// An Entra administrator changes the directory: a policy, an account, an assignment.
    MendDirectory,
    /// It passes by itself.
    Wait,
    /// Microsoft's own page about the code.
    LookUp,
}

impl SignInProblem {
    /// The problem behind an AADSTS number; where there is none that we know, behind OAuth's word.
    pub(crate) fn of(error: &str, code: Option<u32>) -> Self {
        code.and_then(Self::numbered)
            .or_else(|| Self::worded(error))
            .unwrap_or_else(|| Self::Other { error: error.into() })
    }

    /// The problem behind an AADSTS number.
    fn numbered(code: u32) -> Option<Self> {
        Some(match code {
            65_001 | 90_008 | 90_099 => Self::ConsentNeeded,
            90_093 | 90_094 => Self::AdminConsentNeeded,
            90_095 => Self::AdminConsentPending,
            65_004 => Self::ConsentDeclined,
            65_005 | 650_054 | 650_056 | 650_057 => Self::PermissionsNotListed,
            500_011 | 650_052 => Self::ServiceMissing,
            700_011 | 700_016 => Self::UnknownApp,
            50_105 => Self::AssignmentNeeded,
            70_001 | 1_000_031 | 7_000_112 => Self::AppDisabled,
            70_002 | 7_000_215 => Self::WrongSecret,
            7_000_222 => Self::ExpiredSecret,
            50_012 | 700_027 | 700_030 => Self::CertificateRejected,
            7_000_218 => Self::CredentialMissing,
            700_025 => Self::CredentialUnexpected,
            70_021 => Self::FederationUnmatched,
            700_229 => Self::FederationRejected,
            50_089 | 50_147 | 54_005 | 70_000 | 70_008 | 501_481 | 501_491 | 700_005 => Self::SignInBroken,
            70_043 | 700_082 | 700_084 => Self::SignInExpired,
            50_133 | 50_173 => Self::SignInRevoked,
            50_072 | 50_074 | 50_076 | 50_078 | 50_079 => Self::InteractionNeeded,
            50_131 | 53_000 | 53_003 | 530_032 => Self::BlockedByPolicy,
            50_057 => Self::AccountDisabled,
            50_055 => Self::PasswordExpired,
            50_034 => Self::UnknownAccount,
            50_020 => Self::WrongDirectory,
            50_011 | 900_971 => Self::RedirectUnknown,
            28_002 | 70_011 | 700_022 | 901_002 => Self::WrongScope,
            90_002 => Self::UnknownDirectory,
            90_038 => Self::OtherCloud,
            50_194 => Self::NotMultitenant,
            50_059 | 90_019 | 9_001_023 => Self::DirectoryNotNamed,
            50_196 => Self::TooManyRequests,
            50_033 | 90_006 | 90_024 | 90_055 => Self::Passing,
            _ => return None,
        })
    }

    /// The problem behind OAuth's word alone.
    fn worded(error: &str) -> Option<Self> {
        Some(match error {
            "access_denied" | "permission_denied" => Self::ConsentDeclined,
            "consent_required" => Self::ConsentNeeded,
            "interaction_required" | "login_required" => Self::InteractionNeeded,
            "invalid_grant" => Self::SignInBroken,
            "server_error" | "temporarily_unavailable" => Self::Passing,
            _ => return None,
        })
    }

    /// What mends it.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::ConsentNeeded | Self::AdminConsentNeeded | Self::ConsentDeclined | Self::UnknownApp => {
                Remedy::GrantConsent
            }
            Self::AdminConsentPending => Remedy::AwaitConsent,
            Self::SignInBroken
            | Self::SignInExpired
            | Self::SignInRevoked
            | Self::InteractionNeeded
            | Self::PasswordExpired
            | Self::UnknownAccount
            | Self::WrongDirectory => Remedy::SignInAgain,
            Self::PermissionsNotListed
            | Self::WrongSecret
            | Self::ExpiredSecret
            | Self::CertificateRejected
            | Self::CredentialUnexpected
            | Self::FederationUnmatched
            | Self::RedirectUnknown
            | Self::NotMultitenant => Remedy::MendApp,
            Self::CredentialMissing
            | Self::FederationRejected
            | Self::WrongScope
            | Self::UnknownDirectory
            | Self::OtherCloud
            | Self::DirectoryNotNamed => Remedy::MendSettings,
            Self::ServiceMissing
            | Self::AssignmentNeeded
            | Self::AppDisabled
            | Self::BlockedByPolicy
            | Self::AccountDisabled => Remedy::MendDirectory,
            Self::TooManyRequests | Self::Passing => Remedy::Wait,
            Self::Other { .. } => Remedy::LookUp,
        }
    }
}
