//! Who is whom: people with odd addresses, newcomers, pairs by hand, and a file of pairs that is saved while the service runs.

#![allow(clippy::expect_used, reason = "a scene that cannot be set is to fail its test")]

use std::path::Path;

use presync_core::linking::{HandPair, Key, LinkPolicy};
use presync_end_to_end::Bench;
use presync_service::LinkSettings;
use presync_service::status::{Alone, Place};
use presync_simulator::{Config, PersonRef, Status};

/// How long until somebody new is read, in cycles; one more brings what they show.
const INTERVAL: usize = 3;

async fn bench(link: LinkSettings) -> Bench {
    Bench::linking(Config { users: 5, oddities: false, ..Config::default() }, link).await
}

fn keys(keys: &[Key]) -> LinkSettings {
    LinkSettings { policy: LinkPolicy { keys: keys.to_vec(), ..LinkPolicy::default() }, file: None }
}

fn join(bench: &Bench, name: &str, upn: Option<&str>, email: Option<&str>) -> PersonRef {
    bench.simulator.add_person(0, name, upn, email).expect("there is a tenant")
}

fn listed(bench: &Bench, address: &str) -> Alone {
    let alone = bench.tenant().alone().into_iter().find(|alone| alone.address == address);
    alone.expect("somebody with this address who is not linked")
}

/// How somebody is paired.
fn by(bench: &Bench, upn: &str) -> Option<&'static str> {
    let linked = bench.tenant().linked().into_iter().find(|linked| linked.user_principal_name == upn)?;
    linked.by.map(|by| by.label())
}

