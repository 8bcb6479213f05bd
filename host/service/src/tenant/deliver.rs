//! Writing: publications in bulk, and sessions beside them, all within the cycle's deadline.

use std::sync::PoisonError;
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::LinkId;
use presync_core::reconcile::{Input, LaneView};
use presync_core::words::Side;
use presync_eight::Publication;
use tokio::time::{Instant, timeout_at};

use crate::brake::PER_MINUTE;
use crate::people::SessionWrite;
use crate::status::Place;
use crate::tenant::Tenant;
use crate::traces::TARGET;

/// What a request to 8x8 publishes at most.
const PUBLICATIONS_PER_REQUEST: usize = 100;

/// How long a write that was never sent waits: it is due again in the next cycle.
pub(super) const NOT_SENT: Outcome = Outcome::Throttled { retry_after: Duration::from_millis(500) };

impl Tenant {
    #[tracing::instrument(target = TARGET, level = "debug", skip_all, fields(tenant = %self.id, publications = publications.len(), sessions = sessions.len()))]
    pub(super) async fn deliver(
        &self,
        publications: Vec<(LinkId, Publication)>,
        sessions: Vec<SessionWrite>,
        deadline: Instant,
    ) -> Vec<Input> {
        let (publications, sessions, braked) = self.brake(publications, sessions);
        let (mut published, held) =
            tokio::join!(self.publish(publications, deadline), self.write_sessions(sessions, deadline));
        published.extend(held);
        self.meters.writes(&published);
        let failed = published.iter().filter(|input| is_failure(input)).count();
        let mut people = self.people();
        people.counters.writes_failed += failed as u64;
        drop(people);
        published.extend(braked);
        published
    }

    /// Keeps back what would write to somebody too often: it is wanted again when there is room.
    fn brake(
        &self,
        mut publications: Vec<(LinkId, Publication)>,
        mut sessions: Vec<SessionWrite>,
    ) -> (Vec<(LinkId, Publication)>, Vec<SessionWrite>, Vec<Input>) {
        let now = self.clock.now();
        let mut brake = self.brake.lock().unwrap_or_else(PoisonError::into_inner);
        let mut braked = Vec::new();
        let mut passes = |link: LinkId, side: Side| match brake.pass(link, side, now) {
            Ok(()) => true,
            Err(retry_after) => {
                tracing::warn!(tenant = %self.id, %link, ?side, "written to too often; the write waits");
                braked.push(delivered(link, side, Outcome::Throttled { retry_after }, None));
                false
            }
        };
        publications.retain(|(link, _)| passes(*link, Side::Eight));
        sessions.retain(|write| passes(write.link, Side::Teams));
        if braked.is_empty() {
            if !publications.is_empty() || !sessions.is_empty() {
                self.is_well(Place::Restless);
            }
        } else {
            self.people().counters.writes_braked += braked.len() as u64;
            let what = format!(
                "{} people would be written to more than {PER_MINUTE} times a minute, and the rest waits: a side, or a rule, does not come                  to rest (`presync why PERSON` shows the changes)",
                braked.len()
            );
            self.is_unwell(Place::Restless, &what, true);
        }
        (publications, sessions, braked)
    }

    /// Answers writes that were not sent, since what would be sent could not be stored first.
    pub(super) fn hold_back(&self, publications: &[(LinkId, Publication)], sessions: &[SessionWrite]) -> Vec<Input> {
        // Half an interval, so that the next cycle does not come a moment too early.
        let outcome = Outcome::Throttled { retry_after: self.cadence.poll / 2 };
        let publications = publications.iter().map(|(link, _)| delivered(*link, Side::Eight, outcome, None));
        let sessions = sessions.iter().map(|write| delivered(write.link, Side::Teams, outcome, None));
        publications.chain(sessions).collect()
    }

    async fn publish(&self, publications: Vec<(LinkId, Publication)>, deadline: Instant) -> Vec<Input> {
        if publications.is_empty() {
            return Vec::new();
        }
        self.spend_at_eight(publications.len().div_ceil(PUBLICATIONS_PER_REQUEST));
        let (links, publications): (Vec<_>, Vec<_>) = publications.into_iter().unzip();
        let all = |outcome| links.iter().map(|link| delivered(*link, Side::Eight, outcome, None)).collect();
        match timeout_at(deadline, self.eight.publish(&publications)).await {
            Err(_) => {
                self.is_unwell(Place::Publications, &"8x8 did not take the publications within the cycle", false);
                all(Outcome::Failed)
            }
            Ok(Err(error)) => {
                if let Some(pause) = error.retry_after() {
                    self.is_to_be_quiet(Side::Eight, pause);
                }
                self.is_unwell(Place::Publications, &error, error.is_credential_problem());
                all(error.outcome())
            }
            Ok(Ok(published)) => {
                let pauses = published.iter().filter_map(|item| match item.outcome {
                    Outcome::Throttled { retry_after } => Some(retry_after),
                    _ => None,
                });
                if let Some(pause) = pauses.max() {
                    self.is_to_be_quiet(Side::Eight, pause);
                }
                match published.iter().find(|item| is_trouble(item.outcome)) {
                    None => self.is_well(Place::Publications),
                    Some(item) => {
                        let said = item.detail.as_deref().unwrap_or("it did not say why");
                        self.is_unwell(
                            Place::Publications,
                            &format_args!("8x8 did not take a publication: {said}"),
                            false,
                        );
                    }
                }
                for (link, item) in links.iter().zip(&published) {
                    if let Some(detail) = &item.detail {
                        tracing::debug!(tenant = %self.id, %link, outcome = ?item.outcome, detail, "8x8 said of a publication");
                    }
                }
                let answers = links.iter().zip(published);
                answers.map(|(link, item)| delivered(*link, Side::Eight, item.outcome, item.revision)).collect()
            }
        }
    }

    /// A trouble with writing is over when nothing is left to write, though it was a read that said so.
    pub(super) fn forget_settled_troubles(&self) {
        let shown = |place| self.board().troubles.contains_key(place);
        for place in [Place::Sessions, Place::Publications].iter().filter(|place| shown(place)) {
            let settled = {
                let people = self.people();
                let mut views = people.reconciler.links().filter_map(|link| people.reconciler.view(link));
                views.all(|view| match place {
                    Place::Sessions => is_settled(&view.session),
                    _ => is_settled(&view.publication),
                })
            };
            if settled {
                self.is_well(*place);
            }
        }
    }
}

fn is_settled<V: PartialEq>(lane: &LaneView<V>) -> bool {
    !lane.unsettled && lane.wanted == lane.held
}

/// Whether this says something of the provider, and not just of one person.
pub(super) fn is_trouble(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::Refused | Outcome::Throttled { .. })
}

pub(super) fn delivered(link: LinkId, side: Side, outcome: Outcome, revision: Option<u64>) -> Input {
    Input::Delivered { link, side, outcome, revision }
}

fn is_failure(input: &Input) -> bool {
    matches!(
        input,
        Input::Delivered {
            outcome: Outcome::Failed | Outcome::Refused | Outcome::Stale | Outcome::Throttled { .. },
            ..
        }
    )
}
