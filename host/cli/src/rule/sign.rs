//! Signing a rule.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use presync_registry::{file, key, signature};

#[derive(Debug, Args)]
pub(super) struct SignArgs {
    /// The rule's component
    file: PathBuf,
    /// The file of the secret key, as `presync rule keygen` wrote it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where the signed component goes, instead of over the old one
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &SignArgs, out: &mut dyn Write) -> Result<()> {
    let pair = key::read(&args.key)?;
    let component = fs::read(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))?;
    let refused = || format!("{} is not signed", args.file.display());
    let signed = signature::sign(&component, &pair).with_context(refused)?;
    let output = args.output.as_ref().unwrap_or(&args.file);
    let shown = output.display();
    if signed == component {
        writeln!(out, "{} has been signed by {} before", args.file.display(), pair.public())?;
        if output == &args.file {
            return Ok(());
        }
    }
    file::replace(output, &signed).with_context(|| format!("{shown} cannot be written"))?;
    writeln!(out, "{shown} is signed by {}", pair.public())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use presync_registry::{KeyPair, TrustedKeys};
    use presync_rules::defaults;

    use super::*;

    #[test]
    fn a_rule_is_signed_in_its_place_or_into_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("rule.wasm"), defaults::TEAMS_TO_EIGHT).unwrap();
        let pair = KeyPair::generate().unwrap();
        key::write(&path("my.key"), &pair).unwrap();
        let trusted: TrustedKeys = [pair.public()].into_iter().collect();
        let mut args = SignArgs { file: path("rule.wasm"), key: path("my.key"), output: Some(path("signed.wasm")) };
        run(&args, &mut Vec::new()).unwrap();
        assert_eq!(fs::read(path("rule.wasm")).unwrap(), defaults::TEAMS_TO_EIGHT);
        assert!(signature::check(&fs::read(path("signed.wasm")).unwrap(), &trusted).is_ok());

        args.output = None;
        for said in ["rule.wasm is signed by", "rule.wasm has been signed by"] {
            let mut out = Vec::new();
            run(&args, &mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert!(out.contains(said) && out.contains(&pair.public().to_string()), "{out}");
        }
        assert_eq!(fs::read(path("rule.wasm")).unwrap(), fs::read(path("signed.wasm")).unwrap());
    }

    #[test]
    fn what_is_no_component_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (file, key) = (folder.path().join("rule.wasm"), folder.path().join("my.key"));
        fs::write(&file, "#!/bin/sh\n").unwrap();
        key::write(&key, &KeyPair::generate().unwrap()).unwrap();
        let args = SignArgs { file: file.clone(), key, output: None };
        let error = format!("{:#}", run(&args, &mut Vec::new()).unwrap_err());
        assert!(error.contains("rule.wasm is not signed: this is no WebAssembly component"), "{error}");
        assert_eq!(fs::read(file).unwrap(), b"#!/bin/sh\n");
    }
}
