//! The directory: scrolls, filters, contacts, audit records, and what real directories hold.

use super::*;
use crate::{ContactsPath, UsersBase};

async fn users(desk: &Desk<'_>, query: &[(&str, &str)]) -> Value {
    json(desk.key("/admin-provisioning/users").query(query)).await
}

fn names(page: &Value) -> Vec<String> {
    let rows = page["data"].as_array().unwrap_or_else(|| panic!("no list: {page}")).iter();
    rows.map(|row| row["basicInfo"]["userName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_scroll_shows_what_the_first_page_found_whatever_happens_meanwhile() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let query = [("pageSize", "10"), ("filter", "basicInfo.status==ACTIVE"), ("sort", "+basicInfo.lastName")];
    let first = users(&desk, &query).await;
    assert_eq!(first["pagination"]["filter"], "basicInfo.status==ACTIVE");
    let people = world.sim.people(0);
    world.sim.delete_eight_user(&people[20]);
    world.sim.set_eight_active(&people[21], false);
    let (mut all, mut page) = (names(&first), first);
    while let Some(scroll) = page["pagination"]["nextScrollId"].as_str().map(String::from) {
        page = users(&desk, &[("scrollId", &scroll)]).await;
        all.extend(names(&page));
    }
    assert_eq!(all.len(), 46);
    let gone = [&people[20], &people[21]].map(|person| person.email.clone().unwrap());
    assert!(gone.iter().all(|email| all.contains(email)));
    assert_eq!(names(&users(&desk, &[("pageSize", "1000"), query[1]]).await).len(), 44);
}

#[tokio::test]
async fn a_scroll_id_goes_alone_runs_out_and_sizes_out_of_bounds_are_refused() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let first = users(&desk, &[("pageSize", "10")]).await;
    let scroll = first["pagination"]["nextScrollId"].as_str().unwrap();
    assert_eq!(first["_links"]["next"]["href"], format!("/admin-provisioning/users?scrollId={scroll}"));
    for other in [("pageSize", "10"), ("filter", "basicInfo.status==ACTIVE"), ("sort", "basicInfo.lastName")] {
        let refused = users(&desk, &[("scrollId", scroll), other]).await;
        assert_eq!(refused["errors"][0]["code"], "CONFLICTING_QUERY_PARAMETER", "{other:?}");
    }
    for size in ["0", "1001"] {
        assert_eq!(users(&desk, &[("pageSize", size)]).await["status"], 400, "{size}");
    }
    world.step(599);
    assert_eq!(names(&users(&desk, &[("scrollId", scroll)]).await).len(), 10);
    world.step(1);
    let expired = users(&desk, &[("scrollId", scroll)]).await;
    assert_eq!((expired["status"].as_u64(), expired["errors"][0]["field"].as_str()), (Some(400), Some("scrollId")));
}

#[tokio::test]
async fn the_page_cap_the_next_link_and_the_address_of_users_can_be_switched() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    world.sim.edit_eight_quirks(0, |quirks| {
        quirks.most_users_in_a_page = 100;
        quirks.next_link_with_page_size = true;
    });
    assert_eq!(users(&desk, &[("pageSize", "101")]).await["status"], 400);
    let page = users(&desk, &[("pageSize", "10")]).await;
    assert!(page["_links"]["next"]["href"].as_str().unwrap().ends_with("&pageSize=10"));
    world.sim.edit_eight_quirks(0, |quirks| quirks.users_base = UsersBase::Version);
    assert_eq!(status(desk.key("/admin-provisioning/users")).await, 404);
    assert_eq!(status(desk.key("/v1/users")).await, 200);
}

