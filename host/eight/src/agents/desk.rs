//! Who is held out of the queues: a pure state machine that turns wishes and readings into changes of agents' states.
//!
//! ```text
//!   hold ─► seen available ──────────► change: work offline, with our code ─► held
//!        └► seen at work ─► waits ("after this call") ─► seen available ─┘
//!   let go, or the wish lapses ─► held ─► change: available
//! ```
//!
//! An agent is taken out of *available* only, and put back only from *working offline* with our status code: a break is never
//! ended, and what the agent chooses by hand stands. 8x8 keeps no lease on an agent's state, so the wish is one: not renewed, it
//! lapses, and the agent is let go. Our own changes are known again by their status code, also after a restart.

use std::collections::HashMap;
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::obstacle::Obstacle;
use presync_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::status::{AgentStatus, Settable};
use super::transition::{Transition, transition};
use super::{AgentId, Seen};

/// How long an agent whom we held out before a restart is left so, unless somebody wishes something.
pub const ORPHAN: Duration = Duration::from_secs(5 * 60);
/// How long a change is left alone that 8x8 has refused several times.
const AFTER_REFUSALS: Duration = Duration::from_secs(5 * 60);
/// How long a change that failed is left alone, or that was refused for the first few times: that may have been a mishap.
const AFTER_FAILURE: Duration = Duration::from_secs(10);
/// So many refusals in a row may be mishaps.
const MISHAPS: u8 = 5;

/// All agents of whom something is known or wished.
#[derive(Debug, Default)]
pub struct Desk {
    places: HashMap<AgentId, Place>,
}

/// What is to be known of an agent after a restart: that we held the agent out for a wish that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The agent came back by hand.
    pub overridden: bool,
}

/// How it stands with a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The agent is held out by us.
    Held,
    /// The agent is not held out by us.
    LetGo,
    /// No queue offers the agent anything as it is: nothing is to be done until that changes.
    NotNeeded(AgentStatus),
    /// It will be done when this has passed.
    Waits(Obstacle),
    /// The agent went back to available by hand: not done again for this wish.
    Overridden,
    /// The change is to be sent, or on its way.
    Sending,
    /// 8x8 did not take the change.
    Trouble(Outcome),
}

#[derive(Debug, Default)]
struct Place {
    wish: Wish,
    seen: Option<Seen>,
    /// Readings that were started earlier tell nothing new.
    seen_at: Timestamp,
    flight: Option<Settable>,
    /// We brought the agent out for this wish.
    held: bool,
    overridden: bool,
    trouble: Option<Outcome>,
    retry_at: Timestamp,
    /// Refusals in a row.
    refusals: u8,
    noted: Option<Note>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Nobody has said anything since the start.
    #[default]
    Unsaid,
    HeldOut {
        until: Timestamp,
    },
    LetGo,
}

impl Desk {
    /// An agent is to be held out of the queues until then, or until [`Desk::let_go`]. Wishing it again renews it.
    pub fn hold(&mut self, agent: &AgentId, until: Timestamp) {
        let place = self.places.entry(agent.clone()).or_default();
        if !matches!(place.wish, Wish::HeldOut { .. }) {
            (place.held, place.overridden, place.trouble) = (false, false, None);
            place.retry_at = Timestamp::EPOCH;
        }
        place.wish = Wish::HeldOut { until };
    }

    /// An agent is not to be held out any more.
    pub fn let_go(&mut self, agent: &AgentId) {
        if let Some(place) = self.places.get_mut(agent) {
            place.let_go();
        }
    }

    /// What a reading that was started at `read_at` shows of an agent.
    pub fn seen(&mut self, agent: &AgentId, seen: Seen, read_at: Timestamp) {
        let place = self.places.entry(agent.clone()).or_default();
        if place.flight.is_some() || read_at < place.seen_at {
            return;
        }
        if place.seen.is_none() && seen.ours {
            // Found so: whoever held the agent out may yet say so.
            place.retry_at = read_at + ORPHAN;
        }
        place.held |= seen.ours;
        place.overridden |= place.held && !seen.ours && seen.status == AgentStatus::WaitTransact;
        (place.seen, place.seen_at) = (Some(seen), read_at);
    }

    /// The changes that are to be sent now; each counts as under way until [`Desk::answered`].
    pub fn due(&mut self, now: Timestamp) -> Vec<(AgentId, Settable)> {
        let mut changes = Vec::new();
        for (agent, place) in &mut self.places {
            if matches!(place.wish, Wish::HeldOut { until } if now >= until) {
                place.let_go();
            }
            if let Some(change) = place.next(now) {
                place.flight = Some(change);
                changes.push((agent.clone(), change));
            }
        }
        changes.sort_unstable();
        changes
    }

