//! What becomes of a write on its way to a provider, and of the answer on its way back.

use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::reconcile::Input;
use presync_core::words::{EightTarget, Side};

use crate::action::Act;
use crate::person::{Flight, Landed, Late, Write};
use crate::scenario::Weakness;
use crate::sides::{AppSession, External};
use crate::turn::Turn;

/// What a provider that asks for patience asks for.
const PATIENCE: Duration = Duration::from_secs(3);

impl Turn<'_> {
    pub(crate) fn write_meets(&mut self, place: usize, act: Act) {
        let side = match act {
            Act::ArriveLate(side) => {
                if let Some(late) = self.person(place).late.of_mut(side).take() {
                    self.arrive(place, late.write, true);
                }
                return;
            }
            Act::Carry(side)
            | Act::Land(side)
            | Act::Answer(side)
            | Act::AnswerTwice(side)
            | Act::LoseAnswer(side)
            | Act::LoseWrite(side)
            | Act::GiveUp(side)
            | Act::Refuse(side)
            | Act::Throttle(side) => side,
            _ => return,
        };
        let Some(flight) = self.person(place).flights.of_mut(side).take() else { return };
        let answer = match act {
            Act::Land(_) => {
                let landed = Some(self.arrive(place, flight.write, false));
                *self.person(place).flights.of_mut(side) = Some(Flight { landed, ..flight });
                return;
            }
            Act::Carry(_) | Act::AnswerTwice(_) => self.arrive(place, flight.write, false),
            Act::Answer(_) => flight.landed.unwrap_or(Landed { outcome: Outcome::Failed, revision: None }),
            Act::Refuse(_) => Landed { outcome: Outcome::Refused, revision: None },
            Act::Throttle(_) => Landed { outcome: Outcome::Throttled { retry_after: PATIENCE }, revision: None },
            Act::GiveUp(_) => {
                self.give_up(place, flight.write);
                Landed { outcome: Outcome::Failed, revision: None }
            }
            _ => Landed { outcome: Outcome::Failed, revision: None },
        };
        self.delivered(place, side, answer);
        // An answer comes again as long as no other is waited for: the shell knows to which of its requests an answer belongs.
        if matches!(act, Act::AnswerTwice(_)) && self.seen(place).flights.of(side).is_none() {
            self.delivered(place, side, answer);
        }
    }

    fn delivered(&mut self, place: usize, side: Side, answer: Landed) {
        let link = self.seen(place).link;
        self.say(|| format!("presync hears of its write: {:?}", answer.outcome));
        let Landed { outcome, revision } = answer;
        self.put(place, Input::Delivered { link, side, outcome, revision });
    }

    /// Nobody waits for the writes of a process that is gone; those under way may arrive.
    pub(crate) fn give_up_flights(&mut self, place: usize) {
        for side in [Side::Teams, Side::Eight] {
            if let Some(flight) = self.person(place).flights.of_mut(side).take()
                && flight.landed.is_none()
            {
                self.give_up(place, flight.write);
            }
        }
    }

    fn give_up(&mut self, place: usize, write: Write) {
        let until = self.state.now + self.scenario.step * self.scenario.late_steps;
        *self.person(place).late.of_mut(write.side()) = Some(Late { write, until });
    }

    fn arrive(&mut self, place: usize, write: Write, late: bool) -> Landed {
        let (now, weakness) = (self.state.now, self.scenario.weakness);
        let person = self.person(place);
        let (app, external) = (person.teams.app, person.eight.external);
        let outcome = match write {
            Write::Hold(session, lease) => {
                let renewal = app.filter(|app| app.session == session);
                match renewal {
                    Some(_) if weakness == Weakness::RenewalsIgnored => {}
                    _ => {
                        let app = AppSession { session, until: now + lease, late };
                        person.teams.change(|teams| teams.app = Some(app));
                    }
                }
                Outcome::Applied
            }
            Write::Clear => {
                person.teams.change(|teams| teams.app = None);
                app.map_or(Outcome::NotFound, |_| Outcome::Applied)
            }
            Write::Publish(target, lease) => {
                let until = lease.filter(|_| target != EightTarget::Available).map(|lease| now + lease);
                let renewal = external.is_some_and(|external| external.target == target);
                if !(renewal && weakness == Weakness::RenewalsIgnored) {
                    let external = until.map(|until| External { target, until, late });
                    person.eight.change(|eight| eight.external = external);
                }
                let masked = person.eight.shown() != person.eight.with_publication(None) || until.is_none();
                if masked { Outcome::Applied } else { Outcome::Masked }
            }
            Write::Unpublish => {
                person.eight.change(|eight| eight.external = None);
                external.map_or(Outcome::NotFound, |_| Outcome::Applied)
            }
        };
        let same_app = app.map(|app| app.session) == person.teams.app.map(|app| app.session);
        let same_external =
            external.map(|external| external.target) == person.eight.external.map(|external| external.target);
        // What takes another's place is shown from now on, whatever became of the other's cause.
        for (side, same) in [(Side::Teams, same_app), (Side::Eight, same_external)] {
            if !same {
                *person.uncaused.of_mut(side) = None;
            }
        }
        let same = same_app && same_external;
        let revision = (write.side() == Side::Eight).then_some(person.eight.revision);
        self.fresh_writes += usize::from(!same);
        Landed { outcome, revision }
    }
}
