use proptest::prelude::*;

use super::*;

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn usual() -> Pace {
    Pace::new(Bounds::new(seconds(10), seconds(1)), Limit::GRAPH_PRESENCE, None)
}

/// A cycle that went well: due at this moment, begun in time.
fn good(due: Instant) -> Ended {
    Ended {
        due,
        started: due,
        ended: due + millis(100),
        teams: 1,
        eight: 1,
        well: true,
        quiet: Duration::ZERO,
        oldest: Duration::ZERO,
    }
}

#[test]
fn a_small_tenant_goes_as_fast_as_the_settings_let_it() {
    let (mut pace, mut due) = (usual(), Instant::now());
    for _ in 0..100 {
        let next = pace.next(&good(due));
        assert_eq!((next - due, pace.tempo().bound), (seconds(1), Bound::Fastest));
        due = next;
    }
}

#[test]
fn a_setting_that_is_its_own_fastest_keeps_the_beat() {
    let mut pace = Pace::new(Bounds::new(seconds(1), seconds(1)), Limit::GRAPH_PRESENCE, None);
    let due = Instant::now();
    let late = Ended { started: due + millis(200), ended: due + millis(900), ..good(due) };
    assert_eq!(pace.next(&late) - due, seconds(1), "counted from when it was due, not from when it began");
    let long = Ended { ended: due + millis(2_300), ..good(due) };
    assert_eq!(pace.next(&long) - due, seconds(3), "a start that was missed is skipped, the beat stays");
}

#[test]
fn a_tenant_is_at_work_for_half_of_the_time_at_most() {
    let (mut pace, due) = (usual(), Instant::now());
    let next = pace.next(&Ended { ended: due + millis(1_700), ..good(due) });
    assert_eq!((next - due, pace.tempo().bound), (millis(3_400), Bound::Length));
    let next = pace.next(&Ended { ended: due + seconds(7), ..good(due) });
    assert_eq!((next - due, pace.tempo().bound), (seconds(10), Bound::Promise));
}

#[test]
fn a_side_that_cannot_be_read_is_asked_less_and_less_often() {
    let (mut pace, mut due, mut waits) = (usual(), Instant::now(), Vec::new());
    for _ in 0..6 {
        let next = pace.next(&Ended { well: false, oldest: seconds(60), ..good(due) });
        waits.push((next - due).as_secs());
        due = next;
    }
    assert_eq!(waits, [2, 4, 8, 10, 10, 10]);
    assert_eq!(pace.tempo().bound, Bound::Trouble);
    let mut cycles = 0;
    while pace.tempo().bound != Bound::Fastest {
        due = pace.next(&good(due));
        cycles += 1;
    }
    assert_eq!(cycles, 9, "it is trusted again step by step");
}

#[test]
fn a_provider_that_asks_for_quiet_slows_the_cycles_to_the_setting_and_no_further() {
    let (mut pace, due) = (usual(), Instant::now());
    let next = pace.next(&Ended { well: false, quiet: seconds(4), ..good(due) });
    assert_eq!((next - due, pace.tempo().bound), (millis(4_100), Bound::Throttled), "when the quiet is over");
    let next = pace.next(&Ended { well: false, quiet: seconds(60), ..good(due) });
    assert_eq!((next - due, pace.tempo().bound), (seconds(10), Bound::Throttled), "the other side is not kept waiting");
}

#[test]
fn a_cycle_that_begins_late_makes_room_for_the_others() {
    let (mut pace, due) = (usual(), Instant::now());
    let next = pace.next(&Ended { started: due + millis(80), ended: due + millis(100), ..good(due) });
    assert_eq!((next - due, pace.tempo().bound), (millis(1_250), Bound::Strain));
}

#[test]
fn who_has_not_been_read_for_long_is_not_kept_waiting() {
    let (mut pace, due) = (usual(), Instant::now());
    let long = Ended { ended: due + seconds(4), oldest: seconds(6), ..good(due) };
    let next = pace.next(&Ended { oldest: millis(5_500), ..long });
    assert_eq!((next - due, pace.tempo().bound), (millis(4_500), Bound::Promise));
}

