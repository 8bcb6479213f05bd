//! `presync rule rollback` and `presync rule promote`: what an administrator does by hand to a rule of a running service.

use std::io::Write;

use anyhow::Result;
use secrecy::SecretString;

use crate::api::answer::Steered;
use crate::api::{Api, Where};
use crate::run::block_on;

/// Where the token is that the service asks for when its settings have one.
pub(super) const TOKEN: &str = "PRESYNC_ADMIN_TOKEN";

/// Which rule of which tenant.
#[derive(Debug, clap::Args)]
pub(crate) struct SteerArgs {
    /// The rule's name, or its path or reference as the settings have it
    rule: String,
    /// Whose rule
    #[arg(long, value_name = "ID")]
    tenant: String,
    #[command(flatten)]
    place: Where,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Steer {
    /// Back to the version before.
    Rollback,
    /// From trial to everyone, or back in.
    Promote,
}

/// Asks the service and says what it did.
pub(super) fn run(args: &SteerArgs, steer: Steer, out: &mut dyn Write) -> Result<()> {
    let token = std::env::var(TOKEN).ok().map(SecretString::from);
    let what = match steer {
        Steer::Rollback => "rollback",
        Steer::Promote => "promote",
    };
    let steered: Steered = block_on(async {
        let api = Api::at(&args.place)?;
        let answer =
            api.post(&["v1", "tenants", &args.tenant, "rules", &args.rule, what], None, token.as_ref()).await?;
        Ok(api.read(&answer)?)
    })?;
    writeln!(out, "{}", sentence(&steered))?;
    Ok(())
}

fn sentence(steered: &Steered) -> String {
    let Steered { rule, from, to, on_trial, refused, generation } = steered;
    let mut said = match (from, to) {
        (Some(from), Some(to)) if from != to => format!("{rule}: version {to} is in force instead of {from}"),
        (_, Some(to)) => format!("{rule}: version {to} is in force"),
        (Some(from), None) => format!("{rule}: version {from} is in force no longer, and no other is"),
        (None, None) => format!("{rule}: no version is in force"),
    };
    if *on_trial {
        said += ", on trial first";
    }
    said += &format!(" (generation {generation})");
    if let Some(refused) = refused {
        said += &format!("\nWhat its source holds is refused: {refused}");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steered(from: Option<&str>, to: Option<&str>, on_trial: bool) -> Steered {
        let (from, to) = (from.map(str::to_owned), to.map(str::to_owned));
        Steered { rule: "dnd-routing".to_owned(), from, to, on_trial, refused: None, generation: 7 }
    }

    #[test]
    fn what_was_done_is_one_sentence() {
        let said = |from, to, on_trial| sentence(&steered(from, to, on_trial));
        let back = "dnd-routing: version 1.1.0 is in force instead of 1.2.0 (generation 7)";
        assert_eq!(said(Some("1.2.0"), Some("1.1.0"), false), back);
        let same = "dnd-routing: version 1.2.0 is in force, on trial first (generation 7)";
        assert_eq!(said(Some("1.2.0"), Some("1.2.0"), true), same);
        let none = "dnd-routing: version 1.2.0 is in force no longer, and no other is (generation 7)";
        assert_eq!(said(Some("1.2.0"), None, false), none);
    }
}
