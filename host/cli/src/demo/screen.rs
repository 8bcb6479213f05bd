//! The live table: the people of whom there was news last, what both sides show, what the rules say and why.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use presync_core::presence::TeamsPresence;
use presync_core::rule::PublishAction;
use presync_core::time::{Clock, Timestamp};
use presync_core::words::{EightStatus, EightTarget};
use presync_service::Tenant;
use presync_service::clock::SystemClock;
use presync_service::status::Counters;
use presync_service::tenant::Row as Person;
use presync_simulator::Simulator;
use ratatui::Frame;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyModifiers};
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Row, Table};

/// The picture is drawn anew this often.
const REFRESH: Duration = Duration::from_millis(500);

/// What one picture shows.
struct Picture {
    people: Vec<Person>,
    counters: Counters,
    linked: usize,
    wrong: usize,
    address: SocketAddr,
    poll: Duration,
    now: Timestamp,
}

pub(super) async fn show(
    tenants: &Arc<[Arc<Tenant>]>,
    simulator: &Simulator,
    address: SocketAddr,
    poll: Duration,
) -> anyhow::Result<ExitCode> {
    let mut terminal = ratatui::try_init().context("cannot use this terminal")?;
    let shown = loop {
        let rows = usize::from(terminal.size().map_or(24, |size| size.height));
        let (of, now) = (Arc::clone(tenants), SystemClock.now());
        let wrong = simulator.truth().wrong.len();
        let taken = tokio::task::spawn_blocking(move || take(&of, rows, address, poll, wrong, now)).await;
        let drawn = taken.map_err(anyhow::Error::from).and_then(|picture| {
            terminal.draw(|frame| draw(frame, &picture))?;
            Ok(())
        });
        if let Err(error) = drawn {
            break Err(error);
        }
        match tokio::task::spawn_blocking(asked_to_quit).await? {
            Ok(false) => {}
            Ok(true) => break Ok(ExitCode::SUCCESS),
            Err(error) => break Err(error.into()),
        }
    };
    ratatui::restore();
    shown
}

/// Waits for a key for one refresh. In raw mode Ctrl-C is a key.
fn asked_to_quit() -> std::io::Result<bool> {
    if !event::poll(REFRESH)? {
        return Ok(false);
    }
    let Event::Key(key) = event::read()? else { return Ok(false) };
    let interrupt = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
    Ok(interrupt || matches!(key.code, KeyCode::Char('q') | KeyCode::Esc))
}

fn take(
    tenants: &[Arc<Tenant>],
    rows: usize,
    address: SocketAddr,
    poll: Duration,
    wrong: usize,
    now: Timestamp,
) -> Picture {
    let mut people: Vec<Person> = tenants.iter().flat_map(|tenant| tenant.table(rows)).collect();
    people.sort_by_key(|person| std::cmp::Reverse(person.changed_at));
    people.truncate(rows);
    let mut counters = Counters::default();
    let mut linked = 0;
    for tenant in tenants {
        counters.add(&tenant.counters());
        linked += tenant.status().linked;
    }
    Picture { people, counters, linked, wrong, address, poll, now }
}

fn draw(frame: &mut Frame<'_>, picture: &Picture) {
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(3), Constraint::Fill(1), Constraint::Length(1)]).areas(frame.area());
    let Counters { cycles, published, sessions_held, sessions_cleared, echoes_ignored, .. } = picture.counters;
    let head_text = Text::from(vec![
        Line::from(vec![
            " presync demo ".black().on_cyan().bold(),
            format!("  {} people, a cycle every {:?} at the latest, {cycles} cycles", picture.linked, picture.poll)
                .into(),
        ]),
        Line::from(format!(
            " to 8x8: {published} published    to Teams: {sessions_held} held, {sessions_cleared} cleared    \
             {echoes_ignored} echoes ignored    {} on their way",
            picture.wrong
        )),
    ]);
    frame.render_widget(head_text, head);
    let header = Row::new(["Person", "Teams says", "8x8 shows", "rules say", "we hold there", "why", "age"]);
    let widths = [
        Constraint::Length(20),
        Constraint::Length(26),
        Constraint::Length(25),
        Constraint::Length(16),
        Constraint::Length(14),
        Constraint::Fill(1),
        Constraint::Length(6),
    ];
    let rows = picture.people.iter().map(|person| row(person, picture.now));
    frame.render_widget(Table::new(rows, widths).header(header.style(Style::new().bold().underlined())), body);
    let foot_text = format!(
        " q or Ctrl-C ends    more: presync status --url http://{0}    presync why PERSON --tenant tenant-1 --url http://{0}",
        picture.address
    );
    frame.render_widget(Line::from(foot_text).dim(), foot);
}

fn row(person: &Person, now: Timestamp) -> Row<'static> {
    let view = &person.view;
    let teams = view.teams.map_or_else(String::new, teams_words);
    let eight = view.eight.map_or_else(String::new, |eight| {
        let shown = eight.shown.label();
        if eight.call_active { format!("{shown} (8x8 call)") } else { shown.to_owned() }
    });
    let (verdict, colour, reason) = match &person.verdict {
        Some(verdict) => match verdict.action {
            PublishAction::Publish(target) => (target.label(), colour(target), verdict.reason.clone()),
            PublishAction::NoSync => ("no sync", Color::DarkGray, verdict.reason.clone()),
            PublishAction::Hold => ("hold", Color::DarkGray, verdict.reason.clone()),
        },
        None => ("", Color::DarkGray, None),
    };
    let session = view.session.held.map_or("", |session| session.label());
    let age = now.since(person.changed_at).as_secs();
    let shown = view.eight.map_or(Color::DarkGray, |eight| shown_colour(eight.shown));
    Row::new([
        Cell::from(person.name.clone()),
        Cell::from(teams),
        Cell::from(eight).style(Style::new().fg(shown)),
        Cell::from(verdict).style(Style::new().fg(colour)),
        Cell::from(session).style(Style::new().fg(Color::Magenta)),
        Cell::from(String::from(reason.unwrap_or_default())),
        Cell::from(format!("{age} s")),
    ])
}

fn teams_words(presence: TeamsPresence) -> String {
    let activity = presence.activity.label();
    if presence.out_of_office { format!("{activity}, out of office") } else { activity.to_owned() }
}

const fn colour(target: EightTarget) -> Color {
    match target {
        EightTarget::Available => Color::Green,
        EightTarget::Busy | EightTarget::OnCall => Color::Red,
        EightTarget::DoNotDisturb => Color::LightRed,
        EightTarget::Away => Color::Yellow,
        EightTarget::Offline => Color::DarkGray,
    }
}

const fn shown_colour(status: EightStatus) -> Color {
    match status {
        EightStatus::Available => Color::Green,
        EightStatus::Busy | EightStatus::OnCall => Color::Red,
        EightStatus::DoNotDisturb => Color::LightRed,
        EightStatus::Away | EightStatus::AutoAway => Color::Yellow,
        EightStatus::Invisible | EightStatus::Offline | EightStatus::Unrecognised => Color::DarkGray,
    }
}
