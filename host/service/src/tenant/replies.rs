//! Out of office by the mailbox, where presence does not say it: in the clouds of the United States' government. Only if the settings
//! ask for it, since it takes a permission of its own and a call for each mailbox: so each is asked every few minutes, twenty in a
//! request, beside the cycles. A permission that is missing is a trouble until it is granted, and one mailbox is tried meanwhile.

use std::time::Duration;

use presync_core::id::TeamsUserId;
use presync_core::time::Timestamp;
use presync_teams::Error;
use presync_teams::mailbox::AutomaticReplies;
use tokio::task::JoinHandle;

use crate::status::Place;
use crate::tenant::{Beat, Tenant};

/// From one question to a mailbox to the next. Automatic replies are switched on for days.
const EVERY: Duration = Duration::from_secs(5 * 60);
/// Mailboxes that are asked together at most: twenty requests, so that a large tenant is not asked all at once.
const MOST: usize = 400;
/// How long nobody is asked after nobody could be asked.
const AFTER_FAILURE: Duration = Duration::from_secs(60);

type Asked = (Vec<TeamsUserId>, Vec<Result<AutomaticReplies, Error>>);

/// Asking mailboxes: when it is due, and the round that is under way.
#[derive(Debug)]
pub(super) struct Round {
    /// The settings ask for it.
    wanted: bool,
    not_before: Timestamp,
    /// The permission was missing: one mailbox tells whether it still is.
    forbidden: bool,
    running: Option<JoinHandle<Asked>>,
}

impl Round {
    pub(super) const fn new(wanted: bool) -> Self {
        Self { wanted, not_before: Timestamp::EPOCH, forbidden: false, running: None }
    }

    pub(super) const fn is_wanted(&self) -> bool {
        self.wanted
    }
}

impl Tenant {
    /// Takes up a round that has ended, and starts one when it is due.
    pub(super) async fn ask_mailboxes(&self, beat: &mut Beat) {
        let round = &mut beat.replies;
        if !round.wanted {
            return;
        }
        if let Some(ended) = round.running.take_if(|running| running.is_finished()) {
            match ended.await {
                Ok((asked, answers)) => self.take_replies(round, asked, answers),
                Err(error) => {
                    round.not_before = self.clock.now() + AFTER_FAILURE;
                    self.is_unwell(Place::Replies, &error, false);
                }
            }
        }
        let now = self.clock.now();
        if round.running.is_some() || now < round.not_before {
            return;
        }
        let due = {
            let mut people = self.people();
            let untold = self.teams.without_out_of_office(|user| people.link_of_teams(user).is_some());
            people.replies.due(&untold, now, EVERY, if round.forbidden { 1 } else { MOST })
        };
        if !due.is_empty() {
            let teams = self.teams.clone();
            round.running = Some(tokio::spawn(async move {
                let answers = teams.automatic_replies(&due).await;
                (due, answers)
            }));
        }
    }

    fn take_replies(&self, round: &mut Round, asked: Vec<TeamsUserId>, answers: Vec<Result<AutomaticReplies, Error>>) {
        let now = self.clock.now();
        let (mut wait, mut met) = (Duration::ZERO, None::<Error>);
        {
            let mut people = self.people();
            for (user, answer) in asked.into_iter().zip(answers) {
                match answer {
                    Ok(replies) => people.replies.take(user, replies, now),
                    Err(error) => {
                        wait = wait.max(error.retry_after().unwrap_or(AFTER_FAILURE));
                        // Of several the one that somebody has to act on.
                        if met.as_ref().is_none_or(|met| error.is_credential_problem() && !met.is_credential_problem())
                        {
                            met = Some(error);
                        }
                    }
                }
            }
        }
        round.forbidden = matches!(met, Some(Error::Forbidden { .. }));
        round.not_before = now + if round.forbidden { EVERY } else { wait };
        match met {
            None => self.is_well(Place::Replies),
            Some(error @ Error::Forbidden { .. }) => {
                let what = format!(
                    "who is out of office is not known, since Teams does not say it here and mailboxes may not be read: {error}. \
                     Or set `automatic_replies = false` in [tenant.teams]"
                );
                self.is_unwell(Place::Replies, &what, true);
            }
            Some(error) => {
                let what = format!("some mailboxes could not be asked who is out of office: {error}");
                self.is_unwell(Place::Replies, &what, error.is_credential_problem());
            }
        }
    }
}
