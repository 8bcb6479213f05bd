//! Writing the 8x8 directory: what an operation does to the people when it ends.
//!
//! A replacement is complete: what the body does not name is gone afterwards, licence, extensions and memberships too.

use std::cmp::Reverse;

use serde_json::Value;

use super::{
    audit::AuditEvent,
    carried::Carried,
    measure::{Track, WriteKind},
    operations::{Ended, MOST_AT_ONCE, Operation, Work},
    person::{EightSide, Person},
    phone::{self, Render},
    profile::{Desk, Extension, Membership, Profile, extension_dnd},
    tenant::{Cause, Due, Tenant},
};
use crate::{
    eight::{
        EightLayers,
        changes::{Change, What},
        rsql::{Filter, Sort},
    },
    words::Status,
};

/// Why a body cannot be taken: the field, and a sentence.
pub(crate) type Invalid = (&'static str, String);

impl Tenant {
    /// One person's row, if they are an 8x8 user.
    pub(crate) fn rendered(&self, person: u32, render: Render) -> Option<Value> {
        self.person(person)?.eight.as_ref().map(|eight| render(eight, &self.phone))
    }

    /// The 8x8 users that a filter lets through, in the order of `sort`.
    pub(crate) fn found(&self, render: Render, filter: Option<&Filter>, sort: Option<&Sort>) -> Vec<u32> {
        let people = (0..).zip(&self.people).filter_map(|(at, person)| Some((at, person.eight.as_ref()?)));
        if filter.is_none() && sort.is_none() {
            return people.map(|(at, _)| at).collect();
        }
        let rows = people.map(|(at, eight)| (at, render(eight, &self.phone)));
        let mut rows: Vec<(u32, Value)> =
            rows.filter(|(_, row)| filter.is_none_or(|filter| filter.matches(row))).collect();
        if let Some(sort) = sort {
            rows.sort_by(|(_, one), (_, other)| sort.order(one, other));
        }
        rows.into_iter().map(|(at, _)| at).collect()
    }

    /// Keeps a person's row in every list that is being scrolled, before they change.
    pub(crate) fn freeze(&mut self, person: u32) {
        let mut scrolls = std::mem::take(&mut self.phone.scrolls);
        for kept in scrolls.values_mut() {
            if !kept.frozen.contains_key(&person)
                && let Some(row) = self.rendered(person, kept.render)
            {
                kept.frozen.insert(person, row);
            }
        }
        self.phone.scrolls = scrolls;
    }

    /// Starts an operation; nothing if too many run already.
    pub(crate) fn start_operation(&mut self, work: Work, now: i64) -> Option<Operation> {
        if self.phone.operations.running() >= MOST_AT_ONCE {
            return None;
        }
        let id = format!("op_{}", self.phone.serial());
        let resource = match &work {
            Work::Create(_) => None,
            Work::Replace(user, _) | Work::Delete(user) => Some(user.clone()),
        };
        let operation = Operation { id, work, resource, created_ms: now, ended: None };
        self.timers.push(Reverse((operation.due_ms(), Due::Operation)));
        self.phone.operations.all.push(operation.clone());
        Some(operation)
    }

    /// Ends every operation that is due.
    pub(crate) fn end_operations(&mut self, at: i64) {
        for place in 0..self.phone.operations.all.len() {
            let operation = self.phone.operations.all[place].clone();
            if operation.ended.is_some() || operation.due_ms() > at {
                continue;
            }
            let outcome = match self.phone.operations.failing.pop() {
                Some(message) => Err(("", message)),
                None => self.perform(&operation.work, at),
            };
            let operation = &mut self.phone.operations.all[place];
            let ended = match outcome {
                Ok(user) => {
                    operation.resource = Some(user);
                    Ended::Completed
                }
                Err((field, message)) => {
                    let code = if field.is_empty() { "UNKNOWN" } else { "VALIDATION_ERROR" };
                    Ended::Failed { code, field: Some(field).filter(|field| !field.is_empty()), message }
                }
            };
            operation.ended = Some((at, ended));
        }
    }

    fn perform(&mut self, work: &Work, at: i64) -> Result<String, Invalid> {
        match work {
            Work::Create(body) => self.create_user(body, at),
            Work::Replace(user, body) => self.replace_user(user, body, at).map(|()| user.clone()),
            Work::Delete(user) => {
                let person = self.by_eight_id.get(user.as_str()).copied();
                let person = person.ok_or_else(|| ("userId", String::from("The user is gone")))?;
                self.delete_eight(person, at);
                Ok(user.clone())
            }
        }
    }

    /// Whether somebody else signs in with this name.
    pub(crate) fn name_taken(&self, name: &str, but: Option<&str>) -> bool {
        let others = self.people.iter().filter_map(|person| person.eight.as_ref());
        others.filter(|eight| Some(&*eight.id) != but).any(|eight| eight.profile.user_name.eq_ignore_ascii_case(name))
    }

    /// Makes a user, for the person in Teams who waits for one or for nobody; returns the id.
    pub(crate) fn create_user(&mut self, body: &Value, at: i64) -> Result<String, Invalid> {
        let email = text(body, "/basicInfo/primaryEmail").unwrap_or_default();
        let user_name = text(body, "/basicInfo/userName").unwrap_or(email);
        if self.name_taken(user_name, None) {
            return Err(("basicInfo.userName", String::from("The userName is taken")));
        }
        let serial = usize::try_from(self.phone.serial()).unwrap_or(usize::MAX);
        let id = phone::id("user", self.place, serial);
        let extension = Extension { id: phone::id("xten", self.place, serial).into(), number: 0, devices: 0 };
        let mut profile = Profile::plain(email, extension, 0, at);
        (profile.uc, profile.licensed) = (None, false);
        let eight = EightSide {
            id: id.as_str().into(),
            email: email.into(),
            name: "".into(),
            active: true,
            layers: EightLayers::signed_in(at),
            revision: 1,
            updated_ms: at,
            observed_ms: None,
            note: None,
            due_ms: None,
            profile,
            desk: Desk::default(),
            collected: self.phone.collect_due.map(|_| EightLayers::signed_in(at)),
        };
        let waiting = self.people.iter().position(|person| {
            person.eight.is_none() && person.teams.as_ref().is_some_and(|teams| teams.upn.eq_ignore_ascii_case(email))
        });
        let place = waiting.unwrap_or(self.people.len());
        match self.people.get_mut(place) {
            Some(person) => person.eight = Some(eight),
            None => self.people.push(Person {
                teams: None,
                eight: Some(eight),
                linked: false,
                carried: Carried::default(),
                track: Track::default(),
            }),
        }
        self.by_eight_id.insert(id.as_str().into(), u32::try_from(place).unwrap_or(u32::MAX));
        self.write_profile(u32::try_from(place).unwrap_or(u32::MAX), body, at);
        self.audit(&id, AuditEvent::Create, at);
        self.relink();
        Ok(id)
    }

    fn replace_user(&mut self, user: &str, body: &Value, at: i64) -> Result<(), Invalid> {
        let person = self.by_eight_id.get(user).copied();
        let person = person.ok_or_else(|| ("userId", String::from("The user is gone")))?;
        if text(body, "/basicInfo/userName").is_some_and(|name| self.name_taken(name, Some(user))) {
            return Err(("basicInfo.userName", String::from("The userName is taken")));
        }
        self.write_profile(person, body, at);
        self.audit(user, AuditEvent::Update, at);
        self.relink();
        Ok(())
    }

    /// Writes everything that a body says, and forgets what it does not say.
    fn write_profile(&mut self, person: u32, body: &Value, at: i64) {
        self.freeze(person);
        let (queues, groups) = (self.memberships(body), self.groups(body));
        let site = text(body, "/basicInfo/site/id").and_then(|id| self.phone.sites.iter().position(|s| s.id == id));
        let Some(eight) = self.person_mut(person).and_then(|person| person.eight.as_mut()) else { return };
        let names = ["/basicInfo/firstName", "/basicInfo/lastName"].map(|path| text(body, path).unwrap_or_default());
        eight.name = names.join(" ").trim().into();
        eight.email = text(body, "/basicInfo/primaryEmail").unwrap_or_default().into();
        eight.active = text(body, "/basicInfo/status") != Some("INACTIVE");
        let profile = &mut eight.profile;
        profile.user_name = text(body, "/basicInfo/userName").unwrap_or(&eight.email).into();
        profile.department = text(body, "/directoryInfo/department").map(Into::into);
        profile.job_title = text(body, "/directoryInfo/jobTitle").map(Into::into);
        profile.shown = body.pointer("/directoryInfo/displayInDirectory") == Some(&Value::Bool(true));
        profile.licensed = list(body, "/serviceInfo/licenses").next().is_some();
        profile.federation_id = text(body, "/basicInfo/ssoFederationId").map(Into::into);
        profile.site = site.unwrap_or(profile.site);
        (profile.queues, profile.groups, profile.updated_ms) = (queues, groups, at);
        let mut extensions = list(body, "/serviceInfo/extensions");
        let work = extensions.clone().find(|extension| extension["extensionType"] == "UC");
        profile.uc = work.map(|extension| Extension {
            id: text(extension, "/id").unwrap_or_default().into(),
            number: text(extension, "/extensionNumber").and_then(|number| number.parse().ok()).unwrap_or(0),
            devices: list(extension, "/devices").count(),
        });
        if !extensions.any(|extension| extension["extensionType"] == "CC") {
            profile.agent = None;
            eight.layers.cc = None;
        }
        let (had, has) = (extension_dnd(&eight.layers), work.is_some_and(|e| e["doNotDisturb"] == Value::Bool(true)));
        if had == has {
            return;
        }
        self.edit_eight(person, at, Cause::Written, |layers| {
            layers.extension_dnd = has.then_some(at);
            layers.manual.take_if(|(status, _)| !has && *status == Status::Dnd);
        });
        self.note_direct_write(person, WriteKind::ExtensionDnd, has.to_string(), 202, at);
    }

    fn memberships(&self, body: &Value) -> Vec<Membership> {
        let member = |entry: &Value| {
            let queue = self.phone.queues.iter().position(|queue| entry["id"] == queue.id.as_str())?;
            Some(Membership { queue, primary: entry["memberType"] != "SECONDARY", logged_in: true })
        };
        list(body, "/assignmentInfo/ucCallQueues").filter_map(member).collect()
    }

    fn groups(&self, body: &Value) -> Vec<usize> {
        let group = |entry: &Value| self.phone.groups.iter().position(|group| entry["id"] == group.id.as_str());
        list(body, "/assignmentInfo/ringGroups").filter_map(group).collect()
    }

    fn audit(&mut self, user: &str, event: AuditEvent, at: i64) {
        let person = self.by_eight_id.get(user).and_then(|person| self.people.get(*person as usize));
        if let Some(eight) = person.and_then(|person| person.eight.as_ref()) {
            self.phone.audits.user(at, event, user, &eight.name, &eight.email);
        }
    }

    /// Moves a user to another site, which 8x8 does by deleting and creating: the user id is a new one.
    pub(crate) fn move_site(&mut self, person: u32, site: usize, at: i64) {
        self.freeze(person);
        let serial = usize::try_from(self.phone.serial()).unwrap_or(usize::MAX);
        let id = phone::id("user", self.place, serial);
        let Some(mut eight) = self.person_mut(person).and_then(|person| person.eight.take()) else { return };
        self.by_eight_id.remove(&eight.id);
        self.phone.audits.user(at, AuditEvent::Delete, &eight.id, &eight.name, &eight.email);
        let revision = eight.revision + 1;
        let what = What::Deleted { user_id: std::mem::replace(&mut eight.id, id.as_str().into()) };
        self.changes.push(Change { at_ms: at, revision, what });
        (eight.profile.site, eight.profile.created_ms, eight.profile.updated_ms) = (site, at, at);
        (eight.revision, eight.updated_ms, eight.observed_ms, eight.due_ms) = (1, at, None, None);
        eight.layers = EightLayers { cc: eight.layers.cc, ..EightLayers::signed_in(at) };
        if let Some(known) = self.person_mut(person) {
            known.eight = Some(eight);
        }
        self.by_eight_id.insert(id.as_str().into(), person);
        self.audit(&id, AuditEvent::Create, at);
        self.relink();
    }
}

fn text<'a>(body: &'a Value, path: &str) -> Option<&'a str> {
    body.pointer(path).and_then(Value::as_str)
}

fn list<'a>(body: &'a Value, path: &str) -> std::slice::Iter<'a, Value> {
    body.pointer(path).and_then(Value::as_array).map_or([].iter(), |list| list.iter())
}
