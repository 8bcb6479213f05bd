//! Rules whose verdicts are no verdicts.

use presync_guests::Guest;
use presync_rules::FaultKind;

use crate::case::{Case, Expected};

/// The answer for every question, after something was done to the first verdict.
macro_rules! first {
    ($($change:literal),*) => { concat!($($change,)* " (call $answer (local.get $len))") };
}

/// A list of verdicts at this address, of this length.
macro_rules! list {
    ($at:literal, $len:literal) => {
        concat!(
            "(i32.store (i32.const 1024) (i32.const ",
            $at,
            ")) (i32.store (i32.const 1028) ",
            $len,
            ") (i32.const 1024)"
        )
    };
}

pub(super) fn cases() -> Vec<Case> {
    let wrong = |name, does, kind, decide| {
        let guest = Guest { pages: 64, decide, ..Guest::default() };
        Case::guest(name, does, &guest, Expected::Fails(kind))
    };
    let count = |name, does, decide| wrong(name, does, FaultKind::WrongCount, decide);
    let value = |name, does, decide| wrong(name, does, FaultKind::BadValue, decide);
    vec![
        count(
            "one-too-few",
            "answers one verdict less than it was asked for",
            "(call $answer (i32.sub (local.get $len) (i32.const 1)))",
        ),
        count(
            "one-too-many",
            "answers one verdict more than it was asked for",
            "(call $answer (i32.add (local.get $len) (i32.const 1)))",
        ),
        count("none-at-all", "answers no verdict at all", "(call $answer (i32.const 0))"),
        value("a-flood", "answers a hundred thousand verdicts", "(call $answer (i32.const 100000))"),
        value("list-outside", "answers a list that lies beyond its memory", list!("0x7ffffff0", "(local.get $len)")),
        value(
            "list-too-long",
            "answers a list that begins in its memory and ends beyond it",
            list!("4194292", "(local.get $len)"),
        ),
        value(
            "list-overflow",
            "answers a list whose length times its size is more than an address can say",
            list!("262144", "(i32.const 0x09249250)"),
        ),
        value("list-of-minus-one", "answers a list of minus one verdicts", list!("262144", "(i32.const -1)")),
        value("list-askew", "answers a list at an odd address", list!("262145", "(local.get $len)")),
        value("answer-outside", "answers at an address beyond its memory", "(i32.const 0x7ffffff0)"),
        value("answer-askew", "answers at an odd address", "(i32.const 1025)"),
        value(
            "no-such-action",
            "answers an action that does not exist",
            first!("(i32.store8 (i32.const 262144) (i32.const 9))"),
        ),
        value(
            "no-such-target",
            "publishes a word that does not exist",
            first!("(i32.store8 (i32.const 262145) (i32.const 99))"),
        ),
        value(
            "no-such-calls",
            "answers calls that do not exist",
            first!("(i32.store8 (i32.const 262146) (i32.const 4))"),
        ),
        value(
            "no-such-option",
            "answers a note that is neither there nor not there",
            first!("(i32.store8 (i32.const 262147) (i32.const 2))"),
        ),
        value(
            "no-such-note",
            "answers a note that does not exist",
            first!("(i32.store8 (i32.const 262147) (i32.const 1)) (i32.store8 (i32.const 262148) (i32.const 200))"),
        ),
        value(
            "no-such-reason",
            "answers a reason that is neither there nor not there",
            first!("(i32.store8 (i32.const 262160) (i32.const 255))"),
        ),
        Case::guest(
            "no-such-result",
            "neither accepts nor refuses its settings",
            &Guest { configure: "(i32.store8 (i32.const 96) (i32.const 2)) (i32.const 96)", ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "no-such-need",
            "needs things that do not exist",
            &Guest { needs: 0xff, needs_now: 0x80, ..Guest::default() },
            Expected::Decides("what does not exist is left out of its needs"),
        ),
        Case::guest(
            "ask-me-at-once",
            "wants to be asked again after no time at all, for ever",
            &Guest { decide: first!("(i32.store8 (i32.const 262152) (i32.const 1))"), ..Guest::default() },
            Expected::Decides("nobody is asked about again within a second"),
        ),
        Case::guest(
            "room-outside",
            "gives the host room beyond its memory",
            &Guest { realloc: "(i32.const 0x7ffffff0)", ..Guest::default() },
            Expected::Refused,
        ),
        Case::guest(
            "room-askew",
            "gives the host room at an odd address",
            &Guest { realloc: "(i32.or (call $bump (local.get $new)) (i32.const 1))", ..Guest::default() },
            Expected::Fails(FaultKind::BadValue),
        ),
        Case::guest(
            "the-same-room",
            "gives the host the same room for everything",
            &Guest { realloc: "(i32.const 4096)", ..Guest::default() },
            Expected::Decides("it spoils its own questions and nothing else"),
        ),
    ]
}
