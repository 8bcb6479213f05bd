//! What the settings say of who is whom, and the file of pairs that may be saved at any time: looked at in every cycle, beside it.

use std::path::PathBuf;

use presync_core::linking::{HandPair, LinkPolicy};
use tokio::task::JoinHandle;

use crate::links::{LinkFile, LinkSettings};

/// See the module.
#[derive(Debug)]
pub(in crate::tenant) struct Hand {
    settings: LinkPolicy,
    path: Option<PathBuf>,
    /// `None` while it is looked at.
    file: Option<LinkFile>,
    /// The pairs of the file in force.
    pairs: Vec<HandPair>,
    problem: Option<String>,
    looking: Option<JoinHandle<LinkFile>>,
}

impl Hand {
    /// What these settings say. May block: it reads the file.
    pub(in crate::tenant) fn open(LinkSettings { policy, file: path }: LinkSettings) -> Self {
        let (pairs, problem, looking) = (Vec::new(), None, None);
        let mut hand = Self { settings: policy, file: None, path, pairs, problem, looking };
        if let Some(path) = hand.path.clone() {
            hand.take(LinkFile::open(path));
        }
        hand
    }

    /// Takes up a look at the file that has ended, and starts the next. Returns whether there are other pairs now.
    pub(super) async fn look(&mut self) -> bool {
        let ended = match self.looking.take_if(|looking| looking.is_finished()) {
            Some(looking) => looking.await.ok(),
            None => None,
        };
        let changed = ended.is_some_and(|file| self.take(file));
        if self.looking.is_none()
            && let Some(path) = self.path.clone()
        {
            let file = self.file.take();
            self.looking = Some(tokio::task::spawn_blocking(move || match file {
                Some(mut file) => {
                    file.look();
                    file
                }
                None => LinkFile::open(path),
            }));
        }
        changed
    }

    fn take(&mut self, file: LinkFile) -> bool {
        let changed = file.pairs() != self.pairs;
        self.pairs = file.pairs().to_vec();
        self.problem = file.problem();
        self.file = Some(file);
        changed
    }

    /// How people are to be paired.
    pub(super) fn policy(&self) -> LinkPolicy {
        let hand = self.settings.hand.iter().chain(&self.pairs).cloned().collect();
        LinkPolicy { hand, ..self.settings.clone() }
    }

    /// What is wrong with the file.
    pub(super) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }
}
