//! Who might be meant.

use super::*;

fn suggested(users: &[Teams], others: &[Eight]) -> Vec<String> {
    let (users, others) = candidates(users, others);
    let pairing = pair(&users, &others, &LinkPolicy::default());
    let mut lines: Vec<String> = suggest(&users, &others, &pairing)
        .into_iter()
        .flat_map(|(alone, suggestions)| {
            let id = alone.id().to_owned();
            suggestions
                .into_iter()
                .map(move |Suggestion { id: other, score, likeness }| format!("{id}: {other} {score} {likeness:?}"))
        })
        .collect();
    lines.sort();
    lines
}

fn user(id: &str, upn: &str, name: &str) -> Teams {
    Teams { name: name.into(), ..teams(id, upn) }
}

fn other(id: &str, email: &str, name: &str) -> Eight {
    Eight { name: name.into(), ..eight(id, email) }
}

#[test]
fn an_address_in_common_goes_before_a_name_and_a_name_before_what_is_alike() {
    let users = [
        Teams { addresses: vec!["a.lee@old.com".into()], ..user("t1", "ann@corp.com", "Ann Lee") },
        user("t2", "cb@corp.com", "Berg, Carl"),
        user("t3", "dora.falk@corp.com", ""),
        user("t4", "x1@corp.com", "Jonathan Meyer"),
    ];
    let others = [
        other("e1", "A.Lee@old.com", "Somebody"),
        other("e2", "c.b@corp.com", "Carl Berg"),
        other("e3", "dora.falk@other.com", ""),
        other("e4", "y2@corp.com", "Jonathon Meyer"),
    ];
    let found = suggested(&users, &others);
    assert_eq!(found[..3], ["e1: t1 100 SameAddress", "e2: t2 95 SameName", "e3: t3 90 SameMailbox"]);
    assert!(found[3].starts_with("e4: t4 8") && found[3].ends_with("AlikeName"), "{found:?}");
    assert_eq!(found.len(), 8, "and the same the other way round: {found:?}");
}

#[test]
fn nobody_is_suggested_who_is_linked_barred_or_somebody_else() {
    let disabled = Teams { enabled: false, ..user("t2", "bob@corp.com", "Bob Lee") };
    let users = [user("t1", "ann@corp.com", "Ann Lee"), disabled, user("t3", "zoe@corp.com", "Zoe Quinn")];
    let others = [
        other("e1", "ann@corp.com", "Ann Lee"),
        other("e2", "other@corp.com", "Ann Lee"),
        other("e3", "b@corp.com", "Bob Lee"),
    ];
    assert_eq!(suggested(&users, &others), Vec::<String>::new());
}

#[test]
fn among_many_the_likest_is_still_found() {
    let users: Vec<_> = (0..1_000).map(|at| user(&format!("t{at}"), "", &format!("First{at} Last{at}"))).collect();
    let other = |at| Eight { email: None, ..other(&format!("e{at}"), "", &format!("Last{at}, First{at}")) };
    let others: Vec<_> = (0..1_000).map(other).collect();
    let found = suggested(&users, &others);
    assert!(found.contains(&"t700: e700 95 SameName".to_owned()));
    assert!(found.contains(&"e3: t3 95 SameName".to_owned()));
}
