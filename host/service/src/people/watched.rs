//! Whose changes in Teams are to be told, where not everybody's can be.

use presync_core::id::TeamsUserId;

use super::{People, Person};

impl People {
    /// The `most` people whose changes matter most: those in queues first. The order is the same each time, so that nobody is watched
    /// now and not then.
    pub(crate) fn to_watch(&self, most: usize) -> Vec<TeamsUserId> {
        let mut people: Vec<&Person> = self.persons().collect();
        people.sort_unstable_by_key(|person| (person.shown.queues.is_empty(), person.link.id));
        people.into_iter().take(most).map(|person| person.link.teams_id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use presync_core::id::LinkId;
    use presync_store::StoredLink;

    use super::*;
    use crate::config::Supply;
    use crate::groups::Memberships;

    #[test]
    fn whoever_is_in_a_queue_comes_first() {
        let mut queues = Memberships::default();
        queues.add("support", "p3@corp.com");
        let mut people = People::new(Supply { queues, ..Supply::default() });
        for number in 0..5 {
            people.insert(StoredLink {
                id: LinkId(number),
                teams_id: format!("t{number}").into(),
                eight_id: format!("e{number}").into(),
                user_principal_name: format!("p{number}@corp.com"),
                email: String::new(),
                display_name: String::new(),
            });
        }
        let watched: Vec<String> = people.to_watch(3).iter().map(ToString::to_string).collect();
        assert_eq!(watched, ["t3", "t0", "t1"]);
    }
}
