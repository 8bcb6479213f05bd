use std::path::{Path, PathBuf};
use std::time::Duration;

use presync_core::words::Direction;
use presync_rules::{Canary, Limits, Scope};
use presync_service::digest::Digest;
use presync_service::time::{TimeZones, Zone};
use presync_service::{Limit, RuleConfig, RuleSource, Supply};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{ACME, Variables, load, load_in, partner, variables};
use crate::settings::model::{PollInterval, Rule};
use crate::settings::{load_with, summary};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/settings").join(name)
}

#[test]
fn what_is_left_out_has_its_default() {
    let folder = tempfile::tempdir().unwrap();
    let settings = load_in(folder.path(), ACME).unwrap();
    assert_eq!(settings.service.listen, "127.0.0.1:8088".parse().unwrap());
    assert_eq!(settings.service.state, folder.path().join("presync.db"));
    let (slowest, fastest) = (Duration::from_secs(10), Duration::from_secs(1));
    assert_eq!(settings.service.poll_interval, PollInterval { slowest, fastest });
    assert_eq!(settings.service.eight_budget, None);
    assert_eq!(settings.service.directory_interval, Duration::from_secs(30));
    let acme = &settings.tenants[0];
    assert_eq!(acme.teams.login.as_str(), "https://login.microsoftonline.com/");
    assert_eq!(acme.teams.graph.as_str(), "https://graph.microsoft.com/v1.0");
    assert_eq!(partner(acme).api.as_str(), "https://api.8x8.com/");
    assert!(acme.teams.write_app.is_none());
    assert!(!acme.teams.automatic_replies);
    assert!(acme.rules.is_empty());
}

#[test]
fn what_is_given_is_taken() {
    let service = "[service]\nlisten = \"[::1]:80\"\nstate = \"sqlite:/var/lib/presync/state.db\"\npoll_interval = \"1s\"\n\
                   directory_interval = \"1h 30m\"\n";
    let settings = load(&format!("{service}{ACME}")).unwrap();
    assert_eq!(settings.service.listen, "[::1]:80".parse().unwrap());
    assert_eq!(settings.service.state, Path::new("/var/lib/presync/state.db"));
    assert_eq!(settings.service.poll_interval.slowest, Duration::from_secs(1));
    assert_eq!(settings.service.directory_interval, Duration::from_secs(90 * 60));
}

#[test]
fn mailboxes_are_asked_only_where_that_is_said() {
    let with = |line: &str| load(&ACME.replace("[tenant.teams]", &format!("[tenant.teams]\n{line}")));
    assert!(with("automatic_replies = true").unwrap().tenants[0].teams.automatic_replies);
    let refused = with("automatic_replies = \"yes\"").unwrap_err().to_string();
    assert!(
        refused.contains("automatic_replies") && refused.contains("true, if mailboxes are to be asked"),
        "{refused}"
    );
}

#[test]
fn the_bounds_of_the_poll_interval_belong_to_it() {
    for good in ["1s", "5m"] {
        load(&format!("[service]\npoll_interval = \"{good}\"\n{ACME}")).unwrap();
    }
}

#[test]
fn the_fastest_may_be_said_beside_the_slowest() {
    let seconds = Duration::from_secs;
    let of = |text: &str| load(&format!("[service]\npoll_interval = {text}\n{ACME}")).unwrap().service.poll_interval;
    let both = |slowest, fastest| PollInterval { slowest: seconds(slowest), fastest: seconds(fastest) };
    assert_eq!(of("{ slowest = \"30s\", fastest = \"2s\" }"), both(30, 2));
    assert_eq!(of("{ fastest = \"10s\" }"), both(10, 10));
    assert_eq!(of("{ slowest = \"1m\" }"), both(60, 1));
    assert_eq!(of("{}"), both(10, 1));
    assert_eq!(of("\"20s\""), both(20, 1));
}

