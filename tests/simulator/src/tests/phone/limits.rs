//! Limits on requests, and errors in every shape that 8x8 has.

use super::*;
use crate::{Endpoint, Fault, TooMany};

#[tokio::test]
async fn administration_allows_twenty_in_ten_seconds_and_a_hundred_in_a_minute() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let mut passed = 0;
    for second in 0..60 {
        world.step(u64::from(second > 0));
        for _ in 0..4 {
            passed += u32::from(status(desk.key("/admin-provisioning/users?pageSize=1")).await == 200);
        }
    }
    assert_eq!(passed, 100, "twenty in each of the first five times ten seconds");
    let refused = send(desk.key("/admin-provisioning/users?pageSize=1")).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["x-ratelimit-remaining"]), (429, &"0".parse().unwrap()));
    assert_eq!(refused.headers()["x-ratelimit-limit"], "100");
    let reset: i64 = refused.headers()["x-ratelimit-reset"].to_str().unwrap().parse().unwrap();
    let now = world.sim.clock().now_ms();
    assert!(reset * 1_000 > now && reset * 1_000 <= now + 10_000, "{reset} {now}");
    world.step(1);
    assert_eq!(status(desk.key("/admin-provisioning/users?pageSize=1")).await, 200);
}

#[tokio::test]
async fn too_many_requests_can_be_worded_in_both_documented_ways() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    for _ in 0..20 {
        status(desk.key("/admin-provisioning/users?pageSize=1")).await;
    }
    for (quirk, code) in
        [(TooMany::TooManyRequests, "TOO_MANY_REQUESTS"), (TooMany::RateLimitExceeded, "RATE_LIMIT_EXCEEDED")]
    {
        world.sim.edit_eight_quirks(0, |quirks| quirks.too_many = quirk);
        assert_eq!(json(desk.key("/admin-provisioning/users")).await["errors"][0]["code"], code);
    }
}

#[tokio::test]
async fn contacts_allow_sixty_in_any_minute_whatever_else_is_asked() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let ask = || desk.key("/directory-contacts/api/v3/contacts?size=1");
    for _ in 0..60 {
        assert_eq!(status(ask()).await, 200);
    }
    assert_eq!(status(ask()).await, 429);
    assert_eq!(status(desk.key("/admin-provisioning/users")).await, 200);
    world.step(60);
    assert_eq!(status(ask()).await, 200);
}

#[tokio::test]
async fn work_analytics_is_limited_as_nobody_publishes() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    for _ in 0..20 {
        assert_eq!(status(desk.analytics("/v2/pbxes")).await, 200);
    }
    let refused = send(desk.analytics("/v2/pbxes")).await;
    assert_eq!(refused.status(), 429);
    let body: Value = refused.json().await.unwrap();
    assert!(body["messages"][0].as_str().unwrap().contains("Rate limit"), "{body}");
}

#[tokio::test]
async fn each_family_fails_in_its_own_shape_and_any_of_them_in_no_shape_at_all() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let activity = format!("/v2/pbxes/{}/agent-activity", desk.pbx);
    let audits = "/administration/audit/v1/audits?startTime=2026-01-01T00:00:00Z&endTime=2026-01-02T00:00:00Z";
    let ask = |endpoint| match endpoint {
        Endpoint::EightUsers => desk.key("/admin-provisioning/users"),
        Endpoint::Contacts => desk.key("/directory-contacts/api/v3/contacts"),
        Endpoint::AgentActivity => desk.analytics(&activity),
        Endpoint::AgentStatusRead => desk.agents(""),
        Endpoint::Realtime => desk.realtime("/agents?metrics=status.rt"),
        _ => desk.key(audits),
    };
    let shapes = [
        (Endpoint::EightUsers, "/errors/0/code"),
        (Endpoint::Contacts, "/errors/0/message"),
        (Endpoint::AgentActivity, "/messages/0"),
        (Endpoint::AgentStatusRead, "/title"),
        (Endpoint::Realtime, "/message"),
        (Endpoint::Audits, "/error"),
    ];
    for (endpoint, place) in shapes {
        for code in [408, 424, 429, 500, 503] {
            world.sim.faults().add(Fault::status(endpoint, code).times(1));
            let struck = send(ask(endpoint)).await;
            assert_eq!(struck.status().as_u16(), code, "{endpoint:?}");
            let body: Value = struck.json().await.unwrap();
            assert!(body.pointer(place).is_some_and(Value::is_string), "{endpoint:?} {code}: {body}");
        }
        for text in ["<html><body>Bad gateway</body></html>", "upstream connect error"] {
            world.sim.faults().add(Fault::status(endpoint, 502).body(text).times(1));
            assert_eq!(send(ask(endpoint)).await.text().await.unwrap(), text, "{endpoint:?}");
        }
        assert_eq!(status(ask(endpoint)).await, 200, "{endpoint:?}");
    }
}

#[tokio::test]
async fn each_hop_can_be_late_by_itself_for_half_and_for_a_few_of_the_requests() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let activity = format!("/v2/pbxes/{}/agent-activity", desk.pbx);
    let faults = world.sim.faults();
    // The few come first: the first failure that strikes is the one.
    faults.add(Fault::late(Endpoint::AgentActivity, Duration::from_millis(40)).share(0.05));
    faults.add(Fault::late(Endpoint::AgentActivity, Duration::from_millis(5)).share(0.5));
    faults.add(Fault::late(Endpoint::AgentStatusRead, Duration::from_millis(40)));
    let timed = async |request: RequestBuilder| {
        let begun = std::time::Instant::now();
        assert_eq!(status(request).await, 200);
        begun.elapsed()
    };
    let mut late = 0;
    for _ in 0..18 {
        late += u32::from(timed(desk.analytics(&activity)).await >= Duration::from_millis(5));
    }
    assert!(late >= 3, "{late}");
    assert!(timed(desk.agents("")).await >= Duration::from_millis(40));
}