#[tokio::test]
async fn filters_know_the_documented_operators_and_refuse_what_is_none() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let count = async |filter: &str| names(&users(&desk, &[("filter", filter), ("pageSize", "1000")]).await).len();
    assert_eq!(count("basicInfo.userName==ADA.*").await, 2);
    assert_eq!(count("basicInfo.firstName=='ada';basicInfo.lastName==abbott").await, 1);
    assert_eq!(count("(basicInfo.firstName==Ada,basicInfo.firstName==Bo);basicInfo.lastName!=Abbott").await, 2);
    assert_eq!(count("basicInfo.lastUpdatedTime>=2026-01-05T10:15:00Z").await, 47);
    assert_eq!(count("basicInfo.lastUpdatedTime>2026-01-05T10:15:00Z").await, 0);
    assert_eq!(count("serviceInfo.extensions.extensionType==CC").await, 8);
    for bad in ["basicInfo.status=ACTIVE", "basicinfo.status==ACTIVE", "(basicInfo.status==ACTIVE", "nonsense"] {
        let refused = users(&desk, &[("filter", bad)]).await;
        let error = &refused["errors"][0];
        assert_eq!(
            (error["code"].as_str(), error["field"].as_str()),
            (Some("VALIDATION_ERROR"), Some("filter")),
            "{bad}"
        );
    }
    world.sim.edit_eight_quirks(0, |quirks| quirks.bad_filter = crate::BadFilter::InvalidFilter);
    assert_eq!(users(&desk, &[("filter", "nonsense")]).await["errors"][0]["code"], "INVALID_FILTER");
    assert_eq!(users(&desk, &[("sort", "nonsense")]).await["errors"][0]["code"], "INVALID_SORT");
}

#[tokio::test]
async fn the_directory_holds_what_real_ones_hold() {
    let world = World::with(Config { odd_directory: true, ..grown() }).await;
    let desk = Desk::of(&world).await;
    let page = users(&desk, &[("pageSize", "1000")]).await;
    let rows = page["data"].as_array().unwrap();
    let count = |fits: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| fits(row)).count();
    let email = |row: &Value| row["basicInfo"]["primaryEmail"].as_str().unwrap().to_owned();
    let extensions = |row: &Value| row["serviceInfo"]["extensions"].as_array().unwrap().clone();
    assert_eq!(count(&|row| rows.iter().filter(|other| email(other) == email(row)).count() > 1), 2, "doubles");
    assert_eq!(count(&|row| email(row).starts_with("desk-")), 1);
    assert_eq!(count(&|row| email(row).contains("+8x8@")), 1);
    assert_eq!(count(&|row| email(row) != email(row).to_lowercase()), 1);
    assert_eq!(count(&|row| row["basicInfo"]["status"] == "INACTIVE"), 1);
    assert_eq!(count(&|row| row["directoryInfo"]["displayInDirectory"] == false), 2);
    assert!(count(&|row| row["serviceInfo"]["licenses"].as_array().unwrap().is_empty()) >= 3);
    assert_eq!(count(&|row| row["basicInfo"]["scimProvider"] == "AZURE"), 1);
    assert_eq!(count(&|row| extensions(row).len() == 2), 4, "agents who also have Work");
    let number = |row: &Value| extensions(row).first().map(|e| e["extensionNumber"].clone());
    assert!(count(&|row| number(row) == Some(json!("1001"))) == 2, "two PBXes share a number");
    let people = world.sim.people(0);
    let differs = people.iter().filter(|person| {
        let (upn, email) = (person.upn.as_deref(), person.email.as_deref());
        upn.zip(email).is_some_and(|(upn, email)| !upn.eq_ignore_ascii_case(email) && !upn.contains("#EXT#"))
    });
    assert_eq!(differs.filter(|person| !person.linkable).count(), 3);
}

#[tokio::test]
async fn a_move_to_another_site_is_a_deletion_and_a_creation_with_a_new_id() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = &world.sim.people(0)[0];
    let before = world.sim.seat(person).unwrap();
    world.step(60);
    world.sim.move_site(person, 1);
    let after = world.sim.seat(person).unwrap();
    assert!(before.user_id != after.user_id && before.pbx_id != after.pbx_id);
    assert_eq!(status(desk.key(&format!("/admin-provisioning/users/{}", before.user_id))).await, 404);
    let moved = json(desk.key(&format!("/admin-provisioning/users/{}", after.user_id))).await;
    assert_eq!(moved["basicInfo"]["primaryEmail"].as_str(), person.email.as_deref());
    let events = audits(&desk, "create,delete").await;
    let keys: Vec<_> =
        events.iter().map(|e| (e["eventType"].as_str().unwrap(), e["entityKey"].as_str().unwrap())).collect();
    assert!(keys.contains(&("delete", &before.user_id)) && keys.contains(&("create", &after.user_id)), "{keys:?}");
    assert_eq!(world.sim.truth().people, 40, "still the same person");
}

