//! `presync status`: how the service goes, tenant by tenant. The exit code is for scripts that watch it.
//!
//! # Layout
//! * `page`: the status for people
//! * `carrying`: what is not carried to 8x8, for people
//! * `freshness`: how long changes take, and how soon the cycles come, for people
//! * `overrides`: the tenants' own rules, for people
//! * `told`: being told of changes in Teams, for people
//! * `unlinked`: who is not kept in step, for people
//! * `warnings`: what may become wrong, for people

mod carrying;
mod freshness;
mod overrides;
mod page;
#[cfg(test)]
mod tests;
mod told;
mod unlinked;
mod warnings;

use std::process::ExitCode;

use serde_json::Value;

use crate::api::answer::{Alone, Overview};
use crate::api::{self, Api, ApiError, Where};

const AFTER_HELP: &str = "\
Exit code:
  0  all is well
  1  a side is down, or something waits for an administrator
  2  the service cannot be asked

Examples:
  presync status
  presync status --unlinked                       who is not kept in step, and what to do
  presync status --config presync.toml            the service that these settings start
  presync status --json | jq '.tenants[].down'";

/// Something needs attention.
const UNWELL: u8 = 1;
/// Nobody can say.
const UNKNOWN: u8 = 2;

/// Show how the running service goes, tenant by tenant
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    place: Where,
    /// Print what the service says, as JSON
    #[arg(long)]
    json: bool,
    /// List the people who are not kept in step as well, with what to do about each
    #[arg(long)]
    unlinked: bool,
}

/// What was learned.
struct Learned {
    overview: Overview,
    /// By tenant; empty unless asked for.
    unlinked: Vec<(String, Vec<Alone>)>,
    /// The same as JSON, with all that the service said.
    raw: Value,
}

/// Asks the service, prints what it says and gives the exit code.
///
/// # Errors
/// When nothing can be printed.
pub(crate) async fn run(args: &StatusArgs) -> anyhow::Result<ExitCode> {
    let learned = match ask(args).await {
        Ok(learned) => learned,
        Err(error) => {
            eprintln!("presync: {:#}", anyhow::Error::new(error));
            return Ok(ExitCode::from(UNKNOWN));
        }
    };
    let page = if args.json {
        serde_json::to_string_pretty(&learned.raw)? + "\n"
    } else {
        page::render(&learned.overview) + &unlinked::render(&learned.unlinked)
    };
    api::print(&page)?;
    Ok(if is_well(&learned.overview) { ExitCode::SUCCESS } else { ExitCode::from(UNWELL) })
}

async fn ask(args: &StatusArgs) -> Result<Learned, ApiError> {
    let api = Api::at(&args.place)?;
    let mut raw = api.get(&["v1", "status"]).await?;
    let overview: Overview = api.read(&raw)?;
    let mut unlinked = Vec::new();
    if args.unlinked {
        let mut by_tenant = serde_json::Map::new();
        for tenant in &overview.tenants {
            let alone = api.get(&["v1", "tenants", &tenant.tenant, "unlinked"]).await?;
            unlinked.push((tenant.tenant.clone(), api.read(&alone)?));
            by_tenant.insert(tenant.tenant.clone(), alone);
        }
        if let Some(status) = raw.as_object_mut() {
            status.insert("unlinked".to_owned(), by_tenant.into());
        }
    }
    Ok(Learned { overview, unlinked, raw })
}

/// Whether nobody has to look after anything.
fn is_well(overview: &Overview) -> bool {
    let is_well = |tenant: &api::answer::Tenant| {
        tenant.down.is_empty()
            && tenant.troubles.values().all(|trouble| !trouble.needs_action)
            && tenant.warnings.iter().all(|warning| !warning.needs_action)
    };
    overview.tenants.iter().all(is_well)
}
