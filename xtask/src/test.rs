//! Everything that can be tested: the workspace, the examples outside it, and the committed components.
//!
//! Plain `cargo test`, so that a machine with a Rust toolchain and nothing else gives the same answer.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use presync_build::rust::Toolchain;

use crate::command::{cargo, described};
use crate::lock::RULES;
use crate::rules;

/// Counted results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    passed: usize,
    failed: usize,
}

/// Runs all tests, and closes with their number.
pub(crate) fn run(root: &Path, rest: &[String]) -> Result<()> {
    Toolchain::find(&mut |what: &str| eprintln!("{what}"))?;
    let mut tally = Tally::default();

    let mut workspace = Command::new(cargo());
    workspace.args(["test", "--workspace", "--no-fail-fast"]).args(rest).current_dir(root);
    tally.add(&mut workspace)?;

    for rule in RULES.iter().filter(|rule| rule.starts_with("examples/")) {
        let mut example = Command::new(cargo());
        example.args(["test", "--no-fail-fast", "--manifest-path"]).arg(root.join(rule).join("Cargo.toml"));
        example.env("CARGO_TARGET_DIR", root.join("target/examples")).current_dir(root);
        tally.add(&mut example)?;
    }

    match rules::check(root) {
        Ok(compared) => tally.passed += compared,
        Err(error) => {
            eprintln!("error: {error:#}");
            tally.failed += 1;
        }
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed > 0 {
        bail!("there are failed tests");
    }
    Ok(())
}

// === impl Tally ===

impl Tally {
    /// Runs a `cargo test`, shows its output as it comes, and adds up its result lines.
    fn add(&mut self, command: &mut Command) -> Result<()> {
        let mut child = command.stdout(Stdio::piped()).spawn().context("cargo could not be started")?;
        let before = *self;
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).lines() {
                let line = line.context("reading the output of cargo test")?;
                println!("{line}");
                self.count(&line);
            }
        }
        let status = child.wait().context("waiting for cargo test")?;
        if !status.success() && self.failed == before.failed {
            // A crate that does not compile has no result line.
            eprintln!("error: {} failed ({status})", described(command));
            self.failed += 1;
        }
        Ok(())
    }

    /// `test result: ok. 12 passed; 0 failed; 1 ignored; …`
    fn count(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result:") else { return };
        let words: Vec<&str> = result.split_whitespace().collect();
        for pair in words.windows(2) {
            let [number, what] = pair else { continue };
            match (number.parse::<usize>(), what.trim_end_matches(';')) {
                (Ok(number), "passed") => self.passed += number,
                (Ok(number), "failed") => self.failed += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_added_up() {
        let mut tally = Tally::default();
        tally.count("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        tally
            .count("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        assert_eq!(tally, Tally { passed: 15, failed: 2 });
    }

    #[test]
    fn other_lines_count_for_nothing() {
        let mut tally = Tally::default();
        tally.count("test a_result_with_12_passed ... ok");
        assert_eq!(tally, Tally::default());
    }
}
