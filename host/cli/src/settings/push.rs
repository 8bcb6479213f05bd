//! Reads `push` in `[tenant.eight]`: what 8x8 is to tell by itself.

use presync_core::id::TenantId;
use presync_eight::config::{Push, Stream};
use url::Url;

use super::document::{Entry, Section};
use super::kind::{EIGHT_TENANT, STREAM, URL};

const KEYS: &[&str] = &["wait", "stream_tenant", "stream", "webhook"];

const PUSH: &str = "a table: { wait = true, stream_tenant = \"acmecorp01\", webhook = \"https://presync.corp.com\" }";
const WAIT: &str = "true, if requests may wait for a change, or false";

/// Reads the table of `tenant`; without one, requests wait for changes.
pub(super) fn read(section: &Section<'_>, tenant: &TenantId) -> Option<Push> {
    section.get("push").map_or_else(|| Some(Push::default()), |entry| table(entry, tenant))
}

fn table(entry: Entry<'_>, tenant: &TenantId) -> Option<Push> {
    let section = entry.section(PUSH, KEYS)?;
    let wait = section.get("wait").map_or(Some(true), |entry| entry.flag(WAIT));
    let (name, host) = (section.optional("stream_tenant", &EIGHT_TENANT), section.optional("stream", &STREAM));
    let webhook = section.optional("webhook", &URL);
    let stream = match (name?, host?) {
        (Some(tenant), host) => Some(Stream { tenant, host }),
        (None, None) => None,
        (None, Some(_)) => {
            section.require("stream_tenant", EIGHT_TENANT.expected)?;
            None
        }
    };
    Some(Push { wait: wait?, stream, webhook: webhook?.map(|base| beneath(base, tenant)) })
}

/// Where deliveries for a tenant come in, at the address by which 8x8 reaches this service.
fn beneath(mut base: Url, tenant: &TenantId) -> Url {
    if let Ok(mut path) = base.path_segments_mut() {
        path.pop_if_empty().extend(["hooks", "8x8", tenant.as_str()]);
    }
    base
}
