//! An entry of the company's contacts on the wire, as Contact Search shows it.

use serde_json::{Value, json};

use crate::state::{person::EightSide, phone::Phone};

/// The fields that a filter can name.
pub(crate) const FILTERABLE: [&str; 16] = [
    "id",
    "assignedUserId",
    "name",
    "firstName",
    "lastName",
    "contactType",
    "branchId",
    "branchName",
    "department",
    "pbxId",
    "pbxName",
    "createdTimestamp",
    "updatedTimestamp",
    "email.email",
    "extension.extension",
    "extension.pbxId",
];

/// The fields that a list can be sorted by.
pub(crate) const SORTABLE: [&str; 4] = ["id", "name", "lastName", "updatedTimestamp"];

/// The whole entry.
pub(crate) fn contact(eight: &EightSide, phone: &Phone) -> Value {
    let profile = &eight.profile;
    let (first, last) = eight.name.split_once(' ').unwrap_or((&eight.name, ""));
    let site = phone.sites.get(profile.site);
    let pbx = site.and_then(|site| phone.pbxes.get(site.pbx));
    let (site_id, site_name) = (site.map(|site| &site.id), site.map(|site| &site.name));
    let (pbx_id, pbx_name) = (pbx.map(|pbx| &pbx.id), pbx.map(|pbx| &pbx.name));
    let id = format!("c{}", eight.id);
    let extension = |number: u32, extension: &str, kind: &str, subscription: &str| {
        json!({"id": extension, "extension": number.to_string(), "fqExtension": format!("23{number}"),
            "extensionType": kind, "displayInDirectory": profile.shown, "pbxId": pbx_id, "pbxName": pbx_name,
            "branchId": site_id, "contactId": id, "subscriptionType": subscription})
    };
    let work = profile.uc.as_ref().map(|uc| extension(uc.number, &uc.id, "UC", "UE"));
    let agent = profile.agent.as_ref().map(|agent| &agent.extension);
    let agent = agent.map(|agent| extension(agent.number, &agent.id, "CC", "VCCE"));
    let extensions: Vec<Value> = work.into_iter().chain(agent).collect();
    let emails = json!([{"id": format!("e{}", eight.id), "email": eight.email, "primary": true,
        "purposeType": "WORK"}]);
    json!({"id": id, "assignedUserId": eight.id, "name": eight.name, "firstName": first, "lastName": last,
        "contactType": "corporate", "customerId": phone.customer, "branchId": site_id, "branchName": site_name,
        "department": profile.department, "jobTitle": profile.job_title, "pbxId": pbx_id, "pbxName": pbx_name,
        "locale": "en_GB", "timeZone": "Europe/London", "displayWhenNoExtension": profile.shown,
        "createdTimestamp": profile.created_ms, "updatedTimestamp": profile.updated_ms,
        "emails": emails, "extensions": extensions, "phones": [], "tags": [],
        // Filters name the members of a list by the singular.
        "email": emails, "extension": extensions})
}
