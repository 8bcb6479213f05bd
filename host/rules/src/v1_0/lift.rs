//! Verdicts on their way out of a guest's memory.
//!
//! A verdict without a reason is read here, as the canonical ABI lays it out. One with a reason, and one that is not what it should be, is
//! lifted by the engine, which knows how to refuse it.
#![allow(unsafe_code, reason = "what the engine's derive macro writes for a type is unsafe by its traits")]

use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use presync_core::words::{Calls, EightTarget, Note, TeamsSession};
use wasmtime::Result;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext};
use wasmtime::component::{ComponentType, Lift};

use super::convert::{self, recheck};
use super::{eight_to_teams, teams_to_eight};

/// A verdict that came out of a guest's memory.
#[derive(Debug)]
pub(super) enum Lifted<V: Answer> {
    /// Without a reason.
    Plain(V),
    /// As the bindings have it.
    Whole(V::Generated),
}

/// A verdict that a guest answers.
pub(super) trait Answer: Sized + Send + Sync + 'static {
    /// The verdict as the bindings have it.
    type Generated: Lift + Send + Sync + 'static;

    /// Reads a verdict from its bytes. None for one with a reason, and for one that is not what it should be.
    fn read(bytes: &[u8]) -> Option<Self>;

    fn convert(generated: Self::Generated, explain: bool) -> Self;
}

// === impl Lifted ===

impl<V: Answer> Lifted<V> {
    #[inline]
    pub(super) fn verdict(self, explain: bool) -> V {
        match self {
            Self::Plain(verdict) => verdict,
            Self::Whole(generated) => V::convert(generated, explain),
        }
    }
}

// SAFETY: everything is that of the bindings' own type for the same record.
unsafe impl<V: Answer> ComponentType for Lifted<V> {
    type Lower = <V::Generated as ComponentType>::Lower;

    const ABI: CanonicalAbiInfo = <V::Generated as ComponentType>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <V::Generated as ComponentType>::typecheck(ty, types)
    }
}

// SAFETY: a value comes from the bindings' type, or from bytes each of which was compared with what may stand there.
unsafe impl<V: Answer> Lift for Lifted<V> {
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, flat: &Self::Lower) -> Result<Self> {
        V::Generated::linear_lift_from_flat(cx, ty, flat).map(Self::Whole)
    }

    #[inline]
    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Self> {
        match V::read(bytes) {
            Some(verdict) => Ok(Self::Plain(verdict)),
            None => V::Generated::linear_lift_from_memory(cx, ty, bytes).map(Self::Whole),
        }
    }
}

// === impl Answer ===

/// Bytes of a verdict: action, calls, note, seconds at 8, reason at 16.
pub(super) const PUBLISH: usize = 28;

const _: () = assert!(teams_to_eight::VerdictResult::SIZE32 == PUBLISH);

impl Answer for PublishVerdict {
    type Generated = teams_to_eight::VerdictResult;

    #[inline]
    fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.first_chunk::<PUBLISH>().filter(|bytes| bytes[16] == 0)?;
        let action = match bytes[0] {
            0 => PublishAction::Publish(word(EightTarget::ALL, bytes[1])?),
            1 => PublishAction::NoSync,
            2 => PublishAction::Hold,
            _ => return None,
        };
        let note = match bytes[3] {
            0 => None,
            1 => Some(word(Note::ALL, bytes[4])?),
            _ => return None,
        };
        let (calls, recheck_after) = (word(Calls::ALL, bytes[2])?, seconds(bytes[8..].first_chunk()?)?);
        Some(Self { action, calls, note, recheck_after, reason: None })
    }

    fn convert(generated: Self::Generated, explain: bool) -> Self {
        convert::publish_verdict(generated, explain)
    }
}

/// Bytes of a verdict: action, seconds at 4, reason at 12.
pub(super) const SESSION: usize = 24;

const _: () = assert!(eight_to_teams::VerdictResult::SIZE32 == SESSION);

impl Answer for SessionVerdict {
    type Generated = eight_to_teams::VerdictResult;

    #[inline]
    fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.first_chunk::<SESSION>().filter(|bytes| bytes[12] == 0)?;
        let action = match bytes[0] {
            0 => SessionAction::HoldSession(word(TeamsSession::ALL, bytes[1])?),
            1 => SessionAction::NoSession,
            2 => SessionAction::Hold,
            _ => return None,
        };
        Some(Self { action, recheck_after: seconds(bytes[4..].first_chunk()?)?, reason: None })
    }

    fn convert(generated: Self::Generated, explain: bool) -> Self {
        convert::session_verdict(generated, explain)
    }
}

/// The host's words are in the order of the interface.
#[inline]
fn word<W: Copy>(all: &[W], byte: u8) -> Option<W> {
    all.get(usize::from(byte)).copied()
}

/// An optional number of seconds: a tag, and four bytes further the number. The outer option is none for a tag that is none.
#[inline]
#[expect(clippy::option_option, reason = "what may not be there, of bytes that may be wrong")]
fn seconds(bytes: &[u8; 8]) -> Option<Option<u32>> {
    match bytes {
        [0, ..] => Some(None),
        [1, _, _, _, number @ ..] => Some(recheck(Some(u32::from_le_bytes(*number)))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_host_are_in_the_order_of_the_interface() {
        let place = |place: u8| usize::from(place);
        assert!(EightTarget::ALL.iter().enumerate().all(|(at, word)| place(convert::target_there(*word) as u8) == at));
        assert!(
            TeamsSession::ALL.iter().enumerate().all(|(at, word)| place(convert::session_there(*word) as u8) == at)
        );
        assert!(Calls::ALL.iter().enumerate().all(|(at, word)| place(convert::calls_there(*word) as u8) == at));
        assert!(Note::ALL.iter().enumerate().all(|(at, word)| place(convert::note_there(*word) as u8) == at));
    }

    #[test]
    fn a_verdict_is_read_from_its_bytes() {
        let mut bytes = [0; PUBLISH];
        bytes[..16].copy_from_slice(&[0, 3, 3, 1, 2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0]);
        let expected = PublishVerdict {
            action: PublishAction::Publish(EightTarget::DoNotDisturb),
            calls: Calls::None,
            note: Some(Note::OnATeamsCall),
            recheck_after: Some(256),
            reason: None,
        };
        assert_eq!(PublishVerdict::read(&bytes), Some(expected));

        let mut bytes = [0; SESSION];
        bytes[..8].copy_from_slice(&[0, 2, 0, 0, 1, 0, 0, 0]);
        let action = SessionAction::HoldSession(TeamsSession::InAConferenceCall);
        let expected = SessionVerdict { action, recheck_after: Some(1), reason: None };
        assert_eq!(SessionVerdict::read(&bytes), Some(expected), "no seconds are a second");
    }

    #[test]
    fn a_reason_and_what_no_verdict_has_are_left_to_the_engine() {
        for (at, byte) in [(0, 3), (1, 6), (2, 4), (3, 2), (8, 2), (16, 1)] {
            let mut bytes = [0; PUBLISH];
            assert!(PublishVerdict::read(&bytes).is_some());
            bytes[at] = byte;
            assert_eq!(PublishVerdict::read(&bytes), None, "byte {at} is {byte}");
        }
        for (at, byte) in [(0, 3), (1, 5), (4, 2), (12, 1)] {
            let mut bytes = [0; SESSION];
            bytes[at] = byte;
            assert_eq!(SessionVerdict::read(&bytes), None, "byte {at} is {byte}");
        }
    }
}
