//! A tenant of the simulator by what 8x8 documents publicly.

use std::time::Duration;

use presync_eight::Settings;
use presync_eight::agents::StatusCode;
use presync_eight::config::{Raw, RawAgents, RawRealtime, RawWork};
use presync_simulator::{PersonRef, Simulator, TenantAccess};

/// What of it is set.
#[derive(Debug, Clone, Copy)]
pub struct PublicWay {
    /// Which directory is read: `contacts` or `users`.
    pub directory: &'static str,
    /// Agents' statuses may be set.
    pub agents: bool,
    /// There is a status code of ours.
    pub status_code: bool,
    /// Do not disturb may be set on extensions.
    pub work_dnd: bool,
    /// Agents take nothing but calls.
    pub calls_only: bool,
}

impl Default for PublicWay {
    fn default() -> Self {
        Self { directory: "contacts", agents: true, status_code: true, work_dnd: true, calls_only: false }
    }
}

/// The settings.
///
/// # Panics
/// When they are not what the client wants.
pub fn settings(
    simulator: &Simulator,
    access: &TenantAccess,
    people: &[PersonRef],
    way: PublicWay,
    call_deadline: Duration,
) -> Settings {
    let PublicWay { directory, agents, status_code, work_dnd, calls_only } = way;
    let agent = |person: &PersonRef| Some((person.upn.clone()?, simulator.seat(person)?.agent_id?));
    let secret = |text: &str| Some(text.to_owned().into());
    let raw = Raw {
        api: Some(simulator.eight_url()),
        key: secret(&access.eight_key),
        directory: Some(directory.to_owned()),
        work: Some(RawWork {
            key: secret(&access.analytics_key),
            user: Some(access.analytics_user.clone()),
            password: secret(&access.analytics_password),
        }),
        agents: Some(RawAgents {
            host: agents.then(|| simulator.eight_url()),
            tenant: agents.then(|| access.cc_tenant.clone()),
            token: if agents { secret(&access.cc_action_token) } else { None },
            working_offline: status_code.then(|| StatusCode { list: 802, item: 1_732, short: "Teams".into() }),
            people: people.iter().filter_map(agent).collect(),
            calls_only,
            ..RawAgents::default()
        }),
        realtime: Some(RawRealtime {
            key: secret(&access.eight_key),
            secret: secret(&access.eight_secret),
            tenant: Some(access.cc_tenant.clone()),
            region: None,
        }),
        work_dnd,
    };
    raw.check(access.id.as_str().into(), call_deadline).expect("the settings of public mode are whole").into()
}
