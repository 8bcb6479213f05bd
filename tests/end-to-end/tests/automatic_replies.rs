//! Out of office by the mailbox, where presence leaves it out: asked only where the settings wish it, seldom, and with the permission.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::time::Duration;

use presync_end_to_end::Bench;
use presync_service::Supply;
use presync_service::status::Place;
use presync_simulator::{AppKind, Config, Endpoint, Fault, OptionalFields, Permission, PersonRef, Quirks, Status};

/// The people of this tenant: more than two requests' worth.
const USERS: usize = 45;
/// How many poll intervals until mailboxes are asked again, and some more: what is asked beside the cycles is taken up by one of the next.
const A_ROUND: usize = 36;
/// So many less, and nobody is asked yet.
const MARGIN: usize = 8;

/// A tenant whose presences leave out all that is optional, and whose reading application may read mailboxes.
async fn start(asked: bool, permitted: bool) -> Bench {
    start_after(asked, permitted, |_| ()).await
}

/// The same, after something has happened.
async fn start_after(asked: bool, permitted: bool, happens: impl FnOnce(&Bench)) -> Bench {
    let config = Config { users: USERS, oddities: false, ..Config::default() };
    let supply = Supply { automatic_replies: asked, ..Supply::default() };
    let mut bench = Bench::supplied(config, Vec::new(), |_| supply).await;
    if permitted {
        permit(&bench);
    }
    let quirks = bench.simulator.quirks();
    let optional_fields = OptionalFields::Absent;
    bench.simulator.set_quirks(Quirks { optional_fields, out_of_office_activity: false, ..quirks });
    happens(&bench);
    // The first process has read whole presences and signed in without the permission; this one begins with neither.
    bench.restart().await;
    bench
}

fn permit(bench: &Bench) {
    let add = |read: &mut presync_simulator::Registration| read.roles.push(Permission::MailboxSettingsRead);
    bench.simulator.register(0, AppKind::Read, add).unwrap();
}

fn is_out(bench: &Bench, person: &PersonRef) -> bool {
    let why = bench.tenant().why(person.upn.as_deref().unwrap()).unwrap().unwrap();
    why.view.teams.is_some_and(|presence| presence.out_of_office)
}

