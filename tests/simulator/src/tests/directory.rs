//! Users one by one and all together, what changed among them, and their mailboxes.

use super::*;
use crate::{AppKind, Cloud, Permission, Quirks};

fn quirks(world: &World, change: impl FnOnce(&mut Quirks)) {
    let mut quirks = world.sim.quirks();
    change(&mut quirks);
    world.sim.set_quirks(quirks);
}

/// A whole round of delta: every item, how many pages, and the delta link.
async fn round(world: &World, first: &str) -> (Vec<Value>, usize, String) {
    let (mut items, mut pages, mut url) = (Vec::new(), 0, String::from(first));
    loop {
        let body = json(world.http.get(&url).bearer_auth(&world.read)).await;
        items.extend(body["value"].as_array().unwrap_or_else(|| panic!("{body}")).iter().cloned());
        pages += 1;
        match (body["@odata.nextLink"].as_str(), body["@odata.deltaLink"].as_str()) {
            (Some(next), None) => next.clone_into(&mut url),
            (None, Some(delta)) => return (items, pages, delta.to_owned()),
            both => panic!("one link, and not {both:?}"),
        }
    }
}

fn delta(world: &World, query: &str) -> String {
    format!("{}/users/delta{query}", world.sim.graph_url())
}

async fn of_size(users: usize) -> World {
    World::with(Config { users, clock: SimClock::driven(START_MS), ..Config::default() }).await
}

#[tokio::test]
async fn users_have_their_default_properties_and_no_others() {
    let world = World::new().await;
    let body = json(world.get("/users?$top=1")).await;
    let names: Vec<_> = body["value"][0].as_object().unwrap().keys().cloned().collect();
    let expected = [
        "businessPhones",
        "displayName",
        "givenName",
        "id",
        "jobTitle",
        "mail",
        "mobilePhone",
        "officeLocation",
        "preferredLanguage",
        "surname",
        "userPrincipalName",
    ];
    assert_eq!(names.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>(), expected.into());
    let link = body["@odata.nextLink"].as_str().unwrap();
    assert!(link.contains("$skiptoken=") && link.contains("$top=1"), "{link}");
}

#[tokio::test]
async fn guests_have_no_mail_and_disabled_accounts_are_listed() {
    let world = World::new().await;
    let body =
        json(world.get("/users?$select=userPrincipalName,mail,userType,accountEnabled,proxyAddresses&$top=999")).await;
    let users = body["value"].as_array().unwrap();
    let guest = users.iter().find(|user| user["userType"] == "Guest").unwrap();
    assert!(guest["mail"].is_null() && guest["userPrincipalName"].as_str().unwrap().contains("#EXT#"), "{guest}");
    assert_eq!(users.iter().filter(|user| user["accountEnabled"] == false).count(), 1);
    assert!(users[0]["proxyAddresses"][0].as_str().unwrap().starts_with("SMTP:"));
}

#[tokio::test]
async fn counts_and_advanced_filters_need_eventual_consistency() {
    let world = World::new().await;
    let eventual = |path: &str| world.get(path).header("ConsistencyLevel", "eventual");
    for path in
        ["/users?$count=true", "/users/$count", "/users?$filter=mail ne null", "/users?$filter=endsWith(mail,'x')"]
    {
        assert_eq!(status(world.get(path)).await, 400, "{path}");
    }
    assert_eq!(status(eventual("/users?$filter=mail ne null")).await, 400);
    let first = json(eventual("/users?$count=true&$filter=mail ne null&$top=20")).await;
    assert_eq!(first["@odata.count"], 25);
    let next = first["@odata.nextLink"].as_str().unwrap();
    let second = json(world.http.get(next).bearer_auth(&world.read).header("ConsistencyLevel", "eventual")).await;
    assert!(second.get("@odata.count").is_none() && second["value"].as_array().unwrap().len() == 5, "{second}");
    // The header is not remembered by the link.
    assert_eq!(status(world.http.get(next).bearer_auth(&world.read)).await, 400);
    let count = send(eventual("/users/$count")).await;
    assert_eq!(count.headers()["content-type"], "text/plain");
    assert_eq!(count.text().await.unwrap(), "26");
    assert_eq!(json(world.get("/users?$filter=accountEnabled eq false")).await["value"].as_array().unwrap().len(), 1);
    assert_eq!(status(world.get("/users?$filter=shoeSize eq 44")).await, 400);
}

