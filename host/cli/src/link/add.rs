//! `presync link add`: one more pair in the tenant's file, after saying what it changes. The running service takes it up within a
//! few cycles.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use presync_core::linking::{HandPair, folded};
use presync_service::{LinkSettings, links};

use super::{csv_line, linked, unlinked};
use crate::api::answer::{Alone, Linked};
use crate::api::page::words;
use crate::api::{self, Api, NoSecrets};
use crate::settings;

const AFTER_HELP: &str = "\
The pair goes into the `file` of the tenant's [tenant.link]; a pair that contradicts another one there is refused.

Examples:
  presync link add ann@corp.com hvOB1l3zDCaDAwp9tNLzZA --tenant acme --config presync.toml
  presync link add ann@corp.com ann.lee@corp.com --config presync.toml --dry-run     only say what it would change";

/// Pair two accounts by hand
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct AddArgs {
    /// Teams user name or object id
    teams: String,
    /// 8x8 user id, e-mail or user name
    eight: String,
    /// Whose people; may be left out where there is one tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// The settings file, which names the file of pairs and says where the service listens
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Say what would change and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: &AddArgs) -> Result<()> {
    let pair = HandPair { teams: args.teams.trim().to_owned(), eight: args.eight.trim().to_owned() };
    let settings = settings::load_with(&args.config, &NoSecrets)?;
    let tenants = &settings.tenants;
    let tenant = match (&args.tenant, tenants.as_slice()) {
        (None, [only]) => only,
        (Some(named), _) => tenants
            .iter()
            .find(|tenant| tenant.id.as_str() == named)
            .with_context(|| format!("{} has no tenant \"{named}\"", args.config.display()))?,
        (None, _) => bail!("{} has {} tenants; say which with --tenant", args.config.display(), tenants.len()),
    };
    let id = tenant.id.as_str();
    let Some(file) = &tenant.link.file else {
        bail!(
            "tenant {id} has no file of pairs. Write one with the line teams,eight and name it in {}: `file = \"links.csv\"` in \
             [tenant.link] of that tenant",
            args.config.display()
        );
    };
    if is_there(&pair, &tenant.link, file)? {
        return Ok(api::print(&format!("{} and {} are paired already; nothing is written\n", pair.teams, pair.eight))?);
    }
    let told = match told(settings.service.listen, id, &pair).await {
        Ok(told) => told,
        Err(error) => format!("What it changes is not known: {error:#}\n"),
    };
    api::print(&told)?;
    let line = line(&fs::read_to_string(file)?, &pair)?;
    if args.dry_run {
        return Ok(api::print(&format!("It would be a line of {}: {line}", file.display()))?);
    }
    append(file, &line).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(api::print(&format!("Added to {}: {line}", file.display()))?)
}

/// Whether the pair is there already.
///
/// # Errors
/// When another one, or an exclusion, contradicts it.
pub(super) fn is_there(pair: &HandPair, link: &LinkSettings, file: &Path) -> Result<bool> {
    let HandPair { teams, eight } = pair;
    if teams.is_empty() || eight.is_empty() {
        bail!(
            "a pair has a name on either side: a Teams user name or object id, and an 8x8 user id, e-mail or user name"
        );
    }
    let excluded = [teams, eight].into_iter().find(|name| link.policy.exclude.contains(folded(name).as_ref()));
    if let Some(name) = excluded {
        bail!("{name} is in `exclude` of [tenant.link] and is never linked; take it out there first");
    }
    let of_file = links::read(file)?;
    let of_file = of_file.iter().map(|pair| (pair, file.display().to_string()));
    let all: Vec<_> = of_file.chain(link.policy.hand.iter().map(|pair| (pair, "the settings".to_owned()))).collect();
    if let Some((other, place)) = all.iter().find(|(other, _)| other.contradicts(pair)) {
        bail!(
            "{place} pairs {} with {}; take that out before {teams} is paired with {eight}",
            other.teams,
            other.eight
        );
    }
    Ok(all.iter().any(|(other, _)| folded(&other.teams) == folded(teams) && folded(&other.eight) == folded(eight)))
}

/// What the running service knows of the two.
async fn told(listen: SocketAddr, tenant: &str, pair: &HandPair) -> Result<String> {
    let api = Api::listening(listen)?;
    Ok(changes(pair, &linked(&api, tenant).await?, &unlinked(&api, tenant).await?))
}

/// What the pair changes for whom.
pub(super) fn changes(pair: &HandPair, linked: &[Linked], unlinked: &[Alone]) -> String {
    let is = |name: &str, known: &[&str]| known.iter().any(|known| folded(known) == folded(name));
    let mut told = String::new();
    for (side, name) in [("Teams", &pair.teams), ("8x8", &pair.eight)] {
        let known = |person: &&Linked| match side {
            "Teams" => is(name, &[&person.user_principal_name, &person.teams_id]),
            _ => is(name, &[&person.email, &person.eight_id]),
        };
        let alone = |account: &&Alone| account.side.wire() == side && is(name, &[&account.address, &account.id]);
        told += &match (linked.iter().find(known), unlinked.iter().find(alone)) {
            (Some(Linked { name: person, user_principal_name, email, eight_id, by, .. }), _) => {
                let email = if email.is_empty() { eight_id } else { email };
                let by = by.as_deref().map(|by| format!(" (by {})", words(by))).unwrap_or_default();
                format!(
                    "{side} {name}: is {person}, linked now as {user_principal_name} and {email}{by}; that link ends\n"
                )
            }
            (None, Some(account)) => {
                let person = if account.name.is_empty() { &account.id } else { &account.name };
                format!("{side} {name}: is {person}, not linked now ({})\n", words(&account.reason))
            }
            (None, None) => format!("{side} {name}: nobody whom the service knows; the pair waits for them\n"),
        };
    }
    told
}

/// The pair as a line of the file, whose columns may stand in either order.
pub(super) fn line(text: &str, pair: &HandPair) -> Result<String> {
    let header = text.trim_start_matches('\u{feff}').lines().find(|line| !line.is_empty() && !line.starts_with('#'));
    let eight_first = header.is_some_and(|header| header.trim_start().to_lowercase().starts_with("eight"));
    if eight_first { csv_line(&[&pair.eight, &pair.teams]) } else { csv_line(&[&pair.teams, &pair.eight]) }
}

/// Writes the file anew with this line at its end, beside the old one, and puts it in its place in one step: nobody reads half of it.
pub(super) fn append(file: &Path, line: &str) -> Result<()> {
    // A link stays a link.
    let file = file.canonicalize()?;
    let mut text = fs::read_to_string(&file)?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
    presync_registry::file::replace(&file, text.as_bytes())?;
    Ok(())
}
