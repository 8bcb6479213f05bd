//! What may be seen of a link from outside: the subject for the rules, and a picture for people.

use serde::Serialize;

use crate::id::LinkId;
use crate::obstacle::Obstacle;
use crate::presence::{EightPresence, TeamsPresence};
use crate::reconcile::Reconciler;
use crate::reconcile::lane::{Lane, Want};
use crate::reconcile::link::Link;
use crate::reconcile::message::Stamp;
use crate::rule::{EightSide, Subject, TeamsSide};
use crate::time::Timestamp;
use crate::words::{Calls, Direction, EightTarget, TeamsSession};

/// One person, as presync sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkView {
    /// Which link.
    pub link: LinkId,
    /// What Teams says of itself, our session taken out; `None` before the first read.
    pub teams: Option<TeamsPresence>,
    /// When the read that first showed it was started.
    pub teams_since: Timestamp,
    /// When the newest read of Teams was started.
    pub teams_read_at: Timestamp,
    /// What 8x8 says; `None` before the first read.
    pub eight: Option<EightPresence>,
    /// When the read that first showed it was started.
    pub eight_since: Timestamp,
    /// When the newest read of 8x8 that brought something new was started.
    pub eight_read_at: Timestamp,
    /// Our publication at 8x8.
    pub publication: LaneView<EightTarget>,
    /// Which calls may be offered, by what is wanted there; `None` where nothing is.
    pub calls: Option<Calls>,
    /// What keeps that from being there, by 8x8's last answer; not known after a restart until it has been asked again.
    pub hindered: Option<Hindered>,
    /// Our app session in Teams.
    pub session: LaneView<TeamsSession>,
}

/// Our writes on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LaneView<V> {
    /// What the rules want there; `None` for nothing of ours, or when nobody has decided yet.
    pub wanted: Option<V>,
    /// What the provider has taken and not yet let go.
    pub held: Option<V>,
    /// A write is under way, or nobody knows what became of it.
    pub unsettled: bool,
}

/// Why something is not at 8x8 as wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hindered {
    /// What is in the way.
    pub reason: Obstacle,
    /// It does not pass by itself.
    pub lasting: bool,
}

impl<V> LaneView<V> {
    fn of<L: Copy + PartialEq>(lane: &Lane<L>, name: impl Fn(L) -> V) -> Self {
        let wanted = match lane.want {
            Want::Value(value) => Some(name(value)),
            Want::Nothing | Want::Undecided => None,
        };
        Self { wanted, held: lane.value().map(name), unsettled: lane.is_in_flight() || lane.is_in_doubt() }
    }
}

impl Reconciler {
    /// All links, in order.
    pub fn links(&self) -> impl Iterator<Item = LinkId> + '_ {
        self.links.keys().copied()
    }

    /// How many links there are.
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// What the rules may see of a person's two sides, both filled as far as known.
    pub fn subject(&self, id: LinkId, now: Timestamp) -> Option<Subject> {
        let link = self.links.get(&id)?;
        let seconds = |since: Timestamp| Some(u32::try_from(now.since(since).as_secs()).unwrap_or(u32::MAX));
        let teams = link.teams.presence.map(|presence| TeamsSide::of(presence, seconds(link.teams.since)));
        let eight = link.eight.presence.map(|presence| EightSide::of(presence, seconds(link.eight.since)));
        Some(Subject { teams, eight, ..Subject::default() })
    }

    /// Whether an answer to the question with this stamp still counts.
    pub fn awaits(&self, id: LinkId, direction: Direction, stamp: Stamp) -> bool {
        self.links.get(&id).is_some_and(|link| link.awaits(direction, stamp))
    }

    /// A picture of a person; `None` when there is no such link.
    pub fn view(&self, id: LinkId) -> Option<LinkView> {
        self.links.get(&id).map(|link| view(id, link))
    }

    /// What Teams last said of a person, our session taken out.
    pub fn teams_presence(&self, id: LinkId) -> Option<TeamsPresence> {
        self.links.get(&id).and_then(|link| link.teams.presence)
    }

    /// What 8x8 last said of a person.
    pub fn eight_presence(&self, id: LinkId) -> Option<EightPresence> {
        self.links.get(&id).and_then(|link| link.eight.presence)
    }
}

fn view(id: LinkId, link: &Link) -> LinkView {
    LinkView {
        link: id,
        teams: link.teams.presence,
        teams_since: link.teams.since,
        teams_read_at: link.teams.read_at,
        eight: link.eight.presence,
        eight_since: link.eight.since,
        eight_read_at: link.eight.read_at,
        publication: LaneView::of(&link.publish, |publication| publication.target),
        calls: match link.publish.want {
            Want::Value(publication) => Some(publication.calls),
            Want::Nothing | Want::Undecided => None,
        },
        hindered: link.publish.hindrance().map(|(reason, lasting)| Hindered { reason, lasting }),
        session: LaneView::of(&link.session, |session| session),
    }
}
