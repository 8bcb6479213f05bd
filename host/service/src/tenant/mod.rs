//! One tenant and its cycle.
//!
//! * `cycle`: one cycle from reading to writing
//! * `read`: both sides, and whether to believe them
//! * `replies`: out of office by the mailbox
//! * `keep_pace`: how soon the next cycle comes, and whose turn it is
//! * `listen`: what 8x8 tells by itself
//! * `between`: writing what came up between two cycles
//! * `decide`: asking the rules
//! * `deliver`: writing, within a deadline; `sessions`: the part of it that goes to Teams
//! * `directory`: who is linked
//! * `ledger`: what was set at 8x8, over a restart
//! * `rules`: changes of the rules while it runs
//! * `preview`: asking a rule that is not in force
//! * `show`: status, table, why; `carried`: how far what is wanted is carried to 8x8
//! * `tail`: the event log as others follow it
//! * `told`: being told of changes between the cycles
//! * `warn`: what should be known before it hurts
//! * `stop`: clearing what is held in Teams before the process ends

mod between;
mod carried;
mod cycle;
mod decide;
mod deliver;
mod directory;
mod keep_pace;
mod ledger;
mod listen;
mod preview;
mod read;
mod replies;
mod rules;
mod sessions;
mod show;
mod stop;
mod tail;
mod told;
mod warn;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use presync_core::id::TenantId;
use presync_core::outage::MassLoss;
use presync_core::reconcile::Input;
use presync_core::time::{Clock, Timestamp};
use presync_core::words::{Direction, Side};
use presync_store::{Store, StoreError, TenantStore};

use crate::brake::Brake;
use crate::config::{Cadence, Supply, TenantConfig};
use crate::executor::Share;
use crate::health::Health;
use crate::listening::Ear;
use crate::losses::Losses;
use crate::metrics::meters::Meters;
use crate::notifications::{NotificationError, Notifications};
use crate::pace::{Bounds, Pace, Tempo};
use crate::people::{People, Work};
use crate::rules::{Chains, RuleBase, RuleError, TenantRules};
use crate::status::{Place, Requests, Trouble};
use crate::warnings::{Expiry, Watch};

pub use cycle::Cycle;
pub use listen::DeliveryError;
pub use show::Row;
pub use stop::Cleared;
pub use tail::{Break, Page, Told, Wanted, Whom};

/// How many of the last cycles' lengths are kept for the percentiles: an hour at a second, ten hours at ten.
const LENGTHS_KEPT: usize = 3600;

/// How long the first short pass is taken to write: a request to a provider or two.
const FIRST_PASS: Duration = Duration::from_millis(200);

