//! One access token, shared by all calls and refreshed by one of them at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use presync_core::time::{Clock, Timestamp};
use reqwest::header::HeaderValue;
use tokio::sync::Mutex;

/// How soon a failed refresh is tried again while the old token still works.
const NEXT_TRY: Duration = Duration::from_secs(30);
/// How old a token must be before a 403 makes us ask for another: what was granted since is in new tokens only.
const SETTLED: Duration = Duration::from_secs(60);

/// A token as it came from the sign-in.
#[derive(Debug)]
pub struct Fresh {
    /// `Bearer …`, marked sensitive.
    pub header: HeaderValue,
    /// How long it is good.
    pub life: Duration,
}

/// A token in use.
#[derive(Debug, Clone)]
pub struct Token {
    /// `Bearer …`, marked sensitive.
    pub header: HeaderValue,
    number: u64,
    issued: Timestamp,
    refresh: Timestamp,
    expires: Timestamp,
}

/// The place of one token. `E` is why a sign-in may fail.
#[derive(Debug)]
pub struct TokenCache<E> {
    /// Sign-ins that failed.
    failures: AtomicU64,
    slot: Mutex<Slot<E>>,
}

#[derive(Debug)]
struct Slot<E> {
    token: Option<Token>,
    /// Tokens received.
    received: u64,
    /// Why the last sign-in failed, and how many had failed with it.
    failed: Option<(u64, E)>,
}

impl<E> Default for TokenCache<E> {
    fn default() -> Self {
        Self { failures: AtomicU64::new(0), slot: Mutex::new(Slot { token: None, received: 0, failed: None }) }
    }
}

impl<E: Clone> TokenCache<E> {
    /// A token that is good now and is not `refused`; `sign_in` is awaited only when there is none, or at 80 % of its life.
    ///
    /// Callers that waited while another's sign-in failed share its error instead of repeating it.
    ///
    /// # Errors
    /// The sign-in's, when there is no token left that works.
    pub async fn get(
        &self,
        clock: &dyn Clock,
        refused: Option<&Token>,
        sign_in: impl Future<Output = Result<Fresh, E>>,
    ) -> Result<Token, E> {
        let seen = self.failures.load(Ordering::Acquire);
        let mut slot = self.slot.lock().await;
        let now = clock.now();
        let usable = slot
            .token
            .clone()
            .filter(|token| now < token.expires && refused.is_none_or(|refused| refused.number != token.number));
        match (&usable, &slot.failed) {
            (Some(token), _) if now < token.refresh => return Ok(token.clone()),
            (None, Some((count, error))) if *count > seen => return Err(error.clone()),
            _ => {}
        }
        let token = match sign_in.await {
            Ok(Fresh { header, life }) => {
                slot.received += 1;
                Token { header, number: slot.received, issued: now, refresh: now + life * 4 / 5, expires: now + life }
            }
            Err(error) => {
                let count = self.failures.fetch_add(1, Ordering::AcqRel) + 1;
                slot.failed = Some((count, error.clone()));
                Token { refresh: now + NEXT_TRY, ..usable.ok_or(error)? }
            }
        };
        slot.token = Some(token.clone());
        Ok(token)
    }

    /// Takes note of a 403 with this token: unless it is brand-new, the next call signs in again.
    pub async fn lacks_grant(&self, token: &Token) {
        let mut slot = self.slot.lock().await;
        if let Some(current) = slot.token.as_mut().filter(|current| current.number == token.number) {
            current.refresh = current.refresh.min(current.issued + SETTLED);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    /// A clock that stands still until it is moved.
    #[derive(Debug, Default)]
    struct ManualClock(AtomicU64);

    impl ManualClock {
        fn advance(&self, by: Duration) {
            self.0.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
        }
    }

    impl Clock for ManualClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::SeqCst))
        }
    }

    struct Desk {
        cache: TokenCache<&'static str>,
        clock: ManualClock,
        asked: AtomicU32,
    }

    impl Desk {
        fn new() -> Self {
            Self { cache: TokenCache::default(), clock: ManualClock::default(), asked: AtomicU32::new(0) }
        }

        async fn get(&self, refused: Option<&Token>, works: bool) -> Result<Token, &'static str> {
            let sign_in = async {
                self.asked.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                let header = HeaderValue::from_static("Bearer t");
                if works { Ok(Fresh { header, life: Duration::from_secs(100) }) } else { Err("nobody answers") }
            };
            self.cache.get(&self.clock, refused, sign_in).await
        }

        fn asked(&self) -> u32 {
            self.asked.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn a_token_is_kept_until_four_fifths_of_its_life() {
        let desk = Desk::new();
        desk.get(None, true).await.unwrap();
        desk.clock.advance(Duration::from_secs(79));
        desk.get(None, true).await.unwrap();
        assert_eq!(desk.asked(), 1);
        desk.clock.advance(Duration::from_secs(1));
        desk.get(None, true).await.unwrap();
        assert_eq!(desk.asked(), 2);
    }

    #[tokio::test]
    async fn callers_at_the_same_time_share_one_sign_in() {
        let desk = Desk::new();
        let (a, b, c) = tokio::join!(desk.get(None, true), desk.get(None, true), desk.get(None, true));
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        assert_eq!(desk.asked(), 1);
    }

    #[tokio::test]
    async fn callers_at_the_same_time_share_one_failure_and_later_ones_try_again() {
        let desk = Desk::new();
        let (a, b) = tokio::join!(desk.get(None, false), desk.get(None, false));
        assert!(a.is_err() && b.is_err());
        assert_eq!(desk.asked(), 1);
        desk.get(None, true).await.unwrap();
        assert_eq!(desk.asked(), 2);
    }

    #[tokio::test]
    async fn a_failed_refresh_leaves_the_old_token_in_use() {
        let desk = Desk::new();
        desk.get(None, true).await.unwrap();
        desk.clock.advance(Duration::from_secs(85));
        desk.get(None, false).await.unwrap();
        desk.get(None, false).await.unwrap();
        assert_eq!(desk.asked(), 2, "the next try comes later");
        desk.clock.advance(Duration::from_secs(16));
        assert!(desk.get(None, false).await.is_err(), "but an expired token is never used");
    }

    #[tokio::test]
    async fn a_refused_token_is_replaced_once_for_all_who_held_it() {
        let desk = Desk::new();
        let old = desk.get(None, true).await.unwrap();
        let (a, b) = tokio::join!(desk.get(Some(&old), true), desk.get(Some(&old), true));
        assert!(a.is_ok() && b.is_ok());
        assert_eq!(desk.asked(), 2);
    }

    #[tokio::test]
    async fn a_token_that_lacks_a_grant_is_replaced_once_it_has_settled() {
        let desk = Desk::new();
        let token = desk.get(None, true).await.unwrap();
        desk.cache.lacks_grant(&token).await;
        desk.get(None, true).await.unwrap();
        assert_eq!(desk.asked(), 1);
        desk.clock.advance(SETTLED);
        desk.get(None, true).await.unwrap();
        assert_eq!(desk.asked(), 2);
    }
}
