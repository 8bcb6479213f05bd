//! Rules whose names, errors and reasons are megabytes, no text at all, or text that does something to whoever reads it.

use presync_guests::Guest;
use presync_rules::FaultKind;

use crate::case::{Case, Expected};

/// A descriptor whose name is so many letters.
macro_rules! name_of {
    ($bytes:literal) => {
        concat!(
            "(memory.fill (i32.const 65536) (i32.const 97) (i32.const ",
            $bytes,
            ")) (i32.store (i32.const 64) (i32.const 65536)) ",
            "(i32.store (i32.const 68) (i32.const ",
            $bytes,
            ")) (i32.const 64)"
        )
    };
}

/// A refusal of the settings in these words.
macro_rules! refusal {
    ($at:literal, $bytes:literal) => {
        concat!(
            "(i32.store8 (i32.const 96) (i32.const 1)) (i32.store (i32.const 100) (i32.const ",
            $at,
            ")) ",
            "(i32.store (i32.const 104) (i32.const ",
            $bytes,
            ")) (i32.const 96)"
        )
    };
}

/// So many verdicts, each with a reason of so many bytes at this address.
macro_rules! reason {
    ($at:literal, $bytes:literal) => {
        concat!(
            "(local $v i32) (local $i i32) (local.set $v (i32.const 262144)) (loop $l ",
            "(i32.store8 offset=16 (local.get $v) (i32.const 1)) (i32.store offset=20 (local.get $v) (i32.const ", $at, ")) ",
            "(i32.store offset=24 (local.get $v) (i32.const ", $bytes, ")) (local.set $v (i32.add (local.get $v) (i32.const 28))) ",
            "(local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (local.get $len)))) ",
            "(call $answer (local.get $len))"
        )
    };
}

/// At 2048: 32 bytes that clear a terminal, colour it, ring its bell and turn the rest of the line around.
const ESCAPES: &str = r#"(data (i32.const 2048) "\1b[2J\1b[31mroot\07\e2\80\ae# \e2\81\a6\0d\0aok\c2\9b1m\00\7f!")"#;

/// At 2048: bytes that are no UTF-8.
const NO_TEXT: &str = r#"(data (i32.const 2048) "fine\ff\fe\c0\80\ed\a0\80")"#;

pub(super) fn cases() -> Vec<Case> {
    let refused = |name, does, guest: Guest| Case::guest(name, does, &Guest { pages: 96, ..guest }, Expected::Refused);
    let tamed = |name, does, guest: Guest| {
        let expected = Expected::Decides("its reasons are cut to 512 bytes, and freed of what is no plain text");
        Case::guest(name, does, &Guest { pages: 96, ..guest }, expected)
    };
    let fails = |name, does, guest: Guest| {
        Case::guest(name, does, &Guest { pages: 96, ..guest }, Expected::Fails(FaultKind::BadValue))
    };
    vec![
        refused(
            "name-of-a-megabyte",
            "has a name of a megabyte",
            Guest { describe: name_of!("1048576"), ..Guest::default() },
        ),
        refused(
            "name-of-three-megabytes",
            "has a name of three megabytes",
            Guest { describe: name_of!("3145728"), ..Guest::default() },
        ),
        refused(
            "name-outside",
            "has a name that lies beyond its memory",
            Guest { describe: "(i32.store (i32.const 64) (i32.const 0x7ffffff0)) (i32.const 64)", ..Guest::default() },
        ),
        refused(
            "name-that-escapes",
            "has terminal escapes for a name",
            Guest { name: r"\1b[31m\07root", ..Guest::default() },
        ),
        refused(
            "name-turned-around",
            "has a name that reads from right to left",
            Guest { name: r"\e2\80\aemsaw.live", ..Guest::default() },
        ),
        refused("name-that-is-no-text", "has a name that is no UTF-8", Guest { name: r"\ff\fe", ..Guest::default() }),
        refused(
            "name-that-is-a-path",
            "has a name that leads out of a folder",
            Guest { name: "../../etc/passwd", ..Guest::default() },
        ),
        refused(
            "error-that-escapes",
            "refuses its settings in terminal escapes",
            Guest { more: ESCAPES, configure: refusal!("2048", "35"), ..Guest::default() },
        ),
        refused(
            "error-of-a-megabyte",
            "refuses its settings in a megabyte of words",
            Guest {
                configure: concat!(
                    "(memory.fill (i32.const 65536) (i32.const 97) (i32.const 1048576))",
                    refusal!("65536", "1048576")
                ),
                ..Guest::default()
            },
        ),
        refused(
            "error-of-three-megabytes",
            "refuses its settings in three megabytes of words",
            Guest {
                configure: concat!(
                    "(memory.fill (i32.const 65536) (i32.const 97) (i32.const 3145728))",
                    refusal!("65536", "3145728")
                ),
                ..Guest::default()
            },
        ),
        refused(
            "error-that-is-no-text",
            "refuses its settings in what is no UTF-8",
            Guest { more: NO_TEXT, configure: refusal!("2048", "11"), ..Guest::default() },
        ),
        tamed(
            "reason-that-escapes",
            "gives terminal escapes, line breaks and right-to-left marks as its reason",
            Guest { more: ESCAPES, decide: reason!("2048", "35"), ..Guest::default() },
        ),
        tamed(
            "reason-of-half-a-megabyte",
            "gives half a megabyte as its reason",
            Guest {
                decide: concat!(
                    "(local $v i32) (memory.fill (i32.const 524288) (i32.const 97) (i32.const 524288))",
                    "(i32.store8 (i32.const 262160) (i32.const 1)) (i32.store (i32.const 262164) (i32.const 524288))",
                    "(i32.store (i32.const 262168) (i32.const 524288)) (call $answer (local.get $len))"
                ),
                ..Guest::default()
            },
        ),
        Case::guest(
            "reasons-of-a-megabyte",
            "gives the same megabyte as the reason of every verdict",
            &Guest { pages: 96, decide: reason!("524288", "1048576"), ..Guest::default() },
            Expected::Falters(FaultKind::BadValue),
        ),
        fails(
            "reason-that-is-no-text",
            "gives a reason that is no UTF-8",
            Guest { more: NO_TEXT, decide: reason!("2048", "11"), ..Guest::default() },
        ),
        fails(
            "reason-outside",
            "gives a reason that lies beyond its memory",
            Guest { decide: reason!("0x7ffffff0", "16"), ..Guest::default() },
        ),
    ]
}
