//! What an 8x8 key may do: products, the key itself, the organisation. A grant takes minutes to work, a loss none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A product that can be added to, or taken from, an application in 8x8's Admin Console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Product {
    /// The presence of the partner contract.
    Presence,
    /// `analytics realtime-api`
    RealtimeMetrics,
    /// `UC & CC User Admin`: users.
    UserAdmin,
    /// `UC & CC Admin Operations`: every write that ends later.
    AdminOperations,
    /// `UC Ring Group Admin`
    RingGroupAdmin,
    /// `Contact Search`
    ContactSearch,
    /// Audit records.
    Audit,
    /// `Pulsar Event Stream`
    EventStream,
    /// `chat-gateway`: webhooks.
    ChatGateway,
}

impl Product {
    /// Every product there is.
    pub const ALL: [Self; 9] = [
        Self::Presence,
        Self::RealtimeMetrics,
        Self::UserAdmin,
        Self::AdminOperations,
        Self::RingGroupAdmin,
        Self::ContactSearch,
        Self::Audit,
        Self::EventStream,
        Self::ChatGateway,
    ];
}

/// Something that is granted or not, and may become so later.
#[derive(Debug, Clone, Copy)]
struct Lagged {
    holds: bool,
    returns_ms: Option<i64>,
}

impl Lagged {
    const HELD: Self = Self { holds: true, returns_ms: None };

    fn at(self, now: i64) -> bool {
        self.holds || self.returns_ms.is_some_and(|at| at <= now)
    }

    fn set(&mut self, granted: bool, now: i64, lag_ms: i64) {
        let before = self.at(now);
        *self = match granted {
            true if before => Self::HELD,
            true => Self { holds: false, returns_ms: Some(now + lag_ms) },
            false => Self { holds: false, returns_ms: None },
        };
    }
}

/// Everything that was granted to a tenant's key.
#[derive(Debug)]
pub(crate) struct Grants {
    products: BTreeMap<Product, Lagged>,
    key: Lagged,
    organisation: Lagged,
}

impl Default for Grants {
    fn default() -> Self {
        let products = Product::ALL.into_iter().map(|product| (product, Lagged::HELD)).collect();
        Self { products, key: Lagged::HELD, organisation: Lagged::HELD }
    }
}

impl Grants {
    pub(crate) fn product(&self, product: Product, now: i64) -> bool {
        self.products.get(&product).is_some_and(|lagged| lagged.at(now))
    }

    pub(crate) fn set_product(&mut self, product: Product, granted: bool, now: i64, lag_ms: i64) {
        self.products.entry(product).or_insert(Lagged::HELD).set(granted, now, lag_ms);
    }

    /// Whether the key is known.
    pub(crate) fn key(&self, now: i64) -> bool {
        self.key.at(now)
    }

    pub(crate) fn set_key(&mut self, granted: bool, now: i64, lag_ms: i64) {
        self.key.set(granted, now, lag_ms);
    }

    /// Whether the organisation may use the API at all.
    pub(crate) fn organisation(&self, now: i64) -> bool {
        self.organisation.at(now)
    }

    pub(crate) fn set_organisation(&mut self, granted: bool, now: i64, lag_ms: i64) {
        self.organisation.set(granted, now, lag_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_works_at_once_and_a_grant_after_the_lag() {
        let mut grants = Grants::default();
        grants.set_product(Product::Presence, false, 10, 100);
        assert!(!grants.product(Product::Presence, 10) && grants.product(Product::UserAdmin, 10));
        grants.set_product(Product::Presence, true, 20, 100);
        assert!(!grants.product(Product::Presence, 119) && grants.product(Product::Presence, 120));
        grants.set_product(Product::Presence, true, 130, 100);
        assert!(grants.product(Product::Presence, 130), "granting what is held changes nothing");
    }
}