#[test]
fn a_limit_of_8x8s_is_a_number_of_requests_in_a_length_of_time() {
    let settings = load(&format!("[service]\neight_budget = \"600 per 1m\"\n{ACME}")).unwrap();
    let limit = Limit { requests: 600, within: Duration::from_secs(60) };
    assert_eq!(settings.service.eight_budget, Some(limit));
}

#[test]
fn plain_http_to_this_machine_is_allowed() {
    for host in ["127.0.0.1:18082", "127.8.8.8", "[::1]:1", "localhost"] {
        let graph = format!("graph = \"http://{host}/v1.0\"\nread_app");
        load(&ACME.replace("read_app", &graph)).unwrap();
    }
}

#[test]
fn rules_keep_their_order_and_their_settings() {
    let folder = tempfile::tempdir().unwrap();
    let rules = r#"
[[tenant.rule]]
path = "rules/dnd.wasm"
direction = "teams-to-8x8"
settings = { presenting = "direct-only", limit = 0x10, ratio = 0.5, days = ["mon", "tue"], from = 09:30:00, deep = { on = true } }
[[tenant.rule]]
path = "/rules/second.wasm"
"#;
    let settings = load_in(folder.path(), &format!("{ACME}{rules}")).unwrap();
    let [first, second] = &settings.tenants[0].rules[..] else { panic!("two rules") };
    assert_eq!(first.config.source, RuleSource::File(folder.path().join("rules/dnd.wasm")));
    assert_eq!(first.config.direction, Some(Direction::TeamsToEight));
    assert_eq!(
        first.config.settings,
        json!({ "presenting": "direct-only", "limit": 16, "ratio": 0.5, "days": ["mon", "tue"], "from": "09:30:00",
                "deep": { "on": true } })
    );
    assert_eq!(second.config, RuleConfig::of_file("/rules/second.wasm", json!({})));
}

/// The one rule of acme with these keys.
fn rule(keys: &str) -> Rule {
    let settings = load(&format!("{ACME}[[tenant.rule]]\n{keys}")).unwrap();
    let [rule] = &settings.tenants[0].rules[..] else { panic!("one rule") };
    rule.clone()
}

#[test]
fn a_rule_may_be_for_some_and_be_tried_on_a_part_of_them() {
    let rule = rule(
        "path = \"oci://registry.example:5000/acme/dnd:1.2\"\npeople = \"Ann@corp.com\"\ndepartments = [\"Sales\"]\n\
         groups = [\"executives\", \"board\"]\nqueues = \"support\"\ncanary = \"10 %\"\ncanary_for = \"1h\"\nmax_change = \"20%\"",
    );
    let RuleConfig { source, scope, canary, canary_for, max_change, .. } = &rule.config;
    assert_eq!(*source, RuleSource::Registry("oci://registry.example:5000/acme/dnd:1.2".to_owned()));
    let everyone = Scope::everyone();
    let named = everyone.people(["ann@corp.com"]).departments(["sales"]).groups(["board", "executives"]);
    assert_eq!(*scope, named.queues(["support"]));
    assert_eq!((canary, *max_change), (&Some(Canary::Share(10)), Some(20)));
    assert_eq!(*canary_for, Duration::from_secs(3600));
    assert_eq!(
        summary::of_rule(&rule),
        "for Ann@corp.com and department Sales and groups executives, board and queue support; a new version for 10 % of them \
         first, for 1h and not for all if more than 20 % would change"
    );
}

#[test]
fn a_trial_on_a_group_has_its_usual_length_and_no_bound() {
    let rule = rule("path = \"a.wasm\"\ncanary = \"pilots\"");
    let RuleConfig { scope, canary, canary_for, max_change, .. } = &rule.config;
    assert!(scope.is_everyone());
    assert_eq!((canary, *max_change), (&Some(Canary::Group("pilots".to_owned())), None));
    assert_eq!(*canary_for, Duration::from_secs(600));
    assert_eq!(summary::of_rule(&rule), "for everyone; a new version for those in group pilots first, for 10m");
}

