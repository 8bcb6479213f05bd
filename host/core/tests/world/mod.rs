//! A world of one person: Teams and 8x8 as their references describe them, and the wires between them and the reconciler.

mod op;
mod sides;

use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::LinkId;
use presync_core::presence::{EightPresence, Reading, Revision, TeamsPresence};
use presync_core::reconcile::{Command, Input, Policy, Reconciler};
use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use presync_core::time::Timestamp;
use presync_core::words::{Calls, Direction, EightStatus, EightTarget, Note, Side, TeamsSession};

pub(crate) use op::{Fate, Op};
pub(crate) use sides::{CLIENT_PAIRS, PREFERRED_PAIRS};
use sides::{Eight, Pair, Teams, published};

const LINK: LinkId = LinkId(1);
/// A write without an answer is given up after this.
const DEADLINE: Duration = Duration::from_secs(10);
/// A write that was given up may still arrive this much later.
const LATEST: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
enum Heard {
    /// With what would be shown without us; `None` where nobody can tell, because a write that was given up arrived after all.
    Teams(Reading<TeamsPresence>, Option<Pair>),
    Eight(Reading<EightPresence>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Write {
    Publish(EightTarget, Option<Duration>),
    Unpublish,
    Hold(TeamsSession, Duration),
    Clear,
}

impl Write {
    const fn side(self) -> Side {
        match self {
            Self::Publish(..) | Self::Unpublish => Side::Eight,
            Self::Hold(..) | Self::Clear => Side::Teams,
        }
    }
}

pub(crate) struct World {
    now: Timestamp,
    teams: Teams,
    eight: Eight,
    reconciler: Reconciler,
    wire: Vec<Heard>,
    asked: Vec<Command>,
    in_flight: Vec<(Timestamp, Write)>,
    late: Vec<(Timestamp, Write)>,
    fresh_writes: usize,
    /// Since when the reconciler has known that there is no call.
    told_of_no_call: Option<Timestamp>,
    highest_teams: Option<Revision>,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut world = Self {
            now: Timestamp::from_millis(1_800_000_000_000),
            teams: Teams::new(),
            eight: Eight::new(),
            reconciler: Reconciler::new(Policy::default()),
            wire: Vec::new(),
            asked: Vec::new(),
            in_flight: Vec::new(),
            late: Vec::new(),
            fresh_writes: 0,
            told_of_no_call: None,
            highest_teams: None,
        };
        world.put(Input::LinkAdded(LINK));
        world
    }

    pub(crate) fn step(&mut self, op: &Op) {
        match *op {
            Op::TeamsClient(which) => self.teams.client = CLIENT_PAIRS[which],
            Op::TeamsPreferred(which) => self.teams.preferred = PREFERRED_PAIRS[which],
            Op::OutOfOffice(on) => self.teams.out_of_office = on,
            Op::Call(on) => self.eight.call = on,
            Op::EightManual(status) => self.eight.manual = status,
            Op::ReadTeams => {
                let heard = self.read_teams();
                self.wire.push(heard);
            }
            Op::ReadEight => {
                let heard = self.read_eight();
                self.wire.push(heard);
            }
            Op::Hear(index) if !self.wire.is_empty() => {
                let heard = self.wire.remove(index.index(self.wire.len()));
                self.hear(heard);
            }
            Op::HearAgain(index) if !self.wire.is_empty() => {
                let heard = self.wire[index.index(self.wire.len())].clone();
                self.hear(heard);
            }
            Op::Lose(index) if !self.wire.is_empty() => {
                self.wire.remove(index.index(self.wire.len()));
            }
            Op::Hear(_) | Op::HearAgain(_) | Op::Lose(_) => {}
            Op::Decide => self.decide(),
            Op::Answer(fate) => self.answer(fate),
            Op::LateArrival => self.arrive_late(),
            Op::Wait(seconds) => self.wait(Duration::from_secs(seconds)),
            Op::Tick => self.put(Input::Tick),
            Op::Restart => self.restart(),
            Op::Outage { teams, down } => {
                let side = if teams { Side::Teams } else { Side::Eight };
                self.put(if down { Input::SideDown(side) } else { Input::SideUp(side) });
            }
        }
        self.refresh();
        self.check_leases();
    }

    /// Nothing happens but presync's own cycles, every ten seconds, on wires that work.
    pub(crate) fn calm(&mut self, length: Duration) {
        self.put(Input::SideUp(Side::Teams));
        self.put(Input::SideUp(Side::Eight));
        self.wire.clear();
        let end = self.now + length;
        while self.now < end {
            self.wait(Duration::from_secs(10));
            self.arrive_late();
            let (teams, eight) = (self.read_teams(), self.read_eight());
            self.hear(teams);
            self.hear(eight);
            self.decide();
            self.put(Input::Tick);
            self.decide();
            while !self.in_flight.is_empty() {
                self.answer(Fate::Arrives);
            }
            self.check_leases();
        }
    }

    pub(crate) fn fresh_writes(&self) -> usize {
        self.fresh_writes
    }

    pub(crate) fn teams_shown(&self) -> Pair {
        self.teams.shown(self.now)
    }

    pub(crate) fn teams_expected(&self) -> Pair {
        self.teams.with_session(self.eight.exports_call())
    }

    pub(crate) fn eight_shown(&self) -> EightStatus {
        self.eight.shown(self.now)
    }

    pub(crate) fn eight_expected(&self) -> EightStatus {
        self.eight.with_external(published(self.teams.own()))
    }

    fn read_teams(&mut self) -> Heard {
        self.refresh();
        let (availability, activity) = self.teams.shown(self.now);
        let presence = TeamsPresence { availability, activity, out_of_office: self.teams.out_of_office };
        let revision = Some(Revision::Text(format!("{:08}", self.teams.revision).into()));
        let own = (!self.teams.app_came_late).then(|| self.teams.own());
        Heard::Teams(Reading { presence, revision, read_at: self.now, unknown_words: None }, own)
    }

    fn read_eight(&mut self) -> Heard {
        self.refresh();
        let presence = self.eight.read(self.now);
        let revision = Some(Revision::Number(self.eight.revision));
        Heard::Eight(Reading { presence, revision, read_at: self.now, unknown_words: None })
    }

    fn hear(&mut self, heard: Heard) {
        let before = self.reconciler.teams_presence(LINK);
        match heard {
            Heard::Teams(reading, own) => {
                let pair = |presence: TeamsPresence| (presence.availability, presence.activity);
                let revision = reading.revision.clone();
                self.put(Input::TeamsObserved { link: LINK, reading });
                let after = self.reconciler.teams_presence(LINK);
                if after.map(pair) != before.map(pair) {
                    let echo = own.is_some_and(|own| own != sides::CALL && after.map(pair) == Some(sides::CALL));
                    assert!(!echo, "our own session was taken for the person's state");
                }
                if after != before {
                    assert!(revision >= self.highest_teams, "I4: {revision:?} after {:?}", self.highest_teams);
                }
                self.highest_teams = revision.max(self.highest_teams.take());
            }
            Heard::Eight(reading) => {
                let read_at = reading.read_at;
                self.put(Input::EightObserved { link: LINK, reading });
                let known = self.reconciler.view(LINK).and_then(|view| view.eight);
                let call = known.is_some_and(|eight| eight.own == EightStatus::OnCall && eight.call_active);
                self.told_of_no_call = if call { None } else { self.told_of_no_call.or(Some(read_at.max(self.now))) };
            }
        }
    }

    fn put(&mut self, input: Input) {
        let mut commands = Vec::new();
        self.reconciler.apply(self.now, input, &mut commands);
        for command in commands {
            let write = match command {
                Command::Ask { .. } => {
                    self.asked.push(command);
                    continue;
                }
                Command::Publish { target, lease, .. } => Write::Publish(target, lease),
                Command::Unpublish { .. } => Write::Unpublish,
                Command::HoldSession { session, lease, .. } => Write::Hold(session, lease),
                Command::ClearSession { .. } => Write::Clear,
                Command::Record { .. } => continue,
                Command::Forget { .. } => panic!("nobody left"),
            };
            assert!(
                self.in_flight.iter().all(|(_, other)| other.side() != write.side()),
                "I5: {write:?} joins another"
            );
            self.in_flight.push((self.now, write));
        }
    }

    fn decide(&mut self) {
        for command in std::mem::take(&mut self.asked) {
            let Command::Ask { link, direction, stamp } = command else { unreachable!() };
            let subject = self.reconciler.subject(link, self.now).expect("asked about a link that exists");
            let rules = "model".into();
            let input = match (direction, subject.teams, subject.eight) {
                (Direction::TeamsToEight, Some(side), _) => {
                    let action = PublishAction::Publish(published((side.availability, side.activity)));
                    let note = side.out_of_office.then_some(Note::OutOfOffice);
                    let calls = Calls::Unchanged;
                    let verdict = PublishVerdict { action, calls, note, recheck_after: None, reason: None };
                    Input::PublishDecided { link, stamp, verdict, rules }
                }
                (Direction::EightToTeams, _, Some(side)) => {
                    let call = side.status == EightStatus::OnCall && side.call_active;
                    let action =
                        if call { SessionAction::HoldSession(TeamsSession::InACall) } else { SessionAction::NoSession };
                    let verdict = SessionVerdict { action, recheck_after: None, reason: None };
                    Input::SessionDecided { link, stamp, verdict, rules }
                }
                _ => panic!("asked before the source side spoke"),
            };
            self.put(input);
        }
    }

    /// The oldest write in flight meets its fate.
    fn answer(&mut self, fate: Fate) {
        if self.in_flight.is_empty() {
            return;
        }
        let (_, write) = self.in_flight.remove(0);
        let outcome = match fate {
            Fate::Arrives => self.arrive(write),
            Fate::ArrivesUnanswered => {
                self.arrive(write);
                Outcome::Failed
            }
            Fate::Lost => Outcome::Failed,
            Fate::Late => {
                self.late.push((self.now + LATEST, write));
                Outcome::Failed
            }
            Fate::Throttled => Outcome::Throttled { retry_after: Duration::from_secs(3) },
            Fate::Refused => Outcome::Refused,
        };
        let revision = (write.side() == Side::Eight && outcome == Outcome::Applied).then_some(self.eight.revision);
        self.put(Input::Delivered { link: LINK, side: write.side(), outcome, revision });
    }

    fn arrive(&mut self, write: Write) -> Outcome {
        let now = self.now;
        let outcome = match write {
            Write::Publish(target, lease) => {
                let changed = self.eight.publish(target, lease.map(|lease| now + lease));
                self.fresh_writes += usize::from(changed);
                Outcome::Applied
            }
            Write::Unpublish => {
                self.eight.publish(EightTarget::Available, None);
                self.fresh_writes += 1;
                Outcome::Applied
            }
            Write::Hold(session, lease) => {
                let renewal = self.teams.app.is_some_and(|(held, until)| held == session && now < until);
                self.fresh_writes += usize::from(!renewal);
                self.teams.app = Some((session, now + lease));
                self.teams.app_came_late = false;
                Outcome::Applied
            }
            Write::Clear => {
                self.fresh_writes += 1;
                self.teams.app.take().map_or(Outcome::NotFound, |_| Outcome::Applied)
            }
        };
        self.refresh();
        outcome
    }

    fn arrive_late(&mut self) {
        for (latest, write) in std::mem::take(&mut self.late) {
            if self.now <= latest {
                self.arrive(write);
                self.teams.app_came_late |= matches!(write, Write::Hold(..));
            }
        }
    }

    /// Time passes. The rules answer within moments, and a write is not waited for longer than its deadline.
    fn wait(&mut self, length: Duration) {
        self.decide();
        self.now = self.now + length;
        let now = self.now;
        while self.in_flight.first().is_some_and(|(sent_at, _)| now.since(*sent_at) > DEADLINE) {
            self.answer(Fate::Lost);
        }
        self.late.retain(|(latest, _)| now <= *latest);
        self.refresh();
    }

    /// The process is killed; another takes up its stored state.
    fn restart(&mut self) {
        let snapshot = self.reconciler.snapshot(LINK).expect("a state is JSON").expect("the link exists");
        self.reconciler = Reconciler::new(Policy::default());
        self.reconciler.restore(self.now, LINK, &snapshot).expect("a snapshot reads back");
        self.wire.clear();
        self.asked.clear();
        let latest = self.now + LATEST;
        self.late.extend(self.in_flight.drain(..).map(|(_, write)| (latest, write)));
        self.put(Input::RulesChanged(Direction::TeamsToEight));
        self.put(Input::RulesChanged(Direction::EightToTeams));
    }

    fn refresh(&mut self) {
        self.teams.refresh(self.now);
        self.eight.refresh(self.now);
    }

    /// I2: from when the reconciler knows that the call is over, no session outlives one lease (and a late arrival).
    fn check_leases(&self) {
        let Some(since) = self.told_of_no_call else { return };
        if self.teams.app.is_some_and(|(_, until)| self.now < until) {
            let survived = self.now.since(since);
            let lease = Policy::default().session_lease;
            assert!(survived <= lease + LATEST, "I2: a session outlived its call by {survived:?}");
        }
    }
}
