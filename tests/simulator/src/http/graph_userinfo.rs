//! `GET /oidc/userinfo`: who signed in, for OpenID clients.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap};
use serde_json::json;

use super::{
    entra_token::pairwise,
    graph::guarded,
    reply::{Reply, json_text},
};
use crate::{faults::Endpoint, state::world::World};

pub(super) async fn who(State(world): State<Arc<World>>, headers: HeaderMap) -> Reply {
    guarded(&world, &headers, Endpoint::UserInfo, |caller| {
        let claims = world.with(caller.cell, |tenant, _| {
            let id = caller.user?;
            let user = tenant.person(*tenant.by_teams_id.get(&id)?)?.teams.as_ref()?;
            let sub = pairwise(&tenant.access.app(caller.app).client_id, &id.to_string());
            let (first, last) = user.name.split_once(' ').unwrap_or((&user.name, ""));
            Some(json!({"sub": sub, "name": user.name, "given_name": first, "family_name": last, "email": user.upn}))
        });
        match claims {
            Some(claims) => json_text(200, claims.to_string()),
            None => caller.error(403, "Forbidden", "The token was not given for a signed-in user."),
        }
    })
    .await
}
