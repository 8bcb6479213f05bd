//! Which lines can never be reached, because earlier ones already take everything that they take.
//!
//! Every condition asks for something *more*: more groups, a side that is known, fewer agents. So the question that an earlier line is
//! least likely to take is the one that has just what this line asks for: the person is in one of its groups and no other, the time is
//! not known unless it asks for it, the queue has one agent less than its limit. If even that question is always taken, for every word and
//! moment that the line allows, then so is every other that fits it.
//!
//! What remains is finite: words, days, and times and seconds cut at the edges that the lines name. A line's words make a *box*, a mask
//! per dimension, and the question is whether earlier boxes cover it: take one away, and look at the pieces that are left. Pieces can
//! be many; the search gives up after [`STEPS`] of them, and then the line stands, since a line that could be reached is never refused.

use crate::clock::{Clock, DAY};
use crate::names::{Names, sorted};
use crate::table::Line;
use crate::when::{From, Seconds, When};

/// Boxes looked at for one table. Ordinary tables need a few for each line; every instance pays for them, before its first question.
const STEPS: u32 = 20_000;

/// Cells of a dimension: bits of a mask.
const CELLS: usize = u128::BITS as usize;

/// A mask per dimension.
type Box = [u128; 9];

/// The cells into which the lines' own edges cut the day and the seconds: where each cell begins.
struct Edges {
    minutes: Vec<u32>,
    seconds: Vec<u32>,
}

/// One question's names: what the person has of each kind, and nothing beside it.
#[derive(Clone, Copy, Default)]
struct Chosen<'n> {
    person: Option<&'n str>,
    department: Option<&'n str>,
    group: Option<&'n str>,
    queue: Option<&'n str>,
}

/// Refuses a table with a line that is never reached, and says which lines take what it takes.
pub(crate) fn check(lines: &[Line], from: From) -> Result<(), String> {
    let mut steps = STEPS;
    for (place, line) in lines.iter().enumerate() {
        let earlier = lines.get(..place).unwrap_or_default();
        if let Some(takers) = takers(&line.when, earlier, from, &mut steps) {
            let number = place + 1;
            let by = match &*takers {
                [one] => format!("line {one} already takes everything that it takes"),
                many => {
                    let list: Vec<String> = many.iter().map(|number| format!("line {number}")).collect();
                    format!("{} together already take everything that it takes", list.join(" and "))
                }
            };
            return Err(format!("line {number} is never reached: {by}; move it before them, or take it out"));
        }
    }
    Ok(())
}

/// The numbers of the earlier lines that take everything of this one; none when it can be reached.
fn takers(when: &When, earlier: &[Line], from: From, steps: &mut u32) -> Option<Vec<u32>> {
    let rivals: Vec<(u32, &When)> =
        (1..).zip(earlier.iter().map(|line| &line.when)).filter(|(_, rival)| asks_no_more(rival, when, from)).collect();
    if rivals.is_empty() {
        return None;
    }
    let edges = Edges::of(when, &rivals)?;
    let own = edges.boxed(when);
    let rivals: Vec<(u32, &When, Box)> = rivals
        .into_iter()
        .map(|(number, rival)| (number, rival, edges.boxed(rival)))
        .filter(|(_, _, rival)| intersection(&own, rival).is_some())
        .collect();
    // Without regard to names first: that is quick, and enough for most lines.
    if rivals.is_empty() || !covered(&own, &boxes(&rivals, |_| true), steps, &mut Vec::new()) {
        return None;
    }
    let mut takers = Vec::new();
    for chosen in choices(when, &rivals) {
        if !covered(&own, &boxes(&rivals, |rival| chosen.fits(rival)), steps, &mut takers) {
            return None;
        }
    }
    Some(sorted(takers))
}

/// Whether a rival asks for nothing that a question which just fits the line must lack.
fn asks_no_more(rival: &When, when: &When, from: From) -> bool {
    let names = |rival: &Names, own: &Names| !rival.asks() || own.iter().any(|name| rival.contains(name));
    (rival.teams.is_none() || when.teams.is_some() || from == From::Teams)
        && (rival.eight.is_none() || when.eight.is_some() || from == From::Eight)
        && (rival.clock.is_none() || when.clock.is_some())
        && (rival.seconds.is_none() || when.seconds.is_some())
        && (rival.proposed.is_none() || when.proposed.is_some())
        && rival.staffing_below.is_none_or(|below| when.staffing_below.is_some_and(|own| own <= below))
        && names(&rival.person, &when.person)
        && names(&rival.department, &when.department)
        && names(&rival.group, &when.group)
        && names(&rival.queue, &when.queue)
}

fn boxes(rivals: &[(u32, &When, Box)], fits: impl Fn(&When) -> bool) -> Vec<(u32, Box)> {
    rivals.iter().filter(|(_, rival, _)| fits(rival)).map(|(number, _, rival)| (*number, *rival)).collect()
}

