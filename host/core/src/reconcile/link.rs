//! One person: what each side last said of itself, what the rules were asked, and the two lanes of our writes.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::delivery::Outcome;
use crate::id::LinkId;
use crate::presence::{EightPresence, Reading, Revision, TeamsPresence};
use crate::reconcile::lane::{Flight, Lane, Step, Want, parting, renewal_time};
use crate::reconcile::message::{Command, Event, Stamp};
use crate::reconcile::policy::{LONGEST_READ, Policy};
use crate::reconcile::publication::Publication;
use crate::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use crate::time::Timestamp;
use crate::words::{Direction, Side, TeamsSession};

/// What one side says of itself, with what we put there taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Own<P> {
    pub(super) presence: Option<P>,
    /// When the read that first showed it was started.
    pub(super) since: Timestamp,
    /// When the newest read was started, echo or not.
    pub(super) read_at: Timestamp,
    revision: Option<Revision>,
}

impl<P> Own<P> {
    const fn new() -> Self {
        Self { presence: None, since: Timestamp::EPOCH, read_at: Timestamp::EPOCH, revision: None }
    }

    /// Whether a reading is not older than what is known; if so it is now the newest. An equal revision is not older: the same
    /// state may have got another meaning since, by our session being gone.
    fn admits(&mut self, now: Timestamp, reading: &Reading<P>) -> bool {
        let older = match (&reading.revision, &self.revision) {
            (Some(new), Some(known)) => new < known,
            _ => reading.read_at < self.read_at,
        };
        if older || now.since(reading.read_at) > LONGEST_READ {
            return false;
        }
        if reading.revision.is_some() {
            self.revision.clone_from(&reading.revision);
        }
        self.read_at = self.read_at.max(reading.read_at);
        true
    }
}

/// The question that is out, or that will be, for one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    #[serde(skip)]
    stamp: Stamp,
    /// Asked and not answered yet: what the lane wants is out of date, so it starts nothing.
    #[serde(skip)]
    open: bool,
    /// When the rules want to be asked again though nothing changed.
    recheck_at: Timestamp,
}

impl Question {
    const fn new() -> Self {
        Self { stamp: Stamp(0), open: false, recheck_at: Timestamp::NEVER }
    }

    fn answered(&mut self, now: Timestamp, recheck_after: Option<u32>) {
        self.open = false;
        self.recheck_at =
            recheck_after.map_or(Timestamp::NEVER, |seconds| now + Duration::from_secs(u64::from(seconds.max(1))));
    }

    /// No answer counts any more.
    fn close(&mut self) {
        *self = Self { stamp: Stamp(self.stamp.0.wrapping_add(1)), ..Self::new() };
    }

    /// Whether to ask (again): the rules wished it, or the last question was never answered.
    fn is_due(&self, now: Timestamp) -> bool {
        self.open || now >= self.recheck_at
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) teams: Own<TeamsPresence>,
    pub(super) eight: Own<EightPresence>,
    pub(super) publish: Lane<Publication>,
    pub(super) session: Lane<TeamsSession>,
    publish_question: Question,
    session_question: Question,
    /// The person is no longer linked: everything is to be cleared.
    leaving: bool,
}

/// What a transition needs to know besides the link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) id: LinkId,
    pub(super) now: Timestamp,
    pub(super) policy: &'a Policy,
    /// Teams has been unreadable for so long that nothing more is built on what it last said.
    pub(super) teams_frozen: bool,
    /// Likewise 8x8.
    pub(super) eight_frozen: bool,
}

impl Moment<'_> {
    fn record(&self, event: Event) -> Command {
        Command::Record { link: Some(self.id), event }
    }
}

impl Link {
    pub(super) const fn new() -> Self {
        Self {
            teams: Own::new(),
            eight: Own::new(),
            publish: Lane::new(),
            session: Lane::new(),
            publish_question: Question::new(),
            session_question: Question::new(),
            leaving: false,
        }
    }

    /// Takes up the state of a process that is gone: what it had in flight is in doubt, and what the rules wanted may not be what
    /// they want now, so nothing is written on the strength of it before they answered again.
    pub(super) fn restored(&mut self, now: Timestamp, policy: &Policy) {
        self.publish_question.open = !self.leaving && self.teams.presence.is_some();
        self.session_question.open = !self.leaving && self.eight.presence.is_some();
        self.publish.abandon_flight(now, policy);
        self.session.abandon_flight(now, policy);
    }

    pub(super) const fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// The person was leaving and is linked again: the rules are asked anew.
    pub(super) fn join(&mut self, at: Moment<'_>, out: &mut Vec<Command>) {
        self.leaving = false;
        self.ask(at, Direction::TeamsToEight, out);
        self.ask(at, Direction::EightToTeams, out);
    }

    pub(super) fn leave(&mut self) {
        self.leaving = true;
        self.publish_question.close();
        self.session_question.close();
        self.publish.want = Want::Nothing;
        self.session.want = Want::Nothing;
    }

