//! The made-up people of a tenant, the same for the same seed.

use std::collections::{BinaryHeap, HashMap, HashSet};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::{Builder, Uuid};

use super::{furnish, movement};
use crate::{
    Config,
    clock::whole_ms,
    eight::{EightLayers, changes::ChangeLog},
    notify::subscription::Subscriptions,
    state::{
        access::{TenantAccess, Tokens},
        budget::Budget,
        carried::Carried,
        directory::{Directory, Happened},
        entra::Entra,
        measure::{Meter, Track},
        person::{EightSide, Person, TeamsSide},
        phone::{self, Phone},
        profile::{Desk, Extension, Profile},
        tenant::{Cause, Tenant},
    },
    teams::{Device, OutOfOffice, TeamsLayers},
    words::Pair,
};

const FIRST: [&str; 24] = [
    "Ada", "Bo", "Chen", "Dora", "Emil", "Fatima", "Goran", "Hana", "Ivan", "Jane", "Kofi", "Lena", "Maria", "Noor",
    "Olga", "Pavel", "Quentin", "Rosa", "Sven", "Tala", "Uma", "Vera", "Wei", "Zoe",
];
const LAST: [&str; 20] = [
    "Abbott", "Berg", "Costa", "Dahl", "Evans", "Fischer", "Garcia", "Haas", "Ito", "Jansen", "Kaya", "Lopez", "Meyer",
    "Novak", "Okafor", "Patel", "Rossi", "Silva", "Tanaka", "Weber",
];

/// The least room in the change log, so that a small tenant's cursor survives a lunch break.
const CHANGES_AT_LEAST: usize = 10_000;

/// Tenant number `place` (from 0) of a population.
pub(crate) fn tenant(config: &Config, place: usize) -> Tenant {
    let now = config.clock.now_ms();
    let seed = config.seed.wrapping_mul(1_000_003).wrapping_add(place as u64);
    let mut maker =
        Maker { rng: ChaCha8Rng::seed_from_u64(seed), place, now, people: Vec::with_capacity(config.users + 10) };
    for number in 0..config.users {
        maker.both(number);
    }
    if config.oddities {
        maker.oddities(config.users);
    }
    if config.odd_directory {
        maker.odd_directory(config.users + 10);
    }
    let Maker { rng, people, .. } = maker;
    let count = people.len();
    let mut tenant = Tenant {
        place,
        access: TenantAccess::of(place + 1),
        granted: [true; 3],
        entra: Entra::default(),
        tokens: Tokens::default(),
        graph_budgets: [0, 1, 2].map(|_| Budget::new(config.graph_limit, now)),
        subscriptions: Subscriptions::default(),
        directory: Directory::default(),
        without_mailbox: HashSet::new(),
        presence_budget: Budget::new(config.eight_presence_limit, now),
        phone: Phone::new(place, config),
        by_teams_id: HashMap::new(),
        by_eight_id: HashMap::new(),
        people,
        changes: ChangeLog::new((count * 4).max(CHANGES_AT_LEAST), whole_ms(config.change_retention)),
        meter: Meter::default(),
        rng,
        timers: BinaryHeap::new(),
        moving_since: None,
        moved_ms: 0,
        move_every_ms: whole_ms(config.move_every),
        round: 0,
        unknown: false,
        teams_lag_ms: config.quirks.teams_lag_ms,
        unknown_switches: 0,
    };
    for (place, person) in (0..).zip(&tenant.people) {
        if let Some(teams) = &person.teams {
            tenant.by_teams_id.insert(teams.id, place);
        }
        if let Some(eight) = &person.eight {
            tenant.by_eight_id.insert(eight.id.clone(), place);
        }
    }
    furnish::furnish(&mut tenant, config, now);
    tenant.relink();
    if config.varied_start {
        for person in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            movement::act(&mut tenant, person, now);
            movement::act(&mut tenant, person, now);
        }
    }
    tenant.look_at_all(now);
    tenant
}

/// Somebody who joins a tenant that is there already; the place in it.
pub(crate) fn newcomer(tenant: &mut Tenant, now: i64, name: &str, upn: Option<&str>, email: Option<&str>) -> u32 {
    let place = u32::try_from(tenant.people.len()).unwrap_or(u32::MAX);
    let rng = ChaCha8Rng::seed_from_u64(u64::from(u32::MAX) + u64::from(place));
    let mut maker = Maker { rng, place: tenant.place, now, people: std::mem::take(&mut tenant.people) };
    let teams = upn.map(|upn| maker.teams(name, upn));
    let eight = email.map(|email| maker.eight(name, email));
    if let Some(teams) = &teams {
        tenant.by_teams_id.insert(teams.id, place);
        tenant.directory.note(teams.id, Happened::Changed(&[]));
    }
    if let Some(eight) = &eight {
        tenant.by_eight_id.insert(eight.id.clone(), place);
    }
    maker.add(teams, eight);
    tenant.people = maker.people;
    tenant.relink();
    tenant.look(place, now, Cause::Life);
    place
}

pub(super) struct Maker {
    rng: ChaCha8Rng,
    place: usize,
    pub(super) now: i64,
    pub(super) people: Vec<Person>,
}

impl Maker {
    /// A person on both sides, with the same name in whatever case.
    pub(super) fn both(&mut self, number: usize) {
        let (name, address) = self.name(number);
        let upn = if self.rng.random_bool(0.25) { mixed_case(&address) } else { address.clone() };
        let teams = self.teams(&name, &upn);
        let eight = self.eight(&name, &address);
        self.add(Some(teams), Some(eight));
    }

