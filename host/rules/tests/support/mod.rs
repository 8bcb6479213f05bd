//! Guests for the tests: small components from WebAssembly text, each with one bad habit.
#![allow(dead_code, unreachable_pub, reason = "a module of several test files, each of which uses some of it")]
#![allow(clippy::unwrap_used, reason = "a guest that does not build fails the test")]

use presync_core::rule::{EightSide, Subject, TeamsSide};
use presync_core::words::{EightStatus, TeamsActivity, TeamsAvailability};
use presync_rules::{HostSettings, Limits, LoadedRule, RuleHost};
use serde_json::Value;
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{ManglingAndAbi, PackageId, Resolve};

/// The interface as it is published.
pub const WIT: &str = include_str!("../../../../wit/rules.wit");

/// A guest from Teams to 8x8, in parts that a test replaces.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Imports of the core module.
    pub imports: &'static str,
    /// Pages of memory at the start.
    pub pages: u32,
    /// The rule's name; at most 32 bytes.
    pub name: &'static str,
    /// Whether it says that it is pure.
    pub pure: bool,
    /// What its descriptor says that it needs at most, as the flags of the interface: 1 the other side, 2 since, 4 person and so on.
    pub needs: u8,
    /// What it needs with its settings, in the same way.
    pub needs_now: u8,
    /// Body of `configure(settings: ptr, len) -> ptr`; 96 is an accepting answer.
    pub configure: &'static str,
    /// Body of `decide(questions: ptr, len, explain) -> ptr`; answers for `$len` questions that are all zero are at 262144.
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

    /// The component, in a world that also has the given imports.
    pub fn component_importing(&self, packages: &str, import: &str) -> Vec<u8> {
        let world = format!(
            "package test:made; world rule {{ include presync:rules/teams-to-eight-rule@1.0.0; import {import}; }} {packages}"
        );
        encode(WIT, &world, "test:made/rule", self.module("1.0.0"))
    }

    fn module(&self, version: &str) -> Vec<u8> {
        let Self { imports, pages, name, pure, needs, needs_now, configure, decide } = self;
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
              (func (export "cabi_realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
                (global.set $next (i32.add (local.get $at) (local.get $new)))
                (local.get $at))
              (func $answer (param $count i32) (result i32)
                (i32.store (i32.const 1024) (i32.const 262144))
                (i32.store (i32.const 1028) (local.get $count))
                (i32.const 1024))
              (func (export "presync:rules/rule@{version}#describe") (result i32) (i32.const 64))
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
    let module =
        wit_component::dummy_module(&resolve, world_id, ManglingAndAbi::Legacy(wit_parser::LiftLowerAbi::Sync));
    encode(wit, "", world, module)
}

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

/// A host of its own.
pub fn host() -> RuleHost {
    RuleHost::new(HostSettings::default()).unwrap()
}

/// A guest, loaded.
pub fn load(host: &RuleHost, guest: &Guest) -> LoadedRule {
    host.load(&guest.component(), None, &Value::Null, Limits::default()).unwrap()
}

/// A person in Teams.
pub fn in_teams(availability: TeamsAvailability, activity: TeamsActivity) -> Subject {
    let side = TeamsSide { availability, activity, out_of_office: false, manual: false, since: None };
    Subject { teams: Some(side), ..Subject::default() }
}

/// A person in 8x8.
pub fn in_eight(status: EightStatus, call_active: bool) -> Subject {
    let side = EightSide { status, call_active, manual: false, since: None };
    Subject { eight: Some(side), ..Subject::default() }
}
