//! Rules that are within every limit, and mean harm to the people they are asked about.

use presync_core::rule::{Subject, TeamsSide};
use presync_core::words::{TeamsActivity, TeamsAvailability};
use presync_guests::Guest;
use presync_rules::{FaultKind, Guardrail};

use crate::case::{Case, Expected, in_teams, people};

/// Does this to every question about somebody who is away, the second of the three people, and answers the rest.
macro_rules! when_away {
    ($harm:literal) => {
        concat!(
            "(local $q i32) (local $i i32) (local.set $q (local.get $ptr)) (loop $l (if (i32.eq (i32.load8_u offset=4 (local.get $q)) ",
            "(i32.const 2)) (then ", $harm, ")) (local.set $q (i32.add (local.get $q) (i32.const 148))) (local.set $i (i32.add ",
            "(local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (local.get $len)))) (call $answer (local.get $len))"
        )
    };
}

pub(super) fn cases() -> Vec<Case> {
    let offline = in_teams("p-4", TeamsAvailability::Offline, TeamsActivity::Offline);
    let by_hand = |person: Subject| {
        let teams = person.teams.map(|side| TeamsSide { manual: true, ..side });
        Subject { teams, ..person }
    };
    vec![
        Case::guest(
            "trap-for-one-person",
            "gives up whenever a certain person is among those it is asked about",
            &Guest { decide: when_away!("unreachable"), ..Guest::default() },
            Expected::Poison(FaultKind::Trap),
        ),
        Case::guest(
            "loop-for-one-person",
            "loops for ever whenever a certain person is among those it is asked about",
            &Guest { decide: when_away!("(loop $f (br $f))"), ..Guest::default() },
            Expected::Poison(FaultKind::Deadline),
        ),
        Case::guest(
            "trap-in-company",
            "gives up whenever it is asked about more than one person",
            &Guest {
                decide: "(if (i32.gt_u (local.get $len) (i32.const 1)) (then unreachable)) (call $answer (local.get $len))",
                ..Guest::default()
            },
            Expected::Falters(FaultKind::Trap),
        ),
        Case::guest(
            "everyone-is-there",
            "shows people as available who are not there",
            &Guest::default(),
            Expected::Guarded(Guardrail::Offline),
        )
        .about([people(), vec![offline]].concat()),
        Case::guest(
            "nobody-may-choose",
            "shows something else than a person chose by hand",
            &Guest::default(),
            Expected::Guarded(Guardrail::Manual),
        )
        .about([people(), people().into_iter().take(1).map(by_hand).collect()].concat()),
    ]
}
