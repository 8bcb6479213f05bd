//! All answers of a recording, each where the request that it belongs to looks for it, and what was asked.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use serde_json::{Map, Value, json};

use super::{
    bulk::Bulk,
    file::{Exchange, Recording, Service},
    form::{form, lasting},
    report::{ReplayReport, Writes},
    shelf::{Pace, Shelf},
};

/// What is compared of a request before its values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Kind {
    service: Service,
    method: String,
    path: String,
    /// Names of the query, in order, and the form of the body.
    form: String,
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) service: Service,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Value>,
    /// The kind of grant, of a form.
    pub(super) grant: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// None: nothing comes, and the connection is closed.
    pub(super) status: Option<u16>,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
    pub(super) text: Option<String>,
    /// How long it took, in milliseconds.
    pub(super) took: u64,
}

/// The answers of one kind of requests about many people.
#[derive(Debug, Default)]
struct Crowd {
    /// Whole answers, by the place of the request among those of its kind: those that failed, and otherwise none.
    whole: Vec<Option<Answer>>,
    asked: usize,
    /// With a person as key, what was said of them as value; `None`: they were left out.
    people: HashMap<String, Shelf<Option<Value>>>,
    /// The last answer without the people.
    envelope: Map<String, Value>,
    headers: BTreeMap<String, String>,
    took: u64,
}

/// Everything.
#[derive(Debug, Default)]
pub(super) struct Library {
    pace: Pace,
    shelves: HashMap<Kind, Shelf<Answer>>,
    /// By service and path.
    crowds: HashMap<(Service, String), Crowd>,
    writes: Writes,
    repeated: u64,
    never_recorded: BTreeMap<String, u64>,
}

impl Asked {
    fn of(exchange: &Exchange) -> Self {
        Self {
            service: exchange.to,
            method: exchange.method.clone(),
            path: exchange.path.clone(),
            query: exchange.query.clone(),
            body: exchange.body.clone(),
            grant: exchange.form.as_ref().map(|form| form.get("grant_type").cloned().unwrap_or_default()),
        }
    }

    fn kind(&self) -> Kind {
        let mut names: Vec<&str> = self.query.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let body = match (&self.grant, &self.body) {
            (Some(grant), _) => format!("form {grant}"),
            (None, body) => body.as_ref().map(form).unwrap_or_default(),
        };
        let form = format!("{} {body}", names.join("&"));
        Kind { service: self.service, method: self.method.clone(), path: self.path.clone(), form }
    }

    fn values(&self) -> String {
        let mut query = self.query.clone();
        query.sort();
        let body = self.body.as_ref().map(lasting).unwrap_or_default();
        format!("{query:?} {body}")
    }

    /// How it is called in the report: ids are left out.
    fn name(&self) -> String {
        let is_id = |part: &&str| {
            part.len() > 1 && part.contains(|c: char| c.is_ascii_digit()) && !is_version(part) || part.len() > 30
        };
        let path: Vec<&str> = self.path.split('/').map(|part| if is_id(&part) { "…" } else { part }).collect();
        let names: Vec<&str> = self.query.iter().map(|(name, _)| name.as_str()).collect();
        let query = if names.is_empty() { String::new() } else { format!("?{}", names.join("&")) };
        format!("{} {} {}{query}", self.service.name(), self.method, path.join("/"))
    }

    /// Whether it changes something.
    fn writes(&self) -> bool {
        self.method != "GET" && self.grant.is_none() && !self.path.ends_with("/getPresencesByUserId")
    }

    /// The requests of a batch, each with its id.
    fn batch(&self) -> Option<Vec<(Value, Self)>> {
        let base = self.path.strip_suffix("/$batch").filter(|_| self.service == Service::Graph)?;
        let requests = self.body.as_ref()?.get("requests")?.as_array()?;
        let one = |request: &Value| {
            let (path, query) = request["url"].as_str().map(|url| url.split_once('?').unwrap_or((url, "")))?;
            Some((
                request["id"].clone(),
                Self {
                    service: Service::Graph,
                    method: request["method"].as_str()?.to_owned(),
                    path: format!("{base}{path}"),
                    query: pairs(query),
                    body: request.get("body").filter(|body| !body.is_null()).cloned(),
                    grant: None,
                },
            ))
        };
        Some(requests.iter().filter_map(one).collect())
    }
}

