//! An application as its owner registered it: how it proves who it is, where it may be sent back to, what it asks for.

use serde::{Deserialize, Serialize};

use super::{
    access::AppKind,
    permission::{Permission, Permissions},
};

/// The one audience of assertions that another identity provider makes.
pub(crate) const EXCHANGE: &str = "api://AzureADTokenExchange";

/// The registration of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registration {
    /// Whether the tenant knows it; if not, every sign-in ends in AADSTS700016. Consent by an administrator adds it.
    pub added: bool,
    /// Whether the tenant has switched it off: AADSTS7000112.
    pub disabled: bool,
    /// Whether it is a public client, which may send neither secret nor assertion.
    pub public: bool,
    /// Whether it runs in a browser: refresh tokens then hold for 24 hours only.
    pub single_page: bool,
    /// Whether its secret has run out: AADSTS7000222.
    pub secret_expired: bool,
    /// The permissions that it asks for by itself.
    pub roles: Vec<Permission>,
    /// The permissions that it asks of users.
    pub scopes: Vec<Permission>,
    /// Where a sign-in may lead back to. On loopback the port does not matter.
    pub redirect_uris: Vec<String>,
    /// The certificates that it may sign assertions with, as PEM.
    pub certificates: Vec<String>,
    /// The identity providers whose assertions are taken for its own.
    pub federated: Vec<Federated>,
}

/// An identity provider that an application trusts to speak for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Federated {
    /// The `iss` of its assertions.
    pub issuer: String,
    /// The `sub` of its assertions.
    pub subject: String,
    /// Its public RSA key, as PEM. The real service fetches it from the issuer; the simulator is told.
    pub public_key: String,
    /// When it was added; the time of the registration when absent.
    #[serde(default)]
    pub added_ms: Option<i64>,
}

impl Registration {
    /// What the simulator registers for one of its applications.
    pub(crate) fn of(kind: AppKind) -> Self {
        use Permission as P;
        let (roles, scopes) = match kind {
            AppKind::Read => (
                vec![P::PresenceReadAll, P::UserReadAll],
                vec![P::PresenceRead, P::PresenceReadAll, P::UserRead, P::UserReadBasicAll],
            ),
            AppKind::Write => (vec![P::PresenceReadWriteAll], vec![P::PresenceReadWrite]),
            AppKind::Other => (vec![P::PresenceReadAll, P::PresenceReadWriteAll], vec![P::PresenceReadWrite]),
        };
        Self {
            added: true,
            disabled: false,
            public: false,
            single_page: false,
            secret_expired: false,
            roles,
            scopes,
            redirect_uris: vec![
                String::from("http://localhost/signed-in"),
                String::from("https://presync.example/signed-in"),
            ],
            certificates: Vec::new(),
            federated: Vec::new(),
        }
    }

    /// The roles that consent gives it.
    pub(crate) fn roles(&self) -> Permissions {
        self.roles.iter().copied().filter(|role| role.is_application()).collect()
    }

    /// The delegated permissions that `/.default` stands for.
    pub(crate) fn scopes(&self) -> Permissions {
        self.scopes.iter().copied().filter(|scope| scope.is_delegated()).collect()
    }

    /// Whether a sign-in may lead back to `uri`.
    pub(crate) fn leads_back_to(&self, uri: &str) -> bool {
        let wanted = without_loopback_port(uri);
        self.redirect_uris.iter().any(|known| without_loopback_port(known) == wanted)
    }
}

/// On loopback the port is free to choose, and `127.0.0.1` is a name for `localhost`.
fn without_loopback_port(uri: &str) -> String {
    match url::Url::parse(uri) {
        Ok(mut url) if matches!(url.host_str(), Some("localhost" | "127.0.0.1")) => {
            // Both can fail only on an address without a host.
            let _ = url.set_port(None);
            let _ = url.set_host(Some("localhost"));
            url.into()
        }
        _ => String::from(uri),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_has_to_be_registered_to_the_letter_but_for_the_port_of_loopback() {
        let read = Registration::of(AppKind::Read);
        assert!(read.leads_back_to("https://presync.example/signed-in"));
        assert!(!read.leads_back_to("https://presync.example/signed-in/"));
        assert!(!read.leads_back_to("https://presync.example:8443/signed-in"));
        assert!(read.leads_back_to("http://127.0.0.1:49152/signed-in"));
        assert!(!read.leads_back_to("http://localhost:49152/elsewhere"));
    }

    #[test]
    fn roles_are_what_applications_can_hold() {
        let registration = Registration { roles: Permission::ALL.to_vec(), ..Registration::of(AppKind::Read) };
        assert!(!registration.roles().holds(Permission::PresenceRead));
        assert!(registration.roles().holds(Permission::PresenceReadWriteAll));
    }
}
