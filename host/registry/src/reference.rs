//! The address of a rule in a registry: `oci://host[:port]/name[:tag][@sha256:…]`.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::digest::{Digest, NoDigest};

const SCHEME: &str = "oci://";

/// Where a rule is kept. It has a tag, a digest or both; with a digest, the tag is there for people to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// A text that is no address of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// Another kind of address, or none.
    #[error("it does not begin with `oci://`; one looks like oci://registry.example/acme/dnd-routing:1.2")]
    Scheme,
    /// Holds a user, and perhaps a password. The text is not repeated.
    #[error(
        "it holds a user or a password, which would end up in logs; leave them out and give them beside it (for presync's commands \
         `--user` with `--password env:NAME`, or `docker login`)"
    )]
    Credentials,
    /// No host that can be called.
    #[error(
        "`{0}` is no registry: a host is expected, with a port if it needs one, such as registry.example or 10.0.0.7:5000"
    )]
    Registry(String),
    /// No name that a registry takes.
    #[error(
        "`{0}` is no name in a registry: small letters and digits are expected, divided by one of . _ - or by /, at most 255 of them, \
         such as acme/dnd-routing"
    )]
    Repository(String),
    /// No tag that a registry takes.
    #[error("`{0}` is no tag: letters, digits, . _ and - are expected, at most 128, the first no . or -; such as 1.2")]
    Tag(String),
    /// A digest that is none, or of another kind.
    #[error(transparent)]
    Digest(#[from] NoDigest),
    /// No tag and no digest. There is no "latest": what runs is to be somebody's decision.
    #[error("it names no version; add a tag such as `:1.2`, or a digest, `@sha256:…`")]
    Version,
}

// === impl Reference ===

impl Reference {
    /// The host, with its port if it has one.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The tag.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest that it insists on.
    pub const fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The same, insisting on this digest.
    pub fn at(&self, digest: Digest) -> Self {
        Self { digest: Some(digest), ..self.clone() }
    }

    /// The same without a digest, when it has a tag to go by.
    pub(crate) fn by_tag(&self) -> Self {
        let digest = if self.tag.is_some() { None } else { self.digest.clone() };
        Self { digest, ..self.clone() }
    }

    /// Whether the registry is on this machine, where nobody listens in.
    pub(crate) fn is_loopback(&self) -> bool {
        match Url::parse(&format!("https://{}/", self.registry)).as_ref().map(Url::host) {
            Ok(Some(Host::Domain(name))) => name == "localhost",
            Ok(Some(Host::Ipv4(address))) => address.is_loopback(),
            Ok(Some(Host::Ipv6(address))) => address.is_loopback(),
            _ => false,
        }
    }