#[test]
fn a_rule_has_the_limits_and_the_digest_that_are_given() {
    let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let rule = rule(&format!(
        "path = \"a.wasm\"\ndigest = \"{digest}\"\nlimits = {{ memory = \"64MiB\", batch_time = \"200ms\", calls_per_instance = 100 }}"
    ));
    let usual = Limits::default();
    let memory = 64 * 1024 * 1024;
    let limits = Limits { memory, batch_time: Duration::from_millis(200), calls_per_instance: 100, ..usual };
    assert_eq!(rule.config.limits, limits);
    assert_eq!(rule.config.digest, Some(Digest::of(b"")));
}

#[test]
fn a_table_is_handed_on_line_by_line_with_where_each_is_in_the_file() {
    let rule = rule(
        "table = [\n  { when = { activity = [\"presenting\", \"focusing\"], queue = \"support\" }, then = { publish = \"busy\" } },\n\n  \
         { when = { staffing_below = 2 }, then = { no_sync = true } },\n]",
    );
    assert_eq!((&rule.config.source, rule.config.direction), (&RuleSource::Table, Some(Direction::TeamsToEight)));
    assert_eq!(
        rule.config.settings,
        json!({ "lines": [
            { "when": { "activity": ["presenting", "focusing"], "queue": "support" }, "then": { "publish": "busy" } },
            { "when": { "staffing_below": 2 }, "then": { "no_sync": true } },
        ] })
    );
    assert_eq!(rule.table_lines, [12, 14]);
}

#[test]
fn groups_and_queues_may_stand_in_the_settings_or_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("queues.csv"),
        "Queue, Person\nsupport,ann@corp.com\n\"Sales, EU\",Bob@corp.com\n",
    )
    .unwrap();
    let acme = ACME.replace("id = \"acme\"", "id = \"acme\"\nqueues = \"file:queues.csv\"");
    let groups =
        "[tenant.groups]\nexecutives = [\"Ann@corp.com\", \"bob@corp.com\"]\nboard = []\npilots = \"ann@corp.com\"\n";
    let settings = load_in(folder.path(), &format!("{acme}{groups}")).unwrap();
    let Supply { groups, queues, .. } = &settings.tenants[0].supply;
    let sizes = ["Executives", "board", "pilots", "crew"].map(|name| groups.size_of(name));
    assert_eq!(sizes, [Some(2), Some(0), Some(1), None]);
    assert_eq!(["support", "sales, eu"].map(|name| queues.size_of(name)), [Some(1), Some(1)]);
}

#[test]
fn time_zones_may_be_told_by_person_group_and_department() {
    let zones = "time_zone = \"Europe/Berlin\"\n[tenant.time_zones]\npeople = { \"ann@corp.com\" = \"Asia/Tokyo\" }\n\
                 groups = { us = \"America/New_York\" }\n[tenant.time_zones.departments]\n\"Sales UK\" = \"Europe/London\"\n";
    let settings = load(&ACME.replace("[tenant.teams]", &format!("{zones}[tenant.teams]"))).unwrap();
    let zone = |name: &str| Zone::named(name).unwrap();
    let mut expected = TimeZones::new(Some(zone("Europe/Berlin")));
    expected.add_person("ann@corp.com", zone("Asia/Tokyo"));
    expected.add_group("us", zone("America/New_York"));
    expected.add_department("sales uk", zone("Europe/London"));
    assert_eq!(settings.tenants[0].supply.zones, expected);
}

#[test]
fn names_and_addresses_are_shown_to_rules_only_when_the_tenant_says_so() {
    let rule = "[[tenant.rule]]\npath = \"a.wasm\"\n";
    let seen = |acme: &str| load(&format!("{acme}{rule}")).unwrap().tenants[0].rules[0].config.sees_identity;
    assert!(!seen(ACME));
    assert!(seen(&ACME.replace("id = \"acme\"", "id = \"acme\"\nrules_see_identity = true")));
}

