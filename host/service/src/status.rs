//! What may be seen of a tenant from outside: counters, health, the people who are not linked, and one person's why.

use std::collections::BTreeMap;
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::linking::{By, Likeness, Unlinked};
use presync_core::reconcile::{Event, LinkView};
use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_core::time::Timestamp;
use presync_core::words::Side;
use presync_rules::{Poison, Stage};
use serde::Serialize;

use crate::carrying::{Carrying, CarryingOverall};
use crate::freshness::HopSpread;
use crate::listening::Listening;
use crate::notifications::status::NotificationStatus;
use crate::pace::{Limit, Tempo};
use crate::rules::RuleStatus;
use crate::warnings::Warning;

/// What a tenant has done since the process started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Cycles that ended, well or not.
    pub cycles: u64,
    /// Presences read, on both sides.
    pub presences_read: u64,
    /// Times that somebody's presence in Teams was another than before.
    pub teams_changes: u64,
    /// The same at 8x8.
    pub eight_changes: u64,
    /// Questions put to the chains.
    pub questions: u64,
    /// Verdicts given by the chains: one to each question, unless asking ended in a panic.
    pub decisions: u64,
    /// Verdicts among them that needed no call into a rule.
    pub decisions_reused: u64,
    /// Publications taken by 8x8, renewals left out.
    pub published: u64,
    /// Publications taken back.
    pub unpublished: u64,
    /// Sessions taken by Teams, renewals left out.
    pub sessions_held: u64,
    /// Sessions cleared.
    pub sessions_cleared: u64,
    /// Renewals sent, on both sides.
    pub renewed: u64,
    /// States that a side showed because we had put them there, not carried back.
    pub echoes_ignored: u64,
    /// Writes that failed, were refused or throttled.
    pub writes_failed: u64,
    /// Writes that were kept back, since the person had been written to too often.
    pub writes_braked: u64,
    /// Batches in which a rule failed.
    pub rule_faults: u64,
    /// Questions that a rule failed on by themselves; they are not put to it again.
    pub poison: u64,
    /// Answers that crossed a guardrail and were not obeyed.
    pub guarded: u64,
    /// Time on the processor that rules have used, all threads together.
    pub guest_time: Duration,
}

impl Counters {
    /// Counts an event of the log.
    pub(crate) fn count(&mut self, event: &Event) {
        let taken = |outcome: &Outcome| matches!(outcome, Outcome::Applied | Outcome::Masked);
        match event {
            Event::TeamsSaid { .. } => self.teams_changes += 1,
            Event::EightSaid { .. } => self.eight_changes += 1,
            Event::EchoIgnored { .. } => self.echoes_ignored += 1,
            Event::Published { outcome, .. } if taken(outcome) => self.published += 1,
            Event::Unpublished { outcome } if taken(outcome) || *outcome == Outcome::NotFound => self.unpublished += 1,
            Event::SessionHeld { outcome, .. } if taken(outcome) => self.sessions_held += 1,
            Event::SessionCleared { outcome } if taken(outcome) || *outcome == Outcome::NotFound => {
                self.sessions_cleared += 1;
            }
            _ => {}
        }
    }

    /// Adds another tenant's.
    pub fn add(&mut self, other: &Self) {
        self.cycles += other.cycles;
        self.presences_read += other.presences_read;
        self.teams_changes += other.teams_changes;
        self.eight_changes += other.eight_changes;
        self.questions += other.questions;
        self.decisions += other.decisions;
        self.decisions_reused += other.decisions_reused;
        self.published += other.published;
        self.unpublished += other.unpublished;
        self.sessions_held += other.sessions_held;
        self.sessions_cleared += other.sessions_cleared;
        self.renewed += other.renewed;
        self.echoes_ignored += other.echoes_ignored;
        self.writes_failed += other.writes_failed;
        self.writes_braked += other.writes_braked;
        self.rule_faults += other.rule_faults;
        self.poison += other.poison;
        self.guarded += other.guarded;
        self.guest_time += other.guest_time;
    }
}

