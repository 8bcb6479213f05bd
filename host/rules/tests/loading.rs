//! What is loaded, and what is refused in which words.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod support;

use presync_core::words::Direction;
use presync_rules::{HostSettings, Limits, LoadError, RuleHost, defaults};
use serde_json::{Value, json};
use support::{Guest, WIT, hollow, host, load};

fn refusal(bytes: &[u8]) -> LoadError {
    host().load(bytes, Some(Direction::TeamsToEight), &Value::Null, Limits::default()).unwrap_err()
}

#[test]
fn a_rule_shows_what_it_is() {
    let rule = load(&host(), &Guest::default());
    let rule = rule.compiled();
    assert_eq!((rule.name(), rule.version(), rule.direction()), ("test-rule", "1.2.3", Direction::TeamsToEight));
    assert_eq!(rule.interface_version(), "1.0.0");
    assert_eq!(rule.digest().len(), 64);
    assert!(rule.imports().iter().all(|import| import.starts_with("presync:rules/")), "{:?}", rule.imports());
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let host = RuleHost::new(HostSettings { file_size: 1000, ..HostSettings::default() }).unwrap();
    let error = host.compile(defaults::TEAMS_TO_EIGHT, None).unwrap_err();
    assert_eq!(error, LoadError::TooLarge { size: defaults::TEAMS_TO_EIGHT.len(), limit: 1000 });
}

#[test]
fn something_else_than_webassembly_is_refused() {
    insta::assert_snapshot!(refusal(b"#!/bin/sh\n"));
}

#[test]
fn a_core_module_is_refused() {
    insta::assert_snapshot!(refusal(&wat::parse_str("(module)").unwrap()));
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let whole = defaults::EIGHT_TO_TEAMS;
    for keep in [0, 3, 6, 8, 9, 100, whole.len() / 2, whole.len() - 1] {
        let error = refusal(&whole[..keep]);
        assert!(
            matches!(error, LoadError::NotWasm | LoadError::Invalid { .. } | LoadError::AnotherWorld { .. }),
            "{keep}: {error}"
        );
    }
    assert!(matches!(refusal(&whole[..whole.len() / 2]), LoadError::Invalid { .. }));
}

#[test]
fn a_component_that_imports_a_clock_is_refused_by_its_name() {
    let guest = Guest {
        imports: r#"(import "wasi:clocks/wall-clock@0.2.0" "now" (func $now (result i64)))"#,
        decide: "(drop (call $now)) (call $answer (local.get $len))",
        ..Guest::default()
    };
    let clocks = "package wasi:clocks@0.2.0 { interface wall-clock { now: func() -> u64; } }";
    insta::assert_snapshot!(refusal(&guest.component_importing(clocks, "wasi:clocks/wall-clock@0.2.0")));
}

#[test]
fn the_log_may_be_imported() {
    let guest = Guest {
        imports: r#"(import "presync:rules/log@1.0.0" "write" (func $log (param i32 i32 i32)))"#,
        decide: "(call $log (i32.const 2) (i32.const 16) (i32.const 9)) (call $answer (local.get $len))",
        ..Guest::default()
    };
    let rule = load(&host(), &guest);
    assert!(rule.compiled().imports().iter().any(|import| import == "presync:rules/log@1.0.0"));
}

#[test]
fn a_rule_of_the_other_direction_is_refused_where_one_was_expected() {
    insta::assert_snapshot!(refusal(defaults::EIGHT_TO_TEAMS));
    assert!(host().compile(defaults::EIGHT_TO_TEAMS, None).is_ok());
}

#[test]
fn a_component_of_another_world_is_refused_with_its_exports() {
    let wit = "package some:filter@0.1.0; interface run { run: func(); } world filter { export run; }";
    insta::assert_snapshot!(refusal(&hollow(wit, "filter")));
}

#[test]
fn an_unknown_major_version_is_refused_with_both_versions() {
    let wit = WIT.replace("presync:rules@1.0.0", "presync:rules@2.0.0");
    insta::assert_snapshot!(refusal(&hollow(&wit, "teams-to-eight-rule")));
}

