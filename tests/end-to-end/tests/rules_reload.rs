//! Rules that are saved while the service runs: noticed at once, whatever way they are saved; nothing is lost, nothing waits.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a scene that cannot be set is to fail its test")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::component::{KEEP, WAYS, in_place, renamed, variant};
use presync_rules::defaults;
use presync_service::RuleConfig;
use presync_service::rules::{RuleState, RuleStatus};
use presync_service::status::Place;
use presync_simulator::{Config, PersonRef, Status, WriteKind};

/// A bench with one override, and somebody who presents.
struct Scene {
    bench: Bench,
    presenter: PersonRef,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn with(users: usize, component: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("override.wasm");
        std::fs::write(&path, component).unwrap();
        let rule = RuleConfig::of_file(&path, serde_json::Value::Null);
        let bench = Bench::with_rules(Config { users, ..Config::default() }, vec![rule]).await;
        let presenter = bench.person(0);
        bench.simulator.teams_client(&presenter, "DoNotDisturb", "Presenting");
        bench.cycles(1).await;
        Self { bench, presenter, path, _folder: folder }
    }

    fn published(&self) -> Option<Status> {
        self.bench.shown(&self.presenter).published
    }

    /// The override in force.
    fn live(&self) -> RuleStatus {
        let rules = self.bench.tenant().status().rules;
        rules.into_iter().find(|rule| rule.source != "default" && rule.state == RuleState::Live).unwrap()
    }
}

