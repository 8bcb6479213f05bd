//! Prints what a rule, on top of the default map, answers for every possible input: `cargo run -p presync-rules --example matrix FILE`.
//!
//! `cargo xtask rules --check` compares components by it.

use std::error::Error;

use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_core::words::Direction;
use presync_rules::matrix::{Format, Matrix};
use presync_rules::{HostSettings, Limits, RuleHost, defaults};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args_os().nth(1).ok_or("give a component")?;
    let host = RuleHost::new(HostSettings::default())?;
    let rule = host.load(&std::fs::read(file)?, None, &Value::Null, Limits::default())?;
    let matrix = match rule.compiled().direction() {
        Direction::TeamsToEight => Matrix::of(&defaults::chain::<PublishVerdict>(&host, vec![rule])?),
        Direction::EightToTeams => Matrix::of(&defaults::chain::<SessionVerdict>(&host, vec![rule])?),
    };
    matrix.write(Format::Csv, &mut std::io::stdout().lock())?;
    match matrix.faults.first() {
        Some(fault) => Err(fault.to_string().into()),
        None => Ok(()),
    }
}
