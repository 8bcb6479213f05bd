//! Writing the directory: operations, replacements, and what they lose.

use super::*;
use crate::UsersPut;

async fn user(desk: &Desk<'_>, id: &str) -> Value {
    json(desk.key(&format!("/admin-provisioning/users/{id}"))).await
}

async fn put(desk: &Desk<'_>, id: &str, body: &Value) -> Response {
    send(desk.with_key(desk.world.http.put(desk.url(&format!("/admin-provisioning/users/{id}"))).json(body))).await
}

async fn operation(desk: &Desk<'_>, id: &str) -> Value {
    json(desk.key(&format!("/admin-provisioning/operations/{id}"))).await
}

#[tokio::test]
async fn a_replacement_is_an_operation_that_waits_is_worked_on_and_completes() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = in_a_queue(&world);
    let id = person.eight_id.as_deref().unwrap();
    let mut whole = user(&desk, id).await;
    whole["serviceInfo"]["extensions"][0]["doNotDisturb"] = json!(true);
    let accepted = put(&desk, id, &whole).await;
    assert_eq!(accepted.status(), 202);
    let body: Value = accepted.json().await.unwrap();
    assert_eq!((body["status"].as_str(), body["operationType"].as_str()), (Some("PENDING"), Some("UPDATE")));
    let op = body["operationId"].as_str().unwrap();
    world.step(1);
    assert_eq!(operation(&desk, op).await["status"], "IN_PROGRESS");
    assert!(!world.sim.seat(&person).unwrap().extension_dnd);
    world.step(2);
    let done = operation(&desk, op).await;
    assert_eq!((done["status"].as_str(), done["error"].is_null()), (Some("COMPLETED"), true));
    assert_eq!(done["resourceId"].as_str(), Some(id));
    assert!(world.sim.seat(&person).unwrap().extension_dnd);
    assert_eq!(desk.user_status(&person).await.as_deref(), Some("DND"));
    // Nothing else was lost.
    let mut after = user(&desk, id).await;
    after["basicInfo"]["lastUpdatedTime"] = whole["basicInfo"]["lastUpdatedTime"].clone();
    assert_eq!(after, whole);
}

#[tokio::test]
async fn a_replacement_forgets_whatever_the_body_does_not_say() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = in_a_queue(&world);
    let id = person.eight_id.as_deref().unwrap();
    let row = json(desk.key("/admin-provisioning/users?pageSize=1000")).await;
    let row = row["data"].as_array().unwrap().iter().find(|row| row["basicInfo"]["userId"] == id).unwrap().clone();
    put(&desk, id, &row).await;
    world.step(3);
    let phones = |user: &Value| user["serviceInfo"]["extensions"][0]["devices"].as_array().unwrap().len();
    assert_eq!(phones(&user(&desk, id).await), 0, "a row of a list is thinner than the user");
    put(&desk, id, &json!({"basicInfo": row["basicInfo"]})).await;
    world.step(3);
    let bare = user(&desk, id).await;
    assert_eq!(bare["serviceInfo"], json!({"licenses": [], "extensions": []}));
    assert_eq!(bare["assignmentInfo"]["ucCallQueues"], json!([]));
    assert_eq!(desk.user_status(&person).await, None, "no extension, no queue, no row");
}

#[tokio::test]
async fn a_name_that_is_taken_fails_at_once_or_when_the_operation_ends() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let people = world.sim.people(0);
    let id = people[0].eight_id.as_deref().unwrap();
    let mut body = user(&desk, id).await;
    body["basicInfo"]["userName"] = json!(people[1].email);
    let refused = put(&desk, id, &body).await;
    assert_eq!(refused.status(), 400);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["errors"][0]["field"], "basicInfo.userName");
    world.sim.edit_eight_quirks(0, |quirks| quirks.duplicate_fails_later = true);
    let accepted: Value = put(&desk, id, &body).await.json().await.unwrap();
    world.step(3);
    let failed = operation(&desk, accepted["operationId"].as_str().unwrap()).await;
    assert_eq!(failed["status"], "FAILED");
    assert_eq!(failed["error"]["errors"][0]["code"], "VALIDATION_ERROR");
    world.sim.fail_next_operation(0, "The licence service did not answer");
    body["basicInfo"]["userName"] = json!(people[0].email);
    let accepted: Value = put(&desk, id, &body).await.json().await.unwrap();
    world.step(3);
    let failed = operation(&desk, accepted["operationId"].as_str().unwrap()).await;
    assert_eq!(failed["error"]["detail"], "The licence service did not answer");
}

#[tokio::test]
async fn put_can_be_missing_in_two_ways_and_ten_operations_are_the_most_at_once() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let id = world.sim.people(0)[0].eight_id.clone().unwrap();
    let body = user(&desk, &id).await;
    for (quirk, code) in [(UsersPut::NotAllowed, 405), (UsersPut::NotFound, 404), (UsersPut::Implemented, 202)] {
        world.sim.edit_eight_quirks(0, |quirks| quirks.users_put = quirk);
        assert_eq!(put(&desk, &id, &body).await.status().as_u16(), code);
    }
    for _ in 0..9 {
        assert_eq!(put(&desk, &id, &body).await.status(), 202);
    }
    assert_eq!(put(&desk, &id, &body).await.status(), 429);
    world.step(3);
    assert_eq!(put(&desk, &id, &body).await.status(), 202);
    assert_eq!(put(&desk, "nobody", &body).await.status(), 404);
}

#[tokio::test]
async fn users_are_created_for_people_who_wait_for_one_and_deleted_again() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let waiting = world.sim.people(0).into_iter().find(|person| person.eight_id.is_none()).unwrap();
    let body = json!({"basicInfo": {"userName": waiting.upn, "primaryEmail": waiting.upn, "firstName": "New",
        "lastName": "Comer", "status": "ACTIVE"}});
    let created = send(desk.with_key(world.http.post(desk.url("/admin-provisioning/users")).json(&body))).await;
    assert_eq!(created.status(), 202);
    let operation_id: Value = created.json().await.unwrap();
    world.step(3);
    let done = operation(&desk, operation_id["operationId"].as_str().unwrap()).await;
    let id = done["resourceId"].as_str().unwrap();
    assert_eq!(user(&desk, id).await["basicInfo"]["lastName"], "Comer");
    assert_eq!(world.sim.truth().people, 41);
    let gone = desk.with_key(world.http.delete(desk.url(&format!("/admin-provisioning/users/{id}"))));
    assert_eq!(status(gone).await, 202);
    world.step(3);
    assert_eq!(world.sim.truth().people, 40);
}
