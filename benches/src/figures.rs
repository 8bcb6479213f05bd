//! The figures of a run: criterion's estimates, and beside them what criterion has no place for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use criterion::Criterion;
use serde_json::Value;

/// Criterion as all benches use it.
pub fn criterion() -> Criterion {
    let timed = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    timed.configure_from_args()
}

/// Where criterion keeps its estimates: `CRITERION_HOME`, which the summary sets, or beside the other things that are built.
pub fn folder() -> PathBuf {
    std::env::var_os("CRITERION_HOME")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/criterion"), PathBuf::from)
}

/// Keeps a figure that criterion did not measure: nanoseconds, bytes or a count.
pub fn keep(name: &str, value: f64) -> Result<()> {
    let file = folder().join(name).join("new/estimates.json");
    let text = serde_json::json!({ "median": { "point_estimate": value } }).to_string();
    std::fs::create_dir_all(file.parent().unwrap_or(&file)).with_context(|| format!("creating {}", file.display()))?;
    std::fs::write(&file, text).with_context(|| format!("writing {}", file.display()))
}

/// The median of a figure of the latest run: nanoseconds for what criterion measured.
pub fn median(name: &str) -> Result<f64> {
    let file = folder().join(name).join("new/estimates.json");
    let text =
        std::fs::read_to_string(&file).with_context(|| format!("reading {}: run the benches first", file.display()))?;
    let estimates: Value = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))?;
    estimates["median"]["point_estimate"].as_f64().with_context(|| format!("{} has no median", file.display()))
}
