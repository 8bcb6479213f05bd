//! Runs every bench and prints one table: `cargo run --release`, or with `-- --read` the table of the latest run.
//!
//! Other arguments go to criterion: `cargo run --release -- --quick`.

use std::process::Command;

use anyhow::{Context, Result, bail};
use presync_benches::figures::{folder, median};

/// Who is in the table, by the name that the figures have.
const CONTESTANTS: [&str; 6] = ["presync", "native", "rhai", "extism-json", "extism-msgpack", "extism-postcard"];

const SIZES: [u32; 4] = [1, 8, 64, 650];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments != ["--read"] {
        bench(&arguments)?;
    }
    println!("\ncores: {}\n", std::thread::available_parallelism()?);
    verdicts()?;
    instances()?;
    loading()
}

fn bench(arguments: &[String]) -> Result<()> {
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.args(["bench", "--benches", "--"]).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    let status = cargo.env("CRITERION_HOME", folder()).status().context("cargo could not be started")?;
    if !status.success() {
        bail!("the benches failed ({status})");
    }
    Ok(())
}

fn verdicts() -> Result<()> {
    println!("| one verdict, in a batch of | {} |", SIZES.map(|size| size.to_string()).join(" | "));
    println!("|---|{}", "---:|".repeat(SIZES.len()));
    for contestant in CONTESTANTS {
        let cell = |size: u32| Ok(time(median(&format!("verdict/{contestant}/{size}"))? / f64::from(size)));
        let cells: Result<Vec<String>> = SIZES.into_iter().map(cell).collect();
        println!("| {contestant} | {} |", cells?.join(" | "));
    }
    let each = |name: &str| Ok::<f64, anyhow::Error>(median(&format!("verdict/{name}/650"))? / 650.0);
    let (presync, native, rhai) = (each("presync")?, each("native")?, each("rhai")?);
    let rivals = [
        ("JSON", each("extism-json")?),
        ("MessagePack", each("extism-msgpack")?),
        ("postcard", each("extism-postcard")?),
    ];
    println!("\nverdict at 650: presync {}, native {}, Rhai {}", time(presync), time(native), time(rhai));
    for (encoding, rival) in rivals {
        println!("  Extism with {encoding}: {}; {:.1} x", time(rival), rival / presync);
    }
    println!("  reused by presync: {}", time(each("presync-reused")?));
    println!("  parsing the same presence's JSON: {}", time(each("parse-json")?));
    Ok(())
}

fn instances() -> Result<()> {
    let of = |name: &str| median(&format!("instance/{name}"));
    println!("\none question: presync fresh {}, warm {}", time(of("presync-fresh")?), time(of("presync-warm")?));
    println!(
        "  Extism warm {} (JSON), {} (MessagePack), {} (postcard); fresh {}",
        time(of("extism-warm-json")?),
        time(of("extism-warm-msgpack")?),
        time(of("extism-warm-postcard")?),
        time(of("extism-fresh-postcard")?)
    );
    for kind in ["one", "batch"] {
        let (single, two) = (median(&format!("threads/{kind}/1"))?, median(&format!("threads/{kind}/2"))?);
        println!("  two threads, {kind}: {:.2} x one", single / two);
    }
    Ok(())
}

fn loading() -> Result<()> {
    let (cold, cached) = (median("loading/cold")?, median("loading/cached")?);
    println!("\na rule: compiled {}, from the cache {}", time(cold), time(cached));
    let (thousand, resident) = (median("loading/thousand")?, median("loading/resident-each")?);
    println!("  1,000 rules from a warm cache: {}, {:.0} KB resident each", time(thousand), resident / 1024.0);
    Ok(())
}

/// Nanoseconds as people read them.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e2 => format!("{ns:.1} ns"),
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}
