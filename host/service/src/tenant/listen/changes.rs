//! Changes as they happen: from a stream where there is one, else from requests that wait for a change.
//!
//! While the stream cannot be opened, requests wait in its place until it is tried again. Both stop while 8x8 cannot be read or
//! believed: what is right then is for the cycles to find out.

use std::time::Duration;

use futures_util::FutureExt;
use presync_core::time::Timestamp;
use presync_core::words::Side;
use presync_eight::Error;
use presync_eight::stream::{Position, Stream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::pause::Pause;
use super::unless;
use crate::listening::By;
use crate::status::Place;
use crate::tenant::Tenant;

/// How long 8x8 is asked to wait for a change: the longest that it does.
const WAIT: Duration = Duration::from_secs(25);
/// A request that waits for less than this is no better than a cycle.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// From the answer to one request to the next: a tenant where somebody changes all the time is asked four times a second.
const BREATH: Duration = Duration::from_millis(250);
/// Messages that are taken up together at most.
const TOGETHER: usize = 500;
/// How long a stream that told nothing is left alone: the settings have to be changed first.
const SILENT_FOR: Duration = Duration::from_secs(600);

/// How a stream came to its end.
enum End {
    /// It broke, or could not be opened.
    Broken(Error),
    /// It told nothing though there was something to tell.
    Silent,
    /// There is none.
    NotOffered,
}

/// Where the stream stands.
struct Streaming {
    position: Position,
    pause: Pause,
    /// It is known to be silent, until it tells something.
    silent: bool,
}

impl Tenant {
    /// Hears of changes until told to stop.
    pub(super) async fn follow_changes(&self, mut stop: watch::Receiver<bool>) {
        let push = self.eight.push();
        let mut streaming = Streaming { position: Position::default(), pause: Pause::new(), silent: false };
        let mut waiting = Pause::new();
        let mut streams = push.stream.is_some();
        while push.stream.is_some() || push.wait {
            let Some(_) = unless(&mut stop, self.feed_place()).await else { return };
            if self.down().contains(&Side::Eight) {
                self.ear.hears(None, self.clock.now());
                let Some(()) = unless(&mut stop, sleep(self.cadence.poll)).await else { return };
                continue;
            }
            if streams && streaming.pause.left().is_zero() {
                let Some(end) = Box::pin(self.follow_stream(&mut streaming, &mut stop)).await else { return };
                self.ear.hears(None, self.clock.now());
                streams = self.stream_ended(end, &mut streaming);
                continue;
            }
            let until_stream = streams.then(|| streaming.pause.until());
            let most = until_stream.map_or(WAIT, |until| until.saturating_duration_since(Instant::now()).min(WAIT));
            if push.wait && most >= SHORTEST_WAIT && waiting.left().is_zero() {
                let Some(()) = Box::pin(self.wait_for_change(most, &mut waiting, &mut stop)).await else { return };
                continue;
            }
            let waits = push.wait.then(|| waiting.until()).filter(|_| most >= SHORTEST_WAIT);
            let Some(next) = until_stream.into_iter().chain(waits).min() else { return };
            let Some(()) = unless(&mut stop, sleep_until(next)).await else { return };
        }
    }

    /// Follows the stream until its end; `None` when the stop comes first.
    async fn follow_stream(&self, streaming: &mut Streaming, stop: &mut watch::Receiver<bool>) -> Option<End> {
        let mut stream = match unless(stop, self.eight.stream(&streaming.position)).await? {
            Ok(Some(stream)) => stream,
            Ok(None) => return Some(End::NotOffered),
            Err(error) => return Some(End::Broken(error)),
        };
        tracing::info!(tenant = %self.id, "8x8 tells changes by a stream");
        // What was said of the stream before says nothing of this one.
        let _ = self.ear.silent.notified().now_or_never();
        self.ear.hears(Some(By::Stream), self.clock.now());
        if !streaming.silent {
            self.is_well(Place::Stream);
        }
        loop {
            let next = async {
                tokio::select! {
                    messages = some_messages(&mut stream) => messages.map_err(End::Broken),
                    () = self.ear.silent.notified() => Err(End::Silent),
                }
            };
            let messages = match unless(stop, next).await? {
                Ok(messages) => messages,
                Err(end) => return Some(end),
            };
            streaming.pause.end();
            if std::mem::take(&mut streaming.silent) {
                self.is_well(Place::Stream);
            }
            self.ear.heard(messages.len(), self.clock.now());
            self.take_messages(messages.iter().map(|message| &*message.payload)).await;
            if let Some(last) = messages.last() {
                streaming.position = Position::behind(last);
            }
        }
    }

    /// Says why the stream has ended and when it is opened again. Returns whether it is.
    fn stream_ended(&self, end: End, streaming: &mut Streaming) -> bool {
        match end {
            End::NotOffered => {
                let what = "the settings name a stream of 8x8, and its API offers none: take `push.stream_tenant` out, or ask 8x8 for it";
                self.is_unwell(Place::Stream, &what, true);
                return false;
            }
            End::Silent => {
                streaming.silent = true;
                streaming.pause.lengthen(Some(SILENT_FOR));
                let what = "8x8's stream of changes is open and tells none of those that are read: it is that of another region; set \
                            `push.stream` to the tenant's own, such as \"wss://pulsar-ws-euw2.8x8.com\"";
                self.is_unwell(Place::Stream, &what, true);
            }
            End::Broken(error) => {
                if matches!(error, Error::Refused { .. }) {
                    // It may be the place that is not known any more. What came since then is read.
                    streaming.position = Position::default();
                }
                let needs_action = error.is_credential_problem();
                if streaming.pause.lengthen(error.retry_after()) || needs_action {
                    let what =
                        format!("8x8's stream of changes cannot be followed, and changes are read instead: {error}");
                    self.is_unwell(Place::Stream, &what, needs_action);
                } else {
                    tracing::info!(tenant = %self.id, %error, "8x8's stream of changes ended; it is opened again");
                }
            }
        }
        true
    }

    /// Asks for changes, waits for the answer and takes it up; `None` when the stop comes first.
    async fn wait_for_change(&self, most: Duration, pause: &mut Pause, stop: &mut watch::Receiver<bool>) -> Option<()> {
        unless(stop, self.room_to_wait()).await?;
        let from = unless(stop, self.feed_place()).await?;
        // What 8x8 counts in.
        let most = Duration::from_secs(most.as_secs());
        let asked_at = self.clock.now();
        self.ear.hears(Some(By::Wait), asked_at);
        let answer = unless(stop, Box::pin(self.eight.changes_within(&from, most))).await?;
        let now = self.clock.now();
        match answer {
            Ok(changes) if changes.readings.is_empty() && changes.deleted.is_empty() => {
                if now.since(asked_at) + SHORTEST_WAIT < most {
                    self.no_answer(pause, now, None, "8x8 did not wait for a change");
                } else {
                    pause.end();
                }
            }
            Ok(changes) => {
                pause.end();
                self.ear.heard(changes.readings.len() + changes.deleted.len(), now);
                self.take_feed(&from, changes, now).await;
                unless(stop, sleep(BREATH)).await?;
            }
            Err(error) => {
                if let Some(quiet) = error.retry_after() {
                    self.is_to_be_quiet(Side::Eight, quiet);
                }
                self.no_answer(pause, now, error.retry_after(), &error.to_string());
            }
        }
        Some(())
    }

    /// A request that was to wait is of no use now. That is no trouble of its own: the cycles ask the same, and say what is wrong.
    fn no_answer(&self, pause: &mut Pause, now: Timestamp, asked: Option<Duration>, why: &str) {
        pause.lengthen(asked);
        self.ear.hears(None, now);
        tracing::debug!(tenant = %self.id, why, "changes are not waited for, for a while");
    }

    /// Waits until the limit on requests has room for one that can be left out, and counts it.
    async fn room_to_wait(&self) {
        loop {
            let at = {
                let mut beat = self.beat.lock().await;
                let now = std::time::Instant::now();
                let Some(purse) = &mut beat.pace.eight else { return };
                let at = purse.leisure_at(now);
                if at <= now {
                    return purse.spend(now, 1);
                }
                at
            };
            sleep_until(at.into()).await;
        }
    }
}

/// The next message, and those that are there already behind it.
async fn some_messages(stream: &mut Stream) -> Result<Vec<presync_eight::frames::pulsar::Message>, Error> {
    let mut messages = vec![stream.next().await?];
    while messages.len() < TOGETHER
        && let Some(Ok(message)) = stream.next().now_or_never()
    {
        messages.push(message);
    }
    Ok(messages)
}
