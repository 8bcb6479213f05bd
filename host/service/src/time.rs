//! What time it is where a person is: time zones by person, group or department, else the tenant's, else UTC.
//!
//! The zones come from the tz database that is built in, so that a machine without one, or with another one, tells the same time.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use presync_core::rule::{LocalTime, Person};
use presync_core::time::Timestamp;
use presync_store::StoredLink;

use crate::groups::{addresses, folded};

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone by its IANA name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A tenant's time zones. Names and addresses are compared without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimeZones {
    /// Of everybody who has none below; `None`: UTC.
    tenant: Option<Zone>,
    people: BTreeMap<String, Zone>,
    groups: BTreeMap<String, Zone>,
    departments: BTreeMap<String, Zone>,
}

// === impl Zone ===

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone of this name, such as `Europe/Berlin`, in any case; `None` when there is none.
    pub fn named(name: &str) -> Option<Self> {
        DATABASE.get(name).ok().map(Self)
    }

    /// The names of all zones.
    pub fn names() -> Vec<String> {
        DATABASE.available().map(|name| name.as_str().to_owned()).collect()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The wall clock there; `None` for moments beyond the year 9999.
    pub(crate) fn local(&self, now: Timestamp) -> Option<LocalTime> {
        let now = jiff::Timestamp::from_millisecond(i64::try_from(now.as_millis()).ok()?).ok()?;
        let offset = self.0.to_offset(now);
        let there = offset.to_datetime(now);
        Some(LocalTime {
            year: u16::try_from(there.year()).ok()?,
            month: u8::try_from(there.month()).ok()?,
            day: u8::try_from(there.day()).ok()?,
            day_of_week: u8::try_from(there.weekday().to_monday_one_offset()).ok()?,
            minute_of_day: u16::from(there.hour().unsigned_abs()) * 60 + u16::from(there.minute().unsigned_abs()),
            utc_offset_minutes: i16::try_from(offset.seconds() / 60).ok()?,
        })
    }
}

// === impl TimeZones ===

impl TimeZones {
    /// One zone for everybody; `None`: UTC.
    pub fn new(tenant: Option<Zone>) -> Self {
        Self { tenant, ..Self::default() }
    }

    /// The zone of everybody who has no nearer one; `None` when that is UTC for want of one.
    pub const fn tenant(&self) -> Option<&Zone> {
        self.tenant.as_ref()
    }

    /// The zone of one person, by user name or address.
    pub fn add_person(&mut self, address: &str, zone: Zone) {
        self.people.insert(folded(address), zone);
    }

    /// The zone of a group's people. Of several groups with a zone, the first by name counts.
    pub fn add_group(&mut self, name: &str, zone: Zone) {
        self.groups.insert(folded(name), zone);
    }

    /// The zone of a department's people.
    pub fn add_department(&mut self, name: &str, zone: Zone) {
        self.departments.insert(folded(name), zone);
    }

    /// The people who have a zone of their own, in lower case.
    pub(crate) fn people(&self) -> impl Iterator<Item = &str> {
        self.people.keys().map(String::as_str)
    }

    /// Whether the tenant's zone is everybody's.
    pub fn is_uniform(&self) -> bool {
        self.people.is_empty() && self.groups.is_empty() && self.departments.is_empty()
    }

    /// The zone that counts for this person: their own, their group's, their department's, the tenant's, UTC.
    pub(crate) fn of(&self, link: &StoredLink, person: &Person) -> Zone {
        let own = || addresses(link).iter().find_map(|address| self.people.get(address));
        let group = || {
            let mut groups: Vec<String> = person.groups.iter().map(|name| folded(name)).collect();
            groups.sort_unstable();
            groups.iter().find_map(|name| self.groups.get(name))
        };
        let department = || self.departments.get(&folded(person.department.as_ref()?));
        let special = if self.is_uniform() { None } else { own().or_else(group).or_else(department) };
        special.or(self.tenant.as_ref()).cloned().unwrap_or(Zone::UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let moment: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_millis(moment.as_millisecond().unsigned_abs())
    }

    fn clock(zone: &str, moment: &str) -> (u8, u8, u8, u16, i16) {
        let there = Zone::named(zone).unwrap().local(at(moment)).unwrap();
        (there.month, there.day, there.day_of_week, there.minute_of_day, there.utc_offset_minutes)
    }

    #[test]
    fn a_wall_clock_has_the_date_and_the_offset_of_its_place() {
        assert_eq!(clock("Europe/Berlin", "2027-01-25T22:59:59Z"), (1, 25, 1, 23 * 60 + 59, 60));
        assert_eq!(clock("europe/berlin", "2027-01-25T23:00:00Z"), (1, 26, 2, 0, 60), "midnight comes an hour early");
        assert_eq!(clock("America/St_Johns", "2027-01-26T00:00:00Z"), (1, 25, 1, 20 * 60 + 30, -210));
        assert_eq!(Zone::UTC.local(at("2027-01-25T08:00:00Z")).map(|there| there.year), Some(2027));
    }

    #[test]
    fn an_hour_is_lost_in_spring_and_comes_twice_in_autumn() {
        assert_eq!(clock("Europe/Berlin", "2027-03-28T00:59:00Z").3, 60 + 59);
        assert_eq!(clock("Europe/Berlin", "2027-03-28T01:00:00Z"), (3, 28, 7, 3 * 60, 120));
        assert_eq!(clock("Europe/Berlin", "2027-10-31T00:30:00Z"), (10, 31, 7, 2 * 60 + 30, 120));
        assert_eq!(clock("Europe/Berlin", "2027-10-31T01:30:00Z"), (10, 31, 7, 2 * 60 + 30, 60));
    }

    #[test]
    fn the_nearest_zone_counts() {
        let zone = |name: &str| Zone::named(name).unwrap();
        let mut zones = TimeZones::new(Some(zone("Europe/Berlin")));
        zones.add_person("Ann@corp.com", zone("Asia/Tokyo"));
        zones.add_group("us", zone("America/New_York"));
        zones.add_group("Brazil", zone("America/Sao_Paulo"));
        zones.add_department("sales", zone("Europe/London"));
        let link = |user: &str| StoredLink {
            id: presync_core::id::LinkId(1),
            teams_id: "t".into(),
            eight_id: "e".into(),
            user_principal_name: user.to_owned(),
            email: String::new(),
            display_name: String::new(),
        };
        let person = |department: &str, groups: &[&str]| Person {
            department: Some(department.to_owned()),
            groups: groups.iter().copied().map(str::to_owned).collect(),
            ..Person::default()
        };
        let of = |user: &str, person: &Person| zones.of(&link(user), person).name().to_owned();
        assert_eq!(of("ann@corp.com", &person("Sales", &["us"])), "Asia/Tokyo");
        assert_eq!(of("bob@corp.com", &person("Sales", &["US", "brazil"])), "America/Sao_Paulo");
        assert_eq!(of("bob@corp.com", &person("Sales", &["others"])), "Europe/London");
        assert_eq!(of("bob@corp.com", &person("Support", &[])), "Europe/Berlin");
        assert_eq!(TimeZones::default().of(&link("bob@corp.com"), &Person::default()), Zone::UTC);
    }

    #[test]
    fn a_zone_that_does_not_exist_is_none() {
        assert_eq!(Zone::named("Europe/Bonn"), None);
        assert!(Zone::names().iter().any(|name| name == "Europe/Berlin"));
    }
}
