//! What a rule costs before it is asked: compiled, taken from the cache, and a thousand different ones taken from the cache at a start.

use std::time::Instant;

use anyhow::{Context, Result};
use criterion::Criterion;
use presync_benches::figures;
use presync_core::words::Direction;
use presync_rules::{HostSettings, Limits, LoadedRule, RuleHost, defaults};
use serde_json::Value;

/// As many tenants as one host is made for, each with a rule of its own.
const RULES: u32 = 1000;

fn main() -> Result<()> {
    let mut criterion: Criterion = figures::criterion().sample_size(20);
    let cache = tempfile::tempdir()?;
    let plain = RuleHost::new(HostSettings::default())?;
    let cached = host_with(cache.path())?;
    load(&cached, defaults::TEAMS_TO_EIGHT)?;

    let mut group = criterion.benchmark_group("loading");
    group.bench_function("cold", |bench| bench.iter(|| load(&plain, defaults::TEAMS_TO_EIGHT)));
    group.bench_function("cached", |bench| bench.iter(|| load(&cached, defaults::TEAMS_TO_EIGHT)));
    group.finish();
    criterion.final_summary();

    if std::env::args().any(|argument| argument == "--bench") {
        thousand()?;
    }
    Ok(())
}

/// Loads a thousand different rules from a cache that has them all, as a host does that starts again.
fn thousand() -> Result<()> {
    let cache = tempfile::tempdir()?;
    let rules: Vec<Vec<u8>> = (0..RULES).map(different).collect();
    let before = host_with(cache.path())?;
    for rule in &rules {
        load(&before, rule)?;
    }
    drop(before);

    let host = host_with(cache.path())?;
    // What the first instance of any rule touches belongs to the engine.
    load(&host, defaults::TEAMS_TO_EIGHT)?;
    let (resident, started) = (resident()?, Instant::now());
    let loaded: Vec<LoadedRule> = rules.iter().map(|rule| load(&host, rule)).collect::<Result<_>>()?;
    let taken = started.elapsed();
    let each = self::resident()?.saturating_sub(resident) / u64::from(RULES);
    anyhow::ensure!(host.compilations() <= 1, "the cache was warm, and yet {} were compiled", host.compilations());
    figures::keep("loading/thousand", taken.as_secs_f64() * 1e9)?;
    figures::keep("loading/resident-each", each as f64)?;
    println!("{} rules from a warm cache: {taken:.2?}, {} KB resident each", loaded.len(), each / 1024);
    Ok(())
}

fn host_with(cache: &std::path::Path) -> Result<RuleHost> {
    Ok(RuleHost::new(HostSettings { cache: Some(cache.to_owned()), ..HostSettings::default() })?)
}

fn load(host: &RuleHost, bytes: &[u8]) -> Result<LoadedRule> {
    Ok(host.load(bytes, Some(Direction::TeamsToEight), &Value::Null, Limits::default())?)
}

/// The default rule with a custom section that only this one has: another file, and another entry of the cache.
fn different(number: u32) -> Vec<u8> {
    let name = b"number";
    let mut bytes = defaults::TEAMS_TO_EIGHT.to_vec();
    bytes.extend([0, 1 + 6 + 4, 6]);
    bytes.extend(name);
    bytes.extend(number.to_le_bytes());
    bytes
}

/// Bytes of this process that are in memory.
fn resident() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/status").context("reading /proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc/self/status")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().context("VmRSS is no number")?;
    Ok(kilobytes * 1024)
}
