//! The state of one link as a value that can be lifted out and put back, for whoever walks through states: a model checker keeps
//! millions of them side by side.

use serde::Serialize;

use crate::id::LinkId;
use crate::reconcile::Reconciler;
use crate::reconcile::link::Link;

/// Everything that a reconciler knows of one link. Unlike a [`snapshot`](Reconciler::snapshot) it also has the questions that are
/// out; serialised it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LinkState(Link);

impl Reconciler {
    /// Takes a link out, as it is; `None` when there is no such link. Nothing is written for its sake.
    pub fn lift(&mut self, id: LinkId) -> Option<LinkState> {
        self.dirty.remove(&id);
        self.links.remove(&id).map(LinkState)
    }

    /// Puts a link in as it was when it was lifted out, in place of the one with its id. Nothing is in doubt, unlike after
    /// [`restore`](Reconciler::restore).
    pub fn put_back(&mut self, id: LinkId, state: LinkState) {
        self.links.insert(id, state.0);
    }
}
