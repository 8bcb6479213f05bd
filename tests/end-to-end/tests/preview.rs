//! What a rule would change is told before it is in force: of the people of now, and of what the event log tells.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::time::Duration;

use presync_end_to_end::Bench;
use presync_rules::defaults;
use presync_service::preview::{Candidate, Preview, PreviewError};
use serde_json::{Value, json};

/// Whoever presents stays in the queue.
fn presenters_stay() -> Candidate {
    let lines = json!([{ "when": { "activity": "presenting" }, "then": { "publish": "busy", "calls": "all" } }]);
    table(json!({ "lines": lines }))
}

fn table(settings: Value) -> Candidate {
    Candidate { component: defaults::TABLE_TEAMS_TO_EIGHT.to_vec(), settings: Some(settings) }
}

fn counted(preview: &Preview) -> Vec<(&str, usize)> {
    preview.comparison.changes.iter().map(|(change, count)| (change.as_str(), *count)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_is_asked_about_the_people_of_now_and_nothing_is_written() {
    let bench = Bench::small().await;
    let presenter = bench.person(0);
    bench.simulator.teams_client(&presenter, "DoNotDisturb", "Presenting");
    bench.cycles(1).await;
    let (before, written) = (bench.shown(&presenter).published, bench.counters().published);

    let preview = bench.tenants[0].preview(presenters_stay()).await.unwrap();
    assert_eq!(counted(&preview), [("do-not-disturb, no calls -> busy, all calls", 1)]);
    assert_eq!((preview.people, preview.people_changed, preview.replaces.as_deref()), (5, 1, None));
    assert_eq!((preview.comparison.gain_queue_calls, preview.comparison.lose_queue_calls), (1, 0));
    let [change] = &preview.changes[..] else { panic!("one was expected: {:?}", preview.changes) };
    assert_eq!((change.then.as_str(), change.at), ("busy, all calls", None));

    bench.cycles(2).await;
    assert_eq!((bench.shown(&presenter).published, bench.counters().published), (before, written));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_is_asked_about_what_the_event_log_tells() {
    let bench = Bench::small().await;
    let (presenter, other) = (bench.person(0), bench.person(1));
    for activity in ["Presenting", "Available", "Presenting"] {
        let availability = if activity == "Available" { "Available" } else { "DoNotDisturb" };
        bench.simulator.teams_client(&presenter, availability, activity);
        bench.cycles(3).await;
    }
    bench.simulator.teams_client(&other, "Away", "Away");
    bench.cycles(360).await;

    let tenant = &bench.tenants[0];
    let whole = tenant.replay(presenters_stay(), Duration::from_secs(24 * 3600)).await.unwrap();
    assert_eq!(counted(&whole), [("do-not-disturb, no calls -> busy, all calls", 2)]);
    assert_eq!((whole.people_changed, whole.cut_at), (1, None));
    assert!(whole.changes.iter().all(|change| change.at.is_some()));

    let recent = tenant.replay(presenters_stay(), Duration::from_secs(60)).await.unwrap();
    assert_eq!((recent.comparison.asked, recent.people_changed), (0, 0), "nobody has said anything for an hour");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_that_would_be_refused_is_refused_here_with_the_reason() {
    let bench = Bench::small().await;
    let refused = |candidate| async { bench.tenants[0].preview(candidate).await.unwrap_err() };
    let misspelt = table(json!({ "lines": [{ "when": { "activty": "presenting" }, "then": { "publish": "busy" } }] }));
    let error = refused(misspelt).await;
    assert!(matches!(error, PreviewError::Rule(_)), "{error}");
    assert!(error.to_string().contains("activity"), "{error}");
    let error = refused(Candidate { component: b"text".to_vec(), settings: None }).await;
    assert!(error.to_string().contains("not WebAssembly"), "{error}");
}
