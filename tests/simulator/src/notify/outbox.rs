//! What waits to be sent to subscribers, and the endpoints that are too slow to be sent anything now.
//!
//! An endpoint is judged by the answers of each ten minutes, for the ten minutes after them. Source:
//! concepts/change-notifications-delivery-webhooks.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use tokio::sync::Notify;

use super::{settings::Notifications, subscription::Notice};

/// An answer within this time counts at a first attempt.
pub(crate) const IN_TIME_MS: i64 = 3_000;
/// And within this time at a retry; later nobody listens for it.
pub(crate) const PATIENCE_MS: i64 = 10_000;
/// Nothing is tried again later than this after the first attempt.
const TRIED_FOR_MS: i64 = 4 * 3_600_000;
/// The first retry comes after this long, each next one after twice as long.
const BACKOFF_MS: i64 = 10_000;
/// Endpoints are judged this often, and what goes to slow ones waits as long.
const WINDOW_MS: i64 = 10 * 60_000;
/// Deliveries remembered for assertions.
const KEPT: usize = 10_000;

/// A notice on its way.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// The tenant's place.
    pub(crate) place: usize,
    pub(crate) notice: Notice,
    pub(crate) due_ms: i64,
    /// Attempts made so far, and when the first was due.
    pub(crate) attempts: u32,
    pub(crate) first_ms: i64,
}

/// One attempt to deliver, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// When it was over.
    pub at_ms: i64,
    /// Where it went.
    pub url: String,
    /// How many notifications it held.
    pub notifications: usize,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// What it was answered with, if it was answered.
    pub status: Option<u16>,
    /// What became of the notifications.
    pub outcome: Outcome,
}

/// What became of notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Answered well and in time.
    Delivered,
    /// Will be sent again.
    Retried,
    /// Tried for four hours in vain.
    Lost,
    /// Never sent: the endpoint has been far too slow.
    Dropped,
    /// Not sent, since the subscription's token has ended; tried again later.
    Withheld,
}

/// What the last window said of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Healthy,
    /// More than a tenth of the answers took longer than 3 s.
    Slow,
    /// More than 15 % took longer than 10 s.
    Dropping,
}

#[derive(Debug)]
struct Health {
    since_ms: i64,
    state: State,
    answers: u32,
    late: u32,
    never: u32,
}

impl Health {
    fn new(now: i64) -> Self {
        Self { since_ms: now, state: State::Healthy, answers: 0, late: 0, never: 0 }
    }

    fn at(&mut self, now: i64) -> State {
        if now - self.since_ms >= WINDOW_MS {
            let state = match (self.answers, self.late, self.never) {
                (answers, _, never) if never * 100 > answers * 15 => State::Dropping,
                (answers, late, _) if late * 100 > answers * 10 => State::Slow,
                _ => State::Healthy,
            };
            *self = Self { state, ..Self::new(now - (now - self.since_ms) % WINDOW_MS) };
        }
        self.state
    }
}

/// Everything on its way to subscribers.
#[derive(Debug)]
pub(crate) struct Outbox {
    inside: Mutex<Inside>,
    /// Rings when there is something new.
    pub(crate) rang: Notify,
    /// Rings when something was delivered or not.
    pub(crate) landed: Notify,
}

#[derive(Debug)]
struct Inside {
    waiting: Vec<Letter>,
    flying: usize,
    endpoints: HashMap<Arc<str>, Health>,
    log: VecDeque<Delivery>,
    rng: ChaCha8Rng,
}

impl Outbox {
    pub(crate) fn new(seed: u64) -> Self {
        let rng = ChaCha8Rng::seed_from_u64(seed);
        let inside = Inside { waiting: Vec::new(), flying: 0, endpoints: HashMap::new(), log: VecDeque::new(), rng };
        Self { inside: Mutex::new(inside), rang: Notify::new(), landed: Notify::new() }
    }

    /// Takes in what the tenant at `place` has to tell.
    pub(crate) fn post(&self, place: usize, notices: Vec<Notice>, settings: Notifications, now: i64) {
        let mut inside = self.lock();
        let Inside { waiting, endpoints, log, rng, .. } = &mut *inside;
        for notice in notices {
            let health = endpoints.entry(Arc::clone(&notice.url)).or_insert_with(|| Health::new(now));
            let waits = match health.at(now) {
                State::Healthy => 0,
                State::Slow => WINDOW_MS,
                State::Dropping => {
                    remember(log, delivery(now, &notice.url, 1, 0, None, Outcome::Dropped));
                    continue;
                }
            };
            let spread = if settings.spread_ms > 0 { rng.random_range(0..=settings.spread_ms) } else { 0 };
            let due_ms = notice.at_ms + settings.delay_ms + spread + waits;
            let letter = Letter { place, notice, due_ms, attempts: 0, first_ms: due_ms };
            waiting.extend(settings.repeated.then(|| letter.clone()));
            waiting.push(letter);
        }
        drop(inside);
        self.rang.notify_one();
    }

