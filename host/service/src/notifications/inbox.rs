//! What was posted and not opened yet. It has an end: who posts more is told to come again, and Microsoft does.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use presync_teams::notification::Delivery;
use tokio::sync::Notify;

/// The most notifications that wait: ten sync users whose people all change at once. Each takes some two kilobytes.
const MOST: usize = 6_500;

/// There is no room for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    deliveries: VecDeque<Delivery>,
    notifications: usize,
}

impl Inbox {
    /// Takes a delivery in, unless there is no room; an empty inbox has room for any.
    pub(super) fn put(&self, delivery: Delivery) -> Result<(), Full> {
        let mut queue = self.queue();
        let notifications = queue.notifications + delivery.len().max(1);
        if notifications > MOST && !queue.deliveries.is_empty() {
            return Err(Full);
        }
        queue.notifications = notifications;
        queue.deliveries.push_back(delivery);
        drop(queue);
        self.filled.notify_one();
        Ok(())
    }

    /// The oldest delivery.
    pub(super) fn take(&self) -> Option<Delivery> {
        let mut queue = self.queue();
        let delivery = queue.deliveries.pop_front()?;
        queue.notifications -= delivery.len().max(1);
        Some(delivery)
    }

    /// Waits until something is put in.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use presync_teams::notification::{Handled, handle};
    use serde_json::json;

    use super::*;

    fn delivery(notifications: usize) -> Delivery {
        let items: Vec<_> = (0..notifications).map(|n| json!({"subscriptionId": format!("s{n}")})).collect();
        match handle(None, json!({ "value": items }).to_string().as_bytes()) {
            Handled::Accepted(delivery) => delivery,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_has_no_room_is_refused_until_something_was_taken() {
        let inbox = Inbox::default();
        assert_eq!(inbox.put(delivery(MOST - 1)), Ok(()));
        assert_eq!(inbox.put(delivery(1)), Ok(()));
        assert_eq!(inbox.put(delivery(1)), Err(Full));
        assert_eq!(inbox.put(delivery(0)), Err(Full), "an empty one takes room, too");
        assert_eq!(inbox.take().map(|delivery| delivery.len()), Some(MOST - 1), "the oldest first");
        assert_eq!(inbox.put(delivery(5)), Ok(()));
        assert_eq!([inbox.take(), inbox.take(), inbox.take()].map(|d| d.map(|d| d.len())), [Some(1), Some(5), None]);
    }

    #[test]
    fn one_that_is_larger_than_the_inbox_comes_in_when_nothing_else_is_there() {
        let inbox = Inbox::default();
        assert_eq!(inbox.put(delivery(MOST + 1)), Ok(()));
        assert_eq!(inbox.put(delivery(1)), Err(Full));
    }
}