#[tokio::test]
async fn requests_to_the_directory_tell_what_they_cost() {
    let world = World::new().await;
    let mut costs = Vec::new();
    for path in ["/users", "/users?$select=id", "/users?$select=id&$top=5"] {
        costs.push(send(world.get(path)).await.headers()["x-ms-resource-unit"].to_str().unwrap().to_owned());
    }
    assert_eq!(costs, ["2", "1", "1"]);
}

#[tokio::test]
async fn one_user_is_found_by_id_and_by_name() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    for name in [person.teams_id.as_ref().unwrap(), person.upn.as_ref().unwrap()] {
        let user = json(world.get(&format!("/users/{name}?$select=userPrincipalName"))).await;
        assert_eq!(user["id"].as_str(), person.teams_id.as_deref());
    }
    assert_eq!(status(world.get("/users/nobody@tenant1.example")).await, 404);
}

#[tokio::test]
async fn a_first_round_of_delta_lists_everybody_and_the_next_one_what_changed() {
    let world = of_size(250).await;
    quirks(&world, |quirks| quirks.delta_repeats = false);
    let (items, pages, link) = round(&world, &delta(&world, "?$select=id,userPrincipalName,accountEnabled")).await;
    assert_eq!((items.len(), pages), (256, 3));
    assert_eq!(items[0].as_object().unwrap().len(), 3);
    let (items, _, link) = round(&world, &link).await;
    assert_eq!(items, Vec::<Value>::new());

    let people = world.sim.people(0);
    world.sim.rename_teams_user(&people[0], "new.name@tenant1.example");
    world.sim.set_teams_enabled(&people[1], false);
    world.sim.delete_teams_user(&people[2]);
    let (items, _, link) = round(&world, &link).await;
    assert_eq!(items.len(), 3);
    assert_eq!(items[0]["userPrincipalName"], "new.name@tenant1.example");
    assert_eq!(
        (items[1]["id"].as_str(), items[1]["accountEnabled"].as_bool()),
        (people[1].teams_id.as_deref(), Some(false))
    );
    assert_eq!(items[2], json!({"id": people[2].teams_id, "@removed": {"reason": "changed"}}));
    let (items, _, _) = round(&world, &link).await;
    assert_eq!(items, Vec::<Value>::new());
}

#[tokio::test]
async fn a_deleted_user_is_restored_or_gone_for_good() {
    let world = World::new().await;
    quirks(&world, |quirks| quirks.delta_repeats = false);
    let (_, _, link) = round(&world, &delta(&world, "?$deltatoken=latest")).await;
    let people = world.sim.people(0);
    world.sim.delete_teams_user(&people[0]);
    world.sim.restore_teams_user(&people[0]);
    world.sim.delete_teams_user(&people[1]);
    world.sim.purge_teams_user(&people[1]);
    let (items, _, _) = round(&world, &link).await;
    let reasons: Vec<_> = items.iter().map(|item| item["@removed"]["reason"].as_str()).collect();
    assert_eq!(reasons, [Some("changed"), None, Some("changed"), Some("deleted")]);
    assert_eq!(items[1]["userPrincipalName"].as_str(), people[0].upn.as_deref());
    assert_eq!(world.presences(&people[..2]).await.len(), 1);
    assert!(world.sim.people(0)[0].linkable);
}

#[tokio::test]
async fn delta_can_begin_from_now_and_tell_only_what_changed() {
    let world = World::new().await;
    quirks(&world, |quirks| quirks.delta_repeats = false);
    let (items, pages, link) = round(&world, &delta(&world, "?$deltatoken=latest")).await;
    assert_eq!((items.len(), pages), (0, 1));
    world.sim.rename_teams_user(&world.sim.people(0)[3], "other@tenant1.example");
    let minimal = json(world.http.get(&link).bearer_auth(&world.read).header("Prefer", "return=minimal")).await;
    let mut names: Vec<_> = minimal["value"][0].as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["id", "mail", "userPrincipalName"]);
}