/// Where a trouble is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Reading Teams.
    Teams,
    /// Reading 8x8.
    Eight,
    /// Listening to the stream of 8x8's changes.
    Stream,
    /// Having 8x8 deliver changes to a webhook.
    Webhook,
    /// Writing to Teams. Apart from reading, which another app does: one may work while the other does not.
    Sessions,
    /// Writing to 8x8.
    Publications,
    /// Writing to the same people again and again.
    Restless,
    /// Reading everybody as often as promised.
    Freshness,
    /// Reading who is out of office from mailboxes.
    Replies,
    /// Reading one of the directories.
    Directory,
    /// Pairing people by hand.
    Links,
    /// Finding the people whom the settings put into groups, queues and time zones.
    Groups,
    /// Loading or asking a rule.
    Rules,
    /// The state on disk.
    Store,
    /// Being told of changes in Teams. The cycles go on without.
    Notifications,
}

impl Place {
    /// Its word, as the status has it.
    pub fn word(self) -> String {
        let word = serde_json::to_value(self).ok().and_then(|word| word.as_str().map(str::to_owned));
        word.unwrap_or_default()
    }
}

impl From<Side> for Place {
    fn from(side: Side) -> Self {
        match side {
            Side::Teams => Self::Teams,
            Side::Eight => Self::Eight,
        }
    }
}

/// Something that is wrong now, with its cause and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// Since when.
    pub since: Timestamp,
    /// What is wrong, as a sentence.
    pub what: String,
    /// An administrator has to do something: it does not pass by itself.
    pub needs_action: bool,
}

/// One tenant, at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantStatus {
    /// Its name.
    pub tenant: String,
    /// People kept in step.
    pub linked: usize,
    /// People who are not, counted by reason.
    pub unlinked: BTreeMap<&'static str, usize>,
    /// The rules in force from Teams to 8x8.
    pub publish_rules: String,
    /// The rules in force from 8x8 to Teams; `None` for a tenant that syncs one way.
    pub session_rules: Option<String>,
    /// The number of the last change of its rules.
    pub generation: u64,
    /// The generation that gave the last verdicts; `None` before the first.
    pub decided_by: Option<u64>,
    /// Every version of its rules: in force, on trial, or kept out.
    pub rules: Vec<RuleStatus>,
    /// Questions that a rule in force fails on by themselves, and that are not put to it again.
    pub poison: Vec<Poison>,
    /// Sides that are down: what they last said is held.
    pub down: Vec<Side>,
    /// When both sides were last read.
    pub last_cycle: Option<Timestamp>,
    /// How long the last cycle took.
    pub last_cycle_took: Option<Duration>,
    /// How fresh everything is.
    pub freshness: Freshness,
    /// How far what the rules decided is carried to 8x8.
    pub carrying: CarryingOverall,
    /// What is wrong now.
    pub troubles: BTreeMap<Place, Trouble>,
    /// How it is told of changes in Teams; `None` when it only asks.
    pub notifications: Option<NotificationStatus>,
    /// What may become so, or looks well and is not.
    pub warnings: Vec<Warning>,
    /// What has been done since the process started.
    pub counters: Counters,
}

/// How fresh a tenant's states are, and what keeps them from being fresher.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// How old a state may become before it is read again.
    pub promised: Duration,
    /// How soon one cycle follows the other, and why not sooner; `None` before the first.
    pub tempo: Option<Tempo>,
    /// What the cycles asked of each provider of late. Writing to Teams is left out where another application does that: it has a
    /// limit of its own.
    pub requests: Vec<Requests>,
    /// Until when a side asked to be left alone: it is not read before.
    pub quiet: BTreeMap<Side, Timestamp>,
    /// When the reading in Teams was started that is the oldest of everybody's newest; `None` before everybody was read.
    pub teams_read_at: Option<Timestamp>,
    /// When everybody was last read at 8x8; `None` before the first time.
    pub eight_read_at: Option<Timestamp>,
    /// What 8x8 tells by itself between the readings; `None` where it does not.
    pub listening: Option<Listening>,
    /// How long changes take from one side to the other, hop by hop.
    pub hops: Vec<HopSpread>,
}

