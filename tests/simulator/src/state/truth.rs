//! What each side should show now, worked out from the people's own layers alone, against what it does show.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use super::{
    carried::{NotCarried, Way},
    person::Person,
    tenant::Tenant,
    world::World,
};
use crate::{
    map::eight_status_for,
    teams::{Owner, Session},
    words::{Pair, Side, Status},
};

/// The truth about every linked person at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Truth {
    /// When.
    pub at_ms: i64,
    /// How many linked people were looked at.
    pub people: usize,
    /// Each side of a person that does not show what it should.
    pub wrong: Vec<Wrong>,
    /// Each person with a session of ours, but without an 8x8 call to show.
    pub stuck_sessions: Vec<StuckSession>,
    /// Sessions of ours that live now.
    pub sessions_held: usize,
    /// How many linked people something cannot be carried for, and why. Such a side is not wrong.
    pub not_carried: BTreeMap<NotCarried, usize>,
}

/// One side of one person that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wrong {
    /// `tenant-1`
    pub tenant: String,
    /// The person's user principal name.
    pub user: String,
    /// The person's place in the tenant.
    pub person: u32,
    /// The side that shows the wrong thing.
    pub side: Side,
    /// What it should show.
    pub expected: String,
    /// What it shows.
    pub shown: String,
}

/// A session that nothing justifies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StuckSession {
    /// `tenant-1`
    pub tenant: String,
    /// The person's user principal name.
    pub user: String,
    /// The person's place in the tenant.
    pub person: u32,
    /// When the session ends by itself.
    pub expires_ms: i64,
}

/// The truth about all tenants.
pub(crate) fn of(world: &World) -> Truth {
    let mut truth = Truth { at_ms: world.clock.now_ms(), ..Truth::default() };
    world.with_all(|tenant, now| judge(tenant, now, &mut truth));
    truth
}

/// Adds one tenant's people to the truth.
fn judge(tenant: &Tenant, now: i64, truth: &mut Truth) {
    for (place, person) in tenant.people.iter().enumerate() {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let Some(teams) = &person.teams else { continue };
        let user = || teams.upn.to_string();
        if let Some(session) = teams.layers.app_session(now) {
            truth.sessions_held += 1;
            if person.wanted_session() == Some(false) || !person.linked {
                let (tenant, expires_ms) = (tenant.access.id.clone(), session.expires_ms);
                truth.stuck_sessions.push(StuckSession { tenant, user: user(), person: place, expires_ms });
            }
        }
        if !person.linked {
            continue;
        }
        truth.people += 1;
        for reason in person.carried.lacks() {
            *truth.not_carried.entry(reason).or_default() += 1;
        }
        let mut wrong = |side, expected: String, shown: String| {
            let tenant = tenant.access.id.clone();
            truth.wrong.push(Wrong { tenant, user: user(), person: place, side, expected, shown });
        };
        if let Some((expected, shown)) = eight_side(person, now).filter(|(expected, shown)| expected != shown) {
            wrong(Side::Eight, expected.to_string(), shown.to_string());
        }
        if let Some((expected, shown)) = teams_side(person, now).filter(|(expected, shown)| expected != shown) {
            wrong(Side::Teams, expected.to_string(), shown.to_string());
        }
    }
}

/// What 8x8 should show and does show: the person's own layers above what their own Teams presence maps to.
fn eight_side(person: &Person, now: i64) -> Option<(Status, Status)> {
    if person.carried.status != Way::Publication {
        return person.carried_to_eight(now);
    }
    let (teams, eight) = (person.teams.as_ref()?, person.eight.as_ref()?);
    let published = eight_status_for(teams.layers.own(now));
    let expected = eight.layers.effective_with(Some((published, now))).status;
    Some((expected, eight.layers.effective().status))
}

/// What Teams should show and does show: the person's own layers, and a call of an application if 8x8 shows a real one.
fn teams_side(person: &Person, now: i64) -> Option<(Pair, Pair)> {
    let layers = &person.teams.as_ref()?.layers;
    let shown = layers.shown(now);
    let wanted = person.wanted_session()?;
    let expected = if !wanted {
        layers.own(now)
    } else if layers.app_session(now).is_some_and(|session| session.pair == Pair::IN_A_CALL) {
        shown
    } else {
        let owner = Owner::App(Uuid::nil());
        let mut with_call = layers.clone();
        with_call.end_app_sessions();
        with_call.sessions.push(Session { owner, pair: Pair::IN_A_CALL, set_ms: now, expires_ms: i64::MAX });
        with_call.shown(now)
    };
    Some((expected, shown))
}