#[test]
fn a_newer_minor_version_is_refused_with_both_versions() {
    let wit = WIT.replace("presync:rules@1.0.0", "presync:rules@1.7.0");
    let error = refusal(&hollow(&wit, "teams-to-eight-rule"));
    assert!(matches!(&error, LoadError::InterfaceVersion { found, .. } if found == "1.7.0"), "{error}");
}

#[test]
fn a_rule_that_fails_to_describe_itself_is_refused() {
    insta::assert_snapshot!(refusal(&hollow(WIT, "teams-to-eight-rule")));
}

#[test]
fn a_name_that_could_not_stand_in_a_table_is_refused() {
    insta::assert_snapshot!(refusal(&Guest { name: "Best Rule!", ..Guest::default() }.component()));
    assert!(matches!(refusal(&Guest { name: "", ..Guest::default() }.component()), LoadError::BadDescriptor { .. }));
}

#[test]
fn settings_are_offered_and_may_be_refused_in_the_rules_words() {
    let host = host();
    let default = host.compile(defaults::TEAMS_TO_EIGHT, None).unwrap();
    assert!(default.configure(&json!({}), Limits::default()).is_ok());
    insta::assert_snapshot!(default.configure(&json!({"dnd": true}), Limits::default()).unwrap_err());
}

#[test]
fn a_rule_is_shown_what_it_needs_with_its_settings_and_not_the_most_it_may_need() {
    let rule = load(&host(), &Guest { needs: 0b1_0100, needs_now: 0b0_0100, ..Guest::default() });
    assert_eq!(
        (rule.compiled().needs().to_string(), rule.needs().to_string()),
        ("person, time".into(), "person".into())
    );
}

#[test]
fn a_rule_that_needs_more_than_its_descriptor_says_is_refused() {
    let error = refusal(&Guest { needs: 0b00_0100, needs_now: 0b10_0000, ..Guest::default() }.component());
    insta::assert_snapshot!(error, @"with these settings the rule test-rule needs staffing, and its descriptor promises no more than person: add the missing needs to the descriptor");
}

#[test]
fn settings_that_are_no_table_are_refused() {
    let default = host().compile(defaults::TEAMS_TO_EIGHT, None).unwrap();
    let error = default.configure(&json!([1]), Limits::default()).unwrap_err();
    assert_eq!(error, LoadError::SettingsNotATable { found: "a list" });
}

#[test]
fn a_memory_limit_above_the_ceiling_is_refused() {
    let default = host().compile(defaults::TEAMS_TO_EIGHT, None).unwrap();
    let limits = Limits { memory: 1 << 30, ..Limits::default() };
    assert!(matches!(default.configure(&Value::Null, limits), Err(LoadError::MemoryCeiling { .. })));
}

/// A component that says it is a rule, with other parts.
fn with_parts(parts: &str) -> Vec<u8> {
    let text = format!(
        r#"(component {parts} (instance $none) (export "presync:rules/rule@1.0.0" (instance $none))
             (export "presync:rules/teams-to-eight@1.0.0" (instance $none)))"#
    );
    wat::parse_str(text).unwrap()
}

#[test]
fn a_small_file_that_would_be_laid_out_without_end_is_refused() {
    // Each is two of the one before: a thousand million in the end.
    let next = |n| {
        format!(
            "(component $c{n} (alias outer 1 {} (component $d)) (instance (instantiate $d)) (instance (instantiate $d)))",
            n - 1
        )
    };
    let rows: String = (1..30).map(next).collect();
    insta::assert_snapshot!(refusal(&with_parts(&format!("(component $c0) {rows}"))), @"the rule cannot be run here: it asks for more than 28 instances of components within it; put it together from fewer");
}

#[test]
fn components_that_are_passed_to_components_are_refused() {
    let twice = r#"(component $c) (component $twice (import "c" (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))
                   (instance (instantiate $twice (with "c" (component $c))))"#;
    insta::assert_snapshot!(refusal(&with_parts(twice)), @"the rule cannot be run here: it passes components to components within it; put it together without");
}

