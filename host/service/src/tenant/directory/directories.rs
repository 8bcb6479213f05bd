//! Both directories as read, and what the pairing makes of them.

use std::collections::{HashMap, HashSet};

use presync_core::id::{EightUserId, TeamsUserId};
use presync_core::linking::{
    self, By, EightCandidate, LinkPolicy, Match, Pair, Pairing, Suggestion, folded, pair, suggest,
};
use presync_core::words::Side;
use presync_store::{NewLink, StoredLink};

use super::teams_book::TeamsBook;
use crate::people::Told;
use crate::status::{Alone, Suggested};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Directories {
    pub(super) teams: TeamsBook,
    eight: HashMap<EightUserId, presync_eight::User>,
}

/// Who is whom.
#[derive(Debug, Default)]
pub(super) struct Paired {
    pub(super) pairing: Pairing,
    /// A map with a Teams user as key, and the 8x8 user and what made the pair as value.
    by: HashMap<TeamsUserId, (EightUserId, By)>,
    /// Everybody who is not linked, as they are shown.
    pub(super) alone: Vec<Alone>,
}

impl Directories {
    /// Leaves what is kept from one reading to the next: of the 8x8 directory nothing, which is read whole each time.
    pub(super) fn kept(self) -> Self {
        Self { teams: self.teams, eight: HashMap::new() }
    }

    /// Takes the 8x8 directory.
    pub(super) fn take_eight(&mut self, users: Vec<presync_eight::User>) {
        self.eight = users.into_iter().map(|user| (user.id.clone(), user)).collect();
    }

    /// Pairs them. Busy for a while with many people.
    pub(super) fn pair(&self, policy: &LinkPolicy) -> Paired {
        // A directory in which nobody has a licence does not tell of licences.
        let told = self.teams.people().any(|(_, user)| user.licensed == Some(true));
        let teams: Vec<_> = self.teams.people().map(|(id, user)| user.candidate(id, told)).collect();
        let eight: Vec<_> = self.eight.values().map(eight_candidate).collect();
        let pairing = pair(&teams, &eight, policy);
        let suggestions = suggest(&teams, &eight, &pairing);
        let by = |Match { pair, by }: &Match| (pair.teams.clone(), (pair.eight.clone(), *by));
        let by = pairing.matches.iter().map(by).collect();
        let alone = self.alone(&pairing, &suggestions);
        Paired { pairing, by, alone }
    }

    /// What is stored of a new link.
    pub(super) fn new_link(&self, pair: &Pair) -> Option<NewLink> {
        let (teams, eight) = (self.teams.get(&pair.teams)?, self.eight.get(&pair.eight)?);
        Some(NewLink {
            teams_id: pair.teams.clone(),
            eight_id: pair.eight.clone(),
            user_principal_name: teams.user_principal_name.to_string(),
            email: eight.email.clone().unwrap_or_default(),
            display_name: teams.name.to_string(),
        })
    }

    /// What they say of somebody who is linked.
    pub(super) fn person<'a>(&'a self, paired: &Paired, link: &StoredLink) -> Option<Told<'a>> {
        let (teams, eight) = (self.teams.get(&link.teams_id)?, self.eight.get(&link.eight_id)?);
        let by = paired.by.get(&link.teams_id).filter(|(eight, _)| *eight == link.eight_id);
        Some(Told {
            name: &teams.name,
            user_principal_name: &teams.user_principal_name,
            email: eight.email.as_deref().unwrap_or_default(),
            department: teams.department.as_deref().or(eight.department.as_deref()),
            queues: &eight.queues,
            by: by.map(|(_, by)| *by),
        })
    }

    fn alone(&self, pairing: &Pairing, suggestions: &HashMap<linking::Alone, Vec<Suggestion>>) -> Vec<Alone> {
        let shared = self.shared_addresses();
        let entry = |alone: &linking::Alone| {
            let (side, id, reason) = match alone {
                linking::Alone::Teams(id, reason) => (Side::Teams, id.as_str(), *reason),
                linking::Alone::Eight(id, reason) => (Side::Eight, id.as_str(), *reason),
            };
            let (address, name) = self.known_as(side, id);
            let suggested = suggestions.get(alone).into_iter().flatten();
            let suggestions = suggested.map(|suggestion| self.suggested(side, id, suggestion, &shared)).collect();
            Alone { side, id: id.to_owned(), address, name, reason, suggestions }
        };
        pairing.alone.iter().map(entry).collect()
    }

    /// Address and name of an account.
    fn known_as(&self, side: Side, id: &str) -> (String, String) {
        match side {
            Side::Teams => match self.teams.get(&id.into()) {
                Some(user) => (user.user_principal_name.to_string(), user.name.to_string()),
                None => Default::default(),
            },
            Side::Eight => match self.eight.get(&id.into()) {
                Some(user) => (user.email.clone().unwrap_or_default(), user.display_name.clone()),
                None => Default::default(),
            },
        }
    }

    fn suggested(&self, side: Side, id: &str, suggestion: &Suggestion, shared: &HashSet<String>) -> Suggested {
        let (teams, eight) = match side {
            Side::Teams => (id, suggestion.id.as_str()),
            Side::Eight => (suggestion.id.as_str(), id),
        };
        let (address, name) = self.known_as(other_side(side), &suggestion.id);
        let unless = |unclear: bool, address: String, id: &str| if unclear { id.to_owned() } else { address };
        let (user_name, email) = (self.known_as(Side::Teams, teams).0, self.known_as(Side::Eight, eight).0);
        let teams = unless(user_name.is_empty(), user_name, teams);
        let eight = unless(email.is_empty() || shared.contains(folded(&email).as_ref()), email, eight);
        let Suggestion { id, score, likeness } = suggestion.clone();
        Suggested { id, address, name, score, likeness, teams, eight }
    }

    /// 8x8 addresses that more than one user has: they do not say who is meant.
    fn shared_addresses(&self) -> HashSet<String> {
        let mut seen = HashSet::new();
        let emails = self.eight.values().filter(|user| user.active).filter_map(|user| user.email.as_deref());
        emails.map(folded).filter(|email| !seen.insert(email.clone())).map(String::from).collect()
    }
}

const fn other_side(side: Side) -> Side {
    match side {
        Side::Teams => Side::Eight,
        Side::Eight => Side::Teams,
    }
}

fn eight_candidate(user: &presync_eight::User) -> EightCandidate<'_> {
    EightCandidate {
        id: &user.id,
        user_name: &user.user_name,
        email: user.email.as_deref(),
        federation_id: user.federation_id.as_deref(),
        name: &user.display_name,
        active: user.active,
    }
}
