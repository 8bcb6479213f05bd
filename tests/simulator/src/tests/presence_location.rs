//! Where a person works, beside their presence.

use super::{browser::*, *};
use crate::{WorkLocation, WorkPlace};

#[tokio::test]
async fn a_person_says_where_they_work_and_nobody_says_it_for_them() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let scope = "Presence.Read Presence.ReadWrite";
    let signed_in = sign_in(&world, &world.access.read_app, person, scope).await;
    let token = signed_in["access_token"].as_str().unwrap();
    let graph = world.sim.graph_url();
    let act = async |action: &str, body: Value| {
        status(world.http.post(format!("{graph}/me/presence/{action}")).bearer_auth(token).json(&body)).await
    };
    let read = async || json(world.http.get(format!("{graph}/me/presence")).bearer_auth(token)).await;
    let before = read().await;
    assert!(before.get("workLocation").is_none());

    let scheduled = WorkLocation { work_location_type: WorkPlace::Remote, place_id: None };
    world.sim.schedule_work_location(person, Some(scheduled));
    assert_eq!(read().await["workLocation"]["source"], "scheduled");
    let building = "eb706f15-137e-4722-b4d1-b601481d9251";
    assert_eq!(act("setAutomaticLocation", json!({"workLocationType": "office", "placeId": building})).await, 200);
    let expected = json!({"workLocationType": "office", "source": "automatic", "placeId": building});
    assert_eq!(read().await["workLocation"], expected);
    assert_eq!(act("setManualLocation", json!({"workLocationType": "timeOff"})).await, 200);
    let after = read().await;
    assert_eq!(after["workLocation"], json!({"workLocationType": "timeOff", "source": "manual", "placeId": null}));
    assert_eq!((&after["availability"], &after["activity"]), (&before["availability"], &before["activity"]));
    assert!(after["sequenceNumber"].as_str() > before["sequenceNumber"].as_str());
    assert_eq!(act("clearAutomaticLocation", json!({})).await, 200);
    assert_eq!(read().await["workLocation"]["source"], "manual");
    assert_eq!(act("clearLocation", json!({})).await, 200);
    assert_eq!(read().await["workLocation"]["source"], "scheduled");

    for wrong in [json!({}), json!({"workLocationType": "unspecified"}), json!({"workLocationType": "Beach"})] {
        assert_eq!(act("setManualLocation", wrong).await, 400);
    }
    let path = format!("/users/{}/presence/clearLocation", person.teams_id.as_ref().unwrap());
    assert_eq!(status(world.post(&path, &json!({}))).await, 403, "no application can");
}
