use proptest::prelude::*;
use serde_json::json;
use url::Url;

use super::*;
use crate::bases::Service;

fn anonymiser() -> Anonymiser {
    let bases = Bases(vec![(Service::Eight, Url::parse("https://api.8x8.com").unwrap())]);
    Anonymiser::new([3; 32], Names::default(), bases, Box::new(|_, _| Uuid::nil()))
}

/// Bodies with values of people under names that are known and names that are not.
fn bodies() -> impl Strategy<Value = (Value, Vec<String>)> {
    let person = ("[A-Z][a-z]{6,9}", "[a-z]{7,9}@[a-z]{6,8}\\.com", "[1-9][0-9]{9}", "[A-Za-z]{6}[0-9]{4}[A-Z]{4}");
    let people = prop::collection::vec((person, "[a-z]{9,12}"), 1..8);
    people.prop_map(|people| {
        let entry = |((name, mail, phone, id), field): &((String, String, String, String), String)| {
            json!({"id": id, "displayName": name, "emails": [{"email": mail, "primary": true}], "status": "ACTIVE",
                "unheardOf": {field.clone(): [phone, {mail.clone(): id}]}, "message": format!("{name} is at {phone} {mail}"),
                "url": format!("/users/{id}/presence?cursor={id}&filter=basicInfo.primaryEmail=='{mail}'") })
        };
        let body = json!({"data": people.iter().map(entry).collect::<Vec<_>>()});
        let originals = people.iter().flat_map(|((name, mail, phone, id), field)| {
            [name.clone(), mail.clone(), phone.clone(), id.clone(), field.clone()]
        });
        (body, originals.collect())
    })
}

proptest! {
    #[test]
    fn no_original_survives_whatever_it_is_called((body, originals) in bodies()) {
        let made = anonymiser().json(body).to_string().to_lowercase();
        for original in originals {
            prop_assert!(!made.contains(&original.to_lowercase()), "{} in {}", original, made);
        }
    }

    #[test]
    fn the_same_body_becomes_the_same_and_keeps_its_form((body, _) in bodies()) {
        let mut anonymiser = anonymiser();
        let (first, again) = (anonymiser.json(body.clone()), anonymiser.json(body.clone()));
        prop_assert_eq!(&first, &again);
        prop_assert_eq!(kinds(&first), kinds(&body));
        let twice = anonymiser.json(first.clone());
        prop_assert_eq!(kinds(&twice), kinds(&first));
    }
}

/// The form of a body: what kinds of values are where, without names.
fn kinds(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut kinds: Vec<String> = fields.values().map(|value| kinds(value).to_string()).collect();
            kinds.sort();
            json!({"fields": kinds})
        }
        Value::Array(values) => values.iter().map(kinds).collect(),
        Value::String(text) => json!(format!("{:?}", Shape::of(text))),
        Value::Number(_) => json!("number"),
        other => other.clone(),
    }
}

#[test]
fn conditions_and_fields_of_a_query_keep_what_is_documented() {
    let mut anonymiser = anonymiser();
    let query = anonymiser.query(
        "pageSize=1000&filter=basicInfo.lastUpdatedTime%3E%3D2027-01-25T08%3A00%3A00.000Z&sort=%2BbasicInfo.lastUpdatedTime\
         &entityTypes=user&includeCall=true&cursor=0000123456",
    );
    let kept: Vec<&str> = query.iter().take(5).map(|(_, value)| value.as_str()).collect();
    let sort = "+basicInfo.lastUpdatedTime";
    assert_eq!(kept, ["1000", "basicInfo.lastUpdatedTime>=2027-01-25T08:00:00.000Z", sort, "user", "true"]);
    assert_ne!(query[5].1, "0000123456");
    let filter = anonymiser.query("filter=contactType%3D%3D'corporate'%3Bname%3D%3D'Jane'");
    assert!(filter[0].1.starts_with("contactType=='corporate';name=='") && !filter[0].1.contains("Jane"), "{filter:?}");
}

#[test]
fn the_parts_of_an_address_that_are_documented_are_kept() {
    let mut anonymiser = anonymiser();
    let id = anonymiser.value("hvOB1l3zDCaDAwp9tNLzZA");
    assert_eq!(
        anonymiser.path("/presence/v1/publications/hvOB1l3zDCaDAwp9tNLzZA"),
        format!("/presence/v1/publications/{id}")
    );
    let mail = anonymiser.value("jane@corp.com");
    assert_eq!(anonymiser.path("/v1.0/users('jane%40corp.com')/presence"), format!("/v1.0/users('{mail}')/presence"));
    let elsewhere = anonymiser.value("https://wiki.corp.com/jane?x=1");
    assert!(
        elsewhere.starts_with("https://") && elsewhere.contains(".example/") && !elsewhere.contains("jane"),
        "{elsewhere}"
    );
    assert_eq!(
        anonymiser.value("https://api.8x8.com/presence/v1/users?pageSize=5"),
        "https://eight.example/presence/v1/users?pageSize=5"
    );
}

#[test]
fn the_value_of_a_metric_is_what_its_key_says() {
    let made =
        anonymiser().json(json!([{"key": "status.rt", "value": "WorkingOffline"}, {"key": "x", "value": "Jane"}]));
    assert_eq!(made[0], json!({"key": "status.rt", "value": "WorkingOffline"}));
    assert_ne!(made[1]["value"], "Jane");
}
