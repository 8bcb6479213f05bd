//! `presync run`: the service.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use presync_registry::{TrustedKeys, lock};
use presync_rules::HostSettings;
use presync_service::clock::SystemClock;
use presync_service::rules::{RuleBase, RuleSettings};
use presync_service::warnings::Expiry;
use presync_service::{Cadence, Cleared, Fleet, NotificationSettings, Supply, Tenant, TenantConfig};
use presync_store::Store;
use presync_web::Server;
use secrecy::ExposeSecret;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::settings::model::AtStop;
use crate::settings::{self, model};
use crate::telemetry;

const EXAMPLES: &str = "\
Examples:
  presync run --config presync.toml
  presync run --config examples/settings/simulator.toml    against `presync-simulator`";

/// Run the service until it is told to stop (Ctrl-C or SIGTERM)
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RunArgs {
    /// The settings file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// How long clearing sessions may take at the end: what stops a service (systemd, Kubernetes) waits 30 seconds or more.
const CLEARING: Duration = Duration::from_secs(15);

pub(crate) fn run(args: &RunArgs, log: Option<&str>) -> anyhow::Result<ExitCode> {
    let settings = settings::load(&args.config)?;
    let telemetry = telemetry::start(log.unwrap_or("info"), settings.service.otlp.as_ref())?;
    let ended = serve(args, settings);
    telemetry.stop();
    ended
}

fn serve(args: &RunArgs, settings: model::Settings) -> anyhow::Result<ExitCode> {
    let cadence = cadence(&settings.service);
    let rules = rule_settings(&args.config, &settings.service)?;
    let host = HostSettings { cache: Some(settings.service.rule_cache.clone()), ..rules.host };
    let rules = RuleSettings { host, ..rules };
    let store = Store::open(&settings.service.state)?;
    let at_stop = settings.service.at_stop;
    let expiries: Vec<Vec<Expiry>> = settings.tenants.iter().map(expiries).collect();
    let (tenants, told): (Vec<_>, Vec<_>) = settings
        .tenants
        .into_iter()
        .map(|mut tenant| {
            let told = tenant.teams.notifications.take();
            let config = tenant_config(tenant, &cadence);
            let told = told.map(|told| notification_settings(told, &config));
            (config, told)
        })
        .unzip();
    block_on(async move {
        let server = Server::bind(settings.service.listen).await.with_context(|| {
            format!("cannot listen on {}; set another `listen` in [service]", settings.service.listen)
        })?;
        let server = server.with_token(settings.service.admin_token);
        let tenants = open(tenants, cadence, &store, rules)?.into_iter().zip(expiries).zip(told);
        let tenants: Vec<Tenant> = tenants
            .map(|((tenant, expiries), told)| {
                let tenant = tenant.with_expiries(expiries);
                match told {
                    Some(told) => tenant.with_notifications(told),
                    None => Ok(tenant),
                }
            })
            .collect::<Result<_, _>>()?;
        tracing::info!(tenants = tenants.len(), listen = %server.address(), "presync runs");
        let fleet = Fleet::start(tenants, cadence);
        let (stop, mut stopped) = watch::channel(false);
        let until = async move { drop(stopped.wait_for(|stop| *stop).await) };
        let web = tokio::spawn(server.serve(fleet.tenants(), until));
        asked_to_stop().await?;
        tracing::info!("stopping after the cycles that are under way");
        let tenants = fleet.tenants();
        fleet.stop().await;
        if at_stop == AtStop::Clear {
            clear(&tenants).await?;
        }
        stop.send_replace(true);
        web.await??;
        Ok(ExitCode::SUCCESS)
    })
}

/// How often things are done, as the settings say.
pub(crate) fn cadence(service: &model::Service) -> Cadence {
    Cadence {
        poll: service.poll_interval.slowest,
        fastest: service.poll_interval.fastest,
        eight_limit: service.eight_budget,
        directory: service.directory_interval,
        ..Cadence::default()
    }
}

/// Clears what is held in Teams, of all tenants at the same time.
async fn clear(tenants: &[Arc<Tenant>]) -> anyhow::Result<()> {
    let mut clearing = JoinSet::new();
    for tenant in tenants {
        let tenant = Arc::clone(tenant);
        clearing.spawn(async move { tenant.clear_sessions(CLEARING).await });
    }
    let mut all = Cleared::default();
    while let Some(cleared) = clearing.join_next().await {
        all.add(cleared.context("clearing sessions ended in a panic")?);
    }
    let Cleared { cleared, left } = all;
    tracing::info!(cleared, left, "sessions in Teams were cleared; those that are left lapse within one lease");
    Ok(())
}

/// When credentials end that do not say so themselves.
fn expiries(tenant: &model::Tenant) -> Vec<Expiry> {
    let teams = &tenant.teams;
    let eight = match &tenant.eight {
        model::Eight::Partner(partner) => partner.expires,
        model::Eight::Public(_) => None,
    };
    let write_app = teams.write_app.as_ref().and_then(|app| app.expires);
    let all = [("read-app", teams.read_app.expires), ("write-app", write_app), ("8x8", eight)];
    all.into_iter().filter_map(|(name, at)| Some(Expiry { credential: name.to_owned(), at: at? })).collect()
}

/// How rules are let in, as the settings say.
pub(crate) fn rule_settings(config: &Path, service: &model::Service) -> anyhow::Result<RuleSettings> {
    let trusted = TrustedKeys::parse(&service.trusted_keys)
        .with_context(|| format!("{}: `trusted_keys` in [service]", config.display()))?;
    Ok(RuleSettings { trusted, lock: Some(config.with_file_name(lock::NAME)), ..RuleSettings::default() })
}

/// Takes up every tenant. Blocks: it reads the stored state and compiles rules.
pub(crate) fn open(
    tenants: Vec<TenantConfig>,
    cadence: Cadence,
    store: &Store,
    rules: RuleSettings,
) -> anyhow::Result<Vec<Tenant>> {
    let rules = RuleBase::with(rules)?;
    let clock = Arc::new(SystemClock);
    let open = |tenant| Ok(Tenant::open(tenant, cadence, clock.clone(), rules.clone(), store)?);
    tenants.into_iter().map(open).collect()
}

/// Runs a future to its end on a runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    Runtime::new().context("cannot start the async runtime")?.block_on(future)
}

