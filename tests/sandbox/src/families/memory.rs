//! Rules that want all the memory there is.

use presync_guests::Guest;
use presync_rules::FaultKind;

use crate::case::{Case, Expected};

const GROW: &str = "(loop $l (drop (memory.grow (i32.const 16))) (br $l)) unreachable";

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::guest(
            "grow-in-start",
            "asks for memory without end in its start function",
            &Guest {
                more: "(func $start (loop $l (drop (memory.grow (i32.const 16))) (br $l))) (start $start)",
                ..Guest::default()
            },
            Expected::Refused,
        ),
        Case::guest(
            "grow-in-describe",
            "asks for memory without end when it is asked for its name",
            &Guest { describe: GROW, ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "grow-in-configure",
            "asks for memory without end when it is given its settings",
            &Guest { configure: GROW, ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "grow-in-decide",
            "asks for memory without end when it is asked",
            &Guest { decide: GROW, ..Guest::default() },
            Expected::Fails(FaultKind::Memory),
        ),
        Case::guest(
            "grow-at-once",
            "asks for four gigabytes in one go",
            &Guest { decide: "(drop (memory.grow (i32.const 65000))) unreachable", ..Guest::default() },
            Expected::Fails(FaultKind::Memory),
        ),
        Case::guest(
            "born-enormous",
            "begins with four gigabytes",
            &Guest { pages: 65_536, ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "born-large",
            "begins with more than a rule may have, and less than the host could give",
            &Guest { pages: 300, ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "all-it-may-have",
            "takes all the memory that it may have and writes to each page of it, in every batch",
            &Guest {
                decide: "(local $at i32) (drop (memory.grow (i32.const 248))) (local.set $at (i32.const 524288))
                         (loop $l (i32.store (local.get $at) (i32.const -1))
                           (br_if $l (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 65536))) (i32.const 16777216))))
                         (call $answer (local.get $len))",
                ..Guest::default()
            },
            Expected::Decides("within its limits; the memory is taken back and wiped after every batch"),
        ),
        Case::guest(
            "table-growth",
            "makes its table larger without end",
            &Guest {
                more: "(table $t 1 funcref)",
                decide: "(loop $l (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $l)) unreachable",
                ..Guest::default()
            },
            Expected::Fails(FaultKind::Memory),
        ),
        Case::guest(
            "born-with-a-large-table",
            "begins with a table of ten million places",
            &Guest { more: "(table 10000000 funcref)", ..Guest::default() },
            Expected::Refused,
        ),
    ]
}
