//! What takes how long within a cycle, as spans: `cycle`, in it `read` (once for each side), `decide`, `store` and `deliver`. What comes
//! up between two cycles and is written at once is `between`, with the same within. Each has the tenant as attribute, and how much there was to do; none has anything of a person.
//!
//! Spans are at the level debug, so that they cost next to nothing unless somebody asks for them.

/// The target of all these spans, for whoever exports them.
pub const TARGET: &str = "presync_trace";
