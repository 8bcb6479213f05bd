//! The default map from Teams to 8x8 as an Extism plug-in: one export per encoding, each answering a batch.
//!
//! The map is the very file of the default rule, over the host's words, which have the same names.

extern crate presync_core as presync_rule;

#[path = "../../../../plugins/teams-to-8x8/src/map.rs"]
mod map;

use extism_pdk::{FnResult, Json, Msgpack, encoding, plugin_fn};
use presync_core::words::{Calls, EightTarget, Note};
use wire::{Batch, PublishAction, PublishVerdict, Question};

encoding!(Postcard, postcard::to_allocvec, postcard::from_bytes);

#[plugin_fn]
pub fn json(Json(batch): Json<Batch>) -> FnResult<Json<Vec<PublishVerdict>>> {
    Ok(Json(decide(&batch)))
}

#[plugin_fn]
pub fn msgpack(Msgpack(batch): Msgpack<Batch>) -> FnResult<Msgpack<Vec<PublishVerdict>>> {
    Ok(Msgpack(decide(&batch)))
}

#[plugin_fn]
pub fn compact(Postcard(batch): Postcard<Batch>) -> FnResult<Postcard<Vec<PublishVerdict>>> {
    Ok(Postcard(decide(&batch)))
}

fn decide(batch: &Batch) -> Vec<PublishVerdict> {
    batch.questions.iter().map(|question| verdict(question, batch.explain)).collect()
}

fn verdict(question: &Question, explain: bool) -> PublishVerdict {
    let Some(teams) = &question.subject.teams else {
        return PublishVerdict {
            action: PublishAction::Hold,
            calls: Calls::Unchanged,
            note: None,
            recheck_after: None,
            reason: explain.then(|| "Teams has not said anything of this person yet".into()),
        };
    };
    let (status, reason) = map::map(teams.availability, teams.activity);
    PublishVerdict {
        action: PublishAction::Publish(status),
        calls: if status == EightTarget::DoNotDisturb { Calls::None } else { Calls::Unchanged },
        note: teams.out_of_office.then_some(Note::OutOfOffice),
        recheck_after: None,
        reason: explain.then(|| reason.into()),
    }
}
