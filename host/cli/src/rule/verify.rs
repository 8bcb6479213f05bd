//! Who signed a rule, and whether they are trusted.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use presync_registry::{TrustedKeys, signature};

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The rule's component
    file: PathBuf,
    #[command(flatten)]
    trust: Trust,
}

/// The keys that are trusted, on a command line.
#[derive(Debug, Args)]
pub(super) struct Trust {
    /// A public key whose signature is enough; may be given several times
    #[arg(long, value_name = "KEY")]
    pub(super) trusted: Vec<String>,
}

impl Trust {
    pub(super) fn keys(&self) -> Result<TrustedKeys> {
        TrustedKeys::parse(&self.trusted).context("--trusted")
    }
}

pub(super) fn run(args: &VerifyArgs, out: &mut dyn Write) -> Result<()> {
    let trusted = args.trust.keys()?;
    let shown = args.file.display();
    let component = fs::read(&args.file).with_context(|| format!("{shown} cannot be read"))?;
    let refused = || format!("{shown} is refused");
    let signers = signature::intact(&component).with_context(refused)?;
    match signature::check(&component, &trusted).with_context(refused)? {
        Some(signer) => writeln!(out, "{shown} is as {signer} signed it, which is trusted")?,
        None if signers.is_empty() => bail!("{shown} is not signed; sign it with `presync rule sign`"),
        None => {
            for signer in signers {
                writeln!(out, "{shown} is as {signer} signed it")?;
            }
            writeln!(out, "Whether that key is to be trusted is for you to say: --trusted KEY")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use presync_registry::KeyPair;
    use presync_rules::defaults;

    use super::*;

    fn verified(component: &[u8], trusted: &[&KeyPair]) -> Result<String> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("rule.wasm");
        fs::write(&file, component)?;
        let trusted = trusted.iter().map(|pair| pair.public().to_string()).collect();
        let mut out = Vec::new();
        run(&VerifyArgs { file, trust: Trust { trusted } }, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn a_signed_rule_is_accepted_with_its_signer() {
        let pair = KeyPair::generate().unwrap();
        let signed = signature::sign(defaults::TEAMS_TO_EIGHT, &pair).unwrap();
        let said = verified(&signed, &[&pair]).unwrap();
        assert!(said.contains(&format!("is as {} signed it, which is trusted", pair.public())), "{said}");
        let said = verified(&signed, &[]).unwrap();
        assert!(said.contains("is for you to say"), "{said}");
    }

    #[test]
    fn unsigned_unknown_and_altered_are_refused() {
        let (pair, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let signed = signature::sign(defaults::TEAMS_TO_EIGHT, &pair).unwrap();
        let mut altered = signed.clone();
        *altered.last_mut().unwrap() ^= 1;
        let said = |component: &[u8], trusted: &[&KeyPair]| format!("{:#}", verified(component, trusted).unwrap_err());
        assert!(said(defaults::TEAMS_TO_EIGHT, &[]).contains("is not signed; sign it with"));
        assert!(said(defaults::TEAMS_TO_EIGHT, &[&pair]).contains("it is not signed, and this presync takes only"));
        assert!(said(&signed, &[&other]).contains("none of the trusted keys"));
        for trusted in [&[][..], &[&pair]] {
            assert!(said(&altered, trusted).contains("rule.wasm is refused: it was altered after"));
        }
    }

    #[test]
    fn a_bad_key_is_named() {
        let args = VerifyArgs { file: "rule.wasm".into(), trust: Trust { trusted: vec!["ann".into()] } };
        let error = format!("{:#}", run(&args, &mut Vec::new()).unwrap_err());
        assert!(error.starts_with("--trusted: trusted key 1: it is no public key"), "{error}");
    }
}
