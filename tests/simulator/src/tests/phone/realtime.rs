//! Realtime Metrics of agents.

use super::*;

async fn message(request: RequestBuilder) -> String {
    let response = send(request).await;
    assert_eq!(response.status(), 400);
    let body: Value = response.json().await.unwrap();
    body["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_data_is_refreshed_every_five_seconds_and_not_before() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = combo(&world);
    let id = world.sim.seat(&person).unwrap().agent_id.unwrap();
    let path = format!("/agents?metrics=status.rt,activeChannels.rt,statusCode.rt&agent-ids={id}");
    let shown = async || json(desk.realtime(&path)).await[0]["metrics"].clone();
    assert_eq!(shown().await[0], json!({"key": "status.rt", "value": "Available"}));
    world.sim.set_agent_status(&person, AgentStatus::ProcessTransact, true);
    world.step(4);
    assert_eq!(shown().await[0]["value"], "Available");
    world.step(1);
    let metrics = shown().await;
    assert_eq!(metrics[0]["value"], "Handling");
    assert_eq!(metrics[1]["value"], json!(["PHONE"]));
    assert_eq!(metrics[2]["value"], Value::Null);
}

#[tokio::test]
async fn pages_sizes_metrics_and_the_tenant_header_are_checked_in_the_published_words() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let answer = send(desk.realtime("/agents?metrics=status.rt&size=5&page=1")).await;
    let headers = answer.headers();
    let paging = ["x-page", "x-page-size", "x-total-pages", "x-total-elements"];
    assert_eq!(paging.map(|name| headers[name].to_str().unwrap().to_owned()), ["1", "5", "2", "8"]);
    assert_eq!(answer.json::<Value>().await.unwrap().as_array().unwrap().len(), 3);
    assert_eq!(
        message(desk.realtime("/agents?metrics=status.rt&size=1001")).await,
        "Bad request: Field 'size' must be less than or equal to 1000"
    );
    assert_eq!(
        message(desk.realtime("/agents?metrics=status.rt&size=5&page=2")).await,
        "Bad request: Field 'page' must be greater than or equal to 0 and less than the total number of pages, which is 2 \
         for this request"
    );
    assert!(message(desk.realtime("/agents")).await.contains("metrics"));
    assert!(message(desk.realtime("/agents?metrics=status.rt&agent-ids=nobody")).await.contains("nobody"));
    let url = desk.url("/eu/analytics/cc/v5/realtime-metrics/agents?metrics=status.rt");
    let bare = || world.http.get(&url).bearer_auth(&world.eight);
    assert_eq!(message(bare()).await, "Bad request: X-Tenant-Info header is missing.");
    assert_eq!(
        message(bare().header("X-Tenant-Info", "other")).await,
        "Bad request: Invalid value for X-Tenant-Info header."
    );
    assert_eq!(status(world.http.get(&url)).await, 401);
    world.sim.edit_eight_quirks(0, |quirks| quirks.several_cc_tenants = false);
    assert_eq!(status(bare()).await, 200);
}

#[tokio::test]
async fn agents_in_queue_groups_carry_their_metrics_as_an_object() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = combo(&world);
    world.sim.set_agent_status(&person, AgentStatus::LoggedOut, false);
    let body = json(desk.realtime("/agents-in-queue-groups")).await;
    assert_eq!(body["agents"].as_array().unwrap().len(), 7);
    assert_eq!(body["agents"][0]["metrics"], json!({"status.rt": "Available"}));
}
