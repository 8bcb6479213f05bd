//! What may be seen of a tenant while it runs: status, a table of people, one person's why.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use presync_core::reconcile::LinkView;
use presync_core::rule::{PublishVerdict, Subject};
use presync_core::time::Timestamp;
use presync_core::words::Side;
use presync_rules::Stage;
use presync_store::StoreError;
use serde::Serialize;

use crate::notifications::Notifications;
use crate::people::{People, Person};
use crate::status::{Age, Alone, Counters, Freshness, Linked, TenantStatus, Why, WhyEvent};
use crate::tenant::Tenant;

/// How many of a person's events `why` shows.
const EVENTS_SHOWN: usize = 20;

/// One person in a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Display name.
    pub name: String,
    /// Both sides and what we hold there.
    pub view: LinkView,
    /// When either side last said something new.
    pub changed_at: Timestamp,
    /// What the rules say for 8x8, with the reason.
    pub verdict: Option<PublishVerdict>,
}

impl Tenant {
    /// The tenant at a glance.
    pub fn status(&self) -> TenantStatus {
        let chains = self.rules.chains();
        let (linked, unlinked, counters) = {
            let people = self.people();
            let mut unlinked: BTreeMap<&'static str, usize> = BTreeMap::new();
            for alone in &people.alone {
                *unlinked.entry(alone.reason.label()).or_default() += 1;
            }
            (people.reconciler.len(), unlinked, people.counters)
        };
        let (freshness, carrying) = (self.freshness(), self.carrying_overall());
        let notifications = self.notifications().map(Notifications::status);
        let warnings = self.warnings();
        let board = self.board();
        TenantStatus {
            tenant: self.id.to_string(),
            linked,
            unlinked,
            publish_rules: chains.publish.versions.to_string(),
            session_rules: (!self.one_way).then(|| chains.session.versions.to_string()),
            generation: chains.generation,
            decided_by: board.decided_by,
            rules: chains.rules.clone(),
            poison: [chains.publish.chain.poison(), chains.session.chain.poison()].concat(),
            down: board.down.clone(),
            last_cycle: board.last_cycle.map(|(started_at, _)| started_at),
            last_cycle_took: board.last_cycle.map(|(_, took)| took),
            freshness,
            carrying,
            troubles: board.troubles.clone(),
            notifications,
            warnings,
            counters,
        }
    }

    /// How fresh everything is, and what keeps it from being fresher.
    pub fn freshness(&self) -> Freshness {
        let now = self.clock.now();
        let (teams, eight, hops) = {
            let people = self.people();
            (people.oldest_in_teams(), people.eight_read_at(), people.freshness.hops(now))
        };
        let board = self.board();
        Freshness {
            promised: self.cadence.poll,
            tempo: board.tempo,
            requests: board.requests.clone(),
            quiet: board.quiet.clone(),
            teams_read_at: teams.and_then(known),
            eight_read_at: known(eight),
            listening: self.ear.shown(),
            hops,
        }
    }

    /// What has been done since the process started.
    pub fn counters(&self) -> Counters {
        self.people().counters
    }

    /// How long the last cycles took, oldest first.
    pub fn cycle_lengths(&self) -> Vec<Duration> {
        self.board().lengths.iter().copied().collect()
    }

    /// How much later than due the last cycles began, oldest first.
    pub fn cycles_late(&self) -> Vec<Duration> {
        self.board().late.iter().copied().collect()
    }

    /// The generation of the rules that gave the last verdicts; `None` before the first.
    pub fn decided_by(&self) -> Option<u64> {
        self.board().decided_by
    }

    /// Everybody who is not linked, with the reason.
    pub fn alone(&self) -> Vec<Alone> {
        self.people().alone.clone()
    }

    /// Everybody who is linked, in order of the Teams user name.
    pub fn linked(&self) -> Vec<Linked> {
        let people = self.people();
        let linked = |person: &Person| Linked {
            name: person.link.display_name.clone(),
            user_principal_name: person.link.user_principal_name.clone(),
            teams_id: person.link.teams_id.to_string(),
            email: person.link.email.clone(),
            eight_id: person.link.eight_id.to_string(),
            by: person.by,
        };
        let mut linked: Vec<Linked> = people.persons().map(linked).collect();
        linked.sort_by(|a, b| (&a.user_principal_name, &a.teams_id).cmp(&(&b.user_principal_name, &b.teams_id)));
        linked
    }