/// Ends when somebody presses Ctrl-C or the system asks the process to end.
pub(crate) async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.context("cannot listen for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
    }
}

/// How a tenant is told of changes; sync users sign in to the app that reads unless another is named.
fn notification_settings(told: model::Told, config: &TenantConfig) -> NotificationSettings {
    let model::Told { notification_url, redirect_url, sync_users, app } = told;
    let (client_id, credential) = match app {
        Some(app) => (app.client_id.to_string(), app.credential),
        None => (config.teams.read_app.client_id.clone(), config.teams.read_app.secret.clone()),
    };
    let (teams, credential) = (config.teams.clone(), Some(credential));
    NotificationSettings { teams, client_id, credential, notification_url, redirect_url, sync_users }
}

/// A tenant as the service takes it.
pub(crate) fn tenant_config(tenant: model::Tenant, cadence: &Cadence) -> TenantConfig {
    let app = |app: model::App| presync_teams::App { client_id: app.client_id.to_string(), secret: app.credential };
    let call_deadline = cadence.call_deadline();
    TenantConfig {
        teams: presync_teams::Config {
            directory: tenant.teams.directory.to_string(),
            login: tenant.teams.login,
            graph: tenant.teams.graph,
            read_app: app(tenant.teams.read_app),
            write_app: tenant.teams.write_app.map(app),
            call_deadline,
        },
        eight: match tenant.eight {
            model::Eight::Partner(partner) => presync_eight::Config {
                api: partner.api,
                key: partner.key.expose_secret().to_owned(),
                secret: partner.secret,
                tenant: tenant.id.clone(),
                call_deadline,
                push: partner.push,
            }
            .into(),
            model::Eight::Public(public) => presync_eight::config::Public { call_deadline, ..*public }.into(),
        },
        rules: tenant.rules.into_iter().map(|rule| rule.config).collect(),
        supply: Supply { automatic_replies: tenant.teams.automatic_replies, ..tenant.supply },
        link: tenant.link,
        id: tenant.id,
    }
}