    pub(super) fn is_gone(&self) -> bool {
        self.leaving && self.publish.is_empty() && self.session.is_empty()
    }

    pub(super) fn teams_observed(&mut self, at: Moment<'_>, reading: &Reading<TeamsPresence>, out: &mut Vec<Command>) {
        let new_revision = reading.revision != self.teams.revision;
        if !self.teams.admits(at.now, reading) {
            return;
        }
        let seen = reading.presence;
        let ours = |session: &TeamsSession| session.pair() == (seen.availability, seen.activity);
        if self.session.may_show(reading.read_at, at.policy.settle, ours) {
            if self.session.adopt_unsure(at.now, reading.read_at, ours)
                && let Some(session) = self.session.value()
            {
                out.push(at.record(Event::SessionHeld { session, outcome: Outcome::Applied }));
            }
            if new_revision {
                out.push(at.record(Event::EchoIgnored { side: Side::Teams }));
            }
            // Beneath our session nothing can be seen but the automatic reply, which Graph reports beside the pair.
            if let Some(own) = self.teams.presence
                && own.out_of_office != seen.out_of_office
            {
                self.teams_changed(
                    at,
                    TeamsPresence { out_of_office: seen.out_of_office, ..own },
                    reading.read_at,
                    out,
                );
            }
            return;
        }
        if self.teams.presence != Some(seen) {
            if let Some(words) = &reading.unknown_words {
                out.push(at.record(Event::UnknownWords { side: Side::Teams, words: words.clone() }));
            }
            self.teams_changed(at, seen, reading.read_at, out);
        }
    }

    fn teams_changed(&mut self, at: Moment<'_>, presence: TeamsPresence, read_at: Timestamp, out: &mut Vec<Command>) {
        self.teams.presence = Some(presence);
        self.teams.since = read_at;
        out.push(at.record(Event::TeamsSaid { presence, read_at }));
        self.ask(at, Direction::TeamsToEight, out);
        if at.policy.session_looks_at_teams {
            self.ask(at, Direction::EightToTeams, out);
        }
    }

    pub(super) fn eight_observed(&mut self, at: Moment<'_>, reading: &Reading<EightPresence>, out: &mut Vec<Command>) {
        if !self.eight.admits(at.now, reading) {
            return;
        }
        let seen = reading.presence;
        if self.publish.observed(at.now, seen.publication, reading.read_at, at.policy) {
            out.push(at.record(Event::PublicationLost));
        }
        let known = self.eight.presence;
        let own = |presence: EightPresence| (presence.own, presence.call_active, presence.manual);
        self.eight.presence = Some(seen);
        if known.map(own) == Some(own(seen)) {
            if known != Some(seen) && seen.publication.is_some() {
                out.push(at.record(Event::EchoIgnored { side: Side::Eight }));
            }
            return;
        }
        self.eight.since = reading.read_at;
        if let Some(words) = &reading.unknown_words {
            out.push(at.record(Event::UnknownWords { side: Side::Eight, words: words.clone() }));
        }
        out.push(at.record(Event::EightSaid { presence: seen, read_at: reading.read_at }));
        self.ask(at, Direction::EightToTeams, out);
        if at.policy.publish_looks_at_eight {
            self.ask(at, Direction::TeamsToEight, out);
        }
    }

    /// Asks the rules, if the side that they map from has spoken and the person is still linked.
    pub(super) fn ask(&mut self, at: Moment<'_>, direction: Direction, out: &mut Vec<Command>) {
        let (known, question) = match direction {
            Direction::TeamsToEight => (self.teams.presence.is_some(), &mut self.publish_question),
            Direction::EightToTeams => (self.eight.presence.is_some(), &mut self.session_question),
        };
        if self.leaving || !known {
            return;
        }
        question.stamp = Stamp(question.stamp.0.wrapping_add(1));
        question.open = true;
        question.recheck_at = Timestamp::NEVER;
        out.push(Command::Ask { link: at.id, direction, stamp: question.stamp });
    }

    /// Whether an answer to this question counts.
    pub(super) fn awaits(&self, direction: Direction, stamp: Stamp) -> bool {
        let question = match direction {
            Direction::TeamsToEight => &self.publish_question,
            Direction::EightToTeams => &self.session_question,
        };
        !self.leaving && question.open && question.stamp == stamp
    }

    pub(super) fn publish_decided(
        &mut self,
        at: Moment<'_>,
        stamp: Stamp,
        verdict: PublishVerdict,
        rules: Arc<str>,
        out: &mut Vec<Command>,
    ) {
        if self.leaving || stamp != self.publish_question.stamp {
            return;
        }
        self.publish_question.answered(at.now, verdict.recheck_after);
        let want = match verdict.action {
            PublishAction::Publish(target) => {
                Want::Value(Publication { target, note: verdict.note, calls: verdict.calls })
            }
            PublishAction::NoSync => Want::Nothing,
            PublishAction::Hold => self.publish.want,
        };
        if want != self.publish.want {
            self.publish.want = want;
            out.push(at.record(Event::PublishDecided { verdict, rules }));
        }
    }

