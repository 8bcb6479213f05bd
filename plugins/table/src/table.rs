//! The lines of a table, checked; and which of them fits.

use presync_rule::Needs;
use serde_json::Value;

use crate::reach;
use crate::read;
use crate::then::Then;
use crate::when::{From, Seen, When};

/// The longest wait before a question that depends on the time is asked again, in seconds. The person's clock may be set forward in
/// between, which nobody announces; three hours make sure that it is noticed before the day begins.
const LONGEST_WAIT: u32 = 3 * 60 * 60;

/// Lines that were read and found sensible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    from: From,
    lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) when: When,
    pub(crate) then: Then,
}

/// What the table says to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found<'t> {
    /// The effect of the line that fits, with its number; none when what was proposed stands.
    pub(crate) line: Option<(usize, &'t Then)>,
    /// Seconds until another line may fit.
    pub(crate) recheck_after: Option<u32>,
}

impl Table {
    /// Reads the settings, which say `{ "lines": […] }`, or nothing at all.
    pub(crate) fn new(settings: &Value, from: From) -> Result<Self, String> {
        let lines = read::lines(settings, from)?;
        reach::check(&lines, from)?;
        Ok(Self { from, lines })
    }

    /// The first line that fits. A line that would fit but for the time may do so later, and so may one behind it.
    pub(crate) fn first(&self, seen: &Seen<'_>) -> Found<'_> {
        let mut recheck_after: Option<u32> = None;
        for (place, line) in self.lines.iter().enumerate().filter(|(_, line)| line.when.stands(seen)) {
            let wait = line.when.changes_in(seen).map(|seconds| seconds.min(LONGEST_WAIT));
            recheck_after = sooner(recheck_after, wait);
            if line.when.is_time(seen) {
                return Found { line: Some((place + 1, &line.then)), recheck_after };
            }
        }
        Found { line: None, recheck_after }
    }

    /// What these lines look at, and nothing more.
    pub(crate) fn needs(&self) -> Needs {
        let any = |asks: fn(&When) -> bool| self.lines.iter().any(|line| asks(&line.when));
        let other_side = match self.from {
            From::Teams => any(|when| when.eight.is_some()),
            From::Eight => any(|when| when.teams.is_some()),
        };
        Needs {
            other_side,
            since: any(|when| when.seconds.is_some()),
            person: any(|when| {
                when.department.asks()
                    || when.group.asks()
                    || when.queue.asks()
                    || when.person.iter().any(|name| !is_address(name))
            }),
            identity: any(|when| when.person.iter().any(is_address)),
            time: any(|when| when.clock.is_some()),
            staffing: any(|when| when.staffing_below.is_some()),
        }
    }
}

/// The most that a table may look at.
pub(crate) const EVERYTHING: Needs =
    Needs { other_side: true, since: true, person: true, identity: true, time: true, staffing: true };

/// The sooner of two waits.
pub(crate) fn sooner(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    [one, other].into_iter().flatten().min()
}

/// A person's name in a line is an address or a pseudonym; pseudonyms have no `@`.
fn is_address(name: &str) -> bool {
    name.contains('@')
}
