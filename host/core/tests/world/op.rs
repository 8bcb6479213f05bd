//! What may happen in the world, for histories made at random.

use presync_core::words::EightStatus;
use proptest::sample::Index;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    TeamsClient(usize),
    TeamsPreferred(usize),
    OutOfOffice(bool),
    Call(bool),
    EightManual(Option<EightStatus>),
    /// A read is started and answered, but not heard yet.
    ReadTeams,
    ReadEight,
    /// One of the answers comes in, in any order.
    Hear(Index),
    /// The same, but it will come in once more.
    HearAgain(Index),
    Lose(Index),
    /// The rules answer what they were asked.
    Decide,
    Answer(Fate),
    LateArrival,
    Wait(u64),
    Tick,
    Restart,
    Outage {
        teams: bool,
        down: bool,
    },
}

/// What becomes of a write.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    Arrives,
    ArrivesUnanswered,
    Lost,
    /// Given up, but it arrives afterwards.
    Late,
    Throttled,
    Refused,
}