    /// The people that no synchronisation may get wrong: unmatched ones, doubles, a disabled user, an inactive one and
    /// a guest.
    fn oddities(&mut self, from: usize) {
        for number in from..from + 2 {
            let (name, address) = self.name(number);
            let teams = self.teams(&name, &address);
            self.add(Some(teams), None);
        }
        for number in from + 2..from + 4 {
            let (name, address) = self.name(number);
            let eight = self.eight(&name, &address);
            self.add(None, Some(eight));
        }
        self.both(from + 4);
        let (name, address) = self.name(from + 4);
        let double = self.eight(&name, &address);
        self.add(None, Some(double));

        self.both(from + 5);
        if let Some(teams) = self.people.last_mut().and_then(|person| person.teams.as_mut()) {
            teams.enabled = false;
        }
        self.both(from + 6);
        if let Some(eight) = self.people.last_mut().and_then(|person| person.eight.as_mut()) {
            eight.active = false;
        }
        self.both(from + 7);
        if let Some(teams) = self.people.last_mut().and_then(|person| person.teams.as_mut()) {
            teams.guest = true;
            teams.upn = format!("{}#EXT#@tenant{}.example", teams.upn.replace('@', "_"), self.place + 1).into();
        }
    }

    pub(super) fn add(&mut self, teams: Option<TeamsSide>, eight: Option<EightSide>) {
        self.people.push(Person { teams, eight, linked: false, carried: Carried::default(), track: Track::default() });
    }

    pub(super) fn name(&self, number: usize) -> (String, String) {
        let (first, last) = (FIRST[number % FIRST.len()], LAST[(number / FIRST.len()) % LAST.len()]);
        let serial = match number / (FIRST.len() * LAST.len()) {
            0 => String::new(),
            more => format!("{}", more + 1),
        };
        let address = format!("{first}.{last}{serial}@tenant{}.example", self.place + 1).to_lowercase();
        (format!("{first} {last}{serial}"), address)
    }

    pub(super) fn teams(&mut self, name: &str, upn: &str) -> TeamsSide {
        let mut layers = TeamsLayers::default();
        layers.client(Device::Desktop, Some(Pair::AVAILABLE), self.now);
        TeamsSide {
            id: self.guid(),
            upn: upn.into(),
            name: name.into(),
            enabled: true,
            guest: false,
            addresses: Vec::new(),
            licensed: true,
            layers,
            shown: (Pair::AVAILABLE, OutOfOffice::default()),
            past: None,
            sequence: 1,
            due_ms: None,
        }
    }

    pub(super) fn eight(&mut self, name: &str, email: &str) -> EightSide {
        const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let id: String = (0..22).map(|_| char::from(LETTERS[self.rng.random_range(0..LETTERS.len())])).collect();
        EightSide {
            id: id.into(),
            email: email.into(),
            name: name.into(),
            active: true,
            layers: EightLayers::signed_in(self.now),
            revision: 1,
            updated_ms: self.now,
            observed_ms: None,
            note: None,
            due_ms: None,
            profile: Profile::plain(email, self.extension(), self.people.len() % 4, self.now),
            desk: Desk::default(),
            collected: None,
        }
    }

    /// The next free number on one of the two PBXes, which both begin at 1000.
    fn extension(&self) -> Extension {
        let place = self.people.len();
        let number = 1_000 + u32::try_from(place / 2).unwrap_or(u32::MAX);
        Extension { id: phone::id("ext", self.place, place).into(), number, devices: 1 }
    }

    fn guid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.rng.random()).into_uuid()
    }
}

/// `ada.berg@tenant1.example` as `Ada.Berg@tenant1.example`.
fn mixed_case(address: &str) -> String {
    let mut starts = true;
    let raise = |letter: char| {
        if std::mem::replace(&mut starts, letter == '.') { letter.to_ascii_uppercase() } else { letter }
    };
    address.chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SimClock;

    fn made(users: usize, oddities: bool, seed: u64) -> Tenant {
        tenant(&Config { users, oddities, seed, clock: SimClock::driven(0), ..Config::default() }, 0)
    }

    #[test]
    fn everybody_is_linked_but_the_oddities() {
        let tenant = made(1_000, true, 1);
        assert_eq!(tenant.people.iter().filter(|person| person.linked).count(), 1_000);
        assert!(tenant.people.len() > 1_005);
        assert_eq!(made(1_000, false, 1).people.len(), 1_000);
    }

    #[test]
    fn some_names_differ_in_case_and_no_two_people_share_one() {
        let tenant = made(1_000, false, 1);
        let upns: Vec<&str> = tenant.people.iter().filter_map(|person| Some(&*person.teams.as_ref()?.upn)).collect();
        assert!(upns.iter().any(|upn| *upn != upn.to_lowercase()));
        let distinct: std::collections::HashSet<_> = upns.iter().map(|upn| upn.to_lowercase()).collect();
        assert_eq!(distinct.len(), 1_000);
    }

    #[test]
    fn the_same_seed_makes_the_same_people() {
        let ids =
            |tenant: &Tenant| -> Vec<_> { tenant.people.iter().map(|p| p.teams.as_ref().map(|t| t.id)).collect() };
        assert_eq!(ids(&made(50, true, 7)), ids(&made(50, true, 7)));
        assert_ne!(ids(&made(50, true, 7)), ids(&made(50, true, 8)));
    }
}
