//! Rules that call themselves until the stack ends: the host's stack for calls, or their own in memory.

use presync_guests::Guest;
use presync_rules::FaultKind;

use super::made;
use crate::case::{Case, Expected};

/// Calls itself and has something left to do afterwards, so that no compiler makes a loop of it.
const DEEPER: &str = "(func $deeper (param $n i64) (result i64) (i64.add (call $deeper (local.get $n)) (i64.const 1)))";

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::guest(
            "recursion",
            "calls itself without end when it is asked",
            &Guest { more: DEEPER, decide: "(drop (call $deeper (i64.const 0))) unreachable", ..Guest::default() },
            Expected::Fails(FaultKind::Trap),
        ),
        Case::guest(
            "recursion-in-company",
            "answers one question, and calls itself without end when it is asked several",
            &Guest {
                more: DEEPER,
                decide: "(if (i32.gt_u (local.get $len) (i32.const 1)) (then (drop (call $deeper (i64.const 0)))))
                         (call $answer (local.get $len))",
                ..Guest::default()
            },
            Expected::Falters(FaultKind::Trap),
        ),
        Case::guest(
            "recursion-in-start",
            "calls itself without end in its start function",
            &Guest { more: "(func $start (call $start) (call $start)) (start $start)", ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "recursion-in-describe",
            "calls itself without end when it is asked for its name",
            &Guest { more: DEEPER, describe: "(i32.wrap_i64 (call $deeper (i64.const 0)))", ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "recursion-in-allocator",
            "calls its allocator out of its allocator",
            &Guest { more: DEEPER, realloc: "(i32.wrap_i64 (call $deeper (i64.const 0)))", ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "recursion-by-table",
            "calls itself without end through a table",
            &Guest {
                more: "(type $step (func (result i64))) (table $t 1 funcref) (elem (i32.const 0) $step)
                       (func $step (result i64) (i64.add (call_indirect $t (type $step) (i32.const 0)) (i64.const 1)))",
                decide: "(drop (call $step)) unreachable",
                ..Guest::default()
            },
            Expected::Fails(FaultKind::Trap),
        ),
        Case::guest(
            "wide-frames",
            "calls itself without end, with sixteen kilobytes of locals each time",
            &Guest { more: made(wide_frames(2_000)), decide: "(drop (call $wide (i64.const 1))) unreachable", ..Guest::default() },
            Expected::Fails(FaultKind::Trap),
        ),
        Case::guest(
            "own-stack",
            "runs its own stack, which it keeps in memory, down through its floor",
            &Guest {
                more: "(global $sp (mut i32) (i32.const 65536))
                       (func $frame (global.set $sp (i32.sub (global.get $sp) (i32.const 4096)))
                         (i32.store (global.get $sp) (i32.const 0)) (call $frame) (i32.store (global.get $sp) (i32.const 0)))",
                decide: "(call $frame) unreachable",
                ..Guest::default()
            },
            Expected::Fails(FaultKind::Trap),
        ),
    ]
}

/// A function that calls itself while so many locals wait for it.
fn wide_frames(locals: usize) -> String {
    let each = |part: fn(usize) -> String| (0..locals).map(part).collect::<String>();
    format!(
        "(func $wide (param $n i64) (result i64) {} {} (local.set $n (call $wide (local.get $n))) {} (local.get $n))",
        each(|i| format!("(local $l{i} i64)")),
        each(|i| format!("(local.set $l{i} (i64.mul (local.get $n) (i64.const {})))", i + 3)),
        each(|i| format!("(local.set $n (i64.add (local.get $n) (local.get $l{i})))")),
    )
}
