//! Failures on demand, by library and by the admin server.

use super::*;
use crate::{Endpoint, Fault};

#[tokio::test]
async fn each_endpoint_fails_alone_and_recovers() {
    let config = Config {
        eight_directory_limit: NO_LIMIT,
        eight_analytics_limit: NO_LIMIT,
        contact_center: true,
        ..Config::default()
    };
    let world = World::with(config).await;
    let desk = phone::Desk::of(&world).await;
    let person = &world.sim.people(0)[0];
    let id = person.teams_id.as_ref().unwrap();
    let app = &world.access.read_app;
    let graph = world.sim.graph_url();
    let session = json!({"sessionId": world.access.write_app.client_id, "availability": "Busy", "activity": "InACall"});
    let publications = format!("{}/presence/v1/publications", world.sim.eight_url());
    let cursor = json(world.eight_get("/presence/v1/users?pageSize=1000")).await["cursor"].as_str().unwrap().to_owned();
    let entra = |path: &str| format!("{}/{}{path}", world.sim.entra_url(), world.access.directory);
    let ask = |endpoint| match endpoint {
        Endpoint::EntraToken => sign_in::request(&world.http, &world.sim, &world.access, &app.client_id, &app.secret),
        // Without an address to go back to, a browser stays on a page.
        Endpoint::EntraAuthorize => world.http.get(entra("/oauth2/v2.0/authorize")),
        Endpoint::EntraConsent => world.http.get(entra("/adminconsent")),
        Endpoint::UserInfo => world.http.get(graph.replace("/v1.0", "/oidc/userinfo")).bearer_auth(&world.read),
        Endpoint::ListUsers => world.get("/users"),
        Endpoint::GetPresences => world
            .http
            .post(format!("{graph}/communications/getPresencesByUserId"))
            .bearer_auth(&world.read)
            .json(&json!({"ids": [id]})),
        Endpoint::GetPresence => world.get(&format!("/users/{id}/presence")),
        Endpoint::SetPresence => world.post(&format!("/users/{id}/presence/setPresence"), &session),
        Endpoint::ClearPresence => world.post(&format!("/users/{id}/presence/clearPresence"), &session),
        Endpoint::SetPreferred => world.post(
            &format!("/users/{id}/presence/setUserPreferredPresence"),
            &json!({"availability": "Away", "activity": "Away"}),
        ),
        Endpoint::ClearPreferred => world.post(&format!("/users/{id}/presence/clearUserPreferredPresence"), &json!({})),
        Endpoint::SetStatusMessage => world.post(
            &format!("/users/{id}/presence/setStatusMessage"),
            &json!({"statusMessage": {"message": {"content": "Back at three", "contentType": "text"}}}),
        ),
        Endpoint::Subscriptions => world.get("/subscriptions"),
        Endpoint::WorkLocation => world.post(&format!("/users/{id}/presence/clearLocation"), &json!({})),
        Endpoint::Batch => world.post("/$batch", &json!({"requests": [{"id": "1", "method": "GET", "url": "/users"}]})),
        Endpoint::UsersDelta => world.get("/users/delta"),
        Endpoint::Mailbox => world.get(&format!("/users/{id}/mailboxSettings")),
        Endpoint::EightToken => {
            let request = world.http.post(world.sim.eight_url() + "/oauth/v2/token");
            request
                .basic_auth(&world.access.eight_key, Some(&world.access.eight_secret))
                .form(&[("grant_type", "client_credentials")])
        }
        Endpoint::EightUsers => world.eight_get("/admin-provisioning/users"),
        Endpoint::EightSnapshot => world.eight_get("/presence/v1/users"),
        Endpoint::EightChanges => world.eight_get(&format!("/presence/v1/changes?cursor={cursor}")),
        Endpoint::Publish => {
            world.http.post(format!("{publications}/bulk")).bearer_auth(&world.eight).json(&json!({"publications": []}))
        }
        Endpoint::Unpublish => {
            world.http.delete(format!("{publications}/{}", person.eight_id.as_ref().unwrap())).bearer_auth(&world.eight)
        }
        Endpoint::AnalyticsToken => phone::analytics_sign_in(&world),
        Endpoint::AnalyticsLists => desk.analytics("/v2/pbxes"),
        Endpoint::AgentActivity => desk.analytics(&format!("/v2/pbxes/{}/agent-activity", desk.pbx)),
        Endpoint::QueueActivity => desk.analytics(&format!("/v2/pbxes/{}/queue-agent-activity", desk.pbx)),
        Endpoint::AgentStatusRead => desk.agents(""),
        Endpoint::AgentStatusWrite => desk.set_agents(&json!({"agents": []})),
        Endpoint::Realtime => desk.realtime("/agents?metrics=status.rt"),
        Endpoint::EightUserWrite => desk.with_key(world.http.delete(desk.url("/admin-provisioning/users/nobody"))),
        Endpoint::RingGroups => desk.key("/admin-provisioning/ring-groups"),
        Endpoint::Contacts => desk.key("/directory-contacts/api/v3/contacts"),
        Endpoint::Audits => {
            desk.key("/administration/audit/v1/audits?startTime=2026-01-01T00:00:00Z&endTime=2026-01-02T00:00:00Z")
        }
        Endpoint::Webhooks => desk.key("/chat-gateway/v1/webhooks"),
    };
    let all = [
        (Endpoint::EntraToken, 200),
        (Endpoint::EntraAuthorize, 400),
        (Endpoint::EntraConsent, 400),
        (Endpoint::UserInfo, 403),
        (Endpoint::ListUsers, 200),
        (Endpoint::GetPresences, 200),
        (Endpoint::GetPresence, 200),
        (Endpoint::SetPresence, 200),
        (Endpoint::ClearPresence, 200),
        (Endpoint::SetPreferred, 200),
        (Endpoint::ClearPreferred, 200),
        (Endpoint::SetStatusMessage, 200),
        (Endpoint::Subscriptions, 200),
        // No application may write it.
        (Endpoint::WorkLocation, 403),
        (Endpoint::Batch, 200),
        (Endpoint::UsersDelta, 200),
        // The application may not read mailboxes.
        (Endpoint::Mailbox, 403),
        (Endpoint::EightToken, 200),
        (Endpoint::EightUsers, 200),
        (Endpoint::EightSnapshot, 200),
        (Endpoint::EightChanges, 200),
        (Endpoint::Publish, 207),
        (Endpoint::Unpublish, 204),
        (Endpoint::AnalyticsToken, 200),
        (Endpoint::AnalyticsLists, 200),
        (Endpoint::AgentActivity, 200),
        (Endpoint::QueueActivity, 200),
        (Endpoint::AgentStatusRead, 200),
        (Endpoint::AgentStatusWrite, 207),
        (Endpoint::Realtime, 200),
        (Endpoint::EightUserWrite, 404),
        (Endpoint::RingGroups, 200),
        (Endpoint::Contacts, 200),
        (Endpoint::Audits, 200),
        (Endpoint::Webhooks, 200),
    ];
    assert_eq!(all.map(|(endpoint, _)| endpoint), Endpoint::ALL);
    for (failing, usual) in all {
        for code in [401, 403, 429, 500, 503] {
            world.sim.faults().add(Fault::status(failing, code).retry_after(1.5).times(1));
            let struck = send(ask(failing)).await;
            assert_eq!(struck.status().as_u16(), code, "{failing:?}");
            assert!(struck.headers().contains_key("retry-after") || code == 401, "{failing:?} {code}");
        }
        assert_eq!(status(ask(failing)).await, usual, "{failing:?}");
    }
    for (failing, _) in all {
        world.sim.faults().add(Fault::dropped(failing));
        assert!(ask(failing).send().await.is_err(), "{failing:?}");
        world.sim.faults().clear_endpoint(failing);
    }
    world.sim.faults().add(Fault::hung(Endpoint::Publish, Duration::from_secs(30)));
    let impatient = ask(Endpoint::Publish).timeout(Duration::from_millis(100)).send().await;
    assert!(impatient.unwrap_err().is_timeout());
}

