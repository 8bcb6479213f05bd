//! The pairing: who may be linked at all, then by hand, then key by key.

use std::collections::BTreeMap;

use super::{Alone, By, EightCandidate, LinkPolicy, Match, Pair, Pairing, TeamsCandidate, Unlinked, folded};
use super::{hand, key};

/// What has become of an account so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Not to be linked, whatever its partner.
    Barred(Unlinked),
    /// No evidence yet; the reason is what it is left with in the end.
    Open(Unlinked),
    /// There was evidence, and it was not enough. Weaker evidence is not heard.
    Left(Unlinked),
    /// Linked.
    Paired,
}

/// The accounts of one side, each once, in order of id, and what has become of each.
pub(super) struct Side<C> {
    pub(super) accounts: Vec<C>,
    pub(super) standings: Vec<Standing>,
}

/// The work on one pairing.
pub(super) struct Desk<'a> {
    pub(super) teams: Side<TeamsCandidate<'a>>,
    pub(super) eight: Side<EightCandidate<'a>>,
    /// Places of either side, and what brought them together.
    pub(super) matches: Vec<(usize, usize, By)>,
}

/// Pairs two directories. An account that is there twice counts once.
pub fn pair(teams: &[TeamsCandidate<'_>], eight: &[EightCandidate<'_>], policy: &LinkPolicy) -> Pairing {
    let (mut strangers, mut known) = (policy.exclude.clone(), Vec::new());
    let excluded = |mut names: Vec<&str>, known: &mut Vec<String>| {
        names.retain(|name| policy.exclude.contains(folded(name).as_ref()));
        known.extend(names.iter().map(|name| folded(name).into_owned()));
        !names.is_empty()
    };
    let teams = Side::new(teams.iter().map(|user| (user.id, *user)), |user| {
        let names = [Some(user.id.as_str()), Some(user.user_principal_name), user.mail];
        if !policy.exclude.is_empty() && excluded(names.into_iter().flatten().collect(), &mut known) {
            return Standing::Barred(Unlinked::Excluded);
        }
        match user {
            TeamsCandidate { guest: true, .. } => Standing::Barred(Unlinked::Guest),
            TeamsCandidate { enabled: false, .. } => Standing::Barred(Unlinked::Disabled),
            TeamsCandidate { licensed: Some(false), .. } => Standing::Barred(Unlinked::Unlicensed),
            _ => Standing::Open(Unlinked::NoPartner),
        }
    });
    let eight = Side::new(eight.iter().map(|user| (user.id, *user)), |user| {
        let names = [Some(user.id.as_str()), user.email, Some(user.user_name)];
        if !policy.exclude.is_empty() && excluded(names.into_iter().flatten().collect(), &mut known) {
            return Standing::Barred(Unlinked::Excluded);
        }
        match user {
            EightCandidate { active: false, .. } => Standing::Barred(Unlinked::Disabled),
            user if user.email.is_none_or(|email| email.trim().is_empty()) => Standing::Open(Unlinked::NoAddress),
            _ => Standing::Open(Unlinked::NoPartner),
        }
    });
    for name in known {
        strangers.remove(&name);
    }
    let mut desk = Desk { teams, eight, matches: Vec::new() };
    let misfits = hand::pair(&mut desk, &policy.hand);
    for key in &policy.keys {
        key::pair(&mut desk, *key);
    }
    desk.finish(misfits, strangers.into_iter().collect())
}

impl<C: Copy + Ord> Side<C> {
    fn new<K: Ord>(accounts: impl Iterator<Item = (K, C)>, mut judge: impl FnMut(&C) -> Standing) -> Self {
        let mut by_id: BTreeMap<K, C> = BTreeMap::new();
        for (id, account) in accounts {
            // Which of two that claim one id is taken must not depend on which came first.
            by_id.entry(id).and_modify(|known| *known = (*known).max(account)).or_insert(account);
        }
        let accounts: Vec<C> = by_id.into_values().collect();
        let standings = accounts.iter().map(&mut judge).collect();
        Self { accounts, standings }
    }
}

impl<C> Side<C> {
    /// What has become of the account at this place.
    pub(super) fn standing(&self, place: usize) -> Standing {
        self.standings.get(place).copied().unwrap_or(Standing::Barred(Unlinked::NoPartner))
    }

    /// What becomes of it.
    pub(super) fn set(&mut self, place: usize, standing: Standing) {
        if let Some(known) = self.standings.get_mut(place) {
            *known = standing;
        }
    }

    /// Every account with its place.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &C)> {
        self.accounts.iter().enumerate()
    }

    fn alone<'s>(&'s self, alone: impl Fn(&C, Unlinked) -> Alone + 's) -> impl Iterator<Item = Alone> + 's {
        self.accounts.iter().zip(&self.standings).filter_map(move |(account, standing)| match standing {
            Standing::Barred(reason) | Standing::Open(reason) | Standing::Left(reason) => Some(alone(account, *reason)),
            Standing::Paired => None,
        })
    }
}

impl Desk<'_> {
    /// Makes a pair.
    pub(super) fn link(&mut self, teams: usize, eight: usize, by: By) {
        self.teams.set(teams, Standing::Paired);
        self.eight.set(eight, Standing::Paired);
        self.matches.push((teams, eight, by));
    }

    fn finish(self, misfits: Vec<hand::Misfit>, strangers: Vec<String>) -> Pairing {
        let found = |(teams, eight, by): &(usize, usize, By)| {
            let (teams, eight) = (self.teams.accounts.get(*teams)?, self.eight.accounts.get(*eight)?);
            Some(Match { pair: Pair { teams: teams.id.clone(), eight: eight.id.clone() }, by: *by })
        };
        let mut matches: Vec<Match> = self.matches.iter().filter_map(found).collect();
        matches.sort();
        let teams = self.teams.alone(|user, reason| Alone::Teams(user.id.clone(), reason));
        let eight = self.eight.alone(|user, reason| Alone::Eight(user.id.clone(), reason));
        let mut alone: Vec<Alone> = teams.chain(eight).collect();
        alone.sort();
        Pairing { matches, alone, misfits, strangers }
    }
}
