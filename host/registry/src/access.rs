//! With whose rights a registry is called.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use oci_client::secrets::RegistryAuth;
use secrecy::{ExposeSecret, SecretString};

/// With whose rights a registry is called.
#[derive(Debug, Clone, Default)]
pub enum Access {
    /// Everybody's.
    #[default]
    Anonymous,
    /// A user's. Registries that hand out tokens give one for these.
    Basic {
        /// The user's name.
        user: String,
        /// The password, or the token that stands for one.
        password: SecretString,
    },
    /// Those of a token that the registry itself takes.
    Token(SecretString),
}

/// Why Docker's file of logins cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// It cannot be read.
    #[error("Docker's logins in {} cannot be read: {source}; check its rights, or name another folder in DOCKER_CONFIG", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what Docker writes.
    #[error("Docker's logins in {} are damaged ({reason}); log in again with `docker login {registry}`", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
        /// Whose login was looked for.
        registry: String,
    },
    /// The program that keeps the passwords did not give one.
    #[error(
        "Docker's logins in {} name a helper for {registry} that gave nothing usable ({reason}); run `docker login {registry}` again, or \
         give user and password themselves", path.display()
    )]
    Helper {
        /// Which file.
        path: PathBuf,
        /// What the helper did.
        reason: String,
        /// Whose login was looked for.
        registry: String,
    },
    /// A login of a kind that cannot be used here.
    #[error(
        "Docker's login for {registry} in {} is an identity token, which presync cannot exchange; give user and password (or an access \
         token) themselves", path.display()
    )]
    IdentityToken {
        /// Which file.
        path: PathBuf,
        /// Whose login was looked for.
        registry: String,
    },
}

impl Access {
    /// The rights that Docker or a tool like it was given for this registry with `docker login`; everybody's when there are none.
    ///
    /// Blocks, and may run the helper that keeps Docker's passwords.
    ///
    /// # Errors
    /// When there are rights that cannot be used.
    pub fn of_docker(file: &Path, registry: &str) -> Result<Self, AccessError> {
        let path = || file.to_owned();
        let opened = match File::open(file) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Anonymous),
            Err(source) => return Err(AccessError::Unreadable { path: path(), source }),
        };
        let registry = if registry == "docker.io" { "https://index.docker.io/v1/" } else { registry };
        let name = || registry.to_owned();
        match get_credential_from_reader(opened, registry) {
            Ok(DockerCredential::UsernamePassword(user, password)) => {
                Ok(Self::Basic { user, password: password.into() })
            }
            Ok(DockerCredential::IdentityToken(token)) => {
                drop(SecretString::from(token));
                Err(AccessError::IdentityToken { path: path(), registry: name() })
            }
            Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(Self::Anonymous),
            // The helpers' way to say that they keep nothing for this registry.
            Err(CredentialRetrievalError::HelperFailure { stdout, .. }) if stdout.contains("credentials not found") => {
                Ok(Self::Anonymous)
            }
            // What a helper printed may hold what it keeps.
            Err(CredentialRetrievalError::HelperFailure { helper, .. }) => {
                Err(AccessError::Helper { path: path(), reason: format!("{helper} failed"), registry: name() })
            }
            Err(
                error @ (CredentialRetrievalError::HelperCommunicationError
                | CredentialRetrievalError::MalformedHelperResponse),
            ) => Err(AccessError::Helper { path: path(), reason: error.to_string(), registry: name() }),
            Err(error) => Err(AccessError::Damaged { path: path(), reason: error.to_string(), registry: name() }),
        }
    }

    /// Where Docker keeps its logins: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. `None` when neither is known.
    pub fn docker_file() -> Option<PathBuf> {
        let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker"));
        folder.or_else(home).map(|folder| folder.join("config.json"))
    }

    /// As words in a message.
    pub(crate) fn described(&self) -> String {
        match self {
            Self::Anonymous => "without a login".to_owned(),
            Self::Basic { user, .. } => format!("as {}", user.escape_debug()),
            Self::Token(_) => "with the token given".to_owned(),
        }
    }

    pub(crate) fn for_client(&self) -> RegistryAuth {
        match self {
            Self::Anonymous => RegistryAuth::Anonymous,
            Self::Basic { user, password } => RegistryAuth::Basic(user.clone(), password.expose_secret().to_owned()),
            Self::Token(token) => RegistryAuth::Bearer(token.expose_secret().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_up(config: &str, registry: &str) -> Result<Access, AccessError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        std::fs::write(&file, config).unwrap();
        Access::of_docker(&file, registry)
    }

    #[test]
    fn a_login_of_docker_is_found_and_its_password_is_shown_to_nobody() {
        // "ann:pass-word" in base64.
        let config = r#"{"auths": {"registry.example:5000": {"auth": "YW5uOnBhc3Mtd29yZA=="}}}"#;
        let access = looked_up(config, "registry.example:5000").unwrap();
        assert!(matches!(&access, Access::Basic { user, password }
            if user == "ann" && password.expose_secret() == "pass-word"));
        let shown = format!("{access:?} {} {:?}", access.described(), access.for_client());
        assert!(!shown.contains("pass-word") && shown.contains("ann"), "{shown}");
    }

    #[test]
    fn without_a_login_the_rights_are_everybodys() {
        let config = r#"{"auths": {"registry.example": {"auth": "YW5uOnBhc3Mtd29yZA=="}}}"#;
        assert!(matches!(looked_up(config, "other.example"), Ok(Access::Anonymous)));
        assert!(matches!(looked_up("{}", "registry.example"), Ok(Access::Anonymous)));
        assert!(matches!(Access::of_docker(Path::new("/nowhere/config.json"), "a"), Ok(Access::Anonymous)));
    }

    #[test]
    fn a_login_that_cannot_be_used_is_an_error_and_not_a_call_without_one() {
        let token = r#"{"auths": {"a.example": {"identitytoken": "secret-token"}}}"#;
        let error = looked_up(token, "a.example").unwrap_err().to_string();
        assert!(error.contains("is an identity token") && !error.contains("secret-token"), "{error}");
        let damaged = looked_up(r#"{"auths": {"a.example": {"auth": "%"}}}"#, "a.example").unwrap_err();
        assert!(matches!(damaged, AccessError::Damaged { .. }), "{damaged}");
        assert!(matches!(looked_up("not JSON", "a.example"), Err(AccessError::Damaged { .. })));
        let helper = looked_up(r#"{"credsStore": "that-nobody-has"}"#, "a.example").unwrap_err();
        assert!(matches!(helper, AccessError::Helper { .. }), "{helper}");
    }
}
