//! A working day by what 8x8 documents publicly and nothing else: people take calls, agents change their status, members log in to
//! queues and out of them, people join, leave, move and change their names. At the end everything that can be carried is right, and
//! what cannot be is said of each person.

use std::collections::BTreeMap;
use std::time::Duration;

use presync_service::carrying::Can;
use presync_simulator::{DirectoryRow, NotCarried, PersonRef, SimReport, StuckSession, Wrong};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Bench;

/// From one change of the directories or of a queue to the next.
const STIRS_EVERY: Duration = Duration::from_secs(60);
/// How long everything takes to be taken up when nobody moves any more: a reading of the directories every half minute, and an agent
/// who is held out after a call that ends.
const REST: Duration = Duration::from_secs(90);

/// A day.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    /// How long it is.
    pub length: Duration,
    /// What happens.
    pub seed: u64,
}

/// What can and what cannot be carried for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The Teams user name.
    pub user: String,
    /// Where they sit at 8x8.
    pub seat: DirectoryRow,
    /// What is said of them.
    pub told: Vec<Can>,
}

/// How a day ended.
#[derive(Debug)]
pub struct Evening {
    /// What happened in the directories and the queues, and how often.
    pub stirred: BTreeMap<&'static str, usize>,
    /// Sides that are wrong, of what can be carried.
    pub wrong: Vec<Wrong>,
    /// Sessions that nothing justifies.
    pub stuck: Vec<StuckSession>,
    /// What is told of each linked person.
    pub reach: Vec<Reach>,
    /// What the event log tells of whoever is wrong or stuck.
    pub histories: Vec<String>,
    /// Everything that was counted.
    pub report: SimReport,
    /// What the tenant says is wrong.
    pub troubles: Vec<String>,
}

impl Day {
    /// Lets it pass over the first tenant of a bench in public mode.
    pub async fn pass_over(self, bench: &Bench) -> Evening {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        let mut stirred = BTreeMap::new();
        let (mut past, mut stir_at) = (Duration::ZERO, STIRS_EVERY);
        bench.simulator.start_movement();
        while past < self.length {
            bench.cycles(1).await;
            past += bench.cadence.poll;
            if past >= stir_at {
                stir_at += STIRS_EVERY;
                *stirred.entry(stir(bench, &mut chance)).or_default() += 1;
            }
        }
        bench.simulator.stop_movement();
        let intervals = REST.as_secs().div_ceil(bench.cadence.poll.as_secs());
        bench.cycles(usize::try_from(intervals).expect("some intervals")).await;
        let everybody = |bench: &Bench| bench.tenant().linked().len() == linkable(bench).len();
        bench.until("everybody is linked who can be", everybody).await;
        bench.cycles(2).await;

        let truth = bench.simulator.truth();
        let users = truth.wrong.iter().map(|wrong| &wrong.user);
        let users = users.chain(truth.stuck_sessions.iter().map(|stuck| &stuck.user));
        let histories = users.map(|user| bench.history(bench.tenant(), user)).collect();
        let troubles = bench.troubles().into_iter().map(|(place, trouble)| format!("{place:?}: {trouble:?}"));
        Evening {
            stirred,
            wrong: truth.wrong,
            stuck: truth.stuck_sessions,
            reach: reach(bench),
            histories,
            report: bench.simulator.report(),
            troubles: troubles.collect(),
        }
    }
}

fn linkable(bench: &Bench) -> Vec<PersonRef> {
    bench.simulator.people(0).into_iter().filter(|person| person.linkable).collect()
}

/// Something happens that is no presence; what it was.
fn stir(bench: &Bench, chance: &mut ChaCha8Rng) -> &'static str {
    let simulator = &bench.simulator;
    let (everybody, people) = (simulator.people(0), linkable(bench));
    let Some(person) = people.choose(chance) else { return "nobody is there" };
    match chance.random_range(0..20) {
        0..4 => {
            let address = format!("new.comer{}@tenant1.example", everybody.len());
            simulator.add_person(0, &format!("New Comer{}", everybody.len()), Some(&address), Some(&address));
            "somebody joins"
        }
        4 => {
            simulator.delete_eight_user(person);
            "somebody leaves 8x8"
        }
        5 => {
            simulator.delete_teams_user(person);
            "somebody leaves Microsoft"
        }
        6 => {
            simulator.set_eight_active(person, false);
            "somebody is made inactive at 8x8"
        }
        7 => {
            simulator.set_teams_enabled(person, false);
            "somebody's account is disabled"
        }
        8 | 9 => {
            let away = |person: &&PersonRef| !person.linkable && person.eight_id.is_some() && person.teams_id.is_some();
            let away: Vec<&PersonRef> = everybody.iter().filter(away).collect();
            if let Some(back) = away.choose(chance) {
                simulator.set_eight_active(back, true);
                simulator.set_teams_enabled(back, true);
            }
            "somebody is let in again"
        }
        10 | 11 => {
            simulator.move_site(person, chance.random_range(0..4));
            "somebody moves to another site"
        }
        choice @ 12..17 => {
            let queues = |person: &&PersonRef| simulator.seat(person).is_some_and(|seat| !seat.queues.is_empty());
            let members: Vec<&PersonRef> = people.iter().filter(queues).collect();
            let logs_in = choice < 14;
            if let Some(member) = members.choose(chance) {
                simulator.log_in_to_queues(member, logs_in);
            }
            if logs_in { "a member logs in to the queues" } else { "a member logs out of the queues" }
        }
        _ => {
            let seats = people.iter().filter_map(|person| simulator.seat(person));
            let queues: Vec<String> = seats.flat_map(|seat| seat.queue_ids).collect();
            if let Some(who) = queues.choose(chance).and_then(|queue| simulator.queue_call(0, queue)) {
                simulator.answer(&who);
            }
            "a call comes into a queue"
        }
    }
}

