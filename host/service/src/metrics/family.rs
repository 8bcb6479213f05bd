//! One metric: its line in the catalogue, its numbers, and how they are written.

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::histogram::Histogram;

use super::sight::Sight;

/// What a metric is to Prometheus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Rises until the process ends.
    Counter,
    /// As it is now.
    Gauge,
    /// Counted by size.
    Histogram,
}

/// How the numbers of a metric are come by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    /// Once for the process.
    Process(fn(&[Sight], &mut Samples)),
    /// Once for each tenant, which is the first label.
    Tenant(fn(&Sight, &mut Samples)),
}

/// One metric.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// Its name; a counter's ends in `_total` where it is read.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Its labels, beside `tenant` where it is of a tenant.
    pub(super) labels: &'static [&'static str],
    /// What it means, with the values of its labels.
    pub(super) help: &'static str,
    pub(super) reading: Reading,
}

/// The numbers of one metric.
#[derive(Debug, Default)]
pub(super) struct Samples {
    /// Stands before the labels of what is added.
    tenant: Option<String>,
    all: Vec<(Vec<String>, Value)>,
}

#[derive(Debug, Clone)]
enum Value {
    Number(f64),
    Histogram(Histogram),
}

impl Kind {
    /// Its name in the text format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }

    const fn to_type(self) -> MetricType {
        match self {
            Self::Counter => MetricType::Counter,
            Self::Gauge => MetricType::Gauge,
            Self::Histogram => MetricType::Histogram,
        }
    }
}

impl Family {
    /// The name as it is queried.
    pub fn queried(&self) -> String {
        match self.kind {
            Kind::Counter => format!("{}_total", self.name),
            Kind::Gauge | Kind::Histogram => self.name.to_owned(),
        }
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What it means.
    pub const fn help(&self) -> &'static str {
        self.help
    }

    /// All its labels.
    pub fn labels(&self) -> Vec<&'static str> {
        let tenant = matches!(self.reading, Reading::Tenant(_)).then_some("tenant");
        tenant.into_iter().chain(self.labels.iter().copied()).collect()
    }

    pub(super) fn read(&self, sights: &[Sight], samples: &mut Samples) {
        match self.reading {
            Reading::Process(read) => read(sights, samples),
            Reading::Tenant(read) => {
                for sight in sights {
                    samples.tenant = Some(sight.status.tenant.clone());
                    read(sight, samples);
                }
            }
        }
    }

    pub(super) fn encode(&self, samples: &Samples, encoder: &mut DescriptorEncoder<'_>) -> std::fmt::Result {
        if samples.all.is_empty() {
            return Ok(());
        }
        let names = self.labels();
        let mut metric = encoder.encode_descriptor(self.name, self.help, None, self.kind.to_type())?;
        for (values, value) in &samples.all {
            let labels: Vec<(&str, &str)> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
            let mut one = metric.encode_family(&labels)?;
            match (value, self.kind) {
                (Value::Histogram(histogram), _) => histogram.encode(one)?,
                (Value::Number(number), Kind::Counter) => one.encode_counter::<NoLabelSet, _, f64>(number, None)?,
                (Value::Number(number), _) => one.encode_gauge(number)?,
            }
        }
        Ok(())
    }
}

impl Samples {
    /// Adds a number, with a value for each of the metric's own labels.
    pub(super) fn add<const N: usize>(&mut self, labels: [&str; N], number: f64) {
        self.push(&labels, Value::Number(number));
    }

    /// Adds a count.
    #[expect(clippy::cast_precision_loss, reason = "Prometheus has no other numbers; exact up to 2^53")]
    pub(super) fn count<const N: usize>(&mut self, labels: [&str; N], number: u64) {
        self.push(&labels, Value::Number(number as f64));
    }

    /// Adds a histogram.
    pub(super) fn histogram<const N: usize>(&mut self, labels: [&str; N], histogram: &Histogram) {
        self.push(&labels, Value::Histogram(histogram.clone()));
    }

    fn push(&mut self, labels: &[&str], value: Value) {
        let labels = self.tenant.iter().map(String::as_str).chain(labels.iter().copied());
        self.all.push((labels.map(str::to_owned).collect(), value));
    }
}
