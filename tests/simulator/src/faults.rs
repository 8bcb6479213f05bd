//! Failures on demand: an endpoint that answers with an error, hangs, or drops the connection. Each can be said in a
//! sentence, too; see `rule`.

mod endpoint;
pub(crate) mod route;
pub(crate) mod rule;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use self::endpoint::Endpoint;
use self::route::Route;
use crate::clock::{SimClock, whole_ms};

/// One failure: which endpoint, how, how often and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Fault {
    /// Where; with neither an endpoint nor a route, everywhere.
    pub endpoint: Option<Endpoint>,
    /// Where, by method and path; only without an endpoint.
    pub route: Option<Route>,
    /// Only for this tenant (`tenant-1`); every tenant when absent.
    pub tenant: Option<String>,
    /// The status code to answer with.
    pub status: u16,
    /// The share of requests that fail, 1.0 for all.
    pub share: f64,
    /// How many requests fail before the fault is over.
    pub times: Option<u32>,
    /// How long it lasts, in milliseconds of the simulator's clock; until it is cleared when absent.
    pub lasts_ms: Option<u64>,
    /// The `Retry-After` to send, in seconds.
    pub retry_after: Option<f64>,
    /// Close the connection without an answer.
    pub drop_connection: bool,
    /// Say nothing for so many real milliseconds, then close the connection.
    pub hang_ms: Option<u64>,
    /// Be late by so many real milliseconds, then answer as usual.
    pub late_ms: Option<u64>,
    /// Answer as usual, and break off in the middle of the body.
    pub cut_body: bool,
    /// Answer as usual, and take so many real milliseconds for the body.
    pub slow_ms: Option<u64>,
    /// Do what is asked, and close the connection without saying so.
    pub lose_answer: bool,
    /// Strike items of a bulk, each by itself, rather than the request.
    pub items: bool,
    /// The text to answer with, in place of the provider's error; as HTML, whatever it is.
    pub body: Option<String>,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            endpoint: None,
            route: None,
            tenant: None,
            status: 503,
            share: 1.0,
            times: None,
            lasts_ms: None,
            retry_after: None,
            drop_connection: false,
            hang_ms: None,
            late_ms: None,
            cut_body: false,
            slow_ms: None,
            lose_answer: false,
            items: false,
            body: None,
        }
    }
}

impl Fault {
    /// Every request to `endpoint` is answered with `status`.
    pub fn status(endpoint: Endpoint, status: u16) -> Self {
        Self { endpoint: Some(endpoint), status, ..Self::default() }
    }

    /// Every connection that asks `endpoint` is closed without an answer.
    pub fn dropped(endpoint: Endpoint) -> Self {
        Self { endpoint: Some(endpoint), drop_connection: true, ..Self::default() }
    }

    /// Every request to `endpoint` gets no answer for `hang`, then a closed connection.
    pub fn hung(endpoint: Endpoint, hang: Duration) -> Self {
        Self { endpoint: Some(endpoint), hang_ms: u64::try_from(hang.as_millis()).ok(), ..Self::default() }
    }

    /// Every answer of `endpoint` comes later by this much.
    pub fn late(endpoint: Endpoint, by: Duration) -> Self {
        Self { endpoint: Some(endpoint), late_ms: u64::try_from(by.as_millis()).ok(), ..Self::default() }
    }

    /// With this text, which no client expects, instead of the provider's error.
    #[must_use]
    pub fn body(self, text: &str) -> Self {
        Self { body: Some(String::from(text)), ..self }
    }

    /// Only for one tenant.
    #[must_use]
    pub fn on_tenant(self, tenant: &str) -> Self {
        Self { tenant: Some(String::from(tenant)), ..self }
    }

    /// Only for a share of the requests.
    #[must_use]
    pub fn share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// Only for the next `times` requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Only for this long.
    #[must_use]
    pub fn lasting(self, time: Duration) -> Self {
        Self { lasts_ms: u64::try_from(time.as_millis()).ok(), ..self }
    }

    /// With this `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: f64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

/// A request that a fault may strike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) tenant: &'a str,
}

impl Fault {
    fn means(&self, asked: Asked<'_>) -> bool {
        let here = match (self.endpoint, &self.route) {
            (Some(endpoint), _) => endpoint == asked.endpoint,
            (None, Some(route)) => route.fits(asked.method, asked.path),
            (None, None) => true,
        };
        here && self.tenant.as_ref().is_none_or(|only| only == asked.tenant)
    }
}

/// A fault that is on.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What to switch it off by.
    pub id: u64,
    /// The fault; what is left of its times.
    pub fault: Fault,
    /// How many requests, or items, it has struck.
    pub struck: u64,
    ends_ms: Option<i64>,
}

/// The failures that are on.
#[derive(Debug)]
pub struct Faults {
    clock: SimClock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    on: Vec<Rule>,
    next: u64,
    rng: ChaCha8Rng,
}

impl Faults {
    pub(crate) fn new(clock: SimClock, seed: u64) -> Self {
        Self { clock, state: Mutex::new(State { on: Vec::new(), next: 1, rng: ChaCha8Rng::seed_from_u64(seed) }) }
    }

