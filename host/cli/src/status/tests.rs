//! The status page and its exit code, from the very types that the service answers with.

use std::collections::BTreeMap;
use std::time::Duration;

use presync_core::linking::Unlinked;
use presync_core::time::Timestamp;
use presync_core::words::{Direction, Side};
use presync_rules::{Fault, FaultKind, Poison};
use presync_service::Limit;
use presync_service::carrying::{CarryingOverall, Mode, Reason};
use presync_service::freshness::{Hop, HopSpread, Spread};
use presync_service::listening::{By, Listening};
use presync_service::notifications::status::{NotificationStatus, SyncUserStatus};
use presync_service::pace::{Bound, Tempo};
use presync_service::rules::{RuleState, RuleStatus};
use presync_service::status::{Counters, Freshness, Place, Provider, Requests, TenantStatus, Trouble};
use presync_service::warnings::Warning;
use serde_json::json;

use super::{freshness, is_well, overrides, page, told, unlinked};
use crate::api::answer::{Alone, Overview};

/// 10:14:40 on a Monday in November 2025.
const NOW: Timestamp = Timestamp::from_millis(1_763_979_280_000);

fn before(seconds: u64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() - seconds * 1_000)
}

fn well(tenant: &str) -> TenantStatus {
    TenantStatus {
        tenant: tenant.to_owned(),
        linked: 120,
        unlinked: BTreeMap::from([(Unlinked::NoPartner.label(), 3), (Unlinked::Guest.label(), 1)]),
        publish_rules: "teams-to-8x8 1.0.0".to_owned(),
        session_rules: Some("8x8-to-teams 1.0.0".to_owned()),
        generation: 1,
        decided_by: Some(1),
        rules: Vec::new(),
        poison: Vec::new(),
        down: Vec::new(),
        last_cycle: Some(before(3)),
        last_cycle_took: Some(Duration::from_millis(120)),
        freshness: Freshness::default(),
        carrying: CarryingOverall::new(Mode::Partner),
        troubles: BTreeMap::new(),
        notifications: None,
        warnings: Vec::new(),
        counters: Counters::default(),
    }
}

fn trouble(seconds: u64, what: &str, needs_action: bool) -> Trouble {
    Trouble { since: before(seconds), what: what.to_owned(), needs_action }
}

fn overview(tenants: &[TenantStatus]) -> Overview {
    let totals =
        Counters { cycles: 412, presences_read: 98_880, decisions: 640, decisions_reused: 512, ..Counters::default() };
    let totals = Counters { published: 130, unpublished: 2, sessions_held: 14, sessions_cleared: 13, ..totals };
    let totals = Counters { renewed: 77, echoes_ignored: 27, writes_failed: 1, rule_faults: 0, ..totals };
    let totals = Counters { guest_time: Duration::from_millis(500), guarded: 3, ..totals };
    serde_json::from_value(json!({"now": NOW, "totals": totals, "tenants": tenants})).unwrap()
}

fn plain(page: &str) -> String {
    anstream::adapter::strip_str(page).to_string()
}

