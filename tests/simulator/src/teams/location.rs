//! Where a person works today: three layers, of which the first that says something is shown.

use serde::Deserialize;

/// What one layer says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkLocation {
    /// What kind of place.
    pub work_location_type: WorkPlace,
    /// Which building.
    #[serde(default)]
    pub place_id: Option<String>,
}

/// The kinds of places that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WorkPlace {
    /// At the office.
    Office,
    /// Elsewhere.
    Remote,
    /// Not working.
    TimeOff,
}

impl WorkPlace {
    /// The word on the wire.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Remote => "remote",
            Self::TimeOff => "timeOff",
        }
    }
}

/// A layer that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    Manual,
    Automatic,
    Scheduled,
}

/// The layers, the strongest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WorkLocations([Option<WorkLocation>; 3]);

impl WorkLocations {
    /// Writes a layer. The building stays if the same kind of place is said again without one.
    pub(crate) fn set(&mut self, layer: Layer, location: Option<WorkLocation>) {
        let held = &mut self.0[layer as usize];
        let less = |new: &WorkLocation| {
            let same = |held: &WorkLocation| held.work_location_type == new.work_location_type;
            new.place_id.is_none() && held.as_ref().is_some_and(same)
        };
        if !location.as_ref().is_some_and(less) {
            *held = location;
        }
    }

    /// What is shown, and the layer's name on the wire.
    pub(crate) fn shown(&self) -> Option<(&WorkLocation, &'static str)> {
        let named = self.0.iter().zip(["manual", "automatic", "scheduled"]);
        named.filter_map(|(location, source)| Some((location.as_ref()?, source))).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manual_beats_automatic_beats_scheduled_and_a_building_stays() {
        let at = |work_location_type, place: Option<&str>| {
            Some(WorkLocation { work_location_type, place_id: place.map(String::from) })
        };
        let mut locations = WorkLocations::default();
        assert_eq!(locations.shown(), None);
        let mut set = |layer, location| {
            locations.set(layer, location);
            locations.shown().map(|(location, source)| (location.work_location_type, location.place_id.clone(), source))
        };
        let (office, remote) = (WorkPlace::Office, WorkPlace::Remote);
        assert_eq!(set(Layer::Scheduled, at(remote, None)), Some((remote, None, "scheduled")));
        assert_eq!(set(Layer::Automatic, at(office, Some("b"))), Some((office, Some("b".into()), "automatic")));
        assert_eq!(set(Layer::Automatic, at(office, None)), Some((office, Some("b".into()), "automatic")));
        assert_eq!(set(Layer::Manual, at(remote, None)), Some((remote, None, "manual")));
        assert_eq!(set(Layer::Manual, None), Some((office, Some("b".into()), "automatic")));
    }
}
