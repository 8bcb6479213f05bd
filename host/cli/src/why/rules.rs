//! The chains, rule by rule: what stood after each rule, and why in the rule's own words.

use std::fmt::Write;

use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use presync_core::words::Calls;

use crate::api::answer::Stage;
use crate::api::page::words;

/// A verdict that can be said.
pub(super) trait Say: PartialEq {
    /// What it decides, in words.
    fn say(&self) -> String;
    /// Why, in the rule's words.
    fn reason(&self) -> Option<&str>;
}

impl Say for PublishVerdict {
    fn say(&self) -> String {
        let mut said = match self.action {
            PublishAction::Publish(target) => format!("show {target}"),
            PublishAction::NoSync => "show nothing of ours".to_owned(),
            PublishAction::Hold => "leave 8x8 as it is".to_owned(),
        };
        said += match self.calls {
            Calls::Unchanged => "",
            Calls::All => ", offer all calls",
            Calls::DirectOnly => ", offer direct calls only",
            Calls::None => ", offer no calls",
        };
        if let Some(note) = self.note {
            let _ = write!(said, ", note \"{}\"", words(note.label()));
        }
        said + &recheck(self.recheck_after)
    }

    fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

impl Say for SessionVerdict {
    fn say(&self) -> String {
        let said = match self.action {
            SessionAction::HoldSession(session) => format!("hold the session {session}"),
            SessionAction::NoSession => "hold no session".to_owned(),
            SessionAction::Hold => "leave Teams as it is".to_owned(),
        };
        said + &recheck(self.recheck_after)
    }

    fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

fn recheck(after: Option<u32>) -> String {
    after.map(|seconds| format!(", ask again after {seconds} s")).unwrap_or_default()
}

/// The chain; `unasked` is said where no rule was asked.
pub(super) fn render<V: Say>(stages: &[Stage<V>], unasked: &str) -> String {
    if stages.is_empty() {
        return format!("  {unasked}\n");
    }
    let mut lines = String::new();
    for (number, Stage { rule, version, verdict, failed, guarded }) in (1..).zip(stages) {
        let overruled = match guarded {
            _ if *failed => Some("failed".to_owned()),
            Some(guardrail) => Some(not_obeyed(guardrail)),
            None => None,
        };
        if let Some(overruled) = overruled {
            let stands = verdict.say();
            let _ = writeln!(lines, "  {number} {rule} {version}: {overruled}; what stood before it stands: {stands}");
            continue;
        }
        let _ = writeln!(lines, "  {number} {rule} {version}: {}", verdict.say());
        if let Some(reason) = verdict.reason() {
            let _ = writeln!(lines, "    because {}", reason.replace('\n', "\n    "));
        }
    }
    lines
}

/// Why a rule was not obeyed; a guardrail that only a newer service has is named.
fn not_obeyed(guardrail: &str) -> String {
    match guardrail {
        "manual" => "not obeyed, since the person chose this by hand".to_owned(),
        "offline" => "not obeyed, since the person is not there".to_owned(),
        other => format!("not obeyed ({other})"),
    }
}
