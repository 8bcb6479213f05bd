//! One thing that happens.

use presync_core::words::{Direction, Side};

/// One step of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Something happens to one person, by place in the list.
    To(usize, Act),
    /// Time passes: writes that were given up longer ago are lost, and so are verdicts and readings that took too long.
    Wait,
    /// The reconciler is told that time passed.
    Tick,
    /// The process dies and another takes up what is stored.
    Crash(Stored),
    /// The rules of a direction are exchanged for others.
    Exchange(Direction),
    /// A side cannot be read.
    Down(Side),
    /// A side can be read again.
    Up(Side),
}

/// What a process that died had stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// All that it knew.
    Everything,
    /// Of each person what it knew when it sent its last write: it stores before it sends, and then at the end of the cycle.
    LastWrite,
}

/// Something that happens to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A call in Teams begins or ends.
    TeamsCall,
    /// Do not disturb is chosen in Teams by hand, or given up.
    TeamsByHand,
    /// A call in 8x8 begins or ends.
    EightCall,
    /// Do not disturb is chosen in 8x8 by hand, or given up.
    EightByHand,
    /// The directory loses the person.
    Leave,
    /// The directory has the person again.
    Join,
    /// A side is read, and that is heard at once.
    Poll(Side),
    /// A side is read, and the reading stays on its way. One that is never heard is lost.
    Read(Side),
    /// A reading comes in, in any order.
    Hear(Side, usize),
    /// A reading comes in, and will come in again.
    HearTwice(Side, usize),
    /// An answer of the rules comes in.
    Decide(usize),
    /// A write arrives and is answered.
    Carry(Side),
    /// A write arrives; the answer is on its way.
    Land(Side),
    /// The answer to a write comes in.
    Answer(Side),
    /// A write arrives and is answered twice.
    AnswerTwice(Side),
    /// The answer to a write that arrived is lost.
    LoseAnswer(Side),
    /// A write is lost.
    LoseWrite(Side),
    /// A write is given up, though it may yet arrive.
    GiveUp(Side),
    /// The provider does not take a write.
    Refuse(Side),
    /// The provider asks for patience.
    Throttle(Side),
    /// A write that was given up arrives.
    ArriveLate(Side),
}