/// The pairs of a query.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

impl Library {
    pub(super) fn of(recording: Recording, pace: Pace) -> Self {
        let mut library = Self { pace, ..Self::default() };
        recording.exchanges.into_iter().for_each(|exchange| library.put(&exchange));
        library
    }

    fn put(&mut self, exchange: &Exchange) {
        let asked = Asked::of(exchange);
        let answer = Answer {
            status: exchange.status,
            headers: exchange.answer_headers.clone(),
            body: exchange.answer.clone(),
            text: exchange.answer_text.clone(),
            took: exchange.took,
        };
        self.note_write(&asked, true);
        let well = exchange.status == Some(200);
        let (bulk, batch) = (Bulk::of(asked.service, &asked.path), asked.batch());
        if bulk.is_none() && batch.is_none() {
            self.shelves.entry(asked.kind()).or_default().put(exchange.at, asked.values(), answer);
            return;
        }
        let crowd = self.crowds.entry((asked.service, asked.path.clone())).or_default();
        crowd.whole.push((!well).then(|| answer.clone()));
        let (true, Some(said)) = (well, &exchange.answer) else { return };
        (crowd.headers, crowd.took) = (answer.headers, exchange.took);
        if let (Some(bulk), Some(body)) = (bulk, &asked.body) {
            crowd.envelope = bulk.envelope(said);
            for (id, _) in bulk.asked(body) {
                let item = bulk.answered(said, &id).cloned();
                crowd.people.entry(id).or_default().put(exchange.at, String::new(), item);
            }
        }
        for (id, inner) in batch.into_iter().flatten() {
            let responses = said.get("responses").and_then(Value::as_array).into_iter().flatten();
            let Some(response) = responses.into_iter().find(|response| response["id"] == id) else { continue };
            let answer = Answer {
                status: response["status"].as_u64().and_then(|status| u16::try_from(status).ok()),
                headers: headers(&response["headers"]),
                body: response.get("body").filter(|body| !body.is_null()).cloned(),
                text: None,
                took: 0,
            };
            self.shelves.entry(inner.kind()).or_default().put(exchange.at, inner.values(), answer);
        }
    }

    /// What is answered.
    pub(super) fn answer(&mut self, asked: &Asked, elapsed: Duration) -> Answer {
        self.note_write(asked, false);
        if let Some(batch) = asked.batch() {
            return self.answer_batch(asked, batch, elapsed);
        }
        match (Bulk::of(asked.service, &asked.path), &asked.body) {
            (Some(bulk), Some(body)) => self.answer_bulk(asked, bulk, body, elapsed),
            _ => self.answer_one(asked, elapsed),
        }
    }

    fn answer_one(&mut self, asked: &Asked, elapsed: Duration) -> Answer {
        let shelf = self.shelves.get_mut(&asked.kind());
        match shelf.and_then(|shelf| shelf.take(&asked.values(), self.pace, elapsed)) {
            Some((answer, again)) => {
                self.repeated += u64::from(again);
                answer
            }
            None => self.never(asked, ""),
        }
    }

    /// The whole answer of a request about many that failed when it was recorded.
    fn failed(&mut self, asked: &Asked) -> Option<Answer> {
        let crowd = self.crowds.get_mut(&(asked.service, asked.path.clone()))?;
        let place = crowd.asked;
        crowd.asked += 1;
        crowd.whole.get(place).cloned().flatten()
    }