#[test]
fn who_may_bring_rules_and_change_them_is_settled_for_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let service = "[service]\nstate = \"sqlite:state/presync.db\"\ntrusted_keys = [\"presync-key:abc\", \"presync-key:def\"]\n\
                   admin_token = \"env:TOKEN\"\n";
    let settings = load_in(folder.path(), &format!("{service}{ACME}")).unwrap();
    assert_eq!(settings.service.trusted_keys, ["presync-key:abc", "presync-key:def"]);
    assert_eq!(settings.service.rule_cache, folder.path().join("state/rule-cache"));
    assert_eq!(
        summary::of_rules(&settings.service).replace(&format!("{}/", folder.path().display()), ""),
        "must be signed by one of 2 trusted keys, are kept compiled in state/rule-cache, and are changed by whoever has the token"
    );
    let elsewhere = load(&format!("[service]\nrule_cache = \"/var/cache/presync\"\n{ACME}")).unwrap();
    assert_eq!(elsewhere.service.rule_cache, Path::new("/var/cache/presync"));
}

#[test]
fn the_summary_says_which_way_each_tenant_syncs() {
    let folder = tempfile::tempdir().unwrap();
    let both =
        "write_app = { client_id = \"51f3b8de-08a4-4d0b-b6ff-94f5c2f0a7e2\", secret = \"env:WRITE\" }\n[tenant.eight]";
    let zones = "id = \"bolt\"\ntime_zone = \"europe/berlin\"\ntime_zones.people = { \"Ann@corp.com\" = \"UTC\" }";
    let bolt =
        ACME.replace("id = \"acme\"", zones).replace("[tenant.eight]", both) + "[[tenant.rule]]\npath = \"a.wasm\"\n";
    let settings = load_in(folder.path(), &format!("{ACME}{bolt}")).unwrap();
    assert_eq!(
        summary::of_service(&settings.service).replace(&format!("{}/", folder.path().display()), ""),
        "listens on 127.0.0.1:8088, keeps its state in presync.db, reads presence every 1s to 10s and the directories every 30s"
    );
    assert_eq!(
        summary::of_tenant(&settings.tenants[0]),
        "tenant acme: one way, Teams to 8x8, the default maps only, local time: UTC, for want of a time_zone"
    );
    assert_eq!(
        summary::of_tenant(&settings.tenants[1]),
        "tenant bolt: both ways, 1 rule of its own, local time: Europe/Berlin, with exceptions"
    );
}

#[test]
fn the_example_for_the_simulator_loads_without_any_variable() {
    let settings = load_with(&example("simulator.toml"), &Variables(Default::default())).unwrap();
    let ids: Vec<_> = settings.tenants.iter().map(|tenant| tenant.id.as_str()).collect();
    assert_eq!(ids, ["tenant-1", "tenant-2"]);
    for tenant in &settings.tenants {
        assert_eq!(partner(tenant).secret.expose_secret(), "simulator-secret");
        assert!(tenant.teams.write_app.is_some());
    }
}

#[test]
fn the_full_example_loads_once_its_variables_are_set() {
    let path = example("presync.toml");
    let names = ["ACME_READ_SECRET", "ACME_WRITE_SECRET", "ACME_8X8_KEY", "ACME_8X8_SECRET"];
    let names = names.into_iter().chain(["BOLT_READ_SECRET", "BOLT_8X8_KEY", "BOLT_8X8_SECRET"]);
    let settings = load_with(&path, &Variables(names.map(|name| (name, "hush")).collect())).unwrap();
    assert!(settings.tenants[0].teams.write_app.is_some());
    assert!(settings.tenants[1].teams.write_app.is_none());
    // The keys marked "default" show the defaults.
    let bare = load(ACME).unwrap();
    assert_eq!(settings.service.listen, bare.service.listen);
    assert_eq!(settings.tenants[0].teams.graph, bare.tenants[0].teams.graph);

    let unset = load_with(&path, &variables()).unwrap_err().to_string();
    assert_eq!(unset.lines().count(), 7, "{unset}");
}
