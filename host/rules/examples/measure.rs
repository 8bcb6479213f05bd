//! Measures what a verdict costs: `cargo run --release -p presync-rules --example measure`.
//!
//! Figures of one machine mean little; the ratio to parsing the same presence's JSON, in the same run, means more.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use presync_core::rule::{PublishVerdict, Subject, TeamsSide};
use presync_core::words::{Direction, TeamsActivity, TeamsAvailability};
use presync_rules::{Chain, HostSettings, Limits, RuleHost, defaults};
use serde::Deserialize;
use serde_json::Value;

const PRESENCE: &str = r#"{"id":"fa8bf3dc-eca7-46b7-bad1-db199b62afc3","availability":"Available","activity":"Available",
    "outOfOfficeSettings":{"isOutOfOffice":false,"message":null},"sequenceNumber":"A0637829801610"}"#;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Presence<'a> {
    id: &'a str,
    availability: &'a str,
    activity: &'a str,
}

fn main() -> Result<(), Box<dyn Error>> {
    let host = RuleHost::new(HostSettings::default())?;
    let load = median(20, || drop(black_box(host.compile(defaults::TEAMS_TO_EIGHT, Some(Direction::TeamsToEight)))));
    println!("load: check, compile and describe       {load:>12.2?}");

    let rule = host.compile(defaults::TEAMS_TO_EIGHT, None)?.configure(&Value::Null, Limits::default())?;
    let people = people();
    for size in [1, 8, 64, 650] {
        let asked = &people[..size];
        let batch = median(2000, || {
            // A chain of its own has nothing to reuse.
            let chain = Chain::<PublishVerdict>::new(vec![rule.clone()]);
            drop(black_box(chain.map(|chain| chain.decide(asked, false))));
        });
        println!("fresh batch of {size:>3}: {batch:>12.2?}, a verdict {:>12.2?}", batch / u32::try_from(size)?);
    }

    let chain = Chain::<PublishVerdict>::new(vec![rule])?;
    chain.decide(&people, false);
    let reused = median(2000, || drop(black_box(chain.decide(&people, false)))) / u32::try_from(people.len())?;
    println!("reused verdict                          {reused:>12.2?}");

    let parse = median(2000, || {
        for _ in 0..650 {
            let parsed: Result<Presence<'_>, _> = serde_json::from_str(black_box(PRESENCE));
            drop(black_box(
                parsed.map(|presence| presence.id.len() + presence.availability.len() + presence.activity.len()),
            ));
        }
    }) / 650;
    println!("parsing one presence's JSON             {parse:>12.2?}");
    Ok(())
}

/// Everyone in another state, as far as there are states.
fn people() -> Vec<Subject> {
    let mut people = Vec::new();
    for &availability in TeamsAvailability::ALL {
        for &activity in TeamsActivity::ALL {
            for (out_of_office, manual) in [(false, false), (true, false), (false, true), (true, true)] {
                let side = TeamsSide { availability, activity, out_of_office, manual, since: None };
                people.push(Subject { teams: Some(side), ..Subject::default() });
            }
        }
    }
    people
}

fn median(times: usize, mut work: impl FnMut()) -> Duration {
    let mut taken: Vec<Duration> = (0..times)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    taken.sort();
    taken[times / 2]
}
