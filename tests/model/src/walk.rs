//! The model and its properties, and a walk through all of its states.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use presync_core::id::LinkId;
use presync_core::reconcile::Input;
use presync_core::time::Timestamp;
use presync_core::words::Side;
use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::action::{Act, Action, Stored};
use crate::calm::{self, Calm, DIRECTIONS, End};
use crate::person::{PerSide, Person};
use crate::rules::Rules;
use crate::scenario::{Budget, Scenario};
use crate::state::{Broken, Member, State};
use crate::story::Story;
use crate::turn::Turn;

/// The names of the properties.
pub const I1: &str = "I1 after inputs stop and leases run, each side shows what the rules say of the other's own state";
/// See [`I1`].
pub const I2: &str = "I2 no state survives the known end of its cause by more than one lease";
/// See [`I1`].
pub const I3: &str = "I3 a change made by nobody causes no write";
/// See [`I1`].
pub const I4: &str = "I4 nothing older overrides anything newer";
/// See [`I1`].
pub const I5: &str = "I5 at most one delivery is in flight for each link and side";
/// See [`I1`].
pub const ECHO: &str = "what we put on a side is never taken for its own state";
/// See [`I1`].
pub const ISOLATION: &str = "an input about one person changes nothing of another";

/// How many readings of one side of a person are on their way at most.
const WIRE: usize = 2;

/// The model.
#[derive(Debug)]
pub struct Walk {
    scenario: Scenario,
    calm: Calm,
    /// The properties that failed before: only the first failure of each counts, which has the shortest history.
    failed: Mutex<BTreeSet<&'static str>>,
}

/// What a walk found.
#[derive(Debug)]
pub struct Walked {
    /// What could happen.
    pub name: String,
    /// Different states.
    pub states: usize,
    /// Steps from one to another.
    pub steps: usize,
    /// How many things happened on the longest of the shortest ways to a state.
    pub depth: usize,
    /// The most calm cycles that were needed until all was right.
    pub cycles_to_right: u16,
    /// How long it took.
    pub took: Duration,
    /// What does not hold, with a history that shows it.
    pub stories: Vec<(&'static str, Story)>,
}

impl Walk {
    /// A model of this scenario.
    pub fn new(scenario: Scenario) -> Self {
        Self { scenario, calm: Calm::default(), failed: Mutex::default() }
    }

    /// What takes part.
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Walks through all states by breadth, or until something does not hold.
    pub fn exhaustively(scenario: Scenario) -> Walked {
        Self::run(scenario, HasDiscoveries::AnyFailures)
    }

    /// Walks by breadth until this does not hold.
    pub fn until(scenario: Scenario, property: &'static str) -> Walked {
        Self::run(scenario, HasDiscoveries::AnyOf([property].into()))
    }

    /// On one thread, so that the walk is by breadth indeed and comes to every state on a shortest way.
    fn run(scenario: Scenario, finish: HasDiscoveries) -> Walked {
        let (name, started) = (scenario.to_string(), Instant::now());
        let checker = Self::new(scenario).checker().finish_when(finish).spawn_bfs().join();
        let stories = checker
            .discoveries()
            .into_iter()
            .map(|(property, path)| (property, Story::tell(checker.model(), &path.into_vec())))
            .collect();
        Walked {
            name,
            states: checker.unique_state_count(),
            steps: checker.state_count(),
            depth: checker.max_depth().saturating_sub(1),
            cycles_to_right: checker.model().calm.longest(),
            took: started.elapsed(),
            stories,
        }
    }

    /// Everybody linked, read and published, and nothing on its way.
    pub fn settled(scenario: &Scenario) -> State {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let members = (1..=scenario.people)
            .map(|link| Member { person: Arc::new(Person::new(LinkId(link))), print: 0 })
            .collect();
        let (rules, down) = (Rules::DEFAULT, PerSide::default());
        let left = u16::MAX;
        let empty = State { now, members, rules, down, budgets: scenario.budgets, broken: None, left };
        let mut turn = Turn::new(scenario, empty.clone());
        for place in 0..turn.state.members.len() {
            let link = turn.seen(place).link;
            turn.put(place, Input::LinkAdded(link));
        }
        let mut state = turn.finish(&empty);
        // Two cycles: one to write, and one after which the write is long answered.
        for _ in 0..2 {
            (state, _) = calm::cycle(scenario, &state);
        }
        state.left = scenario.depth.unwrap_or(u16::MAX);
        state
    }

    /// How it ends when nothing more happens. At most as many cycles as it takes for a lease, a pause and a late arrival to pass.
    pub fn end(&self, state: &State) -> End {
        let policy = &self.scenario.policy;
        let longest = self.scenario.longest_lease() + policy.retry_refused.max(policy.retry_most);
        let most = longest.as_secs() / self.scenario.step.as_secs() + u64::from(self.scenario.late_steps) + 2;
        match self.calm.end(&self.scenario, state) {
            End::Right(cycles) if u64::from(cycles) > most => End::Wrong,
            end => end,
        }
    }

    fn is_new(&self, property: &'static str, holds: bool) -> bool {
        holds || !self.failed.lock().unwrap_or_else(PoisonError::into_inner).insert(property)
    }

