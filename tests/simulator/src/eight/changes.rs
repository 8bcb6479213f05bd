//! The log of 8x8 changes: a ring with a cursor, kept for a day or until it is full.
//!
//! A cursor names the next change to read. One that points before the ring, or that was issued before all cursors were
//! declared expired, is too old: its owner has to take a fresh snapshot.

use std::collections::VecDeque;

use super::EightLayers;

/// One line of the log.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) at_ms: i64,
    pub(crate) revision: u64,
    pub(crate) what: What,
}

/// What happened to whom.
#[derive(Debug)]
pub(crate) enum What {
    /// The person's presence, as it was after this change; `publication` names the publication that caused it.
    Updated { person: u32, layers: EightLayers, fields: &'static str, publication: Option<Box<str>> },
    /// The user is gone.
    Deleted { user_id: Box<str> },
}

/// Why a cursor cannot be read from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CursorError {
    Invalid,
    Expired,
}

/// The ring.
#[derive(Debug)]
pub(crate) struct ChangeLog {
    ring: VecDeque<Change>,
    /// The number of the oldest change in the ring.
    first: u64,
    capacity: usize,
    retention_ms: i64,
    epoch: u32,
}

impl ChangeLog {
    pub(crate) fn new(capacity: usize, retention_ms: i64) -> Self {
        Self { ring: VecDeque::new(), first: 0, capacity, retention_ms, epoch: 0 }
    }

    pub(crate) fn push(&mut self, change: Change) {
        let oldest = change.at_ms - self.retention_ms;
        while self.ring.len() >= self.capacity || self.ring.front().is_some_and(|front| front.at_ms < oldest) {
            self.ring.pop_front();
            self.first += 1;
        }
        self.ring.push_back(change);
    }

    /// The number that the next change will get.
    pub(crate) fn next(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    /// The cursor to read from change `number` on.
    pub(crate) fn cursor(&self, number: u64) -> String {
        format!("c{:04x}{number:012x}", self.epoch)
    }

    /// Makes every cursor that was given out too old.
    pub(crate) fn expire_cursors(&mut self) {
        self.epoch += 1;
    }

    /// The number behind a cursor, if it can still be read from.
    pub(crate) fn locate(&self, cursor: &str, now: i64) -> Result<u64, CursorError> {
        let hex =
            cursor.strip_prefix('c').filter(|hex| hex.len() == 16 && hex.is_ascii()).ok_or(CursorError::Invalid)?;
        let (epoch, number) = hex.split_at(4);
        let epoch = u32::from_str_radix(epoch, 16).map_err(|_| CursorError::Invalid)?;
        let number = u64::from_str_radix(number, 16).map_err(|_| CursorError::Invalid)?;
        if epoch > self.epoch || number > self.next() {
            return Err(CursorError::Invalid);
        }
        let next_at =
            number.checked_sub(self.first).map(|offset| self.ring.get(usize::try_from(offset).unwrap_or(usize::MAX)));
        let aged = matches!(next_at, Some(Some(change)) if change.at_ms < now - self.retention_ms);
        if epoch < self.epoch || next_at.is_none() || aged {
            return Err(CursorError::Expired);
        }
        Ok(number)
    }

    /// Up to `limit` changes from `number` on.
    pub(crate) fn read(&self, number: u64, limit: usize) -> impl Iterator<Item = &Change> {
        let start = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX).min(self.ring.len());
        self.ring.range(start..).take(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deleted(at_ms: i64) -> Change {
        Change { at_ms, revision: 1, what: What::Deleted { user_id: "u".into() } }
    }

    #[test]
    fn a_cursor_reads_everything_after_it_once() {
        let mut log = ChangeLog::new(10, 1_000);
        log.push(deleted(1));
        let cursor = log.cursor(log.next());
        log.push(deleted(2));
        log.push(deleted(3));
        let number = log.locate(&cursor, 3).unwrap();
        let times: Vec<i64> = log.read(number, 500).map(|change| change.at_ms).collect();
        assert_eq!(times, [2, 3]);
        assert_eq!(log.read(number, 1).count(), 1);
        assert_eq!(log.read(log.next(), 500).count(), 0);
    }

    #[test]
    fn a_cursor_before_the_ring_is_expired() {
        let mut log = ChangeLog::new(2, 1_000);
        let cursor = log.cursor(log.next());
        for at in 1..=3 {
            log.push(deleted(at));
        }
        assert_eq!(log.locate(&cursor, 3), Err(CursorError::Expired));
    }

    #[test]
    fn a_cursor_older_than_the_retention_is_expired_and_an_idle_one_is_not() {
        let mut log = ChangeLog::new(10, 1_000);
        let idle = log.cursor(log.next());
        assert_eq!(log.locate(&idle, 1_000_000), Ok(0));
        log.push(deleted(1));
        assert_eq!(log.locate(&idle, 5_000), Err(CursorError::Expired));
    }

    #[test]
    fn all_cursors_can_be_expired_at_once_and_nonsense_is_invalid() {
        let mut log = ChangeLog::new(10, 1_000);
        let cursor = log.cursor(log.next());
        log.expire_cursors();
        assert_eq!(log.locate(&cursor, 0), Err(CursorError::Expired));
        for nonsense in ["", "c", "c_opaque", "cffff000000000000", "c0001000000000009", "cééééééééé"] {
            assert_eq!(log.locate(nonsense, 0), Err(CursorError::Invalid), "{nonsense}");
        }
    }
}
