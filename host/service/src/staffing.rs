//! How the queues are staffed: kept up to date change by change, so that a question costs two look-ups.
//!
//! A member counts as offered calls while 8x8's own status allows it and our verdict does not keep the calls away. Nobody counts
//! in what they themselves are told, so that an answer does not change its own question.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use presync_core::id::LinkId;
use presync_core::rule::{PublishAction, PublishVerdict, Staffing};
use presync_core::words::{Calls, EightStatus, EightTarget};

use crate::groups::folded;

/// All queues of a tenant, with their members.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    /// A map with a queue's name, in lower case, as key and its place in `all` as value.
    places: HashMap<String, usize>,
    all: Vec<Queue>,
    /// A map with the places of some queues as key and the place of that combination in `sets` as value: thousands of people
    /// share a few dozen.
    combinations: HashMap<Box<[usize]>, usize>,
    sets: Vec<Set>,
    members: HashMap<LinkId, Member>,
    /// The queues whose numbers have changed since [`Queues::outdated`] was last asked.
    changed: BTreeSet<usize>,
}

#[derive(Debug)]
struct Queue {
    name: String,
    members: BTreeSet<LinkId>,
    offered: u32,
    /// The combinations that it is in.
    sets: Vec<usize>,
}

/// Queues that somebody is in.
#[derive(Debug)]
struct Set {
    queues: Box<[usize]>,
    /// What a member is told: one who does not count, one who does.
    told: [Option<Arc<[Staffing]>>; 2],
}

#[derive(Debug)]
struct Member {
    set: usize,
    offered: bool,
    /// What they were last told.
    told: Option<Arc<[Staffing]>>,
}

/// Whether 8x8 itself offers calls in this status.
pub(crate) const fn is_offered(status: EightStatus) -> bool {
    match status {
        EightStatus::Available | EightStatus::Busy | EightStatus::OnCall => true,
        EightStatus::DoNotDisturb
        | EightStatus::Away
        | EightStatus::AutoAway
        | EightStatus::Invisible
        | EightStatus::Offline
        | EightStatus::Unrecognised => false,
    }
}

/// Whether a verdict keeps queue calls away; `before` is whether they were kept away so far. Of what is published, 8x8 lets do
/// not disturb alone decide about calls.
pub(crate) const fn keeps_away(verdict: &PublishVerdict, before: bool) -> bool {
    match verdict.calls {
        Calls::All => false,
        Calls::DirectOnly | Calls::None => true,
        Calls::Unchanged => match verdict.action {
            PublishAction::Publish(target) => matches!(target, EightTarget::DoNotDisturb),
            PublishAction::NoSync => false,
            PublishAction::Hold => before,
        },
    }
}

impl Queues {
    /// Says which queues somebody is in.
    pub(crate) fn place(&mut self, link: LinkId, queues: &[String]) {
        if queues.is_empty() && !self.members.contains_key(&link) {
            return;
        }
        let mut places: Vec<usize> = queues.iter().map(|name| self.place_of(name)).collect();
        places.sort_unstable();
        places.dedup();
        let set = self.set_of(places);
        if self.members.get(&link).is_some_and(|member| member.set == set) {
            return;
        }
        let former = self.remove(link);
        if self.sets[set].queues.is_empty() {
            return;
        }
        let (offered, told) = former.map_or((false, None), |member| (member.offered, member.told));
        self.members.insert(link, Member { set, offered, told });
        self.count(set, |queue| {
            queue.members.insert(link);
            queue.offered += u32::from(offered);
        });
    }

    /// Forgets somebody.
    pub(crate) fn drop(&mut self, link: LinkId) {
        self.remove(link);
    }

    /// Says whether somebody is offered calls.
    pub(crate) fn set_offered(&mut self, link: LinkId, offered: bool) {
        let Some(member) = self.members.get_mut(&link).filter(|member| member.offered != offered) else { return };
        member.offered = offered;
        let set = member.set;
        self.count(set, |queue| {
            queue.offered = if offered { queue.offered + 1 } else { queue.offered.saturating_sub(1) }
        });
    }

    /// Whether somebody is in a queue and offered its calls.
    pub(crate) fn counts(&self, link: LinkId) -> bool {
        self.members.get(&link).is_some_and(|member| member.offered)
    }

    /// How somebody's queues are staffed; nothing for whoever is in none.
    pub(crate) fn of(&self, link: LinkId) -> Arc<[Staffing]> {
        let Some(Member { set, offered, .. }) = self.members.get(&link) else { return Arc::default() };
        match &self.sets[*set].told[usize::from(*offered)] {
            Some(told) => Arc::clone(told),
            None => self.work_out(*set, *offered),
        }
    }

    /// Notes that somebody is told how their queues are staffed now.
    pub(crate) fn tell(&mut self, link: LinkId) {
        let now = self.of(link);
        if let Some(member) = self.members.get_mut(&link) {
            self.sets[member.set].told[usize::from(member.offered)] = Some(Arc::clone(&now));
            member.told = Some(now);
        }
    }

    /// Whether somebody was told something else than what is so now.
    pub(crate) fn is_outdated(&self, link: LinkId) -> bool {
        let told = self.members.get(&link).and_then(|member| member.told.as_ref());
        told.is_some_and(|told| *told != self.of(link))
    }

    /// The members who were told something else than what is so now.
    pub(crate) fn outdated(&mut self) -> Vec<LinkId> {
        let changed = std::mem::take(&mut self.changed);
        let members: BTreeSet<LinkId> =
            changed.into_iter().flat_map(|queue| self.all[queue].members.iter().copied()).collect();
        members.into_iter().filter(|link| self.is_outdated(*link)).collect()
    }