    /// Whether everything that the rules want is written, and nothing is under way.
    pub fn is_settled(&self) -> bool {
        let people = self.people();
        let settled = |view: LinkView| !view.publication.unsettled && !view.session.unsettled;
        people.reconciler.links().filter_map(|link| people.reconciler.view(link)).all(settled)
    }

    /// The `most` people of whom there was news last, newest first. Asks the rules for their reasons: call it from a thread that
    /// may be busy.
    pub fn table(&self, most: usize) -> Vec<Row> {
        let now = self.clock.now();
        let mut rows: Vec<(Row, Option<Subject>)> = {
            let people = self.people();
            let mut views: Vec<_> = people.reconciler.links().filter_map(|link| people.reconciler.view(link)).collect();
            views.sort_by_key(|view| (Reverse(view.teams_since.max(view.eight_since)), view.link));
            views.truncate(most);
            let row = |view: LinkView| {
                let name = people.person(view.link).map(|person| person.link.display_name.clone());
                let changed_at = view.teams_since.max(view.eight_since);
                let subject = view.teams.and_then(|_| people.subject(view.link, now));
                (Row { name: name.unwrap_or_default(), view, changed_at, verdict: None }, subject)
            };
            views.into_iter().map(row).collect()
        };
        let subjects: Vec<Subject> = rows.iter().filter_map(|(_, subject)| subject.clone()).collect();
        let mut verdicts = self.rules.chains().publish.chain.decide(&subjects, true).verdicts.into_iter();
        for (row, _) in rows.iter_mut().filter(|(_, subject)| subject.is_some()) {
            row.verdict = verdicts.next();
        }
        rows.into_iter().map(|(row, _)| row).collect()
    }

    /// Why a person is shown as they are; `None` when nobody linked has that user name, address or id. Asks the rules and reads
    /// the event log: call it from a thread that may be busy.
    ///
    /// # Errors
    /// When the event log cannot be read.
    pub fn why(&self, user: &str) -> Result<Option<Why>, StoreError> {
        let now = self.clock.now();
        let (link, name, view, age, subject) = {
            let people = self.people();
            let Some(person) = people.find(user) else { return Ok(None) };
            let link = person.link.id;
            let (Some(view), Some(subject)) = (people.reconciler.view(link), people.subject(link, now)) else {
                return Ok(None);
            };
            let age = age(&people, &view);
            (link, person.link.clone(), view, age, subject)
        };
        let carrying = self.carrying(&name.eight_id, &view);
        let chains = self.rules.chains();
        let publish = match subject.teams {
            Some(_) => explain(chains.publish.chain.decide(std::slice::from_ref(&subject), true).stages),
            None => Vec::new(),
        };
        let session = match subject.eight {
            Some(_) if !self.one_way => {
                explain(chains.session.chain.decide(std::slice::from_ref(&subject), true).stages)
            }
            _ => Vec::new(),
        };
        let events = self.store.latest_events(link, EVENTS_SHOWN)?;
        let events = events.into_iter().map(|event| WhyEvent {
            at: event.at,
            kind: event.kind,
            detail: serde_json::from_str(&event.detail).unwrap_or(serde_json::Value::String(event.detail)),
        });
        let (user, name) = (name.user_principal_name, name.display_name);
        let down = self.board().down.clone();
        let generation = chains.generation;
        let events = events.collect();
        Ok(Some(Why { user, name, now, view, age, carrying, down, generation, publish, session, events }))
    }

    /// Which sides are down.
    pub fn down(&self) -> Vec<Side> {
        self.board().down.clone()
    }
}

/// How old what is known of a person is.
fn age(people: &People, view: &LinkView) -> Age {
    Age {
        teams_read_at: known(people.teams_read_at(view.link)),
        teams_changed_at: view.teams.and_then(|_| known(view.teams_since)),
        eight_read_at: known(people.eight_read_at()),
        eight_changed_at: view.eight.and_then(|_| known(view.eight_since)),
    }
}

/// A moment, unless it stands for none.
fn known(at: Timestamp) -> Option<Timestamp> {
    (at > Timestamp::EPOCH).then_some(at)
}

/// The stages of the one subject that was asked about.
fn explain<V>(stages: Vec<Vec<Stage<V>>>) -> Vec<Stage<V>> {
    stages.into_iter().next().unwrap_or_default()
}
