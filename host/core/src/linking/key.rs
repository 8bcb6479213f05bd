//! One step of the pairing: everybody who is still open, by one key.
//!
//! ```text
//!  has the value:   one of each side, both open                      a pair
//!                   more than one open on a side, or one was left    all of them are ambiguous
//!                   on the other side only somebody who is paired    taken
//!                   on the other side only somebody who is barred    open still, for a weaker key; told so in the end
//! ```

use std::borrow::Cow;
use std::collections::HashMap;

use super::pair::{Desk, Standing};
use super::{By, Key, Unlinked};

/// Who has a value, by place.
#[derive(Default)]
struct Holders {
    teams: Vec<usize>,
    eight: Vec<usize>,
}

/// What an account found on the other side.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    /// Somebody who is open: the first, and whether there are more.
    open: Option<usize>,
    more: bool,
    paired: bool,
    left: bool,
    barred: bool,
}

/// Pairs by this key.
pub(super) fn pair(desk: &mut Desk<'_>, key: Key) {
    let holders = holders(desk, key);
    let (mut teams, mut eight): (HashMap<usize, Found>, HashMap<usize, Found>) = Default::default();
    for Holders { teams: users, eight: others } in holders.values() {
        for user in users {
            let found = teams.entry(*user).or_default();
            others.iter().for_each(|other| found.see(*other, desk.eight.standing(*other)));
        }
        for other in others {
            let found = eight.entry(*other).or_default();
            users.iter().for_each(|user| found.see(*user, desk.teams.standing(*user)));
        }
    }
    let alone = |found: Option<&Found>, with: usize| found.is_some_and(|found| found.only(with));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (user, found) in &teams {
        let Some(other) = found.open else { continue };
        if is_open(desk.teams.standing(*user)) && found.only(other) && alone(eight.get(&other), *user) {
            pairs.push((*user, other));
        }
    }
    let outcome = |found: &Found, standing: Standing| match standing {
        Standing::Open(_) => found.outcome(),
        _ => None,
    };
    let teams: Vec<_> = teams.iter().map(|(at, found)| (*at, outcome(found, desk.teams.standing(*at)))).collect();
    let eight: Vec<_> = eight.iter().map(|(at, found)| (*at, outcome(found, desk.eight.standing(*at)))).collect();
    teams.into_iter().for_each(|(at, standing)| standing.into_iter().for_each(|new| desk.teams.set(at, new)));
    eight.into_iter().for_each(|(at, standing)| standing.into_iter().for_each(|new| desk.eight.set(at, new)));
    for (user, other) in pairs {
        desk.link(user, other, By::Key(key));
    }
}

/// A map with a value as key and who has it as value, for every value that somebody who is still open has.
fn holders<'a>(desk: &Desk<'a>, key: Key) -> HashMap<Cow<'a, str>, Holders> {
    let mut holders: HashMap<Cow<'a, str>, Holders> = HashMap::new();
    for (_, user) in desk.teams.all().filter(|(at, _)| is_open(desk.teams.standing(*at))) {
        holders.extend(key.of_teams(user).into_iter().map(|value| (value, Holders::default())));
    }
    for (_, user) in desk.eight.all().filter(|(at, _)| is_open(desk.eight.standing(*at))) {
        holders.extend(key.of_eight(user).map(|value| (value, Holders::default())));
    }
    if holders.is_empty() {
        return holders;
    }
    for (at, user) in desk.teams.all() {
        for value in key.of_teams(user) {
            if let Some(holders) = holders.get_mut(&value) {
                holders.teams.push(at);
            }
        }
    }
    for (at, user) in desk.eight.all() {
        if let Some(holders) = key.of_eight(user).and_then(|value| holders.get_mut(&value)) {
            holders.eight.push(at);
        }
    }
    holders
}

fn is_open(standing: Standing) -> bool {
    matches!(standing, Standing::Open(_))
}

impl Found {
    fn see(&mut self, place: usize, standing: Standing) {
        match standing {
            Standing::Open(_) => {
                self.more |= self.open.is_some_and(|known| known != place);
                self.open.get_or_insert(place);
            }
            Standing::Paired => self.paired = true,
            Standing::Left(_) => self.left = true,
            Standing::Barred(_) => self.barred = true,
        }
    }

    /// Whether this one is the only one that could be meant.
    fn only(&self, with: usize) -> bool {
        self.open == Some(with) && !self.more && !self.paired && !self.left
    }

    /// What becomes of an account that is not paired for all that; `None` when nothing was found out.
    fn outcome(&self) -> Option<Standing> {
        match self {
            Self { open: Some(_), .. } | Self { left: true, .. } => Some(Standing::Left(Unlinked::Ambiguous)),
            Self { paired: true, .. } => Some(Standing::Left(Unlinked::Taken)),
            Self { barred: true, .. } => Some(Standing::Open(Unlinked::PartnerBarred)),
            Self { .. } => None,
        }
    }
}
