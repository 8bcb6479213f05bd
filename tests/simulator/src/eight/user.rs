//! An 8x8 user on the wire, as the Users API shows it.

use serde_json::{Value, json};

use crate::{
    clock::iso,
    state::{
        person::EightSide,
        phone::Phone,
        profile::{Extension, extension_dnd},
    },
};

/// The fields that a filter can name.
pub(crate) const FILTERABLE: [&str; 20] = [
    "basicInfo.userId",
    "basicInfo.userName",
    "basicInfo.firstName",
    "basicInfo.lastName",
    "basicInfo.primaryEmail",
    "basicInfo.status",
    "basicInfo.createdTime",
    "basicInfo.lastUpdatedTime",
    "basicInfo.locale",
    "basicInfo.ssoFederationId",
    "basicInfo.scimProvider",
    "basicInfo.site.id",
    "basicInfo.site.name",
    "basicInfo.site.pbxName",
    "directoryInfo.department",
    "directoryInfo.jobTitle",
    "directoryInfo.displayInDirectory",
    "serviceInfo.extensions.extensionNumber",
    "serviceInfo.extensions.extensionType",
    "assignmentInfo.ucCallQueues.id",
];

/// The fields that a list can be sorted by.
pub(crate) const SORTABLE: [&str; 7] = [
    "basicInfo.userName",
    "basicInfo.lastName",
    "basicInfo.firstName",
    "basicInfo.createdTime",
    "basicInfo.lastUpdatedTime",
    "basicInfo.status",
    "directoryInfo.department",
];

/// Whose licence every extension hangs on; one per person is enough here.
const LICENCE: &str = "02KB7TGTYAG4Rq4jDUhwyQ";

/// The whole user, or the thinner row of a list.
pub(crate) fn user(eight: &EightSide, phone: &Phone, whole: bool) -> Value {
    let profile = &eight.profile;
    let (first, last) = eight.name.split_once(' ').unwrap_or((&eight.name, ""));
    let site = phone.sites.get(profile.site).map(|site| {
        let pbx = phone.pbxes.get(site.pbx).map(|pbx| &pbx.name);
        json!({"id": site.id, "name": site.name, "pbxName": pbx})
    });
    let licences: Vec<Value> =
        profile.licensed.then(|| json!({"id": LICENCE, "name": "X4", "country": "GB"})).into_iter().collect();
    let dnd = extension_dnd(&eight.layers);
    let work = profile.uc.as_ref().map(|uc| extension(uc, "UC", dnd, profile.shown, profile.site, whole));
    let agent = profile.agent.as_ref();
    let agent = agent.map(|agent| extension(&agent.extension, "CC", false, profile.shown, profile.site, whole));
    let extensions: Vec<Value> = work.into_iter().chain(agent).collect();
    let queues: Vec<Value> = profile
        .queues
        .iter()
        .filter_map(|member| {
            let queue = phone.queues.get(member.queue)?;
            let kind = if member.primary { "PRIMARY" } else { "SECONDARY" };
            Some(json!({"id": queue.id, "name": queue.name, "memberType": kind}))
        })
        .collect();
    let groups = profile.groups.iter().filter_map(|group| phone.groups.get(*group));
    let groups: Vec<Value> = groups.map(|group| json!({"id": group.id, "name": group.name})).collect();
    json!({
        "basicInfo": {"userId": eight.id, "customerId": phone.customer, "userName": profile.user_name,
            "firstName": first, "lastName": last, "primaryEmail": eight.email,
            "status": if eight.active { "ACTIVE" } else { "INACTIVE" }, "locale": "en-GB",
            "timezone": "Europe/London", "createdTime": iso(profile.created_ms),
            "lastUpdatedTime": iso(profile.updated_ms), "scimProvider": profile.scim_provider, "ssoProvider": null,
            "ssoFederationId": profile.federation_id, "site": site},
        "directoryInfo": {"department": profile.department, "jobTitle": profile.job_title, "directoryScope": "PBX",
            "displayInDirectory": profile.shown, "personalPhoneNumbers": []},
        "serviceInfo": {"licenses": licences, "extensions": extensions},
        "assignmentInfo": {"profilePolicy": {"name": "Default"}, "ringGroups": groups, "ucCallQueues": queues,
            "userGroups": []},
    })
}

/// One extension; what only the whole user has is what a replacement from a list's row would lose.
fn extension(extension: &Extension, kind: &str, dnd: bool, shown: bool, site: usize, whole: bool) -> Value {
    let number = extension.number;
    let mut value = json!({"id": extension.id, "extensionNumber": number.to_string(),
        "fqExtensionNumber": format!("{}{number}", 23 + site % 2), "extensionType": kind, "doNotDisturb": dnd,
        "msTeamsEnabled": kind == "UC", "primaryPhoneNumber": null, "callWaitingEnabled": true,
        "maxConcurrentCalls": 2, "displayInDirectory": shown, "licenseId": LICENCE});
    if whole {
        let devices: Vec<Value> = (0..extension.devices).map(|place| json!({"id": format!("phone-{place}")})).collect();
        value["devices"] = Value::from(devices);
        value["hotDeskEnabled"] = Value::from(false);
        value["dedicatedAgent"] = Value::from(false);
    }
    value
}
