//! Loads presync's WebAssembly rules, limits them and asks them for verdicts.
//!
//! A rule is a component that sees questions and answers verdicts; it has no file, clock, network or memory beyond its budget, and
//! when it fails, the proposal before it stands. Calls are synchronous and use the caller's thread: call from threads that may be
//! busy for a batch's time, never from an async worker.
//!
//! # Layout
//! * [`limits`]: what one rule may use
//! * [`fault`]: what went wrong in a batch, and what it meant
//! * [`error`]: why a rule was not loaded
//! * [`host`]: the engines of the process and their ticker; `hall`: one engine with its places
//! * `ticker`, `budget`, `guest_log`, `text`: the clock of deadlines, the meter of one instance, its log lines, its words
//! * `shape`: what a component imports and exports, read before anything is compiled
//! * `v1_0`: interface version 1.0, converted to the host's model
//! * `question`: a subject as one rule sees it, and the verdict types
//! * [`rule`]: a rule that was compiled and described, and one that was given its settings
//! * `lanes`: copies of it in several halls, for threads that ask it at the same time
//! * `warm`: instances that answer more than one batch
//! * `load`: from the bytes of a file to such a rule; `cache`: compiled rules on disk
//! * [`scope`]: whom a rule is asked about
//! * `reuse`: verdicts of pure rules, kept for equal questions
//! * [`guard`]: what no override can do, whatever it answers
//! * `apart`: whether a rule is broken or one question is poison; [`poison`]: the list of those
//! * `link`: one rule of a chain; [`chain`]: the default map and the overrides, asked in order
//! * [`compare`]: two chains asked the same, and what would change
//! * [`defaults`]: the rules that presync carries: the default maps and the rule without code
//! * [`matrix`]: every verdict of a chain, as a table

mod apart;
mod budget;
mod cache;
pub mod chain;
pub mod compare;
pub mod defaults;
pub mod error;
pub mod fault;
pub mod guard;
mod guest_log;
mod hall;
pub mod host;
mod lanes;
pub mod limits;
mod link;
mod load;
pub mod matrix;
pub mod poison;
mod question;
mod reuse;
pub mod rule;
pub mod scope;
mod shape;
mod text;
mod ticker;
mod v1_0;
mod warm;

pub use chain::{Chain, Decided, Member, PublishChain, SessionChain, Stage};
pub use compare::{Compared, Comparison};
pub use error::{ChainError, HostError, LoadError};
pub use fault::{Fault, FaultKind};
pub use guard::{Guarded, Guardrail};
pub use host::{HostSettings, RuleHost};
pub use limits::Limits;
pub use poison::Poison;
pub use question::{Needs, Verdict};
pub use rule::{CompiledRule, LoadedRule};
pub use scope::{Canary, Portion, Scope};
