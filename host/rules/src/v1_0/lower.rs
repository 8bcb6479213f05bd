//! Questions on their way into a guest's memory.
//!
//! The engine lowers a list field by field and finds the memory anew for each field, which costs more than the rule itself. Most questions
//! have nothing in them that must be allocated, and those are written here as the canonical ABI lays them out:
//!
//! ```text
//! byte   0       16      32        72         92      104        116
//!        teams   eight   person    identity   time    staffing   proposal: tag, and at 120 the verdict
//! ```
//!
//! A question with a person, an identity, head counts or a reason goes the engine's way, in the same list.
#![allow(unsafe_code, reason = "what the engine's derive macro writes for a type is unsafe by its traits")]

use std::mem::MaybeUninit;

use presync_core::rule::{
    EightSide, LocalTime, PublishAction, PublishVerdict, SessionAction, SessionVerdict, TeamsSide,
};
use wasmtime::Result;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext};
use wasmtime::component::{ComponentType, Lower};

use super::convert::{self, Parts};
use super::lift::{PUBLISH, SESSION};
use super::{eight_to_teams, teams_to_eight};
use crate::question::{Question, Seen};

/// Where the proposal is in a question.
const PROPOSAL: usize = 116;

/// A question that knows how to get into a guest's memory.
#[derive(Debug)]
pub(super) struct Lowered<'a, V>(pub(super) &'a Question<'a, V>);

/// A verdict in a question.
pub(super) trait Proposal: Sized + Send + Sync + 'static {
    /// The question as the bindings have it.
    type Generated<'a>: Lower
    where
        Self: 'a;

    fn generated<'a>(question: &Question<'a, Self>, parts: &'a Parts<'a>) -> Self::Generated<'a>;

    /// Writes the verdict at the beginning of `place`. False, with nothing of use written, when it has something to be allocated.
    fn write(&self, place: &mut [u8]) -> bool;
}

// === impl Lowered ===

// SAFETY: everything is that of the bindings' own type for the same record.
unsafe impl<V: Proposal> ComponentType for Lowered<'_, V> {
    type Lower = <V::Generated<'static> as ComponentType>::Lower;

    const ABI: CanonicalAbiInfo = <V::Generated<'static> as ComponentType>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <V::Generated<'static> as ComponentType>::typecheck(ty, types)
    }
}

// SAFETY: an element is written within its own bytes: by the bindings' type, or as the canonical ABI lays that type out.
unsafe impl<V: Proposal> Lower for Lowered<'_, V> {
    fn linear_lower_to_flat<T>(
        &self,
        _: &mut LowerContext<'_, T>,
        _: InterfaceType,
        _: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        Err(wasmtime::Error::msg("a question is lowered as an element of a list"))
    }

    fn linear_lower_to_memory<T>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, offset: usize) -> Result<()> {
        let parts = Parts::of(self.0);
        V::generated(self.0, &parts).linear_lower_to_memory(cx, ty, offset)
    }

    fn linear_store_list_to_memory<T>(
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        offset: usize,
        items: &[Self],
    ) -> Result<()> {
        let end = offset.saturating_add(items.len().saturating_mul(Self::SIZE32));
        let Some(places) = cx.as_slice_mut().get_mut(offset..end) else {
            return Err(wasmtime::Error::msg("the guest gave no room for the questions"));
        };
        let mut left = Vec::new();
        for (index, (item, place)) in items.iter().zip(places.chunks_exact_mut(Self::SIZE32)).enumerate() {
            if !item.write(place) {
                left.push((item, offset + index * Self::SIZE32));
            }
        }
        left.into_iter().try_for_each(|(item, offset)| item.linear_lower_to_memory(cx, ty, offset))
    }
}

impl<V: Proposal> Lowered<'_, V> {
    /// Writes the question into its place. False when it has something to be allocated.
    #[inline]
    fn write(&self, place: &mut [u8]) -> bool {
        let Some((subject, [tag, _, _, _, proposal @ ..])) = place.split_first_chunk_mut::<PROPOSAL>() else {
            return false;
        };
        *tag = u8::from(self.0.proposal.is_some());
        write_subject(&self.0.seen, subject) && self.0.proposal.is_none_or(|verdict| verdict.write(proposal))
    }
}

