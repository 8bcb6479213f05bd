//! Why somebody is not linked, and what to do about it.

use serde::Serialize;

/// Why somebody is not linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unlinked {
    /// Nobody on the other side has this address.
    NoPartner,
    /// Whoever has this address on the other side may not be linked: disabled, a guest, excluded.
    PartnerBarred,
    /// More than one person on a side has this address; who is meant cannot be known.
    Ambiguous,
    /// Whoever has this address on the other side is linked to somebody else, by stronger evidence.
    Taken,
    /// A pair by hand names this account and cannot be made.
    ByHand,
    /// The settings say so.
    Excluded,
    /// The account may not sign in, or is not active.
    Disabled,
    /// The account is a guest: its presence lives in its home tenant.
    Guest,
    /// The account has no licence for Teams, so it has no presence.
    Unlicensed,
    /// 8x8 knows no address.
    NoAddress,
}

impl Unlinked {
    /// The stable name of this reason.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NoPartner => "no-partner",
            Self::PartnerBarred => "partner-barred",
            Self::Ambiguous => "ambiguous",
            Self::Taken => "taken",
            Self::ByHand => "by-hand",
            Self::Excluded => "excluded",
            Self::Disabled => "disabled",
            Self::Guest => "guest",
            Self::Unlicensed => "unlicensed",
            Self::NoAddress => "no-address",
        }
    }

    /// What to tell an administrator.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NoPartner => {
                "no account on the other side has this address: give both sides the same one, pair them by hand, or leave it"
            }
            Self::PartnerBarred => {
                "the account with this address on the other side is disabled, a guest or excluded: enable that one, or disable this one too"
            }
            Self::Ambiguous => "several accounts share this address: give each person their own, or pair them by hand",
            Self::Taken => {
                "the account with this address on the other side is linked to another one: pair them by hand if that is wrong"
            }
            Self::ByHand => {
                "a pair by hand names this account and fits nobody: correct the pair in the settings, or take it out"
            }
            Self::Excluded => "the settings exclude this account: take it out of `exclude` in [tenant.link] to link it",
            Self::Disabled => "the account is disabled: enable it, or leave it",
            Self::Guest => "a guest's presence lives in the home tenant: link that account there",
            Self::Unlicensed => "the account has no licence for Teams, so it has no presence: give it one, or leave it",
            Self::NoAddress => {
                "8x8 has no primary e-mail for this user: enter the Teams user name there, or pair them by hand"
            }
        }
    }

    /// Whether the account could be linked if it had a partner.
    pub const fn is_open(self) -> bool {
        match self {
            Self::NoPartner | Self::PartnerBarred | Self::Ambiguous | Self::Taken | Self::NoAddress => true,
            Self::ByHand | Self::Excluded | Self::Disabled | Self::Guest | Self::Unlicensed => false,
        }
    }
}