#[test]
fn components_too_deep_in_one_another_are_refused() {
    let deep = (0..8).fold("(component)".to_owned(), |inner, _| format!("(component {inner})"));
    insta::assert_snapshot!(refusal(&with_parts(&deep)), @"the rule cannot be run here: it has components within components, more than 8 deep; put it together with fewer levels");
}

#[test]
fn names_of_a_file_are_shown_without_control_characters_and_cut() {
    let import = refusal(&with_parts(r#"(import "url=<\1b[31m\e2\80\aeok>" (func))"#));
    insta::assert_snapshot!(import, @"the rule imports `url=<[31mok>`, and a rule may import nothing but `presync:rules/log`: no clock, file, network or random numbers; build for wasm32-unknown-unknown, or stub the import out");
    let long = refusal(&with_parts(&format!(r#"(import "url=<{}>" (func))"#, "a".repeat(50_000))));
    assert!(long.to_string().len() < 500, "{long}");
    let twice = r#"(core module (func (export "\1b[31mok")) (func (export "\1b[31mok")))"#;
    insta::assert_snapshot!(refusal(&with_parts(twice)), @"the file is damaged or was cut off: duplicate export name `[31mok` already defined (at byte 42); copy or build it again");
    let exports: String = (0..500).map(|n| format!(r#"(export "some:filter/part{n}" (instance $none))"#)).collect();
    let many = wat::parse_str(format!("(component (instance $none) {exports})")).unwrap();
    insta::assert_snapshot!(refusal(&many), @"a rule from Teams to 8x8 (`presync:rules/teams-to-eight`) was expected, but the file exports `some:filter/part0`, `some:filter/part1`, `some:filter/part2`, `some:filter/part3`, `some:filter/part4`, `some:filter/part5`, `some:filter/part6`, `some:filter/part7`, and 492 more");
}

#[test]
fn a_function_of_other_types_than_the_interface_has_is_refused_with_the_difference() {
    let other = WIT.replace("enum calls { unchanged, all,", "enum calls { all, unchanged,");
    insta::assert_snapshot!(refusal(&hollow(&other, "teams-to-eight-rule")), @"the rule's functions do not have the types of the interface's version that it names: failed to convert function to given type: type mismatch with parameters: type mismatch for field proposal: type mismatch for field calls: expected enum case named unchanged, found all; build it again with the SDK of this presync");
}

#[test]
fn a_file_that_would_keep_the_compiler_busy_is_refused_before_it_begins() {
    let refusal = |parts: String| refusal(&with_parts(&format!("(core module {parts})")));
    let step = |n: usize| format!("(if (i32.eqz (local.get {n})) (then (local.set {n} (i32.const {n}))))");
    let steps: String = (0..1_100).map(step).collect();
    insta::assert_snapshot!(refusal(format!("(func (local {}) {steps})", "i32 ".repeat(1_100))), @"the rule cannot be run here: its functions have too many locals for their branches to be compiled in good time; make them smaller");
    let half: String = (0..900).map(step).collect();
    let many = format!("(func (local {}) {half})", "i32 ".repeat(900)).repeat(26);
    assert!(matches!(refusal(many), LoadError::Unsupported { .. }));
    insta::assert_snapshot!(refusal("(func)".repeat(50_001)), @"the rule cannot be run here: it has more than 50000 functions; build it smaller");
    let wide = format!("(func (param i32) (result {}) unreachable)", "i32 ".repeat(17));
    insta::assert_snapshot!(refusal(wide), @"the rule cannot be run here: a function of it has 17 results, and 16 are allowed");
}

#[test]
fn a_rule_that_fails_on_everybody_shows_it_when_it_is_tried_out() {
    let host = host();
    assert_eq!(load(&host, &Guest::default()).try_out(), Ok(()));
    let broken = load(&host, &Guest { decide: "unreachable", ..Guest::default() });
    insta::assert_snapshot!(broken.try_out().unwrap_err(), @"the rule test-rule fails on somebody who is simply available on both sides, and would on everybody: it panicked (`unreachable` was executed); `presync rule test` shows how it answers");
}
