//! `presync link list`: who is whom, or who is nobody.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::{csv_line, linked, table, tenant, unlinked};
use crate::api::answer::{Alone, Linked};
use crate::api::{self, Api, Where};

const AFTER_HELP: &str = "\
Examples:
  presync link list                                       the only tenant there is
  presync link list --tenant acme --unlinked
  presync link list --tenant acme --format csv > who-is-whom.csv
  presync link list --tenant acme --unlinked --format json | jq 'group_by(.reason) | map({(.[0].reason): length})'";

/// List who is linked to whom, and by what; or who is not linked, and why
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ListArgs {
    /// Whose people; may be left out where there is one tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// List the accounts that are not linked, with the reason and who might be meant
    #[arg(long)]
    unlinked: bool,
    /// As what
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For spreadsheets
    Csv,
    /// As the service says it
    Json,
}

pub(super) async fn run(args: &ListArgs) -> Result<()> {
    let api = Api::at(&args.place)?;
    let tenant = tenant(&api, args.tenant.as_deref()).await?;
    let what = if args.unlinked { "unlinked" } else { "links" };
    let page = match (args.format, args.unlinked) {
        (Format::Json, _) => serde_json::to_string_pretty(&api.get(&["v1", "tenants", &tenant, what]).await?)? + "\n",
        (Format::Csv, false) => csv_of_linked(&linked(&api, &tenant).await?)?,
        (Format::Csv, true) => csv_of_unlinked(&unlinked(&api, &tenant).await?)?,
        (Format::Table, false) => table::of_linked(&tenant, &linked(&api, &tenant).await?),
        (Format::Table, true) => table::of_unlinked(&tenant, &unlinked(&api, &tenant).await?),
    };
    Ok(api::print(&page)?)
}

/// The first and the third column are a file of pairs by themselves.
pub(super) fn csv_of_linked(people: &[Linked]) -> Result<String> {
    let mut page = csv_line(&["teams", "teams_id", "eight", "eight_id", "name", "by"])?;
    for Linked { name, user_principal_name, teams_id, email, eight_id, by } in people {
        let by = by.as_deref().unwrap_or("not read yet");
        page += &csv_line(&[user_principal_name, teams_id, email, eight_id, name, by])?;
    }
    Ok(page)
}

/// A line per account, with the likeliest of those who might be meant.
pub(super) fn csv_of_unlinked(accounts: &[Alone]) -> Result<String> {
    let header =
        ["side", "id", "address", "name", "reason", "advice", "might_be", "might_be_name", "likeness", "score"];
    let mut page = csv_line(&header)?;
    for Alone { side, id, address, name, reason, advice, suggestions } in accounts {
        let (mut address_of, mut name_of, mut likeness_of, mut score_of) = ("", "", "", String::new());
        if let Some(likeliest) = suggestions.first() {
            address_of = if likeliest.address.is_empty() { &likeliest.id } else { &likeliest.address };
            (name_of, likeness_of) = (&likeliest.name, &likeliest.likeness);
            score_of = likeliest.score.to_string();
        }
        let side = side.wire();
        page += &csv_line(&[side, id, address, name, reason, advice, address_of, name_of, likeness_of, &score_of])?;
    }
    Ok(page)
}
