//! The phone system of a tenant: PBXes, sites, call queues, ring groups, and what its administrators can see and do.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    audit::Audits,
    carried::{EightMode, PublicCarries},
    events::Events,
    grants::Grants,
    operations::Operations,
    person::EightSide,
    webhooks::Webhooks,
    window::Window,
};
use crate::eight::quirks::EightQuirks;

/// A PBX; two of them share the numbers of their extensions.
#[derive(Debug, Clone)]
pub(crate) struct Pbx {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A site of a PBX.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The PBX's place.
    pub(crate) pbx: usize,
}

/// A call queue.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) extension: String,
    pub(crate) pbx: usize,
    pub(crate) site: usize,
    /// How long nothing is offered after a call, and after one that was not answered.
    pub(crate) wrap_up_ms: i64,
    pub(crate) no_answer_ms: i64,
    /// Who was offered a call last; the next one goes to somebody after them.
    pub(crate) last_offered: Option<u32>,
}

/// The order in which a ring group rings its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    RoundRobin,
    Sequential,
    Simultaneous,
}

impl Pattern {
    pub(crate) const ALL: [Self; 3] = [Self::RoundRobin, Self::Sequential, Self::Simultaneous];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::RoundRobin => "ROUND_ROBIN",
            Self::Sequential => "SEQUENTIAL",
            Self::Simultaneous => "SIMULTANEOUS",
        }
    }
}

/// A ring group.
#[derive(Debug, Clone)]
pub(crate) struct RingGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) extension: String,
    pub(crate) site: usize,
    pub(crate) pattern: Pattern,
    pub(crate) ring_timeout: u32,
    pub(crate) cycles: u32,
    pub(crate) notify_if_busy: bool,
    pub(crate) allow_log_in_log_out: bool,
    /// Members, and whether each is logged in.
    pub(crate) members: Vec<(u32, bool)>,
    /// Whose turn it is in a round robin.
    pub(crate) turn: usize,
}

/// A list of status codes, and its items.
#[derive(Debug, Clone)]
pub(crate) struct CodeList {
    pub(crate) id: i64,
    /// Item id and short code.
    pub(crate) items: Vec<(i64, &'static str)>,
}

/// What each family of endpoints may be asked in a minute.
#[derive(Debug)]
pub(crate) struct Limits {
    pub(crate) administration: Window,
    pub(crate) contacts: Window,
    pub(crate) analytics: Window,
    pub(crate) tokens: Window,
}

/// How a user is written into a list.
pub(crate) type Render = fn(&EightSide, &Phone) -> Value;

/// A list that is being scrolled: whom the first page found, until when it can be followed, how many go on a page.
#[derive(Debug)]
pub(crate) struct ScrollRows {
    pub(crate) people: Vec<u32>,
    /// Rows as they were before their people changed.
    pub(crate) frozen: HashMap<u32, Value>,
    pub(crate) render: Render,
    pub(crate) size: usize,
    pub(crate) ends_ms: i64,
    pub(crate) filter: Option<String>,
    pub(crate) sort: Option<String>,
}

/// The phone system as a whole.
#[derive(Debug)]
pub(crate) struct Phone {
    pub(crate) customer: String,
    pub(crate) mode: EightMode,
    pub(crate) public: PublicCarries,
    pub(crate) pbxes: Vec<Pbx>,
    pub(crate) sites: Vec<Site>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) groups: Vec<RingGroup>,
    pub(crate) code_lists: Vec<CodeList>,
    pub(crate) quirks: EightQuirks,
    pub(crate) grants: Grants,
    pub(crate) limits: Limits,
    pub(crate) audits: Audits,
    pub(crate) operations: Operations,
    pub(crate) scrolls: HashMap<u64, ScrollRows>,
    pub(crate) next_scroll: u64,
    pub(crate) events: Events,
    pub(crate) webhooks: Webhooks,
    /// Whether 8x8's support has switched the Agent Status API on.
    pub(crate) agent_status_on: bool,
    /// Whether the Analytics account has opened Analytics in a browser.
    pub(crate) analytics_opened: bool,
    /// Whether that account may see the PBXes.
    pub(crate) analytics_allowed: bool,
    /// What Realtime Metrics showed last, and when.
    pub(crate) realtime: Option<(i64, Value)>,
    /// When presence is collected next, while it is collected at all.
    pub(crate) collect_due: Option<i64>,
    /// Whose presence changed since the last collection.
    pub(crate) uncollected: Vec<u32>,
    /// A number for everything that needs a new one.
    pub(crate) serial: u64,
}

impl Phone {
    /// An empty phone system with two PBXes and two sites on each.
    pub(crate) fn new(place: usize, config: &crate::Config) -> Self {
        let number = place + 1;
        let pbxes: Vec<Pbx> = (0..2)
            .map(|pbx| Pbx { id: id("pbx", place, pbx), name: format!("tenant{number}pbx{}", pbx + 1) })
            .collect();
        let names = ["Headquarters", "Depot", "Branch", "Harbour"];
        let sites = (0..4)
            .map(|site| Site { id: id("site", place, site), name: String::from(names[site]), pbx: site % 2 })
            .collect();
        Self {
            customer: format!("0012J000{number:010}"),
            mode: config.eight_mode,
            public: config.public_carries,
            pbxes,
            sites,
            queues: Vec::new(),
            groups: Vec::new(),
            code_lists: vec![
                CodeList { id: 801, items: vec![(1_721, "Lunch"), (1_722, "Meet")] },
                CodeList { id: 802, items: vec![(1_731, "Lunch"), (1_732, "Teams")] },
            ],
            quirks: config.eight_quirks.clone(),
            grants: Grants::default(),
            limits: Limits {
                administration: Window::of(config.eight_directory_limit),
                contacts: Window::new(60, 60),
                analytics: Window::of(config.eight_analytics_limit),
                tokens: Window::new(10, 10),
            },
            audits: Audits::default(),
            operations: Operations::default(),
            scrolls: HashMap::new(),
            next_scroll: 1,
            events: Events::default(),
            webhooks: Webhooks::default(),
            agent_status_on: true,
            analytics_opened: true,
            analytics_allowed: true,
            realtime: None,
            collect_due: None,
            uncollected: Vec::new(),
            serial: 1,
        }
    }

    /// The PBX of a site.
    pub(crate) fn pbx_of_site(&self, site: usize) -> usize {
        self.sites.get(site).map_or(0, |site| site.pbx)
    }

    /// The place of the PBX with this id or name.
    pub(crate) fn pbx(&self, id: &str) -> Option<usize> {
        self.pbxes.iter().position(|pbx| pbx.id == id || pbx.name == id)
    }

    pub(crate) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// The status code with these ids, if there is one.
    pub(crate) fn code(&self, list: i64, item: i64) -> Option<&'static str> {
        let list = self.code_lists.iter().find(|known| known.id == list)?;
        list.items.iter().find(|(id, _)| *id == item).map(|(_, short)| *short)
    }
}

/// An id of 22 letters, as 8x8's are, the same in every run.
pub(crate) fn id(kind: &str, place: usize, number: usize) -> String {
    let mut id = format!("{kind}{:04}A{number:06}", place + 1);
    while id.len() < 22 {
        id.push('A');
    }
    id
}
