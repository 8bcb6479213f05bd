//! `presync rule preview` and `presync rule replay`: what a rule would change, asked of a running service.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::steer::TOKEN;
use crate::api::answer::{PersonChange, Preview};
use crate::api::page::{count, date_and_time};
use crate::api::{Api, Where};
use crate::run::block_on;

/// People that are listed unless all are asked for.
const LISTED: usize = 20;

#[derive(Debug, Args)]
pub(super) struct PreviewArgs {
    /// The rule's file
    file: PathBuf,
    /// Whose people it is asked about
    #[arg(long, value_name = "ID")]
    tenant: String,
    /// Its settings, as a JSON table; without, those of the rule in force that it would replace
    #[arg(long, value_name = "JSON")]
    settings: Option<String>,
    /// List everybody for whom something would change
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    #[command(flatten)]
    preview: PreviewArgs,
    /// How far back: 90min, 24h, 7d; at most 30 days
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "24h")]
    since: Duration,
}

/// Asks about the people of now.
pub(super) fn run(args: &PreviewArgs, out: &mut dyn Write) -> Result<()> {
    ask(args, None, out)
}

/// Asks about what the event log tells.
pub(super) fn replay(args: &ReplayArgs, out: &mut dyn Write) -> Result<()> {
    ask(&args.preview, Some(args.since), out)
}

fn ask(args: &PreviewArgs, since: Option<Duration>, out: &mut dyn Write) -> Result<()> {
    let component = fs::read(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))?;
    let mut asked = Map::from_iter([("component".to_owned(), Value::from(STANDARD.encode(component)))]);
    if let Some(settings) = &args.settings {
        let settings: Value = serde_json::from_str(settings).context("--settings is not JSON")?;
        asked.insert("settings".to_owned(), settings);
    }
    if let Some(since) = since {
        asked.insert("since_seconds".to_owned(), Value::from(since.as_secs()));
    }
    let token = std::env::var(TOKEN).ok().map(SecretString::from);
    let preview: Preview = block_on(async {
        let api = Api::at(&args.place)?;
        let path = ["v1", "tenants", &args.tenant, "preview"];
        let answer = api.post(&path, Some(&Value::Object(asked)), token.as_ref()).await?;
        Ok(api.read(&answer)?)
    })?;
    out.write_all(page(&preview, if args.all { usize::MAX } else { LISTED }).as_bytes())?;
    Ok(())
}

/// The page: what it is, what would change, who.
fn page(preview: &Preview, listed: usize) -> String {
    let Preview { rule, version, direction, replaces, since, cut_at, people, people_changed, comparison, changes } =
        preview;
    let place = match replaces {
        Some(replaced) => format!("in place of version {replaced}"),
        None => "after all other rules".to_owned(),
    };
    let mut lines = vec![format!("{rule} {version}, {direction}, {place}; nothing is written")];
    if let Some(since) = since {
        let end = cut_at.map(|at| format!(" to {} (there is more than one replay goes through)", date_and_time(at)));
        lines.push(format!("replayed from {}{}", date_and_time(*since), end.unwrap_or_default()));
        lines.push("groups, queues and departments are those of now; how queues were staffed is not known".to_owned());
    }
    let (change, lose, get) = match since {
        Some(_) => ("would have changed", "would have lost", "would have got"),
        None => ("would change", "would lose", "would get"),
    };
    let moments = match since {
        Some(_) => format!(" in {}", count(comparison.asked, "moment")),
        None => String::new(),
    };
    lines.push(format!(
        "{people_changed} of {}{moments} {change}",
        count(*people, "person").replace("persons", "people")
    ));
    for (what, number) in by_number(comparison.changes.iter()) {
        lines.push(format!("  {number:>7}  {what}"));
    }
    if comparison.lose_queue_calls > 0 || comparison.gain_queue_calls > 0 {
        lines.push(format!(
            "queue calls: {} {lose} them, {} {get} them",
            comparison.lose_queue_calls, comparison.gain_queue_calls
        ));
    }
    for fault in &comparison.faults {
        lines.push(format!("fails: {}", fault.message));
    }
    for poison in &comparison.poison {
        lines.push(format!("fails on one question ({}): {}", poison.question, poison.fault.message));
    }
    for guarded in &comparison.guarded {
        lines.push(format!("not obeyed, guardrail \"{}\": {}", guarded.guardrail, count(guarded.answers, "answer")));
    }
    if !changes.is_empty() {
        lines.push(String::new());
        lines.extend(changes.iter().take(listed).map(person));
        let more = comparison.changes.values().sum::<usize>().saturating_sub(changes.len().min(listed));
        if more > 0 {
            lines.push(format!("… and {more} more; --all lists as many as the service tells"));
        }
    }
    lines.join("\n") + "\n"
}

