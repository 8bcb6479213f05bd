//! What one question costs: asked of a fresh instance, of one that has answered before, and by two threads at once.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use criterion::BenchmarkId;
use presync_benches::contestants::{Contestant, Encoding, Extism, Presync, answers};
use presync_benches::{figures, inputs};
use presync_core::rule::Subject;

fn main() -> Result<()> {
    let mut criterion = figures::criterion();
    let people = inputs::people();
    let one = &people[..1];

    let mut group = criterion.benchmark_group("instance");
    let mut fresh = Presync::new()?;
    let mut warm = Presync::answering(1000)?;
    group.bench_function("presync-fresh", |bench| bench.iter(|| fresh.verdicts(one)));
    group.bench_function("presync-warm", |bench| bench.iter(|| warm.verdicts(one)));
    for (name, encoding) in [("json", Encoding::Json), ("msgpack", Encoding::Msgpack), ("postcard", Encoding::Postcard)]
    {
        let mut extism = Extism::new(encoding)?;
        group.bench_function(format!("extism-warm-{name}"), |bench| bench.iter(|| extism.verdicts(one)));
    }
    let compiled = Extism::compiled()?;
    group.bench_function("extism-fresh-postcard", |bench| {
        bench.iter(|| Extism::of(&compiled, Encoding::Postcard).and_then(|mut extism| extism.verdicts(one)));
    });
    group.finish();

    // The time of one batch, when each of so many threads asks its share: half of it with twice the threads would be perfect.
    let mut group = criterion.benchmark_group("threads");
    for (kind, asked) in [("one", one), ("batch", &*people)] {
        for threads in [1, 2] {
            group.bench_function(BenchmarkId::new(kind, threads), |bench| {
                bench.iter_custom(|times| together(&fresh, asked, threads, times).unwrap_or(Duration::MAX));
            });
        }
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// The time that `threads` threads take for `times` batches in all, from when all of them are ready. The chains are there before, as a
/// tenant's is when it is asked.
fn together(presync: &Presync, asked: &[Subject], threads: u64, times: u64) -> Result<Duration> {
    let ready = Barrier::new(usize::try_from(threads)?);
    std::thread::scope(|scope| {
        let work = |share: u64| {
            let ready = &ready;
            move || -> Result<Duration> {
                let chains = (0..share).map(|_| presync.chain()).collect::<Result<Vec<_>>>()?;
                answers(&presync.chain()?, asked)?;
                ready.wait();
                let started = Instant::now();
                for chain in &chains {
                    answers(chain, asked)?;
                }
                Ok(started.elapsed())
            }
        };
        let shares = (0..threads).map(|thread| (times + thread) / threads);
        let running: Vec<_> = shares.map(|share| scope.spawn(work(share))).collect();
        let mut longest = Duration::ZERO;
        for thread in running {
            let taken = thread.join().ok().context("a thread panicked")??;
            longest = longest.max(taken);
        }
        Ok(longest)
    })
}
