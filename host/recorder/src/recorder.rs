//! Looks on, writes lines, and hands the file over once nothing is found in it that should not be there.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use presync_http::tap::{Answered, Asked, Tap};
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::anonymise::{Anonymiser, PublicationId};
use crate::bases::{Bases, Service};
use crate::format::{Exchange, Footer, Header, Totals, VERSION, Writes};
use crate::names::Names;
use crate::search::{Found, Search, SearchError};
use crate::withhold;

/// How the line of an exchange begins.
const EXCHANGE: &str = "{\"at\":";

/// What is to be recorded.
pub struct Plan {
    /// Where the recording goes; nothing may be there yet.
    pub to: PathBuf,
    /// The tenant's services.
    pub bases: Bases,
    /// What the ids of our publications are.
    pub publication_id: PublicationId,
    /// Whether writes are sent.
    pub writes: Writes,
    /// Names of fields whose values are replaced, whatever the table says.
    pub replaced: Vec<String>,
    /// What presync itself writes, and so says nothing of anybody: it is kept.
    pub own: Vec<String>,
    /// What must not be found, beside what comes by: the secrets of the settings. One of less than 6 characters cannot be looked for.
    pub secrets: Vec<SecretString>,
}

/// Why there is no recording.
#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    /// Something is at its place.
    #[error("{} exists already; give another file, or move that one away", .0.display())]
    Exists(PathBuf),
    /// It cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// No random key.
    #[error("the system gives no random numbers for the key of the pseudonyms: {0}")]
    NoKey(getrandom::Error),
    /// It cannot be searched.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// Something is in it that should not be; it was thrown away.
    #[error(
        "the recording was thrown away, since it held what it should not: {}. Name the fields to --replace, and record again",
        places(.0)
    )]
    Unclean(Vec<Found>),
}

/// What was recorded.
#[derive(Debug)]
pub struct Recorded {
    /// How much.
    pub totals: Totals,
    /// With each service and status as key, how often as value; 0 stands for no answer.
    pub answers: BTreeMap<(Service, u16), u64>,
    /// Names of fields that nobody knows and that were replaced, and how often they came.
    pub unknown: BTreeMap<String, u64>,
    /// Words of the providers that were replaced, since they are somebody's name too, and how often they came.
    pub mended: BTreeMap<String, u64>,
    /// How many values were replaced and looked for.
    pub replaced: usize,
}

/// A recording that is being made.
pub struct Recorder {
    began: Instant,
    to: PathBuf,
    writes: Writes,
    bases: Bases,
    inner: Mutex<Inner>,
}

struct Inner {
    anonymiser: Anonymiser,
    /// Until it is finished.
    file: Option<BufWriter<NamedTempFile>>,
    totals: Totals,
    answers: BTreeMap<(Service, u16), u64>,
    /// What went wrong with the file first.
    broken: Option<std::io::Error>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("to", &self.to).field("writes", &self.writes).finish_non_exhaustive()
    }
}

impl Recorder {
    /// A recording without a line. Until it is finished it is a file beside its place that nobody else may read.
    ///
    /// # Errors
    /// When there is something at its place, or it cannot be written.
    pub fn new(plan: Plan) -> Result<Self, RecorderError> {
        if plan.to.exists() {
            return Err(RecorderError::Exists(plan.to));
        }
        let failed = |source| RecorderError::Write { path: plan.to.clone(), source };
        let file = beside(&plan.to).map_err(failed)?;
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(RecorderError::NoKey)?;
        let names = Names::new(&plan.replaced);
        let mut anonymiser = Anonymiser::new(key, names, plan.bases.clone(), plan.publication_id);
        plan.secrets.iter().for_each(|secret| anonymiser.secret(secret.expose_secret()));
        plan.own.iter().for_each(|sentence| anonymiser.pseudonyms.keep(sentence));
        let (totals, answers) = (Totals::default(), BTreeMap::new());
        let inner = Inner { anonymiser, file: Some(BufWriter::new(file)), totals, answers, broken: None };
        Ok(Self {
            began: Instant::now(),
            to: plan.to,
            writes: plan.writes,
            bases: plan.bases,
            inner: Mutex::new(inner),
        })
    }

    /// What stands for something that belongs to the tenant.
    pub fn pseudonym(&self, original: &str) -> String {
        self.inner().anonymiser.value(original)
    }

    /// Something that must not be found in the recording.
    pub fn forbid(&self, original: &str) {
        self.inner().anonymiser.pseudonyms.note(original);
    }

    /// Writes the first line. `settings` are the lines of a settings file for the recorded tenant, in pseudonyms.
    pub fn begin(&self, settings: &[String]) {
        let hosts = self.bases.0.iter().map(|(service, _)| (*service, service.stand_in())).collect();
        let recorded_by = concat!("presync ", env!("CARGO_PKG_VERSION"));
        self.inner().line(&Header { version: VERSION, recorded_by, writes: self.writes, hosts, settings });
    }

