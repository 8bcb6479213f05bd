//! What can be measured of the service, in the text format of Prometheus.
//!
//! A metric is a line of the [`catalogue`]: its name, what it means, which labels it has, and how it is read off a tenant. Numbers are read
//! when somebody asks, from the same places as the status, so the two never differ and a tenant that is gone leaves nothing behind. What
//! has to be counted as it happens is in [`meters`].
//!
//! No label is a person's: labels are tenants, and words of which there are a few. That bounds the number of series by that of tenants.
//!
//! * `family`: a metric and its numbers
//! * `catalogue`: every metric there is
//! * `meters`: what is counted as it happens
//! * `sight`: what is read off a tenant
//!
//! The encoder is the Prometheus project's own (`prometheus-client`). It has collectors that are asked at the scrape, and needs no global
//! recorder, which tests of several services in one process would share.

pub mod catalogue;
pub mod family;
pub(crate) mod meters;
mod sight;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use presync_core::time::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text};
use prometheus_client::registry::Registry;

use crate::tenant::Tenant;
use family::Samples;
use sight::Sight;

/// What the text is, for whoever reads it: the text format of Prometheus, version 0.0.4.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of these tenants as of now. Asks each tenant for its status: call it from a thread that may be busy.
///
/// # Errors
/// Never in practice: the text is written to memory.
pub fn render(tenants: &[Arc<Tenant>], now: Timestamp) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Everything { tenants: tenants.to_vec(), now }));
    let mut text = String::new();
    prometheus_text::encode(&mut text, &registry)?;
    Ok(text)
}

/// Reads the whole catalogue off all tenants.
#[derive(Debug)]
struct Everything {
    tenants: Vec<Arc<Tenant>>,
    now: Timestamp,
}

impl Collector for Everything {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let sights: Vec<Sight> = self.tenants.iter().map(|tenant| tenant.sight(self.now)).collect();
        for family in catalogue::all() {
            let mut samples = Samples::default();
            family.read(&sights, &mut samples);
            family.encode(&samples, &mut encoder)?;
        }
        Ok(())
    }
}
