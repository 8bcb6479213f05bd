//! The table of refusals, whole.

use std::fmt::Write as _;

use super::*;

/// Every number of the reference, in its order.
const NUMBERS: [u32; 72] = [
    65001, 90094, 90095, 90093, 90008, 65004, 650056, 65005, 650057, 650054, 650052, 500011, 700016, 700011, 90099,
    50105, 7000112, 70001, 1000031, 7000215, 70002, 7000222, 700027, 50012, 700030, 7000218, 700025, 70021, 700229,
    54005, 70000, 50089, 70008, 501481, 50147, 501491, 700005, 700082, 700084, 50173, 70043, 50133, 50076, 50079,
    50074, 50072, 50078, 53003, 53000, 530032, 50131, 50057, 50055, 50034, 50020, 50011, 900971, 70011, 28002, 700022,
    901002, 90002, 50059, 90019, 90038, 50194, 9001023, 50196, 90055, 90006, 90024, 50033,
];

fn problem(body: &str) -> SignInProblem {
    Refusal::read(body.as_bytes(), "401").problem
}

#[test]
fn the_whole_table_says_what_happened_and_who_mends_it() {
    let mut table = String::new();
    for code in NUMBERS {
        let problem = SignInProblem::of("invalid_grant", Some(code));
        writeln!(table, "{code} [{:?}]\n  {problem}", problem.remedy()).unwrap();
    }
    for word in
        ["access_denied", "consent_required", "interaction_required", "invalid_grant", "temporarily_unavailable", "odd"]
    {
        let problem = SignInProblem::of(word, None);
        writeln!(table, "{word} [{:?}]\n  {problem}", problem.remedy()).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_code_is_found_in_the_description_too() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}"#;
    assert_eq!(problem(body), SignInProblem::ExpiredSecret);
}

#[test]
fn an_unlisted_code_keeps_its_number_and_no_dump() {
    let body =
        r#"{"error":"invalid_client","error_description":"AADSTS12345: long text. Trace ID: 1","error_codes":[12345]}"#;
    let refusal = Refusal::read(body.as_bytes(), "401");
    assert_eq!(refusal.problem, SignInProblem::Other { error: "invalid_client".into() });
    let sentence = refusal.to_string();
    assert!(sentence.ends_with("(AADSTS12345; https://login.microsoftonline.com/error?code=12345)"), "{sentence}");
    assert!(!sentence.contains("Trace"), "{sentence}");
    assert_eq!(problem("<html>"), SignInProblem::Other { error: "401".into() });
}

#[test]
fn an_unlisted_number_leaves_the_word_to_decide() {
    assert_eq!(SignInProblem::of("invalid_grant", Some(12345)), SignInProblem::SignInBroken);
    assert_eq!(Refusal::told("access_denied", "the user canceled").problem, SignInProblem::ConsentDeclined);
}
