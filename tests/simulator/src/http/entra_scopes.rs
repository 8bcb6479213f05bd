//! What a `scope` parameter asks for.

use super::aadsts::Aadsts;
use crate::state::{
    access::GRAPH,
    entra::Scopes,
    permission::{Permission, Permissions},
};

/// The hosts of Graph, one for each cloud.
const GRAPHS: [&str; 4] =
    [GRAPH, "https://graph.microsoft.us", "https://dod-graph.microsoft.us", "https://microsoftgraph.chinacloudapi.cn"];
/// Resources that are not Graph, for tokens that Graph has to refuse.
const OTHERS: [&str; 2] = ["https://management.azure.com", "https://outlook.office365.com"];

/// The resource that an application asks for by itself: exactly one, with everything that it was given there.
pub(super) fn app_audience(scope: &str) -> Result<&'static str, Aadsts> {
    let mut asked = scope.split_whitespace();
    let (Some(one), None) = (asked.next(), asked.next()) else {
        return Err(Aadsts::of(70_011).saying("The scope has to be one resource followed by '/.default'."));
    };
    let resource = one.strip_suffix("/.default").ok_or_else(|| {
        Aadsts::of(70_011).saying(format!(
            "The provided value for the input parameter 'scope' is not valid. The scope '{one}' has to end in \
             '/.default'."
        ))
    })?;
    match resource_of(resource) {
        Some(resource) => Ok(resource),
        None => Err(Aadsts::of(500_011)
            .saying(format!("The resource principal named '{resource}' was not found in the tenant."))),
    }
}

/// What a user is asked for; `default` is what `/.default` stands for.
pub(super) fn scopes_of(scope: &str, default: Permissions) -> Result<Scopes, Aadsts> {
    let mut scopes = Scopes::default();
    let mut resource = None;
    for word in scope.split_whitespace() {
        match word {
            "openid" => scopes.openid = true,
            "profile" => scopes.profile = true,
            "email" => scopes.email = true,
            "offline_access" => scopes.offline = true,
            _ => {
                let (named, name) = match word.rsplit_once('/') {
                    Some((named, name)) => (resource_of(named), name),
                    None => (Some(GRAPH), word),
                };
                let named = named.ok_or_else(|| {
                    Aadsts::of(500_011).saying(format!("The resource of '{word}' was not found in the tenant."))
                })?;
                if resource.is_some_and(|resource| resource != named) {
                    return Err(Aadsts::of(28_002));
                }
                resource = Some(named);
                scopes.permissions = scopes.permissions.and(permissions(word, name, default)?);
            }
        }
    }
    Ok(scopes)
}

fn permissions(word: &str, name: &str, default: Permissions) -> Result<Permissions, Aadsts> {
    if name == ".default" {
        return Ok(default);
    }
    let known = Permission::from_name(name).filter(|permission| permission.is_delegated());
    known.map(|permission| Permissions::default().with(permission)).ok_or_else(|| {
        Aadsts::of(70_011).saying(format!(
            "The provided value for the input parameter 'scope' is not valid. The scope '{word}' does not exist."
        ))
    })
}

fn resource_of(text: &str) -> Option<&'static str> {
    if GRAPHS.contains(&text) {
        return Some(GRAPH);
    }
    OTHERS.into_iter().find(|other| *other == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_asks_for_one_resource_and_all_of_it() {
        assert_eq!(app_audience("https://graph.microsoft.com/.default"), Ok(GRAPH));
        let code = |scope| app_audience(scope).map_err(|error| error.code);
        assert_eq!(code("https://graph.microsoft.com/Presence.Read.All"), Err(70_011));
        assert_eq!(code("https://graph.microsoft.com/.default openid"), Err(70_011));
        assert_eq!(code("https://graph.example.com/.default"), Err(500_011));
        assert_eq!(code("https://management.azure.com/.default"), Ok("https://management.azure.com"));
    }

    #[test]
    fn a_user_is_asked_in_the_short_or_the_long_form() {
        let scopes = scopes_of(
            "openid offline_access Presence.Read https://graph.microsoft.com/Presence.Read.All",
            Permissions::default(),
        )
        .unwrap();
        assert!(scopes.openid && scopes.offline && !scopes.profile && !scopes.email);
        assert_eq!(scopes.permissions.names(), ["Presence.Read", "Presence.Read.All"]);
        let code = |scope| scopes_of(scope, Permissions::default()).map_err(|error| error.code);
        assert_eq!(code("Presence.Guess"), Err(70_011));
        assert_eq!(code("Presence.ReadWrite.All"), Err(70_011));
        assert_eq!(code("Presence.Read https://outlook.office365.com/.default"), Err(28_002));
    }
}
