//! Pairing people: which Teams user and which 8x8 user are one person.
//!
//! What settles it, strongest first:
//! 1. **By hand**, as the settings say. It always wins: whoever a line by hand names is paired by that line or not at all.
//! 2. **The keys** of the tenant, in its own order ([`Key`]). Each compares something that 8x8 knows of a user with something that
//!    Microsoft knows, trimmed and without regard to case. A pair is made where exactly one account of each side has the value.
//!
//! The default keys are the published rule, 8x8 e-mail = Teams user name, and beneath it two more that are as hard to get wrong: 8x8
//! signs the user in as this very Microsoft account ([`Key::SignOn`]), and the 8x8 e-mail is the account's own primary mail address
//! ([`Key::Mail`]), which a directory gives to one account only. Two are left to the tenant's choice: a further address of a mailbox
//! ([`Key::Proxy`]), since the address of somebody who has left is often added to the mailbox of whoever takes over, and the 8x8 user
//! name ([`Key::UserName`]), since it is chosen once and stays when the person's name changes.
//!
//! Nobody is guessed. Where two could be meant, all of them stay alone, and a weaker key is not asked to decide; nor does a weaker key
//! take an account that a stronger one has paired. So the outcome depends on what the directories say and not on the order in which
//! they say it, and somebody who shares no address with anybody changes nobody's link. Whoever is not linked is listed with the
//! reason, never dropped in silence.
//!
//! # Layout
//! * `account`: the accounts of both sides, as far as pairing needs to know them
//! * `policy`: what a tenant's settings say about it
//! * `reason`: why somebody is not linked
//! * `pair`: the pairing; `hand`: its first step, `key`: one further step
//! * `suggest`: who might be meant

mod account;
mod hand;
mod key;
mod pair;
mod policy;
mod reason;
mod suggest;
#[cfg(test)]
mod tests;

use serde::{Serialize, Serializer};

pub use account::{EightCandidate, TeamsCandidate};
pub use hand::{Misfit, MisfitReason};
pub use pair::pair;
pub use policy::{DEFAULT_KEYS, HandPair, Key, LinkPolicy, folded};
pub use reason::Unlinked;
pub use suggest::{Likeness, Suggestion, suggest};

use crate::id::{EightUserId, TeamsUserId};

/// A person who is on both sides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The Teams side.
    pub teams: TeamsUserId,
    /// The 8x8 side.
    pub eight: EightUserId,
}

/// What made a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// A line of the settings.
    Hand,
    /// A key.
    Key(Key),
}

/// A pair, and what made it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Who.
    pub pair: Pair,
    /// Why.
    pub by: By,
}

/// Somebody who is not linked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alone {
    /// A Teams user.
    Teams(TeamsUserId, Unlinked),
    /// An 8x8 user.
    Eight(EightUserId, Unlinked),
}

/// The outcome of pairing two directories: everybody of either is in exactly one of the first two lists. All are in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairing {
    /// People on both sides.
    pub matches: Vec<Match>,
    /// Everybody else.
    pub alone: Vec<Alone>,
    /// Pairs by hand that could not be made.
    pub misfits: Vec<Misfit>,
    /// Whom the settings exclude, and who is in neither directory.
    pub strangers: Vec<String>,
}

impl By {
    /// Its stable name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hand => "by-hand",
            Self::Key(key) => key.label(),
        }
    }
}

impl Serialize for By {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.label())
    }
}
