//! Secrets, tokens and consents that stop working: the status names the cause, and all is right again once they work.

use presync_end_to_end::Bench;
use presync_service::status::Place;
use presync_simulator::{AppKind, Status};

/// Longer than it takes until a token that lacks a role is replaced and until the longest pause between writes is over.
const UNTIL_GRANTED: usize = 14;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_of_the_reading_app_is_named_and_all_is_right_once_it_is_corrected() {
    let bench = Bench::small().await;
    let (busy, caller) = (bench.person(0), bench.person(1));
    let secret = bench.simulator.tenants()[0].read_app.secret.clone();
    bench.simulator.change_secret(0, AppKind::Read, "another");
    bench.simulator.revoke_tokens();
    bench.simulator.teams_client(&busy, "Busy", "Busy");
    bench.simulator.start_eight_call(&caller);
    bench.cycles(1).await;
    let trouble = bench.trouble(Place::Teams);
    assert!(trouble.needs_action);
    assert!(
        trouble.what.contains("the client secret is wrong. Put the secret's *value* into the settings"),
        "{}",
        trouble.what
    );
    assert!(trouble.what.contains("AADSTS7000215"), "{}", trouble.what);
    assert!(trouble.what.contains(&bench.simulator.tenants()[0].read_app.client_id), "{}", trouble.what);
    assert!(bench.shown(&caller).session, "the other app goes on");
    bench.simulator.change_secret(0, AppKind::Read, &secret);
    bench.cycles(1).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    assert_eq!(bench.shown(&busy).published, Some(Status::Busy));
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_wrong_from_the_start_shows_as_a_trouble_of_the_directory() {
    let mut bench = Bench::small().await;
    let secret = bench.simulator.tenants()[0].read_app.secret.clone();
    bench.open();
    bench.simulator.change_secret(0, AppKind::Read, "another");
    bench.cycle().await;
    let trouble = bench.trouble(Place::Directory);
    assert!(trouble.needs_action);
    assert!(trouble.what.contains("the client secret is wrong"), "{}", trouble.what);
    bench.simulator.change_secret(0, AppKind::Read, &secret);
    bench.within(8, "all is well", |bench| bench.troubles().is_empty()).await;
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_of_the_writing_app_stays_shown_until_it_is_corrected() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    let secret = bench.simulator.tenants()[0].write_app.secret.clone();
    bench.simulator.change_secret(0, AppKind::Write, "another");
    bench.simulator.revoke_tokens();
    bench.simulator.start_eight_call(&person);
    // Reading works all the while, and most of these cycles do not try to write again.
    for _ in 0..8 {
        bench.cycles(1).await;
        let trouble = bench.trouble(Place::Sessions);
        assert!(trouble.needs_action && trouble.what.contains("the client secret is wrong"), "{}", trouble.what);
    }
    bench.simulator.change_secret(0, AppKind::Write, &secret);
    bench.within(UNTIL_GRANTED, "the session is held", |bench| bench.shown(&person).session).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_8x8_secret_is_named_and_all_is_right_once_it_is_corrected() {
    let bench = Bench::small().await;
    let (busy, caller) = (bench.person(0), bench.person(1));
    let secret = bench.simulator.tenants()[0].eight_secret.clone();
    bench.simulator.change_eight_secret(0, "another");
    bench.simulator.revoke_tokens();
    bench.simulator.teams_client(&busy, "Busy", "Busy");
    bench.simulator.start_eight_call(&caller);
    bench.cycles(2).await;
    for place in [Place::Eight, Place::Publications] {
        let trouble = bench.trouble(place);
        assert!(trouble.needs_action, "{place:?}");
        assert!(trouble.what.contains("the key or the secret is wrong"), "{}", trouble.what);
    }
    bench.simulator.change_eight_secret(0, &secret);
    bench.within(UNTIL_GRANTED, "all is well", |bench| bench.troubles().is_empty()).await;
    assert_eq!(bench.shown(&busy).published, Some(Status::Busy));
    assert!(bench.shown(&caller).session);
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_tokens_are_replaced_once_each_and_nothing_is_lost() {
    let bench = Bench::small().await;
    let (busy, caller, talker) = (bench.person(0), bench.person(1), bench.person(2));
    bench.simulator.start_eight_call(&talker);
    bench.cycles(1).await;
    let before = (bench.answers("entraToken 200"), bench.answers("eightToken 200"));
    bench.simulator.revoke_tokens();
    bench.simulator.teams_client(&busy, "Busy", "Busy");
    bench.simulator.start_eight_call(&caller);
    bench.simulator.end_eight_call(&talker);
    bench.cycles(1).await;
    let shown = [&busy, &caller, &talker].map(|person| bench.shown(person));
    assert_eq!(shown[0].published, Some(Status::Busy));
    assert_eq!((shown[1].session, shown[2].session), (true, false));
    let after = (bench.answers("entraToken 200"), bench.answers("eightToken 200"));
    assert_eq!((after.0 - before.0, after.1 - before.1), (2, 1), "one for each app and one for the 8x8 key");
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    assert_eq!(bench.counters().writes_failed, 0);
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_missing_for_reading_is_named_by_its_role() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.set_roles(0, AppKind::Read, false);
    bench.simulator.teams_client(&person, "Busy", "Busy");
    bench.cycles(7).await;
    let trouble = bench.trouble(Place::Teams);
    assert!(trouble.needs_action && trouble.what.contains("Presence.Read.All"), "{}", trouble.what);
    bench.until("the directory is named too", |bench| bench.troubles().contains_key(&Place::Directory)).await;
    let trouble = bench.trouble(Place::Directory);
    assert!(trouble.needs_action && trouble.what.contains("User.Read.All"), "{}", trouble.what);
    assert_eq!(bench.shown(&person).published, None, "nothing is made up meanwhile");
    bench.simulator.set_roles(0, AppKind::Read, true);
    bench.within(UNTIL_GRANTED, "all is well", |bench| bench.troubles().is_empty()).await;
    assert_eq!(bench.shown(&person).published, Some(Status::Busy));
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_missing_for_writing_is_named_by_its_role_and_8x8_is_kept_in_step() {
    let bench = Bench::small().await;
    let (caller, busy) = (bench.person(0), bench.person(1));
    bench.simulator.set_roles(0, AppKind::Write, false);
    bench.simulator.start_eight_call(&caller);
    bench.simulator.teams_client(&busy, "Busy", "Busy");
    for _ in 0..8 {
        bench.cycles(1).await;
        let trouble = bench.trouble(Place::Sessions);
        assert!(trouble.needs_action && trouble.what.contains("Presence.ReadWrite.All"), "{}", trouble.what);
    }
    assert_eq!(bench.shown(&busy).published, Some(Status::Busy));
    bench.simulator.set_roles(0, AppKind::Write, true);
    bench.within(UNTIL_GRANTED, "the session is held", |bench| bench.shown(&caller).session).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}
