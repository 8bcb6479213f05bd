//! Reads whom a rule is for: `people`, `departments`, `groups`, `queues`.

use presync_rules::Scope;

use crate::settings::document::Section;
use crate::settings::model::Whom;

const NAMES: &str = "a name or a list of names; leave the key out for everyone";

pub(super) fn read(section: &Section<'_>) -> Option<Whom> {
    let names = |key: &str| match section.get(key) {
        Some(entry) => Some(entry.texts(NAMES)?.into_iter().map(|name| name.trim().to_owned()).collect()),
        None => Some(Vec::new()),
    };
    let (people, departments, groups, queues) =
        (names("people"), names("departments"), names("groups"), names("queues"));
    Some(Whom { people: people?, departments: departments?, groups: groups?, queues: queues? })
}

impl Whom {
    /// As the rules take it.
    pub(super) fn scope(&self) -> Scope {
        let Self { people, departments, groups, queues } = self;
        Scope::everyone().people(people).departments(departments).groups(groups).queues(queues)
    }
}
