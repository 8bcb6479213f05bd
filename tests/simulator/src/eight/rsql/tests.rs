use serde_json::json;

use super::*;

const KNOWN: [&str; 6] = ["name", "status", "age", "changed", "mails.mail", "site.name"];

fn row() -> Value {
    json!({"name": "Jane Doe", "status": "ACTIVE", "age": 41, "changed": "2026-01-05T10:15:00.500Z",
        "mails": [{"mail": "jane@corp.com"}, {"mail": "j.doe@corp.com"}], "site": null})
}

fn holds(filter: &str) -> bool {
    Filter::parse(filter, Dialect::Fiql, &KNOWN).unwrap().matches(&row())
}

#[test]
fn operators_join_and_nest_as_documented() {
    for filter in [
        "status==active",
        "name=='jane doe'",
        "name==J*D*e",
        "name!=Joe",
        "age>40;age<42;age>=41;age<=41",
        "changed>=2026-01-05T10:15:00Z",
        "mails.mail==j.doe@corp.com",
        "status==INACTIVE,age==41",
        "(status==INACTIVE,age==41);name==*doe",
        "age=ge=41;age=lt=42;status=in=(ACTIVE,PENDING);status=out=(INACTIVE)",
    ] {
        assert!(holds(filter), "{filter}");
    }
    for filter in ["status==INACTIVE", "name==Jane", "age>41", "site.name==HQ", "changed<2026-01-05T10:15:00Z"] {
        assert!(!holds(filter), "{filter}");
    }
}

#[test]
fn what_is_no_filter_is_refused_with_a_sentence() {
    let refused = |filter: &str| Filter::parse(filter, Dialect::Rsql, &KNOWN).unwrap_err();
    assert_eq!(refused("status=ACTIVE"), "Unknown operator at '=ACTIVE'; equality is written ==");
    assert_eq!(refused("Status==A"), "Unknown field 'Status' in the filter; field names are case-sensitive");
    assert_eq!(refused("status=ge=A"), "Unknown operator at '=ge=A'; equality is written ==");
    assert_eq!(refused("(status==A"), "A parenthesis is not closed");
    assert_eq!(refused("name=='Jane"), "A quote is not closed");
    assert_eq!(refused("name=="), "A value is missing at ''");
    assert_eq!(refused("name==Jane Doe"), "Unexpected ' Doe' in the filter");
    assert!(refused(&"x".repeat(2_001)).contains("2000"));
}

#[test]
fn rows_are_sorted_by_several_fields_up_and_down() {
    let mut rows = [json!({"name": "b", "age": 1}), json!({"name": "A", "age": 1}), json!({"name": "c", "age": 2})];
    let sort = Sort::parse("-age,+name", &KNOWN).unwrap();
    rows.sort_by(|one, other| sort.order(one, other));
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["c", "A", "b"]);
    assert_eq!(Sort::parse("nick", &["name"]).unwrap_err(), "Cannot sort by 'nick'; possible are name");
}
