//! A subject as one rule sees it, and the verdicts of the two directions.

use std::fmt::{self, Debug};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use presync_core::rule::{
    EightSide, Identity, LocalTime, Person, PublishAction, PublishVerdict, SessionAction, SessionVerdict, Staffing,
    Subject, TeamsSide,
};
use presync_core::words::{Calls, Direction, EightStatus, EightTarget, TeamsActivity, TeamsAvailability};
use serde::{Deserialize, Serialize};

use crate::guard::Guardrail;

/// What a rule, or a chain, wants to see beside the side that it maps from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Needs {
    /// The side that is mapped to.
    pub other_side: bool,
    /// How long each side has been in its state.
    pub since: bool,
    /// Pseudonym, department, groups and queues.
    pub person: bool,
    /// Address and display name.
    pub identity: bool,
    /// The person's wall clock.
    pub time: bool,
    /// How the person's queues are staffed.
    pub staffing: bool,
}

/// A verdict of one direction: [`PublishVerdict`] or [`SessionVerdict`].
pub trait Verdict: Clone + PartialEq + Debug + Send + Sync + Serialize + 'static {
    /// The way it maps.
    const DIRECTION: Direction;

    /// Leave what is there as it is: what stands when nothing was decided.
    fn hold() -> Self;

    /// Why, when the question asked for it.
    fn reason(&self) -> Option<&str>;

    /// The line that this verdict of an override crosses, measured by the default map's.
    fn crosses(&self, subject: &Subject, default: &Self) -> Option<Guardrail>;

    /// A question that every rule should have an answer to, with or without a proposal.
    #[doc(hidden)]
    fn harmless(proposed: bool) -> Harmless<Self>;

    /// The verdict in eight bits, when it has neither a reason nor a time: equal verdicts have equal bits.
    #[doc(hidden)]
    fn packed(&self) -> Option<u8>;

    /// Puts questions of this direction to a rule.
    #[doc(hidden)]
    fn ask(guest: impl Answers, questions: &[Question<'_, Self>], explain: bool) -> wasmtime::Result<Vec<Self>>;
}

/// An instance that was given its settings, whatever interface version it speaks. A trait of this crate alone: it seals
/// [`Verdict`].
#[doc(hidden)]
pub trait Answers {
    /// Asks a rule from Teams to 8x8.
    fn publish(
        self,
        questions: &[Question<'_, PublishVerdict>],
        explain: bool,
    ) -> wasmtime::Result<Vec<PublishVerdict>>;

    /// Asks a rule from 8x8 to Teams.
    fn session(
        self,
        questions: &[Question<'_, SessionVerdict>],
        explain: bool,
    ) -> wasmtime::Result<Vec<SessionVerdict>>;
}

/// A subject as one rule sees it: what it did not ask for is not there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    subject: &'a Subject,
    needs: Needs,
    from: Direction,
}

/// One question to one rule.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a, V> {
    pub(crate) seen: Seen<'a>,
    pub(crate) proposal: Option<&'a V>,
}

/// Somebody who is available on both sides, on a Monday at noon, of no group: if a rule fails on this, it fails.
#[derive(Debug)]
pub struct Harmless<V> {
    subject: Subject,
    proposal: Option<V>,
}

// === impl Needs ===

impl Needs {
    /// What either wants.
    pub const fn union(self, other: Self) -> Self {
        Self {
            other_side: self.other_side | other.other_side,
            since: self.since | other.since,
            person: self.person | other.person,
            identity: self.identity | other.identity,
            time: self.time | other.time,
            staffing: self.staffing | other.staffing,
        }
    }

    /// Whether nothing is wanted that `other` does not want too.
    pub fn is_within(self, other: Self) -> bool {
        self.union(other) == other
    }

    /// The labels of what is wanted, in the order of the interface.
    pub fn labels(self) -> Vec<&'static str> {
        [
            (self.other_side, "other-side"),
            (self.since, "since"),
            (self.person, "person"),
            (self.identity, "identity"),
            (self.time, "time"),
            (self.staffing, "staffing"),
        ]
        .into_iter()
        .filter_map(|(wanted, label)| wanted.then_some(label))
        .collect()
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.labels();
        if labels.is_empty() { f.pad("nothing") } else { f.pad(&labels.join(", ")) }
    }
}

