use insta::assert_snapshot;

use super::{ACME, told, told_beside_acme};

/// What someone is told whose only rule has these keys, from line 11 on.
fn told_of(keys: &str) -> String {
    told(&format!("{ACME}[[tenant.rule]]\n{keys}"))
}

#[test]
fn a_rule_must_name_a_file_and_settings_that_json_can_carry() {
    assert_snapshot!(told_of("direction = \"up\""), @r#"
    presync.toml:10: tenant[acme].rule[1].path: is missing; expected a component file (.wasm), relative to the settings file, or "oci://registry.example/name:tag"
    presync.toml:11: tenant[acme].rule[1].direction: is "up", no direction; expected "teams-to-8x8" or "8x8-to-teams", or nothing: then the component says it
    "#);
    assert_snapshot!(told_of("path = \"oci:dnd\"\nsettings = { a = nan }"), @r#"
    presync.toml:11: tenant[acme].rule[1].path: is "oci:dnd", no whole reference to a registry; expected a component file (.wasm), relative to the settings file, or "oci://registry.example/name:tag"
    presync.toml:12: tenant[acme].rule[1].settings: holds inf, nan or a whole number beyond 64 bits; expected a table of values that JSON can carry
    "#);
    assert_snapshot!(told_of("path = \"a.wasm\"\nsettings = \"a\"\n[[tenant.rule]]\npath = \"\""), @r#"
    presync.toml:12: tenant[acme].rule[1].settings: is a string; expected a table of values that JSON can carry
    presync.toml:14: tenant[acme].rule[2].path: is empty; expected a component file (.wasm), relative to the settings file, or "oci://registry.example/name:tag"
    "#);
}

#[test]
fn a_table_stands_alone_and_has_lines() {
    let line = "table = [{ when = {}, then = {} }]";
    assert_snapshot!(
        told_of(&format!("{line}\npath = \"a.wasm\"\nsettings = {{}}\ndigest = \"sha256:0\"")),
        @r#"
    presync.toml:12: tenant[acme].rule[1].path: is given beside `table`; expected either `path` or `table`
    presync.toml:13: tenant[acme].rule[1].settings: is given beside `table`, which is all that the table rule is configured with; expected either `path` or `table`
    presync.toml:14: tenant[acme].rule[1].digest: is given beside `table`, whose component is part of presync; expected either `path` or `table`
    presync.toml:14: tenant[acme].rule[1].digest: is "sha256:0", no digest; expected "sha256:" and 64 hexadecimal digits, as `presync rule inspect` shows it
    "#
    );
    assert_snapshot!(
        told_of("table = []"),
        @"presync.toml:11: tenant[acme].rule[1].table: has no line; expected a list of lines, each { when = { … }, then = { … } }"
    );
    assert_snapshot!(
        told_of("table = \"a.csv\""),
        @"presync.toml:11: tenant[acme].rule[1].table: is a string; expected a list of lines, each { when = { … }, then = { … } }"
    );
    assert_snapshot!(told_of("table = [\n  \"busy\",\n  { when = { staffing_below = inf } },\n]"), @"
    presync.toml:12: tenant[acme].rule[1].table[1]: is a string; expected a line: { when = { … }, then = { … } }
    presync.toml:13: tenant[acme].rule[1].table[2]: holds inf, nan or a whole number beyond 64 bits; expected values that JSON can carry
    ");
}

#[test]
fn whom_a_rule_is_for_must_be_named() {
    assert_snapshot!(told_of("path = \"a.wasm\"\ngroup = \"executives\"\nqueues = []\npeople = [\"\"]\ndepartments = [1]"), @r#"
    presync.toml:12: tenant[acme].rule[1].group: is not a known key; did you mean "groups"?
    presync.toml:13: tenant[acme].rule[1].queues: is empty, or has an empty text in it; expected a name or a list of names; leave the key out for everyone
    presync.toml:14: tenant[acme].rule[1].people: is empty, or has an empty text in it; expected a name or a list of names; leave the key out for everyone
    presync.toml:15: tenant[acme].rule[1].departments[1]: is an integer; expected a name or a list of names; leave the key out for everyone
    "#);
}

#[test]
fn a_trial_needs_to_know_on_whom_and_how_long() {
    assert_snapshot!(told_of("path = \"a.wasm\"\ncanary_for = \"5m\"\nmax_change = \"5%\""), @"
    presync.toml:12: tenant[acme].rule[1].canary_for: says how a new version is tried, and nothing says on whom; expected `canary` beside it
    presync.toml:13: tenant[acme].rule[1].max_change: says how a new version is tried, and nothing says on whom; expected `canary` beside it
    ");
    assert_snapshot!(told_of("path = \"a.wasm\"\ncanary = \"100%\"\ncanary_for = \"2days\"\nmax_change = \"many\""), @r#"
    presync.toml:12: tenant[acme].rule[1].canary: is "100%"; expected a share from "1%" to "99%", or the name of a group
    presync.toml:13: tenant[acme].rule[1].canary_for: is "2days", too long; expected a length of time from 1s to 1day, such as "10m"
    presync.toml:14: tenant[acme].rule[1].max_change: is "many"; expected a share from "0%" to "99%"
    "#);
}

#[test]
fn limits_must_be_within_what_the_engine_can_give() {
    let limits = |text: &str| told_of(&format!("path = \"a.wasm\"\nlimits = {{ {text} }}"));
    assert_snapshot!(limits("memory = \"65MiB\", batch_time = \"2s\", calls_per_instance = 0"), @r#"
    presync.toml:12: tenant[acme].rule[1].limits.memory: is "65MiB", too much; expected a size from 1MiB to 64MiB, in whole KiB or MiB
    presync.toml:12: tenant[acme].rule[1].limits.batch_time: is "2s", too long; expected a length of time from 5ms to 1s, such as "50ms"
    presync.toml:12: tenant[acme].rule[1].limits.calls_per_instance: is 0; expected a whole number from 1 to 10000; 1 is a fresh instance for every batch
    "#);
    assert_snapshot!(limits("memory = 64, batchtime = \"1ms\""), @r#"
    presync.toml:12: tenant[acme].rule[1].limits.batchtime: is not a known key; did you mean "batch_time"?
    presync.toml:12: tenant[acme].rule[1].limits.memory: is an integer; expected a size from 1MiB to 64MiB, in whole KiB or MiB
    "#);
    for (size, what) in
        [("1023KiB", "too little"), ("16MB", "no size"), ("MiB", "no size"), ("99999999999999999999MiB", "too much")]
    {
        let told = limits(&format!("memory = \"{size}\""));
        assert!(told.contains(&format!("is \"{size}\", {what}; expected")), "{told}");
    }
}

#[test]
fn keys_and_the_token_of_the_service_must_be_some() {
    assert_snapshot!(told_beside_acme("[service]\ntrusted_keys = []\nadmin_token = \"hush\"\nrule_cache = \"\"\n"), @r#"
    presync.toml:2: service.trusted_keys: is empty, which would trust any rule; leave the key out for that; expected a list of public keys, each "presync-key:…" as `presync rule keygen` writes it
    presync.toml:3: service.admin_token: holds the secret itself, which everyone who sees this file would know; expected a reference: "env:NAME" or "file:path"
    presync.toml:4: service.rule_cache: is empty; expected a folder, relative to the settings file
    "#);
    assert_snapshot!(told_beside_acme("[service]\ntrusted_keys = [\"abc\"]\nadmin_token = \"env:READ\"\n"), @r#"
    presync.toml:2: service.trusted_keys[1]: is no public key of presync's; expected a list of public keys, each "presync-key:…" as `presync rule keygen` writes it
    presync.toml:3: service.admin_token: refers to a token that can be guessed; expected 16 bytes or more, by reference, such as "env:NAME"
    "#);
}
