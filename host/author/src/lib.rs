//! An author's way from nothing to a tested rule: a project to begin with, and tables that say what a rule should answer.
//!
//! # Layout
//! * [`scaffold`]: a new project; `templates`: what it is made of, embedded
//! * `document`, `problem`: a TOML file whose values know their line, and what is wrong with it
//! * [`table`]: a table of tests, read; `answer`: what a case expects or takes as proposed
//! * [`run`]: the cases, put to a rule on the engine that production uses
//! * [`report`]: how it went, for eyes and for programs
//! * [`anatomy`](anatomy()): what a component is made of; [`cost`](cost()): what a question to it costs

mod anatomy;
mod answer;
mod cost;
mod document;
mod problem;
pub mod report;
pub mod run;
pub mod scaffold;
pub mod table;

pub use anatomy::{Anatomy, AnatomyError, anatomy};
pub use cost::{Cost, cost};
pub use problem::{Problem, TableError};
pub use report::Report;
pub use run::run;
pub use scaffold::{ScaffoldError, scaffold};
pub use table::{Case, Table};
