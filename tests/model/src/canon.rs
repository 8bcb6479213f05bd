//! What makes two persons alike: their states are serialised into a number, by a serialiser that knows the names of moments and
//! revisions. A field that it does not know counts as it is: that can only make more states of what are the same.
//!
//! | field | counts as |
//! |---|---|
//! | `since` | nothing: only rules see it, and the model's do not look |
//! | `failures` | nothing: what came of it is in `retry_at` |
//! | `retry_at`, `recheck_at` | how far ahead, or past |
//! | `read_at`, `acked_at`, `until`, a trace's `sent_at` | how far ahead or ago, as far as a reading that still counts can tell |
//! | another `sent_at` | how long ago, as far as the renewal |
//! | `revision` | its place among those that are on the wires or will come |

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use presync_core::time::Timestamp;
use presync_core::words::Side;
use serde::Serialize;

mod serializer;

use crate::person::Person;
use crate::scenario::Scenario;
use serializer::Canon;

/// A reading that is older does not count. The reconciler has the same constant for itself.
pub(crate) const LONGEST_READ: Duration = Duration::from_secs(60);

/// What the serialiser needs to know besides the value.
#[derive(Debug)]
struct Context {
    now: Timestamp,
    settle: Duration,
    renewal: Duration,
    teams: Vec<u64>,
    eight: Vec<u64>,
}

/// The number of a person. With `with_stored`, what is on disk counts too: there may be a crash.
pub(crate) fn print(person: &Person, now: Timestamp, scenario: &Scenario, with_stored: bool) -> u64 {
    let revisions = |wire: &mut dyn Iterator<Item = u64>, present: u64| {
        let mut revisions: Vec<u64> = wire.chain([present]).collect();
        revisions.sort_unstable();
        revisions.dedup();
        revisions
    };
    let context = Context {
        now,
        settle: scenario.policy.settle,
        renewal: (scenario.longest_lease() * 6 / 10).max(LONGEST_READ),
        teams: revisions(&mut person.teams_wire.iter().map(|sighting| sighting.revision), person.teams.revision),
        eight: revisions(&mut person.eight_wire.iter().map(|sighting| sighting.revision), person.eight.revision),
    };
    let mut hasher = DefaultHasher::new();
    person.linked.hash(&mut hasher);
    let mut canon = Canon::new(&context, &mut hasher);
    canon.add(Side::Teams, &person.state);
    if with_stored {
        canon.add(Side::Teams, &person.stored);
    }
    canon.add(Side::Teams, &(&person.teams, &person.teams_wire));
    canon.add(Side::Eight, &(&person.eight, &person.eight_wire));
    for verdict in &person.verdicts {
        canon.add(Side::Teams, &(&verdict.answer, person.is_newest(verdict)));
    }
    for side in [Side::Teams, Side::Eight] {
        canon.add(side, &(person.open.of(side), person.flights.of(side), person.late.of(side)));
        canon.add(
            side,
            &Checks { revision: *person.heard.of(side), since: person.uncaused.of(side).map(|since| now.since(since)) },
        );
    }
    hasher.finish()
}

/// What is only known to check: the highest revision heard, and for how long something has been without a cause.
#[derive(Serialize)]
struct Checks {
    revision: u64,
    #[serde(rename = "uncaused for")]
    since: Option<Duration>,
}