#[tokio::test]
async fn delta_can_repeat_itself_and_begin_with_an_empty_page() {
    let world = of_size(150).await;
    quirks(&world, |quirks| quirks.delta_empty_pages = true);
    let first = json(world.get("/users/delta")).await;
    assert!(first["value"] == json!([]) && first["@odata.nextLink"].is_string(), "{first}");
    let (items, pages, link) = round(&world, &delta(&world, "")).await;
    assert_eq!((items.len(), pages), (157, 3));
    assert_eq!(items[99], items[100]);
    world.sim.set_teams_enabled(&world.sim.people(0)[0], false);
    let (once, _, link) = round(&world, &link).await;
    let (again, _, _) = round(&world, &link).await;
    assert_eq!((once.len(), once), (1, again));
}

#[tokio::test]
async fn a_delta_token_holds_for_seven_days_and_can_be_reset_before() {
    let world = World::new().await;
    let (_, _, link) = round(&world, &delta(&world, "?$select=id")).await;
    world.sim.reset_delta(0);
    let reset = send(world.http.get(&link).bearer_auth(&world.read)).await;
    assert_eq!(reset.status(), 410);
    let location = reset.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.ends_with("/users/delta?$select=id&$deltatoken="), "{location}");
    world.step(1);
    let (items, _, link) = round(&world, &location).await;
    assert_eq!(items.len(), 26);

    let day = 24 * 3_600;
    let mut old = World::new().await;
    let (_, _, old_link) = round(&old, &delta(&old, "")).await;
    for (days, expected) in [(7, 200), (1, 400)] {
        old.step(days * day);
        old.read = entra_token(&old.http, &old.sim, &old.access, &old.access.read_app).await;
        let answer = send(old.http.get(&old_link).bearer_auth(&old.read)).await;
        assert_eq!(answer.status().as_u16(), expected, "{days}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"] == "syncStateNotFound", expected == 400);
    }
    assert_eq!(status(world.http.get(&link).bearer_auth(&world.read)).await, 200);
}

#[tokio::test]
async fn delta_takes_a_filter_of_ids_and_no_paging_options() {
    let world = World::new().await;
    let people = world.sim.people(0);
    let id = |person: &PersonRef| person.teams_id.clone().unwrap();
    let filter = format!("?$filter=id eq '{}' or id eq '{}'", id(&people[3]), id(&people[5]));
    assert_eq!(round(&world, &delta(&world, &filter)).await.0.len(), 2);
    for query in ["?$top=5", "?$orderby=mail", "?$expand=manager", "?$filter=mail eq 'x'", "?$deltatoken=mine"] {
        assert_eq!(status(world.get(&format!("/users/delta{query}"))).await, 400, "{query}");
    }
    let (_, _, link) = round(&world, &delta(&world, "")).await;
    assert_eq!(status(world.http.get(format!("{link}&$select=id")).bearer_auth(&world.read)).await, 400);
}

/// A world whose reading application may read mailboxes.
async fn with_mailboxes() -> World {
    let mut world = World::new().await;
    world.sim.register(0, AppKind::Read, |read| read.roles.push(Permission::MailboxSettingsRead)).unwrap();
    world.read = entra_token(&world.http, &world.sim, &world.access, &world.access.read_app).await;
    world
}

fn replies_of(person: &PersonRef) -> String {
    format!("/users/{}/mailboxSettings/automaticRepliesSetting", person.teams_id.as_ref().unwrap())
}

