//! Change notifications, as a test drives them.

use std::time::Duration;

use super::script::PersonRef;
use crate::{
    Simulator,
    notify::{outbox::Delivery, subscription::Lifecycle},
    state::{
        access::{AppKind, GRAPH, Grant, Holder},
        permission::{Permission, Permissions},
    },
};

impl Simulator {
    /// A token for somebody who signed in to an application, good for `lasts`; nothing if they have no Teams user.
    pub fn signed_in(&self, person: &PersonRef, app: AppKind, lasts: Duration) -> Option<String> {
        let cell = self.world.cells.get(person.tenant)?;
        self.world.with(cell, |tenant, now| {
            let user = tenant.person(person.person)?.teams.as_ref()?.id;
            let permissions = Permissions::default().with(Permission::PresenceReadAll);
            let grant = Grant { app, user: Some((person.person, user)), permissions, audience: GRAPH };
            let ends_ms = now + crate::clock::whole_ms(lasts);
            Some(tenant.tokens.issue(tenant.place, &tenant.access, Holder::Entra(grant), now, ends_ms))
        })
    }

    /// Tells everybody in a tenant who subscribed, this of their subscription; for events not documented for presence.
    pub fn tell_subscribers(&self, tenant: usize, event: Lifecycle) {
        if let Some(cell) = self.world.cells.get(tenant) {
            self.world.with(cell, |tenant, now| tenant.subscriptions.tell_all(event, now));
        }
    }

    /// What became of the last notifications, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.world.outbox.deliveries()
    }

    /// Returns once every notification that is due has been answered, or has failed.
    pub async fn notified(&self) {
        loop {
            let landed = self.world.outbox.landed.notified();
            tokio::pin!(landed);
            landed.as_mut().enable();
            if self.world.outbox.is_quiet(self.world.clock.now_ms()) {
                return;
            }
            landed.await;
        }
    }
}
