//! A new key to sign rules with.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use presync_registry::key::{self, KeyPair};

#[derive(Debug, Args)]
pub(super) struct KeygenArgs {
    /// The file for the secret key; it must not be there yet
    #[arg(short, long, value_name = "FILE", default_value = "presync-signing.key")]
    output: PathBuf,
}

pub(super) fn run(args: &KeygenArgs, out: &mut dyn Write) -> Result<()> {
    let pair = KeyPair::generate().context("the system gives no random numbers for a key")?;
    key::write(&args.output, &pair)?;
    writeln!(out, "secret  {}: only you can read it; keep it so, and keep a copy", args.output.display())?;
    writeln!(out, "public  {}", pair.public())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_and_its_public_half_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("my.key");
        let mut out = Vec::new();
        run(&KeygenArgs { output: output.clone() }, &mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        let public = key::read(&output).unwrap().public();
        assert!(said.ends_with(&format!("public  {public}\n")), "{said}");
        let again = run(&KeygenArgs { output }, &mut Vec::new()).unwrap_err().to_string();
        assert!(again.contains("a secret key is never overwritten"), "{again}");
    }
}
