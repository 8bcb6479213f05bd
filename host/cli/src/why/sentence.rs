//! An event of the log as a sentence.

use presync_core::delivery::Outcome;
use presync_core::presence::{EightPresence, TeamsPresence};
use presync_core::reconcile::Event;
use presync_core::words::{EightTarget, Note, Side};
use serde::Deserialize;

use super::rules::Say;
use crate::api::answer::Logged;
use crate::api::page::words;

/// The sentence. An event that only a newer version knows is shown raw.
pub(super) fn of(logged: &Logged) -> String {
    match Event::deserialize(&logged.detail) {
        Ok(event) => sentence(&event),
        Err(_) => format!("{}: {}", words(&logged.kind), logged.detail),
    }
}

fn sentence(event: &Event) -> String {
    match event {
        Event::TeamsSaid { presence, .. } => format!("Teams said {}", teams(*presence)),
        Event::EightSaid { presence, .. } => format!("8x8 said {}", eight(*presence)),
        Event::EchoIgnored { side } => {
            format!("{} showed what we had put there; it was not carried back", side.wire())
        }
        Event::UnknownWords { side, words } => {
            format!("{} used words that this version does not know, taken as unrecognised: {words}", side.wire())
        }
        Event::PublishDecided { verdict, rules } => decided(Side::Eight, verdict, rules),
        Event::SessionDecided { verdict, rules } => decided(Side::Teams, verdict, rules),
        Event::Published { target, note, outcome } => taken(Side::Eight, &publication(*target, *note), *outcome),
        Event::Unpublished { outcome } => taken_back(Side::Eight, "our publication", *outcome),
        Event::SessionHeld { session, outcome } => taken(Side::Teams, &format!("our session {session}"), *outcome),
        Event::SessionCleared { outcome } => taken_back(Side::Teams, "our session", *outcome),
        Event::Lapsed { side: Side::Eight } => "our publication at 8x8 ran out, as nobody had renewed it".to_owned(),
        Event::Lapsed { side: Side::Teams } => "our session in Teams ran out, as nobody had renewed it".to_owned(),
        Event::PublicationLost => "8x8 no longer holds our publication; it is published again".to_owned(),
        Event::SideDown { side } => {
            format!("{} cannot be read or believed; what it last said is held", side.wire())
        }
        Event::SideUp { side } => format!("{} can be read again", side.wire()),
        Event::Linked => "this person is kept in step from now on".to_owned(),
        Event::Unlinked => "this person is no longer kept in step".to_owned(),
    }
}

/// What Teams says: the activity as Teams' own clients write it, and the availability behind it.
pub(super) fn teams(presence: TeamsPresence) -> String {
    let activity = capitalised(&words(presence.activity.label()));
    let mut said = match words(presence.availability.label()) {
        availability if availability.eq_ignore_ascii_case(&activity) => activity,
        availability => format!("{activity} ({availability})"),
    };
    if presence.out_of_office {
        said += ", automatic replies on";
    }
    if presence.is_manual() {
        said += ", chosen by hand";
    }
    said
}

/// What 8x8 says of itself, then what it shows where that is something else.
pub(super) fn eight(presence: EightPresence) -> String {
    let EightPresence { shown, own, call_active, manual, publication } = presence;
    let mut said = own.to_string();
    if call_active {
        said += ", a call is on";
    }
    if manual {
        said += ", chosen by hand";
    }
    let ours = publication.map(|ours| (ours, ours.label() == shown.label()));
    match (shown == own, ours) {
        (true, None | Some((_, true))) => {}
        (true, Some((ours, false))) => said += &format!(", above our {ours}"),
        (false, None) => said += &format!(" (shows {shown})"),
        (false, Some((_, true))) => said += &format!(" (shows {shown}, which is ours)"),
        (false, Some((ours, false))) => said += &format!(" (shows {shown} above our {ours})"),
    }
    said
}

fn decided<V: Say>(side: Side, verdict: &V, rules: &str) -> String {
    let reason = verdict.reason().map(|reason| format!(", because {reason}")).unwrap_or_default();
    format!("the rules decided for {}: {}{reason} ({rules})", side.wire(), verdict.say())
}

fn publication(target: EightTarget, note: Option<Note>) -> String {
    match note {
        Some(note) => format!("{target} with the note \"{}\"", words(note.label())),
        None => target.to_string(),
    }
}

/// What a side answered to something of ours.
fn taken(side: Side, what: &str, outcome: Outcome) -> String {
    let rank = match side {
        Side::Teams => "what the person chose by hand",
        Side::Eight => "a call, or a status chosen by hand",
    };
    let name = side.wire();
    match outcome {
        Outcome::Applied => format!("{name} took {what}"),
        Outcome::Masked => format!("{name} took {what} but shows something of higher rank: {rank}"),
        Outcome::NotFound => format!("{name} does not know this person: {what} was not taken"),
        Outcome::Stale => format!("{name} has something newer than what {what} was based on; it is tried again"),
        Outcome::Refused => format!("{name} refused {what}; repeating it unchanged will not help"),
        Outcome::Throttled { retry_after } => {
            let wait = retry_after.as_secs_f64();
            format!("{what} has to wait {wait:.1} s: {name} asks for patience, or the cycle was over")
        }
        Outcome::Failed => format!("{name} gave no usable answer to {what}: it may or may not have been taken"),
        Outcome::NotCarried { reason } => format!("{what} was not carried to {name}: {}", reason.sentence()),
        Outcome::Later { reason, .. } => format!("{what} waits: {}", reason.sentence()),
    }
}

/// What a side answered to the taking back of something of ours.
fn taken_back(side: Side, what: &str, outcome: Outcome) -> String {
    match outcome {
        Outcome::Applied | Outcome::Masked => format!("{} let go of {what}", side.wire()),
        Outcome::NotFound => format!("{} had nothing of ours any more", side.wire()),
        Outcome::NotCarried { .. } => format!("{} held nothing of ours", side.wire()),
        Outcome::Stale | Outcome::Refused | Outcome::Throttled { .. } | Outcome::Failed | Outcome::Later { .. } => {
            taken(side, &format!("the end of {what}"), outcome)
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