    pub(super) fn session_decided(
        &mut self,
        at: Moment<'_>,
        stamp: Stamp,
        verdict: SessionVerdict,
        rules: Arc<str>,
        out: &mut Vec<Command>,
    ) {
        if self.leaving || stamp != self.session_question.stamp {
            return;
        }
        self.session_question.answered(at.now, verdict.recheck_after);
        let want = match verdict.action {
            SessionAction::HoldSession(session) => Want::Value(session),
            SessionAction::NoSession => Want::Nothing,
            SessionAction::Hold => self.session.want,
        };
        if want != self.session.want {
            // Wanting nothing of someone of whom nothing was wanted is no news.
            let news = (self.session.want, want) != (Want::Undecided, Want::Nothing);
            self.session.want = want;
            if news {
                out.push(at.record(Event::SessionDecided { verdict, rules }));
            }
        }
    }

    pub(super) fn eight_delivered(
        &mut self,
        at: Moment<'_>,
        outcome: Outcome,
        revision: Option<u64>,
        out: &mut Vec<Command>,
    ) {
        let Some(flight) = self.publish.delivered(at.now, parting(outcome, self.leaving), at.policy) else { return };
        if let Some(revision) = revision.map(Revision::Number)
            && self.eight.revision.as_ref().is_none_or(|known| *known < revision)
        {
            self.eight.revision = Some(revision);
        }
        match flight.value {
            _ if !worth_logging(&flight, outcome) => {}
            Some(Publication { target, note, .. }) => out.push(at.record(Event::Published { target, note, outcome })),
            None => out.push(at.record(Event::Unpublished { outcome })),
        }
    }

    pub(super) fn teams_delivered(&mut self, at: Moment<'_>, outcome: Outcome, out: &mut Vec<Command>) {
        let Some(flight) = self.session.delivered(at.now, parting(outcome, self.leaving), at.policy) else { return };
        match flight.value {
            Some(session) if worth_logging(&flight, outcome) => {
                out.push(at.record(Event::SessionHeld { session, outcome }));
            }
            Some(_) => {}
            None => out.push(at.record(Event::SessionCleared { outcome })),
        }
    }

    /// Lets leases run out and asks the rules again where they wished it.
    pub(super) fn tick(&mut self, at: Moment<'_>, out: &mut Vec<Command>) {
        if self.publish.lapse(at.now, at.policy) {
            out.push(at.record(Event::Lapsed { side: Side::Eight }));
        }
        if self.session.lapse(at.now, at.policy) {
            out.push(at.record(Event::Lapsed { side: Side::Teams }));
        }
        if self.publish_question.is_due(at.now) {
            self.ask(at, Direction::TeamsToEight, out);
        }
        if self.session_question.is_due(at.now) {
            self.ask(at, Direction::EightToTeams, out);
        }
    }

    /// Starts the writes that are due, except where the rules have yet to answer: what they wanted before may be wrong now.
    pub(super) fn advance(&mut self, at: Moment<'_>, out: &mut Vec<Command>) {
        let policy = at.policy;
        let renew_at =
            |publication: &Publication, sent_at| renewal_time(policy, at.id, sent_at, publication.lease(policy));
        if !self.publish_question.open
            && let Some(step) = self.publish.next(at.now, at.teams_frozen, renew_at)
        {
            let observed_at = self.teams.read_at;
            out.push(match step {
                Step::Put(publication) => {
                    let Publication { target, note, calls } = publication;
                    let lease = publication.lease(policy);
                    let renewal = self.publish.start(at.now, step, lease);
                    Command::Publish { link: at.id, target, note, calls, lease, observed_at, renewal }
                }
                Step::Clear => {
                    self.publish.start(at.now, step, None);
                    Command::Unpublish { link: at.id, observed_at }
                }
            });
        }
        let renew_at = |_: &TeamsSession, sent_at| renewal_time(policy, at.id, sent_at, Some(policy.session_lease));
        if !self.session_question.open
            && let Some(step) = self.session.next(at.now, at.eight_frozen, renew_at)
        {
            let lease = policy.session_lease;
            let renewal = self.session.start(at.now, step, Some(lease));
            out.push(match step {
                Step::Put(session) => Command::HoldSession { link: at.id, session, lease, renewal },
                Step::Clear => Command::ClearSession { link: at.id },
            });
        }
    }
}

/// A renewal that went well says nothing new, and neither does being hindered as before.
fn worth_logging<V>(flight: &Flight<V>, outcome: Outcome) -> bool {
    !flight.repeated && (!flight.renewal || !matches!(outcome, Outcome::Applied | Outcome::Masked))
}
