//! What an operator should know: the detectors are asked at the end of every cycle.

use std::sync::{MutexGuard, PoisonError};

use presync_core::outage::is_present;
use presync_core::time::Timestamp;
use presync_core::words::{EightStatus, Side};
use presync_rules::RuleHost;

use crate::readiness::Readiness;
use crate::rules::RuleState;
use crate::tenant::{Beat, Tenant};
use crate::warnings::{Expiry, Found, Measured, Stage, Warning, Watch, Word, day};

/// From so many seconds on, clocks are told to be off: Entra's assertions allow for a minute, 8x8's order of writes for less.
const SKEWED: f64 = 30.0;
/// Once told, until they are this near again.
const IN_STEP: f64 = 15.0;
/// How many links a warning names.
const NAMED: usize = 5;

impl Tenant {
    /// Tells the end of credentials that do not say it themselves.
    #[must_use]
    pub fn with_expiries(self, expiries: Vec<Expiry>) -> Self {
        self.watch().expiries.extend(expiries);
        self
    }

    /// What an operator should know, in a fixed order.
    pub fn warnings(&self) -> Vec<Warning> {
        self.watch().standing()
    }

    /// What is wrong and what may become so, in the same terms: troubles first. A trouble's word is its place with `-trouble`.
    pub fn all_warnings(&self) -> Vec<Warning> {
        let troubles = self.board().troubles.clone().into_iter().map(|(place, trouble)| {
            let advice = match trouble.needs_action {
                true => "Needs you: it does not pass by itself",
                false => "May pass by itself: it is tried again in the next cycles",
            };
            let (since, what, needs_action) = (trouble.since, trouble.what, trouble.needs_action);
            let warning = format!("{}-trouble", place.word());
            Warning { warning, about: None, since, what, advice: advice.to_owned(), needs_action }
        });
        troubles.chain(self.warnings()).collect()
    }

    /// Whether it has been read well once, or why not.
    pub fn readiness(&self) -> Readiness {
        let board = self.board();
        if board.read_well {
            return Readiness::Read;
        }
        if board.last_cycle.is_none() || board.troubles.is_empty() {
            return Readiness::Waiting;
        }
        let reason = |(place, trouble): (&crate::status::Place, &crate::status::Trouble)| {
            format!("{}: {}", place.word(), trouble.what)
        };
        Readiness::Unwell(board.troubles.iter().map(reason).collect())
    }

    /// The engines that its rules run on.
    pub(crate) fn rule_host(&self) -> RuleHost {
        self.rules.host().clone()
    }