#[inline]
fn write_subject(seen: &Seen<'_>, place: &mut [u8; PROPOSAL]) -> bool {
    if seen.person().is_some() || seen.identity().is_some() || seen.asks_for_staffing() {
        return false;
    }
    if let Some(TeamsSide { availability, activity, out_of_office, manual, since }) = seen.teams() {
        place[4] = convert::availability(availability) as u8;
        place[5] = convert::activity(activity) as u8;
        place[6] = u8::from(out_of_office);
        place[7] = u8::from(manual);
        write_seconds(since, place, 8);
    }
    if let Some(EightSide { status, call_active, manual, since }) = seen.eight() {
        place[20] = convert::status(status) as u8;
        place[21] = u8::from(call_active);
        place[22] = u8::from(manual);
        write_seconds(since, place, 24);
    }
    if let Some(time) = seen.time() {
        let LocalTime { year, month, day, day_of_week, minute_of_day, utc_offset_minutes } = time;
        place[94..96].copy_from_slice(&year.to_le_bytes());
        place[96..99].copy_from_slice(&[month, day, day_of_week]);
        place[100..102].copy_from_slice(&minute_of_day.to_le_bytes());
        place[102..104].copy_from_slice(&utc_offset_minutes.to_le_bytes());
    }
    place[0] = u8::from(seen.teams().is_some());
    place[16] = u8::from(seen.eight().is_some());
    place[32] = 0;
    place[72] = 0;
    place[92] = u8::from(seen.time().is_some());
    place[104] = 0;
    true
}

/// An optional number of seconds: a tag, and four bytes further the number.
#[inline]
fn write_seconds<const N: usize>(seconds: Option<u32>, place: &mut [u8; N], at: usize) {
    place[at] = u8::from(seconds.is_some());
    if let Some(seconds) = seconds {
        place[at + 4..at + 8].copy_from_slice(&seconds.to_le_bytes());
    }
}

// === impl Proposal ===

const _: () = assert!(<teams_to_eight::Question<'static> as ComponentType>::SIZE32 == PROPOSAL + 4 + PUBLISH);

impl Proposal for PublishVerdict {
    type Generated<'a> = teams_to_eight::Question<'a>;

    fn generated<'a>(question: &Question<'a, Self>, parts: &'a Parts<'a>) -> Self::Generated<'a> {
        teams_to_eight::Question {
            subject: convert::subject(&question.seen, parts),
            proposal: question.proposal.map(convert::publish_proposal),
        }
    }

    #[inline]
    fn write(&self, place: &mut [u8]) -> bool {
        let Some(place) = place.first_chunk_mut::<PUBLISH>().filter(|_| self.reason.is_none()) else { return false };
        (place[0], place[1]) = match self.action {
            PublishAction::Publish(target) => (0, convert::target_there(target) as u8),
            PublishAction::NoSync => (1, 0),
            PublishAction::Hold => (2, 0),
        };
        place[2] = convert::calls_there(self.calls) as u8;
        (place[3], place[4]) = self.note.map_or((0, 0), |note| (1, convert::note_there(note) as u8));
        write_seconds(self.recheck_after, place, 8);
        place[16] = 0;
        true
    }
}

const _: () = assert!(<eight_to_teams::Question<'static> as ComponentType>::SIZE32 == PROPOSAL + 4 + SESSION);

impl Proposal for SessionVerdict {
    type Generated<'a> = eight_to_teams::Question<'a>;

    fn generated<'a>(question: &Question<'a, Self>, parts: &'a Parts<'a>) -> Self::Generated<'a> {
        eight_to_teams::Question {
            subject: convert::subject(&question.seen, parts),
            proposal: question.proposal.map(convert::session_proposal),
        }
    }

    #[inline]
    fn write(&self, place: &mut [u8]) -> bool {
        let Some(place) = place.first_chunk_mut::<SESSION>().filter(|_| self.reason.is_none()) else { return false };
        (place[0], place[1]) = match self.action {
            SessionAction::HoldSession(session) => (0, convert::session_there(session) as u8),
            SessionAction::NoSession => (1, 0),
            SessionAction::Hold => (2, 0),
        };
        write_seconds(self.recheck_after, place, 4);
        place[12] = 0;
        true
    }
}

