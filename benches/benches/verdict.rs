//! What one verdict costs, by the number of people in a batch. Everyone is in another state, and nothing was asked before.

use std::hint::black_box;

use anyhow::Result;
use criterion::{BenchmarkId, Throughput};
use presync_benches::contestants::{self, Presync, answers};
use presync_benches::{figures, inputs};
use serde::Deserialize;

/// What Microsoft says of one person: reading it is the least that a presence costs, whatever decides.
const PRESENCE: &str = r#"{"id":"fa8bf3dc-eca7-46b7-bad1-db199b62afc3","availability":"Available","activity":"Available",
    "outOfOfficeSettings":{"isOutOfOffice":false,"message":null},"sequenceNumber":"A0637829801610"}"#;

#[derive(Debug, Deserialize)]
struct Presence<'a> {
    id: &'a str,
    availability: &'a str,
    activity: &'a str,
}

impl Presence<'_> {
    fn is_whole(&self) -> bool {
        !self.id.is_empty() && !self.availability.is_empty() && !self.activity.is_empty()
    }
}

fn main() -> Result<()> {
    let mut criterion = figures::criterion();
    let people = inputs::people();
    let mut contestants = contestants::all()?;
    contestants::agree(&mut contestants, &people)?;

    let mut group = criterion.benchmark_group("verdict");
    for size in [1, 8, 64, inputs::BATCH] {
        let asked = &people[..size];
        group.throughput(Throughput::Elements(u64::try_from(size)?));
        for (name, contestant) in &mut contestants {
            group.bench_with_input(BenchmarkId::new(*name, size), asked, |bench, asked| {
                bench.iter(|| contestant.verdicts(asked));
            });
        }
    }
    let (presync, asked) = (Presync::new()?, &*people);
    let chain = presync.chain()?;
    answers(&chain, asked)?;
    group.bench_with_input(BenchmarkId::new("presync-reused", asked.len()), asked, |bench, asked| {
        bench.iter(|| answers(&chain, asked));
    });
    group.bench_function(BenchmarkId::new("parse-json", asked.len()), |bench| {
        bench.iter(|| {
            for _ in 0..inputs::BATCH {
                black_box(
                    serde_json::from_str::<Presence<'_>>(black_box(PRESENCE)).is_ok_and(|presence| presence.is_whole()),
                );
            }
        });
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