/// Why a tenant could not be taken up.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// Its Microsoft settings.
    #[error("tenant {0}: {1}")]
    Teams(TenantId, #[source] presync_teams::Error),
    /// Its 8x8 settings.
    #[error("tenant {0}: {1}")]
    Eight(TenantId, #[source] presync_eight::Error),
    /// Its rules.
    #[error("tenant {0}: {1}")]
    Rules(TenantId, #[source] RuleError),
    /// Its state.
    #[error("tenant {0}: {1}")]
    Store(TenantId, #[source] StoreError),
    /// How it is told of changes.
    #[error("tenant {0}: {1}")]
    Notifications(TenantId, #[source] NotificationError),
}

/// One tenant.
#[derive(Debug)]
pub struct Tenant {
    id: TenantId,
    one_way: bool,
    cadence: Cadence,
    clock: Arc<dyn Clock>,
    teams: presync_teams::Client,
    eight: presync_eight::Provider,
    store: TenantStore,
    /// Where its rules run.
    share: Share,
    rules: Arc<TenantRules>,
    people: Arc<Mutex<People>>,
    /// How often people were written to. Held for moments.
    brake: Mutex<Brake>,
    /// How it is told of changes, where it is.
    notifications: Option<Notifications>,
    board: Mutex<Board>,
    /// What is counted for the metrics.
    pub(crate) meters: Arc<Meters>,
    /// What the detectors remember, and what they found. Held for moments.
    watch: Mutex<Watch>,
    /// Requests to 8x8's presence so far.
    eight_requests: AtomicU64,
    /// What 8x8 tells by itself.
    ear: Ear,
    /// What only the cycle touches; holding it is what makes cycles follow one another.
    beat: tokio::sync::Mutex<Beat>,
}

/// What the cycle carries from one to the next.
#[derive(Debug)]
struct Beat {
    teams: Health,
    eight: Health,
    teams_loss: Losses,
    eight_loss: Losses,
    link_loss: MassLoss,
    pace: Pace,
    /// Both sides could be read in this cycle so far, and were believed.
    well: bool,
    directory: directory::Refresh,
    replies: replies::Round,
    rules_look: Option<tokio::task::JoinHandle<Result<(), RuleError>>>,
    /// When the event log is next cut to its length.
    prune_at: Timestamp,
    /// Work that came up outside of a cycle.
    pending: Work,
    /// When the next cycle is to begin, where somebody keeps time.
    next_due: Option<Instant>,
    /// How long the last short pass wrote.
    pass_wrote: Duration,
}

/// What others may look at while a cycle runs.
#[derive(Debug, Default)]
struct Board {
    down: Vec<Side>,
    last_cycle: Option<(Timestamp, Duration)>,
    lengths: VecDeque<Duration>,
    late: VecDeque<Duration>,
    troubles: BTreeMap<Place, Trouble>,
    /// How soon the next cycle follows the last; `None` before the first that somebody keeps time for.
    tempo: Option<Tempo>,
    /// What was asked of the providers of late.
    requests: Vec<Requests>,
    /// Until when a side asked to be left alone, where that is not over.
    quiet: BTreeMap<Side, Timestamp>,
    /// The generation that gave the last verdicts.
    decided_by: Option<u64>,
    /// Why the last change of the rules could not be made.
    look_failed: Option<String>,
    /// Both directories and both sides have been read well once.
    read_well: bool,
}

impl Tenant {
    /// Takes up a tenant where its stored state stopped. May block: it reads the state and compiles rules.
    ///
    /// # Errors
    /// When its settings cannot work or its state cannot be read. A rule that is refused is left out and shown as a trouble.
    pub fn open(
        config: TenantConfig,
        cadence: Cadence,
        clock: Arc<dyn Clock>,
        rules: RuleBase,
        store: &Store,
    ) -> Result<Self, TenantError> {
        let id = config.id;
        let one_way = config.teams.write_app.is_none();
        let expiries = expiries(&config.teams);
        let asks_mailboxes = config.supply.automatic_replies;
        let teams = presync_teams::Client::new(config.teams, Arc::clone(&clock))
            .map_err(|error| TenantError::Teams(id.clone(), error))?;
        let eight = presync_eight::Provider::new(config.eight, Arc::clone(&clock))
            .map_err(|error| TenantError::Eight(id.clone(), error))?;
        let ear = Ear::new(&eight);
        let share = rules.share();
        let store = store.tenant(&id).map_err(|error| TenantError::Store(id.clone(), error))?;
        let rules = TenantRules::open(id.clone(), rules, config.rules, store.clone(), Arc::clone(&clock))
            .map_err(|error| TenantError::Rules(id.clone(), error))?;
        let (people, pending) = restore(&id, &store, config.supply, &rules.chains(), clock.now())
            .map_err(|error| TenantError::Store(id.clone(), error))?;
        let notes = ledger::StoredNotes(store.clone());
        let noted = notes.noted().map_err(|error| TenantError::Store(id.clone(), error))?;
        eight.keep_in(Arc::new(notes), noted, ledger::held(&people));
        let bounds = Bounds::new(cadence.poll, cadence.fastest);
        let beat = Beat {
            teams: Health::new(Side::Teams, cadence.poll),
            eight: Health::new(Side::Eight, cadence.poll),
            teams_loss: Losses::default(),
            eight_loss: Losses::default(),
            link_loss: MassLoss::default(),
            pace: Pace::new(bounds, cadence.teams_limit, cadence.eight_limit),
            well: true,
            directory: directory::Refresh::due_now(config.link),
            replies: replies::Round::new(asks_mailboxes),
            rules_look: None,
            prune_at: Timestamp::EPOCH,
            pending,
            next_due: None,
            pass_wrote: FIRST_PASS,
        };
        let tenant = Self {
            id,
            one_way,
            cadence,
            clock,
            teams,
            eight,
            store,
            share,
            rules: Arc::new(rules),
            people: Arc::new(Mutex::new(people)),
            brake: Mutex::default(),
            notifications: None,
            board: Mutex::default(),
            meters: Arc::default(),
            watch: Mutex::new(Watch::of(expiries)),
            eight_requests: AtomicU64::new(0),
            ear,
            beat: tokio::sync::Mutex::new(beat),
        };
        tenant.judge_rules();
        Ok(tenant)
    }

    /// Its name.
    pub const fn id(&self) -> &TenantId {
        &self.id
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn absorb(&self, inputs: impl IntoIterator<Item = Input>) -> Work {
        let now = self.clock.now();
        self.people().absorb(now, inputs)
    }

    /// Something is wrong; said once in the log, and shown until [`Self::is_well`].
    fn is_unwell(&self, place: Place, what: &dyn std::fmt::Display, needs_action: bool) {
        let what = what.to_string();
        let mut board = self.board();
        if let Some(known) = board.troubles.get_mut(&place) {
            known.needs_action = needs_action;
            known.what = what;
            return;
        }
        tracing::warn!(tenant = %self.id, ?place, needs_action, "{what}");
        board.troubles.insert(place, Trouble { since: self.clock.now(), what, needs_action });
    }

    /// Nothing is wrong there any more.
    fn is_well(&self, place: Place) {
        if self.board().troubles.remove(&place).is_some() {
            tracing::info!(tenant = %self.id, ?place, "well again");
        }
    }
}

/// When the apps' credentials end, as far as they say it themselves.
fn expiries(teams: &presync_teams::Config) -> Vec<Expiry> {
    let write = teams.write_app.as_ref().map(|app| ("write-app", app));
    let apps = std::iter::once(("read-app", &teams.read_app)).chain(write);
    let expiry = |(name, app): (&str, &presync_teams::App)| {
        Some(Expiry { credential: name.to_owned(), at: app.secret.not_after()? })
    };
    apps.filter_map(expiry).collect()
}

/// Takes up the stored people and their states. The rules may have changed since, so everyone is asked about again.
fn restore(
    id: &TenantId,
    store: &TenantStore,
    supply: Supply,
    chains: &Chains,
    now: Timestamp,
) -> Result<(People, Work), StoreError> {
    let mut people = People::new(supply);
    rules::look_across(&mut people, chains);
    let mut inputs = Vec::new();
    for link in store.links()? {
        inputs.push(Input::LinkAdded(link.id));
        people.insert(link);
    }
    for (link, snapshot) in store.states()? {
        if let Err(error) = people.reconciler.restore(now, link, &snapshot) {
            tracing::error!(tenant = %id, %link, %error, "the stored state cannot be read; the link starts anew");
        }
    }
    inputs.extend([Direction::TeamsToEight, Direction::EightToTeams].map(Input::RulesChanged));
    let work = people.absorb(now, inputs);
    Ok((people, work))
}
