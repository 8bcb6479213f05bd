//! People whose state on a side does not come to rest: another program writes against us, a client signs in and out, a phone is broken.

use std::collections::HashMap;
use std::time::Duration;

use presync_core::id::LinkId;
use presync_core::reconcile::Event;
use presync_core::time::Timestamp;
use presync_core::words::Side;

/// How long changes count, in two halves that take turns.
const HALF: Duration = Duration::from_secs(5 * 60);
/// So many changes of one person on one side, in five to ten minutes, are no person's doing: one every twenty seconds.
pub(crate) const MOST: u32 = 30;

/// How often each person's state has changed of late. Holds those only whose has.
#[derive(Debug, Default)]
pub(crate) struct Flapping {
    /// A map with whose state it is, and on which side, as key.
    now: HashMap<(LinkId, Side), u32>,
    before: HashMap<(LinkId, Side), u32>,
    turned_at: Timestamp,
}

impl Flapping {
    /// Takes note of a line of the event log.
    pub(crate) fn note(&mut self, now: Timestamp, link: Option<LinkId>, event: &Event) {
        let side = match event {
            Event::TeamsSaid { .. } => Side::Teams,
            Event::EightSaid { .. } => Side::Eight,
            _ => return,
        };
        if let Some(link) = link {
            self.turn(now);
            *self.now.entry((link, side)).or_default() += 1;
        }
    }

    /// Whose state does not come to rest, in order.
    pub(crate) fn people(&mut self, now: Timestamp) -> Vec<LinkId> {
        self.turn(now);
        let count = |key: &(LinkId, Side)| {
            let of = |half: &HashMap<(LinkId, Side), u32>| half.get(key).copied().unwrap_or_default();
            of(&self.now) + of(&self.before)
        };
        let keys = self.now.keys().chain(self.before.keys()).filter(|key| count(key) >= MOST);
        let mut people: Vec<LinkId> = keys.map(|(link, _)| *link).collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    fn turn(&mut self, now: Timestamp) {
        let passed = now.since(self.turned_at);
        if passed < HALF {
            return;
        }
        let last = std::mem::take(&mut self.now);
        self.before = if passed < HALF * 2 { last } else { HashMap::new() };
        self.turned_at = now;
    }
}

#[cfg(test)]
mod tests {
    use presync_core::presence::TeamsPresence;

    use super::*;

    fn at(second: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + second * 1000)
    }

    /// Somebody changes so often, at this pace; who flaps then.
    fn changed(times: u64, every: u64) -> Vec<LinkId> {
        let mut flapping = Flapping::default();
        let said = Event::TeamsSaid { presence: TeamsPresence::UNKNOWN, read_at: Timestamp::EPOCH };
        for time in 0..times {
            flapping.note(at(time * every), Some(LinkId(7)), &said);
        }
        flapping.people(at(times * every))
    }

    #[test]
    fn thirty_changes_within_minutes_are_flapping_and_fewer_are_not() {
        assert_eq!(changed(30, 8), [LinkId(7)]);
        assert_eq!(changed(29, 8), []);
        assert_eq!(changed(200, 60), [], "a busy person");
    }

    #[test]
    fn it_is_over_ten_minutes_later() {
        let mut flapping = Flapping::default();
        let said = Event::TeamsSaid { presence: TeamsPresence::UNKNOWN, read_at: Timestamp::EPOCH };
        (0..40).for_each(|second| flapping.note(at(second), Some(LinkId(7)), &said));
        assert_eq!(flapping.people(at(60)), [LinkId(7)]);
        assert_eq!(flapping.people(at(700)), []);
    }

    #[test]
    fn what_we_write_ourselves_is_no_change_of_theirs() {
        let mut flapping = Flapping::default();
        (0..40)
            .for_each(|second| flapping.note(at(second), Some(LinkId(7)), &Event::EchoIgnored { side: Side::Teams }));
        assert_eq!(flapping.people(at(60)), []);
    }
}
