//! `presync why`: one person on a page: both sides, the rules that decided, and what happened last.
//!
//! # Layout
//! * `page`: the page; `carrying`: the part of it that tells what is carried to 8x8
//! * `rules`: the chains, rule by rule
//! * `sentence`: an event of the log as a sentence

mod carrying;
mod page;
mod rules;
mod sentence;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use serde_json::Value;

use crate::api::answer::Why;
use crate::api::{self, Api, ApiError, Where};

const AFTER_HELP: &str = "\
Exit code:
  0  the person was found
  1  nobody of that name is linked in that tenant; the message says what to check
  2  the service cannot be asked

Examples:
  presync why ann@corp.com --tenant acme
  presync why ann@corp.com --tenant acme --config presync.toml
  presync why ann@corp.com --tenant acme --json | jq .view";

/// The service has no such person.
const NOBODY: u8 = 1;
/// Nobody can say.
const UNKNOWN: u8 = 2;

/// Show why a person is shown as they are: what both sides say, which rule decided, what was written
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct WhyArgs {
    /// Teams user name, 8x8 address, or the id of either account
    user: String,
    /// The tenant, as named in the settings
    #[arg(long, value_name = "TENANT")]
    tenant: String,
    #[command(flatten)]
    place: Where,
    /// Print what the service says, as JSON
    #[arg(long)]
    json: bool,
}

/// Asks the service, prints the page and gives the exit code.
///
/// # Errors
/// When nothing can be printed.
pub(crate) async fn run(args: &WhyArgs) -> anyhow::Result<ExitCode> {
    let (why, raw) = match ask(args).await {
        Ok(learned) => learned,
        Err(error) => {
            let code = if matches!(error, ApiError::Problem { .. }) { NOBODY } else { UNKNOWN };
            eprintln!("presync: {:#}", anyhow::Error::new(error));
            return Ok(ExitCode::from(code));
        }
    };
    let page = if args.json { serde_json::to_string_pretty(&raw)? + "\n" } else { page::render(&args.tenant, &why) };
    api::print(&page)?;
    Ok(ExitCode::SUCCESS)
}

async fn ask(args: &WhyArgs) -> Result<(Why, Value), ApiError> {
    let api = Api::at(&args.place)?;
    let raw = api.get(&["v1", "tenants", &args.tenant, "people", &args.user]).await?;
    Ok((api.read(&raw)?, raw))
}
