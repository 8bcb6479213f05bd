//! A person's Teams clients, one by one, their plans, and what those clients show of others.

use std::time::Duration;

use super::script::PersonRef;
use crate::{
    Simulator,
    clock::whole_ms,
    teams::{Absence, Device},
    words::Pair,
};

impl Simulator {
    /// What one of the person's Teams clients says from now on, whatever the others say; nothing when it is closed.
    /// [`Simulator::teams_client`] closes all but one.
    pub fn teams_device(&self, person: &PersonRef, device: Device, says: Option<(&str, &str)>) {
        let pair = says.map(|(availability, activity)| Pair::from_words(availability, activity));
        self.edit_teams(person, |layers, now| layers.client(device, pair, now));
    }

    /// Schedules automatic replies: they begin after a while and then last for so long.
    pub fn schedule_replies(&self, person: &PersonRef, after: Duration, lasting: Duration) {
        self.plan(person, after, lasting, true);
    }

    /// Puts an event into the calendar that shows the person as out of office.
    pub fn plan_absence(&self, person: &PersonRef, after: Duration, lasting: Duration) {
        self.plan(person, after, lasting, false);
    }

    fn plan(&self, person: &PersonRef, after: Duration, lasting: Duration, replies: bool) {
        self.edit_teams(person, |layers, now| {
            let from_ms = now + whole_ms(after);
            layers.absences.push(Absence { from_ms, until_ms: from_ms + whole_ms(lasting), replies });
        });
    }

    /// What Teams clients show of a person. They poll, so that this lags behind [`Simulator::shown`] by
    /// [`crate::Quirks::teams_lag_ms`].
    pub fn teams_view(&self, person: &PersonRef) -> Option<Pair> {
        self.on(person, |tenant, now| tenant.teams_view(person.person, now)).flatten()
    }
}
