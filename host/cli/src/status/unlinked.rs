//! Who is not kept in step, for people: by tenant and by reason, as `presync link list --unlinked` shows it.

use crate::api::answer::Alone;
use crate::link;

/// The lists of all tenants; nothing when there are none.
pub(super) fn render(tenants: &[(String, Vec<Alone>)]) -> String {
    tenants.iter().map(|(tenant, alone)| format!("\n{}", link::of_unlinked(tenant, alone))).collect()
}
