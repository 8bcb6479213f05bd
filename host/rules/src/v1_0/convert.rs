//! Between the bindings of interface 1.0 and the host's model: word by word, so that a missing one does not compile.

use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use presync_core::words as core;

use super::{eight_to_teams, rule, subject, teams_to_eight, vocabulary as wit};
use crate::limits::REASON_BYTES;
use crate::question::{Needs, Question, Seen};
use crate::text::tamed;

/// The lists of one question, which the interface borrows.
#[derive(Default)]
pub(super) struct Parts<'a> {
    groups: Vec<&'a str>,
    queues: Vec<&'a str>,
    staffing: Vec<subject::Staffing<'a>>,
}

/// One function per line: the same words in another vocabulary.
macro_rules! same_words {
    ($( $name:ident: $from:path => $to:path { $($word:ident)* } )*) => {
        $(
            pub(super) const fn $name(word: $from) -> $to {
                use $from as From;
                use $to as To;
                match word { $(From::$word => To::$word,)* }
            }
        )*
    };
}

same_words! {
    availability: core::TeamsAvailability => wit::TeamsAvailability {
        Available AvailableIdle Away BeRightBack Busy BusyIdle DoNotDisturb Offline OutOfOffice PresenceUnknown Focusing
        Presenting InACall InAMeeting Unrecognised
    }
    activity: core::TeamsActivity => wit::TeamsActivity {
        Available Away BeRightBack Busy DoNotDisturb Focusing InACall InAConferenceCall InAMeeting Inactive OffWork Offline
        OutOfOffice PresenceUnknown Presenting UrgentInterruptionsOnly Unrecognised
    }
    status: core::EightStatus => wit::EightStatus {
        Available Busy OnCall DoNotDisturb Away AutoAway Invisible Offline Unrecognised
    }
    target_there: core::EightTarget => wit::EightTarget { Available Busy OnCall DoNotDisturb Away Offline }
    target_back: wit::EightTarget => core::EightTarget { Available Busy OnCall DoNotDisturb Away Offline }
    session_there: core::TeamsSession => wit::TeamsSession { Available InACall InAConferenceCall Away Presenting }
    session_back: wit::TeamsSession => core::TeamsSession { Available InACall InAConferenceCall Away Presenting }
    calls_there: core::Calls => wit::Calls { Unchanged All DirectOnly None }
    calls_back: wit::Calls => core::Calls { Unchanged All DirectOnly None }
    note_there: core::Note => wit::Note { OutOfOffice InAMeeting OnATeamsCall Presenting Focusing BeRightBack }
    note_back: wit::Note => core::Note { OutOfOffice InAMeeting OnATeamsCall Presenting Focusing BeRightBack }
}

// === towards the guest ===

impl<'a> Parts<'a> {
    pub(super) fn of<V>(question: &Question<'a, V>) -> Self {
        let person = question.seen.person();
        Self {
            groups: person.map(|person| person.groups.iter().map(String::as_str).collect()).unwrap_or_default(),
            queues: person.map(|person| person.queues.iter().map(String::as_str).collect()).unwrap_or_default(),
            staffing: question.seen.staffing().iter().map(staffing).collect(),
        }
    }
}

pub(super) fn subject<'a>(seen: &Seen<'a>, parts: &'a Parts<'a>) -> subject::Subject<'a> {
    subject::Subject {
        teams: seen.teams().map(|side| subject::TeamsSide {
            availability: availability(side.availability),
            activity: activity(side.activity),
            out_of_office: side.out_of_office,
            manual: side.manual,
            since: side.since,
        }),
        eight: seen.eight().map(|side| subject::EightSide {
            status: status(side.status),
            call_active: side.call_active,
            manual: side.manual,
            since: side.since,
        }),
        person: seen.person().map(|person| subject::Person {
            id: &person.id,
            department: person.department.as_deref(),
            groups: &parts.groups,
            queues: &parts.queues,
        }),
        identity: seen
            .identity()
            .map(|identity| subject::Identity { email: &identity.email, display_name: &identity.display_name }),
        time: seen.time().map(|time| subject::LocalTime {
            year: time.year,
            month: time.month,
            day: time.day,
            day_of_week: time.day_of_week,
            minute_of_day: time.minute_of_day,
            utc_offset_minutes: time.utc_offset_minutes,
        }),
        staffing: seen.asks_for_staffing().then_some(&*parts.staffing),
    }
}