/// The next reading is due, and taken up.
async fn interval(bench: &Bench, what: &str, so: impl Fn(&Bench) -> bool) {
    bench.cycles(INTERVAL).await;
    bench.until(what, so).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_is_in_step_within_a_minute() {
    let bench = bench(LinkSettings::default()).await;
    for wait in 0..INTERVAL {
        bench.cycles(wait).await;
        let before = bench.tenant().status().linked;
        let (upn, email) = (format!("New.Comer{wait}@corp.example"), format!("new.comer{wait}@corp.example"));
        let person = join(&bench, "New Comer", Some(&upn), Some(&email));
        bench.simulator.teams_client(&person, "Busy", "Busy");
        bench.simulator.start_eight_call(&person);
        interval(&bench, "the newcomer is linked", |bench| bench.tenant().status().linked == before + 1).await;
        bench.cycles(1).await;
        let shown = bench.shown(&person);
        assert_eq!((shown.published, shown.session), (Some(Status::Busy), true), "40 s later");
        assert_eq!(by(&bench, &upn), Some("upn"));
    }
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_primary_address_links_and_a_former_one_is_only_suggested() {
    let bench = bench(LinkSettings::default()).await;
    let ann = join(&bench, "Ann Lee", Some("alee@corp.example"), Some("ann.lee@corp.example"));
    bench.simulator.set_teams_addresses(&ann, &["Ann.Lee@corp.example", "ann@old.example"]);
    let bob = join(&bench, "Bob Berg", Some("bberg@corp.example"), Some("bob@old.example"));
    bench.simulator.set_teams_addresses(&bob, &["bob.berg@corp.example", "bob@old.example"]);
    interval(&bench, "Ann is linked", |bench| by(bench, "alee@corp.example") == Some("mail")).await;
    assert_eq!(by(&bench, "bberg@corp.example"), None);
    let alone = listed(&bench, "bob@old.example");
    assert_eq!(alone.reason.label(), "no-partner");
    let suggested: Vec<_> = alone.suggestions.iter().map(|one| (one.score, &*one.teams, &*one.eight)).collect();
    assert_eq!(suggested, [(100, "bberg@corp.example", "bob@old.example")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_address_links_where_the_tenant_says_so_and_never_takes_somebody_else() {
    let bench = bench(keys(&[Key::Upn, Key::Proxy])).await;
    let bob = join(&bench, "Bob Berg", Some("bberg@corp.example"), Some("bob@old.example"));
    bench.simulator.set_teams_addresses(&bob, &["bob.berg@corp.example", "bob@old.example"]);
    let heir = join(&bench, "Ann Lee", Some("ann@corp.example"), Some("ann@corp.example"));
    bench.simulator.set_teams_addresses(&heir, &["ann@corp.example", "gone@corp.example"]);
    join(&bench, "Gone Away", None, Some("gone@corp.example"));
    interval(&bench, "Bob is linked", |bench| by(bench, "bberg@corp.example") == Some("proxy")).await;
    assert_eq!(by(&bench, "ann@corp.example"), Some("upn"));
    assert_eq!(listed(&bench, "gone@corp.example").reason.label(), "taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_disabled_is_unlinked_and_its_partner_told_why() {
    let bench = bench(LinkSettings::default()).await;
    let person = bench.person(0);
    bench.simulator.teams_client(&person, "Busy", "Busy");
    bench.cycles(1).await;
    assert_eq!(bench.shown(&person).published, Some(Status::Busy));
    bench.simulator.set_teams_enabled(&person, false);
    interval(&bench, "the person is unlinked", |bench| bench.tenant().status().linked == 4).await;
    bench.cycles(1).await;
    assert_eq!(bench.shown(&person).published, None);
    let email = person.email.as_deref().expect("an e-mail");
    assert_eq!(listed(&bench, email).reason.label(), "partner-barred");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_a_licence_for_teams_is_unlinked_until_there_is_one_again() {
    let bench = bench(LinkSettings::default()).await;
    let person = bench.person(0);
    bench.simulator.set_teams_licensed(&person, false);
    interval(&bench, "the person is unlinked", |bench| bench.tenant().status().linked == 4).await;
    assert_eq!(listed(&bench, person.upn.as_deref().expect("a name")).reason.label(), "unlicensed");
    bench.simulator.set_teams_licensed(&person, true);
    interval(&bench, "the person is linked again", |bench| bench.tenant().status().linked == 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_changes_of_the_directory_are_read_and_all_of_it_when_graph_forgets_where_we_were() {
    let bench = bench(LinkSettings::default()).await;
    assert_eq!(bench.answers("listUsers 200"), 0);
    let before = bench.answers("usersDelta 200");
    join(&bench, "New Comer", Some("new.comer@corp.example"), Some("new.comer@corp.example"));
    interval(&bench, "the newcomer is linked", |bench| bench.tenant().status().linked == 6).await;
    assert_eq!(bench.answers("usersDelta 200"), before + 1, "one page of changes");
    let person = bench.person(0);
    bench.simulator.delete_teams_user(&person);
    bench.simulator.reset_delta(0);
    interval(&bench, "who is gone is unlinked", |bench| bench.tenant().status().linked == 5).await;
    assert_eq!(bench.answers("usersDelta 410"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_by_hand_is_kept_in_step_and_whoever_is_excluded_is_not() {
    let pair = |teams: &str, eight: &str| HandPair { teams: teams.to_owned(), eight: eight.to_owned() };
    let hand =
        vec![pair("ann@corp.example", "reception@corp.example"), pair("nobody@corp.example", "desk@corp.example")];
    let exclude = ["carl@corp.example".to_owned(), "never@corp.example".to_owned()].into();
    let policy = LinkPolicy { hand, exclude, ..LinkPolicy::default() };
    let bench = bench(LinkSettings { policy, file: None }).await;
    let ann = join(&bench, "Ann Lee", Some("Ann@corp.example"), Some("ann@corp.example"));
    let reception = join(&bench, "Reception", None, Some("reception@corp.example"));
    join(&bench, "Carl", Some("carl@corp.example"), Some("carl@corp.example"));
    bench.simulator.teams_client(&ann, "Busy", "Busy");
    interval(&bench, "Ann is linked", |bench| by(bench, "Ann@corp.example") == Some("by-hand")).await;
    bench.cycles(1).await;
    assert_eq!(bench.shown(&reception).published, Some(Status::Busy));
    assert_eq!(bench.shown(&ann).published, None, "the account with her own address is another's");
    assert_eq!(listed(&bench, "ann@corp.example").reason.label(), "taken");
    assert_eq!(listed(&bench, "carl@corp.example").reason.label(), "excluded");
    let trouble = bench.trouble(Place::Links);
    assert!(!trouble.needs_action, "people come and go");
    assert!(
        trouble.what.contains("nobody@corp.example with desk@corp.example (nobody in the Microsoft"),
        "{trouble:?}"
    );
    assert!(trouble.what.contains("`exclude`: never@corp.example"), "{trouble:?}");
}

fn save(path: &Path, pairs: &str) {
    std::fs::write(path, format!("teams,eight\n{pairs}")).expect("the file can be written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_pairs_that_is_saved_is_in_force_within_a_minute_and_a_mistake_in_it_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("links.csv");
    save(&path, "");
    let bench = bench(LinkSettings { file: Some(path.clone()), ..LinkSettings::default() }).await;
    let ann = join(&bench, "Ann Lee", Some("ann@corp.example"), None);
    let desk = join(&bench, "Desk", None, Some("desk@corp.example"));
    bench.simulator.teams_client(&ann, "DoNotDisturb", "DoNotDisturb");
    interval(&bench, "both are known", |bench| bench.tenant().alone().len() == 2).await;
    assert_eq!(bench.tenant().status().linked, 5);

    // No time passes: a save is noticed by the next cycle, and the directories are read at once.
    save(&path, "ann@corp.example,desk@corp.example\n");
    bench.until("the pair is linked", |bench| by(bench, "ann@corp.example") == Some("by-hand")).await;
    bench.cycles(1).await;
    assert_eq!(bench.shown(&desk).published, Some(Status::Dnd));

    save(&path, "ann@corp.example,\n");
    interval(&bench, "the mistake is told", |bench| bench.troubles().contains_key(&Place::Links)).await;
    let trouble = bench.trouble(Place::Links);
    assert!(trouble.needs_action && trouble.what.contains("links.csv:2: column eight: is empty"), "{trouble:?}");
    assert_eq!(by(&bench, "ann@corp.example"), Some("by-hand"));

    save(&path, "# nobody now\n");
    bench.until("the two are unlinked", |bench| bench.tenant().status().linked == 5).await;
    bench.cycles(1).await;
    assert_eq!(bench.shown(&desk).published, None, "what was published is taken back");
    assert!(!bench.troubles().contains_key(&Place::Links));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_linked_by_hand_stays_linked_through_a_restart() {
    let hand = vec![HandPair { teams: "ann@corp.example".to_owned(), eight: "desk@corp.example".to_owned() }];
    let policy = LinkPolicy { hand, ..LinkPolicy::default() };
    let mut bench = bench(LinkSettings { policy, file: None }).await;
    join(&bench, "Ann Lee", Some("ann@corp.example"), None);
    let desk = join(&bench, "Desk", None, Some("desk@corp.example"));
    interval(&bench, "the pair is linked", |bench| bench.tenant().status().linked == 6).await;
    bench.cycles(1).await;
    let writes = bench.simulator.writes(&desk).len();
    bench.restart().await;
    bench.cycles(1).await;
    assert_eq!(bench.tenant().status().linked, 6);
    assert_eq!(by(&bench, "ann@corp.example"), Some("by-hand"));
    assert_eq!(bench.simulator.writes(&desk).len(), writes, "nothing was written anew");
}
