//! How much a hostile tenant slows its neighbours.
//!
//! Two services run side by side on this machine, each with quiet tenants and one more: in the first it has no rule of its own, in the
//! second a hostile one. In turn each runs one beat: every quiet tenant's cycle, one after the other, while the other tenant's cycles run
//! beside them without a pause, which is far more than the one cycle in a poll interval that it would have. What is compared is how long
//! the quiet tenants' cycles take.
//!
//! ```console
//! $ cargo run --release -p presync-sandbox --example neighbours              # a few of the worst
//! $ cargo run --release -p presync-sandbox --example neighbours -- log-flood
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use presync_core::words::Direction;
use presync_end_to_end::Bench;
use presync_sandbox::{Case, collection};
use presync_service::RuleConfig;
use presync_simulator::Config;

/// The worst of each kind that are let in: time, memory, calls; and two that fail when they are described or tried out.
const WORST: [&str; 5] =
    ["loop-in-company", "all-it-may-have", "recursion-in-company", "log-without-end", "loop-in-describe"];

const QUIET: usize = 8;
const USERS: usize = 100;
const BEATS: usize = 60;

/// Beats that warm up and are not counted.
const FIRST: usize = 5;

#[tokio::main]
async fn main() -> Result<()> {
    let named: Vec<String> = std::env::args().skip(1).collect();
    let named = if named.is_empty() { WORST.map(str::to_owned).to_vec() } else { named };
    println!(
        "{QUIET} quiet tenants of {USERS} people, {BEATS} beats each way; cycles of the quiet tenants in milliseconds"
    );
    println!("{:<20} {:>16} {:>16} {:>12}", "hostile rule", "median without", "median with", "difference");
    for name in named {
        let case = collection().into_iter().find(|case| case.name == name);
        let case = case.with_context(|| format!("there is no case `{name}`; README.md beside this lists them"))?;
        let (without, with) = Box::pin(compare(&case)).await?;
        let (without, with) = (median(without), median(with));
        let difference = (with.as_secs_f64() / without.as_secs_f64() - 1.0) * 100.0;
        let [without, with] = [without, with].map(|took| took.as_secs_f64() * 1e3);
        println!("{name:<20} {without:>16.2} {with:>16.2} {difference:>11.1}%");
    }
    Ok(())
}

/// How long the quiet tenants' cycles took, without and with the hostile rule.
async fn compare(case: &Case) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let folder = tempfile::tempdir().context("a temporary folder")?;
    let path = folder.path().join("hostile.wasm");
    std::fs::write(&path, &case.component).context("writing the rule")?;
    let rule =
        RuleConfig { direction: Some(Direction::TeamsToEight), ..RuleConfig::of_file(path, serde_json::Value::Null) };
    let config = Config { tenants: QUIET + 1, users: USERS, move_every: Duration::from_secs(20), ..Config::default() };
    let benches = [
        Bench::with_rules_of_each(config.clone(), vec![Vec::new()]).await,
        Bench::with_rules_of_each(config, vec![vec![rule]]).await,
    ];
    benches.iter().for_each(|bench| bench.simulator.start_movement());
    let mut took = [Vec::new(), Vec::new()];
    for number in 0..FIRST + BEATS {
        for (bench, took) in benches.iter().zip(&mut took) {
            let cycles = beat(bench).await?;
            if number >= FIRST {
                took.extend(cycles);
            }
        }
    }
    for bench in &benches {
        bench.simulator.stop_movement();
        bench.cycles(3).await;
        let wrong = bench.simulator.truth().wrong;
        let hostile = bench.tenant().status().tenant;
        ensure!(
            wrong.iter().all(|wrong| wrong.tenant == hostile),
            "people of quiet tenants are shown wrong: {wrong:#?}"
        );
    }
    let [without, with] = took;
    Ok((without, with))
}

/// One beat: the quiet tenants' cycles, beside as many of the first tenant's as there is room for.
async fn beat(bench: &Bench) -> Result<Vec<Duration>> {
    bench.simulator.step(bench.cadence.poll);
    let over = Arc::new(AtomicBool::new(false));
    let first = Arc::clone(bench.tenants.first().context("a first tenant")?);
    let beside = tokio::spawn({
        let over = Arc::clone(&over);
        async move {
            first.cycle().await;
            while !over.load(Ordering::Relaxed) {
                first.cycle().await;
            }
        }
    });
    let mut took = Vec::with_capacity(QUIET);
    for tenant in bench.tenants.iter().skip(1) {
        took.push(tenant.cycle().await.took);
    }
    over.store(true, Ordering::Relaxed);
    beside.await.context("the first tenant's cycles do not panic")?;
    Ok(took)
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took.get(took.len() / 2).copied().unwrap_or_default()
}
