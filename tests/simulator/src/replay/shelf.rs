//! One request's answers, in the order in which they were recorded.

use std::time::Duration;

/// Which recorded answer is the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// The next in their order, however fast they are asked for.
    #[default]
    Order,
    /// The one that was given at this time after the beginning, however often it is asked for.
    Time,
}

/// Answers of one kind.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    answers: Vec<Kept<T>>,
    /// The place of the answer that was given last.
    last: Option<usize>,
}

#[derive(Debug)]
struct Kept<T> {
    at: u64,
    /// The values of the request.
    values: String,
    answer: T,
    given: bool,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { answers: Vec::new(), last: None }
    }
}

impl<T: Clone> Shelf<T> {
    pub(super) fn put(&mut self, at: u64, values: String, answer: T) {
        self.answers.push(Kept { at, values, answer, given: false });
    }

    /// The next answer to a request with these values, and whether it was given before.
    pub(super) fn take(&mut self, values: &str, pace: Pace, elapsed: Duration) -> Option<(T, bool)> {
        let same = |place: &usize| self.answers.get(*place).is_some_and(|kept| kept.values == values);
        let mut places: Vec<usize> = (0..self.answers.len()).filter(same).collect();
        let known = !places.is_empty();
        if !known {
            places = (0..self.answers.len()).collect();
        }
        let new = |place: &usize| self.answers.get(*place).is_some_and(|kept| !kept.given);
        // With other values than any that were recorded the order among all counts.
        let after = |place: &usize| known || self.last.is_none_or(|last| *place > last);
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let due = |place: &usize| self.answers.get(*place).is_some_and(|kept| kept.at <= millis);
        let place = match pace {
            Pace::Order => places.iter().copied().find(|place| new(place) && after(place)).or(places.last().copied()),
            Pace::Time => places.iter().copied().rev().find(due).or(places.first().copied()),
        }?;
        self.last = Some(place);
        let kept = self.answers.get_mut(place)?;
        let again = std::mem::replace(&mut kept.given, true);
        Some((kept.answer.clone(), again))
    }

    /// How many answers there are.
    pub(super) const fn len(&self) -> usize {
        self.answers.len()
    }

    /// How many were given.
    pub(super) fn given(&self) -> usize {
        self.answers.iter().filter(|kept| kept.given).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(kept: &[(u64, &str)]) -> Shelf<usize> {
        let mut shelf = Shelf::default();
        kept.iter().enumerate().for_each(|(place, (at, values))| shelf.put(*at, (*values).to_owned(), place));
        shelf
    }

    fn take(shelf: &mut Shelf<usize>, values: &str) -> usize {
        shelf.take(values, Pace::Order, Duration::ZERO).unwrap().0
    }

    #[test]
    fn the_same_request_gets_its_answers_in_order_and_then_the_last_again() {
        let mut shelf = shelf(&[(0, "a"), (1, "b"), (2, "a")]);
        assert_eq!([take(&mut shelf, "a"), take(&mut shelf, "a"), take(&mut shelf, "a")], [0, 2, 2]);
        assert_eq!((shelf.given(), shelf.len()), (2, 3));
    }

    #[test]
    fn a_request_with_other_values_gets_the_next_and_at_the_end_the_last() {
        let mut shelf = shelf(&[(0, "c0"), (1, "c1"), (2, "c2")]);
        assert_eq!([take(&mut shelf, "x"), take(&mut shelf, "y")], [0, 1]);
        assert_eq!([take(&mut shelf, "c2"), take(&mut shelf, "z"), take(&mut shelf, "z")], [2, 2, 2]);
    }

    #[test]
    fn by_time_the_answer_is_the_one_of_that_time() {
        let mut shelf = shelf(&[(10, "a"), (20, "a"), (30, "a")]);
        let mut at = |millis| shelf.take("a", Pace::Time, Duration::from_millis(millis)).unwrap().0;
        assert_eq!([at(0), at(25), at(25), at(99)], [0, 1, 1, 2]);
    }

    #[test]
    fn there_is_nothing_on_an_empty_shelf() {
        assert_eq!(shelf(&[]).take("a", Pace::Order, Duration::ZERO), None);
    }
}
