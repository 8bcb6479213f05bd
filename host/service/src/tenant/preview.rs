//! Asking a rule that is not in force, about the people of now or about what the event log tells; nothing is written.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use presync_core::id::LinkId;
use presync_core::presence::{EightPresence, TeamsPresence};
use presync_core::reconcile::Event;
use presync_core::rule::{EightSide, Subject, TeamsSide};
use presync_core::time::Timestamp;
use presync_core::words::Direction;
use presync_rules::compare::compare;
use presync_rules::limits::BATCH;
use presync_rules::{Chain, Compared, Comparison};
use presync_store::StoreError;

use crate::executor::Panicked;
use crate::people::People;
use crate::preview::{Candidate, PersonChange, Preview, PreviewError};
use crate::rules::Tried;
use crate::tenant::Tenant;

/// Changes that are listed with the person's name; all are counted.
const LISTED: usize = 1_000;

/// Moments that a replay goes through: what a tenant of 50,000 people says in a few hours.
const MOST_MOMENTS: usize = 200_000;

/// Events read from the log at a time.
const PAGE: usize = 5_000;

/// One person at one moment.
struct Moment {
    link: LinkId,
    /// When, in a replay.
    at: Option<Timestamp>,
    subject: Subject,
}

/// What a side last said, as the log tells it.
#[derive(Default)]
struct Said {
    teams: Option<(TeamsPresence, Timestamp)>,
    eight: Option<(EightPresence, Timestamp)>,
}

impl Tenant {
    /// Who would be shown otherwise if this rule were in force, of the people of now.
    ///
    /// # Errors
    /// When the candidate is refused, or a batch panicked.
    pub async fn preview(&self, candidate: Candidate) -> Result<Preview, PreviewError> {
        let tried = Arc::new(self.try_candidate(candidate).await?);
        let now = self.clock.now();
        let moments: Vec<Moment> = {
            let people = self.people();
            let links = people.reconciler.links();
            links.filter_map(|link| people.told(link, now).map(|subject| Moment { link, at: None, subject })).collect()
        };
        self.compare(&tried, moments).await
    }

    /// Whom this rule would have shown otherwise, in what the event log tells since then.
    ///
    /// # Errors
    /// When the candidate is refused, the log cannot be read, or a batch panicked.
    pub async fn replay(&self, candidate: Candidate, since: Duration) -> Result<Preview, PreviewError> {
        let tried = Arc::new(self.try_candidate(candidate).await?);
        let (direction, since) = (tried.direction(), self.clock.now() - since);
        let (store, people) = (self.store.clone(), Arc::clone(&self.people));
        let read = move || -> Result<(Vec<Moment>, Option<Timestamp>), StoreError> {
            let mut history = History { before: store.place_before(since)?, said: HashMap::new() };
            let (mut place, mut moments) = (history.before, Vec::new());
            loop {
                let page = store.events(None, place, PAGE)?;
                let Some(last) = page.last() else { return Ok((moments, None)) };
                place = last.seq;
                for event in &page {
                    let Some(link) = event.link else { continue };
                    let Ok(told) = serde_json::from_str::<Event>(&event.detail) else { continue };
                    if let Some(subject) = history.take(&store, link, event.at, &told, direction)? {
                        let people = people.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        let subject = people.clad(link, event.at, subject);
                        moments.push(Moment { link, at: Some(event.at), subject });
                        if moments.len() == MOST_MOMENTS {
                            return Ok((moments, Some(event.at)));
                        }
                    }
                }
            }
        };
        let read = tokio::task::spawn_blocking(read).await;
        let (moments, cut_at) = read.map_err(|error| PreviewError::Panicked(error.to_string()))??;
        Ok(Preview { since: Some(since), cut_at, ..self.compare(&tried, moments).await? })
    }

    async fn try_candidate(&self, candidate: Candidate) -> Result<Tried, PreviewError> {
        let rules = Arc::clone(&self.rules);
        let tried = tokio::task::spawn_blocking(move || rules.try_candidate(&candidate)).await;
        let tried = tried.map_err(|error| PreviewError::Panicked(error.to_string()))??;
        if self.one_way && tried.direction() == Direction::EightToTeams {
            return Err(PreviewError::OneWay);
        }
        Ok(tried)
    }

