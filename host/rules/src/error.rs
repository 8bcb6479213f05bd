//! Why a rule was not loaded: what happened, what was expected, what to do.

use std::path::PathBuf;

use presync_core::words::Direction;
use thiserror::Error;

/// A rule file that is refused. The running rule stays.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Larger than the host reads.
    #[error("the file has {size} bytes, and a rule may have {limit}; build it for size, or raise the host's limit")]
    TooLarge {
        /// Bytes of the file.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// No WebAssembly at all.
    #[error(
        "the file is not WebAssembly: it does not begin with `\\0asm`; give the .wasm component that the build wrote"
    )]
    NotWasm,
    /// A core module instead of a component.
    #[error(
        "the file is a core module, not a component: build it with `presync rule build`, or turn it into a component \
         with `wasm-tools component new`"
    )]
    CoreModule,
    /// Cut off or damaged.
    #[error("the file is damaged or was cut off: {reason}; copy or build it again")]
    Invalid {
        /// Where and how it is wrong.
        reason: String,
    },
    /// Wants something that a rule may not have.
    #[error(
        "the rule imports `{import}`, and a rule may import nothing but `presync:rules/log`: no clock, file, network or random \
         numbers; build for wasm32-unknown-unknown, or stub the import out"
    )]
    ForbiddenImport {
        /// The import's name.
        import: String,
    },
    /// Made for another version of the interface.
    #[error("the rule speaks version {found} of presync:rules, and this presync speaks {supported}; {fix}")]
    InterfaceVersion {
        /// The rule's interface version.
        found: String,
        /// The versions of this host.
        supported: String,
        /// What to do.
        fix: &'static str,
    },
    /// Exports no rule, or not the one that was wanted.
    #[error("{wanted} was expected, but the file exports {exports}")]
    AnotherWorld {
        /// What was expected, such as "a rule from teams-to-8x8".
        wanted: String,
        /// What the file exports.
        exports: String,
    },
    /// Valid, but the engine does not run it.
    #[error("the rule cannot be run here: {reason}")]
    Unsupported {
        /// The engine's words.
        reason: String,
    },
    /// Has functions of other types than the interface says.
    #[error(
        "the rule's functions do not have the types of the interface's version that it names: {reason}; build it again with the SDK of this presync"
    )]
    OtherTypes {
        /// The engine's words.
        reason: String,
    },
    /// Fell over when asked for its name.
    #[error("the rule failed when it was asked to describe itself: {reason}")]
    Describe {
        /// What happened.
        reason: String,
    },
    /// Gave itself a name or version that cannot be used.
    #[error("the rule calls itself `{name}`, version `{version}`: {problem}")]
    BadDescriptor {
        /// The name, tamed.
        name: String,
        /// The version, tamed.
        version: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Settings that are no table.
    #[error("the rule's settings must be a table of keys and values, and are {found}")]
    SettingsNotATable {
        /// What they are.
        found: &'static str,
    },
    /// Refused by the rule.
    #[error("the rule {rule} refuses its settings: {reason}")]
    SettingsRefused {
        /// The rule's name.
        rule: String,
        /// The rule's own words.
        reason: String,
    },
    /// Fell over when given its settings.
    #[error("the rule {rule} failed when it was given its settings: {reason}")]
    Configure {
        /// The rule's name.
        rule: String,
        /// What happened.
        reason: String,
    },
    /// Wants to see more with its settings than it said it ever would.
    #[error(
        "with these settings the rule {rule} needs {wanted}, and its descriptor promises no more than {said}: add the missing needs to \
         the descriptor"
    )]
    NeedsBeyond {
        /// The rule's name.
        rule: String,
        /// What its descriptor says.
        said: String,
        /// What it wants now.
        wanted: String,
    },
    /// Fell over when asked about somebody of no particular state.
    #[error(
        "the rule {rule} fails on somebody who is simply available on both sides, and would on everybody: {reason}; `presync rule test` shows \
         how it answers"
    )]
    Fails {
        /// The rule's name.
        rule: String,
        /// What happened.
        reason: String,
    },
    /// Wants more than the host has to give.
    #[error(
        "a limit of {wanted} bytes of memory was set for the rule, and this host gives at most {ceiling}; set less, or raise the host's ceiling"
    )]
    MemoryCeiling {
        /// The limit that was set.
        wanted: usize,
        /// The host's ceiling.
        ceiling: usize,
    },
}

/// Rules that do not make a chain.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChainError {
    /// No rule at all.
    #[error("a chain needs at least the default map")]
    Empty,
    /// The default map that presync carries does not load: a fault of this build.
    #[error("the default map does not load")]
    Default(#[source] LoadError),
    /// A rule of the other direction.
    #[error("the rule {rule} maps {found}, and stands in the chain {wanted}; list it under the other direction")]
    Direction {
        /// The rule's name.
        rule: String,
        /// The way it maps.
        found: Direction,
        /// The way of the chain.
        wanted: Direction,
    },
}

/// The engine could not be set up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HostError {
    /// Refused by the machine, usually for want of address space.
    #[error(
        "the rule engine could not be set up for {places} rules at a time in {lanes} lanes: {reason}; lower one of them, or allow more address space (ulimit -v)"
    )]
    Engine {
        /// Rules at a time.
        places: u32,
        /// Lanes.
        lanes: u32,
        /// The engine's words.
        reason: String,
    },
    /// No folder for compiled rules.
    #[error(
        "compiled rules cannot be kept in {}: {source}; make it a folder that this user can write to, or set another `rule_cache`",
        folder.display()
    )]
    Cache {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No thread for deadlines.
    #[error("the thread that watches deadlines could not be started")]
    Ticker(#[from] std::io::Error),
}