#[tokio::test]
async fn automatic_replies_are_off_on_or_scheduled() {
    let world = with_mailboxes().await;
    let people = world.sim.people(0);
    world.sim.set_out_of_office(&people[1], true);
    world.sim.schedule_replies(&people[2], Duration::from_secs(60), Duration::from_secs(600));
    let read = async |at: usize| json(world.get(&replies_of(&people[at]))).await;
    assert_eq!(
        (read(0).await["status"].clone(), read(1).await["status"].clone()),
        (json!("disabled"), json!("alwaysEnabled"))
    );
    let scheduled = read(2).await;
    assert_eq!(
        (scheduled["status"].as_str(), scheduled["externalAudience"].as_str()),
        (Some("scheduled"), Some("all"))
    );
    let time = |time: &str| json!({"dateTime": time, "timeZone": "UTC"});
    assert_eq!(scheduled["scheduledStartDateTime"], time("2026-01-05T10:16:00.0000000"));
    assert_eq!(scheduled["scheduledEndDateTime"], time("2026-01-05T10:26:00.0000000"));
    assert!(scheduled["internalReplyMessage"].as_str().unwrap().starts_with("<html>"));
    world.step(700);
    assert_eq!(read(2).await["status"], "disabled");
    let all = json(world.get(&format!("/users/{}/mailboxSettings", people[1].upn.as_ref().unwrap()))).await;
    assert_eq!(all["automaticRepliesSetting"]["status"], "alwaysEnabled");
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_or_not_permitted_is_not_read() {
    let world = with_mailboxes().await;
    let people = world.sim.people(0);
    world.sim.set_mailbox(&people[0], false);
    let missing = send(world.get(&replies_of(&people[0]))).await;
    assert_eq!(missing.status(), 404);
    let body: Value = missing.json().await.unwrap();
    assert_eq!(body["error"]["code"], "MailboxNotEnabledForRESTAPI");
    assert_eq!(status(world.get("/users/nobody/mailboxSettings/automaticRepliesSetting")).await, 404);
    let forbidden = world.http.get(world.sim.graph_url() + &replies_of(&people[1])).bearer_auth(&world.write);
    assert_eq!(status(forbidden).await, 403);
}

async fn two_tenants() -> World {
    World::with(Config { tenants: 2, clock: SimClock::driven(START_MS), ..Config::default() }).await
}

#[tokio::test]
async fn consent_in_one_tenant_is_none_in_another() {
    let world = two_tenants().await;
    world.sim.set_roles(1, AppKind::Read, false);
    let other = world.sim.tenants().remove(1);
    let token = entra_token(&world.http, &world.sim, &other, &other.read_app).await;
    assert_eq!(status(world.get("/users")).await, 200);
    assert_eq!(status(world.http.get(world.sim.graph_url() + "/users").bearer_auth(&token)).await, 403);
    // An application of one tenant is not known in the other.
    let refused =
        sign_in::request(&world.http, &world.sim, &other, &world.access.read_app.client_id, "simulator-secret");
    assert_eq!(json(refused).await["error_codes"], json!([700_016]));
}

#[tokio::test]
async fn one_address_in_two_tenants_is_two_people() {
    let world = two_tenants().await;
    let (here, there) = (world.sim.people(0).remove(0), world.sim.people(1).remove(0));
    world.sim.rename_teams_user(&there, here.upn.as_ref().unwrap());
    let other = world.sim.tenants().remove(1);
    let token = entra_token(&world.http, &world.sim, &other, &other.read_app).await;
    let path = format!("{}/users/{}", world.sim.graph_url(), here.upn.as_ref().unwrap());
    let one = json(world.http.get(&path).bearer_auth(&world.read)).await;
    let two = json(world.http.get(&path).bearer_auth(&token)).await;
    assert_eq!(one["userPrincipalName"], two["userPrincipalName"]);
    assert_eq!((one["id"].as_str(), two["id"].as_str()), (here.teams_id.as_deref(), there.teams_id.as_deref()));
    assert_ne!(one["id"], two["id"]);
}

#[tokio::test]
async fn each_cloud_knows_its_own_graph_and_china_has_no_presence() {
    let world = World::new().await;
    let app = &world.access.read_app;
    let ask = |host: &str| {
        let form = [
            ("client_id", app.client_id.as_str()),
            ("client_secret", &app.secret),
            ("grant_type", "client_credentials"),
            ("scope", &format!("{host}/.default")),
        ];
        world.http.post(format!("{}/{}/oauth2/v2.0/token", world.sim.entra_url(), world.access.directory)).form(&form)
    };
    let hosts = [
        (Cloud::Global, "https://graph.microsoft.com"),
        (Cloud::UsGovL4, "https://graph.microsoft.us"),
        (Cloud::UsGovL5, "https://dod-graph.microsoft.us"),
        (Cloud::China, "https://microsoftgraph.chinacloudapi.cn"),
    ];
    for (cloud, own) in hosts {
        quirks(&world, |quirks| quirks.cloud = cloud);
        for (_, host) in hosts {
            let answer = json(ask(host)).await;
            if host == own {
                assert!(answer["access_token"].is_string(), "{cloud:?} {host} {answer}");
            } else {
                assert_eq!(answer["error_codes"], json!([500_011]), "{cloud:?} {host}");
            }
        }
        let path = format!("/users/{}/presence", world.sim.people(0)[0].teams_id.as_ref().unwrap());
        assert_eq!(status(world.get(&path)).await == 200, cloud != Cloud::China, "{cloud:?}");
        assert_eq!(status(world.get("/users")).await, 200);
    }
}
