//! Who is whom, and who is nobody, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::api::answer::{Alone, Linked, Suggested};
use crate::api::page::{count, words};

/// A line per person.
pub(super) fn of_linked(tenant: &str, people: &[Linked]) -> String {
    let mut rows = vec![["Teams", "8x8", "by", "name"].map(str::to_owned)];
    for Linked { name, user_principal_name, email, eight_id, by, .. } in people {
        let eight = if email.is_empty() { eight_id } else { email };
        let by = by.as_deref().map_or("not read yet".to_owned(), words);
        rows.push([user_principal_name.clone(), eight.clone(), by, name.clone()]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let [first, second, third] = [0, 1, 2].map(width);
    let mut page = format!("{tenant}: {} linked\n", count(people.len(), "person").replace("persons", "people"));
    for [teams, eight, by, name] in rows.iter().filter(|_| !people.is_empty()) {
        let _ = writeln!(page, "  {}", format!("{teams:first$}  {eight:second$}  {by:third$}  {name}").trim_end());
    }
    page
}

/// By reason, with what to do said once.
pub(crate) fn of_unlinked(tenant: &str, accounts: &[Alone]) -> String {
    let mut reasons: BTreeMap<(&str, &str), Vec<&Alone>> = BTreeMap::new();
    for account in accounts {
        reasons.entry((&account.reason, &account.advice)).or_default().push(account);
    }
    let mut page = format!("{tenant}: {} not linked\n", count(accounts.len(), "account"));
    for ((reason, advice), accounts) in reasons {
        let _ = writeln!(page, "  {}: {advice}", words(reason));
        for Alone { side, id, address, name, suggestions, .. } in accounts {
            let side = side.wire();
            let name = if name.is_empty() { String::new() } else { format!("  {name}") };
            let _ = writeln!(page, "    {side:5}  {}  ({id}){name}", shown(address));
            for suggestion in suggestions {
                let _ = writeln!(page, "           {}", might_be(suggestion));
            }
        }
    }
    page
}

/// One suggestion as a line.
pub(super) fn might_be(suggestion: &Suggested) -> String {
    let Suggested { id, address, name, likeness, teams, eight, .. } = suggestion;
    let name = if name.is_empty() { String::new() } else { format!(" {name},") };
    format!("might be{name} {} ({id}), {}: {teams},{eight}", shown(address), words(likeness))
}

fn shown(address: &str) -> &str {
    if address.is_empty() { "no address" } else { address }
}
