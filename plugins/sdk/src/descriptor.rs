//! What a rule says of itself.

/// Name, version and needs of a rule. Start from [`Descriptor::new`] with the name and the version of the crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// Lower-case letters, digits and hyphens, at most 64.
    pub name: &'static str,
    /// Major.minor.patch.
    pub version: &'static str,
    /// The most that the rule may want to see beside the side that it maps from, whatever its settings are.
    pub needs: Needs,
    /// Each verdict depends on its own question and the settings alone. True unless the rule looks at its batch as a whole.
    pub pure: bool,
}

impl Descriptor {
    /// A pure rule that needs nothing but the side it maps from.
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        Self { name, version, needs: Needs::NOTHING, pure: true }
    }

    /// The same rule, asking for more.
    pub const fn needing(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }
}

/// What a rule wants to see beside the side that it maps from. Each costs copying, and makes equal questions rarer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The side that the rule maps to.
    pub other_side: bool,
    /// How long each side has been in its state.
    pub since: bool,
    /// Pseudonym, department, groups and queues.
    pub person: bool,
    /// Address and display name, where the tenant's settings allow it.
    pub identity: bool,
    /// The person's wall clock.
    pub time: bool,
    /// How the person's queues are staffed.
    pub staffing: bool,
}

impl Needs {
    /// Nothing beside the side that the rule maps from.
    pub const NOTHING: Self =
        Self { other_side: false, since: false, person: false, identity: false, time: false, staffing: false };
}
