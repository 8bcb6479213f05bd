//! Versions that come back: after faults, by hand, after a restart; and versions that are tried on some people first.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a scene that cannot be set is to fail its test")]

use std::path::PathBuf;
use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::component::{KEEP, renamed, variant};
use presync_guests::Guest;
use presync_rules::{Canary, defaults};
use presync_service::RuleConfig;
use presync_service::rules::{RuleState, SteerError};
use presync_service::status::Place;
use presync_simulator::{Config, Status};

/// How many people there are: the guests below fail on a batch of exactly so many.
const PEOPLE: usize = 5;

/// A minute's worth of people who all change at once.
const WORDS: [&str; 4] = ["Busy", "Away", "Available", "BeRightBack"];

struct Scene {
    bench: Bench,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn with(users: usize, component: &[u8], configure: impl FnOnce(RuleConfig) -> RuleConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("override.wasm");
        std::fs::write(&path, component).unwrap();
        let rule = configure(RuleConfig::of_file(&path, serde_json::Value::Null));
        let bench = Bench::with_rules(Config { users, ..Config::default() }, vec![rule]).await;
        bench.cycles(1).await;
        Self { bench, path, _folder: folder }
    }

    async fn save(&self, component: &[u8]) {
        renamed(&self.path, component).unwrap();
        self.bench.saved().await;
    }

    /// Everybody says something new, and the rules are asked about all of them.
    async fn everybody_changes(&self, word: &str) {
        for place in 0..self.bench.simulator.people(0).len() {
            self.bench.simulator.teams_client(&self.bench.person(place), word, word);
        }
        self.bench.cycles(1).await;
    }

    async fn everybody_presents(&self) {
        for place in 0..self.bench.simulator.people(0).len() {
            self.bench.simulator.teams_client(&self.bench.person(place), "DoNotDisturb", "Presenting");
        }
        self.bench.cycles(1).await;
    }

    /// How many people are shown so in 8x8 by us.
    fn shown(&self, status: Status) -> usize {
        let people = self.bench.simulator.people(0);
        people.iter().filter(|person| self.bench.shown(person).published == Some(status)).count()
    }

    /// The overrides, each with its state: `keep-agents-available live`.
    fn rules(&self) -> Vec<String> {
        let rules = self.bench.tenant().status().rules.into_iter().filter(|rule| rule.source != "default");
        rules.map(|rule| format!("{} {}", rule.name.unwrap_or(rule.source), state(&rule.state))).collect()
    }

    fn trouble(&self) -> Option<String> {
        self.bench.troubles().remove(&Place::Rules).map(|trouble| trouble.what)
    }

    /// The kinds of what happened to the rules, oldest first.
    fn happened(&self) -> Vec<String> {
        self.bench.tenant_events().into_iter().map(|(kind, _)| kind).collect()
    }
}

fn state(state: &RuleState) -> String {
    match state {
        RuleState::Live => "live".to_owned(),
        RuleState::Trial { part, .. } => format!("trial {part}"),
        RuleState::Refused { .. } => "refused".to_owned(),
        RuleState::TakenOut { .. } => "taken out".to_owned(),
        RuleState::RolledBack => "rolled back".to_owned(),
    }
}

