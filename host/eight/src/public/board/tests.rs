//! What becomes of what the services said.

use super::*;
use crate::agents::status::AgentStatus;
use crate::config::Raw;
use crate::directory::Listed;

fn config() -> Public {
    let raw = Raw {
        key: Some("k".into()),
        realtime: Some(crate::config::RawRealtime {
            key: Some("k".into()),
            secret: Some("s".into()),
            ..Default::default()
        }),
        agents: Some(crate::config::RawAgents {
            people: [("ann@corp.com".to_owned(), "ag1".to_owned())].into(),
            ..Default::default()
        }),
        ..Raw::default()
    };
    raw.check("acme".into(), Duration::from_secs(5)).unwrap()
}

fn listed(id: &str, email: &str) -> Listed {
    let user = User {
        id: id.into(),
        federation_id: None,
        user_name: email.to_owned(),
        email: Some(email.to_owned()),
        display_name: String::new(),
        active: true,
        department: None,
        queues: vec!["Reception".to_owned()],
    };
    Listed { user, lines: Vec::new() }
}

fn member(user: &str, status: Option<EightStatus>) -> Member {
    let on_call = status.map(|status| status == EightStatus::OnCall);
    let queues = vec!["Sales".to_owned()];
    Member { user: Some(user.into()), extension: None, status, on_call, queues, unknown: None }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_000_000_000 + seconds * 1000)
}

fn board() -> Board {
    let mut board = Board::new(at(0));
    let people = vec![listed("u1", "ann@corp.com"), listed("u2", "bob@corp.com"), listed("u3", "cid@corp.com")];
    board.take_people(Brought::All(people), &config());
    board
}

fn says(board: &mut Board, seconds: u64, members: Vec<Member>) {
    board.take_work(PbxReading { pbx: "east".into(), read_at: at(seconds), members, of_queues: false });
}

fn told(readings: &[(EightUserId, Reading<EightPresence>)]) -> Vec<(&str, EightStatus)> {
    readings.iter().map(|(user, reading)| (user.as_str(), reading.presence.own)).collect()
}

#[test]
fn a_snapshot_is_of_those_heard_of_and_changes_are_what_is_not_as_told() {
    let (mut board, config) = (board(), config());
    says(&mut board, 0, vec![member("u2", Some(EightStatus::Available)), member("nobody", Some(EightStatus::Busy))]);
    let (all, cursor) = board.snapshot(&config, |_| false, at(0));
    assert_eq!(told(&all), [("u2", EightStatus::Available)]);
    let (changes, cursor) = board.changes(&cursor, &config, |_| false, at(1)).unwrap();
    assert_eq!(told(&changes), []);
    says(&mut board, 10, vec![member("u2", Some(EightStatus::OnCall))]);
    let (changes, _) = board.changes(&cursor, &config, |_| false, at(10)).unwrap();
    assert_eq!(told(&changes), [("u2", EightStatus::OnCall)]);
    assert_eq!(changes[0].1.read_at, at(10));
}

#[test]
fn a_cursor_of_another_process_or_of_long_ago_asks_for_a_snapshot() {
    let (mut board, config) = (board(), config());
    let (_, first) = board.snapshot(&config, |_| false, at(0));
    let (_, second) = board.changes(&first, &config, |_| false, at(0)).unwrap();
    assert!(board.changes(&first, &config, |_| false, at(0)).is_none(), "what it brought may not have arrived");
    assert!(board.changes(&second, &config, |_| false, at(0)).is_none() || second != first);
    assert!(board.changes(&"999-1".into(), &config, |_| false, at(0)).is_none());
}

#[test]
fn whoever_leaves_the_queues_in_mid_call_is_unknown_and_not_on_a_call() {
    let (mut board, config) = (board(), config());
    says(&mut board, 0, vec![member("u2", Some(EightStatus::OnCall))]);
    let (_, cursor) = board.snapshot(&config, |_| false, at(0));
    says(&mut board, 10, Vec::new());
    let (changes, _) = board.changes(&cursor, &config, |_| false, at(10)).unwrap();
    assert_eq!(told(&changes), [("u2", EightStatus::Unrecognised)]);
    assert!(!changes[0].1.presence.call_active);
}

#[test]
fn a_gap_in_what_is_said_is_bridged_for_a_minute() {
    let (mut board, config) = (board(), config());
    says(&mut board, 0, vec![member("u2", Some(EightStatus::OnCall))]);
    for second in [10, 30, 50] {
        says(&mut board, second, vec![member("u2", None)]);
        assert_eq!(told(&board.snapshot(&config, |_| false, at(second)).0), [("u2", EightStatus::OnCall)]);
    }
    says(&mut board, 60, vec![member("u2", None)]);
    assert_eq!(told(&board.snapshot(&config, |_| false, at(60)).0), [("u2", EightStatus::Unrecognised)]);
}

#[test]
fn an_agent_is_known_by_the_settings_and_by_nothing_else() {
    let (mut board, config) = (board(), config());
    let seen = |status| Seen { status, ours: false };
    let agents =
        [("ag1".into(), seen(AgentStatus::OnBreak)), ("ag2".into(), seen(AgentStatus::Busy))].into_iter().collect();
    board.take_agents(Agents { seen: agents, read_at: at(0) }, &config);
    let (all, _) = board.snapshot(&config, |_| false, at(0));
    assert_eq!(told(&all), [("u1", EightStatus::Away)]);
    assert_eq!(board.agent_of(&"u1".into()), Some(&"ag1".into()));
    assert_eq!(board.agent_of(&"u2".into()), None);
}

#[test]
fn queues_come_from_the_directory_and_from_what_members_do() {
    let mut board = board();
    says(&mut board, 0, vec![member("u2", Some(EightStatus::Available))]);
    let users = board.users();
    assert_eq!(users[1].queues, ["Reception", "Sales"]);
    assert_eq!(users[0].queues, ["Reception"]);
}

#[test]
fn whoever_is_deleted_is_not_told_of_any_more() {
    let (mut board, config) = (board(), config());
    says(&mut board, 0, vec![member("u2", Some(EightStatus::Available))]);
    board.book.change(Vec::new(), &["u2".into()]);
    assert_eq!(told(&board.snapshot(&config, |_| false, at(0)).0), []);
}