/// What the product says of each linked person.
fn reach(bench: &Bench) -> Vec<Reach> {
    let of = |person: &PersonRef| {
        let user = person.upn.clone()?;
        let why = bench.tenant().why(&user).expect("the event log can be read")?;
        Some(Reach { user, seat: bench.simulator.seat(person)?, told: why.carrying.abilities })
    };
    linkable(bench).iter().filter_map(of).collect()
}

impl Reach {
    /// What is said of one thing.
    fn can(&self, what: &str) -> Option<(&'static str, Option<&'static str>)> {
        self.told.iter().find(|can| can.what == what).map(|can| (can.can, can.because))
    }

    /// What should be said of somebody who sits there, worked out from the seat alone, where agents take nothing but calls and do not
    /// disturb may not be set on extensions.
    pub fn should_be(&self) -> [(&'static str, &'static str, Option<&'static str>); 5] {
        let member = self.seat.extension.is_some() && !self.seat.queues.is_empty();
        let agent = self.seat.agent_id.is_some();
        let seen = if member || agent { ("yes", None) } else { ("no", Some("no-reading-of-work")) };
        // An agent's calls in the contact centre are seen; those on an extension of Work are of members of queues alone.
        let unseen = agent && !member && self.seat.extension.is_some();
        let calls = if unseen { ("partly", Some("no-reading-of-work")) } else { seen };
        let queue = if agent { ("yes", None) } else { ("no", Some("not-an-agent")) };
        let all = if agent { ("partly", Some("direct-calls-stay")) } else { ("no", Some("dnd-not-allowed")) };
        [
            ("read-presence", seen.0, seen.1),
            ("see-calls", calls.0, calls.1),
            ("show-status", "no", Some("no-publishing")),
            ("keep-queue-calls", queue.0, queue.1),
            ("keep-all-calls", all.0, all.1),
        ]
    }

    /// What is said otherwise than it should be.
    pub fn told_wrong(&self) -> Vec<String> {
        let wrong = |(what, can, because): (&'static str, &'static str, Option<&'static str>)| {
            let told = self.can(what);
            (told != Some((can, because)))
                .then(|| format!("{}: {what} should be {can} {because:?}, told {told:?}; {:?}", self.user, self.seat))
        };
        self.should_be().into_iter().filter_map(wrong).collect()
    }
}

impl Evening {
    /// What is told otherwise than it should be, of anybody.
    pub fn told_wrong(&self) -> Vec<String> {
        let mut wrong: Vec<String> = self.reach.iter().flat_map(Reach::told_wrong).collect();
        // And once more against what the providers know that cannot be carried.
        let count = |fits: &dyn Fn(&Reach) -> bool| self.reach.iter().filter(|reach| fits(reach)).count();
        let told = [
            (
                NotCarried::CallsAreNotSeen,
                count(&|reach| {
                    reach.seat.extension.is_some() && reach.can("see-calls").is_some_and(|(can, _)| can != "yes")
                }),
            ),
            (
                NotCarried::OnlyDoNotDisturb,
                count(&|reach| reach.can("keep-queue-calls").is_some_and(|(can, _)| can == "yes")),
            ),
            (
                NotCarried::StatusHasNoDocumentedWrite,
                count(&|reach| reach.can("keep-queue-calls").is_some_and(|(can, _)| can == "no")),
            ),
        ];
        for (what, told) in told {
            let known = self.report.not_carried.get(&what).copied().unwrap_or_default();
            if known != told {
                wrong.push(format!("{what:?} concerns {known} people, and is told of {told}"));
            }
        }
        wrong
    }
}
