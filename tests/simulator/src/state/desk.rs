//! Calls as they come and go on one desk, users who become inactive, and quirks that change while people work.

use super::{
    audit::AuditEvent,
    tenant::{Cause, Tenant},
};
use crate::eight::{
    Call,
    changes::{Change, What},
    quirks::EightQuirks,
};

impl Tenant {
    /// Changes the quirks, and begins or ends collecting presence if they say so.
    pub(crate) fn edit_quirks(&mut self, now: i64, edit: impl FnOnce(&mut EightQuirks)) {
        edit(&mut self.phone.quirks);
        match (self.phone.quirks.collected_every_ms > 0, self.phone.collect_due.is_some()) {
            (true, false) => self.start_collecting(now),
            (false, true) => self.stop_collecting(now),
            _ => {}
        }
    }

    /// A call that rings is answered.
    pub(crate) fn answer(&mut self, person: u32, now: i64) {
        let lag_ms = self.phone.quirks.on_call_lag_ms;
        let Some(eight) = self.person_mut(person).and_then(|person| person.eight.as_mut()) else { return };
        eight.desk.ringing = eight.desk.ringing.saturating_sub(1);
        if lag_ms > 0 && eight.layers.call.is_none() {
            eight.desk.answered_due = Some(now + lag_ms);
            self.wake_desk(person, now + lag_ms);
            return;
        }
        self.edit_eight(person, now, Cause::Life, |layers| crate::drive::movement::start_call(layers, now));
    }

    /// A call ends: one that does not show yet, one of several, the last one; else one that rings.
    pub(crate) fn hang_up(&mut self, person: u32, now: i64) {
        let Some(eight) = self.person_mut(person).and_then(|person| person.eight.as_mut()) else { return };
        if eight.desk.answered_due.take().is_some() {
            return;
        }
        if eight.layers.call.is_none() {
            eight.desk.ringing = eight.desk.ringing.saturating_sub(1);
            self.decline_queue_call(person, now);
            return;
        }
        self.edit_eight(person, now, Cause::Life, |layers| {
            layers.call = layers.call.filter(|call| call.count > 1).map(|call| Call {
                count: call.count - 1,
                on_hold: false,
                since_ms: call.since_ms,
            });
        });
        self.wrap_up(person, now);
    }

    /// The user becomes inactive, which takes them out of every list of presences, or active again.
    pub(crate) fn set_active(&mut self, person: u32, active: bool, now: i64) {
        self.freeze(person);
        let Some(eight) = self.people.get_mut(person as usize).and_then(|person| person.eight.as_mut()) else { return };
        if eight.active == active {
            return;
        }
        eight.active = active;
        eight.revision += 1;
        (eight.updated_ms, eight.profile.updated_ms) = (now, now);
        self.phone.audits.user(now, AuditEvent::Update, &eight.id, &eight.name, &eight.email);
        let what = if active {
            let layers = eight.layers.clone();
            What::Updated { person, layers, fields: r#"["status","layers"]"#, publication: None }
        } else {
            What::Deleted { user_id: eight.id.clone() }
        };
        let revision = eight.revision;
        self.changes.push(Change { at_ms: now, revision, what });
        self.relink();
    }
}
