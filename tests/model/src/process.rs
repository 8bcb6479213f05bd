//! What happens to everybody at once: time passes, and the process dies and is started again.

use presync_core::reconcile::{Input, Reconciler};
use presync_core::words::{Direction, Side};

use crate::action::Stored;
use crate::canon::LONGEST_READ;
use crate::scenario::Weakness;
use crate::state::Broken;
use crate::turn::Turn;

impl Turn<'_> {
    pub(crate) fn wait(&mut self) {
        let now = self.state.now + self.scenario.step;
        let expires = self.scenario.weakness != Weakness::LeasesIgnored;
        self.state.now = now;
        // Of an outage that is longer than what was known is held for, it does not matter how much longer.
        let patience = self.scenario.policy.hold_stale;
        for side in [Side::Teams, Side::Eight] {
            let down = self.state.down.of_mut(side);
            *down = down.map(
                |since| {
                    if now.since(since) > patience { now - (patience + self.scenario.step) } else { since }
                },
            );
        }
        for place in 0..self.state.members.len() {
            let person = self.person(place);
            person.verdicts.clear();
            // A cycle ends with all of it on disk.
            person.stored = None;
            person.teams_wire.retain(|heard| now.since(heard.read_at) <= LONGEST_READ);
            person.eight_wire.retain(|heard| now.since(heard.read_at) <= LONGEST_READ);
            for side in [Side::Teams, Side::Eight] {
                let late = person.late.of_mut(side);
                *late = late.filter(|late| now <= late.until);
            }
            if expires {
                person.expire(now);
            }
        }
    }

    /// The process dies. What it had sent may arrive yet; what it waited for never comes. Another takes up what is stored, and asks
    /// the rules about everybody.
    pub(crate) fn crash(&mut self, stored: Stored) {
        let (now, policy) = (self.state.now, self.scenario.policy.clone());
        let mut before = std::mem::replace(&mut self.reconciler, Reconciler::new(policy.clone()));
        for place in 0..self.state.members.len() {
            let person = self.person(place);
            let known = match stored {
                Stored::LastWrite if person.stored.is_some() => person.stored.take(),
                Stored::LastWrite | Stored::Everything => before.lift(person.link),
            };
            person.stored = None;
            person.teams_wire.clear();
            person.eight_wire.clear();
            person.verdicts.clear();
            person.newest = Default::default();
            person.heard = Default::default();
            let link = person.link;
            self.give_up_flights(place);
            let linked = self.seen(place).linked;
            if let Some(known) = known {
                // By way of the disk, as the service does it.
                let mut disk = Reconciler::new(policy.clone());
                disk.put_back(link, known);
                if let Ok(Some(snapshot)) = disk.snapshot(link)
                    && self.reconciler.restore(now, link, &snapshot).is_err()
                {
                    self.break_rule(Broken::Isolation);
                }
            }
            self.put(place, if linked { Input::LinkAdded(link) } else { Input::LinkRemoved(link) });
        }
        for side in [Side::Teams, Side::Eight] {
            *self.state.down.of_mut(side) = None;
        }
        self.put_all(Input::RulesChanged(Direction::TeamsToEight));
        self.put_all(Input::RulesChanged(Direction::EightToTeams));
    }
}
