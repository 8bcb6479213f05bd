//! A history, told: what happened to whom when, what presync made of it, and how it ends.

use std::fmt::{self, Display, Formatter};

use presync_core::reconcile::Event;
use presync_core::words::{Direction, Side, TeamsSession};

use crate::action::{Act, Action, Stored};
use crate::calm;
use crate::person::{Person, Write};
use crate::state::State;
use crate::walk::Walk;

/// How many calm cycles are told after the last thing that happened.
const CYCLES_TOLD: usize = 8;

/// Names for the people, in order.
const NAMES: [&str; 8] = ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gro", "Hal"];

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    lines: Vec<String>,
}

impl Story {
    /// Tells a way through the states, and what follows when nothing more happens.
    pub fn tell(walk: &Walk, way: &[(State, Option<Action>)]) -> Self {
        let mut lines = Vec::new();
        let Some((first, _)) = way.first() else { return Self { lines } };
        for (before, action) in way {
            let Some(action) = action else { continue };
            let (after, log) = walk.step(before, *action, true);
            lines.push(format!("{:>6} s  {}", before.now.since(first.now).as_secs(), sentence(before, *action)));
            lines.extend(log.into_iter().map(|line| format!("          {line}")));
            if let Some(broken) = after.broken {
                lines.push(format!("          this must not be: {broken:?}"));
            }
        }
        let Some((last, _)) = way.last() else { return Self { lines } };
        lines.push("nothing more happens but presync's own cycles:".to_owned());
        let mut state = last.clone();
        for _ in 0..CYCLES_TOLD {
            (state, _) = calm::cycle(walk.scenario(), &state);
            for (place, member) in state.members.iter().enumerate() {
                let shows = shows(&state, &member.person, walk);
                lines.push(format!("{:>6} s  {}: {shows}", state.now.since(first.now).as_secs(), name(place)));
            }
        }
        Self { lines }
    }
}

impl Display for Story {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn name(place: usize) -> String {
    NAMES.get(place).map_or_else(|| format!("person {place}"), |name| (*name).to_owned())
}

fn shows(state: &State, person: &Person, walk: &Walk) -> String {
    let teams = person.teams.shown(walk.scenario().weakness);
    let truth = person.eight.read(crate::Weakness::None);
    let session = state.rules.session(truth).filter(|_| person.linked);
    let publication = state.rules.publication(person.teams.own()).filter(|_| person.linked);
    let named = |session: Option<TeamsSession>| session.map_or("nothing", TeamsSession::label);
    let (should, target) = (person.teams.with_session(session.is_some()), person.eight.with_publication(publication));
    let (eight, held) = (person.eight.shown(), person.teams.app.map(|app| app.session));
    let right = teams == should && eight == target && held == session;
    if right {
        return format!("right: Teams shows {}, 8x8 {eight}", teams.activity);
    }
    format!(
        "wrong: Teams shows {} (should: {}), with {} held there (should: {}); 8x8 shows {eight} (should: {target})",
        teams.activity,
        should.activity,
        named(held),
        named(session),
    )
}

fn sentence(state: &State, action: Action) -> String {
    match action {
        Action::To(place, act) => match state.members.get(place) {
            Some(member) => to_one(&name(place), &member.person, act),
            None => format!("{act:?} for nobody"),
        },
        Action::Wait => "time passes".to_owned(),
        Action::Tick => "presync looks at the clock".to_owned(),
        Action::Crash(Stored::Everything) => "presync is killed and started again; all it knew was stored".to_owned(),
        Action::Crash(Stored::LastWrite) => {
            "presync is killed and started again; stored is what it knew at its last write".to_owned()
        }
        Action::Exchange(direction) => format!("the rules {} are exchanged", way(direction)),
        Action::Down(side) => format!("{} cannot be read any more", title(side)),
        Action::Up(side) => format!("{} can be read again", title(side)),
    }
}

fn to_one(name: &str, person: &Person, act: Act) -> String {
    let begins = |on: bool| if on { "ends" } else { "begins" };
    let chooses = |on: bool| if on { "gives up do not disturb" } else { "chooses do not disturb" };
    let flight = |side| person.flights.of(side).map_or_else(String::new, |flight| described(flight.write));
    match act {
        Act::TeamsCall => format!("{name} {} a call in Teams", begins(person.teams.call)),
        Act::TeamsByHand => format!("{name} {} in Teams", chooses(person.teams.by_hand)),
        Act::EightCall => format!("{name} {} a call in 8x8", begins(person.eight.call)),
        Act::EightByHand => format!("{name} {} in 8x8", chooses(person.eight.by_hand)),
        Act::Leave => format!("{name} is unlinked"),
        Act::Join => format!("{name} is linked again"),
        Act::Poll(side) => format!("{} is read for {name}", title(side)),
        Act::Read(side) => format!("{} is read for {name}, and the answer takes its time", title(side)),
        Act::Hear(side, index) => format!("reading {} of {} for {name} comes in", index + 1, title(side)),
        Act::HearTwice(side, index) => {
            format!("reading {} of {} for {name} comes in, and will again", index + 1, title(side))
        }
        Act::Decide(index) => match person.verdicts.get(index) {
            Some(verdict) => {
                let older = if person.is_newest(verdict) { "" } else { ", to an older question" };
                format!("the rules {} answer for {name}{older}", way(verdict.answer.direction()))
            }
            None => format!("the rules answer for {name}"),
        },
        Act::Carry(side) => format!("the write to {} for {name} ({}) is taken", title(side), flight(side)),
        Act::Land(side) => {
            format!("the write to {} for {name} ({}) is taken; the answer takes its time", title(side), flight(side))
        }
        Act::Answer(side) => format!("the answer of {} to the write for {name} comes in", title(side)),
        Act::AnswerTwice(side) => {
            format!("the write to {} for {name} ({}) is taken, and answered twice", title(side), flight(side))
        }
        Act::LoseAnswer(side) => format!("the answer of {} to the write for {name} is lost", title(side)),
        Act::LoseWrite(side) => format!("the write to {} for {name} ({}) is lost", title(side), flight(side)),
        Act::GiveUp(side) => {
            format!("the write to {} for {name} ({}) is given up, and may yet arrive", title(side), flight(side))
        }
        Act::Refuse(side) => format!("{} refuses the write for {name} ({})", title(side), flight(side)),
        Act::Throttle(side) => format!("{} asks for patience with the write for {name}", title(side)),
        Act::ArriveLate(side) => {
            let write = person.late.of(side).map_or_else(String::new, |late| described(late.write));
            format!("the write to {} for {name} that was given up ({write}) arrives", title(side))
        }
    }
}

const fn title(side: Side) -> &'static str {
    match side {
        Side::Teams => "Teams",
        Side::Eight => "8x8",
    }
}

const fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::TeamsToEight => "from Teams to 8x8",
        Direction::EightToTeams => "from 8x8 to Teams",
    }
}

fn described(write: Write) -> String {
    match write {
        Write::Publish(target, Some(lease)) => format!("publish {target} for {} s", lease.as_secs()),
        Write::Publish(target, None) => format!("publish {target}"),
        Write::Unpublish => "take the publication back".to_owned(),
        Write::Hold(session, lease) => format!("hold {session} for {} s", lease.as_secs()),
        Write::Clear => "clear the session".to_owned(),
    }
}

/// What presync writes, as a line of a story.
pub(crate) fn write(write: Write) -> String {
    format!("presync writes to {}: {}", title(write.side()), described(write))
}

/// What presync notes, as a line of a story.
pub(crate) fn event(event: &Event) -> String {
    match event {
        Event::TeamsSaid { presence, .. } => {
            format!("presync learns that Teams says {}/{} of itself", presence.availability, presence.activity)
        }
        Event::EightSaid { presence, .. } => {
            let call = if presence.call_active { ", with a call" } else { "" };
            format!("presync learns that 8x8 says {} of itself{call}", presence.own)
        }
        Event::EchoIgnored { side } => format!("presync sees in {} what it put there itself", title(*side)),
        Event::PublishDecided { verdict, .. } => format!("the rules want of 8x8: {:?}", verdict.action),
        Event::SessionDecided { verdict, .. } => format!("the rules want of Teams: {:?}", verdict.action),
        Event::Published { outcome, .. } | Event::Unpublished { outcome } => format!("8x8 has answered: {outcome:?}"),
        Event::SessionHeld { outcome, .. } | Event::SessionCleared { outcome } => {
            format!("Teams has answered: {outcome:?}")
        }
        Event::Lapsed { side } => format!("what presync held in {} has run out", title(*side)),
        Event::PublicationLost => "presync misses its publication in 8x8".to_owned(),
        other => format!("presync notes: {}", other.kind()),
    }
}
