use proptest::prelude::*;

use super::*;

fn pseudonyms() -> Pseudonyms {
    Pseudonyms::new([7; 32])
}

/// Values of every shape.
fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,9}\\.[a-z]{3,9}@[a-z]{3,8}\\.com",
        "(SMTP|smtp|sip):[A-Z][a-z]{2,8}[0-9]{0,3}@[a-z]{3,8}\\.co\\.uk",
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        "\\+[1-9][0-9]{2} [0-9]{3}-[0-9]{4}",
        "[1-9][0-9]{2,10}",
        "[A-Z][a-zäöü]{1,9} [A-Z][a-z]{1,9}",
        "[A-Za-z0-9_-]{6,40}",
        "[A-Z][a-z]{2,8}( [a-z]{1,8}){3,8} [0-9]{1,4}\\.",
        "[a-z]{3,10}\\.onmicrosoft\\.com",
    ]
}

proptest! {
    #[test]
    fn a_value_always_becomes_the_same_and_two_never_become_one(values in prop::collection::hash_set(values(), 1..40)) {
        let mut names = pseudonyms();
        let first: Vec<String> = values.iter().map(|value| names.of(value)).collect();
        let again: Vec<String> = values.iter().map(|value| names.of(value)).collect();
        prop_assert_eq!(&first, &again);
        let folded: HashSet<String> = values.iter().map(|value| value.to_lowercase()).collect();
        let distinct: HashSet<String> = first.iter().map(|made| made.to_lowercase()).collect();
        // What differs in case alone is one name, or two.
        prop_assert!(distinct.len() >= folded.len(), "{:?} became {:?}", values, first);
    }

    #[test]
    fn a_pseudonym_has_the_shape_of_what_it_stands_for_and_so_has_its_own(value in values()) {
        let mut names = pseudonyms();
        let once = names.of(&value);
        let twice = names.of(&once);
        prop_assert_eq!(Shape::of(&once), Shape::of(&value), "{} became {}", value, once);
        prop_assert_eq!(Shape::of(&twice), Shape::of(&value), "{} became {}, then {}", value, once, twice);
    }

    #[test]
    fn nothing_of_a_value_is_left(value in values()) {
        let made = pseudonyms().of(&value).to_lowercase();
        prop_assert_ne!(&made, &value.to_lowercase());
        for word in value.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() >= 8 && *word != "onmicrosoft") {
            prop_assert!(!made.contains(&word.to_lowercase()), "{} became {}", value, made);
        }
    }
}

#[test]
fn names_mails_and_user_names_of_one_person_fit_together() {
    let mut names = pseudonyms();
    let (whole, first, last) = (names.of("Jane Doe"), names.of("Jane"), names.of("Doe"));
    assert_eq!(whole, format!("{first} {last}"));
    let mail = names.of("jane.doe@corp.com");
    let domain = names.of("corp.com");
    assert_eq!(mail, format!("{}.{}@{domain}", first.to_lowercase(), last.to_lowercase()));
    assert!(domain.ends_with(".example"), "{domain}");
    assert_eq!(names.of("SMTP:Jane.Doe@CORP.com"), format!("SMTP:{first}.{last}@{domain}"));
    assert!(names.of("jane_corp.com#EXT#@acme.onmicrosoft.com").contains("#EXT#@"));
    assert!(names.of("x@acme.onmicrosoft.com").ends_with(".onmicrosoft.example"));
}

#[test]
fn a_number_is_the_same_however_it_is_written() {
    let mut names = pseudonyms();
    let (pretty, plain) = (names.of("+1 (408) 555-1234"), names.of("14085551234"));
    assert_eq!(pretty.chars().filter(char::is_ascii_digit).collect::<String>(), plain);
    assert!(pretty.starts_with('+') && pretty.len() == "+1 (408) 555-1234".len(), "{pretty}");
}

#[test]
fn a_guid_keeps_its_case() {
    let mut names = pseudonyms();
    let lower = names.of("9f4ebab6-520d-49c0-85cc-7b25c78d4a93");
    assert_eq!(names.of("9F4EBAB6-520D-49C0-85CC-7B25C78D4A93"), lower.to_uppercase());
}

#[test]
fn more_short_numbers_than_there_are_become_longer() {
    let mut names = pseudonyms();
    let made: HashSet<String> = (100..1000).map(|number: u32| names.of(&number.to_string())).collect();
    assert_eq!(made.len(), 900);
    assert!(made.iter().any(|number| number.len() > 3));
}

#[test]
fn a_sentence_keeps_its_form_and_microsofts_number() {
    let mut names = pseudonyms();
    let made = names.of("AADSTS65001: The user 'jane@corp.com' has not consented, 17 times.");
    assert!(made.starts_with("AADSTS65001: ") && made.ends_with('.') && !made.contains("times"), "{made}");
    assert!(!made.contains("jane") && !made.contains("corp"), "{made}");
}

#[test]
fn another_key_gives_other_names() {
    assert_ne!(pseudonyms().of("jane.doe@corp.com"), Pseudonyms::new([8; 32]).of("jane.doe@corp.com"));
}
