//! A working day by what 8x8 documents publicly: `cargo run --release -p presync-end-to-end --example public_day [HOURS] [SEED]`; 8 hours
//! of the driven clock and seed 1 unless said otherwise. It tells of each person what can and what cannot be carried, and ends with 0
//! only if everything that can be is right at the end and all of that is told as it is.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that measures and tells")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::day::{Day, Reach};
use presync_end_to_end::public::PublicWay;
use presync_simulator::Config;

#[tokio::main]
async fn main() -> ExitCode {
    let mut said = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a whole number"));
    let (hours, seed) = (said.next().unwrap_or(8), said.next().unwrap_or(1));
    let config = Config { users: 200, seed, varied_start: true, ..Config::default() };
    let way = PublicWay { work_dnd: false, calls_only: true, ..PublicWay::default() };
    let bench = Bench::public(config, way).await;
    let evening = Day { length: Duration::from_secs(hours * 3600), seed }.pass_over(&bench).await;

    println!("seed                       {seed}");
    println!("day                        {hours} h of the driven clock, {} people at its end", evening.report.users);
    for (what, count) in &evening.stirred {
        println!("  {what:34} {count}");
    }
    let counters = &evening.report.counters;
    println!(
        "written                    {} agents' statuses, {} sessions, {} renewed, {} cleared",
        counters.agent_statuses_set, counters.sessions_set, counters.sessions_renewed, counters.sessions_cleared
    );
    println!("limits that are documented (the most that came, what is allowed, how much came beyond)");
    for (limit, used) in &evening.report.limits {
        let name = format!("{limit:?}");
        println!("  {name:26} {:6} of {:6} in {} s, {} beyond", used.most, used.allowed, used.seconds, used.over);
    }
    println!("asked too early            {:?}", evening.report.asked_too_early);
    println!("what can be carried, of each person");
    let mut kinds: BTreeMap<Vec<String>, Vec<&Reach>> = BTreeMap::new();
    for reach in &evening.reach {
        kinds.entry(reach.told.iter().map(|can| can.sentence.clone()).collect()).or_default().push(reach);
    }
    for (sentences, people) in &kinds {
        println!("  {} people", people.len());
        for sentence in sentences {
            println!("    {sentence}");
        }
        for reach in people {
            println!("      {}", reach.user);
        }
    }
    let told_wrong = evening.told_wrong();
    println!("told otherwise than it is  {}", told_wrong.len());
    println!("wrong_at_end               {} of {} people", evening.wrong.len(), evening.report.users);
    println!("stuck_sessions_at_end      {}", evening.stuck.len());
    for line in told_wrong.iter().chain(&evening.histories).chain(&evening.troubles) {
        println!("  {line}");
    }
    for wrong in &evening.wrong {
        println!("  {wrong:?}");
    }
    let over: u64 = evening.report.limits.values().map(|limit| limit.over).sum();
    let well = told_wrong.is_empty() && evening.wrong.is_empty() && evening.stuck.is_empty() && over == 0;
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
