use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

const BATCH: usize = 10;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_000_000 + millis)
}

fn terms(now: Timestamp, next: u64, room: usize) -> Terms {
    let promised = Duration::from_secs(10);
    Terms { now, next: Duration::from_millis(next), promised, batch: BATCH, room, most: 1_000 }
}

/// So many people, all read at the same moment; those whose number `first` accepts matter first.
fn people(count: u32, read_at: Timestamp, first: impl Fn(u32) -> bool) -> Vec<Candidate> {
    (0..count).map(|number| Candidate { link: LinkId(number), read_at, first: first(number) }).collect()
}

fn numbers(mut picked: Vec<LinkId>) -> Vec<u32> {
    picked.sort_unstable();
    picked.into_iter().map(|link| link.0).collect()
}

#[test]
fn everybody_is_read_where_there_is_room() {
    assert_eq!(pick(people(40, at(0), |_| false), &terms(at(1_000), 1_000, 4)).len(), 40);
}

#[test]
fn who_matters_goes_first_where_there_is_not() {
    let picked = pick(people(100, at(0), |number| number >= 90), &terms(at(1_000), 1_000, 2));
    let expected: Vec<u32> = (0..10).chain(90..100).collect();
    assert_eq!(numbers(picked), expected, "an even share of a tenth, and those who matter");
}

#[test]
fn who_is_owed_is_read_though_there_is_no_room() {
    let mut all = people(100, at(5_000), |number| number < 50);
    for one in &mut all[60..75] {
        one.read_at = at(0);
    }
    let picked = numbers(pick(all, &terms(at(9_500), 1_000, 0)));
    assert_eq!(picked.len(), 20, "a request that is made anyway is filled up");
    assert!((60..75).all(|number| picked.contains(&number)), "{picked:?}");
    assert!(picked.iter().filter(|number| **number < 50).count() == 5, "with those who matter: {picked:?}");
}

#[test]
fn nobody_is_read_where_nobody_is_owed_and_the_limit_is_spent() {
    let mut all = people(100, at(0), |_| true);
    for (place, one) in (0..).zip(&mut all) {
        one.read_at = at(place * 10);
    }
    let none = Terms { next: Duration::ZERO, ..terms(at(2_000), 0, 0) };
    assert_eq!(pick(all, &none), []);
}

#[test]
fn what_no_limit_lets_through_is_cut_off_and_the_oldest_go_first() {
    let mut all = people(100, at(0), |_| false);
    for one in &mut all[70..] {
        one.read_at = Timestamp::EPOCH;
    }
    let picked = pick(all, &Terms { most: 3, ..terms(at(60_000), 1_000, 50) });
    assert_eq!(numbers(picked), (70..100).collect::<Vec<_>>());
}

/// What a tenant's cycles do one after the other.
#[derive(Debug, Clone)]
struct Day {
    people: u32,
    /// Milliseconds from each cycle to the next.
    lengths: Vec<u64>,
    /// Requests for which half of the limit has room, in each.
    rooms: Vec<usize>,
    /// One in so many matters first; changes from cycle to cycle.
    firsts: Vec<u32>,
}

fn days() -> impl Strategy<Value = Day> {
    let cycles = 60;
    (
        0..400_u32,
        prop::collection::vec(prop_oneof![Just(1_000), 1_000..4_000_u64], cycles),
        prop::collection::vec(0..12_usize, cycles),
        prop::collection::vec(1..6_u32, cycles),
    )
        .prop_map(|(people, lengths, rooms, firsts)| Day { people, lengths, rooms, firsts })
}

proptest! {
    #[test]
    fn nobody_waits_longer_than_promised(day in days()) {
        let mut read: HashMap<LinkId, Timestamp> = (0..day.people).map(|number| (LinkId(number), at(0))).collect();
        let mut now = at(0);
        for ((length, room), first) in day.lengths.iter().zip(&day.rooms).zip(&day.firsts) {
            let all = read.iter().map(|(link, read_at)| {
                Candidate { link: *link, read_at: *read_at, first: link.0.is_multiple_of(*first) }
            });
            for link in pick(all.collect(), &terms(now, *length, *room)) {
                read.insert(link, now);
            }
            now = now + Duration::from_millis(*length);
            for (link, read_at) in &read {
                let age = now.since(*read_at);
                prop_assert!(age <= Duration::from_secs(10), "{link} was read {age:?} ago");
            }
        }
    }

    #[test]
    fn no_more_is_asked_than_there_is_room_for_or_the_promise_needs(day in days()) {
        let mut read: HashMap<LinkId, Timestamp> = (0..day.people).map(|number| (LinkId(number), at(0))).collect();
        let mut now = at(0);
        for ((length, room), first) in day.lengths.iter().zip(&day.rooms).zip(&day.firsts) {
            let all: Vec<_> = read.iter().map(|(link, read_at)| {
                Candidate { link: *link, read_at: *read_at, first: link.0.is_multiple_of(*first) }
            }).collect();
            let asked = terms(now, *length, *room);
            let needed = all.iter().filter(|one| now.since(one.read_at) + asked.next > asked.promised).count();
            let share = even_share(all.len(), &asked);
            let picked = pick(all, &asked);
            let most = needed.max(share).div_ceil(BATCH).max(*room);
            prop_assert!(picked.len().div_ceil(BATCH) <= most, "{} for {most} requests", picked.len());
            let mut once = picked.clone();
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(once.len(), picked.len(), "nobody is read twice");
            for link in picked {
                read.insert(link, now);
            }
            now = now + Duration::from_millis(*length);
        }
    }

    #[test]
    fn with_a_steady_beat_and_enough_room_the_half_is_kept(people in 0..400_u32, first in 1..6_u32) {
        // Room for everybody within what is promised, and no more.
        let room = usize::try_from(people).unwrap().div_ceil(10).div_ceil(BATCH) + 1;
        let mut read: HashMap<LinkId, Timestamp> = (0..people).map(|number| (LinkId(number), Timestamp::EPOCH)).collect();
        for cycle in 0..60_u64 {
            let now = at(cycle * 1_000);
            let all = read.iter().map(|(link, read_at)| {
                Candidate { link: *link, read_at: *read_at, first: link.0.is_multiple_of(first) }
            });
            let picked = pick(all.collect(), &terms(now, 1_000, room));
            // Nobody was read before the first cycle; those who were read together then come due together once.
            if cycle > 20 {
                prop_assert!(picked.len().div_ceil(BATCH) <= room, "cycle {cycle}: {} people", picked.len());
            }
            for link in picked {
                read.insert(link, now);
            }
        }
    }
}
