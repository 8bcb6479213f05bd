//! A method and a path, to say which requests are meant.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Requests with this method to this path, `*` standing for any one segment. The version that Graph's paths begin with
/// may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    method: String,
    path: String,
}

impl Route {
    /// `POST` and `/users/*/presence/setPresence`.
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: String::from(method), path: String::from(path) }
    }

    /// Whether this request is meant; `path` comes without its query.
    pub(crate) fn fits(&self, method: &str, path: &str) -> bool {
        let rest = path.strip_prefix("/v1.0").filter(|rest| rest.starts_with('/'));
        self.method == method && (same(&self.path, path) || rest.is_some_and(|rest| same(&self.path, rest)))
    }
}

fn same(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut there) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), there.next()) {
            (None, None) => return true,
            (Some("*"), Some(segment)) if !segment.is_empty() => {}
            (Some(wanted), Some(segment)) if wanted.eq_ignore_ascii_case(segment) => {}
            _ => return false,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Serialize for Route {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Route {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.split_once(' ') {
            Some((method, path)) if path.starts_with('/') => Ok(Self::new(method, path)),
            _ => Err(D::Error::custom(format!("`{text}` is no route; expected a method and a path: GET /users"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_fits_its_path_with_and_without_the_version_and_any_segment_for_a_star() {
        let route = Route::new("POST", "/users/*/presence/setPresence");
        assert!(route.fits("POST", "/v1.0/users/6ea91a8d/presence/setPresence"));
        assert!(route.fits("POST", "/users/6ea91a8d/presence/setpresence"));
        assert!(!route.fits("GET", "/v1.0/users/6ea91a8d/presence/setPresence"));
        assert!(!route.fits("POST", "/v1.0/users/6ea91a8d/presence"));
        assert!(!route.fits("POST", "/v1.0/users//presence/setPresence"));
    }

    #[test]
    fn a_route_is_written_as_it_is_read() {
        let route: Route = serde_json::from_str(r#""GET /users""#).unwrap();
        assert_eq!(serde_json::to_string(&route).unwrap(), r#""GET /users""#);
        assert!(serde_json::from_str::<Route>(r#""/users""#).unwrap_err().to_string().contains("expected a method"));
    }
}
