//! The way to Entra's consent pages and back, with the addresses of Microsoft's own examples.

use std::collections::HashMap;

use super::*;
use crate::refusal::SignInProblem;
use crate::{App, Cloud};

const CLIENT: &str = "22553876-f5ab-4529-bffb-cfe50aa89f87";

fn config(cloud: Cloud) -> Config {
    Config {
        directory: "corp.com".to_owned(),
        login: Url::parse(cloud.login()).unwrap(),
        graph: Url::parse(cloud.graph()).unwrap(),
        read_app: App { client_id: CLIENT.to_owned(), secret: "s3cret".into() },
        write_app: None,
        call_deadline: Config::CALL_DEADLINE,
    }
}

fn to(cloud: Cloud, page: ConsentPage, directory: Option<&str>) -> Url {
    let redirect = Url::parse("https://presync.example/consented").unwrap();
    link(&config(cloud), CLIENT, page, directory, &redirect, "12345").unwrap()
}

fn asked(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

fn refused(query: &str) -> SignInProblem {
    match returned(query, "12345") {
        Err(ConsentError::Refused(refusal)) => refusal.problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_page_has_its_own_address_and_its_own_word_for_any_directory() {
    let registered = to(Cloud::Global, ConsentPage::Registered, None);
    assert_eq!(&registered[..url::Position::AfterPath], "https://login.microsoftonline.com/common/adminconsent");
    assert!(!asked(&registered).contains_key("scope"));
    let scoped = to(Cloud::UsGovL4, ConsentPage::Scoped, None);
    assert_eq!(&scoped[..url::Position::AfterPath], "https://login.microsoftonline.us/organizations/v2.0/adminconsent");
    assert_eq!(asked(&scoped)["scope"], "https://graph.microsoft.us/.default");
    let own = to(Cloud::Global, ConsentPage::Scoped, Some("corp.com"));
    assert_eq!(own.path(), "/corp.com/v2.0/adminconsent");
    let asked = asked(&own);
    assert_eq!((&*asked["client_id"], &*asked["state"]), (CLIENT, "12345"));
    assert_eq!(asked["redirect_uri"], "https://presync.example/consented");
}

#[test]
fn a_yes_is_read_from_both_pages() {
    let v1 = returned("tenant=a8990e1f-ff32-408a-9f8e-78d3b9139b95&state=12345&admin_consent=True", "12345").unwrap();
    assert_eq!((&*v1.claimed_directory, v1.scope), ("a8990e1f-ff32-408a-9f8e-78d3b9139b95", None));
    let query = "admin_consent=True&tenant=t1&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&state=12345";
    let v2 = returned(query, "12345").unwrap();
    assert_eq!(v2.scope.as_deref(), Some("https://graph.microsoft.com/.default"));
}

#[test]
fn a_no_is_a_no_although_it_says_consent() {
    let v1 = "error=permission_denied&error_description=The+admin+canceled+the+request&state=12345";
    assert_eq!(refused(v1), SignInProblem::ConsentDeclined);
    let v2 = "admin_consent=True&error=consent_required&error_description=AADSTS65004%3a+The+resource+owner+or+\
        authorization+server+denied+the+request.%0d%0aTrace+ID%3a+1&state=12345";
    assert_eq!(refused(v2), SignInProblem::ConsentDeclined);
    assert_eq!(
        refused("error=access_denied&error_description=AADSTS90094%3a&state=12345"),
        SignInProblem::AdminConsentNeeded
    );
    assert_eq!(refused("error=x&error_description=AADSTS50011%3a&state=12345"), SignInProblem::RedirectUnknown);
}

#[test]
fn what_does_not_come_from_our_page_is_not_believed() {
    let yes = "tenant=t1&admin_consent=True";
    for query in ["", yes, "tenant=t1&admin_consent=True&state=other", "error=permission_denied&state=other"] {
        assert_eq!(returned(query, "12345"), Err(ConsentError::StateMismatch), "{query}");
    }
    for query in [
        "state=12345",
        "state=12345&tenant=t1",
        "state=12345&admin_consent=True",
        "state=12345&tenant=t1&admin_consent=False",
    ] {
        assert_eq!(returned(query, "12345"), Err(ConsentError::Unclear), "{query}");
    }
}
