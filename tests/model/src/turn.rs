//! One thing happens: the truth changes, or the real reconciler is fed one input and its commands are carried to where they go.

use std::sync::Arc;

use presync_core::reconcile::{Input, Reconciler};
use presync_core::words::{Direction, Side};

use crate::action::{Act, Action};
use crate::canon;
use crate::person::Person;
use crate::scenario::Scenario;
use crate::state::{Broken, Member, State};

/// The state on its way to the next one.
pub(crate) struct Turn<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) state: State,
    pub(crate) reconciler: Reconciler,
    /// Writes that brought something new to a provider.
    pub(crate) fresh_writes: usize,
    /// What happened inside, for a story.
    pub(crate) log: Option<Vec<String>>,
    /// Whom it happened to; everybody where that is not said.
    touched: Option<usize>,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(scenario: &'a Scenario, state: State) -> Self {
        let mut reconciler = Reconciler::new(scenario.policy.clone());
        for member in &state.members {
            if let Some(known) = &member.person.state {
                reconciler.put_back(member.person.link, known.clone());
            }
        }
        let mut turn = Self { scenario, state, reconciler, fresh_writes: 0, log: None, touched: None };
        turn.state.broken = None;
        for side in [Side::Teams, Side::Eight] {
            if let Some(since) = *turn.state.down.of(side) {
                turn.reconciler.apply(since, Input::SideDown(side), &mut Vec::new());
            }
        }
        turn
    }

    pub(crate) fn person(&mut self, place: usize) -> &mut Person {
        Arc::make_mut(&mut self.state.members[place].person)
    }

    pub(crate) fn seen(&self, place: usize) -> &Person {
        &self.state.members[place].person
    }

    pub(crate) fn break_rule(&mut self, broken: Broken) {
        self.state.broken.get_or_insert(broken);
    }

    pub(crate) fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            log.push(line());
        }
    }

    pub(crate) fn act(&mut self, action: Action) {
        match action {
            Action::To(place, act) => {
                self.touched = Some(place);
                self.act_on(place, act);
            }
            Action::Wait => self.wait(),
            Action::Tick => self.put_all(Input::Tick),
            Action::Crash(stored) => self.crash(stored),
            Action::Exchange(direction) => {
                self.state.rules = self.state.rules.exchanged(direction);
                self.put_all(Input::RulesChanged(direction));
            }
            Action::Down(side) => {
                *self.state.down.of_mut(side) = Some(self.state.now);
                self.put_all(Input::SideDown(side));
            }
            Action::Up(side) => {
                *self.state.down.of_mut(side) = None;
                self.put_all(Input::SideUp(side));
            }
        }
    }

    fn act_on(&mut self, place: usize, act: Act) {
        match act {
            Act::TeamsCall => self.person(place).teams.change(|teams| teams.call = !teams.call),
            Act::TeamsByHand => self.person(place).teams.change(|teams| teams.by_hand = !teams.by_hand),
            Act::EightCall => self.person(place).eight.change(|eight| eight.call = !eight.call),
            Act::EightByHand => self.person(place).eight.change(|eight| eight.by_hand = !eight.by_hand),
            Act::Leave | Act::Join => {
                let person = self.person(place);
                person.linked = act == Act::Join;
                let input = if person.linked { Input::LinkAdded(person.link) } else { Input::LinkRemoved(person.link) };
                self.put(place, input);
            }
            Act::Poll(side) => {
                self.read(place, side);
                self.hear(place, side, self.seen(place).on_the_wire(side) - 1, false);
            }
            Act::Read(side) => self.read(place, side),
            Act::Hear(side, index) => self.hear(place, side, index, false),
            Act::HearTwice(side, index) => self.hear(place, side, index, true),
            Act::Decide(index) => self.decide(place, index),
            Act::Carry(_)
            | Act::Land(_)
            | Act::Answer(_)
            | Act::AnswerTwice(_)
            | Act::LoseAnswer(_)
            | Act::LoseWrite(_)
            | Act::GiveUp(_)
            | Act::Refuse(_)
            | Act::Throttle(_)
            | Act::ArriveLate(_) => {
                self.write_meets(place, act);
            }
        }
    }

    /// An input about one person.
    pub(crate) fn put(&mut self, place: usize, input: Input) {
        let link = self.seen(place).link;
        let mut commands = Vec::new();
        self.reconciler.apply(self.state.now, input, &mut commands);
        for command in commands {
            if self.carry_out(command).is_some_and(|other| other != link) {
                self.break_rule(Broken::Isolation);
            }
        }
    }

    /// An input about everybody.
    pub(crate) fn put_all(&mut self, input: Input) {
        self.touched = None;
        let mut commands = Vec::new();
        self.reconciler.apply(self.state.now, input, &mut commands);
        for command in commands {
            self.carry_out(command);
        }
    }

    /// Something of ours that is shown has a cause if the rules say so of what the reconciler knows, or if it knows nothing yet.
    fn check_leases(&mut self, place: usize) {
        let (now, rules) = (self.state.now, self.state.rules);
        let person = self.seen(place);
        let frozen =
            |side| self.state.down.of(side).is_some_and(|since| now.since(since) > self.scenario.policy.hold_stale);
        let teams = self.reconciler.teams_presence(person.link);
        let eight = self.reconciler.eight_presence(person.link);
        let session = person.teams.app.map(|app| {
            person.linked && !frozen(Side::Eight) && eight.is_none_or(|own| rules.session(own) == Some(app.session))
        });
        let publication = person.eight.external.map(|external| {
            person.linked
                && !frozen(Side::Teams)
                && teams.is_none_or(|own| rules.publication(own) == Some(external.target))
        });
        let bound = self.scenario.longest_lease() + self.scenario.step * self.scenario.late_steps;
        for (side, caused) in [(Side::Teams, session), (Side::Eight, publication)] {
            let known = *self.seen(place).uncaused.of(side);
            let since = (caused == Some(false)).then_some(known.unwrap_or(now));
            if known != since {
                *self.person(place).uncaused.of_mut(side) = since;
            }
            if since.is_some_and(|since| now.since(since) > bound) {
                self.break_rule(Broken::Lease);
            }
        }
    }

    /// The next state.
    pub(crate) fn finish(mut self, before: &State) -> State {
        let moved = self.state.now != before.now || self.state.budgets.crashes != before.budgets.crashes;
        for place in 0..self.state.members.len() {
            self.check_leases(place);
            let link = self.seen(place).link;
            let newest = self.seen(place).newest;
            let open = |direction: Direction| {
                newest.of(direction.target()).is_some_and(|stamp| self.reconciler.awaits(link, direction, stamp))
            };
            let (publish_open, session_open) = (open(Direction::TeamsToEight), open(Direction::EightToTeams));
            let known = self.reconciler.lift(link);
            let was = self.seen(place);
            if was.state != known || (was.open.eight, was.open.teams) != (publish_open, session_open) {
                if self.touched.is_some_and(|touched| touched != place) {
                    self.break_rule(Broken::Isolation);
                }
                let person = self.person(place);
                person.state = known;
                (person.open.eight, person.open.teams) = (publish_open, session_open);
            }
            let unmoved = before
                .members
                .get(place)
                .is_some_and(|member| !moved && Arc::ptr_eq(&member.person, &self.state.members[place].person));
            if !unmoved {
                let with_stored = self.state.budgets.crashes.is_left();
                let Member { person, .. } = &self.state.members[place];
                let print = canon::print(person, self.state.now, self.scenario, with_stored);
                self.state.members[place].print = print;
            }
        }
        self.state
    }
}