    /// Switches a fault on; what to switch it off by.
    pub fn add(&self, fault: Fault) -> u64 {
        let ends_ms = fault.lasts_ms.map(|ms| self.clock.now_ms() + whole_ms(Duration::from_millis(ms)));
        let mut state = self.lock();
        let id = state.next;
        state.next += 1;
        state.on.push(Rule { id, fault, struck: 0, ends_ms });
        id
    }

    /// Switches on what a sentence says, such as `fail 10% of GET /users with 503 for 2m`; what to switch it off by.
    ///
    /// # Errors
    /// The word that is wrong, and what could stand in its place.
    pub fn rule(&self, sentence: &str) -> Result<u64, rule::RuleError> {
        Ok(self.add(sentence.parse()?))
    }

    /// Switches one fault off; whether it was on.
    pub fn remove(&self, id: u64) -> bool {
        let mut state = self.lock();
        let before = state.on.len();
        state.on.retain(|rule| rule.id != id);
        state.on.len() < before
    }

    /// Switches every fault off.
    pub fn clear(&self) {
        self.lock().on.clear();
    }

    /// Switches the faults of one endpoint off.
    pub fn clear_endpoint(&self, endpoint: Endpoint) {
        self.lock().on.retain(|rule| rule.fault.endpoint != Some(endpoint));
    }

    /// The faults that are on now.
    pub fn list(&self) -> Vec<Rule> {
        let now = self.clock.now_ms();
        let mut state = self.lock();
        state.on.retain(|rule| rule.ends_ms.is_none_or(|ends| now < ends) && rule.fault.times != Some(0));
        state.on.clone()
    }

    /// The fault that strikes this request, if one does.
    pub(crate) fn strike(&self, asked: Asked<'_>) -> Option<Fault> {
        self.strike_either(asked, false)
    }

    /// The status that one item of this request is answered with, if a fault strikes it.
    pub(crate) fn strike_item(&self, asked: Asked<'_>) -> Option<u16> {
        self.strike_either(asked, true).map(|fault| fault.status)
    }

    fn strike_either(&self, asked: Asked<'_>, items: bool) -> Option<Fault> {
        let mut state = self.lock();
        let State { on, rng, .. } = &mut *state;
        if on.is_empty() {
            return None;
        }
        let now = self.clock.now_ms();
        on.retain(|rule| rule.ends_ms.is_none_or(|ends| now < ends) && rule.fault.times != Some(0));
        let Rule { fault, struck, .. } = on.iter_mut().find(|Rule { fault, .. }| {
            fault.items == items
                && fault.means(asked)
                && (fault.share >= 1.0 || rng.random_bool(fault.share.clamp(0.0, 1.0)))
        })?;
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        *struck += 1;
        Some(fault.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strike(faults: &Faults, endpoint: Endpoint, tenant: &str) -> Option<Fault> {
        faults.strike(Asked { endpoint, method: "GET", path: "/v1.0/users", tenant })
    }

    #[test]
    fn a_fault_strikes_its_endpoint_and_tenant_until_its_time_is_over() {
        let clock = SimClock::driven(0);
        let faults = Faults::new(clock.clone(), 1);
        faults.add(Fault::status(Endpoint::Publish, 503).on_tenant("tenant-2").lasting(Duration::from_secs(5)));
        assert!(strike(&faults, Endpoint::Publish, "tenant-1").is_none());
        assert!(strike(&faults, Endpoint::SetPresence, "tenant-2").is_none());
        assert_eq!(strike(&faults, Endpoint::Publish, "tenant-2").map(|fault| fault.status), Some(503));
        clock.advance(Duration::from_secs(5));
        assert!(strike(&faults, Endpoint::Publish, "tenant-2").is_none());
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_fault_strikes_a_route_or_everything_until_it_is_removed() {
        let faults = Faults::new(SimClock::driven(0), 1);
        let id = faults.rule("fail GET /users with 500").unwrap();
        assert!(strike(&faults, Endpoint::ListUsers, "tenant-1").is_some());
        assert!(faults.remove(id) && !faults.remove(id));
        faults.rule("fail POST /users with 500").unwrap();
        assert!(strike(&faults, Endpoint::ListUsers, "tenant-1").is_none());
        faults.rule("fail everything in tenant-1").unwrap();
        assert!(strike(&faults, Endpoint::Publish, "tenant-1").is_some());
        assert!(strike(&faults, Endpoint::Publish, "tenant-2").is_none());
    }

    #[test]
    fn a_fault_can_strike_a_number_of_times_or_a_share() {
        let faults = Faults::new(SimClock::driven(0), 1);
        faults.add(Fault::status(Endpoint::Publish, 500).times(2));
        let struck = (0..5).filter(|_| strike(&faults, Endpoint::Publish, "tenant-1").is_some()).count();
        assert_eq!(struck, 2);
        faults.add(Fault::dropped(Endpoint::EightToken).share(0.5));
        let struck = (0..1_000).filter(|_| strike(&faults, Endpoint::EightToken, "tenant-1").is_some()).count();
        assert!((400..600).contains(&struck), "{struck}");
    }
}
