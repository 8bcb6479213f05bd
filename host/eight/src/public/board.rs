//! What each service said last of each person, what was told of it, and what of ours is there. Pure.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use presync_core::id::EightUserId;
use presync_core::presence::{EightPresence, Reading};
use presync_core::time::Timestamp;
use presync_core::words::{EightStatus, EightTarget};

use super::merge::{Ours, WorkSeen, merge};
use crate::agents::desk::Desk;
use crate::agents::wire::Agents;
use crate::agents::{AgentId, Seen};
use crate::config::Public;
use crate::directory::User;
use crate::feed::Cursor;
use crate::people::book::Book;
use crate::people::directory::Brought;
use crate::work::activity::Member;
use crate::work::analytics::PbxReading;

/// How long a member of whom 8x8 suddenly says nothing is taken to be as before: longer than one answer with a gap, shorter than
/// the lease of what was built on it.
const GAP: Duration = Duration::from_secs(60);

/// Presences, and from where changes go on.
type Told = (Vec<(EightUserId, Reading<EightPresence>)>, Cursor);

/// Everything that is known.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) book: Book,
    pub(super) desk: Desk,
    work: HashMap<EightUserId, Work>,
    /// Which agent a person is.
    agent_ids: HashMap<EightUserId, AgentId>,
    agents: HashMap<AgentId, Seen>,
    agents_at: Option<Timestamp>,
    /// What was told last of whom.
    told: HashMap<EightUserId, EightPresence>,
    /// What we said that we hold; absent until something is said.
    said: HashMap<EightUserId, Option<EightTarget>>,
    /// Marks the cursors of this process.
    born: Timestamp,
    place: u64,
}

/// What Work Analytics said of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Work {
    pbx: Box<str>,
    seen: WorkSeen,
    /// When something was said of them last.
    said_at: Timestamp,
    read_at: Timestamp,
    queues: Vec<String>,
    unknown: Option<Box<str>>,
}