    fn acts(&self, state: &State, place: usize, actions: &mut Vec<Action>) {
        let Some(member) = state.members.get(place) else { return };
        let (person, budgets) = (&member.person, &state.budgets);
        let mut may = |act| actions.push(Action::To(place, act));
        if budgets.changes.is_left() {
            may(Act::TeamsCall);
            may(Act::EightCall);
            if self.scenario.by_hand {
                may(Act::TeamsByHand);
                may(Act::EightByHand);
            }
        }
        if budgets.departures.is_left() {
            may(if person.linked { Act::Leave } else { Act::Join });
        }
        let mishap = budgets.mishaps.is_left();
        for side in [Side::Teams, Side::Eight] {
            if person.state.is_some() && state.down.of(side).is_none() {
                may(Act::Poll(side));
                if mishap && person.on_the_wire(side) < WIRE {
                    may(Act::Read(side));
                }
            }
            for index in 0..person.on_the_wire(side) {
                may(Act::Hear(side, index));
                if mishap {
                    may(Act::HearTwice(side, index));
                }
            }
            match person.flights.of(side) {
                Some(flight) if flight.landed.is_some() => {
                    may(Act::Answer(side));
                    if mishap {
                        may(Act::LoseAnswer(side));
                    }
                }
                Some(_) => {
                    may(Act::Carry(side));
                    if mishap {
                        may(Act::Land(side));
                        may(Act::AnswerTwice(side));
                        may(Act::LoseWrite(side));
                        may(Act::GiveUp(side));
                        may(Act::Refuse(side));
                        may(Act::Throttle(side));
                    }
                }
                None => {}
            }
            if person.late.of(side).is_some() {
                may(Act::ArriveLate(side));
            }
        }
        (0..person.verdicts.len()).for_each(|index| may(Act::Decide(index)));
    }

    /// What an action costs.
    fn spend(state: &mut State, action: Action) {
        let budgets = &mut state.budgets;
        let budget: Option<&mut Budget> = match action {
            Action::To(_, act) => match act {
                Act::TeamsCall | Act::TeamsByHand | Act::EightCall | Act::EightByHand => Some(&mut budgets.changes),
                Act::Leave | Act::Join => Some(&mut budgets.departures),
                Act::Read(_)
                | Act::HearTwice(..)
                | Act::Land(_)
                | Act::AnswerTwice(_)
                | Act::LoseAnswer(_)
                | Act::LoseWrite(_)
                | Act::GiveUp(_)
                | Act::Refuse(_)
                | Act::Throttle(_) => Some(&mut budgets.mishaps),
                Act::Poll(_) | Act::Hear(..) | Act::Decide(_) | Act::Carry(_) | Act::Answer(_) | Act::ArriveLate(_) => {
                    None
                }
            },
            Action::Wait | Action::Tick | Action::Up(_) => None,
            Action::Crash(_) => Some(&mut budgets.crashes),
            Action::Exchange(_) => Some(&mut budgets.exchanges),
            Action::Down(_) => Some(&mut budgets.outages),
        };
        if let Some(budget) = budget {
            budget.spend();
        }
    }

    /// The next state, with what happened inside if that is to be told.
    pub fn step(&self, before: &State, action: Action, told: bool) -> (State, Vec<String>) {
        let mut state = before.clone();
        Self::spend(&mut state, action);
        if state.left != u16::MAX {
            state.left = state.left.saturating_sub(1);
        }
        let mut turn = Turn::new(&self.scenario, state);
        turn.log = told.then(Vec::new);
        turn.act(action);
        let log = turn.log.take().unwrap_or_default();
        (turn.finish(before), log)
    }
}

impl Model for Walk {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![Self::settled(&self.scenario)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.left == 0 {
            return;
        }
        for place in 0..state.members.len() {
            self.acts(state, place, actions);
        }
        // A write is answered or given up, and the rules decide, in less time than a step.
        let flying = |member: &Member| member.person.flights.teams.is_some() || member.person.flights.eight.is_some();
        if !state.members.iter().any(flying) {
            actions.push(Action::Wait);
        }
        actions.push(Action::Tick);
        if state.budgets.crashes.is_left() {
            actions.push(Action::Crash(Stored::Everything));
            if state.members.iter().any(|member| member.person.stored.is_some()) {
                actions.push(Action::Crash(Stored::LastWrite));
            }
        }
        if state.budgets.exchanges.is_left() {
            actions.extend(DIRECTIONS.map(Action::Exchange));
        }
        for side in [Side::Teams, Side::Eight] {
            if state.down.of(side).is_some() {
                actions.push(Action::Up(side));
            } else if state.budgets.outages.is_left() {
                actions.push(Action::Down(side));
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(self.step(state, action, false).0)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(I1, |walk: &Self, state: &State| walk.is_new(I1, walk.end(state) != End::Wrong)),
            Property::always(I2, |walk: &Self, state: &State| walk.is_new(I2, state.broken != Some(Broken::Lease))),
            Property::always(I3, |walk: &Self, state: &State| walk.is_new(I3, walk.end(state) != End::Restless)),
            Property::always(I4, |walk: &Self, state: &State| walk.is_new(I4, state.broken != Some(Broken::Order))),
            Property::always(I5, |walk: &Self, state: &State| walk.is_new(I5, state.broken != Some(Broken::Flights))),
            Property::always(ECHO, |walk: &Self, state: &State| walk.is_new(ECHO, state.broken != Some(Broken::Echo))),
            Property::always(ISOLATION, |walk: &Self, state: &State| {
                walk.is_new(ISOLATION, state.broken != Some(Broken::Isolation))
            }),
        ]
    }
}

impl Display for Walked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { name, states, steps, depth, cycles_to_right, took, .. } = self;
        write!(
            f,
            "{states:>9} states, {steps:>10} steps, depth {depth:>2}, right after {cycles_to_right} cycles, {:>5.1} s: {name}",
            took.as_secs_f32()
        )
    }
}