/// The default map as an override: a presenter is not disturbed.
fn as_by_default(number: u8) -> Vec<u8> {
    variant(defaults::TEAMS_TO_EIGHT, number)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_saving_is_noticed_and_everyone_is_asked_again_at_once() {
    let scene = Scene::with(5, &as_by_default(0)).await;
    for (number, (way, save)) in (1..).zip(WAYS) {
        for (component, expected) in [(variant(KEEP, number), Status::Busy), (as_by_default(number), Status::Dnd)] {
            let before = scene.live();
            save(&scene.path, &component).unwrap();
            scene.bench.saved_until(|_| scene.live().generation > before.generation).await;
            assert_eq!(scene.published(), Some(expected), "{way}: without a cycle, and though the person did nothing");
            assert_ne!(scene.live().digest, before.digest);
        }
    }
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
    assert_eq!(scene.bench.simulator.report().duplicates, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_content_saved_again_changes_nothing() {
    let scene = Scene::with(5, KEEP).await;
    let (before, counters, events) = (scene.live(), scene.bench.counters(), scene.bench.tenant_events());
    in_place(&scene.path, KEEP).unwrap();
    scene.bench.saved().await;
    scene.bench.cycle().await;
    assert_eq!(scene.live(), before);
    assert_eq!(scene.bench.counters().questions, counters.questions);
    assert_eq!(scene.bench.tenant_events(), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_removed_or_broken_is_told_at_once_and_its_rule_stays_in_force() {
    let scene = Scene::with(5, KEEP).await;
    let before = scene.live();
    let said = |word: &'static str| {
        move |bench: &Bench| bench.troubles().get(&Place::Rules).is_some_and(|trouble| trouble.what.contains(word))
    };
    in_place(&scene.path, &KEEP[..KEEP.len() / 3]).unwrap();
    scene.bench.saved_until(said("cut off")).await;
    std::fs::remove_file(&scene.path).unwrap();
    scene.bench.saved_until(said("cannot be read")).await;
    assert_eq!((scene.live(), scene.published()), (before.clone(), Some(Status::Busy)));
    std::fs::write(&scene.path, KEEP).unwrap();
    scene.bench.saved_until(|bench| bench.troubles().is_empty()).await;
    assert_eq!(scene.live(), before, "it was in force all the time");
    let kinds: Vec<String> = scene.bench.tenant_events().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["rule-live", "rule-refused", "rule-refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_rule_is_loaded_for_ever_the_cycles_go_on() {
    let scene = Scene::with(5, &as_by_default(0)).await;
    // Reading a pipe waits for whoever writes to it.
    std::fs::remove_file(&scene.path).unwrap();
    assert!(Command::new("mkfifo").arg(&scene.path).status().unwrap().success());
    let other = scene.bench.person(1);
    let mut shown = Vec::new();
    for words in ["Busy", "Away", "Busy"] {
        scene.bench.simulator.teams_client(&other, words, words);
        scene.bench.cycles(1).await;
        shown.push(scene.bench.shown(&other).published);
    }
    let path = scene.path.clone();
    let writing = tokio::task::spawn_blocking(move || {
        let mut pipe = std::fs::File::options().write(true).open(&path).unwrap();
        pipe.write_all(KEEP).unwrap();
        // Before the reader sees the end, so that nobody waits at the pipe again.
        renamed(&path, KEEP).unwrap();
    });
    while !writing.is_finished() {
        scene.bench.cycle().await;
    }
    writing.await.unwrap();
    assert_eq!(shown, [Some(Status::Busy), Some(Status::Away), Some(Status::Busy)]);
    scene.bench.until("the rule is in force", |_| scene.live().name.as_deref() == Some("keep-agents-available")).await;
    scene.bench.cycle().await;
    assert_eq!(scene.published(), Some(Status::Busy));
}

/// Saves one file after the other, now and then a broken one, until so many were put in force.
async fn save_many(bench: &Bench, path: &Path, rounds: u8) {
    for number in 1..=rounds {
        let before = bench.tenant().status().generation;
        if number % 3 == 0 {
            renamed(path, &KEEP[..1000 + usize::from(number)]).unwrap();
            bench.saved_until(|bench| bench.troubles().contains_key(&Place::Rules)).await;
        }
        let good = if number % 2 == 0 { as_by_default(number) } else { variant(KEEP, number) };
        renamed(path, &good).unwrap();
        bench.saved_until(|bench| bench.tenant().status().generation > before).await;
    }
}

/// The generation that a verdict is stamped with.
fn generation(rules: &serde_json::Value) -> u64 {
    let stamp = rules.as_str().unwrap().rsplit_once("(generation ").unwrap().1;
    stamp.trim_end_matches(')').parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn under_many_reloads_each_question_has_one_verdict_and_nothing_is_written_twice() {
    const ROUNDS: u8 = 30;
    let scene = Scene::with(40, &as_by_default(0)).await;
    let (bench, first) = (&scene.bench, scene.live().generation.unwrap());
    for place in 1..20 {
        bench.simulator.teams_client(&bench.person(place), "DoNotDisturb", "Presenting");
    }
    let moving = async {
        while bench.tenant().status().generation < first + u64::from(ROUNDS) {
            for (place, words) in [(20, "Busy"), (21, "Away"), (20, "Available"), (21, "Busy")] {
                bench.simulator.teams_client(&bench.person(place), words, words);
                bench.pass(Duration::from_secs(1)).await;
            }
        }
    };
    tokio::join!(moving, save_many(bench, &scene.path, ROUNDS));
    bench.cycles(2).await;

    let counters = bench.counters();
    assert_eq!(counters.decisions, counters.questions, "one verdict to each question");
    assert!(counters.questions > u64::from(ROUNDS) * 20);
    let report = bench.simulator.report();
    assert_eq!((report.duplicates, counters.writes_failed), (0, 0));
    let status = bench.tenant().status();
    assert_eq!((status.generation, status.decided_by), (first + u64::from(ROUNDS), Some(first + u64::from(ROUNDS))));
    for place in 0..20 {
        let person = bench.person(place);
        assert_eq!(bench.shown(&person).published, Some(Status::Dnd), "the last rule is the default map");
        let decided: Vec<u64> = bench
            .events(&person)
            .iter()
            .filter(|(kind, _)| kind == "publish-decided")
            .map(|(_, detail)| generation(&detail["rules"]))
            .collect();
        assert!(decided.windows(2).all(|pair| pair[0] > pair[1]), "newest first: {decided:?}");
        let written: Vec<_> = bench.writes(&person, WriteKind::Publish).into_iter().map(|write| write.at_ms).collect();
        assert!(written.is_sorted());
    }
}
