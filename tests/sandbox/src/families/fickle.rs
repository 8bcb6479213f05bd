//! Rules that hope to see themselves, or somebody else, again.

use presync_guests::Guest;

use crate::case::{Case, Expected};

/// Counts its calls in memory, and says whether this is not the first.
const SEEN_BEFORE: &str = "(func $seen_before (result i32)
    (i32.store (i32.const 2048) (i32.add (i32.load (i32.const 2048)) (i32.const 1)))
    (i32.gt_u (i32.load (i32.const 2048)) (i32.const 1)))";

const AGAIN: &str = "every batch has a fresh instance: what it left is not there";

pub(super) fn cases() -> Vec<Case> {
    let again = |name, does, guest: Guest| Case::guest(name, does, &guest, Expected::Decides(AGAIN));
    vec![
        again(
            "refuses-later",
            "accepts its settings at first and refuses them the second time",
            Guest {
                more: SEEN_BEFORE,
                configure: "(i32.store8 (i32.const 96) (call $seen_before)) (i32.const 96)",
                ..Guest::default()
            },
        ),
        again(
            "traps-later",
            "accepts its settings at first and gives up the second time",
            Guest { more: SEEN_BEFORE,
                configure: "(if (call $seen_before) (then unreachable)) (i32.const 96)", ..Guest::default() },
        ),
        again(
            "counts-in-a-global",
            "counts its batches in a global, and answers more verdicts each time",
            Guest {
                more: "(global $count (mut i32) (i32.const -1))",
                decide: "(global.set $count (i32.add (global.get $count) (i32.const 1)))
                         (call $answer (i32.add (local.get $len) (global.get $count)))",
                ..Guest::default()
            },
        ),
        again(
            "counts-in-a-table",
            "counts its batches by the size of its table, and answers more verdicts each time",
            Guest {
                more: "(table $t 0 funcref)",
                decide: "(call $answer (i32.add (local.get $len) (table.grow $t (ref.null func) (i32.const 1))))",
                ..Guest::default()
            },
        ),
        again(
            "counts-in-pages",
            "counts its batches by the size of its memory, and answers more verdicts each time",
            Guest {
                decide: "(call $answer (i32.add (local.get $len) (i32.sub (memory.grow (i32.const 1)) (i32.const 8))))",
                ..Guest::default()
            },
        ),
        again(
            "drops-its-data",
            "drops a part of its own file in its first batch, and needs it in the second",
            Guest {
                more: r#"(data $once "here")"#,
                decide: "(memory.init $once (i32.const 2048) (i32.const 0) (i32.const 4)) (data.drop $once) (call $answer (local.get $len))",
                ..Guest::default()
            },
        ),
        Case::guest(
            "spy",
            "claims to be pure and looks through memory that it never wrote for what others left, to answer by that",
            &Guest {
                decide: "(local $at i32) (local $sum i64) (drop (memory.grow (i32.const 248))) (local.set $at (i32.const 524288))
                         (loop $l (local.set $sum (i64.or (local.get $sum) (i64.load (local.get $at))))
                           (br_if $l (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 16777216))))
                         (call $answer (select (local.get $len) (i32.const 0) (i64.eqz (local.get $sum))))",
                ..Guest::default()
            },
            Expected::Decides("memory is wiped: it finds nothing but zeros, however often it looks"),
        ),
        Case::guest(
            "by-the-company",
            "claims to be pure and answers by how many are asked about together",
            &Guest {
                decide: "(if (i32.gt_u (local.get $len) (i32.const 1)) (then (i32.store8 (i32.const 262144) (i32.const 1))))
                         (call $answer (local.get $len))",
                ..Guest::default()
            },
            Expected::Decides("it lies to its own tenant alone: its first answer to a question is the one that is reused"),
        ),
        Case::guest(
            "wants-more",
            "needs with its settings what its descriptor did not speak of",
            &Guest { needs: 0b00_0100, needs_now: 0b00_1100, ..Guest::default() },
            Expected::Refused,
        ),
    ]
}
