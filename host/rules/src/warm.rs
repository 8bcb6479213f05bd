//! Instances that answer more than one batch, for rules whose settings ask for it: those that bring an interpreter.
//!
//! A fresh instance per batch is the rule; it makes every verdict a function of its question and the settings. Where starting costs
//! more than answering, an instance may answer a bounded number of calls (`calls_per_instance`). An instance that failed is dropped.

use std::sync::{Mutex, PoisonError};

use wasmtime::Store;
use wasmtime::component::Instance;

use crate::budget::{Guest, rearm};
use crate::fault::Failure;
use crate::host::LastingPlace;
use crate::limits::Limits;
use crate::question::{Question, Verdict};
use crate::rule::{LoadedRule, checked, failure};

/// Idle instances of one rule with its settings.
#[derive(Debug, Default)]
pub(crate) struct WarmPool(Mutex<Vec<Warm>>);

/// An instance that was given its settings.
struct Warm {
    /// Before the place: the pool takes the instance back first.
    store: Store<Guest>,
    instance: Instance,
    answered: u32,
    _place: LastingPlace,
}

impl WarmPool {
    /// Asks an instance that has answered before, or a new one that stays. `None` when the host has no place for one more that stays,
    /// or when an old one failed: then a fresh one is to be asked, since what an old one remembers is no fault of this batch.
    pub(crate) fn ask<V: Verdict>(
        &self,
        rule: &LoadedRule,
        questions: &[Question<'_, V>],
        explain: bool,
        limits: Limits,
    ) -> Option<Result<Vec<V>, Failure>> {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut warm = match idle {
            Some(warm) => warm,
            None => match Warm::open(rule, limits)? {
                Ok(warm) => warm,
                Err(failure) => return Some(Err(failure)),
            },
        };
        rearm(&mut warm.store, limits);
        let call = rule.linked().resume(&mut warm.store, warm.instance);
        let answered = V::ask(call, questions, explain)
            .map_err(|error| failure(&error, limits))
            .and_then(|verdicts| checked(questions.len(), verdicts));
        match answered {
            Ok(verdicts) => {
                warm.answered += 1;
                if warm.answered < rule.limits().calls_per_instance {
                    self.0.lock().unwrap_or_else(PoisonError::into_inner).push(warm);
                }
                Some(Ok(verdicts))
            }
            Err(failure) => (warm.answered == 0).then_some(Err(failure)),
        }
    }
}

impl Warm {
    /// A new instance, if the host has a place for one that stays.
    fn open(rule: &LoadedRule, limits: Limits) -> Option<Result<Self, Failure>> {
        let place = rule.host().lasting_place()?;
        let mut store = place.store(limits, rule.log().clone());
        let opened = rule.open(rule.linked(), &mut store, limits).map(|call| call.instance());
        Some(opened.map(|instance| Self { store, instance, answered: 0, _place: place }))
    }
}

impl std::fmt::Debug for Warm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Warm").field("answered", &self.answered).finish_non_exhaustive()
    }
}