    /// Takes out what is due, all that goes to one URL together; each bundle has to land.
    pub(crate) fn take_due(&self, now: i64) -> Vec<Vec<Letter>> {
        let mut inside = self.lock();
        let (due, waiting): (Vec<_>, Vec<_>) =
            std::mem::take(&mut inside.waiting).into_iter().partition(|letter| letter.due_ms <= now);
        inside.waiting = waiting;
        let mut bundles: BTreeMap<(Arc<str>, u32), Vec<Letter>> = BTreeMap::new();
        for letter in due {
            bundles.entry((Arc::clone(&letter.notice.url), letter.attempts)).or_default().push(letter);
        }
        inside.flying += bundles.len();
        bundles.into_values().collect()
    }

    /// When the next letter is due.
    pub(crate) fn next_due(&self) -> Option<i64> {
        self.lock().waiting.iter().map(|letter| letter.due_ms).min()
    }

    /// Notes how an endpoint answered, and after how long.
    pub(crate) fn answered(&self, url: &Arc<str>, now: i64, took_ms: i64) {
        let mut inside = self.lock();
        let health = inside.endpoints.entry(Arc::clone(url)).or_insert_with(|| Health::new(now));
        health.at(now);
        health.answers += 1;
        health.late += u32::from(took_ms > IN_TIME_MS);
        health.never += u32::from(took_ms >= PATIENCE_MS);
    }

    /// Puts letters back for another attempt, unless they have been tried for long enough.
    pub(crate) fn put_back(&self, letters: Vec<Letter>, now: i64, status: Option<u16>, withheld: bool) {
        let mut inside = self.lock();
        for mut letter in letters {
            letter.attempts += 1;
            letter.due_ms = now + (BACKOFF_MS << (letter.attempts - 1).min(20));
            let in_vain = letter.due_ms > letter.first_ms + TRIED_FOR_MS;
            let outcome = match (in_vain, withheld) {
                (true, _) => Outcome::Lost,
                (false, true) => Outcome::Withheld,
                (false, false) => Outcome::Retried,
            };
            remember(&mut inside.log, delivery(now, &letter.notice.url, 1, letter.attempts, status, outcome));
            if !in_vain {
                inside.waiting.push(letter);
            }
        }
        drop(inside);
        self.rang.notify_one();
    }

    /// Notes that letters were delivered.
    pub(crate) fn delivered(&self, letters: &[Letter], now: i64, status: u16) {
        if let Some(first) = letters.first() {
            let (url, attempt) = (&first.notice.url, first.attempts + 1);
            let one = delivery(now, url, letters.len(), attempt, Some(status), Outcome::Delivered);
            remember(&mut self.lock().log, one);
        }
    }

    /// What was withheld for want of a token is tried at once.
    pub(crate) fn hurry(&self, subscription: uuid::Uuid, now: i64) {
        for letter in self.lock().waiting.iter_mut().filter(|letter| letter.notice.subscription == subscription) {
            letter.due_ms = letter.due_ms.min(now);
        }
        self.rang.notify_one();
    }

    /// A bundle has landed, wherever.
    pub(crate) fn landed(&self) {
        self.lock().flying -= 1;
        self.landed.notify_waiters();
    }

    /// Whether nothing is on its way, and nothing is due.
    pub(crate) fn is_quiet(&self, now: i64) -> bool {
        let inside = self.lock();
        inside.flying == 0 && inside.waiting.iter().all(|letter| letter.due_ms > now)
    }

    /// The last deliveries, oldest first.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.lock().log.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn delivery(
    at_ms: i64,
    url: &str,
    notifications: usize,
    attempt: u32,
    status: Option<u16>,
    outcome: Outcome,
) -> Delivery {
    Delivery { at_ms, url: String::from(url), notifications, attempt, status, outcome }
}

fn remember(log: &mut VecDeque<Delivery>, delivery: Delivery) {
    if log.len() == KEPT {
        log.pop_front();
    }
    log.push_back(delivery);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(answers: u32, late: u32, never: u32) -> State {
        Health { answers, late, never, ..Health::new(0) }.at(WINDOW_MS)
    }

    #[test]
    fn an_endpoint_is_slow_above_a_tenth_and_dropped_above_fifteen_in_a_hundred() {
        assert_eq!(judged(100, 10, 0), State::Healthy);
        assert_eq!(judged(100, 11, 0), State::Slow);
        assert_eq!(judged(100, 15, 15), State::Slow);
        assert_eq!(judged(100, 16, 16), State::Dropping);
    }

    #[test]
    fn an_endpoint_is_judged_anew_every_ten_minutes() {
        let mut health = Health { answers: 1, late: 1, ..Health::new(0) };
        assert_eq!(health.at(WINDOW_MS - 1), State::Healthy);
        assert_eq!(health.at(WINDOW_MS), State::Slow);
        assert_eq!(health.at(2 * WINDOW_MS - 1), State::Slow);
        assert_eq!(health.at(2 * WINDOW_MS), State::Healthy);
    }
}
