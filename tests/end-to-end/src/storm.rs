//! A storm: people move, the clock goes as the service's own pace says, every kind of failure strikes, tokens and places in lists are
//! taken away. Then the sky clears, and what is left wrong is told.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use presync_simulator::{SimReport, StuckSession, Wrong};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinSet;

use crate::Bench;
use crate::weather::{Delays, Struck, Weather};

/// What Entra answers at times in place of a token, beside the statuses of the weather: troubles of its own, and refusals that an
/// administrator takes back.
const AADSTS: [u32; 8] = [90_024, 90_033, 90_055, 50_196, 7_000_215, 7_000_222, 700_016, 53_003];
/// How often something that was handed out is taken back: a cursor, a delta link, all tokens.
const TAKEN_BACK_EVERY: Duration = Duration::from_secs(20);
/// The longest pause that a provider has asked for when the weather ends: 8x8 counts in minutes.
const ASKED_FOR: Duration = Duration::from_secs(60);

/// What a storm was.
#[derive(Debug, Clone, Copy)]
pub struct Storm {
    /// How long it lasts, on the driven clock.
    pub length: Duration,
    /// How probable it is that a request is struck.
    pub share: f64,
    /// What is taken back when.
    pub seed: u64,
}

/// What a storm did.
#[derive(Debug)]
pub struct Told {
    /// What has struck.
    pub struck: Struck,
    /// Requests in the storm.
    pub requests: u64,
    /// Cycles in the storm.
    pub cycles: u64,
    /// Sides that were wrong two intervals after the end, while some of the pauses asked for were not over.
    pub wrong_soon: usize,
    /// Sides that are wrong two intervals after the last pause that was asked for is over.
    pub wrong: Vec<Wrong>,
    /// Sessions that nothing justifies then.
    pub stuck: Vec<StuckSession>,
    /// Everything that was counted.
    pub report: SimReport,
    /// What the event log tells of whoever is wrong or stuck, newest first.
    pub histories: Vec<String>,
    /// What the tenants say is wrong at the end.
    pub troubles: Vec<String>,
    /// The longest cycle, in real time.
    pub longest: Duration,
}

impl Storm {
    /// Lets it pass over the tenants of a bench whose calls have the deadline of [`Delays`].
    pub async fn pass_over(self, bench: &Bench) -> Told {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        let simulator = &bench.simulator;
        let before = asked(&simulator.report());
        let weather = Weather::over(simulator, self.share, Delays::default());
        simulator.start_movement();
        let (mut past, mut cycles, mut taken) = (Duration::ZERO, 0, TAKEN_BACK_EVERY);
        let mut step = Duration::from_secs(1);
        while past < self.length {
            simulator.step(step);
            past += step;
            if past >= taken {
                taken = past + TAKEN_BACK_EVERY;
                take_back(bench, &mut chance);
            }
            step = cycle(bench).await;
            cycles += 1;
        }
        let struck = weather.struck(simulator);
        let requests = asked(&simulator.report()) - before;
        weather.clear(simulator);
        for tenant in 0..bench.tenants.len() {
            simulator.let_sign_ins_pass(tenant);
        }
        simulator.stop_movement();
        bench.cycles(2).await;
        let wrong_soon = simulator.truth().wrong.len();
        let intervals = ASKED_FOR.as_secs().div_ceil(bench.cadence.poll.as_secs());
        bench.cycles(usize::try_from(intervals).expect("some intervals")).await;
        let truth = simulator.truth();
        let troubles = bench.tenants.iter().flat_map(|tenant| {
            let of = |(place, trouble)| format!("{} {place:?}: {trouble:?}", tenant.id());
            tenant.status().troubles.into_iter().map(of).collect::<Vec<_>>()
        });
        let meant = truth.wrong.iter().map(|wrong| (&wrong.tenant, &wrong.user));
        let meant = meant.chain(truth.stuck_sessions.iter().map(|stuck| (&stuck.tenant, &stuck.user)));
        let of = |(tenant, user): (&String, &String)| {
            let tenant = bench.tenants.iter().find(|known| known.id().as_str() == tenant)?;
            Some(bench.history(tenant, user))
        };
        let histories = meant.filter_map(of).collect();
        let longest = bench.tenants.iter().flat_map(|tenant| tenant.cycle_lengths()).max().unwrap_or_default();
        Told {
            struck,
            requests,
            cycles,
            wrong_soon,
            wrong: truth.wrong,
            stuck: truth.stuck_sessions,
            report: simulator.report(),
            histories,
            troubles: troubles.collect(),
            longest,
        }
    }
}