/// Whose limit on requests it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// Graph's on presence, for the application that reads.
    Teams,
    /// 8x8's on presence.
    Eight,
}

/// What the cycles asked of a provider of late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Whose limit it is.
    pub provider: Provider,
    /// So many requests within the limit's time.
    pub made: u32,
    /// So many of them are for going faster than promised.
    pub half: u32,
    /// The limit.
    pub limit: Limit,
}

/// How old what is known of one person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Age {
    /// When their newest reading in Teams was started; `None` before the first of this process.
    pub teams_read_at: Option<Timestamp>,
    /// When the reading was started that first showed what Teams says; `None` before Teams was read. Graph does not say when it
    /// changed: that was between this and the reading before.
    pub teams_changed_at: Option<Timestamp>,
    /// When 8x8 was last read, for everybody at once; `None` before the first time.
    pub eight_read_at: Option<Timestamp>,
    /// When the reading was started that first showed what 8x8 says; `None` before 8x8 was read.
    pub eight_changed_at: Option<Timestamp>,
}

/// Somebody who is on one side only, or who cannot be told from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alone {
    /// Which side the account is on.
    pub side: Side,
    /// The account's id.
    pub id: String,
    /// Its address, as far as there is one.
    pub address: String,
    /// Its name there.
    pub name: String,
    /// Why it is not linked.
    pub reason: Unlinked,
    /// Who might be meant on the other side, the likeliest first; three at most.
    pub suggestions: Vec<Suggested>,
}

/// An account that somebody who is not linked might belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggested {
    /// The account's id.
    pub id: String,
    /// Its address, as far as there is one.
    pub address: String,
    /// Its name there.
    pub name: String,
    /// From 0 to 100: good for an order, and no probability.
    pub score: u8,
    /// What makes the two alike.
    pub likeness: Likeness,
    /// The pair by hand that would link the two: the Teams side.
    pub teams: String,
    /// The same: the 8x8 side.
    pub eight: String,
}

/// Somebody who is linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Linked {
    /// Display name.
    pub name: String,
    /// Teams user name.
    pub user_principal_name: String,
    /// Entra object id.
    pub teams_id: String,
    /// 8x8 e-mail address.
    pub email: String,
    /// 8x8 user id.
    pub eight_id: String,
    /// What pairs the two; `None` until the directories have been read.
    pub by: Option<By>,
}

/// Everything about one person: what both sides say, what each rule made of it, what was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// Teams user name.
    pub user: String,
    /// Display name.
    pub name: String,
    /// Now.
    pub now: Timestamp,
    /// What presync knows.
    pub view: LinkView,
    /// How old that is.
    pub age: Age,
    /// How far what the rules decided is carried to 8x8, and what could be.
    pub carrying: Carrying,
    /// Sides that cannot be read or believed now: what they last said is held.
    pub down: Vec<Side>,
    /// The generation of the rules that gave what follows.
    pub generation: u64,
    /// The chain from Teams to 8x8, rule by rule; empty before Teams was read.
    pub publish: Vec<Stage<PublishVerdict>>,
    /// The chain from 8x8 to Teams, rule by rule; empty before 8x8 was read, or one-way.
    pub session: Vec<Stage<SessionVerdict>>,
    /// What happened last, newest first: time, kind, detail.
    pub events: Vec<WhyEvent>,
}

/// One line of a person's event log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhyEvent {
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub kind: String,
    /// The rest.
    pub detail: serde_json::Value,
}