fn staffing(staffing: &presync_core::rule::Staffing) -> subject::Staffing<'_> {
    subject::Staffing { queue: &staffing.queue, available: staffing.available, total: staffing.total }
}

pub(super) fn publish_proposal(verdict: &PublishVerdict) -> teams_to_eight::VerdictParam<'_> {
    teams_to_eight::VerdictParam {
        action: match verdict.action {
            PublishAction::Publish(target) => teams_to_eight::Action::Publish(target_there(target)),
            PublishAction::NoSync => teams_to_eight::Action::NoSync,
            PublishAction::Hold => teams_to_eight::Action::Hold,
        },
        calls: calls_there(verdict.calls),
        note: verdict.note.map(note_there),
        recheck_after: verdict.recheck_after,
        reason: verdict.reason.as_deref(),
    }
}

pub(super) fn session_proposal(verdict: &SessionVerdict) -> eight_to_teams::VerdictParam<'_> {
    eight_to_teams::VerdictParam {
        action: match verdict.action {
            SessionAction::HoldSession(session) => eight_to_teams::Action::HoldSession(session_there(session)),
            SessionAction::NoSession => eight_to_teams::Action::NoSession,
            SessionAction::Hold => eight_to_teams::Action::Hold,
        },
        recheck_after: verdict.recheck_after,
        reason: verdict.reason.as_deref(),
    }
}

// === from the guest ===

pub(super) fn needs(needs: rule::Needs) -> Needs {
    Needs {
        other_side: needs.contains(rule::Needs::OTHER_SIDE),
        since: needs.contains(rule::Needs::SINCE),
        person: needs.contains(rule::Needs::PERSON),
        identity: needs.contains(rule::Needs::IDENTITY),
        time: needs.contains(rule::Needs::TIME),
        staffing: needs.contains(rule::Needs::STAFFING),
    }
}

pub(super) fn publish_verdict(verdict: teams_to_eight::VerdictResult, explain: bool) -> PublishVerdict {
    PublishVerdict {
        action: match verdict.action {
            teams_to_eight::Action::Publish(target) => PublishAction::Publish(target_back(target)),
            teams_to_eight::Action::NoSync => PublishAction::NoSync,
            teams_to_eight::Action::Hold => PublishAction::Hold,
        },
        calls: calls_back(verdict.calls),
        note: verdict.note.map(note_back),
        recheck_after: recheck(verdict.recheck_after),
        reason: reason(verdict.reason, explain),
    }
}

pub(super) fn session_verdict(verdict: eight_to_teams::VerdictResult, explain: bool) -> SessionVerdict {
    SessionVerdict {
        action: match verdict.action {
            eight_to_teams::Action::HoldSession(session) => SessionAction::HoldSession(session_back(session)),
            eight_to_teams::Action::NoSession => SessionAction::NoSession,
            eight_to_teams::Action::Hold => SessionAction::Hold,
        },
        recheck_after: recheck(verdict.recheck_after),
        reason: reason(verdict.reason, explain),
    }
}

/// Asking again at once would be asking for ever: a second at least.
pub(super) fn recheck(seconds: Option<u32>) -> Option<u32> {
    seconds.map(|seconds| seconds.max(1))
}

/// A reason that nobody asked for is dropped, so that it cannot make equal verdicts differ.
fn reason(reason: Option<String>, explain: bool) -> Option<Box<str>> {
    let reason = tamed(&reason.filter(|_| explain)?, REASON_BYTES);
    (!reason.is_empty()).then(|| reason.into())
}