/// A cycle of every tenant, side by side; how soon the first of them wants the next one.
async fn cycle(bench: &Bench) -> Duration {
    let mut running = JoinSet::new();
    for tenant in &bench.tenants {
        let tenant = Arc::clone(tenant);
        running.spawn(async move {
            let begun = Instant::now();
            let (_, next) = tenant.cycle_due(begun).await;
            next.saturating_duration_since(begun)
        });
    }
    let soonest = running.join_all().await.into_iter().min().unwrap_or(bench.cadence.poll);
    soonest.clamp(bench.cadence.fastest, bench.cadence.poll)
}

/// Something that was handed out holds no longer.
fn take_back(bench: &Bench, chance: &mut ChaCha8Rng) {
    let tenant = chance.random_range(0..bench.tenants.len());
    match chance.random_range(0..4) {
        0 => bench.simulator.expire_cursors(),
        1 => bench.simulator.reset_delta(tenant),
        2 => bench.simulator.revoke_tokens(),
        _ => {
            let code = AADSTS.choose(chance).copied().unwrap_or_default();
            bench.simulator.fail_sign_ins(tenant, code, Some(2));
            bench.simulator.revoke_tokens();
        }
    }
}

fn asked(report: &SimReport) -> u64 {
    report.requests.values().sum()
}

impl Told {
    /// Requests that were struck.
    pub fn requests_struck(&self) -> u64 {
        self.struck.requests.values().sum()
    }

    /// What came beyond a documented limit, in all.
    pub fn over(&self) -> u64 {
        self.report.limits.values().map(|limit| limit.over).sum()
    }

    /// How often somebody who had been asked to wait did not.
    pub fn too_early(&self) -> u64 {
        self.report.asked_too_early.values().sum()
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let struck = self.requests_struck();
        #[expect(clippy::cast_precision_loss, reason = "some thousand requests")]
        let percent = struck as f64 * 100.0 / self.requests.max(1) as f64;
        writeln!(f, "requests                   {}, {struck} of them struck ({percent:.1} %)", self.requests)?;
        writeln!(
            f,
            "cycles                     {}, the longest {:.1} s of real time",
            self.cycles,
            self.longest.as_secs_f64()
        )?;
        for (kinds, of) in [(&self.struck.requests, "requests"), (&self.struck.items, "items of bulks")] {
            writeln!(f, "{of} struck, by kind")?;
            for (kind, count) in kinds {
                writeln!(f, "  {kind:40} {count}")?;
            }
        }
        writeln!(f, "limits that are documented (the most that came, what is allowed, how much came beyond)")?;
        for (limit, used) in &self.report.limits {
            let name = format!("{limit:?}");
            writeln!(
                f,
                "  {name:26} {:6} of {:6} in {} s, {} beyond",
                used.most, used.allowed, used.seconds, used.over
            )?;
        }
        writeln!(f, "asked too early            {} {:?}", self.too_early(), self.report.asked_too_early)?;
        writeln!(
            f,
            "written                    {} publications, {} sessions, {} duplicates",
            self.report.published, self.report.sessions_set, self.report.duplicates
        )?;
        writeln!(f, "wrong two intervals later  {}", self.wrong_soon)?;
        writeln!(f, "wrong_at_end               {} of {} people", self.wrong.len(), self.report.users)?;
        for wrong in &self.wrong {
            writeln!(f, "  {wrong:?}")?;
        }
        writeln!(f, "stuck_sessions_at_end      {}", self.stuck.len())?;
        for stuck in &self.stuck {
            writeln!(f, "  {stuck:?}")?;
        }
        for history in &self.histories {
            writeln!(f, "{history}")?;
        }
        for trouble in &self.troubles {
            writeln!(f, "still said to be wrong     {trouble}")?;
        }
        Ok(())
    }
}
