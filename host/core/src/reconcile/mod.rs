//! The reconcile state machine: observations and verdicts in, commands out.
//!
//! It is level-triggered (what should be shown is worked out from what both sides say now), writes only leases, never carries an
//! echo back, and keeps at most one write in flight per person and side. It neither reads a clock nor does anything: the shell
//! feeds [`Input`]s with the present moment and carries out the [`Command`]s.
//!
//! * `policy`: how long things last
//! * `message`: inputs, commands, events
//! * `lane`: our writes on one side, `publication`: what a read of 8x8 tells of them
//! * `link`: one person, `lift`: the same as a value to be kept aside
//! * `view`: what may be seen from outside

mod lane;
mod lift;
mod link;
mod message;
mod policy;
mod publication;
mod view;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub use lift::LinkState;
pub use message::{Command, Event, Input, Stamp};
pub use policy::Policy;
pub use view::{Hindered, LaneView, LinkView};

use crate::id::LinkId;
use crate::time::Timestamp;
use crate::words::Side;
use link::{Link, Moment};

/// The state of one tenant's people.
#[derive(Debug, Default)]
pub struct Reconciler {
    policy: Policy,
    /// Ordered, so that the same inputs give the same commands.
    links: BTreeMap<LinkId, Link>,
    teams_down_since: Option<Timestamp>,
    eight_down_since: Option<Timestamp>,
    dirty: BTreeSet<LinkId>,
}

