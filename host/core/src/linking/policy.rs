//! What a tenant's settings say about who is whom.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{EightCandidate, TeamsCandidate};

/// What is compared. The 8x8 side of all but two is the primary e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// 8x8 e-mail = Teams user name: the published rule.
    Upn,
    /// 8x8 federation id = Teams user name or object id: 8x8 lets this Microsoft account sign in as that user.
    SignOn,
    /// 8x8 e-mail = Microsoft's primary mail address.
    Mail,
    /// 8x8 user name = Teams user name or object id.
    UserName,
    /// 8x8 e-mail = any address of the mailbox, former ones among them.
    Proxy,
}

/// The keys of a tenant whose settings name none; see [the module](super) for why these.
pub const DEFAULT_KEYS: [Key; 3] = [Key::Upn, Key::SignOn, Key::Mail];

/// Two accounts that are one person because the settings say so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HandPair {
    /// Teams user name or object id.
    pub teams: String,
    /// 8x8 user id, e-mail or user name.
    pub eight: String,
}

/// How a tenant's people are paired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkPolicy {
    /// Pairs by hand.
    pub hand: Vec<HandPair>,
    /// What else is compared, strongest first, each once.
    pub keys: Vec<Key>,
    /// Who is never linked: user names, addresses or ids of either side, [`folded`].
    pub exclude: BTreeSet<String>,
}

impl HandPair {
    /// Whether one account is paired with two: the same on one side, and not on the other, as far as the names tell.
    pub fn contradicts(&self, other: &Self) -> bool {
        (folded(&self.teams) == folded(&other.teams)) != (folded(&self.eight) == folded(&other.eight))
    }
}

impl Default for LinkPolicy {
    fn default() -> Self {
        Self { hand: Vec::new(), keys: DEFAULT_KEYS.to_vec(), exclude: BTreeSet::new() }
    }
}

impl Key {
    /// Every key.
    pub const ALL: [Self; 5] = [Self::Upn, Self::SignOn, Self::Mail, Self::UserName, Self::Proxy];

    /// Its name in the settings.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Upn => "upn",
            Self::SignOn => "sign-on",
            Self::Mail => "mail",
            Self::UserName => "user-name",
            Self::Proxy => "proxy",
        }
    }

    /// The key of this name.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.label() == label)
    }

    /// What a Teams user has of this key: values as they are compared.
    pub(super) fn of_teams<'a>(self, user: &TeamsCandidate<'a>) -> Vec<Cow<'a, str>> {
        let values: Vec<&str> = match self {
            Self::Upn => vec![user.user_principal_name],
            Self::SignOn | Self::UserName => vec![user.user_principal_name, user.id_text()],
            Self::Mail => user.mail.into_iter().collect(),
            Self::Proxy => user.mail.into_iter().chain(user.addresses.iter().map(String::as_str)).collect(),
        };
        let mut values: Vec<_> = values.into_iter().map(folded).filter(|value| !value.is_empty()).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// What an 8x8 user has of it.
    pub(super) fn of_eight<'a>(self, user: &EightCandidate<'a>) -> Option<Cow<'a, str>> {
        let value = match self {
            Self::Upn | Self::Mail | Self::Proxy => user.email?,
            Self::SignOn => user.federation_id?,
            Self::UserName => user.user_name,
        };
        Some(folded(value)).filter(|value| !value.is_empty())
    }
}

impl<'a> TeamsCandidate<'a> {
    fn id_text(&self) -> &'a str {
        self.id.as_str()
    }
}

/// A name or an address as it is compared: trimmed and in lower case.
pub fn folded(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let is_folded = |letter: char| if letter.is_ascii() { !letter.is_ascii_uppercase() } else { false };
    if text.chars().all(is_folded) { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}
