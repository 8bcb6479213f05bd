//! Bad weather over the whole: every kind of failure that Microsoft and 8x8 document strikes a fifth of all requests while people move,
//! then the sky clears; once by 8x8's partner API, and once by what 8x8 documents publicly.
//! `cargo run --release -p presync-end-to-end --example faults [MINUTES] [SEED]`; 10 minutes of the driven clock and seed 1 unless said
//! otherwise. It ends with 0 only if everybody is shown right afterwards, no session is stuck and no limit that the providers document was
//! exceeded. Whoever asked before a wait was over is counted too: where the answer that asked for it was lost, nobody can know of it.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that measures and tells")]

use std::process::ExitCode;
use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::public::PublicWay;
use presync_end_to_end::storm::Storm;
use presync_end_to_end::weather::Delays;
use presync_simulator::Config;

/// How probable it is that a request fails.
const SHARE: f64 = 0.2;

#[tokio::main]
async fn main() -> ExitCode {
    let mut said = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a whole number"));
    let (minutes, seed) = (said.next().unwrap_or(10), said.next().unwrap_or(1));
    let config = Config { tenants: 2, users: 40, seed, move_every: Duration::from_secs(20), ..Config::default() };
    let way = PublicWay { work_dnd: false, calls_only: true, ..PublicWay::default() };
    println!("seed                       {seed}");
    println!("weather                    {minutes} min of the driven clock, {} % of all requests", SHARE * 100.0);
    let mut well = true;
    for public in [false, true] {
        let mut bench = if public {
            println!("\n8x8 by what it documents publicly");
            Bench::public(config.clone(), way).await
        } else {
            println!("\n8x8 by its partner API");
            Bench::start(config.clone()).await
        };
        bench.call_deadline = Delays::default().deadline;
        bench.restart().await;
        let told = Storm { length: Duration::from_secs(minutes * 60), share: SHARE, seed }.pass_over(&bench).await;
        print!("{told}");
        well &= told.wrong.is_empty() && told.stuck.is_empty() && told.over() == 0;
    }
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
