//! Rules that misuse the one thing they may import.

use presync_guests::Guest;
use presync_rules::FaultKind;

use crate::case::{Case, Expected};

const LOG: &str = r#"(import "presync:rules/log@1.0.0" "write" (func $log (param i32 i32 i32)))"#;

/// Writes a line so many times.
macro_rules! lines {
    ($count:literal, $at:literal, $bytes:literal) => {
        concat!(
            "(local $i i32) (loop $l (call $log (i32.const 2) (i32.const ",
            $at,
            ") (i32.const ",
            $bytes,
            ")) ",
            "(local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (i32.const ",
            $count,
            "))))"
        )
    };
}

pub(super) fn cases() -> Vec<Case> {
    let logs = |name, does, guest: Guest, expected| {
        Case::guest(name, does, &Guest { imports: LOG, pages: 96, ..guest }, expected)
    };
    let bounded = Expected::Decides("64 lines a second of one rule are kept, the rest is counted and dropped");
    let tamed = Expected::Decides("a line is cut to 1 KiB and freed of what is no plain text");
    vec![
        logs(
            "log-flood",
            "writes a thousand log lines in every batch",
            Guest { decide: concat!(lines!("1000", "16", "9"), "(call $answer (local.get $len))"), ..Guest::default() },
            bounded,
        ),
        logs(
            "log-without-end",
            "writes log lines for ever",
            Guest { decide: concat!(lines!("0xffffffff", "16", "9"), "unreachable"), ..Guest::default() },
            Expected::Fails(FaultKind::Deadline),
        ),
        logs(
            "log-line-of-a-megabyte",
            "writes a log line of a megabyte",
            Guest {
                decide: concat!(lines!("1", "524288", "1048576"), "(call $answer (local.get $len))"),
                more: r#"(data (i32.const 524288) "a long line, and then")"#,
                ..Guest::default()
            },
            tamed,
        ),
        logs(
            "log-line-of-three-megabytes",
            "writes a log line of three megabytes",
            Guest {
                decide: concat!(lines!("1", "524288", "3145728"), "(call $answer (local.get $len))"),
                ..Guest::default()
            },
            Expected::Fails(FaultKind::BadValue),
        ),
        logs(
            "log-that-escapes",
            "writes terminal escapes, line breaks and right-to-left marks to its log",
            Guest {
                more: r#"(data (i32.const 2048) "\1b[2J\1b[31mroot\07\e2\80\ae# \e2\81\a6\0d\0aok\c2\9b1m\00\7f!")"#,
                decide: concat!(lines!("3", "2048", "35"), "(call $answer (local.get $len))"),
                ..Guest::default()
            },
            tamed,
        ),
        logs(
            "log-that-is-no-text",
            "writes to its log what is no UTF-8",
            Guest {
                more: r#"(data (i32.const 2048) "fine\ff\fe\c0\80")"#,
                decide: concat!(lines!("1", "2048", "8"), "(call $answer (local.get $len))"),
                ..Guest::default()
            },
            Expected::Fails(FaultKind::BadValue),
        ),
        logs(
            "log-from-outside",
            "writes a log line that lies beyond its memory",
            Guest {
                decide: concat!(lines!("1", "0x7ffffff0", "9"), "(call $answer (local.get $len))"),
                ..Guest::default()
            },
            Expected::Fails(FaultKind::BadValue),
        ),
        logs(
            "log-at-no-level",
            "writes a log line at a level that does not exist",
            Guest {
                decide: "(call $log (i32.const 9) (i32.const 16) (i32.const 9)) (call $answer (local.get $len))",
                ..Guest::default()
            },
            Expected::Fails(FaultKind::BadValue),
        ),
        logs(
            "log-in-start",
            "writes a log line in its start function, before it has been put together",
            Guest {
                more: "(func $start (call $log (i32.const 2) (i32.const 16) (i32.const 9))) (start $start)",
                ..Guest::default()
            },
            Expected::Refused,
        ),
        logs(
            "log-in-allocator",
            "calls the host while the host waits for room",
            Guest { realloc: concat!(lines!("1", "16", "9"), "(call $bump (local.get $new))"), ..Guest::default() },
            Expected::Refused,
        ),
    ]
}
