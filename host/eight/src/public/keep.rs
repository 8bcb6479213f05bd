//! What is kept over a restart: what is ours on extensions and agents is noted outside of the process; what was said to be held is
//! known from whoever asked for it.

use std::sync::Arc;

use presync_core::id::EightUserId;
use presync_core::words::EightTarget;

use super::Client;
use crate::agents::AgentId;
use crate::ledger::{Kind, Ledger, Noted};

impl Client {
    /// From now on notes are kept in `ledger`; takes up those that a former process had put there, and what `held` says that we hold
    /// for each person. To be called once, before anything is read or written.
    pub fn keep_in(
        &self,
        ledger: Arc<dyn Ledger>,
        noted: Vec<Noted>,
        held: impl IntoIterator<Item = (EightUserId, EightTarget)>,
    ) {
        let now = self.0.directories.now();
        self.0.notes.keep_in(ledger);
        let mut board = self.board();
        for Noted { kind, key, note } in noted {
            let taken_up = match kind {
                Kind::Extension => self.0.extensions.restore(EightUserId::from(key.as_str()), &note, now),
                Kind::Agent => {
                    serde_json::from_str(&note).map(|note| board.desk.restore(AgentId::from(key.as_str()), note, now))
                }
            };
            if let Err(error) = taken_up {
                tracing::error!(tenant = %self.0.config.tenant, kind = kind.label(), key, %error, "a note of what is set at 8x8 cannot be read");
            }
        }
        for (user, target) in held {
            board.say_held(&user, Some(target));
        }
    }

    /// Notes what has come out about agents. What could not be noted is tried again with the next reading.
    pub(super) async fn note_agents(&self) {
        let unnoted = self.board().desk.unnoted();
        for (agent, note) in unnoted {
            let text = match note.as_ref().map(serde_json::to_string).transpose() {
                Ok(text) => text,
                Err(error) => {
                    tracing::error!(tenant = %self.0.config.tenant, %error, "a note of an agent cannot be written");
                    continue;
                }
            };
            match self.0.notes.put(Kind::Agent, agent.as_str(), text).await {
                Ok(()) => self.board().desk.noted(&agent, note),
                Err(error) => {
                    tracing::error!(tenant = %self.0.config.tenant, agent = agent.as_str(), %error, "an agent could not be noted");
                }
            }
        }
    }
}
