//! The catalogue as people read it, and the dashboard, are held to the catalogue.
//!
//! `UPDATE_TABLE=1 cargo test -p presync-service --lib metrics` writes `docs/metrics.md` anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use super::catalogue::{self, PARTS};
use super::family::{Kind, Samples};
use crate::status::Place;
use crate::warnings::Word;

const HEAD: &str = "\
# Metrics

`GET /metrics` answers with these, in the text format of Prometheus. This page is written from the catalogue in the program
([`host/service/src/metrics/catalogue`](../host/service/src/metrics/catalogue/mod.rs)); [the dashboard](grafana.json) is made of them, and
[the runbook](runbook.md) says what to do.

```yaml
scrape_configs:
  - job_name: presync
    static_configs: [{ targets: [\"127.0.0.1:8088\"] }]
```

No label is a person's. Labels are tenants, and words of which there are a few: at most some 200 series for each tenant.
";

fn docs(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (heading, families) in PARTS {
        write!(page, "\n## {heading}\n\n| metric | kind | labels | what it says |\n|---|---|---|---|\n").unwrap();
        for family in families {
            let labels: Vec<String> = family.labels().iter().map(|label| format!("`{label}`")).collect();
            let (name, kind, help) = (family.queried(), family.kind().name(), family.help().replace('|', "\\|"));
            writeln!(page, "| `{name}` | {kind} | {} | {help} |", labels.join(" ")).unwrap();
        }
    }
    page
}

#[test]
fn the_page_of_metrics_is_what_the_catalogue_says() {
    let (path, page) = (docs("metrics.md"), page());
    if std::env::var_os("UPDATE_TABLE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "{} is out of date: UPDATE_TABLE=1 cargo test -p presync-service --lib metrics",
        path.display()
    );
}

#[test]
fn names_are_unique_and_as_prometheus_wants_them() {
    let mut seen = BTreeSet::new();
    for family in catalogue::all() {
        assert!(seen.insert(family.queried()), "{} is there twice", family.queried());
        let is_fine = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(is_fine(family.name) && family.name.starts_with("presync_"), "{}", family.name);
        assert!(!family.name.ends_with("_total"), "{}: the encoder adds it", family.name);
        assert!(family.labels().iter().all(|label| is_fine(label)), "{:?}", family.labels());
        assert!(!family.help().is_empty() && !family.help().ends_with('.'), "{}", family.name);
    }
}

#[test]
fn without_a_tenant_only_the_process_has_numbers() {
    for family in catalogue::all() {
        family.read(&[], &mut Samples::default());
    }
    let text = super::render(&[], presync_core::time::Timestamp::EPOCH).unwrap();
    assert!(text.contains(concat!("presync_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1")), "{text}");
}

/// Every metric that an expression names.
fn named(expression: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = expression.split(|letter| !is_part(letter));
    words.filter(|word| word.starts_with("presync_")).map(str::to_owned).collect()
}

/// Everything that is said as the value of a key, anywhere.
fn all_of<'a>(value: &'a serde_json::Value, key: &str, found: &mut Vec<&'a str>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(text) if name == key => found.push(text),
                    _ => all_of(value, key, found),
                }
            }
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| all_of(value, key, found)),
        _ => {}
    }
}

#[test]
fn every_metric_of_the_dashboard_exists_and_the_main_ones_are_on_it() {
    let dashboard: serde_json::Value = serde_json::from_slice(&fs::read(docs("grafana.json")).unwrap()).unwrap();
    for key in ["title", "uid", "schemaVersion", "panels", "templating"] {
        assert!(!dashboard[key].is_null(), "a dashboard has {key}");
    }
    let mut known = BTreeSet::new();
    for family in catalogue::all() {
        match family.kind() {
            Kind::Histogram => known.extend(["_bucket", "_sum", "_count"].map(|end| format!("{}{end}", family.name))),
            Kind::Counter | Kind::Gauge => _ = known.insert(family.queried()),
        }
    }
    let (mut expressions, mut queries) = (Vec::new(), Vec::new());
    all_of(&dashboard, "expr", &mut expressions);
    all_of(&dashboard["templating"], "query", &mut queries);
    assert!(expressions.len() > 10 && !queries.is_empty());
    let used: BTreeSet<String> = expressions.iter().chain(&queries).flat_map(|text| named(text)).collect();
    let unknown: Vec<_> = used.difference(&known).collect();
    assert!(unknown.is_empty(), "the dashboard names {unknown:?}, which nothing measures");
    for name in ["presync_cycle_seconds_bucket", "presync_change_seconds", "presync_writes_total", "presync_warning"] {
        assert!(used.contains(name), "{name} is not on the dashboard");
    }
}

#[test]
fn the_runbook_has_a_heading_for_every_warning_and_every_trouble() {
    let runbook = fs::read_to_string(docs("runbook.md")).unwrap();
    let headings: BTreeSet<&str> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("### `"))
        .filter_map(|rest| rest.split('`').next())
        .collect();
    for word in Word::ALL {
        assert!(headings.contains(word.label()), "no heading for {}", word.label());
    }
    for place in [
        Place::Teams,
        Place::Eight,
        Place::Stream,
        Place::Webhook,
        Place::Notifications,
        Place::Sessions,
        Place::Publications,
        Place::Restless,
        Place::Freshness,
        Place::Directory,
        Place::Links,
        Place::Groups,
        Place::Rules,
        Place::Store,
    ] {
        assert!(headings.contains(format!("{}-trouble", place.word()).as_str()), "no heading for {}", place.word());
    }
}