/// Answers every batch but one of exactly five questions.
fn failing() -> Vec<u8> {
    let decide = "(if (i32.eq (local.get $len) (i32.const 5)) (then unreachable)) (call $answer (local.get $len))";
    Guest { pure: false, decide, ..Guest::default() }.component()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_fails_three_times_in_a_minute_gives_way_to_the_last_good_version() {
    let mut scene = Scene::with(PEOPLE, KEEP, |rule| rule).await;
    scene.save(&failing()).await;
    assert_eq!(scene.rules(), ["test-rule live"], "one fault, when everybody was asked by it");
    assert!(scene.trouble().is_none_or(|what| what.contains("panicked")), "{:?}", scene.trouble());
    scene.everybody_changes("Busy").await;
    assert_eq!(scene.rules(), ["test-rule live"]);
    scene.everybody_presents().await;
    assert_eq!(scene.rules(), ["keep-agents-available live", "test-rule taken out"]);
    assert_eq!(scene.shown(Status::Busy), PEOPLE, "everybody was asked again in the same cycle");
    let told = scene.trouble().unwrap();
    for part in ["test-rule 1.2.3 was taken out", "failed 3 times", "keep-agents-available 1.0.0 stays in force"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(scene.happened(), ["rule-live", "rule-live", "rule-taken-out", "rule-live"]);

    scene.save(&failing()).await;
    scene.bench.restart().await;
    assert_eq!(scene.rules(), ["keep-agents-available live", "test-rule taken out"], "not until the file changes");
    scene.save(&variant(KEEP, 1)).await;
    assert_eq!((scene.rules(), scene.trouble()), (vec!["keep-agents-available live".to_owned()], None));
}

#[tokio::test(flavor = "multi_thread")]
async fn three_faults_further_apart_leave_a_rule_in_force() {
    let scene = Scene::with(PEOPLE, KEEP, |rule| rule).await;
    scene.save(&failing()).await;
    for word in WORDS {
        scene.bench.simulator.step(Duration::from_secs(40));
        scene.everybody_changes(word).await;
    }
    assert_eq!(scene.rules(), ["test-rule live"]);
    assert!(scene.trouble().is_some_and(|what| what.contains("test-rule 1.2.3")), "{:?}", scene.trouble());
    scene.bench.cycles(7).await;
    assert_eq!(scene.trouble(), None, "after a minute without a fault");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_fails_on_one_question_stays_and_the_question_is_listed() {
    // A question has 148 bytes, and the Teams availability is the fifth of them; 6 is do not disturb.
    let decide = "(if (i32.eq (i32.load8_u offset=4 (local.get $ptr)) (i32.const 6)) (then unreachable))
        (call $answer (local.get $len))";
    let scene = Scene::with(PEOPLE, &Guest { decide, ..Guest::default() }.component(), |rule| rule).await;
    scene.everybody_presents().await;
    scene.everybody_changes("Busy").await;
    scene.everybody_presents().await;
    let status = scene.bench.tenant().status();
    let listed: Vec<String> = status.poison.iter().map(|poison| poison.question.to_string()).collect();
    assert_eq!(listed, ["Teams do-not-disturb/presenting"]);
    assert_eq!((scene.rules(), scene.trouble()), (vec!["test-rule live".to_owned()], None));
    assert_eq!(scene.shown(Status::Dnd), PEOPLE, "what the default map says stands");
    assert_eq!((status.counters.poison, status.counters.rule_faults), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_earlier_version_the_chain_does_without() {
    let scene = Scene::with(PEOPLE, &failing(), |rule| rule).await;
    for word in WORDS {
        scene.everybody_changes(word).await;
    }
    assert_eq!(scene.rules(), ["test-rule taken out"]);
    assert_eq!(scene.bench.tenant().status().publish_rules, "teams-to-8x8 1.0.0");
    assert!(scene.trouble().unwrap().contains("the chain does without"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_taken_back_by_hand_and_stays_so_over_a_restart_until_it_is_promoted() {
    let mut scene = Scene::with(PEOPLE, defaults::TEAMS_TO_EIGHT, |rule| rule).await;
    scene.everybody_presents().await;
    scene.save(KEEP).await;
    assert_eq!(scene.shown(Status::Busy), PEOPLE);
    scene.bench.restart().await;
    let steered = scene.bench.tenant().roll_back("keep-agents-available").await.unwrap();
    assert_eq!((steered.from.as_deref(), steered.to.as_deref()), (Some("1.0.0"), Some("1.0.0")));
    assert_eq!(scene.shown(Status::Dnd), PEOPLE, "everybody was asked again, without a cycle");
    let rolled_back = ["teams-to-8x8 live", "keep-agents-available rolled back"];
    assert_eq!((scene.rules(), scene.trouble()), (rolled_back.map(str::to_owned).into(), None));
    scene.bench.restart().await;
    assert_eq!(scene.rules(), rolled_back);
    let error = scene.bench.tenant().roll_back("teams-to-8x8").await.unwrap_err();
    assert!(matches!(error, SteerError::NoneBefore { .. }), "{error}");

    scene.bench.tenant().promote(scene.path.to_str().unwrap()).await.unwrap();
    assert_eq!(scene.rules(), ["keep-agents-available live"]);
    assert_eq!(scene.shown(Status::Busy), PEOPLE);
    let error = scene.bench.tenant().promote("keep-agents-available").await.unwrap_err();
    assert!(matches!(error, SteerError::NothingWaits { .. }), "{error}");
    assert_eq!(scene.happened(), ["rule-live", "rule-live", "rule-rolled-back", "rule-live", "rule-live"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_is_not_there_is_told_with_those_that_are() {
    let scene = Scene::with(PEOPLE, KEEP, |rule| rule).await;
    let error = scene.bench.tenant().roll_back("keep-agents").await.unwrap_err();
    let said = "no rule of this tenant is called \"keep-agents\"; its rules are keep-agents-available";
    assert_eq!(error.to_string(), said);
}

fn half(rule: RuleConfig) -> RuleConfig {
    RuleConfig { canary: Some(Canary::Share(50)), canary_for: Duration::from_secs(600), ..rule }
}

/// Forty people who present under a version that is in force for all, with trials for a half.
async fn forty(configure: impl FnOnce(RuleConfig) -> RuleConfig) -> Scene {
    let scene = Scene::with(40, defaults::TEAMS_TO_EIGHT, |rule| configure(half(rule))).await;
    scene.everybody_presents().await;
    scene.bench.until("the first version is on trial", |_| scene.rules() == ["teams-to-8x8 trial 50 %"]).await;
    scene.bench.tenant().promote("teams-to-8x8").await.unwrap();
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_is_tried_on_a_part_and_then_for_all() {
    let scene = forty(|rule| rule).await;
    let linked = scene.shown(Status::Dnd);
    assert_eq!(scene.rules(), ["teams-to-8x8 live"]);
    scene.save(KEEP).await;
    assert_eq!(scene.rules(), ["keep-agents-available trial 50 %", "teams-to-8x8 live"]);
    let tried = scene.shown(Status::Busy);
    assert!((linked / 4..=linked * 3 / 4).contains(&tried), "{tried} of {linked} is about a half");
    scene.bench.cycles(59).await;
    assert_eq!(
        (scene.shown(Status::Busy), scene.shown(Status::Dnd)),
        (tried, linked - tried),
        "always the same people"
    );
    scene.bench.cycles(2).await;
    scene.bench.until("it is for all", |_| scene.rules() == ["keep-agents-available live"]).await;
    scene.bench.cycle().await;
    assert_eq!(scene.shown(Status::Busy), linked);
    let happened = scene.happened();
    let last = ["trial-started", "trial-ended", "rule-live"];
    assert_eq!(happened[happened.len() - 3..], last, "{happened:?}");
    assert_eq!(scene.bench.simulator.report().duplicates, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_that_fails_is_over_and_what_was_before_is_for_all_again() {
    let scene = forty(|rule| rule).await;
    let linked = scene.shown(Status::Dnd);
    let decide = "(if (i32.gt_u (local.get $len) (i32.const 1)) (then unreachable)) (call $answer (local.get $len))";
    let broken = Guest { pure: false, decide, ..Guest::default() }.component();
    scene.save(&broken).await;
    assert_eq!(scene.rules(), ["test-rule trial 50 %", "teams-to-8x8 live"]);
    scene.everybody_changes("Busy").await;
    scene.everybody_presents().await;
    assert_eq!(scene.rules(), ["teams-to-8x8 live", "test-rule taken out"]);
    assert_eq!(scene.shown(Status::Dnd), linked);
    let happened = scene.happened();
    assert_eq!(happened[happened.len() - 2..], ["trial-started", "trial-ended"], "{happened:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_fails_on_everybody_is_refused_before_anybody_is_put_to_it() {
    let scene = Scene::with(PEOPLE, KEEP, |rule| rule).await;
    scene.save(&Guest { decide: "unreachable", ..Guest::default() }.component()).await;
    let told = scene.trouble().unwrap();
    assert!(told.contains("the rule test-rule fails on somebody who is simply available on both sides"), "{told}");
    scene.everybody_changes("Busy").await;
    scene.everybody_presents().await;
    let rules = scene.rules();
    assert!(
        rules.len() == 2 && rules[0] == "keep-agents-available live" && rules[1].ends_with(" refused"),
        "{rules:?}"
    );
    assert_eq!((scene.shown(Status::Busy), scene.shown(Status::Dnd)), (PEOPLE, 0), "the rule in force still decides");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_is_taken_back_by_hand() {
    let scene = forty(|rule| rule).await;
    let linked = scene.shown(Status::Dnd);
    scene.save(KEEP).await;
    assert!(scene.shown(Status::Busy) > 0);
    let steered = scene.bench.tenant().roll_back("keep-agents-available").await.unwrap();
    assert!(!steered.on_trial);
    assert_eq!(scene.rules(), ["teams-to-8x8 live", "keep-agents-available rolled back"]);
    assert_eq!(scene.shown(Status::Dnd), linked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_would_change_too_much_is_not_even_tried() {
    let scene = forty(|rule| RuleConfig { max_change: Some(20), ..rule }).await;
    let linked = scene.shown(Status::Dnd);
    scene.save(KEEP).await;
    assert_eq!(scene.rules()[0], "teams-to-8x8 live");
    assert_eq!((scene.shown(Status::Dnd), scene.shown(Status::Busy)), (linked, 0));
    let told = scene.trouble().unwrap();
    assert!(told.contains("version 1.0.0 would change what is shown of") && told.contains("allows 20 %"), "{told}");
    scene.save(&variant(defaults::TEAMS_TO_EIGHT, 1)).await;
    assert_eq!(scene.rules(), ["teams-to-8x8 trial 50 %", "teams-to-8x8 live"], "one that changes nothing is");
    assert_eq!(scene.trouble(), None);
}
