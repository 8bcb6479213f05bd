//! Who is watched, and by which sync user. Whoever is watched already stays where they are: another subscription means some seconds
//! without any.

use std::collections::BTreeSet;

use presync_core::id::TeamsUserId;
use presync_teams::subscriptions::MOST;

/// Shares people out among sync users: the first as many of `people` as there are places, each with the one that watches them now if
/// there is one. `now` is whom each watches now.
pub(super) fn assign(people: &[TeamsUserId], now: Vec<BTreeSet<TeamsUserId>>) -> Vec<BTreeSet<TeamsUserId>> {
    let wanted: BTreeSet<&TeamsUserId> = people.iter().take(now.len() * MOST).collect();
    let mut placed = BTreeSet::new();
    let mut kept = |mut watched: BTreeSet<TeamsUserId>| {
        watched.retain(|user| wanted.contains(user) && placed.insert(user.clone()));
        watched
    };
    let mut shares: Vec<BTreeSet<TeamsUserId>> = now.into_iter().map(&mut kept).collect();
    let mut others = wanted.into_iter().filter(|user| !placed.contains(*user));
    for share in &mut shares {
        let room = MOST.saturating_sub(share.len());
        share.extend(others.by_ref().take(room).cloned());
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(numbers: std::ops::Range<usize>) -> Vec<TeamsUserId> {
        numbers.map(|number| format!("p{number:05}").into()).collect()
    }

    fn set(numbers: std::ops::Range<usize>) -> BTreeSet<TeamsUserId> {
        people(numbers).into_iter().collect()
    }

    #[test]
    fn the_first_as_many_as_there_are_places_are_watched() {
        let shares = assign(&people(0..2_000), vec![BTreeSet::new(); 2]);
        assert_eq!(shares, [set(0..650), set(650..1_300)]);
        assert_eq!(assign(&people(0..3), vec![BTreeSet::new(); 2]), [set(0..3), set(0..0)]);
        assert!(assign(&people(0..3), Vec::new()).is_empty());
    }

    #[test]
    fn whoever_is_watched_stays_where_they_are_and_new_people_fill_the_gaps() {
        let now = vec![set(100..200), set(0..100)];
        let shares = assign(&people(50..1_300), now);
        assert!(shares[0].is_superset(&set(100..200)) && shares[1].is_superset(&set(50..100)));
        assert_eq!(shares.iter().map(BTreeSet::len).sum::<usize>(), 1_250);
        assert!(shares[0].is_disjoint(&shares[1]));
        assert!(!shares[1].contains(&people(0..1)[0]), "who is gone is watched no more");
    }

    #[test]
    fn whoever_is_watched_twice_is_so_once_afterwards() {
        assert_eq!(assign(&people(0..3), vec![set(0..3), set(1..3)]), [set(0..3), set(0..0)]);
    }

    #[test]
    fn who_comes_first_takes_the_place_of_who_does_not() {
        let mut wanted = people(1_000..1_001);
        wanted.extend(people(0..650));
        let [share] = &assign(&wanted, vec![set(0..650)])[..] else { panic!() };
        assert!(share.contains(&wanted[0]) && share.len() == 650);
        assert!(!share.contains(&people(649..650)[0]));
    }
}
