//! Rules that do what WebAssembly forbids.

use presync_guests::Guest;
use presync_rules::FaultKind;

use crate::case::{Case, Expected};

const TABLE: &str =
    "(type $none (func)) (type $number (func (result i32))) (table $t 4 funcref) (elem (i32.const 1) $seven)
                     (func $seven (result i32) (i32.const 7))";

pub(super) fn cases() -> Vec<Case> {
    let traps = |name, does, decide| {
        let guest = Guest { more: TABLE, decide, ..Guest::default() };
        Case::guest(name, does, &guest, Expected::Fails(FaultKind::Trap))
    };
    vec![
        traps("unreachable", "gives up when it is asked", "unreachable"),
        Case::guest(
            "unreachable-in-start",
            "gives up in its start function",
            &Guest { more: "(func $start unreachable) (start $start)", ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "unreachable-in-describe",
            "gives up when it is asked for its name",
            &Guest { describe: "unreachable", ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "unreachable-in-configure",
            "gives up when it is given its settings",
            &Guest { configure: "unreachable", ..Guest::default() },
            Expected::Refused,
        ),
        traps("division-by-zero", "divides by zero", "(i32.div_u (local.get $len) (i32.const 0))"),
        traps(
            "division-overflow",
            "divides the smallest number by minus one",
            "(i32.div_s (i32.const 0x80000000) (i32.const -1))",
        ),
        traps("no-number", "makes an integer of what is no number", "(i32.trunc_f32_s (f32.const nan))"),
        traps("read-outside", "reads beyond its memory", "(i32.load (i32.const 0x7ffffff0))"),
        traps(
            "read-at-the-last-byte",
            "reads four bytes at the last byte of the address space",
            "(i32.load (i32.const -1))",
        ),
        traps(
            "copy-outside",
            "copies memory from beyond its end",
            "(memory.copy (i32.const 0) (i32.const 0x7fff0000) (i32.const 65536)) (i32.const 0)",
        ),
        traps(
            "no-function",
            "calls a place of its table that is empty",
            "(call_indirect $t (type $number) (i32.const 0))",
        ),
        traps(
            "another-function",
            "calls a function of another type through its table",
            "(call_indirect $t (type $none) (i32.const 1)) (i32.const 0)",
        ),
        traps(
            "beyond-the-table",
            "calls beyond the end of its table",
            "(call_indirect $t (type $number) (i32.const 4))",
        ),
        Case::guest(
            "panic-with-a-message",
            "panics as a compiled Rust rule does, with a message in its log",
            &Guest {
                imports: r#"(import "presync:rules/log@1.0.0" "write" (func $log (param i32 i32 i32)))"#,
                more: r#"(data (i32.const 2048) "panicked at src/lib.rs:7:9: index out of bounds")"#,
                decide: "(call $log (i32.const 2) (i32.const 2048) (i32.const 47)) unreachable",
                ..Guest::default()
            },
            Expected::Fails(FaultKind::Trap),
        ),
    ]
}
