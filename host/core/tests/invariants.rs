//! Random histories against a small model of the world: both directions, with losses, delays, duplicates, late arrivals, restarts
//! and outages. After each history the world is left alone and must come to show exactly what the rules say.
//!
//! * I1: after inputs stop and leases run, each side shows exactly what the rules say of the other side's own state
//! * I2: no session survives the known end of its call by more than one lease
//! * I3: a change made by nobody causes no write
//! * I4: no older observation overrides a newer one
//! * I5: at most one delivery in flight per link and side
//! * and no echo: our own session is never taken for the person's state

#![allow(clippy::expect_used, clippy::panic, reason = "a model that is used wrongly is to fail the test")]

mod world;

use std::time::Duration;

use presync_core::words::EightStatus;
use proptest::prelude::*;
use world::{Fate, Op, World};

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (0..world::CLIENT_PAIRS.len()).prop_map(Op::TeamsClient),
        2 => (0..world::PREFERRED_PAIRS.len()).prop_map(Op::TeamsPreferred),
        1 => any::<bool>().prop_map(Op::OutOfOffice),
        4 => any::<bool>().prop_map(Op::Call),
        2 => prop::option::of(prop_oneof![Just(EightStatus::DoNotDisturb), Just(EightStatus::Busy)])
            .prop_map(Op::EightManual),
        6 => Just(Op::ReadTeams),
        6 => Just(Op::ReadEight),
        6 => any::<prop::sample::Index>().prop_map(Op::Hear),
        2 => any::<prop::sample::Index>().prop_map(Op::HearAgain),
        2 => any::<prop::sample::Index>().prop_map(Op::Lose),
        6 => Just(Op::Decide),
        8 => fate().prop_map(Op::Answer),
        1 => Just(Op::LateArrival),
        8 => (1u64..90).prop_map(Op::Wait),
        4 => Just(Op::Tick),
        1 => Just(Op::Restart),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(teams, down)| Op::Outage { teams, down }),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Arrives),
        1 => Just(Fate::ArrivesUnanswered),
        1 => Just(Fate::Lost),
        1 => Just(Fate::Late),
        1 => Just(Fate::Throttled),
        1 => Just(Fate::Refused),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_history_ends_in_what_the_rules_say(ops in prop::collection::vec(op(), 1..120)) {
        let mut world = World::new();
        for op in &ops {
            world.step(op); // I2, I4 and I5 are checked at every step
        }
        world.calm(Duration::from_secs(20 * 60));
        prop_assert_eq!(world.teams_shown(), world.teams_expected(), "I1, Teams");
        prop_assert_eq!(world.eight_shown(), world.eight_expected(), "I1, 8x8");
        let before = world.fresh_writes();
        world.calm(Duration::from_secs(20 * 60));
        prop_assert_eq!(world.fresh_writes(), before, "I3: nothing changed, so nothing but renewals may be written");
    }
}
