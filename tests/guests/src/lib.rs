//! Small WebAssembly rules for tests, built in process from text: no compiler, no files, and every byte is the test's own.
//!
//! * [`Guest`]: a rule from Teams to 8x8, in parts that a test replaces
//! * [`hollow`]: a component of any world whose functions all trap
//!
//! # Where things are in a guest's memory
//! | address | what |
//! |---|---|
//! | 16 | the name, at most 32 bytes |
//! | 48 | the version |
//! | 64 | the descriptor: name, its length, version, its length, needs, purity |
//! | 96 | the accepting answer of `configure` |
//! | 1024 | the list of verdicts: address, length |
//! | 4096 | from here on, what the host passes in |
//! | 262144 | the verdicts, [`VERDICT_BYTES`] each, all zero: `publish(available)` |
//!
//! A question has [`QUESTION_BYTES`]: whether there is a Teams side at 0, its availability at 4, its activity at 5; whether there is a
//! person at 32, the address of their pseudonym at 36 and its length at 40.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a guest that does not build fails the test")]

use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, PackageId, Resolve};

/// The interface as it is published.
pub const WIT: &str = include_str!("../../../wit/rules.wit");

/// Bytes of one verdict in a guest's memory: action at 0 and 1, calls at 2, note at 3 and 4, recheck at 8 and 12, reason at 16, 20, 24.
pub const VERDICT_BYTES: u32 = 28;

/// Bytes of one question in a guest's memory.
pub const QUESTION_BYTES: u32 = 148;

/// A guest from Teams to 8x8, in parts that a test replaces. Bodies are WebAssembly text and may begin with locals.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Imports of the core module.
    pub imports: &'static str,
    /// Pages of memory at the start, 64 KiB each.
    pub pages: u32,
    /// The rule's name; at most 32 bytes.
    pub name: &'static str,
    /// Whether it says that it is pure.
    pub pure: bool,
    /// What its descriptor says that it needs at most, as the flags of the interface: 1 the other side, 2 since, 4 person and so on.
    pub needs: u8,
    /// What it needs with its settings, in the same way.
    pub needs_now: u8,
    /// Further items of the core module: functions, globals, tables, data, a start function.
    pub more: &'static str,
    /// Body of `cabi_realloc($old, $size, $align, $new) -> address`.
    pub realloc: &'static str,
    /// Body of `describe() -> address`; 64 is the descriptor.
    pub describe: &'static str,
    /// Body of `configure($ptr, $len) -> address`; 96 is an accepting answer.
    pub configure: &'static str,
    /// Body of `decide($ptr, $len, $explain) -> address`; `$answer` answers so many questions with what is at 262144.
    pub decide: &'static str,
}

impl Default for Guest {
    /// A guest that publishes `available` for everyone.
    fn default() -> Self {
        Self {
            imports: "",
            pages: 8,
            name: "test-rule",
            pure: true,
            needs: 0,
            needs_now: 0,
            more: "",
            realloc: "(call $bump (local.get $new))",
            describe: "(i32.const 64)",
            configure: "(i32.const 96)",
            decide: "(call $answer (local.get $len))",
        }
    }
}

impl Guest {
    /// The component.
    pub fn component(&self) -> Vec<u8> {
        encode(WIT, "", "presync:rules/teams-to-eight-rule", self.module("1.0.0"))
    }

    /// The component, in a world that also has the given import, with the packages that declare it.
    pub fn component_importing(&self, packages: &str, import: &str) -> Vec<u8> {
        let world = format!(
            "package test:made; world rule {{ include presync:rules/teams-to-eight-rule@1.0.0; import {import}; }} {packages}"
        );
        encode(WIT, &world, "test:made/rule", self.module("1.0.0"))
    }

    fn module(&self, version: &str) -> Vec<u8> {
        let Self { imports, pages, name, pure, needs, needs_now, more, realloc, describe, configure, decide } = self;
        let (name_bytes, pure) = (name.len(), u8::from(*pure));
        let text = format!(
            r#"(module
              {imports}
              (memory (export "memory") {pages})
              (global $next (mut i32) (i32.const 4096))
              (data (i32.const 16) "{name}")
              (data (i32.const 48) "1.2.3")
              (data (i32.const 64) "\10\00\00\00\{name_bytes:02x}\00\00\00\30\00\00\00\05\00\00\00\{needs:02x}\{pure:02x}")
              (data (i32.const 96) "\00\00\00\00\{needs_now:02x}")
              {more}
              (func $bump (param $bytes i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
                (global.set $next (i32.add (local.get $at) (local.get $bytes)))
                (local.get $at))
              (func $answer (param $count i32) (result i32)
                (i32.store (i32.const 1024) (i32.const 262144))
                (i32.store (i32.const 1028) (local.get $count))
                (i32.const 1024))
              (func (export "cabi_realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
                {realloc})
              (func (export "presync:rules/rule@{version}#describe") (result i32) {describe})
              (func (export "presync:rules/rule@{version}#configure") (param $ptr i32) (param $len i32) (result i32) {configure})
              (func (export "presync:rules/teams-to-eight@{version}#decide")
                (param $ptr i32) (param $len i32) (param $explain i32) (result i32) {decide}))"#
        );
        wat::parse_str(text).unwrap()
    }
}

/// A component of a world whose functions all trap: good enough to be looked at from outside.
pub fn hollow(wit: &str, world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("rules.wit", wit).unwrap();
    let world_id = resolve.select_world(&[package], Some(world)).unwrap();
    let module = wit_component::dummy_module(&resolve, world_id, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    encode(wit, "", world, module)
}

/// A component of a world of the given packages, around a core module.
fn encode(wit: &str, more: &str, world: &str, mut module: Vec<u8>) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let mut packages: Vec<PackageId> = vec![resolve.push_str("rules.wit", wit).unwrap()];
    if !more.is_empty() {
        packages.push(resolve.push_str("more.wit", more).unwrap());
    }
    let world = resolve.select_world(&packages, Some(world)).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}
