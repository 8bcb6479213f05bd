//! Having one person do one thing, for tests that tell a story.

use serde::Serialize;

use super::movement::{self, Posture};
use crate::{
    Simulator,
    state::{
        access::AppKind,
        measure::Write,
        person::Person,
        tenant::{Cause, Tenant},
    },
    words::{Pair, Status, intern},
};

/// One person of the population, as a test refers to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonRef {
    /// The tenant's place, from 0.
    pub tenant: usize,
    /// The person's place in the tenant, from 0.
    pub person: u32,
    /// The Teams user's id, if there is a Teams user.
    pub teams_id: Option<String>,
    /// The Teams user's principal name.
    pub upn: Option<String>,
    /// The 8x8 user's id, if there is an 8x8 user.
    pub eight_id: Option<String>,
    /// The 8x8 user's e-mail.
    pub email: Option<String>,
    /// Whether the two are one person beyond doubt.
    pub linkable: bool,
}

/// What one person shows and holds now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// What Teams shows.
    pub teams: Option<Pair>,
    /// What 8x8 shows.
    pub eight: Option<Status>,
    /// What is published to 8x8, shown or not.
    pub published: Option<Status>,
    /// The note published with it.
    pub note: Option<String>,
    /// Whether a session of ours is held.
    pub session: bool,
}

pub(super) fn describe(tenant: &Tenant, place: u32, person: &Person) -> PersonRef {
    PersonRef {
        tenant: tenant.place,
        person: place,
        teams_id: person.teams.as_ref().map(|teams| teams.id.to_string()),
        upn: person.teams.as_ref().map(|teams| teams.upn.to_string()),
        eight_id: person.eight.as_ref().map(|eight| eight.id.to_string()),
        email: person.eight.as_ref().map(|eight| eight.email.to_string()),
        linkable: person.linked,
    }
}

impl Simulator {
    /// Everybody in the tenant at `tenant` (from 0), oddities last.
    pub fn people(&self, tenant: usize) -> Vec<PersonRef> {
        let all = |tenant: &mut Tenant, _| {
            (0..).zip(&tenant.people).map(|(at, person)| describe(tenant, at, person)).collect()
        };
        self.world.cells.get(tenant).map(|cell| self.world.with(cell, all)).unwrap_or_default()
    }

    /// What a person shows and holds now.
    pub fn shown(&self, person: &PersonRef) -> Shown {
        self.on(person, |tenant, now| {
            let person = tenant.person(person.person);
            let teams = person.and_then(|person| person.teams.as_ref());
            let external = person.and_then(|person| person.eight.as_ref()?.layers.external.as_ref());
            Shown {
                teams: teams.map(|teams| teams.layers.shown(now)),
                eight: person.and_then(Tenant::eight_shown),
                published: external.map(|external| external.status),
                note: external.and_then(|external| external.message.as_ref()).map(ToString::to_string),
                session: person.is_some_and(|person| person.session_held(now)),
            }
        })
        .unwrap_or(Shown { teams: None, eight: None, published: None, note: None, session: false })
    }

    /// The writes that presync made on a person, oldest first.
    pub fn writes(&self, person: &PersonRef) -> Vec<Write> {
        let of = |tenant: &mut Tenant, _| {
            tenant.meter.writes.iter().filter(|write| write.person == person.person).cloned().collect()
        };
        self.on(person, of).unwrap_or_default()
    }

    /// A real call begins on the 8x8 side; another one if there is one already.
    pub fn start_eight_call(&self, person: &PersonRef) {
        self.edit_eight(person, movement::start_call);
    }

    /// Every call on the 8x8 side ends.
    pub fn end_eight_call(&self, person: &PersonRef) {
        self.edit_eight(person, |layers, _| layers.call = None);
    }

    /// The person chooses an 8x8 status by hand; nothing, or available, takes the choice back.
    pub fn eight_manual(&self, person: &PersonRef, status: Option<Status>) {
        let chosen = status.filter(|status| *status != Status::Available);
        self.edit_eight(person, |layers, now| layers.manual = chosen.map(|status| (status, now)));
    }

    /// The 8x8 idle timer fires, or the person is back.
    pub fn eight_idle(&self, person: &PersonRef, idle: bool) {
        self.edit_eight(person, |layers, now| layers.idle_since = idle.then_some(now));
    }

    /// The person signs in to 8x8, or out.
    pub fn eight_signed_in(&self, person: &PersonRef, signed_in: bool) {
        let base = if signed_in { Status::Available } else { Status::Offline };
        self.edit_eight(person, |layers, now| layers.base = (base, now));
    }

    /// The Teams client says this; what was chosen by hand and the meeting end.
    pub fn teams_client(&self, person: &PersonRef, availability: &str, activity: &str) {
        let pair = Pair::from_words(availability, activity);
        self.edit_teams(person, |layers, now| movement::assume(layers, Posture::Client(pair), now));
    }

