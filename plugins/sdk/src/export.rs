//! Between the generated bindings and the authors' traits: `ToEight<R>` and `ToTeams<R>` are what is exported.
//!
//! An instance serves one batch: the host calls `configure` once and then `decide`. The configured rule lives in a static of the
//! instance until then.

use std::any::Any;
use std::cell::OnceCell;
use std::marker::PhantomData;

use crate::bindings::base::exports::presync::rules::rule;
use crate::bindings::{to_eight, to_teams};
use crate::descriptor::{Descriptor, Needs};
use crate::eight_to_teams::EightToTeams;
use crate::settings::Settings;
use crate::teams_to_eight::TeamsToEight;

/// A rule from Teams to 8x8, as it is exported.
#[derive(Debug)]
pub struct ToEight<R>(PhantomData<R>);

/// A rule from 8x8 to Teams, as it is exported.
#[derive(Debug)]
pub struct ToTeams<R>(PhantomData<R>);

thread_local! {
    /// The configured rule of this instance. A component has one thread, and exports one rule.
    static CONFIGURED: OnceCell<Box<dyn Any>> = const { OnceCell::new() };
}

fn keep<R: 'static>(rule: R) {
    // A second `configure` in one instance would be ignored: the host never does that.
    CONFIGURED.with(|cell| drop(cell.set(Box::new(rule))));
}

/// The verdicts of the configured rule; none before `configure`, which the host reports as a wrong number of verdicts.
fn with_configured<R: 'static, V>(decide: impl FnOnce(&R) -> Vec<V>) -> Vec<V> {
    CONFIGURED.with(|cell| cell.get().and_then(|rule| rule.downcast_ref::<R>()).map_or_else(Vec::new, decide))
}

fn description(of: &Descriptor) -> rule::Descriptor {
    let (name, version) = (of.name.to_owned(), of.version.to_owned());
    rule::Descriptor { name, version, needs: flags(of.needs), pure: of.pure }
}

fn flags(needs: Needs) -> rule::Needs {
    let mut flags = rule::Needs::empty();
    let asked = [
        (needs.other_side, rule::Needs::OTHER_SIDE),
        (needs.since, rule::Needs::SINCE),
        (needs.person, rule::Needs::PERSON),
        (needs.identity, rule::Needs::IDENTITY),
        (needs.time, rule::Needs::TIME),
        (needs.staffing, rule::Needs::STAFFING),
    ];
    for (wanted, flag) in asked {
        if wanted {
            flags = flags | flag;
        }
    }
    flags
}

// === impl ToEight ===

impl<R: TeamsToEight + 'static> rule::Guest for ToEight<R> {
    fn describe() -> rule::Descriptor {
        description(&R::DESCRIPTOR)
    }

    fn configure(settings: String) -> Result<rule::Needs, String> {
        let configured = R::new(R::Settings::read(&settings)?)?;
        let needs = flags(configured.needs());
        keep(configured);
        Ok(needs)
    }
}

impl<R: TeamsToEight + 'static> to_eight::exports::presync::rules::teams_to_eight::Guest for ToEight<R> {
    fn decide(questions: Vec<crate::teams_to_eight::Question>, explain: bool) -> Vec<crate::teams_to_eight::Verdict> {
        with_configured(|rule: &R| rule.decide_batch(&questions, explain))
    }
}

// === impl ToTeams ===

impl<R: EightToTeams + 'static> rule::Guest for ToTeams<R> {
    fn describe() -> rule::Descriptor {
        description(&R::DESCRIPTOR)
    }

    fn configure(settings: String) -> Result<rule::Needs, String> {
        let configured = R::new(R::Settings::read(&settings)?)?;
        let needs = flags(configured.needs());
        keep(configured);
        Ok(needs)
    }
}

impl<R: EightToTeams + 'static> to_teams::exports::presync::rules::eight_to_teams::Guest for ToTeams<R> {
    fn decide(questions: Vec<crate::eight_to_teams::Question>, explain: bool) -> Vec<crate::eight_to_teams::Verdict> {
        with_configured(|rule: &R| rule.decide_batch(&questions, explain))
    }
}
