//! Users whom an identity provider pushes into 8x8.

use super::*;
use crate::SiteUrn;

fn new_user(name: &str, urn: &str, site: &str) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "externalId": "object-id",
        "active": true, "name": {"givenName": "New", "familyName": "Comer"},
        "emails": [{"type": "work", "value": name}], urn: {"site": site}})
}

const ENTRA: &str = "urn:ietf:params:scim:schemas:extension:8x8:1.1:User";
const HELP: &str = "urn:8x8:scim:schemas:extension:8x8user:2.0:User";

#[tokio::test]
async fn whoever_is_provisioned_has_no_licence_and_is_hidden_but_is_linked() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let token = world.access.scim_token.clone().unwrap();
    let waiting = world.sim.people(0).into_iter().find(|person| person.eight_id.is_none()).unwrap();
    let upn = waiting.upn.as_deref().unwrap();
    let post = |token: &str, body: &Value| world.http.post(desk.url("/scim/v2/Users")).bearer_auth(token).json(body);
    let made = send(post(&token, &new_user(upn, ENTRA, "Depot"))).await;
    assert_eq!(made.status(), 201);
    let made: Value = made.json().await.unwrap();
    let id = made["id"].as_str().unwrap();
    let user = json(desk.key(&format!("/admin-provisioning/users/{id}"))).await;
    assert_eq!(user["serviceInfo"], json!({"licenses": [], "extensions": []}));
    assert_eq!(user["directoryInfo"]["displayInDirectory"], false);
    assert_eq!(
        (user["basicInfo"]["scimProvider"].as_str(), user["basicInfo"]["site"]["name"].as_str()),
        (Some("AZURE"), Some("Depot"))
    );
    assert_eq!(world.sim.truth().people, 41, "licensed or not");
    assert_eq!(status(post(&token, &new_user(upn, ENTRA, "Depot"))).await, 409);

    let url = desk.url(&format!("/scim/v2/Users/{id}"));
    let leave = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "Replace", "path": "active", "value": "False"}]});
    assert_eq!(status(world.http.patch(url).bearer_auth(&token).json(&leave)).await, 200);
    assert_eq!(world.sim.truth().people, 40);
    let filter = [("filter", format!("userName eq \"{upn}\""))];
    let found = json(world.http.get(desk.url("/scim/v2/Users")).bearer_auth(&token).query(&filter)).await;
    assert_eq!((found["totalResults"].as_u64(), found["Resources"][0]["active"].as_bool()), (Some(1), Some(false)));
    assert_eq!(status(world.http.get(desk.url("/scim/v2/Users")).bearer_auth(&token)).await, 400);
    world.sim.set_provisioning(0, false);
    assert_eq!(status(post(&token, &new_user("other@x.example", ENTRA, "Depot"))).await, 401);
    let newer = world.sim.set_provisioning(0, true).unwrap();
    assert_eq!(status(post(&newer, &new_user("other@x.example", ENTRA, "Depot"))).await, 201);
}

#[tokio::test]
async fn the_site_goes_by_either_name_or_by_one_of_them() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let token = world.access.scim_token.clone().unwrap();
    let site = async |name: &str, urn: &str| {
        let request = world.http.post(desk.url("/scim/v2/Users")).bearer_auth(&token);
        let made = json(request.json(&new_user(name, urn, "Harbour"))).await;
        let user = json(desk.key(&format!("/admin-provisioning/users/{}", made["id"].as_str().unwrap()))).await;
        user["basicInfo"]["site"]["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(site("a@x.example", ENTRA).await, "Harbour");
    assert_eq!(site("b@x.example", HELP).await, "Harbour");
    world.sim.edit_eight_quirks(0, |quirks| quirks.site_urn = SiteUrn::Help);
    assert_eq!(site("c@x.example", ENTRA).await, "Headquarters");
    let wrong = world.http.post(desk.url("/scim/v2/Users")).bearer_auth(&token);
    assert_eq!(status(wrong.json(&new_user("d@x.example", HELP, "Attic"))).await, 400);
}
