//! Overrides: put in force, replaced under a running service, refused, missing.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::path::{Path, PathBuf};

use presync_core::words::Direction;
use presync_end_to_end::Bench;
use presync_end_to_end::component::{KEEP, renamed};
use presync_rules::defaults;
use presync_service::RuleConfig;
use presync_service::status::Place;
use presync_simulator::{Config, PersonRef, Status};

/// The smallest core module: valid WebAssembly, and no component.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// A bench whose tenant has one override, and somebody who presents.
struct Scene {
    bench: Bench,
    presenter: PersonRef,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Scene {
    /// With this file for the override; `None` for a file that is missing.
    async fn with(file: Option<&[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("override.wasm");
        if let Some(file) = file {
            replace(&path, file);
        }
        let direction = Some(Direction::TeamsToEight);
        let rule = RuleConfig { direction, ..RuleConfig::of_file(&path, serde_json::Value::Null) };
        let bench = Bench::with_rules(Config { users: 5, ..Config::default() }, vec![rule]).await;
        let presenter = bench.person(0);
        bench.simulator.teams_client(&presenter, "DoNotDisturb", "Presenting");
        bench.cycles(1).await;
        Self { bench, presenter, path, _folder: folder }
    }

    fn published(&self) -> Option<Status> {
        self.bench.shown(&self.presenter).published
    }

    fn in_force(&self) -> String {
        self.bench.tenant().status().publish_rules
    }
}

/// Puts a whole file in place of another, as a deployment does.
fn replace(path: &Path, file: &[u8]) {
    renamed(path, file).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_changes_what_is_published_and_why_names_it() {
    let scene = Scene::with(Some(KEEP)).await;
    assert_eq!(scene.in_force(), "teams-to-8x8 1.0.0, keep-agents-available 1.0.0");
    assert_eq!(scene.published(), Some(Status::Busy));
    let why = scene.bench.tenant().why(scene.presenter.upn.as_deref().unwrap()).unwrap().unwrap();
    let stages: Vec<_> = why.publish.iter().map(|stage| stage.rule.to_string()).collect();
    assert_eq!(stages, ["teams-to-8x8", "keep-agents-available"]);
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_replaced_is_in_force_without_a_restart_and_everybody_is_asked_again() {
    let scene = Scene::with(Some(defaults::TEAMS_TO_EIGHT)).await;
    assert_eq!(scene.published(), Some(Status::Dnd));
    scene.bench.cycles(2).await;
    let before = scene.bench.counters().decisions;
    replace(&scene.path, KEEP);
    scene.bench.until("the new rule is in force", |_| scene.in_force().contains("keep-agents-available")).await;
    scene.bench.cycles(1).await;
    assert_eq!(scene.published(), Some(Status::Busy), "though the person did nothing");
    assert_eq!(scene.bench.counters().decisions - before, 5, "each linked person once, this direction only");
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_is_refused_with_the_reason_and_the_old_rule_stays() {
    let scene = Scene::with(Some(KEEP)).await;
    let in_force = scene.in_force();
    for (file, reason) in
        [(&KEEP[..KEEP.len() / 2], "override.wasm"), (CORE_MODULE, "core module"), (b"#!/bin/sh", "WebAssembly")]
    {
        replace(&scene.path, file);
        let said = |bench: &Bench| bench.troubles().get(&Place::Rules).is_some_and(|t| t.what.contains(reason));
        scene.bench.until(&format!("the status says {reason}"), said).await;
        let trouble = scene.bench.trouble(Place::Rules);
        assert!(
            trouble.needs_action && trouble.what.contains("keep-agents-available 1.0.0 stays in force"),
            "{}",
            trouble.what
        );
        assert_eq!(scene.in_force(), in_force);
    }
    scene.bench.simulator.teams_client(&scene.presenter, "Available", "Available");
    scene.bench.cycles(1).await;
    scene.bench.simulator.teams_client(&scene.presenter, "DoNotDisturb", "Presenting");
    scene.bench.cycles(1).await;
    assert_eq!(scene.published(), Some(Status::Busy), "the old rule decides");
    replace(&scene.path, KEEP);
    scene.bench.until("the good file is taken", |bench| bench.troubles().is_empty()).await;
    assert_eq!(scene.in_force(), in_force);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_override_leaves_the_default_in_force_and_says_so_until_the_file_is_there() {
    let scene = Scene::with(None).await;
    assert_eq!((scene.in_force().as_str(), scene.published()), ("teams-to-8x8 1.0.0", Some(Status::Dnd)));
    let trouble = scene.bench.trouble(Place::Rules);
    assert!(trouble.needs_action && trouble.what.contains("cannot be read"), "{}", trouble.what);
    assert!(trouble.what.contains("the chain does without"), "{}", trouble.what);
    replace(&scene.path, KEEP);
    scene.bench.until("the override is in force", |_| scene.in_force().contains("keep-agents-available")).await;
    scene.bench.cycles(1).await;
    assert_eq!(scene.published(), Some(Status::Busy));
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_removed_leaves_its_rule_in_force_until_the_next_start() {
    let mut scene = Scene::with(Some(KEEP)).await;
    std::fs::remove_file(&scene.path).unwrap();
    scene.bench.until("the status says so", |bench| bench.troubles().contains_key(&Place::Rules)).await;
    assert_eq!(scene.in_force(), "teams-to-8x8 1.0.0, keep-agents-available 1.0.0");
    scene.bench.restart().await;
    assert_eq!(scene.in_force(), "teams-to-8x8 1.0.0");
    assert_eq!(scene.published(), Some(Status::Dnd), "everybody is asked again at a start");
}
