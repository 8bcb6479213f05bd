//! What no override can do, whatever it answers.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use presync_core::rule::{PublishAction, PublishVerdict, Subject, TeamsSide};
use presync_core::words::{EightTarget, TeamsActivity, TeamsAvailability};
use presync_rules::{Chain, Guardrail, defaults};
use support::{Guest, host, in_teams, load};

/// The default map beneath a rule that shows everyone as available.
fn everyone_is_available() -> Chain<PublishVerdict> {
    let host = host();
    defaults::chain::<PublishVerdict>(&host, vec![load(&host, &Guest::default())]).unwrap()
}

fn by_hand(person: Subject) -> Subject {
    let teams = person.teams.map(|side| TeamsSide { manual: true, ..side });
    Subject { teams, ..person }
}

fn shown(verdict: &PublishVerdict) -> Option<EightTarget> {
    match verdict.action {
        PublishAction::Publish(target) => Some(target),
        PublishAction::NoSync | PublishAction::Hold => None,
    }
}

#[test]
fn whoever_is_offline_does_not_become_available() {
    let people = [
        in_teams(TeamsAvailability::Offline, TeamsActivity::Offline),
        in_teams(TeamsAvailability::PresenceUnknown, TeamsActivity::PresenceUnknown),
        in_teams(TeamsAvailability::Away, TeamsActivity::Away),
    ];
    let decided = everyone_is_available().decide(&people, false);
    let statuses: Vec<_> = decided.verdicts.iter().filter_map(shown).collect();
    assert_eq!(statuses, [EightTarget::Offline, EightTarget::Offline, EightTarget::Available]);
    insta::assert_snapshot!(decided.guarded[0], @"rule test-rule 1.2.3: it would show somebody as available who is not there; what was proposed before it stands (answers: 2)");
}

#[test]
fn what_a_person_chose_by_hand_is_shown() {
    let busy = in_teams(TeamsAvailability::Busy, TeamsActivity::Busy);
    let decided = everyone_is_available().decide(&[busy.clone(), by_hand(busy)], false);
    let statuses: Vec<_> = decided.verdicts.iter().filter_map(shown).collect();
    assert_eq!(statuses, [EightTarget::Available, EightTarget::Busy]);
    assert_eq!((decided.guarded.len(), decided.guarded[0].guardrail), (1, Guardrail::Manual));
}

#[test]
fn an_answer_from_memory_is_guarded_like_one_just_given() {
    let chain = everyone_is_available();
    let offline = [in_teams(TeamsAvailability::Offline, TeamsActivity::Offline)];
    for _ in 0..2 {
        let decided = chain.decide(&offline, false);
        assert_eq!(shown(&decided.verdicts[0]), Some(EightTarget::Offline));
        assert_eq!(decided.guarded[0].answers, 1);
    }
}

#[test]
fn an_explanation_names_the_guardrail() {
    let offline = [in_teams(TeamsAvailability::Offline, TeamsActivity::Offline)];
    let decided = everyone_is_available().decide(&offline, true);
    let guarded: Vec<_> = decided.stages[0].iter().map(|stage| stage.guarded).collect();
    assert_eq!(guarded, [None, Some(Guardrail::Offline)]);
}