    /// As the client takes it: what is called is the digest if there is one, else the tag.
    pub(crate) fn called(&self) -> oci_client::Reference {
        let (registry, repository) = (self.registry.clone(), self.repository.clone());
        match (&self.digest, &self.tag) {
            (Some(digest), _) => oci_client::Reference::with_digest(registry, repository, digest.to_string()),
            (None, tag) => oci_client::Reference::with_tag(registry, repository, tag.clone().unwrap_or_default()),
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let rest = text.trim().strip_prefix(SCHEME).ok_or(ReferenceError::Scheme)?;
        let (registry, path) = rest.split_once('/').unwrap_or((rest, ""));
        if registry.contains('@') {
            return Err(ReferenceError::Credentials);
        }
        if !is_host(registry) {
            return Err(ReferenceError::Registry(registry.escape_debug().to_string()));
        }
        let (path, digest) = match path.split_once('@') {
            Some((path, digest)) => (path, Some(digest.parse()?)),
            None => (path, None),
        };
        let (repository, tag) = match path.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (path, None),
        };
        if !is_repository(repository) {
            return Err(ReferenceError::Repository(repository.escape_debug().to_string()));
        }
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(ReferenceError::Tag(tag.escape_debug().to_string()));
        }
        if tag.is_none() && digest.is_none() {
            return Err(ReferenceError::Version);
        }
        let registry = registry.to_ascii_lowercase();
        Ok(Self { registry, repository: repository.to_owned(), tag: tag.map(str::to_owned), digest })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// A host and a port and nothing else, in the spelling that it has in an address.
fn is_host(text: &str) -> bool {
    let Ok(url) = Url::parse(&format!("https://{text}/")) else { return false };
    let host = url.host_str().unwrap_or_default();
    // 443 is left out of an `https` address; whoever writes it means the same.
    let spelled = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    !host.is_empty() && text.strip_suffix(":443").unwrap_or(text).eq_ignore_ascii_case(&spelled)
}

/// The grammar of the OCI distribution specification, 1.1: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*` between slashes.
fn is_repository(text: &str) -> bool {
    let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    let is_part = |part: &str| {
        let between = part.split(plain).filter(|between| !between.is_empty());
        part.starts_with(plain)
            && part.ends_with(plain)
            && between
                .into_iter()
                .all(|between| matches!(between, "." | "_" | "__") || between.bytes().all(|byte| byte == b'-'))
    };
    text.len() <= 255 && text.split('/').all(is_part)
}

/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn is_tag(text: &str) -> bool {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.starts_with(word)
        && text.len() <= 128
        && text.chars().all(|character| word(character) || ".-".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn an_address_is_read_and_written_alike() {
        for text in [
            "oci://registry.example/acme/dnd-routing:1.2",
            "oci://registry:5000/rule:v1",
            "oci://127.0.0.1:5000/a/b-c/d__e.f--g:T_1-2.3",
            "oci://[::1]:5000/rule:1",
            &format!("oci://registry.example/acme/rule@{DIGEST}"),
            &format!("oci://registry.example/acme/rule:1@{DIGEST}"),
        ] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), *text);
        }
    }

    #[test]
    fn what_is_no_address_says_which_part_is_wrong() {
        let said = |text: &str| text.parse::<Reference>().unwrap_err();
        assert_eq!(said("https://registry.example/rule:1"), ReferenceError::Scheme);
        assert_eq!(said("oci://ann:secret@registry.example/rule:1"), ReferenceError::Credentials);
        assert_eq!(said("oci:///rule:1"), ReferenceError::Registry(String::new()));
        assert_eq!(said("oci://a?b/rule:1"), ReferenceError::Registry("a?b".into()));
        assert_eq!(said("oci://host:99999/rule:1"), ReferenceError::Registry("host:99999".into()));
        for name in ["", "Acme/rule", "acme//rule", "acme/-rule", "acme/rule.", "a..b", "a___b", "../x", "a b"] {
            assert_eq!(said(&format!("oci://host/{name}:1")), ReferenceError::Repository(name.into()));
        }
        assert_eq!(said("oci://host/rule:.1"), ReferenceError::Tag(".1".into()));
        assert_eq!(said("oci://host/rule:"), ReferenceError::Tag(String::new()));
        assert_eq!(said("oci://host/rule:1@sha512:abc"), ReferenceError::Digest(NoDigest));
        assert_eq!(said("oci://host/rule"), ReferenceError::Version);
        assert!(!said("oci://ann:secret@registry.example/rule:1").to_string().contains("secret"));
    }

    #[test]
    fn only_this_machine_is_called_without_encryption() {
        let loopback = |host: &str| format!("oci://{host}/rule:1").parse::<Reference>().unwrap().is_loopback();
        for host in ["localhost:5000", "LOCALHOST", "127.0.0.1:5000", "127.8.8.8", "[::1]:5000"] {
            assert!(loopback(host), "{host}");
        }
        for host in ["registry.example", "localhost.example:5000", "10.0.0.7:5000", "[2001:db8::1]:5000"] {
            assert!(!loopback(host), "{host}");
        }
    }
}
