//! What a phone system knows of one user beside the presence: licence, extensions, queues, groups, the desk.

use crate::{
    eight::EightLayers,
    words::{Source, Status},
};

/// The entry in the directory, and what was assigned to it.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) user_name: Box<str>,
    pub(crate) department: Option<Box<str>>,
    pub(crate) job_title: Option<Box<str>>,
    /// Whether colleagues see the entry.
    pub(crate) shown: bool,
    pub(crate) licensed: bool,
    /// The place of the site in the phone system.
    pub(crate) site: usize,
    pub(crate) uc: Option<Extension>,
    pub(crate) agent: Option<Agent>,
    pub(crate) queues: Vec<Membership>,
    /// Places of ring groups.
    pub(crate) groups: Vec<usize>,
    pub(crate) scim_provider: Option<&'static str>,
    pub(crate) federation_id: Option<Box<str>>,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
}

/// A Work extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extension {
    pub(crate) id: Box<str>,
    pub(crate) number: u32,
    /// How many desk phones it has.
    pub(crate) devices: usize,
}

/// A member of a call queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Membership {
    /// The place of the queue in the phone system.
    pub(crate) queue: usize,
    pub(crate) primary: bool,
    pub(crate) logged_in: bool,
}

/// An agent of the Contact Center.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    pub(crate) id: Box<str>,
    pub(crate) extension: Extension,
    /// The status code that was given with the last change: list, item.
    pub(crate) code: Option<(i64, i64)>,
    /// Whether the API set the status that holds.
    pub(crate) set_by_api: bool,
    /// `stopnew` while no further chats are taken.
    pub(crate) stops_new: bool,
    pub(crate) last_login_ms: Option<i64>,
    pub(crate) last_logout_ms: Option<i64>,
}

/// What stands on a user's desk and is going on there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Desk {
    /// Calls that ring.
    pub(crate) ringing: u32,
    /// When an answered call begins to show.
    pub(crate) answered_due: Option<i64>,
    /// The queue whose call is handled or rings, by its place.
    pub(crate) queue: Option<usize>,
    /// No call of a queue is offered until then: wrap-up, or rest after one that was not answered.
    pub(crate) not_before_ms: i64,
    /// Whether the pause is one for wrapping up.
    pub(crate) wraps_up: bool,
    /// Whether an app is signed in on a mobile; the idle timer does not fire then.
    pub(crate) mobile: bool,
    /// Whether Work Analytics leaves the status out.
    pub(crate) status_missing: bool,
    /// How many of the next changes the change log loses.
    pub(crate) changes_lost: u32,
    /// Whether the only phone is the app in Teams.
    pub(crate) phone_app: bool,
    /// Whether the person works with Engage, which ties Work and Contact Center together.
    pub(crate) engage: bool,
    /// When Engage makes an agent available again after a call was rejected or missed.
    pub(crate) back_due: Option<i64>,
    /// When an idle mouse becomes away.
    pub(crate) idle_due: Option<i64>,
}

impl Profile {
    /// A plain licensed user.
    pub(crate) fn plain(email: &str, extension: Extension, site: usize, now: i64) -> Self {
        Self {
            user_name: email.into(),
            department: Some("Sales".into()),
            job_title: None,
            shown: true,
            licensed: true,
            site,
            uc: Some(extension),
            agent: None,
            queues: Vec::new(),
            groups: Vec::new(),
            scim_provider: None,
            federation_id: None,
            created_ms: now,
            updated_ms: now,
        }
    }
}

/// Whether `doNotDisturb` of the extension reads true: set from outside, or because the person chose it.
pub(crate) fn extension_dnd(layers: &EightLayers) -> bool {
    layers.extension_dnd.is_some() || layers.manual.is_some_and(|(status, _)| status == Status::Dnd)
}

/// Whether a call of a queue or group would not be put through because of do not disturb. What was published from
/// outside counts only if the policy says so.
pub(crate) fn keeps_calls_away(layers: &EightLayers, external_counts: bool) -> bool {
    let work = layers.work();
    work.status == Status::Dnd && (external_counts || work.source != Source::External) || extension_dnd(layers)
}
