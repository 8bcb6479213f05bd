//! Who might be meant: for everybody who could be linked and is not, the accounts of the other side that are likest, by address and by
//! name. A suggestion is for a person to look at; nothing is linked by it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::{Alone, EightCandidate, Pairing, TeamsCandidate, folded};

/// How many are suggested.
const MOST: usize = 3;

/// How much less than the best one a further suggestion may be worth.
const BESIDE_BEST: u8 = 10;

/// How alike two names must be (1: the same): typing errors and short forms reach it, two members of a family do not.
const ALIKE: f64 = 0.88;

/// Up to so many accounts are all compared; of more, those that share a word.
const FEW: usize = 300;

/// What makes two accounts alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// They have an address in common.
    SameAddress,
    /// They have the same name.
    SameName,
    /// Their addresses say the same before the `@`.
    SameMailbox,
    /// Their names are written alike.
    AlikeName,
}

/// An account of the other side that might be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Its id.
    pub id: String,
    /// How likely, from 0 to 100; good for an order and no probability.
    pub score: u8,
    /// Why.
    pub likeness: Likeness,
}

/// An account as it is compared.
struct Profile<'a> {
    id: &'a str,
    addresses: Vec<Cow<'a, str>>,
    /// The words of the name, in order of the alphabet: "lee ann".
    name: String,
    /// The same of what stands before the `@` of the first address.
    mailbox: String,
}

/// The accounts of one side that could be linked.
struct Pool<'a> {
    profiles: Vec<Profile<'a>>,
    /// A map with a word or an address as key, and the places of those who have it as value; empty when there are few.
    holders: HashMap<String, Vec<usize>>,
}

/// Suggestions, best first, for those who are alone and have any.
pub fn suggest(
    teams: &[TeamsCandidate<'_>],
    eight: &[EightCandidate<'_>],
    pairing: &Pairing,
) -> HashMap<Alone, Vec<Suggestion>> {
    let open = |alone: &Alone| match alone {
        Alone::Teams(_, reason) | Alone::Eight(_, reason) => reason.is_open(),
    };
    let alone: HashMap<&str, &Alone> =
        pairing.alone.iter().filter(|alone| open(alone)).map(|alone| (alone.id(), alone)).collect();
    let is_open = |id: &str, teams: bool| alone.get(id).is_some_and(|alone| matches!(alone, Alone::Teams(..)) == teams);
    let users = teams.iter().filter(|user| is_open(user.id.as_str(), true));
    let users = Pool::of(users.map(|user| Profile::new(user.id.as_str(), user.name, user.all_addresses())).collect());
    let others = eight.iter().filter(|user| is_open(user.id.as_str(), false));
    let others = Pool::of(others.map(|user| Profile::new(user.id.as_str(), user.name, user.all_addresses())).collect());
    let mut suggestions = HashMap::new();
    for (from, to) in [(&users, &others), (&others, &users)] {
        for profile in &from.profiles {
            let likest = to.likest(profile);
            if let Some(alone) = alone.get(profile.id).filter(|_| !likest.is_empty()) {
                suggestions.insert((*alone).clone(), likest);
            }
        }
    }
    suggestions
}

impl Alone {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Teams(id, _) => id.as_str(),
            Self::Eight(id, _) => id.as_str(),
        }
    }
}

impl<'a> Pool<'a> {
    fn of(mut profiles: Vec<Profile<'a>>) -> Self {
        profiles.sort_by_key(|profile| profile.id);
        profiles.dedup_by_key(|profile| profile.id);
        let mut holders: HashMap<String, Vec<usize>> = HashMap::new();
        if profiles.len() > FEW {
            for (place, profile) in profiles.iter().enumerate() {
                for handle in profile.handles() {
                    holders.entry(handle.to_owned()).or_default().push(place);
                }
            }
        }
        Self { profiles, holders }
    }

    /// Whom it is worth comparing with: everybody, or whoever shares a word that is not everybody's.
    fn near(&self, profile: &Profile<'_>) -> Vec<&Profile<'a>> {
        if self.profiles.len() <= FEW {
            return self.profiles.iter().collect();
        }
        let places = profile.handles().into_iter().filter_map(|handle| self.holders.get(handle));
        let places: BTreeSet<usize> = places.filter(|places| places.len() <= FEW).flatten().copied().collect();
        places.into_iter().filter_map(|place| self.profiles.get(place)).collect()
    }

    fn likest(&self, profile: &Profile<'_>) -> Vec<Suggestion> {
        let suggestion = |other: &Profile<'_>| {
            let (score, likeness) = profile.compare(other)?;
            Some(Suggestion { id: other.id.to_owned(), score, likeness })
        };
        let mut found: Vec<Suggestion> = self.near(profile).into_iter().filter_map(suggestion).collect();
        found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
        let best = found.first().map_or(0, |best| best.score);
        found.retain(|other| other.score + BESIDE_BEST >= best);
        found.truncate(MOST);
        found
    }
}

impl<'a> Profile<'a> {
    fn new(id: &'a str, name: &str, addresses: impl Iterator<Item = &'a str>) -> Self {
        let addresses: Vec<Cow<'a, str>> = addresses.map(folded).filter(|address| !address.is_empty()).collect();
        let mailbox = addresses.first().and_then(|address| address.split('@').next()).unwrap_or_default();
        Self { id, name: words(name), mailbox: words(mailbox), addresses }
    }

    fn handles(&self) -> BTreeSet<&str> {
        let words = self.name.split(' ').chain(self.mailbox.split(' '));
        words.chain(self.addresses.iter().map(Cow::as_ref)).filter(|handle| handle.chars().count() > 1).collect()
    }

    fn compare(&self, other: &Profile<'_>) -> Option<(u8, Likeness)> {
        let same = |a: &str, b: &str| !a.is_empty() && a == b;
        if self.addresses.iter().any(|address| other.addresses.contains(address)) {
            return Some((100, Likeness::SameAddress));
        }
        if same(&self.name, &other.name) {
            return Some((95, Likeness::SameName));
        }
        if same(&self.mailbox, &other.mailbox) {
            return Some((90, Likeness::SameMailbox));
        }
        let alike = |a: &str, b: &str| if a.is_empty() || b.is_empty() { 0.0 } else { strsim::jaro_winkler(a, b) };
        let names = [
            alike(&self.name, &other.name),
            alike(&self.mailbox, &other.mailbox),
            alike(&self.name, &other.mailbox),
            alike(&self.mailbox, &other.name),
        ];
        let likest = names.into_iter().fold(0.0, f64::max);
        // Never as much as what is the same.
        (likest >= ALIKE).then_some(((likest * 89.0) as u8, Likeness::AlikeName))
    }
}

/// The words of a name or a mailbox, in order of the alphabet: whether the family's name goes first says nothing.
fn words(text: &str) -> String {
    let text = text.to_lowercase();
    let mut words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.join(" ")
}
