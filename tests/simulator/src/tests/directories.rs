//! The two directories, page by page.

use super::*;

async fn graph_users(world: &World, first: &str) -> (Vec<Value>, usize) {
    let (mut rows, mut pages) = (Vec::new(), 0);
    let mut next = Some(world.sim.graph_url() + first);
    while let Some(url) = next {
        let body = json(world.http.get(url).bearer_auth(&world.read)).await;
        rows.extend(body["value"].as_array().unwrap().iter().cloned());
        next = body["@odata.nextLink"].as_str().map(String::from);
        pages += 1;
    }
    (rows, pages)
}

#[tokio::test]
async fn graph_users_are_followed_to_the_last_page_with_what_was_selected() {
    let world = World::with(Config { users: 120, ..Config::default() }).await;
    let (rows, pages) = graph_users(&world, "/users").await;
    assert_eq!((rows.len(), pages), (126, 2));
    assert!(rows[0].get("accountEnabled").is_none());
    let (rows, pages) =
        graph_users(&world, "/users?$select=id,userPrincipalName,accountEnabled,userType&$top=50").await;
    assert_eq!((rows.len(), pages), (126, 3));
    assert_eq!(rows.iter().filter(|row| row["accountEnabled"] == false).count(), 1);
    let guest = rows.iter().find(|row| row["userType"] == "Guest").unwrap();
    assert!(guest["userPrincipalName"].as_str().unwrap().contains("#EXT#"));
}

#[tokio::test]
async fn graph_refuses_pages_out_of_bounds_and_applications_that_may_not_list() {
    let world = World::new().await;
    for query in ["$top=0", "$top=1000", "$skip=5", "$skiptoken=mine"] {
        assert_eq!(status(world.get(&format!("/users?{query}"))).await, 400, "{query}");
    }
    assert_eq!(status(world.get("/users?$select=mailboxSettings")).await, 501);
    assert_eq!(status(world.http.get(world.sim.graph_url() + "/users").bearer_auth(&world.write)).await, 403);
    assert_eq!(status(world.http.get(world.sim.graph_url() + "/users")).await, 401);
}

#[tokio::test]
async fn eight_users_are_scrolled_with_the_scroll_id_alone() {
    let world = World::with(Config { users: 120, ..Config::default() }).await;
    let page = json(world.eight_get("/admin-provisioning/users")).await;
    assert_eq!(page["data"].as_array().unwrap().len(), 100);
    assert_eq!(page["pagination"]["hasMore"], true);
    let scroll = page["pagination"]["nextScrollId"].as_str().unwrap();
    let mixed = send(world.eight_get(&format!("/admin-provisioning/users?scrollId={scroll}&pageSize=100"))).await;
    assert_eq!(mixed.status(), 400);
    let problem: Value = mixed.json().await.unwrap();
    assert_eq!(problem["errors"][0]["code"], "CONFLICTING_QUERY_PARAMETER");

    let last = json(world.eight_get(&format!("/admin-provisioning/users?scrollId={scroll}"))).await;
    assert_eq!(last["data"].as_array().unwrap().len(), 27);
    assert_eq!(last["pagination"]["nextScrollId"], Value::Null);
    let inactive =
        last["data"].as_array().unwrap().iter().filter(|row| row["basicInfo"]["status"] == "INACTIVE").count();
    assert_eq!(inactive, 1);
    for query in ["pageSize=0", "pageSize=1001", "scrollId=mine"] {
        assert_eq!(status(world.eight_get(&format!("/admin-provisioning/users?{query}"))).await, 400, "{query}");
    }
}

#[tokio::test]
async fn the_directory_takes_a_key_and_every_answer_carries_the_rate_headers() {
    let world = World::new().await;
    let url = world.sim.eight_url() + "/admin-provisioning/users";
    let answer = send(world.http.get(&url).header("X-API-Key", &world.access.eight_key)).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-ratelimit-limit"], "100");
    let refused = send(world.http.get(&url)).await;
    assert_eq!(refused.status(), 401);
    assert!(refused.headers().contains_key("x-ratelimit-reset"));
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["detail"], "Valid authentication credentials required");
}

#[tokio::test]
async fn the_directory_is_limited_and_refills() {
    let world = World::new().await;
    for _ in 0..20 {
        assert_eq!(status(world.eight_get("/admin-provisioning/users")).await, 200);
    }
    let refused = send(world.eight_get("/admin-provisioning/users")).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "10");
    assert_eq!(refused.headers()["x-ratelimit-remaining"], "0");
    world.step(10);
    assert_eq!(status(world.eight_get("/admin-provisioning/users")).await, 200);
}
