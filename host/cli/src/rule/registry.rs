//! How the commands that call a registry are told where it is and who calls.

use anyhow::{Context, Result, bail};
use clap::Args;
use presync_registry::oci::Calls;
use presync_registry::{Access, Reference, Remote};
use secrecy::SecretString;

/// A place in a registry, and the rights to it.
#[derive(Debug, Args)]
pub(super) struct RegistryArgs {
    /// The rule's address: oci://host[:port]/name:tag
    #[arg(value_name = "oci://…")]
    pub(super) reference: String,
    /// The user, where Docker's logins (`docker login`) are not to be used
    #[arg(long, value_name = "NAME", requires = "password", conflicts_with = "token")]
    user: Option<String>,
    /// Where the user's password is: env:NAME or file:PATH
    #[arg(long, value_name = "REFERENCE", requires = "user")]
    password: Option<String>,
    /// Where a token for the registry is, instead of a user: env:NAME or file:PATH
    #[arg(long, value_name = "REFERENCE")]
    token: Option<String>,
    /// Call a registry that is not on this machine without encryption
    #[arg(long)]
    plain_http: bool,
}

impl RegistryArgs {
    /// The rule in its registry. Reads files, and may run Docker's helper for passwords.
    pub(super) fn remote(&self) -> Result<Remote> {
        let named = || format!("{} is no address of a rule", without_login(&self.reference));
        let reference: Reference = self.reference.parse().with_context(named)?;
        let access = self.access(reference.registry())?;
        let calls = Calls { plain_http: self.plain_http, ..Calls::default() };
        Ok(Remote::new(reference, access, calls)?)
    }

    fn access(&self, registry: &str) -> Result<Access> {
        if let Some(token) = &self.token {
            return Ok(Access::Token(secret("--token", token)?));
        }
        if let (Some(user), Some(password)) = (&self.user, &self.password) {
            return Ok(Access::Basic { user: user.clone(), password: secret("--password", password)? });
        }
        match Access::docker_file() {
            Some(file) => Ok(Access::of_docker(&file, registry)?),
            None => Ok(Access::Anonymous),
        }
    }
}

/// An address, without what stands before an `@` in the place of its host.
fn without_login(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    match host.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}/{path}"),
        None => address.to_owned(),
    }
}

/// The secret that an option refers to.
fn secret(option: &str, reference: &str) -> Result<SecretString> {
    let text = match reference.split_once(':') {
        Some(("env", name)) => std::env::var(name).with_context(|| {
            format!("{option} refers to the variable {name} of the environment, which is not set or no text")
        })?,
        Some(("file", path)) => {
            std::fs::read_to_string(path).with_context(|| format!("{option} refers to {path}, which cannot be read"))?
        }
        _ => bail!(
            "{option} takes a reference, env:NAME or file:PATH: a secret on the command line can be seen by everybody on this machine"
        ),
    };
    let trimmed = text.trim_end_matches(['\r', '\n']);
    if trimmed.is_empty() {
        bail!("{option} refers to {reference}, which is empty");
    }
    Ok(trimmed.to_owned().into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn args(reference: &str) -> RegistryArgs {
        RegistryArgs { reference: reference.into(), user: None, password: None, token: None, plain_http: false }
    }

    #[test]
    fn a_secret_is_read_from_where_it_is_kept() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "pass-word\n").unwrap();
        let reference = format!("file:{}", file.path().display());
        assert_eq!(secret("--password", &reference).unwrap().expose_secret(), "pass-word");
        std::fs::write(file.path(), "\n").unwrap();
        assert!(secret("--password", &reference).unwrap_err().to_string().contains("which is empty"));
        let unset = format!("{:#}", secret("--token", "env:PRESYNC_TEST_UNSET").unwrap_err());
        assert!(unset.contains("--token refers to the variable PRESYNC_TEST_UNSET"), "{unset}");
    }

    #[test]
    fn a_secret_itself_is_refused_and_not_repeated() {
        let error = secret("--password", "hunter2").unwrap_err().to_string();
        assert!(error.contains("env:NAME or file:PATH") && !error.contains("hunter2"), "{error}");
        let error = format!("{:#}", args("oci://ann:hunter2@host/rule:1").remote().unwrap_err());
        assert!(error.starts_with("oci://…@host/rule:1 is no address of a rule: it holds a user"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn what_is_no_address_is_said_to_be_none() {
        let error = format!("{:#}", args("acme/rule").remote().unwrap_err());
        assert!(error.contains("acme/rule is no address of a rule: it does not begin with `oci://`"), "{error}");
    }
}
