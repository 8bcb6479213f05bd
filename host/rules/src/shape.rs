//! What a component imports and exports, read from its bytes before anything is compiled.
//!
//! A file that could not be used anyway costs a validation, not a compilation, and is refused in words about rules instead of words
//! about WebAssembly.

mod toil;

use std::cmp::Ordering;

use presync_core::words::Direction;
use wasmparser::{ComponentInstance, ComponentTypeRef, Encoding, Parser, Payload, Validator};

use crate::error::LoadError;
use crate::text::tamed;
use crate::v1_0;
use toil::Toil;

const PACKAGE: &str = "presync:rules/";

/// Interfaces of ours that a component may import: the log, and those that only name types.
const IMPORTABLE: [&str; 3] = ["log", "subject", "vocabulary"];

/// Instances of inner components that a file may ask for; tools make one for each exported interface, and 25 of a rule in JavaScript with
/// its stubs of WASI. Each may be made of several of another, those of several of a third, and the engine lays all of them out: thirty
/// pairs would be a thousand million, and this many are some ten thousand at worst.
const INNER_INSTANCES: u32 = 28;

/// Components in components; tools make two levels, or three when they put rules together.
const DEPTH: u32 = 8;

/// Names in a refusal: this many, of this many bytes each. They are the file's own words.
const SHOWN: usize = 8;
const SHOWN_BYTES: usize = 96;

/// The outside of a component that may be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) direction: Direction,
    pub(crate) interface: String,
    pub(crate) imports: Vec<String>,
}

/// Reads and checks the outside of a component.
pub(crate) fn read(bytes: &[u8], expected: Option<Direction>) -> Result<Shape, LoadError> {
    if !bytes.starts_with(b"\0asm") {
        return Err(LoadError::NotWasm);
    }
    // The header tells a module from a component; a cut-off header is a damaged file.
    if bytes.get(4..8) == Some(&[1, 0, 0, 0]) {
        return Err(LoadError::CoreModule);
    }
    let (imports, exports) = names(bytes)?;
    Validator::new().validate_all(bytes).map_err(damaged)?;

    let interface = interface_version(&exports, &imports)?;
    if let Some(import) = imports.iter().find(|import| !is_allowed(import)) {
        return Err(LoadError::ForbiddenImport { import: tamed(import, SHOWN_BYTES) });
    }
    let direction = direction(&exports, expected)?;
    Ok(Shape { direction, interface, imports })
}

/// The names of the outermost imports and exports. A file that would grow beyond measure when it is laid
/// out or compiled is refused on the way.
fn names(bytes: &[u8]) -> Result<(Vec<String>, Vec<String>), LoadError> {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    let (mut depth, mut inner, mut toil) = (0_u32, 0_u32, Toil::default());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(damaged)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => return Err(LoadError::CoreModule),
            Payload::Version { .. } if depth == DEPTH => {
                return Err(unsupported(format!(
                    "it has components within components, more than {DEPTH} deep; put it together with fewer levels"
                )));
            }
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::TypeSection(section) => Toil::add_types(section)?,
            Payload::CodeSectionEntry(body) => toil.add(&body)?,
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    imports.push(import.map_err(damaged)?.name.name.to_owned());
                }
            }
            // With a component as an argument, one instance could stand for any number.
            Payload::ComponentImportSection(section) => {
                for import in section {
                    if matches!(import.map_err(damaged)?.ty, ComponentTypeRef::Component(_)) {
                        return Err(unsupported(
                            "it passes components to components within it; put it together without".to_owned(),
                        ));
                    }
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section {
                    inner += u32::from(matches!(instance.map_err(damaged)?, ComponentInstance::Instantiate { .. }));
                    if inner > INNER_INSTANCES {
                        let reason = format!(
                            "it asks for more than {INNER_INSTANCES} instances of components within it; put it together from fewer"
                        );
                        return Err(unsupported(reason));
                    }
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    exports.push(export.map_err(damaged)?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok((imports, exports))
}

/// The version of our package that the component was made for: the same major as ours, and no newer minor.
fn interface_version(exports: &[String], imports: &[String]) -> Result<String, LoadError> {
    let ours = numbers(v1_0::VERSION);
    for name in exports.iter().chain(imports) {
        let Some((_, found)) = name.strip_prefix(PACKAGE).and_then(|rest| rest.split_once('@')) else { continue };
        let (major, minor) = numbers(found);
        let fix = match major.cmp(&ours.0).then(minor.cmp(&ours.1)) {
            _ if major == ours.0 && minor <= ours.1 => return Ok(found.to_owned()),
            Ordering::Greater => "update presync, or build the rule with the SDK of this one",
            _ => "build the rule again with the SDK of this presync",
        };
        let supported = v1_0::VERSION.to_owned();
        return Err(LoadError::InterfaceVersion { found: tamed(found, SHOWN_BYTES), supported, fix });
    }
    Ok(v1_0::VERSION.to_owned())
}

/// Major and minor of `1.2.3`; what cannot be read is no version of ours.
fn numbers(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(u32::MAX));
    (parts.next().unwrap_or(u32::MAX), parts.next().unwrap_or(u32::MAX))
}

fn is_allowed(import: &str) -> bool {
    import.strip_prefix(PACKAGE).is_some_and(|rest| {
        let interface = rest.split_once('@').map_or(rest, |(interface, _)| interface);
        IMPORTABLE.contains(&interface)
    })
}

fn direction(exports: &[String], expected: Option<Direction>) -> Result<Direction, LoadError> {
    let has = |interface: &str| {
        exports.iter().any(|export| {
            export
                .strip_prefix(PACKAGE)
                .and_then(|rest| rest.strip_prefix(interface))
                .is_some_and(|rest| rest.starts_with('@'))
        })
    };
    let found = match (has("rule"), has("teams-to-eight"), has("eight-to-teams")) {
        (true, true, false) => Some(Direction::TeamsToEight),
        (true, false, true) => Some(Direction::EightToTeams),
        _ => None,
    };
    match (found, expected) {
        (Some(found), None) => Ok(found),
        (Some(found), Some(expected)) if found == expected => Ok(found),
        (found, expected) => Err(LoadError::AnotherWorld {
            wanted: expected.map_or_else(
                || "a rule (`presync:rules/rule` and one direction)".to_owned(),
                |expected| format!("a rule from {} (`presync:rules/{}`)", spoken(expected), interface(expected)),
            ),
            exports: match found {
                Some(found) => format!("one from {} (`presync:rules/{}`)", spoken(found), interface(found)),
                None if exports.is_empty() => "nothing".to_owned(),
                None => listed(exports),
            },
        }),
    }
}

/// The first few names, and how many more there are.
fn listed(names: &[String]) -> String {
    let mut shown: Vec<_> = names.iter().take(SHOWN).map(|name| format!("`{}`", tamed(name, SHOWN_BYTES))).collect();
    if let Some(more) = names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}

const fn interface(direction: Direction) -> &'static str {
    match direction {
        Direction::TeamsToEight => "teams-to-eight",
        Direction::EightToTeams => "eight-to-teams",
    }
}

const fn spoken(direction: Direction) -> &'static str {
    match direction {
        Direction::TeamsToEight => "Teams to 8x8",
        Direction::EightToTeams => "8x8 to Teams",
    }
}

#[allow(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn damaged(error: wasmparser::BinaryReaderError) -> LoadError {
    LoadError::Invalid { reason: format!("{} (at byte {})", tamed(error.message(), 256), error.offset()) }
}

const fn unsupported(reason: String) -> LoadError {
    LoadError::Unsupported { reason }
}