async fn audits(desk: &Desk<'_>, kinds: &str) -> Vec<Value> {
    let query = [
        ("startTime", "2026-01-05T00:00:00Z"),
        ("endTime", "2026-01-06T00:00:00Z"),
        ("service", "platform"),
        ("entityTypes", "user"),
        ("eventTypes", kinds),
        ("size", "100"),
    ];
    let body = json(desk.key("/administration/audit/v1/audits").query(&query)).await;
    body["data"].as_array().unwrap_or_else(|| panic!("no list: {body}")).clone()
}

#[tokio::test]
async fn a_deletion_is_told_by_the_audit_records_and_by_absence_alone() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    world.sim.edit_eight_quirks(0, |quirks| quirks.audit_lag_ms = 60_000);
    let person = &world.sim.people(0)[0];
    world.step(5);
    world.sim.delete_eight_user(person);
    let id = person.eight_id.as_deref().unwrap();
    assert_eq!(status(desk.key(&format!("/admin-provisioning/users/{id}"))).await, 404);
    let listed = users(&desk, &[("pageSize", "1000")]).await.to_string();
    assert!(!listed.contains(id));
    assert!(audits(&desk, "delete").await.is_empty(), "the record comes later");
    world.step(60);
    let records = audits(&desk, "delete").await;
    assert_eq!((records.len(), records[0]["entityKey"].as_str()), (1, Some(id)));
    let details: Value = serde_json::from_str(records[0]["details"].as_str().unwrap()).unwrap();
    assert_eq!(details["old"]["userId"], id);
}

#[tokio::test]
async fn audit_records_come_in_pages_within_31_days() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let page = async |more: &str| {
        let path = "/administration/audit/v1/audits?startTime=2026-01-01T00:00:00Z";
        json(desk.key(&format!("{path}{more}"))).await
    };
    let refused = page("&endTime=2026-02-01T00:00:01Z").await;
    assert_eq!((refused["status"].as_u64(), refused["error"].as_str()), (Some(400), Some("Bad Request")));
    let (mut records, mut body) = (0, page("&endTime=2026-01-31T00:00:00Z").await);
    loop {
        records += body["data"].as_array().unwrap().len();
        let Some(scroll) = body["scrollId"].as_str().map(String::from) else { break };
        body = page(&format!("&endTime=2026-01-31T00:00:00Z&scrollId={scroll}")).await;
    }
    assert_eq!(records, 47);
    assert_eq!(page("&endTime=2026-01-31T00:00:00Z&size=101").await["status"], 400);
}

#[tokio::test]
async fn contacts_are_searched_in_fiql_with_the_details_that_were_asked_for() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let contacts =
        async |query: &[(&str, &str)]| json(desk.key("/directory-contacts/api/v3/contacts").query(query)).await;
    let person = &world.sim.people(0)[0];
    let email = person.email.as_deref().unwrap();
    let filter = format!("contactType=='corporate';email.email=='{email}'");
    let found = contacts(&[("filter", &filter), ("details", "EMAIL,EXTENSION")]).await;
    let rows = found["data"].as_array().unwrap();
    assert_eq!((rows.len(), rows[0]["assignedUserId"].as_str()), (1, person.eight_id.as_deref()));
    assert_eq!(rows[0]["extensions"][0]["subscriptionType"], "UE");
    let bare = contacts(&[("filter", "extension.extension==1000")]).await;
    assert_eq!(bare["data"].as_array().unwrap().len(), 2, "one on each PBX");
    assert!(bare["data"][0].get("emails").is_none());

    let mut page = contacts(&[("size", "20"), ("useScrollId", "true"), ("sort", "id,ASC")]).await;
    let mut count = page["data"].as_array().unwrap().len();
    while let Some(scroll) = page["meta"]["scrollId"].as_str().map(String::from) {
        page = contacts(&[("scrollId", &scroll)]).await;
        count += page["data"].as_array().unwrap().len();
    }
    assert_eq!((count, page["meta"]["hasMore"].as_bool()), (46, Some(false)));
    assert_eq!(contacts(&[("sort", "name,ASC")]).await["status"], 400);
    world.sim.edit_eight_quirks(0, |quirks| quirks.contacts_path = ContactsPath::Camel);
    assert_eq!(status(desk.key("/directory-contacts/api/v3/contacts")).await, 404);
    assert_eq!(status(desk.key("/directoryContacts/api/v3/contacts")).await, 200);
}
