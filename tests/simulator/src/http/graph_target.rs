//! Whose presence a request is about, and whether the caller may.

use axum::extract::Path;
use jiff::{Span, SpanRelativeTo};
use uuid::Uuid;

use super::{graph::Caller, reply::Reply};
use crate::state::{permission::Permission, tenant::Tenant};

/// The id in a path, or nothing for `/me`.
pub(super) type Whose = Option<Path<String>>;

/// The user that the path names: one's own, or anybody by object id. A principal name is nobody's id.
pub(super) fn named(caller: &Caller<'_>, whose: Option<&str>) -> Result<Uuid, Box<Reply>> {
    match whose {
        Some(id) => Uuid::parse_str(id).map_err(|_| Box::new(not_found(caller))),
        None => caller.user.ok_or_else(|| {
            let message = "/me request is only valid with delegated authentication flow.";
            Box::new(caller.error(400, "BadRequest", message))
        }),
    }
}

/// Whether the caller may read this user's presence.
pub(super) fn may_read(caller: &Caller<'_>, id: Option<Uuid>) -> bool {
    match caller.user {
        None => caller.may(&[Permission::PresenceReadAll, Permission::PresenceReadWriteAll]),
        own if own == id => caller.may(&[Permission::PresenceRead, Permission::PresenceReadAll]),
        Some(_) => caller.may(&[Permission::PresenceReadAll]),
    }
}

/// The user whose presence the caller may write, by place.
pub(super) fn writable(caller: &Caller<'_>, id: Uuid) -> Result<u32, Box<Reply>> {
    let permission = match caller.user {
        None => Permission::PresenceReadWriteAll,
        Some(_) => Permission::PresenceReadWrite,
    };
    if !caller.may(&[permission]) {
        return Err(Box::new(caller.forbidden()));
    }
    if caller.user.is_some_and(|own| own != id) {
        return Err(Box::new(caller.error(401, "Unauthorized", "Cannot set the presence of another user.")));
    }
    caller.world.with(caller.cell, |tenant, _| place_of(tenant, id)).ok_or_else(|| Box::new(not_found(caller)))
}

/// The place of a Teams user.
pub(super) fn place_of(tenant: &Tenant, id: Uuid) -> Option<u32> {
    tenant.by_teams_id.get(&id).copied()
}

pub(super) fn not_found(caller: &Caller<'_>) -> Reply {
    caller.error(404, "NotFound", "The resource could not be found.")
}

/// The seconds of an ISO 8601 duration of days and smaller units, such as `PT90M` or `P1D`.
pub(super) fn whole_seconds(text: &str) -> Option<i64> {
    let span: Span = text.parse().ok().filter(|_| text.starts_with('P'))?;
    let dated = span.get_years() != 0 || span.get_months() != 0 || span.get_weeks() != 0;
    let duration = (!dated).then(|| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())??;
    Some(duration.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_day_and_time_form() {
        assert_eq!(whole_seconds("PT5M"), Some(300));
        assert_eq!(whole_seconds("PT1H30M"), Some(5_400));
        assert_eq!(whole_seconds("PT90M"), Some(5_400));
        assert_eq!(whole_seconds("P1DT1S"), Some(86_401));
        for wrong in ["P1M", "P1Y", "five minutes", "5m", "300", "", "-PT5M"] {
            assert_eq!(whole_seconds(wrong), None, "{wrong}");
        }
    }
}
