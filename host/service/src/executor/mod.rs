//! Where rules run: a few threads of their own, shared fairly between the tenants by the time that their rules use.
//!
//! A rule may be busy for a batch's whole time, so it never runs on an async worker: timers and sockets would stand still. Nor does
//! one tenant ever hold all threads: a slow rule slows its own tenant. A panic ends the batch, and neither the thread nor the process.
//!
//! * `queue`: who is next

mod queue;

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use queue::{LaneId, Queue, Turn};

/// Batches of one tenant that wait at a time; whoever has more waits to put them there. Enough to keep the threads of a large machine
/// busy, and few enough that a tenant of a million people does not fill the memory with questions.
const WAITING: usize = 64;

/// The threads. Cloning shares them; they end with the last clone and the last [`Share`].
#[derive(Debug, Clone)]
pub(crate) struct Executor {
    life: Arc<Life>,
}

/// One tenant's share of the threads.
#[derive(Debug)]
pub(crate) struct Share {
    life: Arc<Life>,
    lane: LaneId,
    room: Arc<Semaphore>,
}

/// A batch that was handed over.
#[derive(Debug)]
pub(crate) struct Answer<T>(oneshot::Receiver<Result<T, Panicked>>);

/// A batch that ended in a panic, with what the panic said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Panicked(pub(crate) String);

/// Ends the threads when dropped.
struct Life(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    news: Condvar,
}

struct State {
    queue: Queue<Batch>,
    ended: bool,
}

type Batch = Box<dyn FnOnce(&Shared, &Turn) + Send>;

// === impl Executor ===

impl Executor {
    /// A thread per processor, and at least two, so that there is always one that a single tenant cannot hold.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub(crate) fn start() -> io::Result<Self> {
        Self::of(std::thread::available_parallelism().map_or(2, usize::from).max(2))
    }

    fn of(threads: usize) -> io::Result<Self> {
        let queue = Queue::new(threads - 1);
        let shared = Arc::new(Shared { state: Mutex::new(State { queue, ended: false }), news: Condvar::new() });
        let life = Arc::new(Life(Arc::clone(&shared)));
        for _ in 0..threads {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name("presync-rules".to_owned()).spawn(move || shared.work())?;
        }
        Ok(Self { life })
    }

    /// A share for one more tenant.
    pub(crate) fn share(&self) -> Share {
        let lane = self.life.0.lock().queue.open();
        Share { life: Arc::clone(&self.life), lane, room: Arc::new(Semaphore::new(WAITING)) }
    }
}

// === impl Share ===

impl Share {
    /// Hands a batch over; waits while too many of this tenant's wait. Batches of one tenant are started in order.
    pub(crate) async fn submit<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
        let (answer, asked) = oneshot::channel();
        // The room is never closed: an error cannot come, and without a permit nothing would be bounded, that is all.
        let room = Arc::clone(&self.room).acquire_owned().await.ok();
        let batch: Batch = Box::new(move |shared, turn| {
            let before = processor_time();
            // Nobody waits for the answer any more: the tenant's cycle was broken off.
            let done = (!answer.is_closed()).then(|| catch_unwind(AssertUnwindSafe(work)));
            shared.end(turn, processor_time().saturating_sub(before));
            drop(room);
            if let Some(done) = done {
                let _ = answer.send(done.map_err(|panic| Panicked::new(&*panic)));
            }
        });
        self.life.0.lock().queue.push(self.lane, batch);
        self.life.0.news.notify_one();
        Answer(asked)
    }

    /// Hands one batch after the other over, and gives the answers in the same order.
    pub(crate) async fn run_all<T: Send + 'static, W: FnOnce() -> T + Send + 'static>(
        &self,
        batches: impl Iterator<Item = W>,
    ) -> Vec<Result<T, Panicked>> {
        let mut waiting = VecDeque::new();
        for batch in batches {
            waiting.push_back(self.submit(batch).await);
        }
        let mut answers = Vec::with_capacity(waiting.len());
        while let Some(answer) = waiting.pop_front() {
            answers.push(answer.get().await);
        }
        answers
    }

    /// Time on the processor that this tenant's batches have used.
    pub(crate) fn used(&self) -> Duration {
        self.life.0.lock().queue.used(self.lane)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.life.0.lock().queue.close(self.lane);
    }
}

// === impl Answer ===

impl<T> Answer<T> {
    /// Waits for the end of the batch.
    pub(crate) async fn get(self) -> Result<T, Panicked> {
        self.0.await.unwrap_or_else(|_| Err(Panicked("the threads of the rules have ended".to_owned())))
    }
}

// === impl Panicked ===

impl Panicked {
    fn new(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Self(text.unwrap_or_else(|| "it did not say why".to_owned()))
    }
}

// === impl Life ===

impl Drop for Life {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.news.notify_all();
    }
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Life").finish_non_exhaustive()
    }
}

// === impl Shared ===

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One thread's life.
    fn work(&self) {
        while let Some((turn, batch)) = self.next() {
            batch(self, &turn);
        }
    }

    /// Waits for a batch; none at the end.
    fn next(&self) -> Option<(Turn, Batch)> {
        let mut state = self.lock();
        loop {
            if state.ended {
                return None;
            }
            if let Some(next) = state.queue.take() {
                return Some(next);
            }
            state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self, turn: &Turn, took: Duration) {
        self.lock().queue.end(turn, took);
        // The tenant may start another one now.
        self.news.notify_one();
    }
}

/// Time that this thread has spent on the processor.
#[cfg(unix)]
fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Without a clock of the thread, time spent waiting counts too.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test of what becomes of one")]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn answers_come_back_in_the_order_of_the_batches() {
        let share = Executor::of(4).unwrap().share();
        let answers = share.run_all((0..200).map(|number| move || number)).await;
        assert_eq!(answers, (0..200).map(Ok).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_panic_ends_its_batch_and_the_thread_goes_on() {
        let share = Executor::of(2).unwrap().share();
        let answers = share.run_all((0..4).map(|number| move || assert!(number != 1, "batch {number}"))).await;
        assert_eq!(answers, [Ok(()), Err(Panicked("batch 1".to_owned())), Ok(()), Ok(())]);
    }

    #[tokio::test]
    async fn a_tenant_whose_batches_hang_leaves_a_thread_for_the_others() {
        let executor = Executor::of(2).unwrap();
        let (hanging, quick) = (executor.share(), executor.share());
        let (go, wait) = mpsc::channel::<()>();
        let stuck = hanging.submit(move || wait.recv().is_err()).await;
        let next = hanging.submit(|| ()).await;
        assert_eq!(quick.run_all((0..50).map(|number| move || number)).await.len(), 50);
        drop(go);
        assert_eq!((stuck.get().await, next.get().await), (Ok(true), Ok(())));
    }

    #[tokio::test]
    async fn the_time_that_a_tenant_used_is_its_own() {
        let executor = Executor::of(2).unwrap();
        let (busy, idle) = (executor.share(), executor.share());
        let count = || (0..1_000_000_u64).map(std::hint::black_box).sum::<u64>();
        assert!(busy.submit(count).await.get().await.is_ok());
        assert!(busy.used() > Duration::ZERO);
        assert_eq!(idle.used(), Duration::ZERO);
    }

    #[tokio::test]
    async fn the_threads_end_with_the_last_who_might_use_them() {
        let executor = Executor::of(2).unwrap();
        let shared = Arc::downgrade(&executor.life.0);
        let share = executor.share();
        drop(executor);
        assert_eq!(share.submit(|| 7).await.get().await, Ok(7));
        drop(share);
        while shared.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    }
}