impl Board {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            book: Book::default(),
            desk: Desk::default(),
            work: HashMap::new(),
            agent_ids: HashMap::new(),
            agents: HashMap::new(),
            agents_at: None,
            told: HashMap::new(),
            said: HashMap::new(),
            born: now,
            place: 0,
        }
    }

    /// Everybody, with the queues that Work Analytics tells of.
    pub(super) fn users(&self) -> Vec<User> {
        self.book.copied(|user| self.work.get(&user.id).map_or_else(Vec::new, |work| work.queues.clone()))
    }

    /// Whether Work Analytics tells of a person.
    pub(super) fn is_member(&self, user: &EightUserId) -> bool {
        self.work.contains_key(user)
    }

    /// Which agent a person is, by the settings.
    pub(super) fn agent_of(&self, user: &EightUserId) -> Option<&AgentId> {
        self.agent_ids.get(user)
    }

    /// Takes in what a reading of the directory brought.
    pub(super) fn take_people(&mut self, brought: Brought, config: &Public) {
        self.book.take(brought);
        let named = config.people.iter().filter_map(|(name, agent)| Some((self.book.by_name(name)?, agent)));
        self.agent_ids = named.map(|(user, agent)| (user.clone(), agent.clone())).collect();
    }

    /// When the agents were read last.
    pub(super) const fn agents_at(&self) -> Option<Timestamp> {
        self.agents_at
    }

    /// Takes what a PBX said. Whoever was among its members and is not any more is no longer told of.
    pub(super) fn take_work(&mut self, reading: PbxReading) {
        let PbxReading { pbx, read_at, members, of_queues } = reading;
        let mut here: HashMap<EightUserId, Member> = HashMap::new();
        for member in members {
            let Some(user) = self.book.member(&pbx, &member) else { continue };
            match here.entry(user) {
                std::collections::hash_map::Entry::Occupied(mut known) => known.get_mut().join(member),
                std::collections::hash_map::Entry::Vacant(new) => {
                    new.insert(member);
                }
            }
        }
        if of_queues {
            for (user, member) in here {
                if let Some(work) = self.work.get_mut(&user) {
                    work.queues = member.queues;
                } else {
                    self.work.insert(user, Work::new(&pbx, member, read_at));
                }
            }
            return;
        }
        self.work.retain(|user, work| work.pbx != pbx || here.contains_key(user));
        for (user, member) in here {
            match self.work.get_mut(&user) {
                Some(work) => work.take(&pbx, member, read_at),
                None => {
                    self.work.insert(user, Work::new(&pbx, member, read_at));
                }
            }
        }
    }

    /// Takes what the contact centre said of all agents.
    pub(super) fn take_agents(&mut self, agents: Agents, config: &Public) {
        for agent in config.people.values() {
            if let Some(seen) = agents.seen.get(agent) {
                self.desk.seen(agent, *seen, agents.read_at);
            }
        }
        (self.agents, self.agents_at) = (agents.seen, Some(agents.read_at));
    }

    /// Takes what an event said of one agent.
    pub(super) fn take_agent(&mut self, agent: &AgentId, seen: Seen, at: Timestamp) {
        self.desk.seen(agent, seen, at);
        self.agents.insert(agent.clone(), seen);
    }

    /// What a write brought an agent to, until it is read.
    pub(super) fn set_agent(&mut self, agent: &AgentId, seen: Seen) {
        self.agents.insert(agent.clone(), seen);
    }

    /// Notes what we hold for a person, as a reading is to show it: available is nothing of ours to be seen.
    pub(super) fn say_held(&mut self, user: &EightUserId, held: Option<EightTarget>) {
        self.said.insert(user.clone(), held.filter(|status| *status != EightTarget::Available));
    }

    /// Everybody's presence, and from where changes go on.
    pub(super) fn snapshot(&mut self, config: &Public, our_dnd: impl Fn(&EightUserId) -> bool, now: Timestamp) -> Told {
        let all = self.all(config, our_dnd, now);
        self.told = all.iter().map(|(user, reading)| (user.clone(), reading.presence)).collect();
        (all, self.next_cursor())
    }

    /// What is not as it was told; `None` when the cursor is of another process, or was told to go on from already.
    pub(super) fn changes(
        &mut self,
        from: &Cursor,
        config: &Public,
        our_dnd: impl Fn(&EightUserId) -> bool,
        now: Timestamp,
    ) -> Option<Told> {
        if *from != self.cursor() {
            return None;
        }
        let mut all = self.all(config, our_dnd, now);
        all.retain(|(user, reading)| self.told.get(user) != Some(&reading.presence));
        self.told.extend(all.iter().map(|(user, reading)| (user.clone(), reading.presence)));
        Some((all, self.next_cursor()))
    }

    fn all(
        &self,
        config: &Public,
        our_dnd: impl Fn(&EightUserId) -> bool,
        now: Timestamp,
    ) -> Vec<(EightUserId, Reading<EightPresence>)> {
        let agents: HashMap<&EightUserId, Seen> =
            self.agent_ids.iter().filter_map(|(user, agent)| Some((user, *self.agents.get(agent)?))).collect();
        // Whoever was told of and is heard of no more is told of once more, as unknown.
        let known: HashSet<&EightUserId> =
            self.work.keys().chain(agents.keys().copied()).chain(self.told.keys()).collect();
        let mut all: Vec<_> = known
            .into_iter()
            .filter(|user| self.book.knows(user))
            .map(|user| {
                let work = self.work.get(user);
                let agent = agents.get(user).copied();
                let ours = Ours { said: self.said.get(user).copied(), do_not_disturb: our_dnd(user) };
                let presence = merge(work.map(|work| work.seen), agent, ours, config.calls_only);
                // As old as the older of the two services that it is made of.
                let times = [work.map(|work| work.read_at), agent.and(self.agents_at)];
                let read_at = times.into_iter().flatten().min().unwrap_or(now);
                let unknown_words =
                    work.and_then(|work| work.unknown.as_ref()).map(|word| format!("userStatus={word}"));
                let unknown_words = unknown_words.map(String::into_boxed_str);
                (user.clone(), Reading { presence, revision: None, read_at, unknown_words })
            })
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    fn cursor(&self) -> Cursor {
        Cursor::from(format!("{}-{}", self.born.as_millis(), self.place).as_str())
    }

    fn next_cursor(&mut self) -> Cursor {
        self.place += 1;
        self.cursor()
    }
}

impl Work {
    fn new(pbx: &str, member: Member, read_at: Timestamp) -> Self {
        let seen = WorkSeen { status: member.status, on_call: member.on_call == Some(true) };
        let Member { queues, unknown, .. } = member;
        Self { pbx: pbx.into(), seen, said_at: read_at, read_at, queues, unknown }
    }

    fn take(&mut self, pbx: &str, member: Member, read_at: Timestamp) {
        let silent = |status: Option<EightStatus>| status.is_none_or(|status| status == EightStatus::Unrecognised);
        if silent(member.status) && member.on_call.is_none() && read_at.since(self.said_at) < GAP {
            self.unknown = member.unknown;
            self.read_at = read_at;
            return;
        }
        let queues = if member.queues.is_empty() { std::mem::take(&mut self.queues) } else { member.queues.clone() };
        *self = Self { queues, ..Self::new(pbx, member, read_at) };
    }
}

#[cfg(test)]
mod tests;
