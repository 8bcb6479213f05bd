//! Writing to Teams: sessions twenty in a request, some requests at a time, all within the cycle's deadline.
//!
//! Graph answers each session of a request by itself, and its limit counts each by itself; so what is refused or throttled concerns
//! one person, and only a request that fails as a whole concerns all who are in it.

use presync_core::delivery::Outcome;
use presync_core::id::LinkId;
use presync_core::reconcile::Input;
use presync_core::words::Side;
use presync_teams::{Error, SESSIONS_PER_REQUEST};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::deliver::{NOT_SENT, delivered, is_trouble};
use crate::people::SessionWrite;
use crate::status::Place;
use crate::tenant::Tenant;

/// Requests under way at a time, per tenant: some hundred sessions are written in the time of two answers.
const AT_ONCE: usize = 4;

/// What became of a request: one outcome for each of its sessions, or nothing within the cycle.
type Answered = (Vec<LinkId>, Option<Vec<Result<(), Error>>>);

impl Tenant {
    pub(super) async fn write_sessions(&self, sessions: Vec<SessionWrite>, deadline: Instant) -> Vec<Input> {
        let mut answers = Vec::with_capacity(sessions.len());
        let mut met = Met::default();
        let mut waiting = requests(sessions);
        let mut running: JoinSet<Answered> = JoinSet::new();
        loop {
            while running.len() < AT_ONCE
                && let Some((links, writes)) = waiting.next()
            {
                if Instant::now() >= deadline {
                    answers.extend(links.into_iter().map(|link| delivered(link, Side::Teams, NOT_SENT, None)));
                    continue;
                }
                let teams = self.teams.clone();
                running.spawn(async move { (links, timeout_at(deadline, teams.write_sessions(&writes)).await.ok()) });
            }
            match running.join_next().await {
                None => break,
                Some(Ok((links, Some(results)))) => {
                    for (link, result) in links.into_iter().zip(results) {
                        answers.push(delivered(link, Side::Teams, self.judge_session(link, result, &mut met), None));
                    }
                }
                Some(Ok((links, None))) => {
                    met.note("Teams did not take a session within the cycle".to_owned(), false);
                    answers.extend(links.into_iter().map(|link| delivered(link, Side::Teams, Outcome::Failed, None)));
                }
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        match met {
            Met { trouble: Some((what, needs_action)), .. } => self.is_unwell(Place::Sessions, &what, needs_action),
            Met { taken: true, .. } => self.is_well(Place::Sessions),
            Met { .. } => {}
        }
        answers
    }

    fn judge_session(&self, link: LinkId, result: Result<(), Error>, met: &mut Met) -> Outcome {
        let Err(error) = result else {
            met.taken = true;
            return Outcome::Applied;
        };
        tracing::debug!(tenant = %self.id, %link, %error, "Teams did not take a session");
        let outcome = error.outcome();
        if is_trouble(outcome) {
            met.note(error.to_string(), error.is_credential_problem());
        }
        outcome
    }
}

/// The writes, as many together as Graph takes in a request, with whom each is for.
fn requests(sessions: Vec<SessionWrite>) -> impl Iterator<Item = (Vec<LinkId>, Vec<presync_teams::SessionWrite>)> {
    let mut left = sessions.into_iter();
    std::iter::from_fn(move || {
        let request: (Vec<_>, Vec<_>) = left
            .by_ref()
            .take(SESSIONS_PER_REQUEST)
            .map(|SessionWrite { link, user, hold }| (link, presync_teams::SessionWrite { user, hold }))
            .unzip();
        (!request.0.is_empty()).then_some(request)
    })
}

/// What a round of session writes met.
#[derive(Debug, Default)]
struct Met {
    taken: bool,
    /// The sentence, and whether an administrator has to act; one of those goes before the others.
    trouble: Option<(String, bool)>,
}

impl Met {
    fn note(&mut self, what: String, needs_action: bool) {
        if self.trouble.as_ref().is_none_or(|(_, known)| needs_action && !known) {
            self.trouble = Some((what, needs_action));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_go_out_twenty_at_a_time_in_their_order() {
        let write = |n: u32| SessionWrite { link: LinkId(n), user: format!("t{n}").into(), hold: None };
        let requests: Vec<_> = requests((0..45).map(write).collect()).collect();
        assert_eq!(requests.iter().map(|(links, _)| links.len()).collect::<Vec<_>>(), [20, 20, 5]);
        let links = requests.iter().flat_map(|(links, _)| links.iter().map(|link| link.0));
        assert!(links.eq(0..45));
        assert!(requests.iter().all(|(links, writes)| links.len() == writes.len()));
    }
}