// === impl Seen ===

impl<'a> Seen<'a> {
    pub(crate) const fn new(subject: &'a Subject, needs: Needs, from: Direction) -> Self {
        Self { subject, needs, from }
    }

    const fn shows_teams(&self) -> bool {
        self.needs.other_side || matches!(self.from, Direction::TeamsToEight)
    }

    const fn shows_eight(&self) -> bool {
        self.needs.other_side || matches!(self.from, Direction::EightToTeams)
    }

    pub(crate) fn teams(&self) -> Option<TeamsSide> {
        let side = self.subject.teams.filter(|_| self.shows_teams())?;
        Some(TeamsSide { since: side.since.filter(|_| self.needs.since), ..side })
    }

    pub(crate) fn eight(&self) -> Option<EightSide> {
        let side = self.subject.eight.filter(|_| self.shows_eight())?;
        Some(EightSide { since: side.since.filter(|_| self.needs.since), ..side })
    }

    pub(crate) fn person(&self) -> Option<&'a Person> {
        self.subject.person.as_deref().filter(|_| self.needs.person)
    }

    pub(crate) fn identity(&self) -> Option<&'a Identity> {
        self.subject.identity.as_deref().filter(|_| self.needs.identity)
    }

    pub(crate) fn time(&self) -> Option<LocalTime> {
        self.subject.time.filter(|_| self.needs.time)
    }

    pub(crate) fn staffing(&self) -> &'a [Staffing] {
        if self.needs.staffing { &self.subject.staffing } else { &[] }
    }

    pub(crate) const fn asks_for_staffing(&self) -> bool {
        self.needs.staffing
    }

    /// A subject of its own, with nothing but what is seen.
    pub(crate) fn to_subject(self) -> Subject {
        Subject {
            teams: self.teams(),
            eight: self.eight(),
            person: self.subject.person.clone().filter(|_| self.needs.person),
            identity: self.subject.identity.clone().filter(|_| self.needs.identity),
            time: self.time(),
            staffing: if self.needs.staffing { Arc::clone(&self.subject.staffing) } else { Arc::default() },
        }
    }

    /// Whether both show the same.
    pub(crate) fn equals(&self, other: &Seen<'_>) -> bool {
        self.teams() == other.teams()
            && self.eight() == other.eight()
            && self.person() == other.person()
            && self.identity() == other.identity()
            && self.time() == other.time()
            && self.staffing() == other.staffing()
    }

    /// Whether this is what another subject shows to the same rule.
    pub(crate) fn shows(&self, subject: &Subject) -> bool {
        self.equals(&Seen { subject, needs: self.needs, from: self.from })
    }

    /// The two sides in nineteen bits, when nothing else is seen: equal subjects have equal bits.
    #[inline]
    fn packed(&self) -> Option<u32> {
        let Needs { other_side: _, since, person, identity, time, staffing } = self.needs;
        if since || person || identity || time || staffing {
            return None;
        }
        let teams = self.subject.teams.as_ref().filter(|_| self.shows_teams()).map_or(0, |side| {
            1 | (side.availability as u32) << 1
                | (side.activity as u32) << 5
                | u32::from(side.out_of_office) << 10
                | u32::from(side.manual) << 11
        });
        let eight = self.subject.eight.as_ref().filter(|_| self.shows_eight()).map_or(0, |side| {
            1 | (side.status as u32) << 1 | u32::from(side.call_active) << 5 | u32::from(side.manual) << 6
        });
        Some(teams | eight << 12)
    }
}

// === impl Question ===

