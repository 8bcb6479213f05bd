//! What a person's presence would be without our publication. Pure: a table of ranks and one function.
//!
//! 8x8 keeps what several sources say of a person side by side and shows the highest: what the person chose by hand, then a call,
//! then the calendar, then what was published from outside (where our layer is), then what the apps derive by themselves.

use presync_core::words::EightStatus;

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The person, by hand or by default.
    User,
    Call,
    Calendar,
    /// Published through the API, by us or by others.
    External,
    /// Derived by the apps, such as auto-away.
    Auto,
    /// Contact Center, while the agent is logged in to it.
    ContactCenter,
    /// A word that this version does not know.
    Unrecognised,
}

/// What one source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) source: Source,
    pub(crate) status: EightStatus,
    /// Chosen by hand (only of [`Source::User`]).
    pub(crate) manual: bool,
    /// Our own publication.
    pub(crate) ours: bool,
}

impl Source {
    /// The source with this wire spelling.
    pub(crate) fn from_wire(text: &str) -> Self {
        let spellings = [
            ("USER", Self::User),
            ("CALL", Self::Call),
            ("CALENDAR", Self::Calendar),
            ("EXTERNAL", Self::External),
            ("AUTO", Self::Auto),
            ("CC", Self::ContactCenter),
        ];
        spellings
            .iter()
            .find(|(wire, _)| wire.eq_ignore_ascii_case(text))
            .map_or(Self::Unrecognised, |(_, source)| *source)
    }
}

impl Layer {
    /// Higher is shown. A person's state that was not chosen by hand is the ground that all else stands on.
    fn rank(self) -> u8 {
        match self.source {
            Source::ContactCenter => 6,
            Source::User if self.manual => 5,
            Source::Call => 4,
            Source::Calendar => 3,
            // To publish that somebody is available is to publish nothing.
            Source::External if self.status != EightStatus::Available => 2,
            Source::Auto => 1,
            Source::User | Source::External | Source::Unrecognised => 0,
        }
    }
}

/// What would be shown without our layer.
///
/// `shown` comes from `source`. Unless that is our own publication, taking it away changes nothing. A call counts even where no
/// layer says it, since 8x8 may report it beside the layers only.
pub(crate) fn own(shown: EightStatus, source: Option<Source>, call_active: bool, layers: &[Layer]) -> EightStatus {
    let may_be_ours = source.is_none_or(|source| source == Source::External);
    if !may_be_ours || !layers.iter().any(|layer| layer.ours) {
        return shown;
    }
    let call = Layer { source: Source::Call, status: EightStatus::OnCall, manual: false, ours: false };
    let others = layers.iter().copied().filter(|layer| !layer.ours).chain(call_active.then_some(call));
    // Of two layers of a rank the first is taken, as 8x8 lists the highest first.
    others
        .reduce(|best, next| if next.rank() > best.rank() { next } else { best })
        .map_or(EightStatus::Available, |l| l.status)
}

#[cfg(test)]
mod tests {
    use presync_core::words::EightStatus::{AutoAway, Available, Away, Busy, DoNotDisturb, Invisible, OnCall};

    use super::*;

    fn layer(source: Source, status: EightStatus) -> Layer {
        Layer { source, status, manual: false, ours: false }
    }

    fn by_hand(status: EightStatus) -> Layer {
        Layer { manual: true, ..layer(Source::User, status) }
    }

    fn ours(status: EightStatus) -> Layer {
        Layer { ours: true, ..layer(Source::External, status) }
    }

    #[test]
    fn the_precedence_is_by_hand_call_calendar_external_auto() {
        let ranked = [
            by_hand(Invisible),
            layer(Source::Call, OnCall),
            layer(Source::Calendar, Busy),
            layer(Source::External, DoNotDisturb),
            layer(Source::Auto, AutoAway),
            layer(Source::User, Available),
        ];
        for (place, highest) in ranked.iter().enumerate() {
            let mut layers = ranked[place..].to_vec();
            layers.reverse();
            layers.insert(0, ours(Away));
            assert_eq!(own(Away, Some(Source::External), false, &layers), highest.status);
            assert_eq!(own(Away, None, false, &layers), highest.status);
        }
    }

    #[test]
    fn a_call_without_a_layer_of_its_own_counts() {
        let layers = [ours(Busy), layer(Source::User, Available)];
        assert_eq!(own(Busy, Some(Source::External), true, &layers), OnCall);
        assert_eq!(own(Busy, Some(Source::External), false, &layers), Available);
    }

    #[test]
    fn what_comes_from_another_source_is_its_own() {
        let layers = [layer(Source::User, Available), ours(Busy)];
        for source in [Source::Call, Source::ContactCenter, Source::Unrecognised] {
            assert_eq!(own(DoNotDisturb, Some(source), false, &layers), DoNotDisturb);
        }
    }

    #[test]
    fn a_publication_of_others_is_not_ours() {
        assert_eq!(own(Busy, Some(Source::External), false, &[layer(Source::External, Busy)]), Busy);
        assert_eq!(own(Away, Some(Source::External), false, &[ours(Away), layer(Source::External, Busy)]), Busy);
        let nothing = [ours(Away), layer(Source::External, Available), layer(Source::Auto, AutoAway)];
        assert_eq!(own(Away, Some(Source::External), false, &nothing), AutoAway);
    }

    #[test]
    fn nothing_beneath_ours_is_available() {
        assert_eq!(own(OnCall, Some(Source::External), false, &[ours(OnCall)]), Available);
    }
}
