//! What was told becomes readings of people, is decided, and written. Takes its turn with the cycles.

use std::time::Instant;

use presync_core::id::EightUserId;
use presync_core::presence::{EightPresence, Reading};
use presync_core::reconcile::Input;
use presync_core::time::Timestamp;
use presync_eight::{Changes, Cursor, Provider};

use crate::tenant::read::EightReadings;
use crate::tenant::{Beat, Tenant};

type Readings = Vec<(EightUserId, Reading<EightPresence>)>;

impl Tenant {
    /// Takes up what the feed said behind `from` at `answered_at`, which is a reading like a cycle's.
    pub(super) async fn take_feed(&self, from: &Cursor, changes: Changes, answered_at: Timestamp) {
        let mut beat = self.beat.lock().await;
        let started = Instant::now();
        let cursor = match &self.people().feed {
            Some(now) if now == from => changes.cursor.clone(),
            // A cycle has read on meanwhile.
            Some(now) => now.clone(),
            // The place in the feed is lost, and with it what came behind it.
            None => return,
        };
        let readings = EightReadings::of_feed(Changes { cursor, ..changes }, answered_at);
        let work = self.take_eight(&mut beat, Ok(readings));
        self.write_between(&mut beat, work, started).await;
    }

    /// Takes up messages of a stream or of a webhook. They move no place in the feed, and while 8x8 cannot be read they are left to the
    /// reading that comes after.
    pub(super) async fn take_messages<'a>(&self, payloads: impl IntoIterator<Item = &'a [u8]> + Send) {
        let Some(cursor) = self.people().feed.clone() else { return };
        let told = self.understood(payloads, &cursor).await;
        let mut beat = self.beat.lock().await;
        let started = Instant::now();
        if beat.eight.is_down() {
            return;
        }
        if told.needs_reading {
            self.read_between(&mut beat, started).await;
        }
        if told.readings.is_empty() {
            return;
        }
        if let Some(inputs) = self.believed(&mut beat, told.readings) {
            let work = self.absorb(inputs);
            self.write_between(&mut beat, work, started).await;
        }
    }

    async fn understood<'a>(&self, payloads: impl IntoIterator<Item = &'a [u8]> + Send, cursor: &Cursor) -> Told {
        let mut told = Told::default();
        match &self.eight {
            Provider::Partner(client) => {
                payloads
                    .into_iter()
                    .filter_map(|payload| client.told(payload, cursor))
                    .for_each(|changes| told.add(changes));
            }
            Provider::Public(client) => {
                let payloads: Vec<_> = payloads.into_iter().collect();
                for payload in payloads {
                    told.needs_reading |= client.told(payload).await;
                }
            }
        }
        told
    }

    fn believed(&self, beat: &mut Beat, readings: Readings) -> Option<Vec<Input>> {
        let mut people = self.people();
        if let Some(what) = self.doubt_eight(beat, &people, &readings) {
            // The next reading of the feed tells it again, and whoever takes that up says what it is taken for.
            tracing::debug!(tenant = %self.id, "not taken up from what 8x8 tells by itself: {what}");
            return None;
        }
        people.counters.presences_read += readings.len() as u64;
        people.feed_was_told();
        let known = |(id, reading)| Some(Input::EightObserved { link: people.link_of_eight(&id)?, reading });
        Some(readings.into_iter().filter_map(known).collect())
    }

    /// Reads the feed between two cycles.
    async fn read_between(&self, beat: &mut Beat, started: Instant) {
        let before = self.spent();
        let read = self.read_eight().await;
        self.spent_between(beat, before, started);
        let work = self.take_eight(beat, read);
        self.write_between(beat, work, started).await;
    }

    /// The place in the feed, once there is one.
    pub(super) async fn feed_place(&self) -> Cursor {
        loop {
            let read = self.ear.read.notified();
            if let Some(cursor) = self.people().feed.clone() {
                return cursor;
            }
            read.await;
        }
    }
}

/// What some messages say together.
#[derive(Default)]
struct Told {
    readings: Readings,
    /// Somebody is gone, or nothing tells whether a state is newer than what is known: that is for a reading of the feed to say.
    needs_reading: bool,
}

impl Told {
    fn add(&mut self, changes: Changes) {
        self.needs_reading |= !changes.deleted.is_empty();
        for (user, reading) in changes.readings {
            if reading.revision.is_some() {
                self.readings.push((user, reading));
            } else {
                self.needs_reading = true;
            }
        }
    }
}