impl<V: Verdict> Question<'_, V> {
    /// Whether both ask the same.
    pub(crate) fn equals(&self, other: &Question<'_, V>) -> bool {
        self.proposal == other.proposal && self.seen.equals(&other.seen)
    }

    /// The whole question in 28 bits, where that is possible: equal questions have equal bits.
    #[inline]
    pub(crate) fn packed(&self) -> Option<u32> {
        let proposal = match self.proposal {
            None => 0,
            Some(verdict) => 1 | u32::from(verdict.packed()?) << 1,
        };
        Some(self.seen.packed()? | proposal << 19)
    }

    /// A fingerprint of the whole question: equal questions have equal ones, and different ones hardly ever.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let seen = &self.seen;
        (seen.teams(), seen.eight(), seen.person(), seen.identity(), seen.time(), seen.staffing()).hash(&mut hasher);
        self.proposal.map(|verdict| (verdict.packed(), verdict.reason())).hash(&mut hasher);
        hasher.finish()
    }
}

// === impl Harmless ===

impl<V: Verdict> Harmless<V> {
    fn new(proposal: Option<V>) -> Self {
        let teams = TeamsSide {
            availability: TeamsAvailability::Available,
            activity: TeamsActivity::Available,
            out_of_office: false,
            manual: false,
            since: Some(60),
        };
        let eight = EightSide { status: EightStatus::Available, call_active: false, manual: false, since: Some(60) };
        let noon =
            LocalTime { year: 2026, month: 1, day: 5, day_of_week: 1, minute_of_day: 720, utc_offset_minutes: 0 };
        let subject = Subject {
            teams: Some(teams),
            eight: Some(eight),
            person: Some(Arc::default()),
            identity: Some(Arc::default()),
            time: Some(noon),
            staffing: Arc::default(),
        };
        Self { subject, proposal }
    }

    /// The question, as a rule with these needs sees it.
    pub(crate) fn question(&self, needs: Needs) -> Question<'_, V> {
        Question { seen: Seen::new(&self.subject, needs, V::DIRECTION), proposal: self.proposal.as_ref() }
    }
}

// === impl Verdict ===

impl Verdict for PublishVerdict {
    const DIRECTION: Direction = Direction::TeamsToEight;

    fn hold() -> Self {
        Self { action: PublishAction::Hold, calls: Calls::Unchanged, note: None, recheck_after: None, reason: None }
    }

    fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn packed(&self) -> Option<u8> {
        if self.recheck_after.is_some() || self.reason.is_some() {
            return None;
        }
        let action = match self.action {
            PublishAction::Hold => 0,
            PublishAction::NoSync => 1,
            PublishAction::Publish(target) => 2 + target as u8,
        };
        Some(action | (self.calls as u8) << 3 | self.note.map_or(0, |note| 1 + note as u8) << 5)
    }

    fn crosses(&self, subject: &Subject, default: &Self) -> Option<Guardrail> {
        Guardrail::of_publish(self, subject, default)
    }

    fn harmless(proposed: bool) -> Harmless<Self> {
        let action = PublishAction::Publish(EightTarget::Available);
        Harmless::new(proposed.then(|| Self { action, ..Self::hold() }))
    }

    fn ask(guest: impl Answers, questions: &[Question<'_, Self>], explain: bool) -> wasmtime::Result<Vec<Self>> {
        guest.publish(questions, explain)
    }
}

impl Verdict for SessionVerdict {
    const DIRECTION: Direction = Direction::EightToTeams;

    fn hold() -> Self {
        Self { action: SessionAction::Hold, recheck_after: None, reason: None }
    }

    fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn packed(&self) -> Option<u8> {
        if self.recheck_after.is_some() || self.reason.is_some() {
            return None;
        }
        Some(match self.action {
            SessionAction::Hold => 0,
            SessionAction::NoSession => 1,
            SessionAction::HoldSession(session) => 2 + session as u8,
        })
    }

    fn crosses(&self, subject: &Subject, default: &Self) -> Option<Guardrail> {
        Guardrail::of_session(self, subject, default)
    }

    fn harmless(proposed: bool) -> Harmless<Self> {
        Harmless::new(proposed.then(|| Self { action: SessionAction::NoSession, ..Self::hold() }))
    }

    fn ask(guest: impl Answers, questions: &[Question<'_, Self>], explain: bool) -> wasmtime::Result<Vec<Self>> {
        guest.session(questions, explain)
    }
}

#[cfg(test)]
mod tests;