    /// What 8x8 answered to a change.
    pub fn answered(&mut self, agent: &AgentId, outcome: Outcome, now: Timestamp) {
        let Some(place) = self.places.get_mut(agent) else { return };
        let Some(change) = place.flight.take() else { return };
        let pause = match outcome {
            Outcome::Applied => {
                let ours = change == Settable::WorkOffline;
                (place.seen, place.seen_at) = (Some(Seen { status: change.status(), ours }), now);
                (place.held, place.trouble, place.refusals) = (ours, None, 0);
                return;
            }
            Outcome::Throttled { retry_after } | Outcome::Later { retry_after, .. } => retry_after,
            Outcome::Refused | Outcome::NotFound | Outcome::NotCarried { .. } => {
                place.refusals = place.refusals.saturating_add(1);
                if place.refusals > MISHAPS { AFTER_REFUSALS } else { AFTER_FAILURE }
            }
            Outcome::Failed | Outcome::Masked | Outcome::Stale => AFTER_FAILURE,
        };
        (place.trouble, place.retry_at) = (Some(outcome), now + pause);
    }

    /// Takes up what a former process had noted. Unless somebody wishes it again, the agent is let go.
    pub fn restore(&mut self, agent: AgentId, note: Note, now: Timestamp) {
        let place = self.places.entry(agent).or_default();
        place.wish = Wish::HeldOut { until: now + ORPHAN };
        (place.held, place.overridden, place.noted) = (true, note.overridden, Some(note));
    }

    /// What is to be noted that is not yet; `None` takes a note away.
    pub fn unnoted(&self) -> Vec<(AgentId, Option<Note>)> {
        let places = self.places.iter().map(|(agent, place)| (agent, place.note(), place.noted));
        places.filter(|(_, note, noted)| note != noted).map(|(agent, note, _)| (agent.clone(), note)).collect()
    }

    /// This is noted.
    pub fn noted(&mut self, agent: &AgentId, note: Option<Note>) {
        if let Some(place) = self.places.get_mut(agent) {
            place.noted = note;
        }
    }

    /// How it stands with what is wished of an agent.
    pub fn standing(&self, agent: &AgentId) -> Standing {
        self.places.get(agent).map_or(Standing::LetGo, Place::standing)
    }

    /// Whether 8x8 shows an agent in the state that we put them into.
    pub fn is_held(&self, agent: &AgentId) -> bool {
        self.places.get(agent).is_some_and(Place::is_ours)
    }
}

impl Place {
    fn let_go(&mut self) {
        if self.wish != Wish::LetGo {
            (self.wish, self.retry_at, self.trouble) = (Wish::LetGo, Timestamp::EPOCH, None);
        }
    }

    fn note(&self) -> Option<Note> {
        let stands = matches!(self.wish, Wish::HeldOut { .. }) && self.held;
        stands.then_some(Note { overridden: self.overridden })
    }

    fn is_ours(&self) -> bool {
        self.seen.is_some_and(|seen| seen.ours)
    }

    fn next(&self, now: Timestamp) -> Option<Settable> {
        if self.flight.is_some() || now < self.retry_at {
            return None;
        }
        let seen = self.seen?;
        let change = match self.wish {
            Wish::HeldOut { .. } if self.overridden => return None,
            Wish::HeldOut { .. } => (seen.status == AgentStatus::WaitTransact).then_some(Settable::WorkOffline),
            Wish::Unsaid | Wish::LetGo => seen.ours.then_some(Settable::WaitTransact),
        };
        change.filter(|change| transition(seen.status, *change) == Transition::Now)
    }

    fn standing(&self) -> Standing {
        if let Some(trouble) = self.trouble {
            return Standing::Trouble(trouble);
        }
        match (self.wish, self.seen) {
            (_, _) if self.flight.is_some() => Standing::Sending,
            (Wish::Unsaid | Wish::LetGo, Some(seen)) if seen.ours => Standing::Sending,
            (Wish::Unsaid | Wish::LetGo, _) => Standing::LetGo,
            (Wish::HeldOut { .. }, None) => Standing::Waits(Obstacle::StatusNotTold),
            (Wish::HeldOut { .. }, Some(seen)) if seen.ours => Standing::Held,
            (Wish::HeldOut { .. }, Some(_)) if self.overridden => Standing::Overridden,
            (Wish::HeldOut { .. }, Some(seen)) => match (seen.status, transition(seen.status, Settable::WorkOffline)) {
                (AgentStatus::OnBreak, _)
                | (_, Transition::Already | Transition::Impossible(Obstacle::NotLoggedIn)) => {
                    Standing::NotNeeded(seen.status)
                }
                (_, Transition::AfterThisCall) => Standing::Waits(Obstacle::AfterThisCall),
                (_, Transition::Impossible(why)) => Standing::Waits(why),
                (_, Transition::Now) => Standing::Sending,
            },
        }
    }
}

#[cfg(test)]
mod tests;
