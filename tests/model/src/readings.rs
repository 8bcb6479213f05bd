//! Readings: a side is read, and what was read comes in, in any order.

use presync_core::presence::{EightPresence, Reading, Revision};
use presync_core::reconcile::Input;
use presync_core::time::Timestamp;
use presync_core::words::Side;

use crate::person::Sighting;
use crate::scenario::Weakness;
use crate::state::Broken;
use crate::turn::Turn;

impl Turn<'_> {
    /// A side is read as it is now.
    pub(crate) fn read(&mut self, place: usize, side: Side) {
        let (now, weakness) = (self.state.now, self.scenario.weakness);
        let overtaken = self.scenario.late_steps > 0;
        let person = self.person(place);
        match side {
            Side::Teams => {
                let teams = &person.teams;
                let late = overtaken && teams.app.is_some_and(|app| app.late);
                let (presence, truth) = (teams.shown(weakness), teams.own());
                let sighting = Sighting { presence, truth, revision: teams.revision, read_at: now, late };
                person.teams_wire.push(sighting);
            }
            Side::Eight => {
                let eight = &person.eight;
                let (presence, truth) = (eight.read(weakness), eight.read(Weakness::None));
                person.eight_wire.push(Sighting {
                    presence,
                    truth,
                    revision: eight.revision,
                    read_at: now,
                    late: false,
                });
            }
        }
    }

    /// A reading comes in: what is newer counts, what is older does not, and nothing of ours is taken for the person's own.
    pub(crate) fn hear(&mut self, place: usize, side: Side, index: usize, again: bool) {
        let link = self.seen(place).link;
        match side {
            Side::Teams => {
                let person = self.person(place);
                let heard = person.teams_wire[index].clone();
                if !again {
                    person.teams_wire.remove(index);
                }
                let before = self.reconciler.teams_presence(link);
                let reading = self.reading(heard.presence, heard.revision, heard.read_at);
                self.put(place, Input::TeamsObserved { link, reading });
                let after = self.reconciler.teams_presence(link);
                let changed = before.is_some() && after.is_some() && after != before;
                if changed && after != Some(heard.truth) && !heard.late {
                    self.break_rule(Broken::Echo);
                }
                self.order(place, side, heard.revision, changed);
            }
            Side::Eight => {
                let person = self.person(place);
                let heard = person.eight_wire[index].clone();
                if !again {
                    person.eight_wire.remove(index);
                }
                let before = self.reconciler.eight_presence(link);
                let reading = self.reading(heard.presence, heard.revision, heard.read_at);
                self.put(place, Input::EightObserved { link, reading });
                let after = self.reconciler.eight_presence(link);
                let changed = before.is_some() && after.is_some() && after != before;
                let own = |presence: EightPresence| (presence.own, presence.call_active);
                if changed && after.map(own) != Some(own(heard.truth)) {
                    self.break_rule(Broken::Echo);
                }
                self.order(place, side, heard.revision, changed);
            }
        }
    }

    fn reading<P>(&self, presence: P, revision: u64, read_at: Timestamp) -> Reading<P> {
        let untold = self.scenario.weakness == Weakness::OrderUntold;
        let revision = (!untold).then_some(Revision::Number(revision));
        let read_at = if untold { self.state.now } else { read_at };
        Reading { presence, revision, read_at, unknown_words: None }
    }

    fn order(&mut self, place: usize, side: Side, revision: u64, changed: bool) {
        let highest = *self.seen(place).heard.of(side);
        if changed && revision < highest {
            self.break_rule(Broken::Order);
        }
        *self.person(place).heard.of_mut(side) = highest.max(revision);
    }
}