    fn work_out(&self, set: usize, offered: bool) -> Arc<[Staffing]> {
        let staffing = |queue: &Queue| Staffing {
            queue: queue.name.clone(),
            available: queue.offered.saturating_sub(u32::from(offered)),
            total: u32::try_from(queue.members.len()).unwrap_or(u32::MAX),
        };
        self.sets[set].queues.iter().map(|queue| staffing(&self.all[*queue])).collect()
    }

    fn remove(&mut self, link: LinkId) -> Option<Member> {
        let member = self.members.remove(&link)?;
        self.count(member.set, |queue| {
            queue.members.remove(&link);
            queue.offered = queue.offered.saturating_sub(u32::from(member.offered));
        });
        Some(member)
    }

    /// Changes the numbers of all queues of a set; what was to be told of them is worked out anew.
    fn count(&mut self, set: usize, change: impl Fn(&mut Queue)) {
        let queues = self.sets[set].queues.clone();
        for queue in &queues {
            change(&mut self.all[*queue]);
            self.changed.insert(*queue);
            for set in &self.all[*queue].sets {
                self.sets[*set].told = [None, None];
            }
        }
    }

    fn place_of(&mut self, name: &str) -> usize {
        *self.places.entry(folded(name)).or_insert_with(|| {
            self.all.push(Queue { name: name.to_owned(), members: BTreeSet::new(), offered: 0, sets: Vec::new() });
            self.all.len() - 1
        })
    }

    fn set_of(&mut self, queues: Vec<usize>) -> usize {
        let queues = queues.into_boxed_slice();
        *self.combinations.entry(queues.clone()).or_insert_with(|| {
            let place = self.sets.len();
            queues.iter().for_each(|queue| self.all[*queue].sets.push(place));
            self.sets.push(Set { queues, told: [None, None] });
            place
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queues(people: &[(u32, &[&str])]) -> Queues {
        let mut queues = Queues::default();
        for (link, names) in people {
            let names: Vec<String> = names.iter().copied().map(str::to_owned).collect();
            queues.place(LinkId(*link), &names);
            queues.set_offered(LinkId(*link), true);
        }
        queues
    }

    fn told(queues: &mut Queues, link: u32) -> Vec<(String, u32, u32)> {
        queues.tell(LinkId(link));
        let told = queues.of(LinkId(link));
        told.iter().map(|staffing| (staffing.queue.clone(), staffing.available, staffing.total)).collect()
    }

    fn support(available: u32, total: u32) -> Vec<(String, u32, u32)> {
        vec![("Support".to_owned(), available, total)]
    }

    #[test]
    fn each_is_told_of_the_others_in_their_queues() {
        let mut queues = queues(&[(1, &["Support"]), (2, &["support", "billing"]), (3, &[])]);
        assert_eq!(told(&mut queues, 1), support(1, 2));
        assert_eq!(told(&mut queues, 2), [("Support".to_owned(), 1, 2), ("billing".to_owned(), 0, 1)]);
        assert_eq!(told(&mut queues, 3), []);
        queues.set_offered(LinkId(1), false);
        assert_eq!(told(&mut queues, 1), support(1, 2), "what they are told does not hang on themselves");
        assert_eq!(told(&mut queues, 2)[0], support(0, 2)[0]);
    }

    #[test]
    fn whoever_was_told_what_is_no_longer_so_is_asked_again_and_nobody_else() {
        let mut queues = queues(&[(1, &["Support"]), (2, &["Support"]), (3, &["billing"]), (4, &["Support"])]);
        for link in 1..4 {
            told(&mut queues, link);
        }
        assert_eq!(queues.outdated(), []);
        queues.set_offered(LinkId(1), false);
        assert!(queues.is_outdated(LinkId(2)) && !queues.is_outdated(LinkId(1)));
        assert_eq!(queues.outdated(), [LinkId(2)], "1 changed it, 3 is elsewhere, 4 was never told");
        told(&mut queues, 2);
        queues.set_offered(LinkId(1), true);
        queues.set_offered(LinkId(1), false);
        assert_eq!(queues.outdated(), [], "it came and went");
    }

    #[test]
    fn whoever_changes_queues_or_leaves_is_counted_where_they_are() {
        let mut queues = queues(&[(1, &["Support"]), (2, &["Support"])]);
        queues.place(LinkId(2), &["billing".to_owned()]);
        assert_eq!(told(&mut queues, 1), support(0, 1));
        assert_eq!(told(&mut queues, 2), [("billing".to_owned(), 0, 1)]);
        queues.place(LinkId(3), &["Support".to_owned()]);
        assert_eq!(told(&mut queues, 1), support(0, 2));
        queues.drop(LinkId(3));
        assert_eq!(told(&mut queues, 1), support(0, 1));
    }

    #[test]
    fn only_do_not_disturb_and_a_verdict_on_calls_keep_calls_away() {
        let verdict = |action, calls| PublishVerdict { action, calls, note: None, recheck_after: None, reason: None };
        let publish = PublishAction::Publish;
        assert!(keeps_away(&verdict(publish(EightTarget::DoNotDisturb), Calls::Unchanged), false));
        assert!(!keeps_away(&verdict(publish(EightTarget::DoNotDisturb), Calls::All), true));
        assert!(!keeps_away(&verdict(publish(EightTarget::Away), Calls::Unchanged), true));
        assert!(keeps_away(&verdict(publish(EightTarget::Available), Calls::DirectOnly), false));
        assert!(keeps_away(&verdict(PublishAction::Hold, Calls::Unchanged), true));
        assert!(!keeps_away(&verdict(PublishAction::NoSync, Calls::Unchanged), true));
    }
}