/// Whether the rivals cover a box together; those that were needed are added to `takers`.
fn covered(own: &Box, rivals: &[(u32, Box)], steps: &mut u32, takers: &mut Vec<u32>) -> bool {
    let Some(left) = steps.checked_sub(1) else { return false };
    *steps = left;
    let mut rest = rivals.iter().enumerate();
    let Some((place, (number, common))) =
        rest.find_map(|(place, (number, rival))| Some((place, (*number, intersection(own, rival)?))))
    else {
        return false;
    };
    takers.push(number);
    let later = rivals.get(place + 1..).unwrap_or_default();
    // What is outside of the rival in one dimension, and inside of it in those before: pieces that do not overlap.
    let mut piece = *own;
    for ((cells, taken), dimension) in own.iter().zip(common).zip(0..) {
        let outside = cells & !taken;
        if outside != 0 {
            let mut left = piece;
            if let Some(cells) = left.get_mut(dimension) {
                *cells = outside;
            }
            if !covered(&left, later, steps, takers) {
                return false;
            }
        }
        if let Some(cells) = piece.get_mut(dimension) {
            *cells = taken;
        }
    }
    true
}

/// What two boxes have in common, if anything.
fn intersection(one: &Box, other: &Box) -> Option<Box> {
    let mut common = *one;
    for (cells, also) in common.iter_mut().zip(other) {
        *cells &= also;
        if *cells == 0 {
            return None;
        }
    }
    Some(common)
}

// === impl Edges ===

impl Edges {
    /// The edges of a line and its rivals; none when they are too many to be told apart.
    fn of(when: &When, rivals: &[(u32, &When)]) -> Option<Self> {
        let (mut minutes, mut seconds): (Vec<u32>, Vec<u32>) = (vec![0], vec![0]);
        for when in rivals.iter().map(|(_, rival)| *rival).chain([when]) {
            for window in when.clock.iter().flat_map(|clock| &clock.windows) {
                minutes.extend([u32::from(window.from), u32::from(window.to % DAY)]);
            }
            if let Some(Seconds { at_least, less_than }) = when.seconds {
                seconds.extend([Some(at_least), less_than].into_iter().flatten());
            }
        }
        let (minutes, seconds) = (sorted(minutes), sorted(seconds));
        (minutes.len() <= CELLS && seconds.len() <= CELLS).then_some(Self { minutes, seconds })
    }

    /// The box of a line's finite conditions.
    fn boxed(&self, when: &When) -> Box {
        let (teams, eight) = (when.teams.unwrap_or_default(), when.eight.unwrap_or_default());
        let minutes = |clock: &Clock| {
            cells(&self.minutes, |minute| {
                clock.windows.is_empty()
                    || clock.windows.iter().any(|window| window.holds(u16::try_from(minute).unwrap_or(DAY)))
            })
        };
        [
            teams.availability.into(),
            teams.activity.into(),
            teams.flags.into(),
            eight.status.into(),
            eight.flags.into(),
            when.proposed.map_or(u128::MAX, u128::from),
            when.clock.as_ref().map_or(u128::MAX, |clock| clock.days.into()),
            when.clock.as_ref().map_or(u128::MAX, minutes),
            when.seconds.map_or(u128::MAX, |seconds| cells(&self.seconds, |second| seconds.holds(second))),
        ]
    }
}

/// The cells that hold, as bits.
fn cells(edges: &[u32], holds: impl Fn(u32) -> bool) -> u128 {
    (0..).zip(edges).filter(|(_, edge)| holds(**edge)).fold(0, |mask, (cell, _)| mask | 1 << cell)
}

// === impl Chosen ===

impl Chosen<'_> {
    /// Whether a rival's names fit a person who has just these.
    fn fits(&self, rival: &When) -> bool {
        let Self { person, department, group, queue } = *self;
        rival.person.fit(person) && rival.department.fit(department) && rival.group.fit(group) && rival.queue.fit(queue)
    }
}

/// One of a line's names of each kind, in every combination that the rivals can tell apart.
fn choices<'n>(when: &'n When, rivals: &[(u32, &When, Box)]) -> Vec<Chosen<'n>> {
    let persons = distinct(&when.person, rivals, |rival| &rival.person);
    let departments = distinct(&when.department, rivals, |rival| &rival.department);
    let groups = distinct(&when.group, rivals, |rival| &rival.group);
    let queues = distinct(&when.queue, rivals, |rival| &rival.queue);
    let mut choices = vec![Chosen::default()];
    let mut each = |names: Vec<Option<&'n str>>, put: fn(&mut Chosen<'n>, Option<&'n str>)| {
        choices = choices
            .iter()
            .flat_map(|chosen| {
                names.iter().map(move |name| {
                    let mut chosen = *chosen;
                    put(&mut chosen, *name);
                    chosen
                })
            })
            .collect();
    };
    each(persons, |chosen, name| chosen.person = name);
    each(departments, |chosen, name| chosen.department = name);
    each(groups, |chosen, name| chosen.group = name);
    each(queues, |chosen, name| chosen.queue = name);
    choices
}

/// A line's names of one kind, without those that no rival tells from another; a single none when the line does not ask.
fn distinct<'n>(own: &'n Names, rivals: &[(u32, &When, Box)], of: fn(&When) -> &Names) -> Vec<Option<&'n str>> {
    if !own.asks() {
        return vec![None];
    }
    let mut seen: Vec<Vec<bool>> = Vec::new();
    own.iter()
        .filter(|name| {
            let told: Vec<bool> = rivals.iter().map(|(_, rival, _)| of(rival).fit([*name])).collect();
            let is_new = !seen.contains(&told);
            if is_new {
                seen.push(told);
            }
            is_new
        })
        .map(Some)
        .collect()
}