    async fn compare(&self, tried: &Tried, moments: Vec<Moment>) -> Result<Preview, PreviewError> {
        let live = self.rules.chains();
        let is_known = |moment: &Moment| match tried.direction() {
            Direction::TeamsToEight => moment.subject.teams.is_some(),
            Direction::EightToTeams => moment.subject.eight.is_some(),
        };
        let (asked, subjects): (Vec<_>, Vec<Subject>) =
            moments.into_iter().filter(is_known).map(|moment| ((moment.link, moment.at), moment.subject)).unzip();
        let comparison = match tried.direction() {
            Direction::TeamsToEight => self.ask_both(&live.publish.chain, &tried.chains.publish.chain, subjects).await,
            Direction::EightToTeams => self.ask_both(&live.session.chain, &tried.chains.session.chain, subjects).await,
        }
        .map_err(|Panicked(what)| PreviewError::Panicked(what))?;
        let people = asked.iter().map(|(link, _)| link).collect::<BTreeSet<_>>().len();
        let changed = comparison.changed.iter().filter_map(|change| asked.get(change.subject));
        let people_changed = changed.map(|(link, _)| link).collect::<HashSet<_>>().len();
        let compiled = tried.rule.compiled();
        Ok(Preview {
            rule: compiled.name().to_owned(),
            version: compiled.version().to_owned(),
            direction: compiled.direction(),
            replaces: tried.replaces.clone(),
            since: None,
            cut_at: None,
            people,
            people_changed,
            changes: named(&self.people(), &comparison, &asked),
            comparison: Comparison { changed: Vec::new(), ..comparison },
        })
    }

    /// Both chains, batch by batch, on the threads of the rules and on this tenant's share of them.
    async fn ask_both<V: Compared>(
        &self,
        live: &Arc<Chain<V>>,
        candidate: &Arc<Chain<V>>,
        subjects: Vec<Subject>,
    ) -> Result<Comparison, Panicked> {
        let mut left = subjects.into_iter();
        let batches = std::iter::from_fn(|| {
            let batch: Vec<Subject> = left.by_ref().take(BATCH).collect();
            let (live, candidate) = (Arc::clone(live), Arc::clone(candidate));
            (!batch.is_empty()).then_some(move || compare(&live, &candidate, &batch))
        });
        let mut whole = Comparison::default();
        for part in self.share.run_all(batches).await {
            whole.add(part?);
        }
        Ok(whole)
    }
}

/// The first changes, each with the person's name.
fn named(people: &People, comparison: &Comparison, asked: &[(LinkId, Option<Timestamp>)]) -> Vec<PersonChange> {
    let changes = comparison.changed.iter().take(LISTED);
    changes
        .filter_map(|change| {
            let (link, at) = asked.get(change.subject)?;
            Some(PersonChange {
                user: people.person(*link)?.link.user_principal_name.clone(),
                at: *at,
                now: change.now.clone(),
                then: change.then.clone(),
                loses_queue_calls: change.loses_queue_calls,
            })
        })
        .collect()
}

/// What both sides have said so far, in the order of the log.
struct History {
    /// The place where the replay begins: what was said until then is looked up.
    before: u64,
    said: HashMap<LinkId, Said>,
}

impl History {
    /// Takes an event; gives what there was to ask about then, when the side that is mapped from has said something.
    fn take(
        &mut self,
        store: &presync_store::TenantStore,
        link: LinkId,
        at: Timestamp,
        event: &Event,
        direction: Direction,
    ) -> Result<Option<Subject>, StoreError> {
        let heard = match event {
            Event::TeamsSaid { .. } => Direction::TeamsToEight,
            Event::EightSaid { .. } => Direction::EightToTeams,
            _ => return Ok(None),
        };
        if !self.said.contains_key(&link) {
            let earlier = Said::until(store, link, self.before)?;
            self.said.insert(link, earlier);
        }
        let said = self.said.entry(link).or_default();
        said.hear(at, event);
        let seconds = |since: Timestamp| Some(u32::try_from(at.since(since).as_secs()).unwrap_or(u32::MAX));
        let subject = Subject {
            teams: said.teams.map(|(presence, since)| TeamsSide::of(presence, seconds(since))),
            eight: said.eight.map(|(presence, since)| EightSide::of(presence, seconds(since))),
            ..Subject::default()
        };
        Ok((heard == direction).then_some(subject))
    }
}

impl Said {
    /// What both sides of a person had said at this place of the log.
    fn until(store: &presync_store::TenantStore, link: LinkId, place: u64) -> Result<Self, StoreError> {
        let mut said = Self::default();
        for kind in ["teams-said", "eight-said"] {
            let detail = store.last_of_kind(link, kind, place)?;
            // How long it had been so is not known any more.
            if let Some(event) = detail.and_then(|detail| serde_json::from_str(&detail).ok()) {
                said.hear(Timestamp::EPOCH, &event);
            }
        }
        Ok(said)
    }

    fn hear(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::TeamsSaid { presence, read_at } => self.teams = Some((*presence, at.max(*read_at))),
            Event::EightSaid { presence, read_at } => self.eight = Some((*presence, at.max(*read_at))),
            _ => {}
        }
    }
}
