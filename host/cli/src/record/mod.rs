//! `presync record`: a session with a real tenant becomes a file that tests can replay, without saying whose it is.
//!
//! # Layout
//! * `tenant`: what of the tenant's settings goes into the recording, and what must not be found in it
//! * `page`: what was recorded, for people

mod page;
mod tenant;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use presync_core::words::Note;
use presync_http::tap;
use presync_recorder::{Plan, Recorder, Whose, Writes};
use presync_rules::HostSettings;
use presync_service::rules::RuleSettings;
use presync_service::{Cadence, Fleet, Supply, TenantConfig};
use presync_store::Store;

use crate::run;
use crate::settings::{self, model};

const EXAMPLES: &str = "\
Examples:
  presync record --config presync.toml --tenant acme --for 10m --to acme.jsonl
      what Microsoft and 8x8 answer for ten minutes; nothing is written to either
  presync record --config presync.toml --tenant acme --for 1h --to calls.jsonl --send-writes
      the service as it would run, with the tenant's own rules: it writes. Stop `presync run` first
  presync-simulator --replay acme.jsonl --settings replay.toml
      the recorded providers, and settings for `presync run` against them

The file holds no id, name, address, number or sentence of the tenant, but others of the same shape, the same everywhere;
secrets and tokens are not in it at all. A last pass looks for all of them, and no file is left behind if it finds any.
Moments, counts and the providers' own words (statuses, kinds, codes) stay; --replace NAME replaces such a field too.";

/// The tenant's name in a recording.
const RECORDED: &str = "recorded";

/// Record what a tenant's providers answer, with names in place of names, for tests
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RecordArgs {
    /// The settings file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The tenant; may be left out when there is one only
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// For how long; Ctrl-C ends it sooner
    #[arg(long = "for", value_name = "TIME", default_value = "10m", value_parser = humantime::parse_duration)]
    length: Duration,
    /// The recording; nothing may be there yet
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Send what the service wants to write. Without it, nothing is written: each write is answered here as if it had been taken, and
    /// the default maps decide
    #[arg(long)]
    send_writes: bool,
    /// Replace the values of the field of this name too; may be given more than once
    #[arg(long, value_name = "NAME")]
    replace: Vec<String>,
}

pub(crate) fn run(args: &RecordArgs) -> anyhow::Result<ExitCode> {
    if args.length < Duration::from_secs(1) {
        bail!(
            "--for is {}, in which nothing can be recorded; give a second or more",
            humantime::format_duration(args.length)
        );
    }
    let settings = settings::load(&args.config)?;
    let tenant = tenant::chosen(&settings.tenants, args.tenant.as_deref())?;
    let writes = if args.send_writes { Writes::Sent } else { Writes::Withheld };
    let recorder = Arc::new(recorder(args, writes, tenant)?);
    recorder.forbid(tenant.id.as_str());
    recorder.begin(&tenant::settings(tenant, &settings.service, &recorder)?);
    tap::install(Arc::clone(&recorder) as Arc<dyn tap::Tap>)?;

    let cadence = run::cadence(&settings.service);
    let config = run::tenant_config(tenant::asking_only(tenant.clone()), &cadence);
    let (config, rules) = match writes {
        // Nobody sees what is decided, and whoever replays it has the default maps.
        Writes::Withheld => {
            (TenantConfig { rules: Vec::new(), supply: Supply::default(), ..config }, RuleSettings::default())
        }
        Writes::Sent => (config, rule_settings(args, &settings.service)?),
    };
    let outcome = run::block_on(watch(config, cadence, rules, args.length))?;
    let recorded = recorder.finish()?;
    anstream::print!("{}", page::render(&recorded, &outcome, tenant.id.as_str(), &args.to, writes));
    Ok(ExitCode::SUCCESS)
}

fn rule_settings(args: &RecordArgs, service: &model::Service) -> anyhow::Result<RuleSettings> {
    let rules = run::rule_settings(&args.config, service)?;
    let host = HostSettings { cache: Some(service.rule_cache.clone()), ..rules.host };
    Ok(RuleSettings { host, ..rules })
}

fn recorder(args: &RecordArgs, writes: Writes, tenant: &model::Tenant) -> anyhow::Result<Recorder> {
    let id = tenant.id.clone();
    let publication_id = move |whose, user: &str| match whose {
        Whose::Original => presync_eight::publication_id(&id, user),
        Whose::Recorded => presync_eight::publication_id(&RECORDED.into(), user),
    };
    let plan = Plan {
        to: args.to.clone(),
        bases: tenant::bases(tenant),
        publication_id: Box::new(publication_id),
        writes,
        replaced: args.replace.clone(),
        own: Note::ALL.iter().map(|note| note.wire().to_owned()).collect(),
        secrets: tenant::secrets(tenant),
    };
    Ok(Recorder::new(plan)?)
}

/// What is wrong with the tenant at the end, in sentences, and how many people are linked.
struct Outcome {
    troubles: Vec<String>,
    linked: usize,
}

/// Runs the service for so long, on a state of its own that is thrown away: so the recording begins with the whole directories.
async fn watch(
    config: TenantConfig,
    cadence: Cadence,
    rules: RuleSettings,
    length: Duration,
) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir().context("cannot make a folder for the state of the recording")?;
    let store = Store::open(&folder.path().join("record.db"))?;
    let tenants = run::open(vec![config], cadence, &store, rules)?;
    let fleet = Fleet::start(tenants, cadence);
    let tenants = fleet.tenants();
    tokio::select! {
        () = tokio::time::sleep(length) => {}
        stopped = run::asked_to_stop() => stopped?,
    }
    // A cycle that is under way is recorded to its end.
    fleet.stop().await;
    let mut outcome = Outcome { troubles: Vec::new(), linked: 0 };
    for tenant in tenants.iter() {
        let status = tenant.status();
        outcome.linked += status.linked;
        outcome.troubles.extend(status.troubles.into_values().map(|trouble| trouble.what));
    }
    Ok(outcome)
}
