//! Files that are no rule, or not one for this host.

use presync_guests::{Guest, WIT, hollow};
use presync_rules::{HostSettings, defaults};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::case::{Case, Expected};

pub(super) fn cases() -> Vec<Case> {
    let file = |name, does, bytes: Vec<u8>| Case::file(name, does, bytes, Expected::Refused);
    let whole = Guest::default().component();
    let cut = |keep: usize| whole.iter().take(keep).copied().collect::<Vec<u8>>();
    let renamed = |from: &str, to: &str| hollow(&WIT.replace(from, to), "teams-to-eight-rule");
    let component = |text: &str| wat::parse_str(text).unwrap();
    vec![
        file("empty", "is an empty file", Vec::new()),
        file("script", "is a shell script", b"#!/bin/sh\nrm -rf /\n".to_vec()),
        file("noise", "is a thousand random bytes", noise(1_000)),
        file(
            "noise-in-disguise",
            "is random bytes behind the header of a component",
            [&whole[..8], &noise(1_000)].concat(),
        ),
        file("cut-in-the-header", "was cut off in its header", cut(6)),
        file("cut-after-the-header", "was cut off after its header", cut(8)),
        file("cut-in-the-middle", "was cut off in the middle", cut(whole.len() / 2)),
        file("cut-before-the-end", "lacks its last byte", cut(whole.len() - 1)),
        file("oversized", "is larger than a rule may be", oversized()),
        file("core-module", "is a core module, not a component", component("(module)")),
        file(
            "another-world",
            "is a component of another world",
            hollow("package some:filter@0.1.0; interface run { run: func(); } world filter { export run; }", "filter"),
        ),
        file("no-exports", "exports nothing at all", component("(component)")),
        file("other-direction", "maps the other way", defaults::EIGHT_TO_TEAMS.to_vec()),
        file(
            "both-directions",
            "says that it maps both ways",
            exporting(&["rule@1.0.0", "teams-to-eight@1.0.0", "eight-to-teams@1.0.0"]),
        ),
        file("another-major", "speaks the next major version", renamed("presync:rules@1.0.0", "presync:rules@2.0.0")),
        file("newer-minor", "speaks a newer minor version", renamed("presync:rules@1.0.0", "presync:rules@1.7.0")),
        file(
            "older-major",
            "speaks a version from before the first",
            renamed("presync:rules@1.0.0", "presync:rules@0.9.0"),
        ),
        file(
            "version-without-end",
            "speaks a version whose name is ninety kilobytes long",
            exporting(&[&format!("rule@9.0.0-{}", "a".repeat(90_000))]),
        ),
        file(
            "empty-interfaces",
            "exports the right interfaces with nothing in them",
            exporting(&["rule@1.0.0", "teams-to-eight@1.0.0"]),
        ),
        file(
            "another-decide",
            "exports a `decide` that answers a number",
            renamed(
                "decide: func(questions: list<question>, explain: bool) -> list<verdict>;",
                "decide: func() -> u32;",
            ),
        ),
        file(
            "another-subject",
            "was built against words in another order",
            renamed("enum eight-target { available, busy,", "enum eight-target { busy, available,"),
        ),
        file("many-exports", "exports nine hundred interfaces with long names", nine_hundred_exports()),
        file(
            "damage-that-escapes",
            "is damaged where its names are terminal escapes",
            component(
                r#"(component (core module (func (export "\1b[2J\1b[31m\e2\80\aeok")) (func (export "\1b[2J\1b[31m\e2\80\aeok"))))"#,
            ),
        ),
    ]
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut noise = vec![0; bytes];
    ChaCha8Rng::seed_from_u64(8).fill_bytes(&mut noise);
    noise
}

/// A good rule, followed by a section for nobody that makes the file one byte too large.
fn oversized() -> Vec<u8> {
    let mut bytes = Guest::default().component();
    bytes.resize(HostSettings::default().file_size + 1, 0);
    bytes
}

/// A component with empty interfaces of ours.
fn exporting(interfaces: &[&str]) -> Vec<u8> {
    let exports: String =
        interfaces.iter().map(|name| format!(r#"(export "presync:rules/{name}" (instance $nothing))"#)).collect();
    wat::parse_str(format!("(component (instance $nothing) {exports})")).unwrap()
}

fn nine_hundred_exports() -> Vec<u8> {
    let exports: String = (0..900)
        .map(|n| format!(r#"(export "some:package/interface-with-a-long-name-of-its-own-n{n}" (instance $nothing))"#))
        .collect();
    wat::parse_str(format!("(component (instance $nothing) {exports})")).unwrap()
}
