//! Automatic replies of people whose presence does not say that they are out of office, and what a reading is made to say by them.

use std::collections::HashMap;
use std::time::Duration;

use presync_core::id::TeamsUserId;
use presync_core::presence::{Reading, TeamsPresence};
use presync_core::time::Timestamp;
use presync_teams::mailbox::AutomaticReplies;

use super::People;

/// What mailboxes said last.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    known: HashMap<TeamsUserId, Said>,
}

#[derive(Debug)]
struct Said {
    replies: AutomaticReplies,
    at: Timestamp,
}

impl Replies {
    /// Takes what a mailbox said at this moment.
    pub(crate) fn take(&mut self, user: TeamsUserId, replies: AutomaticReplies, at: Timestamp) {
        self.known.insert(user, Said { replies, at });
    }

    /// Of these people those whose mailbox was not asked for so long, whoever was not asked the longest first; `most` at most.
    /// Whoever is not among them is forgotten.
    pub(crate) fn due(
        &mut self,
        among: &[TeamsUserId],
        now: Timestamp,
        every: Duration,
        most: usize,
    ) -> Vec<TeamsUserId> {
        let counts: std::collections::HashSet<&TeamsUserId> = among.iter().collect();
        self.known.retain(|user, _| counts.contains(user));
        let asked_at = |user: &TeamsUserId| self.known.get(user).map_or(Timestamp::EPOCH, |said| said.at);
        let mut due: Vec<(Timestamp, &TeamsUserId)> = among.iter().map(|user| (asked_at(user), user)).collect();
        due.retain(|(asked_at, _)| now.since(*asked_at) >= every);
        due.sort_unstable();
        due.into_iter().take(most).map(|(_, user)| user.clone()).collect()
    }
}

impl People {
    /// Makes a reading that does not say whether the person is out of office say what the mailbox says at `now`. Before the mailbox was
    /// asked, what was known of the person before stays.
    pub(crate) fn complete(&self, user: &TeamsUserId, reading: &mut Reading<TeamsPresence>, now: Timestamp) {
        let Some(said) = self.replies.known.get(user) else {
            let known = self.link_of_teams(user).and_then(|link| self.reconciler.teams_presence(link));
            reading.presence.out_of_office = known.is_some_and(|known| known.out_of_office);
            return;
        };
        reading.presence.out_of_office = said.replies.active(now);
        if let AutomaticReplies::Unrecognised(word) = &said.replies {
            let raw = format!("automaticReplies={word}");
            let words = reading.unknown_words.take().map_or(raw.clone(), |words| format!("{words} {raw}"));
            reading.unknown_words = Some(words.into_boxed_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn whoever_was_not_asked_the_longest_is_asked_first_and_nobody_too_soon() {
        let now = Timestamp::from_millis(10_000_000);
        let [ann, bob, cid] = ["ann", "bob", "cid"].map(TeamsUserId::from);
        let mut replies = Replies::default();
        replies.take(ann.clone(), AutomaticReplies::Disabled, now - 7 * MINUTE);
        replies.take(bob.clone(), AutomaticReplies::Disabled, now - 4 * MINUTE);
        let all = [ann.clone(), bob, cid.clone()];
        assert_eq!(replies.due(&all, now, 5 * MINUTE, 10), [cid.clone(), ann.clone()]);
        assert_eq!(replies.due(&all, now, 5 * MINUTE, 1), [cid]);
        assert_eq!(replies.due(&all[..1], now, 5 * MINUTE, 10), [ann]);
        assert_eq!(replies.known.len(), 1, "whoever is gone is forgotten");
    }
}
