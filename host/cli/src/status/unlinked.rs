//! Who is not kept in step, for people: by tenant and by reason, with what to do said once.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::api::answer::Alone;
use crate::api::page::{count, words};

/// The lists of all tenants; nothing when there are none.
pub(super) fn render(tenants: &[(String, Vec<Alone>)]) -> String {
    tenants.iter().map(|(tenant, alone)| of_tenant(tenant, alone)).collect()
}

fn of_tenant(tenant: &str, alone: &[Alone]) -> String {
    let mut reasons: BTreeMap<(&str, &str), Vec<&Alone>> = BTreeMap::new();
    for account in alone {
        reasons.entry((&account.reason, &account.advice)).or_default().push(account);
    }
    let mut section = format!("\n{tenant}: {} not linked\n", count(alone.len(), "account"));
    for ((reason, advice), accounts) in reasons {
        let _ = writeln!(section, "  {}: {advice}", words(reason));
        for Alone { side, id, address, .. } in accounts {
            let side = side.wire();
            let address = if address.is_empty() { "no address" } else { address };
            let _ = writeln!(section, "    {side:5}  {address}  ({id})");
        }
    }
    section
}
