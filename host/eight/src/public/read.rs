//! Asking the services that are due, and giving what they say as a snapshot or as changes.
//!
//! When one of them cannot be read the whole reading fails: half of the truth would look like all of it. What had been read is kept.

use std::time::Duration;

use presync_core::delivery::Outcome;

use super::{Client, Shared};
use crate::agents::status::Settable;
use crate::agents::wire::Changed;
use crate::agents::{AgentId, Seen};
use crate::error::Error;
use crate::feed::{Changes, Cursor, Snapshot};
use crate::frames;

/// From one reading of the agents to the next: realtime metrics are new every five seconds.
const AGENTS: Duration = Duration::from_millis(4_500);

impl Client {
    /// Everybody of whom anything is known, and the cursor from which [`Client::changes`] goes on.
    ///
    /// # Errors
    /// The first service's that could not be read.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        self.poll().await?;
        let Shared { config, extensions, directories, .. } = &*self.0;
        let (presences, cursor) = self.board().snapshot(config, |user| extensions.is_held(user), directories.now());
        Ok(Snapshot { presences, cursor })
    }

    /// What has changed since `cursor`.
    ///
    /// # Errors
    /// [`Error::CursorExpired`] when a new [`Client::snapshot`] is needed; else the first service's that could not be read.
    pub async fn changes(&self, cursor: &Cursor) -> Result<Changes, Error> {
        self.poll().await?;
        let Shared { config, extensions, directories, .. } = &*self.0;
        let changes = self.board().changes(cursor, config, |user| extensions.is_held(user), directories.now());
        let (readings, cursor) = changes.ok_or(Error::CursorExpired)?;
        Ok(Changes { readings, deleted: Vec::new(), cursor })
    }

    /// Takes what a message of the contact centre's event stream says of an agent, and makes the change that was waiting for it.
    /// Whether it says anything of ours; the next [`Client::changes`] tells it.
    pub async fn told(&self, payload: &[u8]) -> bool {
        let Shared { config, directories, .. } = &*self.0;
        let code = config.agents.as_ref().and_then(|agents| agents.working_offline.as_ref());
        let Some((agent, seen)) = frames::agent::read(payload, code) else { return false };
        if !config.people.values().any(|known| *known == agent) {
            return false;
        }
        self.board().take_agent(&agent, seen, directories.now());
        self.set_due_agents().await;
        true
    }

    /// Reads whatever is due, and makes the changes of agents that were waiting for it.
    async fn poll(&self) -> Result<(), Error> {
        let _one_at_a_time = self.0.polling.lock().await;
        let (work, agents) = tokio::join!(self.read_work(), self.read_agents());
        self.set_due_agents().await;
        self.0.extensions.let_go_of_lapsed(self.users_api()).await;
        work.and(agents)
    }

    async fn read_work(&self) -> Result<(), Error> {
        let Some(analytics) = &self.0.analytics else { return Ok(()) };
        let readings = analytics.read().await?;
        let mut board = self.board();
        for reading in readings {
            board.take_work(reading);
        }
        Ok(())
    }

    async fn read_agents(&self) -> Result<(), Error> {
        let Shared { agents, realtime, config, directories, .. } = &*self.0;
        let now = directories.now();
        if config.people.is_empty() || self.board().agents_at().is_some_and(|last| now.since(last) < AGENTS) {
            return Ok(());
        }
        let read = match (agents, realtime) {
            (Some(agents), Some(realtime)) => match agents.read().await {
                // Agent Status is off unless 8x8 enables it; the metrics tell the same states.
                Err(Error::Forbidden { .. }) => realtime.read().await?,
                read => read?,
            },
            (Some(agents), None) => agents.read().await?,
            (None, Some(realtime)) => realtime.read().await?,
            (None, None) => return Ok(()),
        };
        self.board().take_agents(read, config);
        Ok(())
    }

    /// Sends the changes of agents that are due. What became of each is on the desk.
    pub(super) async fn set_due_agents(&self) {
        let Some(agents) = &self.0.agents else { return };
        let due: Vec<(AgentId, Settable)> = self.board().desk.due(self.0.directories.now());
        if !due.is_empty() {
            let changed = agents.set(&due).await;
            self.take_changed(&due, changed);
        }
        self.note_agents().await;
    }

    fn take_changed(&self, due: &[(AgentId, Settable)], changed: Vec<Changed>) {
        let now = self.0.directories.now();
        let mut board = self.board();
        for ((agent, change), changed) in due.iter().zip(changed) {
            if let (Outcome::Applied, true) = (changed.outcome, changed.agent == *agent) {
                let seen = Seen { status: change.status(), ours: *change == Settable::WorkOffline };
                board.set_agent(agent, seen);
            } else {
                let said = changed.detail.as_deref().unwrap_or("it did not say why");
                tracing::warn!(tenant = %self.0.config.tenant, agent = agent.as_str(), to = %change, said, "8x8 did not set an agent");
            }
            board.desk.answered(agent, changed.outcome, now);
        }
    }
}
