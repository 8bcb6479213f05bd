//! The filters on users that the simulator understands, and what each of them asks of the request.

use crate::state::person::TeamsSide;

/// A filter on users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    /// `property eq value`, or `ne`.
    Compared { property: String, equal: bool, value: String },
    /// `startsWith(property,'value')`, or `endsWith`.
    Part { property: String, start: bool, value: String },
}

impl Filter {
    /// Reads one; nothing if the simulator does not understand it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((function, rest)) = text.split_once('(') {
            let start = match function.to_ascii_lowercase().as_str() {
                "startswith" => true,
                "endswith" => false,
                _ => return None,
            };
            let (property, value) = rest.strip_suffix(')')?.split_once(',')?;
            return Some(Self::Part { property: known(property)?, start, value: literal(value)? });
        }
        let mut words = text.splitn(3, ' ');
        let (property, operator, value) = (words.next()?, words.next()?, words.next()?);
        let equal = match operator {
            "eq" => true,
            "ne" => false,
            _ => return None,
        };
        Some(Self::Compared { property: known(property)?, equal, value: literal(value)? })
    }

    /// Whether it is an advanced query, which needs `ConsistencyLevel: eventual` and `$count=true`.
    pub(super) fn is_advanced(&self) -> bool {
        matches!(self, Self::Compared { equal: false, .. } | Self::Part { start: false, .. })
    }

    /// Whether a user passes it.
    pub(super) fn fits(&self, user: &TeamsSide) -> bool {
        match self {
            Self::Compared { property, equal, value } => (of(user, property) == *value) == *equal,
            Self::Part { property, start: true, value } => of(user, property).starts_with(value),
            Self::Part { property, start: false, value } => of(user, property).ends_with(value),
        }
    }
}

/// A property that can be filtered by.
fn known(property: &str) -> Option<String> {
    const KNOWN: [&str; 6] = ["id", "userPrincipalName", "mail", "displayName", "accountEnabled", "userType"];
    KNOWN.contains(&property.trim()).then(|| String::from(property.trim()))
}

/// A quoted text, `true`, `false` or `null`, in lower case as it is compared.
fn literal(text: &str) -> Option<String> {
    match text.trim() {
        word @ ("true" | "false") => Some(String::from(word)),
        "null" => Some(String::new()),
        quoted => Some(quoted.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'").to_lowercase()),
    }
}

fn of(user: &TeamsSide, property: &str) -> String {
    let text = match property {
        "id" => user.id.to_string(),
        "mail" if user.guest => String::new(),
        "userPrincipalName" | "mail" => user.upn.to_string(),
        "displayName" => user.name.to_string(),
        "accountEnabled" => user.enabled.to_string(),
        _ if user.guest => String::from("guest"),
        _ => String::from("member"),
    };
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_understood_or_not_and_known_to_be_advanced() {
        for (text, advanced) in [
            ("accountEnabled eq true", false),
            ("mail ne null", true),
            ("startsWith(displayName,'Ada')", false),
            ("endswith(mail,'@tenant1.example')", true),
            ("displayName eq 'Conan O''Brien'", false),
        ] {
            assert_eq!(Filter::read(text).map(|filter| filter.is_advanced()), Some(advanced), "{text}");
        }
        for text in ["shoeSize eq 44", "mail gt 'a'", "contains(mail,'a')", "mail eq unquoted", "mail"] {
            assert_eq!(Filter::read(text), None, "{text}");
        }
    }
}
