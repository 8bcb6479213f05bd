//! Which people a subscription's resource names: one by path, or some by a filter with quoted ids.

use std::collections::BTreeSet;

use uuid::Uuid;

/// The most people in one subscription.
pub(crate) const MOST_PEOPLE: usize = 650;

const COLLECTION: &str = "communications/presences";

/// Why a resource is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is not presence.
    NotPresence,
    /// Its filter is not `id in ('…','…')`; unquoted ids are the usual mistake.
    Filter,
    /// It names more than [`MOST_PEOPLE`]; so many.
    TooMany(usize),
}

/// The people that a resource names.
pub(crate) fn people(resource: &str) -> Result<BTreeSet<Uuid>, Refused> {
    let rest = resource.trim_start_matches('/').strip_prefix(COLLECTION).ok_or(Refused::NotPresence)?;
    if let Some(id) = rest.strip_prefix('/') {
        let id = Uuid::parse_str(id).map_err(|_| Refused::NotPresence)?;
        return Ok(BTreeSet::from([id]));
    }
    let filter = rest.strip_prefix("?$filter=").ok_or(Refused::NotPresence)?;
    let list = filter.trim().strip_prefix("id in").map(str::trim_start).ok_or(Refused::Filter)?;
    let list = list.strip_prefix('(').and_then(|list| list.strip_suffix(')')).ok_or(Refused::Filter)?;
    let ids: Option<BTreeSet<Uuid>> = list.split(',').map(quoted).collect();
    match ids.ok_or(Refused::Filter)? {
        ids if ids.len() > MOST_PEOPLE => Err(Refused::TooMany(ids.len())),
        ids => Ok(ids),
    }
}

fn quoted(id: &str) -> Option<Uuid> {
    Uuid::parse_str(id.trim().strip_prefix('\'')?.strip_suffix('\'')?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "66825e03-7ef5-42da-9069-724602c31f6b";

    #[test]
    fn one_person_and_a_quoted_list_are_read_with_and_without_a_slash() {
        for resource in [
            format!("communications/presences/{ID}"),
            format!("/communications/presences/{ID}"),
            format!("/communications/presences?$filter=id in ('{ID}')"),
            format!("/communications/presences?$filter=id in ('{ID}', '{ID}')"),
        ] {
            assert_eq!(people(&resource).map(|ids| ids.len()), Ok(1), "{resource}");
        }
    }

    #[test]
    fn a_list_without_quotes_is_an_invalid_filter() {
        assert_eq!(people(&format!("/communications/presences?$filter=id in ({ID})")), Err(Refused::Filter));
        assert_eq!(people("/communications/presences?$filter=id in ()"), Err(Refused::Filter));
        assert_eq!(people("/users"), Err(Refused::NotPresence));
        assert_eq!(people("/communications/presences"), Err(Refused::NotPresence));
    }

    #[test]
    fn distinct_ids_are_counted() {
        let list = |count: u128| {
            let ids: Vec<_> = (1..=count).map(|id| format!("'{}'", Uuid::from_u128(id))).collect();
            people(&format!("/communications/presences?$filter=id in ({})", ids.join(",")))
        };
        assert_eq!(list(650).map(|ids| ids.len()), Ok(650));
        assert_eq!(list(651), Err(Refused::TooMany(651)));
    }
}
