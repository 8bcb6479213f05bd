//! Who is linked: both directories are read twice a minute, beside the cycles, paired, and compared with the links in force.
//!
//! * `teams_book`: the Microsoft directory, of which only the changes are read
//! * `directories`: both, and what the pairing makes of them
//! * `hand`: pairs by hand, and the file they may be in

mod directories;
mod hand;
mod teams_book;

use std::collections::{BTreeMap, BTreeSet};

use presync_core::id::LinkId;
use presync_core::linking::{Misfit, Pair, Pairing};
use presync_core::reconcile::Input;
use presync_core::time::Timestamp;
use presync_core::words::Direction;
use presync_store::NewLink;
use tokio::task::JoinHandle;

use crate::links::LinkSettings;
use crate::people::{People, Person, Work};
use crate::status::Place;
use crate::tenant::{Beat, Tenant};
use directories::{Directories, Paired};
use hand::Hand;

/// How many entries of the settings that fit nobody are named; the rest is counted.
const STRANGERS_NAMED: usize = 10;

/// The reading of both directories: when it is due, and the one that is under way.
#[derive(Debug)]
pub(super) struct Refresh {
    due_at: Timestamp,
    first: bool,
    hand: Hand,
    /// What was read last; not there while it is being brought up to date.
    directories: Option<Directories>,
    running: Option<JoinHandle<(Directories, Result<Paired, DirectoryError>)>>,
}