    /// Ends the recording: searches it, and puts it at its place. It is thrown away when anything is found.
    ///
    /// # Errors
    /// [`RecorderError::Unclean`] when it holds what it should not; else what went wrong with the file.
    pub fn finish(&self) -> Result<Recorded, RecorderError> {
        let failed = |source| RecorderError::Write { path: self.to.clone(), source };
        let mut inner = self.inner();
        inner.totals.length = millis(self.began.elapsed());
        let end = inner.totals;
        inner.line(&Footer { end });
        if let Some(error) = inner.broken.take() {
            return Err(failed(error));
        }
        let file = inner.file.take().ok_or_else(|| failed(std::io::Error::other("it is finished already")))?;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        let file = self.mended(&file, &mut inner.anonymiser).map_err(failed)?;
        let anonymiser = &inner.anonymiser;
        let search = Search::new(&anonymiser.pseudonyms, &anonymiser.secrets)?;
        let found = search.run(file.reopen().map_err(failed)?)?;
        if !found.is_empty() {
            return Err(RecorderError::Unclean(found));
        }
        let recorded = Recorded {
            totals: end,
            answers: inner.answers.clone(),
            unknown: anonymiser.unknown.clone(),
            mended: anonymiser.mended.clone(),
            replaced: anonymiser.pseudonyms.originals().len(),
        };
        file.as_file().sync_all().map_err(failed)?;
        file.persist_noclobber(&self.to).map_err(|error| failed(error.error))?;
        Ok(recorded)
    }

    /// The file once more, now that all names are known.
    fn mended(&self, file: &NamedTempFile, anonymiser: &mut Anonymiser) -> std::io::Result<NamedTempFile> {
        let mut mended = BufWriter::new(beside(&self.to)?);
        for line in BufReader::new(file.reopen()?).lines() {
            let mut line = line?;
            if line.starts_with(EXCHANGE) {
                let mut exchange: Exchange = serde_json::from_str(&line)?;
                exchange.body = exchange.body.map(|body| anonymiser.mend(body, ""));
                exchange.answer = exchange.answer.map(|answer| anonymiser.mend(answer, ""));
                line = serde_json::to_string(&exchange)?;
            }
            writeln!(mended, "{line}")?;
        }
        mended.into_inner().map_err(std::io::IntoInnerError::into_error)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tap for Recorder {
    fn stand_in(&self, asked: &Asked) -> Option<Answered> {
        let service = self.bases.of(&asked.url)?;
        let withheld = self.writes == Writes::Withheld && !withhold::reads(service, asked);
        withheld.then(|| withhold::answer(service, asked))
    }

    fn answered(&self, asked: &Asked, answer: Option<&Answered>) {
        // What goes elsewhere is no part of what the tenant's providers say.
        let Some(service) = self.bases.of(&asked.url) else {
            tracing::warn!("a request to none of the tenant's services is not recorded");
            return;
        };
        let at = millis(asked.at.saturating_duration_since(self.began));
        let took = millis(asked.at.elapsed());
        let mut inner = self.inner();
        let exchange = inner.anonymiser.exchange(service, asked, answer, at, took);
        inner.totals.exchanges += 1;
        inner.totals.unanswered += u64::from(answer.is_none());
        inner.totals.withheld += u64::from(exchange.withheld);
        *inner.answers.entry((service, exchange.status.unwrap_or_default())).or_default() += 1;
        inner.line(&exchange);
    }
}

impl Inner {
    fn line(&mut self, line: &impl serde::Serialize) {
        // What comes after the end is no part of it.
        let Some(file) = &mut self.file else { return };
        let written = serde_json::to_vec(line).map_err(std::io::Error::from).and_then(|mut text| {
            text.push(b'\n');
            file.write_all(&text)
        });
        if let Err(error) = written {
            self.broken.get_or_insert(error);
        }
    }
}

impl Anonymiser {
    /// An exchange as it is written.
    fn exchange(&mut self, service: Service, asked: &Asked, answer: Option<&Answered>, at: u64, took: u64) -> Exchange {
        let is_form = asked.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().ends_with(b"form-urlencoded"));
        let form = is_form.then(|| self.form(&asked.body));
        let (body, body_text) = if is_form { (None, None) } else { self.body(&asked.body) };
        let (said, answer_text) = answer.map_or((None, None), |answer| self.body(&answer.body));
        Exchange {
            at,
            took,
            to: service,
            method: asked.method.to_string(),
            path: self.path(asked.url.path()),
            query: self.query(asked.url.query().unwrap_or_default()),
            headers: self.headers(&asked.headers),
            body,
            form,
            body_text,
            status: answer.map(|answer| answer.status.as_u16()),
            answer_headers: answer.map_or_else(BTreeMap::new, |answer| self.headers(&answer.headers)),
            answer: said,
            answer_text,
            withheld: answer.is_some_and(|answer| answer.stood_in),
        }
    }

    fn body(&mut self, bytes: &[u8]) -> (Option<Value>, Option<String>) {
        if bytes.is_empty() {
            return (None, None);
        }
        match serde_json::from_slice(bytes) {
            Ok(value) => (Some(self.json(value)), None),
            Err(_) => (None, Some(self.text(&String::from_utf8_lossy(bytes)))),
        }
    }
}

/// A file that nobody else may read, beside the place where it will be.
fn beside(to: &Path) -> std::io::Result<NamedTempFile> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".presync-record-").tempfile_in(folder)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn places(found: &[Found]) -> String {
    let place = |found: &Found| format!("line {}, {}: {}", found.line, found.place, found.hint);
    found.iter().map(place).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
