//! What this process has used, as Linux counts it. Elsewhere the figures are left out of the report.

use std::path::Path;

/// The name of the simulator's threads.
pub(super) const SIMULATOR_THREADS: &str = "presync-sim";

/// Linux counts processor time for programs in hundredths of a second, on every architecture (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor seconds of the process less those of the simulator's threads; `None` where they cannot be read.
pub(super) fn host_cpu_seconds() -> Option<f64> {
    let all = ticks(Path::new("/proc/self/stat"))?;
    let mut simulator = 0;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let folder = thread.ok()?.path();
        // A thread may end while it is looked at; its time stays in the sum of the process.
        let Ok(name) = std::fs::read_to_string(folder.join("comm")) else { continue };
        if name.trim_end() == SIMULATOR_THREADS {
            simulator += ticks(&folder.join("stat")).unwrap_or(0);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "centuries of ticks fit")]
    Some(all.saturating_sub(simulator) as f64 / TICKS_PER_SECOND)
}

/// Resident memory of the whole process in bytes, the simulator's included; `None` where it cannot be read.
pub(super) fn rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// User and system time of a `stat` file.
fn ticks(stat: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(stat).ok()?;
    // The name, in parentheses, may hold anything; the numbered fields begin after it with the third.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let user: u64 = fields.get(11)?.parse().ok()?;
    let system: u64 = fields.get(12)?.parse().ok()?;
    Some(user + system)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_busy_process_has_used_time_and_memory() {
        let end = std::time::Instant::now() + std::time::Duration::from_millis(60);
        while std::time::Instant::now() < end {
            std::hint::black_box(0);
        }
        assert!(host_cpu_seconds().unwrap() > 0.0);
        assert!(rss_bytes().unwrap() > 100_000);
    }
}