impl Reconciler {
    /// A tenant without people.
    pub fn new(policy: Policy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// Says whether the rules of a direction also look at the side that they write to, so that a change there asks them again.
    pub fn set_cross_looks(&mut self, publish_looks_at_eight: bool, session_looks_at_teams: bool) {
        self.policy.publish_looks_at_eight = publish_looks_at_eight;
        self.policy.session_looks_at_teams = session_looks_at_teams;
    }

    /// Takes one input at the moment `now` and adds what is to be done about it to `out`, in order.
    pub fn apply(&mut self, now: Timestamp, input: Input, out: &mut Vec<Command>) {
        match input {
            Input::LinkAdded(id) => match self.links.get(&id).map(Link::is_leaving) {
                Some(false) => {}
                Some(true) => self.with(id, now, out, Link::join),
                None => {
                    self.links.insert(id, Link::new());
                    out.push(Command::Record { link: Some(id), event: Event::Linked });
                    self.dirty.insert(id);
                }
            },
            Input::LinkRemoved(id) => {
                self.with(id, now, out, |link, at, out| {
                    link.leave();
                    out.push(Command::Record { link: Some(at.id), event: Event::Unlinked });
                });
            }
            Input::TeamsObserved { link, reading } => {
                self.with(link, now, out, |link, at, out| link.teams_observed(at, &reading, out));
            }
            Input::EightObserved { link, reading } => {
                self.with(link, now, out, |link, at, out| link.eight_observed(at, &reading, out));
                self.touch(link);
            }
            Input::PublishDecided { link, stamp, verdict, rules } => {
                self.with(link, now, out, |link, at, out| link.publish_decided(at, stamp, verdict, rules, out));
            }
            Input::SessionDecided { link, stamp, verdict, rules } => {
                self.with(link, now, out, |link, at, out| link.session_decided(at, stamp, verdict, rules, out));
            }
            Input::Delivered { link, side: Side::Eight, outcome, revision } => {
                self.with(link, now, out, |link, at, out| link.eight_delivered(at, outcome, revision, out));
                self.touch(link);
            }
            Input::Delivered { link, side: Side::Teams, outcome, .. } => {
                self.with(link, now, out, |link, at, out| link.teams_delivered(at, outcome, out));
                self.touch(link);
            }
            Input::AskAgain { link, direction } => {
                self.with(link, now, out, |link, at, out| link.ask(at, direction, out));
            }
            Input::RulesChanged(direction) => {
                self.each(now, out, |link, at, out| link.ask(at, direction, out));
            }
            Input::SideDown(side) => self.side_down(now, side, out),
            Input::SideUp(side) => {
                if self.down_since(side).take().is_some() {
                    out.push(Command::Record { link: None, event: Event::SideUp { side } });
                }
            }
            Input::Tick => self.each(now, out, |link, at, out| link.tick(at, out)),
        }
    }

    /// How long a side has been down; `None` when it is up.
    pub fn down_for(&self, side: Side, now: Timestamp) -> Option<Duration> {
        match side {
            Side::Teams => self.teams_down_since,
            Side::Eight => self.eight_down_since,
        }
        .map(|since| now.since(since))
    }

    /// The links that have changed since this was last called, in order: their snapshots are to be stored.
    pub fn take_dirty(&mut self) -> BTreeSet<LinkId> {
        std::mem::take(&mut self.dirty)
    }

    /// Gives links back that could not be stored after [`take_dirty`](Self::take_dirty).
    pub fn mark_dirty(&mut self, links: BTreeSet<LinkId>) {
        self.dirty.extend(links.into_iter().filter(|id| self.links.contains_key(id)));
    }

    /// The durable state of a link as JSON; `None` when there is no such link.
    ///
    /// # Errors
    /// None in practice: the state holds nothing that JSON cannot carry.
    pub fn snapshot(&self, id: LinkId) -> Result<Option<String>, serde_json::Error> {
        self.links.get(&id).map(serde_json::to_string).transpose()
    }

    /// Takes up a link from its [`snapshot`](Self::snapshot). A write that was in flight then is in doubt now.
    ///
    /// # Errors
    /// When `snapshot` is not the JSON of a link.
    pub fn restore(&mut self, now: Timestamp, id: LinkId, snapshot: &str) -> Result<(), serde_json::Error> {
        let mut link: Link = serde_json::from_str(snapshot)?;
        link.restored(now, &self.policy);
        self.links.insert(id, link);
        self.dirty.insert(id);
        Ok(())
    }

    fn down_since(&mut self, side: Side) -> &mut Option<Timestamp> {
        match side {
            Side::Teams => &mut self.teams_down_since,
            Side::Eight => &mut self.eight_down_since,
        }
    }

    fn side_down(&mut self, now: Timestamp, side: Side, out: &mut Vec<Command>) {
        let since = self.down_since(side);
        if since.is_none() {
            *since = Some(now);
            out.push(Command::Record { link: None, event: Event::SideDown { side } });
        }
    }

    /// Runs a transition on one link, then starts what it made due. Unknown links are ignored: they were forgotten meanwhile.
    fn with(
        &mut self,
        id: LinkId,
        now: Timestamp,
        out: &mut Vec<Command>,
        transition: impl FnOnce(&mut Link, Moment<'_>, &mut Vec<Command>),
    ) {
        let (teams_frozen, eight_frozen) = self.frozen(now);
        let Some(link) = self.links.get_mut(&id) else { return };
        let at = Moment { id, now, policy: &self.policy, teams_frozen, eight_frozen };
        let before = out.len();
        transition(link, at, out);
        link.advance(at, out);
        let gone = link.is_gone();
        if gone {
            out.push(Command::Forget { link: id });
            self.links.remove(&id);
            self.dirty.remove(&id);
        } else if out.len() > before {
            self.dirty.insert(id);
        }
    }

    /// Marks a link as changed though no command says so: a lease was renewed, a doubt settled.
    fn touch(&mut self, id: LinkId) {
        if self.links.contains_key(&id) {
            self.dirty.insert(id);
        }
    }

    fn each(
        &mut self,
        now: Timestamp,
        out: &mut Vec<Command>,
        transition: impl Fn(&mut Link, Moment<'_>, &mut Vec<Command>),
    ) {
        let (teams_frozen, eight_frozen) = self.frozen(now);
        let mut gone = Vec::new();
        for (id, link) in &mut self.links {
            let at = Moment { id: *id, now, policy: &self.policy, teams_frozen, eight_frozen };
            let before = out.len();
            transition(link, at, out);
            link.advance(at, out);
            if link.is_gone() {
                gone.push(*id);
            } else if out.len() > before {
                self.dirty.insert(*id);
            }
        }
        for id in gone {
            out.push(Command::Forget { link: id });
            self.links.remove(&id);
            self.dirty.remove(&id);
        }
    }

    fn frozen(&self, now: Timestamp) -> (bool, bool) {
        let frozen = |side| self.down_for(side, now).is_some_and(|length| length > self.policy.hold_stale);
        (frozen(Side::Teams), frozen(Side::Eight))
    }
}
