//! Long histories at random, of many people and with the lengths that are in use.

use presync_core::words::Side;
use stateright::Model;

use crate::action::{Act, Action};
use crate::calm::End;
use crate::state::State;
use crate::story::Story;
use crate::walk::{I1, I3, Walk};

/// What is chosen at a step: a kind of thing by weight, and one of that kind.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// Which kind, out of all weights.
    pub kind: u16,
    /// Which of that kind.
    pub which: u16,
}

/// What does not hold in a history, and its end.
#[derive(Debug, thiserror::Error)]
#[error("{what}, at step {step} of the history; its last steps:\n{story}")]
pub struct Fault {
    /// What.
    pub what: String,
    /// After how many steps.
    pub step: usize,
    /// The last steps, told.
    pub story: Story,
}

/// Steps of a history that are told.
const TOLD: usize = 40;

/// Lives through a history, and looks every so many steps whether all would come right if nothing more happened. Returns how many steps
/// there were.
///
/// # Errors
/// When something does not hold.
pub fn live(walk: &Walk, choices: &[Choice], look_every: usize) -> Result<usize, Box<Fault>> {
    let mut state = Walk::settled(walk.scenario());
    let mut last: Vec<(State, Option<Action>)> = Vec::new();
    let mut actions = Vec::new();
    for (step, choice) in choices.iter().enumerate() {
        actions.clear();
        walk.actions(&state, &mut actions);
        let Some(action) = choose(&actions, *choice) else { continue };
        let (next, _) = walk.step(&state, action, false);
        if last.len() == TOLD {
            last.remove(0);
        }
        last.push((std::mem::replace(&mut state, next), Some(action)));
        let ended = (step + 1 == choices.len() || (step + 1) % look_every == 0).then(|| walk.end(&state));
        let what = match (state.broken, ended) {
            (Some(broken), _) => format!("{broken:?} does not hold"),
            (None, Some(End::Wrong)) => I1.to_owned(),
            (None, Some(End::Restless)) => I3.to_owned(),
            (None, Some(End::Right(_)) | None) => continue,
        };
        last.push((state, None));
        return Err(Box::new(Fault { what, step: step + 1, story: Story::tell(walk, &last) }));
    }
    Ok(choices.len())
}

/// How often a kind is chosen, out of 100 and some.
#[allow(clippy::match_same_arms, reason = "what goes together stands together")]
const fn weight(action: &Action) -> usize {
    match action {
        Action::To(_, act) => match act {
            Act::TeamsCall | Act::EightCall => 5,
            Act::TeamsByHand | Act::EightByHand => 3,
            Act::Leave | Act::Join => 1,
            Act::Poll(_) => 20,
            Act::Read(_) | Act::Hear(..) => 6,
            Act::HearTwice(..) => 2,
            Act::Decide(_) => 20,
            Act::Carry(_) | Act::Answer(_) => 15,
            Act::Land(_) => 4,
            Act::ArriveLate(_) => 3,
            Act::AnswerTwice(_)
            | Act::LoseAnswer(_)
            | Act::LoseWrite(_)
            | Act::GiveUp(_)
            | Act::Refuse(_)
            | Act::Throttle(_) => 1,
        },
        Action::Wait => 25,
        Action::Tick => 10,
        Action::Crash(_) | Action::Exchange(_) => 1,
        Action::Down(_) => 1,
        Action::Up(_) => 3,
    }
}

fn kind(action: &Action) -> u8 {
    let side = |side: Side| u8::from(side == Side::Teams);
    match action {
        Action::To(_, act) => match act {
            Act::TeamsCall => 0,
            Act::EightCall => 1,
            Act::TeamsByHand => 2,
            Act::EightByHand => 3,
            Act::Leave | Act::Join => 4,
            Act::Poll(of) => 6 + side(*of),
            Act::Read(_) => 8,
            Act::Hear(..) => 10,
            Act::HearTwice(..) => 12,
            Act::Decide(_) => 14,
            Act::Carry(of) => 16 + side(*of),
            Act::Land(_) => 18,
            Act::Answer(_) => 20,
            Act::AnswerTwice(_) => 22,
            Act::LoseAnswer(_) => 24,
            Act::LoseWrite(_) => 26,
            Act::GiveUp(_) => 28,
            Act::Refuse(_) => 30,
            Act::Throttle(_) => 32,
            Act::ArriveLate(_) => 34,
        },
        Action::Wait => 40,
        Action::Tick => 41,
        Action::Crash(_) => 42,
        Action::Exchange(_) => 43,
        Action::Down(_) => 44,
        Action::Up(_) => 45,
    }
}

/// A kind by weight, then one of it.
fn choose(actions: &[Action], choice: Choice) -> Option<Action> {
    let mut kinds: Vec<(u8, usize)> = actions.iter().map(|action| (kind(action), weight(action))).collect();
    kinds.sort_unstable();
    kinds.dedup_by_key(|(kind, _)| *kind);
    let all: usize = kinds.iter().map(|(_, weight)| weight).sum();
    let mut left = usize::from(choice.kind) % all.max(1);
    let (chosen, _) = kinds.into_iter().find(|(_, weight)| {
        let found = left < *weight;
        left = left.saturating_sub(*weight);
        found
    })?;
    let of_kind: Vec<Action> = actions.iter().copied().filter(|action| kind(action) == chosen).collect();
    of_kind.get(usize::from(choice.which) % of_kind.len().max(1)).copied()
}