#[test]
fn a_limit_at_8x8_holds_the_cycles_back() {
    let eight = Limit { requests: 60, within: seconds(60) };
    let mut pace = Pace::new(Bounds::new(seconds(10), seconds(1)), Limit::GRAPH_PRESENCE, Some(eight));
    let start = Instant::now();
    let mut due = start;
    let mut bounds = Vec::new();
    for _ in 0..40 {
        due = pace.next(&good(due));
        bounds.push(pace.tempo().bound);
    }
    assert!(bounds.contains(&Bound::EightBudget), "{bounds:?}");
    assert!(due - start >= seconds(70), "40 requests, half of 60 a minute: {:?}", due - start);
    assert!(due - start <= seconds(100), "{:?}", due - start);
}

#[test]
fn ten_thousand_people_can_be_read_each_second_within_half_of_the_limit() {
    let (mut pace, mut due) = (usual(), Instant::now());
    for cycle in 0..100 {
        assert!(pace.teams.room(due) >= 16, "cycle {cycle}");
        let next = pace.next(&Ended { teams: 16, ..good(due) });
        assert_eq!(next - due, seconds(1), "cycle {cycle}");
        assert!(pace.teams.made(due) <= Limit::GRAPH_PRESENCE.half());
        due = next;
    }
    assert_eq!(pace.teams.made(due), 16 * 29, "of the last 30 seconds, the one ahead left out");
}

/// What happens in a cycle: its length, how late it begins, whether it goes well, how long somebody asks for quiet, and what share
/// of its room it spends.
fn happenings() -> impl Strategy<Value = Vec<(u64, u64, bool, u64, u32)>> {
    let late = prop_oneof![4 => Just(0), 1 => 0..3_000_u64];
    let quiet = prop_oneof![6 => Just(0), 1 => 0..60_u64];
    prop::collection::vec((1..12_000_u64, late, prop::bool::weighted(0.8), quiet, 0..=100_u32), 1..120)
}

proptest! {
    #[test]
    fn the_next_cycle_comes_after_this_one_and_no_later_than_the_setting_and_a_beat(cycles in happenings()) {
        let (mut pace, mut due) = (usual(), Instant::now());
        for (took, late, well, quiet, _) in cycles {
            let started = due + millis(late);
            let ended = started + millis(took);
            let next = pace.next(&Ended { started, ended, well, quiet: seconds(quiet), ..good(due) });
            prop_assert!(next > ended, "never while it runs");
            prop_assert!(next - due >= seconds(1), "never faster than the settings");
            prop_assert!(next - due <= seconds(10).max(ended - due + seconds(10)), "{:?}", next - due);
            if ended - due < seconds(10) {
                prop_assert!(next - due <= seconds(20), "{:?}", next - due);
            }
            due = next;
        }
    }

    #[test]
    fn half_of_a_limit_is_kept_by_whoever_keeps_to_the_room(
        cycles in happenings(), requests in 2..4_000_u32, within in 1..90_u64
    ) {
        let limit = Limit { requests, within: seconds(within) };
        let mut pace = Pace::new(Bounds::new(seconds(10), seconds(1)), limit, None);
        let mut due = Instant::now();
        let mut made = Vec::new();
        for (took, late, well, quiet, share) in cycles {
            let started = due + millis(late);
            let spends = pace.teams.room(started) * share / 100;
            made.push((started, spends));
            let ended = started + millis(took);
            due = pace.next(&Ended { started, ended, well, quiet: seconds(quiet), teams: spends, ..good(due) });
        }
        for (first, (begin, _)) in made.iter().enumerate() {
            let window = made[first..].iter().take_while(|(at, _)| *at - *begin < seconds(within));
            let sum: u32 = window.map(|(_, spends)| spends).sum();
            prop_assert!(sum <= limit.half().max(2), "{sum} of {}", limit.half());
        }
    }

    #[test]
    fn what_was_overspent_comes_back_before_more_is_spent(over in 1..3_000_u32) {
        let mut purse = Purse::new(Limit::GRAPH_PRESENCE);
        let now = Instant::now();
        purse.spend(now, over);
        let free = purse.room_at(1, now);
        prop_assert!(purse.room(free) >= 1);
        if over >= 150 {
            prop_assert_eq!(purse.room(free - millis(1)), 0);
            // 600 of them come back in 30 seconds.
            let expected = millis(50) * (over - 149);
            prop_assert!(free - now <= expected && expected - (free - now) <= millis(1), "{:?} {expected:?}", free - now);
        }
    }
}
