//! Whether all comes right when nothing more happens: from a state on, presync's own cycles follow one another on wires that work.
//!
//! What follows then is certain, and there are not infinitely many states, so it ends in a round of states that repeat. In that round each
//! side must show what the rules say (I1), and nothing may be written but renewals (I3): for ever, not only for as long as somebody
//! looked. How many cycles it takes until then is bounded by the leases.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use presync_core::words::{Direction, Side};

use crate::action::{Act, Action};
use crate::person::Person;
use crate::scenario::{Budget, Budgets, Scenario};
use crate::state::State;
use crate::turn::Turn;

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All is right after so many cycles, and stays so.
    Right(u16),
    /// It stays wrong, or comes right too late.
    Wrong,
    /// Something is written again and again though nothing changes.
    Restless,
}

/// A cycle is not followed by more than so many others before it is given up as endless.
const MOST_CYCLES: usize = 2_000;

/// What is known of states that were looked at before; see the module.
#[derive(Debug, Default)]
pub struct Calm {
    /// A map with the number of a state of one person as key and how it ends as value.
    known: Mutex<HashMap<u64, End>>,
}

impl Calm {
    /// How it ends for everybody; the worst, or the last.
    pub fn end(&self, scenario: &Scenario, state: &State) -> End {
        let mut longest = 0;
        for place in 0..state.members.len() {
            match self.end_alone(scenario, state, place) {
                End::Right(cycles) => longest = longest.max(cycles),
                wrong => return wrong,
            }
        }
        End::Right(longest)
    }

    /// The most cycles that were needed.
    pub fn longest(&self) -> u16 {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .values()
            .filter_map(|end| if let End::Right(cycles) = end { Some(*cycles) } else { None })
            .max()
            .unwrap_or(0)
    }

    fn end_alone(&self, scenario: &Scenario, state: &State, place: usize) -> End {
        if let Some(end) = self.known(state.print_alone(place)) {
            return end;
        }
        let nothing = Budget(0);
        let budgets = Budgets {
            changes: nothing,
            mishaps: nothing,
            crashes: nothing,
            exchanges: nothing,
            outages: nothing,
            departures: nothing,
        };
        let mut state = State { budgets, ..state.alone(place) };
        let mut way: Vec<(u64, bool, bool)> = Vec::new();
        let end = loop {
            let print = state.print_alone(0);
            if let Some(end) = self.known(print) {
                break end;
            }
            if let Some(first) = way.iter().position(|(seen, ..)| *seen == print) {
                let round = way.split_off(first);
                let end = match (round.iter().all(|(_, quiet, _)| *quiet), round.iter().all(|(.., right)| *right)) {
                    (true, true) => End::Right(0),
                    (false, true) => End::Restless,
                    (_, false) => End::Wrong,
                };
                round.iter().for_each(|(print, ..)| self.learn(*print, end));
                break end;
            }
            if way.len() == MOST_CYCLES {
                break End::Wrong;
            }
            let (next, fresh_writes) = cycle(scenario, &state);
            state = next;
            way.push((print, fresh_writes == 0, is_right(&state)));
        };
        way.into_iter().rev().fold(end, |end, (print, quiet, right)| {
            let end = match end {
                End::Right(0) if quiet && right => end,
                End::Right(cycles) => End::Right(cycles + 1),
                wrong => wrong,
            };
            self.learn(print, end);
            end
        })
    }

    fn known(&self, print: u64) -> Option<End> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&print).copied()
    }

    fn learn(&self, print: u64, end: End) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(print, end);
    }
}

/// One cycle on wires that work, with how many writes brought something new.
pub fn cycle(scenario: &Scenario, state: &State) -> (State, usize) {
    let mut turn = Turn::new(scenario, state.clone());
    settle(&mut turn);
    for side in [Side::Teams, Side::Eight] {
        if turn.state.down.of(side).is_some() {
            turn.act(Action::Up(side));
        }
        for place in 0..turn.state.members.len() {
            let person = turn.person(place);
            person.late = Default::default();
            person.teams_wire.clear();
            person.eight_wire.clear();
        }
    }
    turn.act(Action::Wait);
    for place in 0..turn.state.members.len() {
        for side in [Side::Teams, Side::Eight] {
            turn.act(Action::To(place, Act::Poll(side)));
        }
    }
    settle(&mut turn);
    turn.act(Action::Tick);
    settle(&mut turn);
    let fresh_writes = turn.fresh_writes;
    (turn.finish(state), fresh_writes)
}

/// Rules decide and writes arrive until there is nothing more of either.
fn settle(turn: &mut Turn<'_>) {
    for place in 0..turn.state.members.len() {
        loop {
            let person = turn.seen(place);
            let flight = [Side::Teams, Side::Eight].into_iter().find(|side| person.flights.of(*side).is_some());
            let act = if !person.verdicts.is_empty() {
                Act::Decide(0)
            } else if let Some(side) = flight {
                let landed = person.flights.of(side).is_some_and(|flight| flight.landed.is_some());
                if landed { Act::Answer(side) } else { Act::Carry(side) }
            } else {
                break;
            };
            turn.act(Action::To(place, act));
        }
    }
}

/// Whether each side of everybody shows what the rules say of the other's own state.
pub fn is_right(state: &State) -> bool {
    state.members.iter().all(|member| {
        let person: &Person = &member.person;
        let truth = person.eight.read(crate::Weakness::None);
        let session = state.rules.session(truth).filter(|_| person.linked);
        let publication = state.rules.publication(person.teams.own()).filter(|_| person.linked);
        let held = person.teams.app.map(|app| app.session);
        held == session && person.eight.shown() == person.eight.with_publication(publication)
    })
}

/// The direction whose rules a name tells.
pub(crate) const DIRECTIONS: [Direction; 2] = [Direction::TeamsToEight, Direction::EightToTeams];