    /// What the detectors measure.
    pub(crate) fn measured(&self) -> Measured {
        self.watch().measured.clone()
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks every detector, at the end of a cycle.
    pub(super) fn judge_warnings(&self, beat: &Beat) {
        let now = self.clock.now();
        let down = {
            let mut board = self.board();
            board.read_well |= beat.well && beat.directory.has_been_read();
            board.down.clone()
        };
        let mut found = self.outages(&down, now);
        found.extend(self.silences(now, &down));
        found.extend(self.flapping(now));
        found.extend(self.expiries(now));
        found.extend(self.consents());
        found.extend(self.skew());
        found.extend(self.fallback());
        self.watch().take(&self.id, now, found);
    }

    fn outages(&self, down: &[Side], now: Timestamp) -> Vec<Found> {
        let watch = self.watch();
        let found = |side: &Side| {
            let (word, whose) = match side {
                Side::Teams => (Word::TeamsUnreliable, "Microsoft's"),
                Side::Eight => (Word::EightUnreliable, "8x8's"),
            };
            let since = watch.since(word).unwrap_or(now);
            Found::new(word, format!("{whose} presence is unreliable since {}: what it last said is held", day(since)))
        };
        down.iter().map(found).collect()
    }

    fn silences(&self, now: Timestamp, down: &[Side]) -> Vec<Found> {
        let changes = {
            let counters = self.people().counters;
            [(Side::Teams, counters.teams_changes), (Side::Eight, counters.eight_changes)]
        };
        let mut suspected = Vec::new();
        {
            let mut watch = self.watch();
            for (silence, (side, changes)) in watch.silences.iter_mut().zip(changes) {
                silence.note(now, changes);
                if down.contains(&side) {
                    silence.forget();
                } else if silence.since(now, usize::MAX).is_some() {
                    suspected.push(side);
                }
            }
        }
        // Everybody is looked at only when there is a doubt.
        let mut found = Vec::new();
        for side in suspected {
            let present = self.present(side);
            let place = usize::from(side == Side::Eight);
            let since = self.watch().silences.get(place).and_then(|silence| silence.since(now, present));
            if let Some(since) = since {
                let (word, name) = match side {
                    Side::Teams => (Word::TeamsSilent, "Teams"),
                    Side::Eight => (Word::EightSilent, "8x8"),
                };
                let what = format!(
                    "nobody's presence in {name} has changed since {}, though {present} people are there and the hour before was busy",
                    day(since)
                );
                found.push(Found { since: Some(since), ..Found::new(word, what) });
            }
        }
        found
    }

    /// How many people a side says are there.
    fn present(&self, side: Side) -> usize {
        let people = self.people();
        let views = people.reconciler.links().filter_map(|link| people.reconciler.view(link));
        let is_there = |view: &presync_core::reconcile::LinkView| match side {
            Side::Teams => view.teams.is_some_and(is_present),
            Side::Eight => view.eight.is_some_and(|eight| {
                !matches!(eight.own, EightStatus::Offline | EightStatus::Invisible | EightStatus::Unrecognised)
            }),
        };
        views.filter(is_there).count()
    }

    fn flapping(&self, now: Timestamp) -> Option<Found> {
        let restless = self.people().flapping.people(now);
        self.watch().measured.flapping = restless.len();
        if restless.is_empty() {
            return None;
        }
        let named = restless.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let more = match restless.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let what = format!(
            "the state of {} of its people does not come to rest: thirty changes on one side within ten minutes (links {named}{more})",
            restless.len()
        );
        Some(Found { needs_action: true, ..Found::new(Word::Flapping, what) })
    }

    fn expiries(&self, now: Timestamp) -> Vec<Found> {
        let mut watch = self.watch();
        watch.measured.expiries = watch.expiries.iter().map(|one| (one.credential.clone(), one.at)).collect();
        let found = |Expiry { credential, at }: &Expiry| {
            let stage = Stage::of(*at, now)?;
            let what = match stage {
                Stage::Over => format!("the credential {credential} ended on {}", day(*at)),
                _ => {
                    let days = at.since(now).as_secs() / 86_400;
                    format!("the credential {credential} ends on {}, in less than {} days", day(*at), days + 1)
                }
            };
            let (about, needs_action) = (Some(credential.clone()), stage >= Stage::Week);
            Some(Found { about, needs_action, stage: stage as u64, ..Found::new(Word::CredentialExpires, what) })
        };
        watch.expiries.iter().filter_map(found).collect()
    }

    fn consents(&self) -> Vec<Found> {
        let lacking = self.teams.consents().into_iter().filter(|(_, consent)| consent.is_lacking());
        let found = lacking.map(|(app, consent)| Found {
            about: Some(app.to_owned()),
            needs_action: true,
            stage: consent as u64,
            ..Found::new(Word::ConsentMissing, format!("the consent to the {app}: {}", consent.sentence()))
        });
        found.collect()
    }

    fn skew(&self) -> Vec<Found> {
        let measured = [("teams", self.teams.skew_millis()), ("8x8", self.eight.skew_millis())];
        let measured = measured.into_iter().filter_map(|(provider, millis)| Some((provider, seconds(millis?))));
        let measured: Vec<_> = measured.collect();
        let mut watch = self.watch();
        let is_off = |(provider, seconds): &&(&'static str, f64)| {
            seconds.abs() >= if watch.skewed.contains(provider) { IN_STEP } else { SKEWED }
        };
        let off: Vec<(&'static str, f64)> = measured.iter().filter(is_off).copied().collect();
        watch.skewed = off.iter().map(|(provider, _)| *provider).collect();
        watch.measured.skew = measured;
        let found = off.into_iter().map(|(provider, seconds)| {
            let ours = if seconds > 0.0 { "behind" } else { "ahead of" };
            let whose = if provider == "teams" { "Microsoft's" } else { "8x8's" };
            let what = format!("this machine's clock is {:.0} s {ours} {whose}", seconds.abs());
            Found { about: Some(provider.to_owned()), needs_action: true, ..Found::new(Word::ClockSkew, what) }
        });
        found.collect()
    }

    fn fallback(&self) -> Option<Found> {
        let chains = self.rules.chains();
        let name = |rule: &crate::rules::RuleStatus| {
            let name = rule.name.as_deref().unwrap_or(&rule.source);
            format!("{name} {}", rule.version.as_deref().unwrap_or("of unknown version"))
        };
        let taken_out = chains.rules.iter().filter_map(|rule| match &rule.state {
            RuleState::TakenOut { why } => Some(format!("{} was taken out: {why}", name(rule))),
            _ => None,
        });
        let mut said: Vec<String> = taken_out.collect();
        let poison = chains.publish.chain.poison().len() + chains.session.chain.poison().len();
        if poison > 0 {
            said.push(format!("rules fail on {poison} questions, which are answered without them"));
        }
        if said.is_empty() {
            return None;
        }
        // Another generation, or more poison, is told anew.
        let stage = chains.generation + poison as u64;
        Some(Found { needs_action: true, stage, ..Found::new(Word::RulesInFallback, said.join("; ")) })
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds between two clocks are exact in a double")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}
