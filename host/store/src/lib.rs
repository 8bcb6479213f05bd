//! Durable state of presync: links, leases, event log.
