//! `presync link`: who is whom, who is nobody, and pairs by hand.
//!
//! # Layout
//! * `list`: who is linked and who is not; `table`: the same for people
//! * `suggest`: the lines that would link those who are not
//! * `add`: one more pair in the tenant's file

mod add;
mod list;
mod suggest;
mod table;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::api::answer::{Alone, Linked, Overview};
use crate::api::{Api, ApiError};
use crate::run::block_on;
pub(crate) use table::of_unlinked;

const AFTER_HELP: &str = "\
Examples:
  presync link list --tenant acme
  presync link list --tenant acme --unlinked              who is not kept in step, why, and who might be meant
  presync link suggest --tenant acme                      lines for the file of pairs
  presync link add ann@corp.com hvOB1l3zDCaDAwp9tNLzZA --tenant acme --config presync.toml";

/// See who is linked to whom and who is not, and pair people by hand
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct LinkArgs {
    #[command(subcommand)]
    command: LinkCommand,
}

#[derive(Debug, Subcommand)]
enum LinkCommand {
    List(list::ListArgs),
    Suggest(suggest::SuggestArgs),
    Add(add::AddArgs),
}

/// Runs it.
///
/// # Errors
/// When the service cannot be asked, or a pair cannot be added.
pub(crate) fn run(args: &LinkArgs) -> Result<ExitCode> {
    match &args.command {
        LinkCommand::List(args) => block_on(list::run(args)),
        LinkCommand::Suggest(args) => block_on(suggest::run(args)),
        LinkCommand::Add(args) => block_on(add::run(args)),
    }
    .map(|()| ExitCode::SUCCESS)
}

/// The tenant that is meant: the one that is named, or the only one there is.
async fn tenant(api: &Api, named: Option<&str>) -> Result<String> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let overview: Overview = api.read(&api.get(&["v1", "status"]).await?)?;
    match overview.tenants.as_slice() {
        [only] => Ok(only.tenant.clone()),
        tenants => {
            let names: Vec<&str> = tenants.iter().map(|tenant| tenant.tenant.as_str()).collect();
            bail!("there are {} tenants; say which with --tenant: {}", tenants.len(), names.join(", "))
        }
    }
}

async fn linked(api: &Api, tenant: &str) -> Result<Vec<Linked>, ApiError> {
    api.read(&api.get(&["v1", "tenants", tenant, "links"]).await?)
}

async fn unlinked(api: &Api, tenant: &str) -> Result<Vec<Alone>, ApiError> {
    api.read(&api.get(&["v1", "tenants", tenant, "unlinked"]).await?)
}

/// A line of CSV with its end, quoted where that is needed.
fn csv_line(fields: &[&str]) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(fields)?;
    Ok(String::from_utf8(writer.into_inner()?)?)
}