    /// The person chooses a Teams presence by hand, or takes the choice back; the client stays as it is.
    pub fn teams_preferred(&self, person: &PersonRef, chosen: Option<(&str, &str)>) {
        let pair = chosen.map(|(availability, activity)| Pair::from_words(availability, activity));
        self.edit_teams(person, |layers, now| movement::prefer(layers, pair, now));
    }

    /// A meeting of the calendar begins or ends.
    pub fn teams_meeting(&self, person: &PersonRef, on: bool) {
        self.edit_teams(person, |layers, now| layers.meeting_since = on.then_some(now));
    }

    /// The last Teams client is closed.
    pub fn teams_gone(&self, person: &PersonRef) {
        self.edit_teams(person, |layers, now| movement::assume(layers, Posture::Gone, now));
    }

    /// Automatic replies go on or off.
    pub fn set_out_of_office(&self, person: &PersonRef, on: bool) {
        self.edit_teams(person, |layers, _| layers.out_of_office = on);
    }

    /// Graph shows these words, whatever the layers say, until the person's client says something else.
    pub fn inject_raw_teams_words(&self, person: &PersonRef, availability: &str, activity: &str) {
        let raw = Pair::from_words(availability, activity);
        self.edit_teams(person, |layers, _| layers.raw = Some(raw));
    }

    /// 8x8 shows this word, which nobody need know, until the same is done with nothing.
    pub fn inject_raw_eight_status(&self, person: &PersonRef, word: Option<&str>) {
        self.edit_eight(person, |layers, _| layers.raw = word.map(intern));
    }

    /// The Teams user is deleted.
    pub fn delete_teams_user(&self, person: &PersonRef) {
        self.on(person, |tenant, _| tenant.delete_teams(person.person));
    }

    /// The 8x8 user is deleted.
    pub fn delete_eight_user(&self, person: &PersonRef) {
        self.on(person, |tenant, now| tenant.delete_eight(person.person, now));
    }

    /// Somebody takes presync's publication away, behind its back.
    pub fn lose_publication(&self, person: &PersonRef) {
        self.edit_eight(person, |layers, _| layers.external = None);
    }

    /// Somebody ends presync's session, behind its back.
    pub fn lose_session(&self, person: &PersonRef) {
        self.edit_teams(person, |layers, _| layers.end_app_sessions());
    }

    /// Grants or takes away the roles of an application: Graph answers 403 at once, and new tokens carry no roles.
    pub fn set_roles(&self, tenant: usize, app: AppKind, granted: bool) {
        self.on_tenant(tenant, |tenant, now| tenant.set_granted(app, granted, now));
    }

    /// Changes an application's secret: the next sign-in with the old one fails.
    pub fn change_secret(&self, tenant: usize, app: AppKind, secret: &str) {
        self.on_tenant(tenant, |tenant, _| tenant.access.app_mut(app).secret = String::from(secret));
    }

    /// Changes the 8x8 secret.
    pub fn change_eight_secret(&self, tenant: usize, secret: &str) {
        self.on_tenant(tenant, |tenant, _| tenant.access.eight_secret = String::from(secret));
    }

    /// Revokes every token of every tenant; 401 follows.
    pub fn revoke_tokens(&self) {
        self.world.with_all(|tenant, _| tenant.tokens.revoke_all());
    }

    /// Graph answers `PresenceUnknown` for everybody in the tenant, or knows them again.
    pub fn set_mass_unknown(&self, tenant: usize, unknown: bool) {
        self.on_tenant(tenant, |tenant, now| tenant.set_unknown(unknown, now));
    }

    /// Every cursor that 8x8 gave out is too old; 410 follows.
    pub fn expire_cursors(&self) {
        self.world.with_all(|tenant, _| tenant.changes.expire_cursors());
    }

    pub(super) fn on<R>(&self, person: &PersonRef, work: impl FnOnce(&mut Tenant, i64) -> R) -> Option<R> {
        self.on_tenant(person.tenant, work)
    }

    pub(super) fn on_tenant<R>(&self, tenant: usize, work: impl FnOnce(&mut Tenant, i64) -> R) -> Option<R> {
        self.world.cells.get(tenant).map(|cell| self.world.with(cell, work))
    }

    pub(super) fn edit_eight(&self, person: &PersonRef, edit: impl FnOnce(&mut crate::eight::EightLayers, i64)) {
        self.on(person, |tenant, now| tenant.edit_eight(person.person, now, Cause::Life, |layers| edit(layers, now)));
    }

    pub(super) fn edit_teams(&self, person: &PersonRef, edit: impl FnOnce(&mut crate::teams::TeamsLayers, i64)) {
        self.on(person, |tenant, now| tenant.edit_teams(person.person, now, Cause::Life, |layers| edit(layers, now)));
    }
}
