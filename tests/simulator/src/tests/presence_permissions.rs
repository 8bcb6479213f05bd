//! Who may read and who may write whose presence.

use super::{browser::*, *};
use crate::{AppKind, Permission};

/// The first person, the second, and the tokens that they and the application have.
struct Callers {
    own: String,
    other: String,
    token: String,
}

/// A user's token with one permission, or an application's.
async fn callers(world: &World, delegated: Option<Permission>, role: Option<Permission>) -> Callers {
    let people = world.sim.people(0);
    let app = &world.access.read_app;
    let token = match delegated {
        Some(scope) => {
            world.sim.revoke_consent(0, AppKind::Read);
            sign_in(world, app, &people[0], scope.name()).await["access_token"].as_str().unwrap().to_owned()
        }
        None => {
            world.sim.register(0, AppKind::Read, |read| read.roles = role.into_iter().collect()).unwrap();
            entra_token(&world.http, &world.sim, &world.access, app).await
        }
    };
    let id = |at: usize| people[at].teams_id.clone().unwrap();
    Callers { own: id(0), other: id(1), token }
}

/// What each way of reading answers: `/me`, one's own, another's by either path, many.
async fn reads(world: &World, callers: &Callers) -> [u16; 5] {
    let graph = world.sim.graph_url();
    let get = |path: String| world.http.get(graph.clone() + &path).bearer_auth(&callers.token);
    let many = world.http.post(format!("{graph}/communications/getPresencesByUserId")).bearer_auth(&callers.token);
    [
        status(get(String::from("/me/presence"))).await,
        status(get(format!("/users/{}/presence", callers.own))).await,
        status(get(format!("/users/{}/presence", callers.other))).await,
        status(get(format!("/communications/presences/{}", callers.other))).await,
        status(many.json(&json!({"ids": [callers.other]}))).await,
    ]
}

/// What each way of writing answers: a preferred presence at `/me`, on oneself, on another; a session on another.
async fn writes(world: &World, callers: &Callers) -> [u16; 4] {
    let post = |path: String, body: Value| {
        world.http.post(world.sim.graph_url() + &path).bearer_auth(&callers.token).json(&body)
    };
    let busy = json!({"availability": "Busy", "activity": "Busy"});
    let call = json!({"sessionId": world.access.read_app.client_id, "availability": "Busy", "activity": "InACall"});
    let preferred = |whose: String| post(format!("{whose}/presence/setUserPreferredPresence"), busy.clone());
    [
        status(preferred(String::from("/me"))).await,
        status(preferred(format!("/users/{}", callers.own))).await,
        status(preferred(format!("/users/{}", callers.other))).await,
        status(post(format!("/users/{}/presence/setPresence", callers.other), call)).await,
    ]
}

#[tokio::test]
async fn each_delegated_permission_allows_what_it_says() {
    use Permission as P;
    let world = World::new().await;
    let table = [
        (P::PresenceRead, [200, 200, 403, 403, 403], [403; 4]),
        (P::PresenceReadAll, [200, 200, 200, 200, 200], [403; 4]),
        (P::PresenceReadWrite, [403, 403, 403, 403, 403], [200, 200, 401, 401]),
        (P::UserRead, [403; 5], [403; 4]),
    ];
    for (permission, reading, writing) in table {
        let callers = callers(&world, Some(permission), None).await;
        assert_eq!(reads(&world, &callers).await, reading, "{}", permission.name());
        assert_eq!(writes(&world, &callers).await, writing, "{}", permission.name());
    }
}

#[tokio::test]
async fn each_role_of_an_application_allows_what_it_says_and_never_me() {
    use Permission as P;
    let world = World::new().await;
    let table = [
        (Some(P::PresenceReadAll), [400, 200, 200, 200, 200], [400, 403, 403, 403]),
        (Some(P::PresenceReadWriteAll), [400, 200, 200, 200, 200], [400, 200, 200, 200]),
        (Some(P::UserReadAll), [400, 403, 403, 403, 403], [400, 403, 403, 403]),
        (None, [400, 403, 403, 403, 403], [400, 403, 403, 403]),
    ];
    for (role, reading, writing) in table {
        let callers = callers(&world, None, role).await;
        assert_eq!(reads(&world, &callers).await, reading, "{role:?}");
        assert_eq!(writes(&world, &callers).await, writing, "{role:?}");
    }
}

#[tokio::test]
async fn an_application_alone_has_no_me() {
    let world = World::new().await;
    let refused = send(world.get("/me/presence")).await;
    assert_eq!(refused.status(), 400);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["error"]["message"], "/me request is only valid with delegated authentication flow.");
}

#[tokio::test]
async fn a_user_cannot_write_another_and_a_missing_scope_says_nothing() {
    let world = World::new().await;
    let message = async |permission| {
        let callers = callers(&world, Some(permission), None).await;
        let path = format!("/users/{}/presence/clearUserPreferredPresence", callers.other);
        let request = world.http.post(world.sim.graph_url() + &path).bearer_auth(&callers.token).json(&json!({}));
        let refused = send(request).await;
        let status = refused.status().as_u16();
        let body: Value = refused.json().await.unwrap();
        (status, body["error"]["message"].as_str().unwrap().to_owned())
    };
    let (status, text) = message(Permission::PresenceReadWrite).await;
    assert_eq!(status, 401);
    assert!(text.starts_with("Cannot set the presence of another user"), "{text}");
    assert_eq!(message(Permission::PresenceReadAll).await, (403, String::new()));
}