#[test]
fn a_tenant_that_is_well_takes_one_line() {
    let overview = overview(&[well("acme")]);
    assert!(is_well(&overview));
    insta::assert_snapshot!(plain(&page::render(&overview)), @"
    tenant  linked  not linked                last cycle            state
    acme       120  4: 1 guest, 3 no partner  3 s ago, took 0.12 s  well

    Rules in force
      acme
        Teams to 8x8  teams-to-8x8 1.0.0
        8x8 to Teams  8x8-to-teams 1.0.0

    Done since the start
      read      98880 presences in 412 cycles, 27 of our own writes seen again
      decided   640 verdicts, 512 of them reused, rule faults: 0, not obeyed: 3, 0.5 s in rules
      8x8       130 published, 2 taken back
      Teams     14 sessions held, 13 cleared
      both      77 leases renewed, failed writes: 1
    ");
}

fn warning(about: Option<&str>, needs_action: bool) -> Warning {
    Warning {
        warning: "credential-expires".to_owned(),
        about: about.map(str::to_owned),
        since: before(3_600),
        what: "the credential read-app ends on 2025-11-30 00:00 UTC, in less than 7 days".to_owned(),
        advice: "Make a new one".to_owned(),
        needs_action,
    }
}

#[test]
fn what_may_become_wrong_is_told_with_its_word_and_what_to_do() {
    let warned = TenantStatus { warnings: vec![warning(Some("read-app"), true)], ..well("acme") };
    let overview = overview(&[warned]);
    assert!(!is_well(&overview), "somebody has to do something");
    insta::assert_snapshot!(plain(&super::warnings::render(&overview)), @"

    Warnings
      acme: credential-expires (read-app), since 09:14:40 UTC (1 h 0 min)
        the credential read-app ends on 2025-11-30 00:00 UTC, in less than 7 days
        Make a new one.
    ");
    let passing = self::overview(&[TenantStatus { warnings: vec![warning(None, false)], ..well("acme") }]);
    assert!(is_well(&passing));
    assert!(plain(&page::render(&passing)).contains("acme: credential-expires, since"));
    assert_eq!(super::warnings::render(&self::overview(&[well("acme")])), "");
}

#[test]
fn what_is_wrong_is_told_with_since_when_and_what_to_do() {
    let secret = "Microsoft refused the sign-in: the client secret has expired.\nEnter a new one in the settings";
    let globex = TenantStatus {
        down: vec![Side::Teams],
        troubles: BTreeMap::from([
            (Place::Teams, trouble(740, secret, true)),
            (Place::Publications, trouble(90_000, "8x8 did not take the publications within the cycle", false)),
        ]),
        publish_rules: "teams-to-8x8 1.0.0, dnd-routing 1.2.0".to_owned(),
        session_rules: None,
        ..well("globex")
    };
    let passing = TenantStatus {
        troubles: BTreeMap::from([(Place::Directory, trouble(20, "8x8 asks for patience", false))]),
        ..well("initech")
    };
    let new = TenantStatus {
        linked: 0,
        unlinked: BTreeMap::new(),
        last_cycle: None,
        last_cycle_took: None,
        ..well("umbrella")
    };
    let overview = overview(&[well("acme"), globex, passing, new]);
    insta::assert_snapshot!(plain(&page::render(&overview)), @"
    tenant     linked  not linked                 last cycle            state
    acme          120  4: 1 guest, 3 no partner   3 s ago, took 0.12 s  well
    globex        120  4: 1 guest, 3 no partner   3 s ago, took 0.12 s  Teams down, needs you
    initech       120  4: 1 guest, 3 no partner   3 s ago, took 0.12 s  in trouble
    umbrella        0  0                          none yet              starting
    4 tenants     360  12: 3 guest, 9 no partner

    What is wrong
      globex: Teams is down
        What it last said is held. It is read again in every cycle and taken up by itself.
      globex: writing to 8x8, since 2025-11-23 09:14:40 UTC (1 d 1 h)
        8x8 did not take the publications within the cycle
        May pass by itself: it is tried again in the next cycles.
      globex: reading Teams, since 10:02:20 UTC (12 min)
        Microsoft refused the sign-in: the client secret has expired.
        Enter a new one in the settings
        Needs you: it does not pass by itself.
      initech: reading the directories, since 10:14:20 UTC (20 s)
        8x8 asks for patience
        May pass by itself: it is tried again in the next cycles.

    Rules in force
      acme, initech, umbrella
        Teams to 8x8  teams-to-8x8 1.0.0
        8x8 to Teams  8x8-to-teams 1.0.0
      globex
        Teams to 8x8  teams-to-8x8 1.0.0, dnd-routing 1.2.0
        8x8 to Teams  none: one way, nothing is written to Teams

    Done since the start
      read      98880 presences in 412 cycles, 27 of our own writes seen again
      decided   640 verdicts, 512 of them reused, rule faults: 0, not obeyed: 3, 0.5 s in rules
      8x8       130 published, 2 taken back
      Teams     14 sessions held, 13 cleared
      both      77 leases renewed, failed writes: 1
    ");
}

#[test]
fn only_a_side_that_is_down_or_a_trouble_that_needs_somebody_is_unwell() {
    let troubled = |needs_action| TenantStatus {
        troubles: BTreeMap::from([(Place::Rules, trouble(1, "a rule was refused", needs_action))]),
        ..well("acme")
    };
    let down = TenantStatus { down: vec![Side::Eight], ..well("acme") };
    assert!(is_well(&overview(&[troubled(false)])));
    assert!(!is_well(&overview(&[well("globex"), troubled(true)])));
    assert!(!is_well(&overview(&[down])));
}

#[test]
fn people_who_are_not_linked_stand_under_their_reason() {
    let alone = |side, id: &str, address: &str, reason: Unlinked| Alone {
        side,
        id: id.to_owned(),
        address: address.to_owned(),
        name: String::new(),
        reason: reason.label().to_owned(),
        advice: reason.advice().to_owned(),
        suggestions: Vec::new(),
    };
    let acme = vec![
        alone(Side::Teams, "t-7", "guest@corp.com", Unlinked::Guest),
        alone(Side::Teams, "t-8", "new@corp.com", Unlinked::NoPartner),
        alone(Side::Eight, "e-9", "", Unlinked::NoAddress),
        alone(Side::Eight, "e-4", "desk@corp.com", Unlinked::NoPartner),
    ];
    let lists = [("acme".to_owned(), acme), ("globex".to_owned(), Vec::new())];
    insta::assert_snapshot!(unlinked::render(&lists).trim_start(), @"
    acme: 4 accounts not linked
      guest: a guest's presence lives in the home tenant: link that account there
        Teams  guest@corp.com  (t-7)
      no address: 8x8 has no primary e-mail for this user: enter the Teams user name there, or pair them by hand
        8x8    no address  (e-9)
      no partner: no account on the other side has this address: give both sides the same one, pair them by hand, or leave it
        Teams  new@corp.com  (t-8)
        8x8    desk@corp.com  (e-4)

    globex: 0 accounts not linked
    ");
}

/// A tenant whose changes take so many hundredths of a second.
fn measured(tempo: Tempo, quiet: BTreeMap<Side, Timestamp>) -> Freshness {
    let hop = |direction, hop, hundredths: u64| {
        let at = |part: u64| Duration::from_millis(hundredths * part / 10);
        let spread = Spread { measured: 812, p50: at(50), p95: at(95), p99: at(99), ..Spread::default() };
        HopSpread { direction, hop, spread }
    };
    let hops = [(Hop::Unseen, 100), (Hop::Deciding, 3), (Hop::Writing, 5), (Hop::Whole, 108)];
    let limit = Limit::GRAPH_PRESENCE;
    Freshness {
        promised: Duration::from_secs(10),
        tempo: Some(tempo),
        requests: vec![Requests { provider: Provider::Teams, made: 480, half: limit.half(), limit }],
        quiet,
        teams_read_at: Some(before(1)),
        eight_read_at: Some(before(0)),
        listening: None,
        hops: hops.map(|(name, hundredths)| hop(Direction::TeamsToEight, name, hundredths)).to_vec(),
    }
}

#[test]
fn how_fresh_a_tenant_is_is_told_with_what_keeps_it_from_being_fresher() {
    let fast = Tempo { every: Duration::from_secs(1), bound: Bound::Fastest };
    let slow = Tempo { every: Duration::from_millis(9_960), bound: Bound::Throttled };
    let quiet = BTreeMap::from([(Side::Teams, Timestamp::from_millis(NOW.as_millis() + 42_000))]);
    let acme = TenantStatus { freshness: measured(fast, BTreeMap::new()), ..well("acme") };
    let told =
        Listening { by: Some(By::Stream), since: Some(before(60)), webhook: true, told: 9, told_at: Some(before(2)) };
    let slow = Freshness { listening: Some(told), ..measured(slow, quiet) };
    let globex = TenantStatus { freshness: slow, ..well("globex") };
    let overview = overview(&[acme, globex, well("new")]);
    insta::assert_snapshot!(plain(&freshness::render(&overview)).trim_start(), @"
    Freshness
      acme: every 1 s, promised 10 s; as fast as the settings let it
        480 requests to Teams in 30 s, half of its limit is 750; read Teams 1 s ago (the oldest), 8x8 0 s ago
      globex: every 10 s, promised 10 s; a provider asked for patience; Teams asked to be left alone until 10:15:22 UTC
        480 requests to Teams in 30 s, half of its limit is 750; read Teams 1 s ago (the oldest), 8x8 0 s ago
        8x8 tells changes by a stream and a webhook since 10:13:40 UTC, last 2 s ago
      tenant            way           changes  unseen (most)         deciding              writing               whole (most)
      acme              Teams to 8x8      812    0.50   0.95   0.99    0.01   0.03   0.03    0.03   0.05   0.05    0.54   1.03   1.07
      globex            Teams to 8x8      812    0.50   0.95   0.99    0.01   0.03   0.03    0.03   0.05   0.05    0.54   1.03   1.07
      In seconds: half, 95 and 99 of a hundred changes took no longer. Unseen, and so the whole, counts from the reading
      before, which did not show the change yet: providers do not say when it was.
    ");
}

#[test]
fn what_is_told_by_teams_and_on_whose_behalf_has_its_lines() {
    let user = |name: &str, off: Option<&str>| SyncUserStatus {
        name: name.to_owned(),
        signed_in_at: off.is_none().then_some(before(7_200)),
        covers: if off.is_none() { 650 } else { 0 },
        until: off.is_none().then_some(Timestamp::from_millis(NOW.as_millis() + 1_800_000)),
        off: off.map(str::to_owned),
        needs_action: off.is_some(),
    };
    let missing = "nobody has signed in as the sync user: open the sign-in page of this tenant, /sign-in/acme";
    let notifications = NotificationStatus {
        covered: 650,
        last_heard: Some(before(4)),
        heard: 1_234,
        rejected: 1,
        distrust: None,
        sync_users: vec![user("sync@corp.com", None), user("sync2@corp.com", Some(missing))],
    };
    let acme = TenantStatus { notifications: Some(notifications), linked: 10_000, ..well("acme") };
    insta::assert_snapshot!(plain(&told::render(&overview(&[acme, well("globex")]))).trim_start(), @"
    Told of changes by Teams
      acme: on, for 650 of 10000 linked; the last notification 4 s ago, 1234 since the start, 1 not believed
        sync@corp.com: signed in 2 h 0 min ago, watches 650 until 10:44:40 UTC, renewed before
        sync2@corp.com: not signed in
          nobody has signed in as the sync user: open the sign-in page of this tenant, /sign-in/acme
    ");
    assert_eq!(told::render(&overview(&[well("globex")])), "");
}

fn version(number: u64, state: RuleState) -> RuleStatus {
    RuleStatus {
        source: "rules/dnd.wasm".to_owned(),
        direction: Some(Direction::TeamsToEight),
        name: Some("dnd-routing".to_owned()),
        version: Some(format!("1.{number}.0")),
        digest: Some(format!("{number}f2a9c01bb12e0d4f2a9c01bb12e0d4")),
        state,
        since: before(600 - number),
        generation: Some(number),
    }
}

#[test]
fn every_version_of_a_rule_of_ones_own_has_its_line() {
    let refused = RuleState::Refused { why: "it is no component".to_owned() };
    let rules = vec![
        RuleStatus { source: "default".to_owned(), ..version(1, RuleState::Live) },
        version(4, RuleState::Trial { part: "10 %".to_owned(), until: before(0) }),
        version(3, RuleState::Live),
        RuleStatus { generation: None, ..version(2, RuleState::TakenOut { why: "it failed".to_owned() }) },
        RuleStatus { name: None, version: None, digest: None, generation: None, ..version(5, refused) },
    ];
    let overview = overview(&[well("acme"), TenantStatus { rules, ..well("globex") }]);
    insta::assert_snapshot!(plain(&overrides::render(&overview.tenants, overview.now)).trim_start(), @"
    Rules of the tenants' own
      tenant  rule            version  digest        generation  since     state
      globex  dnd-routing     1.4.0    4f2a9c01bb12  4           10:04:44  trial 10 %, for all at 10:14:40
      globex  dnd-routing     1.3.0    3f2a9c01bb12  3           10:04:43  live
      globex  dnd-routing     1.2.0    2f2a9c01bb12  -           10:04:42  taken out
      globex  rules/dnd.wasm  -        -             -           10:04:45  refused
    ");
}

#[test]
fn a_question_that_a_rule_fails_on_is_told_with_the_rule() {
    let fault = Fault {
        rule: "dnd-routing".into(),
        version: "1.4.0".into(),
        kind: FaultKind::Trap,
        message: "it panicked; what was proposed before it stands (answers: 1)".to_owned(),
        answers: 1,
    };
    let question = "Teams do-not-disturb/presenting".into();
    let poison = vec![Poison { fault, subject: 0, person: None, question }];
    let overview = overview(&[well("acme"), TenantStatus { poison, ..well("globex") }]);
    insta::assert_snapshot!(plain(&overrides::poison(&overview.tenants)).trim_start(), @"
    Questions that a rule fails on, and that are not put to it again
      globex: dnd-routing 1.4.0, asked of Teams do-not-disturb/presenting
        it panicked; what was proposed before it stands (answers: 1)
    ");
}

#[test]
fn what_is_not_carried_to_8x8_is_told_with_the_reason_and_some_of_the_people() {
    let reason = |sentence, people, some: &[&str]| Reason {
        sentence,
        people,
        some: some.iter().map(|name| (*name).to_owned()).collect(),
    };
    let carrying = CarryingOverall {
        mode: Mode::Public,
        people: BTreeMap::from([("nothing", 70), ("carried", 2), ("partly", 7), ("waits", 1), ("not-carried", 40)]),
        reasons: BTreeMap::from([
            (
                "no-publishing",
                reason(
                    "8x8 documents no way to show a status from outside; only its partners have one",
                    47,
                    &["ann@corp.com", "bob@corp.com", "cid@corp.com"],
                ),
            ),
            ("after-this-call", reason("the agent is busy: it will apply after this call", 1, &["dot@corp.com"])),
        ]),
    };
    let overview = overview(&[well("acme"), TenantStatus { carrying, ..well("globex") }]);
    let page = anstream::adapter::strip_str(&page::render(&overview)).to_string();
    let (_, section) = page.split_once("What is not carried to 8x8\n").unwrap();
    let (section, _) = section.split_once("\n\n").unwrap();
    insta::assert_snapshot!(section, @"
    globex (public mode): 2 carried, 7 carried in part, 1 waiting, 40 not carried, 70 with nothing to carry
      47 people: 8x8 documents no way to show a status from outside; only its partners have one (no-publishing)
        ann@corp.com, bob@corp.com, cid@corp.com and 44 more
      1 person: the agent is busy: it will apply after this call (after-this-call)
        dot@corp.com
    ");
}