#[tokio::test]
async fn an_answer_can_be_late_or_nonsense() {
    let world = World::new().await;
    world.sim.faults().add(Fault::late(Endpoint::ListUsers, Duration::from_millis(50)).times(1));
    let begun = std::time::Instant::now();
    assert_eq!(status(world.get("/users")).await, 200);
    assert!(begun.elapsed() >= Duration::from_millis(50));
    world.sim.faults().add(Fault::status(Endpoint::ListUsers, 200).body("<html>It works!</html>"));
    let answer = send(world.get("/users")).await;
    assert_eq!(answer.headers()["content-type"], "text/html");
    assert_eq!(answer.text().await.unwrap(), "<html>It works!</html>");
}

#[tokio::test]
async fn a_dropped_simulator_stops_answering() {
    let World { sim, http, .. } = World::new().await;
    let urls = [sim.entra_url(), sim.graph_url(), sim.eight_url(), sim.admin_url()];
    drop(sim);
    for url in urls {
        while http.get(&url).send().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn when_graph_knows_nobody_the_truth_stays_what_it_was() {
    let world = World::new().await;
    let people = world.sim.people(0);
    let before = world.presences(&people[..1]).await.remove(0);
    world.sim.set_mass_unknown(0, true);
    let unknown = world.presences(&people[..1]).await.remove(0);
    assert_eq!(unknown["availability"], "PresenceUnknown");
    assert!(unknown["sequenceNumber"].as_str() > before["sequenceNumber"].as_str());
    assert!(world.sim.truth().wrong.is_empty());
    world.sim.set_mass_unknown(0, false);
    let after = world.presences(&people[..1]).await.remove(0);
    assert_eq!(after["availability"], "Available");
    assert!(after["sequenceNumber"].as_str() > unknown["sequenceNumber"].as_str());
}

#[tokio::test]
async fn the_admin_server_does_what_the_library_does() {
    let world = World::new().await;
    let admin = |path: &str| format!("{}/admin/{path}", world.sim.admin_url());
    let fault = json!({"endpoint": "listUsers", "tenant": "tenant-1", "status": 503, "lastsMs": 5_000});
    assert_eq!(status(world.http.post(admin("faults")).json(&fault)).await, 201);
    assert_eq!(json(world.http.get(admin("faults"))).await.as_array().unwrap().len(), 1);
    assert_eq!(status(world.get("/users")).await, 503);
    assert_eq!(status(world.http.delete(admin("faults"))).await, 204);
    assert_eq!(status(world.get("/users")).await, 200);

    assert_eq!(status(world.http.post(admin("clock")).json(&json!({"advanceMs": 1_500}))).await, 204);
    assert_eq!(json(world.http.get(admin("clock"))).await["nowMs"], START_MS + 1_500);
    assert_eq!(status(world.http.post(admin("movement")).json(&json!({"running": true}))).await, 204);
    assert_eq!(status(world.http.post(admin("clock")).json(&json!({"advanceMs": 60_000}))).await, 204);
    let truth = json(world.http.get(admin("truth"))).await;
    assert_eq!(truth["people"], 20);
    assert!(!truth["wrong"].as_array().unwrap().is_empty());
    assert_eq!(json(world.http.get(admin("report"))).await["wrong_at_end"], truth["wrong"].as_array().unwrap().len());
    assert_eq!(json(world.http.get(admin("people"))).await.as_array().unwrap().len(), world.sim.people(0).len());
    assert_eq!(json(world.http.get(admin("tenants"))).await["tenants"][0]["eight_key"], "simulator-key-1");

    world.publish(&world.sim.people(0)[3], "BUSY", 300).await;
    assert_eq!(json(world.http.get(admin("writes?tenant=0&person=3"))).await[0]["value"], "BUSY");

    let off = json!({"tenant": "tenant-1", "readRoles": false, "massUnknown": true, "expireCursors": true});
    assert_eq!(status(world.http.post(admin("switches")).json(&off)).await, 204);
    assert_eq!(status(world.get("/users")).await, 403);
    assert_eq!(status(world.http.post(admin("switches")).json(&json!({"tenant": "tenant-9"}))).await, 404);
}

#[tokio::test]
async fn an_answer_can_be_lost_though_what_was_asked_is_done() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let path = format!("/users/{}/presence/setPresence", person.teams_id.as_ref().unwrap());
    let session = json!({"sessionId": world.access.write_app.client_id, "availability": "Busy", "activity": "InACall"});
    world.sim.faults().rule("lose setPresence 1 times").unwrap();
    assert!(world.post(&path, &session).send().await.is_err());
    assert!(world.sim.shown(person).session);
}

#[tokio::test]
async fn an_item_of_a_bulk_can_fail_by_itself_and_what_has_struck_is_counted() {
    let world = World::new().await;
    let people = world.sim.people(0);
    world.sim.faults().rule("fail items of publish with 409 1 times").unwrap();
    let id = world.sim.faults().rule("fail items of publish with 429 in tenant-2").unwrap();
    let item = |person: &crate::PersonRef| json!({"publicationId": "p", "userId": person.eight_id, "status": "BUSY", "expiresInSeconds": 300});
    let body = json!({"publications": [item(&people[0]), item(&people[1])]});
    let url = world.sim.eight_url() + "/presence/v1/publications/bulk";
    let answer = json(world.http.post(url).bearer_auth(&world.eight).json(&body)).await;
    let told: Vec<_> =
        answer["data"].as_array().unwrap().iter().map(|item| (&item["changeStatus"], &item["applied"])).collect();
    assert_eq!(told, [(&json!(409), &json!(false)), (&json!(200), &json!(true))]);
    assert_eq!(world.sim.shown(&people[0]).published, None);
    assert!(world.sim.shown(&people[1]).published.is_some());
    assert!(world.sim.faults().list().iter().all(|rule| rule.id == id && rule.struck == 0), "the first is over");
}

#[tokio::test]
async fn the_report_tells_how_the_documented_limits_were_used() {
    let world = World::with(Config { eight_directory_limit: NO_LIMIT, ..Config::default() }).await;
    let allowed = |limited| world.sim.report().limits[&limited];
    for _ in 0..21 {
        status(world.eight_get("/admin-provisioning/users")).await;
    }
    let burst = allowed(crate::Limited::EightAdministrationBurst);
    assert_eq!((burst.allowed, burst.seconds, burst.most, burst.over), (20, 10, 21, 1));
    assert_eq!(allowed(crate::Limited::EightAdministration).over, 0);
    world.sim.faults().rule("fail listUsers with 429 retry-after 60 1 times").unwrap();
    assert_eq!(status(world.get("/users")).await, 429);
    assert!(world.sim.report().asked_too_early.is_empty());
    // What comes in the same millisecond was on its way already.
    let told = world.sim.clock().now_ms();
    while world.sim.clock().now_ms() <= told {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(status(world.get("/users")).await, 200);
    assert_eq!(world.sim.report().asked_too_early[&crate::Limited::GraphDirectory], 1);
}
