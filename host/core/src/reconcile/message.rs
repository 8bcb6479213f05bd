//! What goes into the reconciler and what comes out of it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::delivery::Outcome;
use crate::id::LinkId;
use crate::presence::{EightPresence, Reading, TeamsPresence};
use crate::rule::{PublishVerdict, SessionVerdict};
use crate::time::Timestamp;
use crate::words::{Calls, Direction, EightTarget, Note, Side, TeamsSession};

/// Something that happened outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A person is to be kept in step from now on. Known links are left as they are.
    LinkAdded(LinkId),
    /// A person is no longer to be kept in step: what we hold is cleared, then the link is forgotten.
    LinkRemoved(LinkId),
    /// Teams was read.
    TeamsObserved {
        /// Whose presence.
        link: LinkId,
        /// What was read.
        reading: Reading<TeamsPresence>,
    },
    /// 8x8 was read.
    EightObserved {
        /// Whose presence.
        link: LinkId,
        /// What was read.
        reading: Reading<EightPresence>,
    },
    /// The chain from Teams to 8x8 answered.
    PublishDecided {
        /// Who was asked about.
        link: LinkId,
        /// The stamp of the question.
        stamp: Stamp,
        /// The answer.
        verdict: PublishVerdict,
        /// Which rules gave it.
        rules: Arc<str>,
    },
    /// The chain from 8x8 to Teams answered.
    SessionDecided {
        /// Who was asked about.
        link: LinkId,
        /// The stamp of the question.
        stamp: Stamp,
        /// The answer.
        verdict: SessionVerdict,
        /// Which rules gave it.
        rules: Arc<str>,
    },
    /// A write was answered, or its deadline passed.
    Delivered {
        /// For whom it was.
        link: LinkId,
        /// Where it went.
        side: Side,
        /// What became of it.
        outcome: Outcome,
        /// The revision that the provider gave the write (8x8); older readings no longer count.
        revision: Option<u64>,
    },
    /// Something that a rule may see of this person, beside what the sides say, is not what it was: they are asked about again.
    AskAgain {
        /// About whom.
        link: LinkId,
        /// Which chain.
        direction: Direction,
    },
    /// The rules of a direction were replaced: everyone is asked about again.
    RulesChanged(Direction),
    /// A side cannot be read, or cannot be believed.
    SideDown(Side),
    /// A side can be read again.
    SideUp(Side),
    /// Time passed: renew, expire, retry, ask again.
    Tick,
}

/// Which version of a person's state a question was about; an answer to an older one is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp(pub(super) u32);

/// Something to be done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Put this person into the next batch for the rules.
    Ask {
        /// Whom to ask about.
        link: LinkId,
        /// Which chain.
        direction: Direction,
        /// To be handed back with the answer.
        stamp: Stamp,
    },
    /// Publish to 8x8.
    Publish {
        /// For whom.
        link: LinkId,
        /// The status to show.
        target: EightTarget,
        /// What to show beside it.
        note: Option<Note>,
        /// Which calls may still be offered meanwhile.
        calls: Calls,
        /// How long it may stand unrenewed; `None` where there is nothing to expire.
        lease: Option<Duration>,
        /// When the Teams state behind it was last confirmed; 8x8 refuses what is older than what it has.
        observed_at: Timestamp,
        /// It only renews what is held.
        renewal: bool,
    },
    /// Take our publication back from 8x8.
    Unpublish {
        /// For whom.
        link: LinkId,
        /// When the Teams state behind it was last confirmed.
        observed_at: Timestamp,
    },
    /// Hold or renew an app session in Teams.
    HoldSession {
        /// For whom.
        link: LinkId,
        /// Which of the five.
        session: TeamsSession,
        /// How long it may stand unrenewed.
        lease: Duration,
        /// It only renews what is held.
        renewal: bool,
    },
    /// Clear our app session in Teams.
    ClearSession {
        /// For whom.
        link: LinkId,
    },
    /// One line of the event log.
    Record {
        /// About whom; `None` for the whole tenant.
        link: Option<LinkId>,
        /// What happened.
        event: Event,
    },
    /// Everything of this link is gone: its state need not be kept.
    Forget {
        /// Which link.
        link: LinkId,
    },
}

/// What the event log keeps: what changed and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// Teams says something new of itself.
    TeamsSaid {
        /// What it says.
        presence: TeamsPresence,
        /// When the read that showed it was started.
        read_at: Timestamp,
    },
    /// 8x8 says something new of itself.
    EightSaid {
        /// What it says.
        presence: EightPresence,
        /// When the read that showed it was started.
        read_at: Timestamp,
    },
    /// A side showed what we had put there; it was not carried back.
    EchoIgnored {
        /// Which side.
        side: Side,
    },
    /// A provider used words that this version does not know; they count as `unrecognised`.
    UnknownWords {
        /// Which side.
        side: Side,
        /// The words, raw.
        words: Box<str>,
    },
    /// The rules want something else for 8x8 than before.
    PublishDecided {
        /// The verdict.
        verdict: PublishVerdict,
        /// Which rules gave it.
        rules: Arc<str>,
    },
    /// The rules want something else for Teams than before.
    SessionDecided {
        /// The verdict.
        verdict: SessionVerdict,
        /// Which rules gave it.
        rules: Arc<str>,
    },
    /// 8x8 answered a publication; renewals are not logged unless they fail.
    Published {
        /// What was to be shown.
        target: EightTarget,
        /// What was to be shown beside it.
        note: Option<Note>,
        /// The answer.
        outcome: Outcome,
    },
    /// 8x8 answered a taking back.
    Unpublished {
        /// The answer.
        outcome: Outcome,
    },
    /// Teams answered an app session; renewals are not logged unless they fail.
    SessionHeld {
        /// Which session.
        session: TeamsSession,
        /// The answer.
        outcome: Outcome,
    },
    /// Teams answered a clearing.
    SessionCleared {
        /// The answer.
        outcome: Outcome,
    },
    /// A lease of ours ran out unrenewed.
    Lapsed {
        /// Where.
        side: Side,
    },
    /// 8x8 no longer holds a publication that should stand; it is published again.
    PublicationLost,
    /// A side cannot be read or believed: what was last known is held.
    SideDown {
        /// Which side.
        side: Side,
    },
    /// A side can be read again.
    SideUp {
        /// Which side.
        side: Side,
    },
    /// The person is kept in step from now on.
    Linked,
    /// The person is no longer kept in step.
    Unlinked,
}

impl Event {
    /// The stable name of this kind of event, as the log files it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::TeamsSaid { .. } => "teams-said",
            Self::EightSaid { .. } => "eight-said",
            Self::EchoIgnored { .. } => "echo-ignored",
            Self::UnknownWords { .. } => "unknown-words",
            Self::PublishDecided { .. } => "publish-decided",
            Self::SessionDecided { .. } => "session-decided",
            Self::Published { .. } => "published",
            Self::Unpublished { .. } => "unpublished",
            Self::SessionHeld { .. } => "session-held",
            Self::SessionCleared { .. } => "session-cleared",
            Self::Lapsed { .. } => "lapsed",
            Self::PublicationLost => "publication-lost",
            Self::SideDown { .. } => "side-down",
            Self::SideUp { .. } => "side-up",
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
        }
    }
}
