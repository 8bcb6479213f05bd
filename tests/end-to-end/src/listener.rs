//! What happens beside the cycles and by itself: a tenant that is told by 8x8.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{Bench, NOTICED_WITHIN};

/// A tenant that hears what 8x8 tells by itself; dropping it ends that.
#[derive(Debug)]
pub struct Listener {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Has it stop, and waits until it has.
    ///
    /// # Panics
    /// When it does not, or ended in a panic.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(NOTICED_WITHIN, self.task).await.expect("it stops").expect("it does not panic");
    }
}

impl Bench {
    /// Lets the first tenant hear what 8x8 tells by itself, beside the cycles, as the fleet does.
    ///
    /// # Panics
    /// When there is no tenant.
    pub fn listen(&self) -> Listener {
        let (stop, stopped) = watch::channel(false);
        let tenant = Arc::clone(self.tenants.first().expect("a tenant"));
        Listener { stop, task: tokio::spawn(async move { tenant.listen(stopped).await }) }
    }

    /// Waits, without a cycle and without time passing, until `so`: for what comes about by itself.
    ///
    /// # Panics
    /// When it does not come about.
    pub async fn by_itself(&self, what: &str, so: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !so(self) {
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(NOTICED_WITHIN, waiting).await.is_err() {
            panic!(
                "it never came about that {what}; {:#?}; {:#?}",
                self.tenant().freshness().listening,
                self.troubles()
            );
        }
    }
}
