//! Kinds of values for whoever runs the service: what ends when, and what is done at the end.

use presync_core::time::Timestamp;

use super::kind::Kind;
use super::model::AtStop;

/// When a credential ends.
pub(super) const EXPIRES: Kind<Timestamp> = Kind {
    expected: "the day on which it ends, such as \"2027-01-31\", as the portal shows it",
    parse: |text| {
        let day: jiff::civil::Date = text.trim().parse().map_err(|_| format!("is \"{text}\", no day"))?;
        // Portals show the day and not the hour: its beginning is on the safe side.
        let moment = jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0));
        let moment = moment.map_err(|_| format!("is \"{text}\", no day of a calendar"))?;
        match u64::try_from(moment.as_millisecond()) {
            Ok(millis) => Ok(Timestamp::from_millis(millis)),
            Err(_) => Err(format!("is \"{text}\", before 1970")),
        }
    },
};

/// What becomes of sessions at the end.
pub(super) const AT_STOP: Kind<AtStop> = Kind {
    expected: "\"keep\" (the next process takes the sessions up, or they lapse) or \"clear\"",
    parse: |text| match text {
        "keep" => Ok(AtStop::Keep),
        "clear" => Ok(AtStop::Clear),
        _ => Err(format!("is \"{text}\", nothing that can be done at the end")),
    },
};