#[cfg(test)]
mod tests {
    use presync_core::rule::Subject;
    use presync_core::words::{Calls, Direction, EightStatus, Note, TeamsActivity, TeamsAvailability, TeamsSession};

    use super::*;
    use crate::question::Needs;

    const EVERYTHING: Needs =
        Needs { other_side: true, since: true, person: true, identity: true, time: true, staffing: false };

    fn subject() -> Subject {
        let teams = TeamsSide {
            availability: TeamsAvailability::Busy,
            activity: TeamsActivity::InAMeeting,
            out_of_office: false,
            manual: true,
            since: Some(0x0403_0201),
        };
        let eight = EightSide { status: EightStatus::OnCall, call_active: true, manual: false, since: None };
        let time =
            LocalTime { year: 2026, month: 11, day: 25, day_of_week: 3, minute_of_day: 800, utc_offset_minutes: -60 };
        Subject { teams: Some(teams), eight: Some(eight), time: Some(time), ..Subject::default() }
    }

    fn written<V: Proposal>(subject: &Subject, needs: Needs, from: Direction, proposal: &V) -> Option<Vec<u8>> {
        let question = Question { seen: Seen::new(subject, needs, from), proposal: Some(proposal) };
        let mut place = vec![0; Lowered::<V>::SIZE32];
        Lowered(&question).write(&mut place).then_some(place)
    }

    #[test]
    fn a_question_is_laid_out_as_the_canonical_abi_says() {
        let proposal = PublishVerdict {
            action: PublishAction::NoSync,
            calls: Calls::None,
            note: Some(Note::Presenting),
            recheck_after: Some(7),
            reason: None,
        };
        let bytes = written(&subject(), EVERYTHING, Direction::TeamsToEight, &proposal).unwrap();
        assert_eq!(bytes[..16], [1, 0, 0, 0, 4, 8, 0, 1, 1, 0, 0, 0, 1, 2, 3, 4]);
        assert_eq!(bytes[16..32], [1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert!(bytes[32..92].iter().all(|byte| *byte == 0), "no person, no identity");
        assert_eq!(bytes[92..104], [1, 0, 0xea, 7, 11, 25, 3, 0, 0x20, 3, 0xc4, 0xff]);
        assert!(bytes[104..116].iter().all(|byte| *byte == 0), "no staffing");
        assert_eq!(bytes[116..132], [1, 0, 0, 0, 1, 0, 3, 1, 3, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(bytes[132..148], [7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn the_proposal_of_the_other_direction_is_shorter() {
        let action = SessionAction::HoldSession(TeamsSession::InACall);
        let proposal = SessionVerdict { action, recheck_after: Some(258), reason: None };
        let bytes = written(&subject(), EVERYTHING, Direction::EightToTeams, &proposal).unwrap();
        assert_eq!(bytes[116..128], [1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0]);
        assert_eq!(bytes[128..144], [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes.len(), 144);
    }

    #[test]
    fn what_must_be_allocated_goes_the_engines_way() {
        let hold = PublishVerdict {
            action: PublishAction::Hold,
            calls: Calls::All,
            note: None,
            recheck_after: None,
            reason: Some("because".into()),
        };
        assert_eq!(written(&subject(), EVERYTHING, Direction::TeamsToEight, &hold), None);
        let hold = PublishVerdict { reason: None, ..hold };
        let someone = Subject { person: Some(std::sync::Arc::default()), ..subject() };
        assert_eq!(written(&someone, EVERYTHING, Direction::TeamsToEight, &hold), None);
        let staffed = Needs { staffing: true, ..EVERYTHING };
        assert_eq!(written(&subject(), staffed, Direction::TeamsToEight, &hold), None);
        assert!(written(&subject(), EVERYTHING, Direction::TeamsToEight, &hold).is_some());
    }
}
