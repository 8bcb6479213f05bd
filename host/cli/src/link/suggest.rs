//! `presync link suggest`: a file of pairs for those who are not linked, to be looked through before it is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anyhow::Result;
use clap::Args;
use presync_core::words::Side;

use super::table::might_be;
use super::{csv_line, tenant, unlinked};
use crate::api::answer::{Alone, Suggested};
use crate::api::page::words;
use crate::api::{self, Api, Where};

const AFTER_HELP: &str = "\
What is printed is a file of pairs. Whom only one account might be is a line of it; whom several might be is a remark.
Look through it, then put it, or the lines that are right, into the `file` of [tenant.link].

Examples:
  presync link suggest --tenant acme
  presync link suggest --tenant acme --at-least 95 > links.csv";

/// Print the lines that would link those who are not linked
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct SuggestArgs {
    /// Whose people; may be left out where there is one tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Leave out what is less likely: 100 is an address in common, 95 the same name, 90 the same before the @, less is alike
    #[arg(long, value_name = "SCORE", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    at_least: u8,
    #[command(flatten)]
    place: Where,
}

pub(super) async fn run(args: &SuggestArgs) -> Result<()> {
    let api = Api::at(&args.place)?;
    let tenant = tenant(&api, args.tenant.as_deref()).await?;
    let accounts = unlinked(&api, &tenant).await?;
    Ok(api::print(&page(&accounts, args.at_least)?)?)
}

/// The file. A pair that both of its accounts like best, and no other as much, is a line; the rest is remarks.
pub(super) fn page(accounts: &[Alone], at_least: u8) -> Result<String> {
    let mut best: BTreeMap<(&str, &str), &Suggested> = BTreeMap::new();
    for account in accounts {
        if let Some(only) = only_best(account, at_least) {
            best.insert((account.side.wire(), &account.id), only);
        }
    }
    let (mut lines, mut open) = (BTreeSet::new(), Vec::new());
    for account in accounts.iter().filter(|account| likely(account, at_least).next().is_some()) {
        let other = best.get(&(account.side.wire(), account.id.as_str()));
        let back = other.and_then(|other| best.get(&(across(account.side).wire(), other.id.as_str())));
        match (other, back) {
            (Some(Suggested { teams, eight, likeness, .. }), Some(back)) if back.id == account.id => {
                lines.insert((likeness.as_str(), teams.as_str(), eight.as_str()));
            }
            _ => open.push(account),
        }
    }
    let mut page = csv_line(&["teams", "eight"])?;
    let mut likeness_before = None;
    for (likeness, teams, eight) in lines {
        if likeness_before != Some(likeness) {
            let _ = writeln!(page, "# {}", words(likeness));
            likeness_before = Some(likeness);
        }
        page += &csv_line(&[teams, eight])?;
    }
    for account in open {
        let address = if account.address.is_empty() { &account.id } else { &account.address };
        let _ = writeln!(page, "# {} {address}: several might be meant", account.side.wire());
        for suggestion in likely(account, at_least) {
            let _ = writeln!(page, "#   {}", might_be(suggestion));
        }
    }
    Ok(page)
}

fn likely(account: &Alone, at_least: u8) -> impl Iterator<Item = &Suggested> {
    account.suggestions.iter().filter(move |suggestion| suggestion.score >= at_least)
}

/// The likeliest, if no other is as likely.
fn only_best(account: &Alone, at_least: u8) -> Option<&Suggested> {
    let mut likely = likely(account, at_least);
    let best = likely.next()?;
    likely.next().is_none_or(|next| next.score < best.score).then_some(best)
}

const fn across(side: Side) -> Side {
    match side {
        Side::Teams => Side::Eight,
        Side::Eight => Side::Teams,
    }
}