fn by_number<'a>(changes: impl Iterator<Item = (&'a String, &'a usize)>) -> Vec<(&'a String, &'a usize)> {
    let mut changes: Vec<_> = changes.collect();
    changes.sort_by(|(a, more), (b, less)| less.cmp(more).then(a.cmp(b)));
    changes
}

fn person(change: &PersonChange) -> String {
    let PersonChange { user, at, now, then, loses_queue_calls } = change;
    let at = at.map(|at| format!("{}  ", date_and_time(at))).unwrap_or_default();
    let loses = if *loses_queue_calls { "  loses queue calls" } else { "" };
    format!("{at}{user}  {now} -> {then}{loses}")
}

#[cfg(test)]
mod tests {
    use presync_core::time::Timestamp;
    use serde_json::json;

    use super::*;

    fn answer() -> Preview {
        serde_json::from_value(json!({
            "rule": "dnd-routing", "version": "1.5.0", "direction": "teams-to-8x8", "replaces": "1.4.0",
            "since": null, "cut_at": null, "people": 650, "people_changed": 3,
            "comparison": {
                "asked": 650,
                "changes": { "busy -> do-not-disturb": 1, "do-not-disturb, no calls -> busy, all calls": 2 },
                "lose_queue_calls": 1, "gain_queue_calls": 2,
                "faults": [], "poison": [],
                "guarded": [{ "rule": "dnd-routing", "version": "1.5.0", "guardrail": "manual", "answers": 4 }]
            },
            "changes": [
                { "user": "ann@corp.com", "at": null, "now": "busy", "then": "do-not-disturb", "loses_queue_calls": true },
                { "user": "bob@corp.com", "at": null, "now": "do-not-disturb, no calls", "then": "busy, all calls", "loses_queue_calls": false },
                { "user": "cid@corp.com", "at": null, "now": "do-not-disturb, no calls", "then": "busy, all calls", "loses_queue_calls": false }
            ]
        }))
        .unwrap()
    }

    #[test]
    fn what_would_change_is_counted_and_then_listed() {
        insta::assert_snapshot!(page(&answer(), 2), @r#"
        dnd-routing 1.5.0, teams-to-8x8, in place of version 1.4.0; nothing is written
        3 of 650 people would change
                2  do-not-disturb, no calls -> busy, all calls
                1  busy -> do-not-disturb
        queue calls: 1 would lose them, 2 would get them
        not obeyed, guardrail "manual": 4 answers

        ann@corp.com  busy -> do-not-disturb  loses queue calls
        bob@corp.com  do-not-disturb, no calls -> busy, all calls
        … and 1 more; --all lists as many as the service tells
        "#);
    }

    #[test]
    fn a_replay_says_what_it_cannot_know() {
        let at = Timestamp::from_millis(1_800_864_000_000);
        let preview = Preview { since: Some(at), cut_at: Some(at), changes: Vec::new(), ..answer() };
        insta::assert_snapshot!(page(&preview, 2), @r#"
        dnd-routing 1.5.0, teams-to-8x8, in place of version 1.4.0; nothing is written
        replayed from 2027-01-25 08:00:00 UTC to 2027-01-25 08:00:00 UTC (there is more than one replay goes through)
        groups, queues and departments are those of now; how queues were staffed is not known
        3 of 650 people in 650 moments would have changed
                2  do-not-disturb, no calls -> busy, all calls
                1  busy -> do-not-disturb
        queue calls: 1 would have lost them, 2 would have got them
        not obeyed, guardrail "manual": 4 answers
        "#);
    }
}
