//! One test for each rule of the reconciler. `Bench` is one linked person whose two sides speak and answer on command; the rules
//! are stood in for by the published default maps, cut down to the words that the tests use.

mod echo;
mod hindered;
mod leases;
mod order;
mod outage;
mod restart;

use std::time::Duration;

use super::*;
use crate::delivery::Outcome;
use crate::presence::{EightPresence, Reading, Revision, TeamsPresence};
use crate::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use crate::words::{
    Calls, Direction, EightStatus, EightTarget, TeamsActivity as Act, TeamsAvailability as Avail, TeamsSession,
};

const LINK: LinkId = LinkId(7);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn teams(availability: Avail, activity: Act) -> TeamsPresence {
    TeamsPresence { availability, activity, out_of_office: false }
}

fn available() -> TeamsPresence {
    teams(Avail::Available, Act::Available)
}

fn in_a_call() -> TeamsPresence {
    teams(Avail::Busy, Act::InACall)
}

fn disturb_not() -> TeamsPresence {
    teams(Avail::DoNotDisturb, Act::DoNotDisturb)
}

fn eight(own: EightStatus, call_active: bool) -> EightPresence {
    EightPresence { shown: own, own, call_active, manual: false, publication: None }
}

/// A write, as the provider would get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Write {
    Publish(EightTarget),
    Unpublish,
    Hold(TeamsSession),
    Clear,
}

struct Bench {
    reconciler: Reconciler,
    now: Timestamp,
    events: Vec<Event>,
    forgotten: bool,
}

impl Bench {
    fn new() -> Self {
        let mut bench = Self {
            reconciler: Reconciler::new(Policy::default()),
            now: Timestamp::from_millis(1_800_000_000_000),
            events: Vec::new(),
            forgotten: false,
        };
        bench.put(Input::LinkAdded(LINK));
        bench
    }

    /// A person whose both sides have said available, and for whom available is published.
    fn settled() -> Self {
        let mut bench = Self::new();
        assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), []);
        assert_eq!(bench.teams_says(available()), [Write::Publish(EightTarget::Available)]);
        assert_eq!(bench.answer(Side::Eight, Outcome::Applied), []);
        bench
    }

    /// A settled person with a real 8x8 call, for whom the Teams session is held.
    fn on_an_8x8_call() -> Self {
        let mut bench = Self::settled();
        bench.wait(10);
        assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
        assert_eq!(bench.answer(Side::Teams, Outcome::Applied), []);
        bench
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now + secs(seconds);
    }

    fn put(&mut self, input: Input) -> Vec<Write> {
        let mut commands = Vec::new();
        self.reconciler.apply(self.now, input, &mut commands);
        let mut writes = Vec::new();
        for command in commands {
            match command {
                Command::Ask { link, direction, stamp } => {
                    assert_eq!(link, LINK);
                    let answer = self.decide(direction, stamp);
                    writes.extend(self.put(answer));
                }
                Command::Publish { target, .. } => writes.push(Write::Publish(target)),
                Command::Unpublish { .. } => writes.push(Write::Unpublish),
                Command::HoldSession { session, .. } => writes.push(Write::Hold(session)),
                Command::ClearSession { .. } => writes.push(Write::Clear),
                Command::Record { event, .. } => self.events.push(event),
                Command::Forget { .. } => self.forgotten = true,
            }
        }
        writes
    }

    fn decide(&self, direction: Direction, stamp: Stamp) -> Input {
        let subject = self.reconciler.subject(LINK, self.now).expect("asked about a link that exists");
        match direction {
            Direction::TeamsToEight => {
                let target = published_map(subject.teams.expect("asked before Teams spoke").activity);
                publish_decided(stamp, PublishAction::Publish(target))
            }
            Direction::EightToTeams => {
                let side = subject.eight.expect("asked before 8x8 spoke");
                let action = if side.status == EightStatus::OnCall && side.call_active {
                    SessionAction::HoldSession(TeamsSession::InACall)
                } else {
                    SessionAction::NoSession
                };
                let verdict = SessionVerdict { action, recheck_after: None, reason: None };
                Input::SessionDecided { link: LINK, stamp, verdict, rules: "test".into() }
            }
        }
    }

    fn teams_read(&mut self, presence: TeamsPresence, read_at: Timestamp, revision: Option<&str>) -> Vec<Write> {
        let revision = revision.map(|text| Revision::Text(text.into()));
        let reading = Reading { presence, revision, read_at, unknown_words: None };
        self.put(Input::TeamsObserved { link: LINK, reading })
    }

    fn teams_says(&mut self, presence: TeamsPresence) -> Vec<Write> {
        self.teams_read(presence, self.now, None)
    }

    fn eight_read(&mut self, presence: EightPresence, read_at: Timestamp, revision: u64) -> Vec<Write> {
        let revision = Some(Revision::Number(revision));
        let reading = Reading { presence, revision, read_at, unknown_words: None };
        self.put(Input::EightObserved { link: LINK, reading })
    }

    fn eight_says(&mut self, presence: EightPresence) -> Vec<Write> {
        let reading = Reading { presence, revision: None, read_at: self.now, unknown_words: None };
        self.put(Input::EightObserved { link: LINK, reading })
    }

    fn answer(&mut self, side: Side, outcome: Outcome) -> Vec<Write> {
        self.put(Input::Delivered { link: LINK, side, outcome, revision: None })
    }

    fn tick(&mut self) -> Vec<Write> {
        self.put(Input::Tick)
    }

    fn echoes(&self, side: Side) -> usize {
        self.events.iter().filter(|event| **event == Event::EchoIgnored { side }).count()
    }
}

fn publish_decided(stamp: Stamp, action: PublishAction) -> Input {
    let verdict = PublishVerdict { action, calls: Calls::Unchanged, note: None, recheck_after: None, reason: None };
    Input::PublishDecided { link: LINK, stamp, verdict, rules: "test".into() }
}

fn published_map(activity: Act) -> EightTarget {
    match activity {
        Act::DoNotDisturb | Act::Presenting => EightTarget::DoNotDisturb,
        Act::InACall => EightTarget::OnCall,
        Act::Away => EightTarget::Away,
        Act::Busy => EightTarget::Busy,
        Act::Offline | Act::OffWork => EightTarget::Offline,
        _ => EightTarget::Available,
    }
}
