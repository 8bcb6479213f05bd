//! Who is linked: both directories are read every minute, beside the cycles, and compared with the links in force.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use presync_core::id::{EightUserId, LinkId, TeamsUserId};
use presync_core::linking::{self, EightCandidate, Pair, Pairing, TeamsCandidate, Unlinked};
use presync_core::reconcile::Input;
use presync_core::time::Timestamp;
use presync_core::words::{Direction, Side};
use presync_store::{NewLink, StoredLink};
use tokio::task::JoinHandle;

use crate::people::{People, Person, Work};
use crate::status::{Alone, Place};
use crate::tenant::{Beat, Tenant};

/// How many entries of the settings that fit nobody are named; the rest is counted.
const STRANGERS_NAMED: usize = 10;

/// The reading of both directories: when it is due, and the one that is under way.
#[derive(Debug)]
pub(super) struct Refresh {
    due_at: Timestamp,
    first: bool,
    running: Option<JoinHandle<Result<Directories, DirectoryError>>>,
}

#[derive(Debug)]
struct Directories {
    teams: Vec<presync_teams::User>,
    eight: Vec<presync_eight::User>,
}

#[derive(Debug, thiserror::Error)]
enum DirectoryError {
    #[error("the Microsoft directory cannot be read: {0}")]
    Teams(#[from] presync_teams::Error),
    #[error("the 8x8 directory cannot be read: {0}")]
    Eight(#[from] presync_eight::Error),
}

impl Refresh {
    pub(super) const fn due_now() -> Self {
        Self { due_at: Timestamp::EPOCH, first: true, running: None }
    }
}

impl DirectoryError {
    fn is_credential_problem(&self) -> bool {
        match self {
            Self::Teams(error) => error.is_credential_problem(),
            Self::Eight(error) => error.is_credential_problem(),
        }
    }
}

impl Tenant {
    /// Starts a reading when it is due, and takes up one that has ended. Only the very first is waited for: without it there is
    /// nobody to read.
    pub(super) async fn refresh_directory(&self, beat: &mut Beat) -> Work {
        let refresh = &mut beat.directory;
        let now = self.clock.now();
        if refresh.running.is_none() && now >= refresh.due_at {
            refresh.due_at = now + self.cadence.directory;
            let (teams, eight) = (self.teams.clone(), self.eight.clone());
            refresh.running = Some(tokio::spawn(async move {
                let (teams, eight) = tokio::join!(teams.users(), eight.users());
                Ok(Directories { teams: teams?, eight: eight? })
            }));
        }
        let Some(running) = refresh.running.take_if(|running| refresh.first || running.is_finished()) else {
            return Work::default();
        };
        let read = match running.await {
            Ok(Ok(directories)) => directories,
            Ok(Err(error)) => {
                self.is_unwell(Place::Directory, &error, error.is_credential_problem());
                return Work::default();
            }
            Err(error) => {
                self.is_unwell(Place::Directory, &error, false);
                return Work::default();
            }
        };
        refresh.first = false;
        self.relink(beat, read).await
    }

    async fn relink(&self, beat: &mut Beat, directories: Directories) -> Work {
        let pairing = linking::pair(&teams_candidates(&directories), &eight_candidates(&directories));
        let plan = Plan::new(&self.people(), &pairing);
        let linked = self.people().reconciler.len();
        if beat.link_loss.judge(self.clock.now(), linked, plan.gone.len(), self.cadence.patience) {
            let what = format!(
                "{} of {linked} people are missing from the directories at once: nobody is unlinked until that has lasted",
                plan.gone.len()
            );
            self.is_unwell(Place::Directory, &what, false);
            return Work::default();
        }
        let books = Books::new(&directories);
        let new: Vec<NewLink> = plan.new.iter().filter_map(|pair| books.new_link(pair)).collect();
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
        for link in people.learn(|link| books.person(link)) {
            let again = |direction| Input::AskAgain { link, direction };
            inputs.extend([Direction::TeamsToEight, Direction::EightToTeams].map(again));
        }
        people.alone = books.alone(&pairing);
        let strangers = people.strangers();
        drop(people);
        self.tell_strangers(&strangers);
        self.absorb(inputs)
    }
}

impl Tenant {
    /// Whom the settings put into a group, a queue or a time zone, and who is not linked: no error, since people come and go.
    fn tell_strangers(&self, strangers: &[String]) {
        if strangers.is_empty() {
            return self.is_well(Place::Groups);
        }
        let named = strangers.iter().take(STRANGERS_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = match strangers.len().saturating_sub(STRANGERS_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let what = format!("nobody who is linked has the address in the settings: {named}{more}");
        self.is_unwell(Place::Groups, &what, false);
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
        let wanted: BTreeSet<&Pair> = pairing.pairs.iter().collect();
        let kept = known.iter().filter(|(pair, _)| wanted.contains(pair)).map(|(_, link)| *link).collect();
        let gone = known.iter().filter(|(pair, _)| !wanted.contains(pair)).map(|(_, link)| *link).collect();
        // A user whose former link is still being cleared is linked anew once that is done: two links must not write to one user.
        let busy =
            |pair: &Pair| people.link_of_teams(&pair.teams).is_some() || people.link_of_eight(&pair.eight).is_some();
        let new = pairing.pairs.iter().filter(|pair| !known.contains_key(pair) && !busy(pair)).cloned().collect();
        Self { new, kept, gone }
    }
}

/// Both directories by id.
struct Books<'a> {
    teams: HashMap<&'a TeamsUserId, &'a presync_teams::User>,
    eight: HashMap<&'a EightUserId, &'a presync_eight::User>,
}

impl<'a> Books<'a> {
    fn new(directories: &'a Directories) -> Self {
        Self {
            teams: directories.teams.iter().map(|user| (&user.id, user)).collect(),
            eight: directories.eight.iter().map(|user| (&user.id, user)).collect(),
        }
    }

    fn new_link(&self, pair: &Pair) -> Option<NewLink> {
        let (teams, eight) = (self.teams.get(&pair.teams)?, self.eight.get(&pair.eight)?);
        Some(NewLink {
            teams_id: pair.teams.clone(),
            eight_id: pair.eight.clone(),
            user_principal_name: teams.user_principal_name.clone(),
            email: eight.email.clone().unwrap_or_default(),
            display_name: teams.display_name.clone(),
        })
    }

    /// A person's name, department and queues: these change without the link changing.
    fn person(&self, link: &StoredLink) -> Option<(&'a str, Option<&'a String>, &'a [String])> {
        let (teams, eight) = (*self.teams.get(&link.teams_id)?, *self.eight.get(&link.eight_id)?);
        let department = teams.department.as_ref().or(eight.department.as_ref());
        Some((&teams.display_name, department, &eight.queues))
    }

    fn alone(&self, pairing: &Pairing) -> Vec<Alone> {
        let entry = |side, id: &str, address: Option<&str>, reason: Unlinked| Alone {
            side,
            id: id.to_owned(),
            address: address.unwrap_or_default().to_owned(),
            reason,
        };
        let alone = pairing.alone.iter().map(|alone| match alone {
            linking::Alone::Teams(id, reason) => {
                let address = self.teams.get(id).map(|user| user.user_principal_name.as_str());
                entry(Side::Teams, id.as_str(), address, *reason)
            }
            linking::Alone::Eight(id, reason) => {
                let address = self.eight.get(id).and_then(|user| user.email.as_deref());
                entry(Side::Eight, id.as_str(), address, *reason)
            }
        });
        alone.collect()
    }
}

fn teams_candidates(directories: &Directories) -> Vec<TeamsCandidate> {
    let candidate = |user: &presync_teams::User| TeamsCandidate {
        id: user.id.clone(),
        user_principal_name: user.user_principal_name.clone(),
        enabled: user.enabled,
        guest: user.guest,
    };
    directories.teams.iter().map(candidate).collect()
}

fn eight_candidates(directories: &Directories) -> Vec<EightCandidate> {
    let candidate = |user: &presync_eight::User| EightCandidate {
        id: user.id.clone(),
        email: user.email.clone(),
        active: user.active,
    };
    directories.eight.iter().map(candidate).collect()
}
