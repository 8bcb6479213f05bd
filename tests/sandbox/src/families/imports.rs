//! Rules that want something of the outside world.

use presync_guests::Guest;

use crate::case::{Case, Expected};

/// A name, what it wants, the package that declares it, the interface, and the import of the core module.
type Wanted = (&'static str, &'static str, &'static str, &'static str, &'static str);

const WANTED: [Wanted; 10] = [
    (
        "wall-clock",
        "asks what time it is",
        "package wasi:clocks@0.2.0 { interface wall-clock { now: func() -> u64; } }",
        "wasi:clocks/wall-clock@0.2.0",
        r#"(import "wasi:clocks/wall-clock@0.2.0" "now" (func (result i64)))"#,
    ),
    (
        "monotonic-clock",
        "measures time, to tell a busy host from a quiet one",
        "package wasi:clocks@0.2.0 { interface monotonic-clock { now: func() -> u64; } }",
        "wasi:clocks/monotonic-clock@0.2.0",
        r#"(import "wasi:clocks/monotonic-clock@0.2.0" "now" (func (result i64)))"#,
    ),
    (
        "random-numbers",
        "rolls dice, to answer differently each time",
        "package wasi:random@0.2.0 { interface random { get-random-u64: func() -> u64; } }",
        "wasi:random/random@0.2.0",
        r#"(import "wasi:random/random@0.2.0" "get-random-u64" (func (result i64)))"#,
    ),
    (
        "sockets",
        "opens a connection of its own",
        "package wasi:sockets@0.2.0 { interface tcp { connect: func(address: u32, port: u16) -> u32; } }",
        "wasi:sockets/tcp@0.2.0",
        r#"(import "wasi:sockets/tcp@0.2.0" "connect" (func (param i32 i32) (result i32)))"#,
    ),
    (
        "http",
        "sends what it is asked about to a server of its own",
        "package wasi:http@0.2.0 { interface outgoing-handler { handle: func(request: u32) -> u32; } }",
        "wasi:http/outgoing-handler@0.2.0",
        r#"(import "wasi:http/outgoing-handler@0.2.0" "handle" (func (param i32) (result i32)))"#,
    ),
    (
        "files",
        "looks for files",
        "package wasi:filesystem@0.2.0 { interface preopens { get-directories: func() -> u32; } }",
        "wasi:filesystem/preopens@0.2.0",
        r#"(import "wasi:filesystem/preopens@0.2.0" "get-directories" (func (result i32)))"#,
    ),
    (
        "environment",
        "reads the environment, where secrets are",
        "package wasi:cli@0.2.0 { interface environment { get-variable: func() -> u32; } }",
        "wasi:cli/environment@0.2.0",
        r#"(import "wasi:cli/environment@0.2.0" "get-variable" (func (result i32)))"#,
    ),
    (
        "exit",
        "ends the process",
        "package wasi:cli@0.2.0 { interface exit { exit: func(code: u32); } }",
        "wasi:cli/exit@0.2.0",
        r#"(import "wasi:cli/exit@0.2.0" "exit" (func (param i32)))"#,
    ),
    (
        "standard-output",
        "writes to standard output, past the log",
        "package wasi:cli@0.2.0 { interface stdout { write: func(byte: u8); } }",
        "wasi:cli/stdout@0.2.0",
        r#"(import "wasi:cli/stdout@0.2.0" "write" (func (param i32)))"#,
    ),
    (
        "back-door",
        "imports an interface that nobody has heard of",
        "package evil:host@1.0.0 { interface back-door { open: func(); } }",
        "evil:host/back-door@1.0.0",
        r#"(import "evil:host/back-door@1.0.0" "open" (func))"#,
    ),
];

pub(super) fn cases() -> Vec<Case> {
    let wanted = WANTED.iter().map(|(name, does, package, interface, import)| {
        let guest = Guest { imports: import, ..Guest::default() };
        Case::file(name, does, guest.component_importing(package, interface), Expected::Refused)
    });
    let raw = |name, does, import: &str| {
        let text = format!(
            r#"(component {import} (instance $nothing) (export "presync:rules/rule@1.0.0" (instance $nothing))
                 (export "presync:rules/teams-to-eight@1.0.0" (instance $nothing)))"#
        );
        Case::file(name, does, wat::parse_str(text).unwrap(), Expected::Refused)
    };
    wanted
        .chain([
            raw(
                "secrets-of-ours",
                "imports an interface of our own package that does not exist",
                r#"(import "presync:rules/secrets@1.0.0" (instance (export "read" (func (result string)))))"#,
            ),
            raw(
                "more-of-the-log",
                "imports the log, and wants to read it",
                r#"(import "presync:rules/log@1.0.0" (instance (export "read" (func (result string)))))"#,
            ),
            raw(
                "log-of-another-shape",
                "imports the log as a function",
                r#"(import "presync:rules/log@1.0.0" (func))"#,
            ),
            raw(
                "import-that-escapes",
                "imports something whose name is terminal escapes",
                r#"(import "url=<\1b[2J\1b[31m\e2\80\aeok>" (func))"#,
            ),
            raw(
                "import-of-a-long-name",
                "imports something whose name is a hundred kilobytes long",
                &format!(r#"(import "url=<{}>" (func))"#, "a".repeat(99_000)),
            ),
            raw("a-module", "imports a core module to run in its place", r#"(import "evil" (core module))"#),
        ])
        .collect()
}
