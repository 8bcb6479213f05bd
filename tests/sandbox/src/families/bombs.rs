//! Good rules with something beside them that is small in the file and large in the host.

use presync_guests::Guest;
use wasmparser::{Parser, Payload};

use crate::case::{Case, Expected};

pub(super) fn cases() -> Vec<Case> {
    let beside = |name, does, inner: &str| {
        Case::file(
            name,
            does,
            beside(&Guest::default().component(), &wat::parse_str(inner).unwrap()),
            Expected::Refused,
        )
    };
    let module = |name, does, module: &str| {
        beside(name, does, &format!("(component (core module $m {module}) (core instance (instantiate $m)))"))
    };
    vec![
        beside("many-instances", "brings a hundred core instances", &instances(100, "")),
        beside("many-memories", "brings nine memories beside its own", &instances(9, "(memory 1)")),
        beside("many-tables", "brings a hundred tables", &instances(1, &"(table 1 funcref)".repeat(100))),
        module("wide-memory", "has a memory of 64-bit addresses", "(memory i64 1)"),
        module("shared-memory", "has a memory that threads could share", "(memory 1 1 shared)"),
        module("two-memories", "has two memories in one module", "(memory 1) (memory 1)"),
        module(
            "garbage-collection",
            "wants objects and a garbage collector",
            "(type (struct (field i32))) (func (drop (struct.new_default 0)))",
        ),
        module("exceptions", "throws exceptions", "(tag) (func (throw 0))"),
        module("tail-calls", "calls itself in place, which is a loop without a loop", "(func $f (return_call $f))"),
        module(
            "tangle",
            "has a function of two thousand locals and ten thousand branches, for the compiler to lose itself in",
            &tangle(),
        ),
        module("many-functions", "has a hundred thousand functions", &"(func)".repeat(100_000)),
        module(
            "fountain",
            "has a function of a thousand results, so that each call of two bytes stands for a thousand values",
            &format!("(func $f (param {0}) (result {0}) unreachable)", "i32 ".repeat(1_000)),
        ),
        Case::file(
            "doubling",
            "is made of parts that are each made of two of the part before, thirty times over",
            beside_bytes(&wat::parse_str(doubling(30)).unwrap()),
            Expected::Refused,
        ),
        Case::file(
            "nested",
            "is a component in a component in a component, two thousand deep",
            beside_bytes(&nested(2_000)),
            Expected::Refused,
        ),
        beside("deep-types", "has a list of lists of lists, five hundred deep", &deep_types(500)),
        beside("doubling-types", "has a type of two of the type before, forty times over", &doubling_types(40)),
    ]
}

fn beside_bytes(inner: &[u8]) -> Vec<u8> {
    beside(&Guest::default().component(), inner)
}

/// A rule with another component in it, of which it makes an instance that nothing uses.
fn beside(rule: &[u8], inner: &[u8]) -> Vec<u8> {
    let (mut depth, mut components) = (0, 0);
    for payload in Parser::new(0).parse_all(rule) {
        match payload.unwrap() {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentSection { .. } if depth == 1 => components += 1,
            _ => {}
        }
    }
    // Section 4 is a component; section 5 a list of instances: here one, of a component by its number, with no arguments.
    let mut instance = vec![1, 0];
    instance.extend(number(components));
    instance.push(0);
    [rule.to_vec(), section(4, inner), section(5, &instance)].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [vec![id], number(content.len()), content.to_vec()].concat()
}

/// As WebAssembly writes numbers: seven bits in a byte.
fn number(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn instances(count: usize, module: &str) -> String {
    format!("(component (core module $m {module}) {})", "(core instance (instantiate $m))".repeat(count))
}

/// A small file that asks for two to the power of `levels` instances.
fn doubling(levels: usize) -> String {
    let level = |n: usize| {
        let of = n - 1;
        format!(
            "(component $c{n} (alias outer 1 {of} (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))"
        )
    };
    let levels: String = (1..levels).map(level).collect();
    format!("(component (component $c0 (core module $m) (core instance (instantiate $m))) {levels})")
}

fn tangle() -> String {
    let step = |n: usize| {
        let (from, to) = (n * 7 % 2_000, n * 13 % 2_000);
        format!("(if (i32.eqz (local.get {from})) (then (local.set {to} (i32.add (local.get {to}) (i32.const {n})))))")
    };
    format!("(func (local {}) {})", "i32 ".repeat(2_000), (0..10_000).map(step).collect::<String>())
}

fn nested(depth: usize) -> Vec<u8> {
    let empty = wat::parse_str("(component)").unwrap();
    (0..depth).fold(empty.clone(), |inner, _| [empty.clone(), section(4, &inner)].concat())
}

fn deep_types(depth: usize) -> String {
    let types: String = (1..depth).map(|n| format!("(type $t{n} (list $t{}))", n - 1)).collect();
    format!("(component (type $t0 (list u8)) {types})")
}

fn doubling_types(levels: usize) -> String {
    let types: String = (1..levels).map(|n| format!("(type $t{n} (tuple $t{0} $t{0}))", n - 1)).collect();
    format!("(component (type $t0 (tuple u8 u8)) {types})")
}
