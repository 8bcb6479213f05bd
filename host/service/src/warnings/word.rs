//! The words of the warnings. They are stable: alerts and the runbook go by them.

/// What a warning is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// Teams cannot be read or is not believed: what it last said is held.
    TeamsUnreliable,
    /// The same of 8x8.
    EightUnreliable,
    /// Nobody's presence in Teams changes, in an hour in which it should.
    TeamsSilent,
    /// The same of 8x8.
    EightSilent,
    /// People whose state does not come to rest.
    Flapping,
    /// A credential ends soon, or has ended.
    CredentialExpires,
    /// Microsoft does not let an app do what it has to, for want of consent.
    ConsentMissing,
    /// A provider's clock and ours tell different times.
    ClockSkew,
    /// A rule was taken out, or fails on some questions: what it would say is not said.
    RulesInFallback,
}

impl Word {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::TeamsUnreliable,
        Self::EightUnreliable,
        Self::TeamsSilent,
        Self::EightSilent,
        Self::Flapping,
        Self::CredentialExpires,
        Self::ConsentMissing,
        Self::ClockSkew,
        Self::RulesInFallback,
    ];

    /// The word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::TeamsUnreliable => "teams-unreliable",
            Self::EightUnreliable => "8x8-unreliable",
            Self::TeamsSilent => "teams-silent",
            Self::EightSilent => "8x8-silent",
            Self::Flapping => "flapping",
            Self::CredentialExpires => "credential-expires",
            Self::ConsentMissing => "consent-missing",
            Self::ClockSkew => "clock-skew",
            Self::RulesInFallback => "rules-in-fallback",
        }
    }

    /// What to do, in a sentence; the runbook has the rest.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::TeamsUnreliable => {
                "Look at Microsoft's service health and at what stands under \"reading Teams\"; it is read again in every cycle and taken up by itself"
            }
            Self::EightUnreliable => {
                "Look at status.8x8.com and at what stands under \"reading 8x8\"; it is read again in every cycle and taken up by itself"
            }
            Self::TeamsSilent => {
                "Change your own presence in Teams and look whether `presync why` shows it; if not, look at Microsoft's service health"
            }
            Self::EightSilent => {
                "Change your own status in 8x8 and look whether `presync why` shows it; if not, ask 8x8 whether its presence feed is well"
            }
            Self::Flapping => {
                "Look at `presync why` of the people whose links are named: another integration may write against presync, or a client signs in and out"
            }
            Self::CredentialExpires => {
                "Make a new one, put it where the settings refer to, restart presync, and remove the old one when the status is well"
            }
            Self::ConsentMissing => {
                "Have an Entra administrator grant the app's permissions: Entra admin center, Enterprise applications, Permissions, Grant admin consent"
            }
            Self::ClockSkew => {
                "Let this machine keep its time by NTP (`timedatectl set-ntp true`); presync compares it with every answer"
            }
            Self::RulesInFallback => {
                "Look at `presync status` for why; save a version that works over the file, or let the old one in again with `presync rule promote`"
            }
        }
    }
}
