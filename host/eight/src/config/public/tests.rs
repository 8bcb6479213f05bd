//! What a settings file may say of public mode, and what is said of it.

use super::*;

fn whole() -> Raw {
    Raw {
        key: Some("eght_k".into()),
        work: Some(RawWork { key: Some("wk".into()), user: Some("svc".to_owned()), password: Some("pä".into()) }),
        agents: Some(RawAgents {
            host: Some("https://vcc-na12.8x8.com".to_owned()),
            tenant: Some("acme01".to_owned()),
            token: Some("t".into()),
            people: [("ann@corp.com".to_owned(), "ag1".to_owned())].into(),
            ..RawAgents::default()
        }),
        ..Raw::default()
    }
}

fn check(raw: Raw) -> Result<Public, Vec<Wrong>> {
    raw.check("acme".into(), Duration::from_secs(8))
}

fn told(raw: Raw) -> String {
    check(raw).unwrap_err().iter().map(|wrong| format!("{wrong}\n")).collect()
}

#[test]
fn what_is_left_out_has_its_default() {
    let public = check(whole()).unwrap();
    assert_eq!((public.api.as_str(), public.directory), ("https://api.8x8.com/", Directory::Contacts));
    assert_eq!(public.agents.unwrap().user, "acme01");
    assert!(!public.work_dnd && !public.calls_only && public.realtime.is_none());
    assert_eq!(public.people["ann@corp.com"], "ag1".into());
}

#[test]
fn everything_that_is_missing_is_named_at_once_with_what_to_write() {
    let raw = Raw {
        api: Some("api.8x8.com".to_owned()),
        directory: Some("ldap".to_owned()),
        work: Some(RawWork::default()),
        agents: Some(RawAgents {
            working_offline: Some(StatusCode { list: -1, item: 5, short: "x".into() }),
            people: [("ann".to_owned(), "ag1".to_owned()), ("bob".to_owned(), "ag1".to_owned())].into(),
            ..RawAgents::default()
        }),
        realtime: None,
        ..Raw::default()
    };
    insta::assert_snapshot!(told(raw));
}

#[test]
fn something_has_to_tell_of_presence() {
    let raw = Raw { key: Some("k".into()), ..Raw::default() };
    assert!(told(raw).contains("[tenant.eight.work]"));
}

#[test]
fn people_may_be_named_for_the_realtime_metrics_alone() {
    let realtime =
        RawRealtime { region: Some("eu".to_owned()), key: Some("k".into()), secret: Some("s".into()), tenant: None };
    let people = [("ann@corp.com".to_owned(), "ag1".to_owned())].into();
    let agents = Some(RawAgents { people, ..RawAgents::default() });
    let public = check(Raw { key: Some("k".into()), agents, realtime: Some(realtime), ..Raw::default() }).unwrap();
    assert!(public.agents.is_none() && public.people.len() == 1);
    assert_eq!(public.realtime.unwrap().region.prefix(), Some("eu"));
}

#[test]
fn a_secret_is_never_told() {
    let raw = Raw { key: Some("s3cret\n".into()), ..whole() };
    let said = told(raw);
    assert!(said.contains("`key`") && !said.contains("s3cret"), "{said}");
    assert!(!format!("{:?}", check(whole()).unwrap()).contains("eght_k"));
}

#[test]
fn the_stream_of_agents_is_named_by_its_host_and_not_without_tls() {
    let with = |stream: &str| {
        let mut raw = whole();
        raw.agents.as_mut().unwrap().stream = Some(stream.to_owned());
        raw
    };
    let stream = |stream: &str| check(with(stream)).unwrap().agents.unwrap().stream.unwrap();
    assert_eq!(stream("wss://pulsar-ws-use1.8x8.com").as_str(), "https://pulsar-ws-use1.8x8.com/");
    assert_eq!(stream("ws://127.0.0.1:9083").as_str(), "http://127.0.0.1:9083/");
    let refused = told(with("ws://pulsar-ws-use1.8x8.com"));
    assert!(
        refused.starts_with("`agents.stream` is ") && refused.contains("give the host of your region"),
        "{refused}"
    );
}
