//! The log on the standard error output, and traces to a collector (OTLP over HTTP, protobuf).
//!
//! Traces are sent if `[service] otlp` says where to, or else `OTEL_EXPORTER_OTLP_ENDPOINT` (and its kin) in the environment. They hold the
//! spans of `presync_service::traces` and nothing of the log. How many of them are kept is up to `OTEL_TRACES_SAMPLER`.
//!
//! * `masked`: no address of a person in the log, at info and above

mod masked;

use std::io::IsTerminal;

use anyhow::Context;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{
    OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, Protocol, SpanExporter, WithExportConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use presync_service::traces::TARGET;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// Traces under way.
pub(crate) struct Telemetry(Option<SdkTracerProvider>);

/// The log alone, of what passes `filter`.
pub(crate) fn log_only(filter: &str) {
    tracing_subscriber::registry().with(log(filter)).init();
}

/// The log of what passes `filter`, and traces where they are asked for. Once in a process, and not on an async worker.
///
/// # Errors
/// When traces are asked for and the address is none.
pub(crate) fn start(filter: &str, otlp: Option<&url::Url>) -> anyhow::Result<Telemetry> {
    let is_asked = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let by_environment = [OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT].into_iter().any(is_asked);
    if otlp.is_none() && !by_environment {
        log_only(filter);
        return Ok(Telemetry(None));
    }
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let exporter = match otlp {
        Some(base) => exporter.with_endpoint(format!("{}/v1/traces", base.as_str().trim_end_matches('/'))),
        None => exporter,
    };
    let exporter =
        exporter.build().context("traces cannot be sent; check `otlp` in [service] and OTEL_EXPORTER_OTLP_…")?;
    let resource = Resource::builder()
        .with_service_name("presync")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("presync"));
    let ours = Targets::new().with_target(TARGET, Level::DEBUG).with_default(LevelFilter::OFF);
    tracing_subscriber::registry().with(log(filter)).with(spans.with_filter(ours)).init();
    Ok(Telemetry(Some(provider)))
}

fn log(filter: &str) -> impl Layer<Registry> {
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt::layer()
        .with_writer(masked::StandardError)
        .with_ansi(colours)
        .with_filter(EnvFilter::new(filter))
}

impl Telemetry {
    /// Sends what is left. Not on an async worker.
    pub(crate) fn stop(self) {
        if let Some(Err(error)) = self.0.map(|provider| provider.shutdown()) {
            tracing::warn!(%error, "the last traces could not be sent; check that the collector runs");
        }
    }
}
