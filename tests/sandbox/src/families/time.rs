//! Rules that take their time: loops without an end, in every place where a guest's code runs.

use presync_guests::Guest;
use presync_rules::FaultKind;

use super::made;
use crate::case::{Case, Expected};

const FOR_EVER: &str = "(loop $l (br $l)) unreachable";

/// A loop of so many turns.
macro_rules! turns {
    ($count:literal) => {
        concat!(
            "(local $i i32) (loop $l (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (i32.const ",
            $count,
            "))))"
        )
    };
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::guest(
            "loop-in-start",
            "loops for ever in its start function, before anything is asked",
            &Guest { more: "(func $start (loop $l (br $l))) (start $start)", ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "loop-in-describe",
            "loops for ever when it is asked for its name",
            &Guest { describe: FOR_EVER, ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "loop-in-configure",
            "loops for ever when it is given its settings",
            &Guest { configure: FOR_EVER, ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "loop-in-decide",
            "loops for ever when it is asked",
            &Guest { decide: FOR_EVER, ..Guest::default() },
            Expected::Fails(FaultKind::Deadline),
        ),
        Case::guest(
            "loop-in-company",
            "answers one question, and loops for ever when it is asked several",
            &Guest {
                decide: "(if (i32.gt_u (local.get $len) (i32.const 1)) (then (loop $l (br $l)))) (call $answer (local.get $len))",
                ..Guest::default()
            },
            Expected::Falters(FaultKind::Deadline),
        ),
        Case::guest(
            "loop-in-allocator",
            "loops for ever when the host wants room for the settings",
            &Guest { realloc: FOR_EVER, ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "loop-in-allocator-later",
            "loops for ever when the host wants room for the questions",
            &Guest {
                realloc: "(if (i32.ge_u (local.get $new) (i32.const 148)) (then (loop $l (br $l)))) (call $bump (local.get $new))",
                ..Guest::default()
            },
            Expected::Fails(FaultKind::Deadline),
        ),
        Case::guest(
            "loop-after-describe",
            "loops for ever when its description is given back to it",
            &Guest {
                more: r#"(func (export "cabi_post_presync:rules/rule@1.0.0#describe") (param i32) (loop $l (br $l)))"#,
                ..Guest::default()
            },
            Expected::Refused,
        ),
        Case::guest(
            "loop-after-decide",
            "loops for ever when its verdicts are given back to it",
            &Guest {
                more: r#"(func (export "cabi_post_presync:rules/teams-to-eight@1.0.0#decide") (param i32) (loop $l (br $l)))"#,
                ..Guest::default()
            },
            Expected::Fails(FaultKind::Deadline),
        ),
        Case::guest(
            "slow-configure",
            "takes a million turns to read its settings",
            &Guest { configure: concat!(turns!("1000000"), "(i32.const 96)"), ..Guest::default() },
            Expected::Decides("slow, and within its time"),
        ),
        Case::guest(
            "endless-configure",
            "takes four billion turns to read its settings",
            &Guest { configure: concat!(turns!("4000000000"), "(i32.const 96)"), ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "straight-line",
            "fills 16 MiB two thousand times without a single loop or call, where a deadline might not be looked at",
            &Guest {
                pages: 250,
                decide: made(
                    "(memory.fill (i32.const 0) (i32.const 0) (i32.const 16000000))".repeat(2_000) + "unreachable",
                ),
                ..Guest::default()
            },
            Expected::Fails(FaultKind::Deadline),
        ),
    ]
}
