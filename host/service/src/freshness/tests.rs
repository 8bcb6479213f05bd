use super::*;

const ANN: LinkId = LinkId(1);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + millis)
}

fn of(freshness: &Freshness, hop: Hop) -> Vec<Spread> {
    let hops = freshness.hops(at(60_000)).into_iter().filter(|one| one.hop == hop);
    hops.map(|one| one.spread).collect()
}

/// How often it was measured and the longest, in milliseconds, from Teams to 8x8.
fn to_eight(freshness: &Freshness, hop: Hop) -> (u64, u128) {
    let spread = of(freshness, hop)[0];
    (spread.measured, spread.most.as_millis())
}

#[test]
fn a_change_is_followed_from_the_reading_before_it_to_the_answer() {
    let mut freshness = Freshness::default();
    freshness.read(at(1_050), ANN, Side::Teams, at(0), at(1_000));
    freshness.decided(at(1_060), ANN, Direction::TeamsToEight);
    freshness.written(at(1_100), ANN, Side::Eight);
    assert_eq!(to_eight(&freshness, Hop::Deciding), (1, 60));
    assert_eq!(to_eight(&freshness, Hop::Writing), (1, 40));
    let (measured, unseen) = to_eight(&freshness, Hop::Unseen);
    assert!(measured == 1 && unseen.abs_diff(1_000) <= 10, "{unseen}");
    let (measured, whole) = to_eight(&freshness, Hop::Whole);
    assert!(measured == 1 && whole.abs_diff(1_100) <= 11, "{whole}");
    assert!(of(&freshness, Hop::Whole)[1] == Spread::default(), "nothing went the other way");
    freshness.written(at(9_000), ANN, Side::Eight);
    assert_eq!(to_eight(&freshness, Hop::Writing), (1, 40), "a renewal is no change");
}

#[test]
fn an_answer_to_an_earlier_write_does_not_end_a_change_that_is_not_decided_yet() {
    let mut freshness = Freshness::default();
    freshness.read(at(1_000), ANN, Side::Teams, at(0), at(1_000));
    freshness.written(at(1_010), ANN, Side::Eight);
    freshness.decided(at(1_020), ANN, Direction::EightToTeams);
    freshness.written(at(1_030), ANN, Side::Eight);
    assert_eq!(to_eight(&freshness, Hop::Whole), (0, 0));
    freshness.decided(at(1_040), ANN, Direction::TeamsToEight);
    freshness.written(at(1_050), ANN, Side::Teams);
    assert_eq!(to_eight(&freshness, Hop::Whole), (0, 0), "the other side's answer is none to this");
    freshness.written(at(1_060), ANN, Side::Eight);
    assert_eq!(to_eight(&freshness, Hop::Writing), (1, 20));
}

#[test]
fn what_needs_no_write_is_measured_up_to_the_verdict_and_then_let_go() {
    let mut freshness = Freshness::default();
    freshness.read(at(1_000), ANN, Side::Teams, at(0), at(1_000));
    freshness.settle(at(1_000), |_, _| true);
    freshness.decided(at(1_030), ANN, Direction::TeamsToEight);
    freshness.settle(at(1_040), |_, _| false);
    assert_eq!(to_eight(&freshness, Hop::Deciding), (0, 0), "it is still to be written");
    freshness.settle(at(1_040), |_, _| true);
    assert_eq!(to_eight(&freshness, Hop::Deciding), (1, 30));
    freshness.written(at(1_050), ANN, Side::Eight);
    assert_eq!(to_eight(&freshness, Hop::Whole), (0, 0));
}

#[test]
fn who_is_forgotten_leaves_nothing_behind() {
    let mut freshness = Freshness::default();
    freshness.read(at(1_000), ANN, Side::Teams, at(0), at(1_000));
    freshness.read(at(1_000), ANN, Side::Eight, at(0), at(1_000));
    freshness.forget(ANN);
    assert!(freshness.traces.is_empty());
}