    fn answer_bulk(&mut self, asked: &Asked, bulk: &Bulk, body: &Value, elapsed: Duration) -> Answer {
        if let Some(failed) = self.failed(asked) {
            return failed;
        }
        let Some(crowd) = self.crowds.get_mut(&(asked.service, asked.path.clone())) else {
            return self.never(asked, "");
        };
        let (mut items, mut strangers, mut repeated) = (Vec::new(), 0, 0);
        let people = bulk.asked(body);
        let count = people.len();
        for (id, item) in people {
            match crowd.people.get_mut(&id).and_then(|shelf| shelf.take("", self.pace, elapsed)) {
                Some((said, again)) => {
                    repeated += u64::from(again);
                    items.extend(said);
                }
                None => {
                    strangers += 1;
                    items.extend(bulk.unknown(&id, item));
                }
            }
        }
        let answer = Answer {
            status: Some(200),
            headers: crowd.headers.clone(),
            body: Some(bulk.answer(crowd.envelope.clone(), items)),
            text: None,
            took: crowd.took,
        };
        self.repeated += repeated;
        if strangers > 0 {
            let problem = self.never(asked, " (people nobody asked about while it was recorded)");
            if strangers == count && bulk.status.is_none() {
                return problem;
            }
        }
        answer
    }

    fn answer_batch(&mut self, asked: &Asked, batch: Vec<(Value, Asked)>, elapsed: Duration) -> Answer {
        if let Some(failed) = self.failed(asked) {
            return failed;
        }
        let mut responses = Vec::new();
        for (id, inner) in batch {
            let answer = self.answer_one(&inner, elapsed);
            responses.push(json!({"id": id, "status": answer.status, "headers": answer.headers, "body": answer.body}));
        }
        let crowd = self.crowds.get(&(asked.service, asked.path.clone()));
        let (headers, took) = crowd.map_or_else(Default::default, |crowd| (crowd.headers.clone(), crowd.took));
        Answer { status: Some(200), headers, body: Some(json!({"responses": responses})), text: None, took }
    }

    /// What is said to a request that was never recorded, in words that both providers' clients can read.
    fn never(&mut self, asked: &Asked, more: &str) -> Answer {
        *self.never_recorded.entry(asked.name() + more).or_default() += 1;
        let names: Vec<&str> = asked.query.iter().map(|(name, _)| name.as_str()).collect();
        let said = format!(
            "{} {} to {}, with the query names [{}], was never recorded{more}; record a session in which it is asked",
            asked.method,
            asked.path,
            asked.service.name(),
            names.join(", ")
        );
        let body = json!({"status": 501, "title": "Not recorded", "detail": said, "instance": asked.path,
            "error": {"code": "notRecorded", "message": said}});
        Answer { status: Some(501), headers: BTreeMap::new(), body: Some(body), text: None, took: 0 }
    }

    fn note_write(&mut self, asked: &Asked, recorded: bool) {
        if let Some(batch) = asked.batch() {
            batch.iter().for_each(|(_, inner)| self.note_write(inner, recorded));
            return;
        }
        if !asked.writes() {
            return;
        }
        let body = asked.body.clone().unwrap_or_default();
        let mut note = |what: String, body: &Value| match recorded {
            true => self.writes.recorded(what, lasting(body)),
            false => self.writes.made(what, lasting(body)),
        };
        match Bulk::of(asked.service, &asked.path) {
            Some(bulk) => {
                for (id, item) in bulk.asked(&body) {
                    note(format!("{} {id}", asked.path), item);
                }
            }
            None => note(format!("{} {}", asked.method, asked.path), &body),
        }
    }

    pub(super) fn report(&self) -> ReplayReport {
        let mut report = ReplayReport { repeated: self.repeated, ..ReplayReport::default() };
        let mut count = |name: String, all: usize, given: usize| {
            report.recorded += all;
            report.asked += given;
            if given < all {
                *report.not_asked.entry(name).or_default() += all - given;
            }
        };
        for (kind, shelf) in &self.shelves {
            let Kind { service, method, path, .. } = kind.clone();
            let asked = Asked { service, method, path, query: Vec::new(), body: None, grant: None };
            count(asked.name(), shelf.len(), shelf.given());
        }
        for ((service, path), crowd) in &self.crowds {
            let (all, given) = crowd.people.values().fold((0, 0), |(a, g), shelf| (a + shelf.len(), g + shelf.given()));
            count(format!("{} {path}, by person", service.name()), all, given);
        }
        report.never_recorded.clone_from(&self.never_recorded);
        (report.writes_as_recorded, report.writes_otherwise) = self.writes.compare();
        report
    }
}

fn headers(headers: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = headers.as_object().into_iter().flatten();
    pairs.map(|(name, value)| (name.clone(), text(value))).collect()
}