#[derive(Debug, thiserror::Error)]
enum DirectoryError {
    #[error("the Microsoft directory cannot be read: {0}")]
    Teams(#[from] presync_teams::Error),
    #[error("the 8x8 directory cannot be read: {0}")]
    Eight(#[from] presync_eight::Error),
    #[error("the directories could not be paired: {0}")]
    Panicked(String),
}

impl Refresh {
    /// The first reading is due. May block: it reads the file of pairs.
    pub(super) fn due_now(settings: LinkSettings) -> Self {
        let (hand, directories) = (Hand::open(settings), None);
        Self { due_at: Timestamp::EPOCH, first: true, hand, directories, running: None }
    }

    /// Whether both directories have been read since the process started.
    pub(super) const fn has_been_read(&self) -> bool {
        !self.first
    }
}

impl DirectoryError {
    fn is_credential_problem(&self) -> bool {
        match self {
            Self::Teams(error) => error.is_credential_problem(),
            Self::Eight(error) => error.is_credential_problem(),
            Self::Panicked(_) => false,
        }
    }
}

impl Tenant {
    /// Starts a reading when it is due, and takes up one that has ended. Only the very first is waited for: without it there is
    /// nobody to read.
    pub(super) async fn refresh_directory(&self, beat: &mut Beat) -> Work {
        let now = self.clock.now();
        let refresh = &mut beat.directory;
        let other_pairs = refresh.hand.look().await;
        if refresh.running.is_none() && (now >= refresh.due_at || other_pairs) {
            refresh.due_at = now + self.cadence.directory;
            refresh.running =
                Some(self.read_directories(refresh.directories.take().unwrap_or_default(), &refresh.hand));
        } else if other_pairs {
            // What is being read does not know of them.
            refresh.due_at = now;
        }
        let Some(running) = refresh.running.take_if(|running| refresh.first || running.is_finished()) else {
            return Work::default();
        };
        let (directories, paired) = match running.await {
            Ok((directories, Ok(paired))) => (directories, paired),
            Ok((directories, Err(error))) => {
                refresh.directories = Some(directories);
                self.is_unwell(Place::Directory, &error, error.is_credential_problem());
                return Work::default();
            }
            Err(error) => {
                self.is_unwell(Place::Directory, &error, false);
                return Work::default();
            }
        };
        refresh.first = false;
        let work = self.relink(beat, &directories, &paired).await;
        beat.directory.directories = Some(directories.kept());
        work
    }

    /// Brings both up to date and pairs them.
    fn read_directories(
        &self,
        mut directories: Directories,
        hand: &Hand,
    ) -> JoinHandle<(Directories, Result<Paired, DirectoryError>)> {
        let (teams, eight) = (self.teams.clone(), self.eight.clone());
        let (tenant, now, policy) = (self.id.clone(), self.clock.now(), hand.policy());
        tokio::spawn(async move {
            let (teams, eight) = tokio::join!(directories.teams.read(&teams, &tenant, now), eight.users());
            let read = teams.map_err(DirectoryError::from).and(eight.map_err(DirectoryError::from));
            match read {
                Ok(users) => directories.take_eight(users),
                Err(error) => return (directories, Err(error)),
            }
            let pairing = tokio::task::spawn_blocking(move || {
                let paired = directories.pair(&policy);
                (directories, paired)
            });
            match pairing.await {
                Ok((directories, paired)) => (directories, Ok(paired)),
                Err(error) => (Directories::default(), Err(DirectoryError::Panicked(error.to_string()))),
            }
        })
    }

    async fn relink(&self, beat: &mut Beat, directories: &Directories, paired: &Paired) -> Work {
        self.tell_misfits(&beat.directory.hand, &paired.pairing);
        let plan = Plan::new(&self.people(), &paired.pairing);
        let linked = self.people().reconciler.len();
        if beat.link_loss.judge(self.clock.now(), linked, plan.gone.len(), self.cadence.patience) {
            let what = format!(
                "{} of {linked} people are missing from the directories at once: nobody is unlinked until that has lasted",
                plan.gone.len()
            );
            self.is_unwell(Place::Directory, &what, false);
            return Work::default();
        }
        let new: Vec<NewLink> = plan.new.iter().filter_map(|pair| directories.new_link(pair)).collect();
        let store = self.store.clone();
        let added = match tokio::task::spawn_blocking(move || store.add_links(&new)).await {
            Ok(Ok(added)) => added,
            Ok(Err(error)) => {
                self.is_unwell(Place::Store, &error, true);
                return Work::default();
            }
            Err(error) => {
                self.is_unwell(Place::Store, &error, true);
                return Work::default();
            }
        };
        self.is_well(Place::Directory);
        let mut people = self.people();
        let mut inputs: Vec<_> = plan.gone.into_iter().map(Input::LinkRemoved).collect();
        if !added.is_empty() {
            // The feed tells of changes only; a snapshot brings the new people's presence.
            people.feed = None;
        }
        inputs.extend(plan.kept.iter().map(|link| Input::LinkAdded(*link)));
        for link in added {
            inputs.push(Input::LinkAdded(link.id));
            people.insert(link);
        }
        for link in people.learn(|link| directories.person(paired, link)) {
            let again = |direction| Input::AskAgain { link, direction };
            inputs.extend([Direction::TeamsToEight, Direction::EightToTeams].map(again));
        }
        people.alone = paired.alone.clone();
        let strangers = people.strangers();
        drop(people);
        self.tell_strangers(&strangers);
        self.absorb(inputs)
    }
}

impl Tenant {
    /// Whom the settings put into a group, a queue or a time zone, and who is not linked: no error, since people come and go.
    fn tell_strangers(&self, strangers: &[String]) {
        match listed(strangers) {
            Some(named) => {
                let what = format!("nobody who is linked has the address in the settings: {named}");
                self.is_unwell(Place::Groups, &what, false);
            }
            None => self.is_well(Place::Groups),
        }
    }

    /// A file of pairs that cannot be used, pairs by hand that fit nobody, and exclusions of nobody. The first needs somebody; people
    /// come and go, so the others do not.
    fn tell_misfits(&self, hand: &Hand, pairing: &Pairing) {
        let misfit =
            |Misfit { pair, reason }: &Misfit| format!("{} with {} ({})", pair.teams, pair.eight, reason.advice());
        let misfits: Vec<String> = pairing.misfits.iter().map(misfit).collect();
        let misfits = listed(&misfits).map(|named| format!("pairs by hand that are not made: {named}"));
        let strangers = listed(&pairing.strangers).map(|named| format!("nobody has the name in `exclude`: {named}"));
        let problem = hand.problem().map(str::to_owned);
        let needs_action = problem.is_some();
        let told: Vec<String> = [problem, misfits, strangers].into_iter().flatten().collect();
        match told.as_slice() {
            [] => self.is_well(Place::Links),
            told => self.is_unwell(Place::Links, &told.join("\n"), needs_action),
        }
    }
}

/// The first few of many; `None` when there are none.
fn listed(names: &[String]) -> Option<String> {
    let named = names.iter().take(STRANGERS_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(STRANGERS_NAMED) {
        _ if names.is_empty() => None,
        0 => Some(named),
        more => Some(format!("{named} and {more} more")),
    }
}

/// What the directories change about the links.
struct Plan {
    new: Vec<Pair>,
    kept: Vec<LinkId>,
    gone: Vec<LinkId>,
}

impl Plan {
    fn new(people: &People, pairing: &Pairing) -> Self {
        let known: BTreeMap<Pair, LinkId> = people
            .persons()
            .map(|Person { link, .. }| (Pair { teams: link.teams_id.clone(), eight: link.eight_id.clone() }, link.id))
            .collect();
        let wanted: BTreeSet<&Pair> = pairing.matches.iter().map(|found| &found.pair).collect();
        let kept = known.iter().filter(|(pair, _)| wanted.contains(pair)).map(|(_, link)| *link).collect();
        let gone = known.iter().filter(|(pair, _)| !wanted.contains(pair)).map(|(_, link)| *link).collect();
        // A user whose former link is still being cleared is linked anew once that is done: two links must not write to one user.
        let busy =
            |pair: &Pair| people.link_of_teams(&pair.teams).is_some() || people.link_of_eight(&pair.eight).is_some();
        let new = wanted.into_iter().filter(|pair| !known.contains_key(pair) && !busy(pair)).cloned().collect();
        Self { new, kept, gone }
    }
}
