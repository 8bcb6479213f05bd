//! The first step of the pairing: what the settings say by hand.
//!
//! Whoever a line names is not paired by anything else, whether the line can be carried out or not: a slip of the pen must not link
//! somebody to the account that the line was written to keep away.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::pair::{Desk, Standing};
use super::{By, HandPair, Unlinked, folded};

/// A pair by hand that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Misfit {
    /// The pair, as the settings have it.
    pub pair: HandPair,
    /// Why not.
    pub reason: MisfitReason,
}

/// Why a pair by hand could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MisfitReason {
    /// Microsoft's directory has nobody of that name.
    NobodyInTeams,
    /// 8x8's directory has nobody of that name.
    NobodyInEight,
    /// Several 8x8 users have that address.
    SeveralInEight,
    /// An account of it may not be linked; for this reason.
    Barred(Unlinked),
    /// Another pair names one of its accounts, with another partner.
    Contradicted,
}

impl MisfitReason {
    /// What is wrong and what to do, to follow the pair.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NobodyInTeams => "nobody in the Microsoft directory has this user name or object id",
            Self::NobodyInEight => "nobody in the 8x8 directory has this id, e-mail or user name",
            Self::SeveralInEight => "several 8x8 users have this address: write the 8x8 user id instead",
            Self::Barred(Unlinked::Guest) => "the Microsoft account is a guest, whose presence lives elsewhere",
            Self::Barred(Unlinked::Excluded) => "`exclude` in [tenant.link] names one of the two",
            Self::Barred(Unlinked::Unlicensed) => "the Microsoft account has no licence for Teams",
            Self::Barred(_) => "one of the two accounts is disabled",
            Self::Contradicted => "another pair names one of the two, with somebody else",
        }
    }
}

/// Whom a pair names, by place.
struct Named<'p> {
    pair: &'p HandPair,
    teams: BTreeSet<usize>,
    eight: BTreeSet<usize>,
}

/// Carries out the pairs; gives back those that could not be made, in order.
pub(super) fn pair(desk: &mut Desk<'_>, pairs: &[HandPair]) -> Vec<Misfit> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let pairs: BTreeSet<&HandPair> = pairs.iter().collect();
    let named = look_up(desk, &pairs);
    // Two lines may name the same two accounts in different words; only different partners contradict each other.
    let (mut partners, mut of_eight): (BTreeMap<usize, BTreeSet<usize>>, BTreeMap<usize, BTreeSet<usize>>) =
        Default::default();
    for named in &named {
        for user in &named.teams {
            partners.entry(*user).or_default().extend(&named.eight);
        }
        for user in &named.eight {
            of_eight.entry(*user).or_default().extend(&named.teams);
        }
    }
    let mut misfits = Vec::new();
    let mut made = BTreeSet::new();
    for named in &named {
        let several = |partners: Option<&BTreeSet<usize>>| partners.is_some_and(|partners| partners.len() > 1);
        let reason = match (named.only(), named.eight.len()) {
            (None, _) if named.teams.is_empty() => MisfitReason::NobodyInTeams,
            (None, 0) => MisfitReason::NobodyInEight,
            (None, _) => MisfitReason::SeveralInEight,
            (Some((user, other)), _) => match (desk.teams.standing(user), desk.eight.standing(other)) {
                (Standing::Barred(reason), _) | (_, Standing::Barred(reason)) => MisfitReason::Barred(reason),
                _ if several(partners.get(&user)) || several(of_eight.get(&other)) => MisfitReason::Contradicted,
                _ => {
                    made.insert((user, other));
                    continue;
                }
            },
        };
        misfits.push(Misfit { pair: named.pair.clone(), reason });
    }
    for named in &named {
        for user in &named.teams {
            if let Standing::Open(_) = desk.teams.standing(*user) {
                desk.teams.set(*user, Standing::Left(Unlinked::ByHand));
            }
        }
        for user in &named.eight {
            if let Standing::Open(_) = desk.eight.standing(*user) {
                desk.eight.set(*user, Standing::Left(Unlinked::ByHand));
            }
        }
    }
    for (user, other) in made {
        desk.link(user, other, By::Hand);
    }
    misfits
}

impl Named<'_> {
    /// The two, if each is exactly one.
    fn only(&self) -> Option<(usize, usize)> {
        match (self.teams.len(), self.eight.len()) {
            (1, 1) => self.teams.first().copied().zip(self.eight.first().copied()),
            _ => None,
        }
    }
}

/// Finds the accounts of every pair. An id goes before a name.
fn look_up<'p>(desk: &Desk<'_>, pairs: &BTreeSet<&'p HandPair>) -> Vec<Named<'p>> {
    let mut teams: HashMap<Cow<'_, str>, BTreeSet<usize>> = HashMap::new();
    let mut eight: HashMap<Cow<'_, str>, BTreeSet<usize>> = HashMap::new();
    let mut eight_ids: HashMap<&str, usize> = HashMap::new();
    for pair in pairs {
        teams.entry(folded(&pair.teams)).or_default();
        eight.entry(folded(&pair.eight)).or_default();
    }
    for (at, user) in desk.teams.all() {
        for name in [user.user_principal_name, user.id.as_str()] {
            if let Some(places) = teams.get_mut(&folded(name)) {
                places.insert(at);
            }
        }
    }
    for (at, user) in desk.eight.all() {
        eight_ids.insert(user.id.as_str(), at);
        for name in [user.email, Some(user.user_name)].into_iter().flatten() {
            if let Some(places) = eight.get_mut(&folded(name)) {
                places.insert(at);
            }
        }
    }
    let named = |pair: &&'p HandPair| {
        let by_id = eight_ids.get(pair.eight.trim()).copied();
        let teams = teams.get(&folded(&pair.teams)).cloned().unwrap_or_default();
        let eight = match by_id {
            Some(place) => BTreeSet::from([place]),
            None => in_use(desk, eight.get(&folded(&pair.eight)).cloned().unwrap_or_default()),
        };
        Named { pair, teams, eight }
    };
    pairs.iter().map(named).collect()
}

/// Of several users with one name, those that are in use: an account that was replaced keeps its address.
fn in_use(desk: &Desk<'_>, places: BTreeSet<usize>) -> BTreeSet<usize> {
    let used = |place: &usize| !matches!(desk.eight.standing(*place), Standing::Barred(_));
    let used: BTreeSet<usize> = places.iter().copied().filter(used).collect();
    if used.is_empty() { places } else { used }
}