fn asked(bench: &Bench) -> u64 {
    bench.answers("mailbox 200") + bench.answers("mailbox 403") + bench.answers("mailbox 404")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_automatic_replies_on_is_out_of_office_though_presence_does_not_say_so() {
    let bench = start(true, true).await;
    let person = bench.person(0);
    bench.simulator.set_out_of_office(&person, true);
    bench.until("the mailbox is heard", |bench| is_out(bench, &person)).await;
    bench.simulator.teams_client(&person, "Busy", "Busy");
    bench.cycles(1).await;
    let shown = bench.shown(&person);
    assert_eq!((shown.published, shown.note.as_deref()), (Some(Status::Busy), Some("Out of office")));
    assert!(!is_out(&bench, &bench.person(1)));
    bench.simulator.set_out_of_office(&person, false);
    bench.cycles(A_ROUND).await;
    bench.until("the mailbox is heard again", |bench| !is_out(bench, &person)).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_begins_and_ends_on_time_between_two_questions() {
    let plan = |bench: &Bench| {
        bench.simulator.schedule_replies(&bench.person(0), Duration::from_secs(60), Duration::from_secs(60));
    };
    let bench = start_after(true, true, plan).await;
    let person = bench.person(0);
    bench.until("everybody was asked", |bench| asked(bench) == USERS as u64).await;
    bench.cycles(4).await;
    assert!(!is_out(&bench, &person));
    bench.within(3, "it has begun", |bench| is_out(bench, &person)).await;
    bench.within(7, "it is over", |bench| !is_out(bench, &person)).await;
    assert_eq!(asked(&bench), USERS as u64, "nobody was asked for that");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mailbox_is_asked_once_in_five_minutes_twenty_in_a_request() {
    let bench = start(true, true).await;
    bench.until("everybody was asked", |bench| asked(bench) == USERS as u64).await;
    assert_eq!(bench.answers("batch 200"), 3);
    bench.cycles(A_ROUND - MARGIN).await;
    assert_eq!(asked(&bench), USERS as u64);
    bench.cycles(MARGIN).await;
    bench.until("everybody was asked again", |bench| asked(bench) == 2 * USERS as u64).await;
    assert_eq!(bench.answers("batch 200"), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mailbox_is_asked_unless_the_settings_wish_it_or_where_presence_tells() {
    let silent = start(false, true).await;
    silent.simulator.set_out_of_office(&silent.person(0), true);
    silent.cycles(3).await;
    assert_eq!(asked(&silent), 0);
    assert!(!is_out(&silent, &silent.person(0)));

    let supply = Supply { automatic_replies: true, ..Supply::default() };
    let telling = Bench::supplied(Config { users: 5, ..Config::default() }, Vec::new(), |_| supply).await;
    telling.simulator.set_out_of_office(&telling.person(0), true);
    telling.cycles(A_ROUND).await;
    assert!(is_out(&telling, &telling.person(0)));
    assert_eq!(asked(&telling), 0);
    assert!(telling.troubles().is_empty(), "{:?}", telling.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_one_trouble_with_its_name_until_it_is_granted() {
    let bench = start(true, false).await;
    let person = bench.person(0);
    bench.simulator.set_out_of_office(&person, true);
    bench.until("the trouble is shown", |bench| bench.troubles().contains_key(&Place::Replies)).await;
    let trouble = bench.trouble(Place::Replies);
    assert!(trouble.needs_action && trouble.what.contains("MailboxSettings.Read"), "{}", trouble.what);
    assert!(trouble.what.contains("automatic_replies = false"), "{}", trouble.what);
    let refused = asked(&bench);
    assert_eq!(refused, USERS as u64, "all were asked once");
    bench.cycles(A_ROUND - MARGIN).await;
    assert_eq!(asked(&bench), refused, "and nobody in each cycle");
    bench.cycles(MARGIN).await;
    bench.until("one is tried again", |bench| asked(bench) == refused + 1).await;
    assert_eq!(bench.trouble(Place::Replies).since, trouble.since, "it is the same trouble");
    assert_eq!(bench.troubles().len(), 1, "everything else goes on: {:?}", bench.troubles());
    permit(&bench);
    bench.within(4 * A_ROUND, "the mailbox is heard", |bench| is_out(bench, &person)).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_stays_while_mailboxes_cannot_be_asked_and_over_a_restart() {
    let mut bench = start(true, true).await;
    let person = bench.person(0);
    bench.simulator.set_out_of_office(&person, true);
    bench.until("the mailbox is heard", |bench| is_out(bench, &person)).await;
    bench.simulator.faults().add(Fault::status(Endpoint::Mailbox, 503));
    bench.restart().await;
    bench.cycles(A_ROUND).await;
    bench.until("the trouble is shown", |bench| bench.troubles().contains_key(&Place::Replies)).await;
    assert!(!bench.trouble(Place::Replies).needs_action);
    assert!(is_out(&bench, &person), "an outage is not a return to the office");
    bench.simulator.faults().clear();
    bench.within(A_ROUND, "it passes", |bench| bench.troubles().is_empty()).await;
    assert!(is_out(&bench, &person));
}

#[tokio::test(flavor = "multi_thread")]
async fn mailboxes_that_are_throttled_do_not_keep_presence_from_being_read() {
    let bench = start(true, true).await;
    bench.simulator.faults().add(Fault::status(Endpoint::Mailbox, 429).retry_after(60.0));
    bench.cycles(A_ROUND).await;
    bench.until("the trouble is shown", |bench| bench.troubles().contains_key(&Place::Replies)).await;
    let person = bench.person(1);
    bench.simulator.teams_client(&person, "Busy", "Busy");
    bench.cycles(1).await;
    assert_eq!(bench.shown(&person).published, Some(Status::Busy));
    assert!(!bench.troubles().contains_key(&Place::Teams), "{:?}", bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_mailbox_is_in_office_and_no_trouble() {
    let bench = start(true, true).await;
    let person = bench.person(2);
    bench.simulator.set_mailbox(&person, false);
    bench.cycles(A_ROUND).await;
    bench.until("the mailbox was looked for", |bench| bench.answers("mailbox 404") > 0).await;
    bench.cycles(1).await;
    assert!(!is_out(&bench, &person));
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
}
