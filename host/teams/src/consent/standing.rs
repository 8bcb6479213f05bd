//! Where the consent to one app stands, as its page shows it: a state machine over what is seen of it.

use serde::{Deserialize, Serialize};

use super::ConsentError;
use crate::error::Error;
use crate::refusal::SignInProblem;

/// Where the consent to one app stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// Nothing was tried yet.
    #[default]
    Unknown,
    /// Nobody has consented.
    Needed,
    /// An administrator was sent to the page or asked for a review, and the grant is not seen yet.
    Pending,
    /// An administrator declined.
    Declined,
    /// Calls that need it succeed.
    Granted,
    /// It was granted, and is no more.
    Revoked,
}

/// Something that was seen of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The consent page was opened, or somebody came back from it with a yes.
    Asked,
    /// The administrator said no.
    Declined,
    /// The app, or its permission, is not accepted here.
    Missing,
    /// A token carries the permission, or a call that needs it succeeded.
    Seen,
    /// A sign-in that was accepted before is not accepted any more.
    Withdrawn,
}

impl Consent {
    /// Where it stands after `sign`.
    #[must_use]
    pub const fn after(self, sign: Sign) -> Self {
        match (sign, self) {
            (Sign::Seen, _) => Self::Granted,
            (Sign::Missing | Sign::Withdrawn, Self::Granted | Self::Revoked) => Self::Revoked,
            // Declining to grant it once more leaves in force what there is, and so does looking at the page. A grant takes some
            // minutes to arrive in tokens.
            (Sign::Asked | Sign::Declined, Self::Granted)
            | (Sign::Missing, Self::Pending | Self::Declined)
            | (Sign::Withdrawn, _) => self,
            (Sign::Asked, _) => Self::Pending,
            (Sign::Declined, _) => Self::Declined,
            (Sign::Missing, _) => Self::Needed,
        }
    }

    /// Whether calls are refused for want of it.
    pub const fn is_lacking(self) -> bool {
        matches!(self, Self::Needed | Self::Pending | Self::Declined | Self::Revoked)
    }

    /// What an administrator is told.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unknown => "not tried yet: presync has not called Microsoft with this app",
            Self::Needed => {
                "admin consent needed: an Entra administrator opens the consent link and accepts the permissions"
            }
            Self::Pending => "admin consent pending: asked for, not seen yet; a grant takes some minutes to arrive",
            Self::Declined => {
                "declined: an administrator saw the permissions and did not accept; the consent link can be opened again"
            }
            Self::Granted => "granted: Microsoft accepts what presync asks for",
            Self::Revoked => {
                "revoked: it was granted and is no more; an Entra administrator opens the consent link to grant it again, or this \
                 integration is switched off"
            }
        }
    }
}

impl Sign {
    /// What a call that failed shows of the consent; `None` when it failed for other reasons.
    pub const fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Forbidden { .. } | Error::NotDelegated { .. } => Some(Self::Missing),
            Error::SignIn { refusal, .. } => Self::told(&refusal.problem),
            _ => None,
        }
    }

    /// What a refused way back from the consent page shows of it.
    pub const fn returned(error: &ConsentError) -> Option<Self> {
        match error {
            ConsentError::Refused(refusal) => Self::told(&refusal.problem),
            ConsentError::StateMismatch | ConsentError::Unclear => None,
        }
    }

    const fn told(problem: &SignInProblem) -> Option<Self> {
        match problem {
            SignInProblem::ConsentNeeded
            | SignInProblem::AdminConsentNeeded
            | SignInProblem::UnknownApp
            | SignInProblem::PermissionsNotListed => Some(Self::Missing),
            SignInProblem::AdminConsentPending => Some(Self::Asked),
            SignInProblem::ConsentDeclined => Some(Self::Declined),
            SignInProblem::SignInRevoked => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(signs: &[Sign]) -> Vec<Consent> {
        let mut consent = Consent::default();
        let mut stations = Vec::new();
        for sign in signs {
            consent = consent.after(*sign);
            stations.push(consent);
        }
        stations
    }

    #[test]
    fn from_nothing_over_the_page_to_a_grant_and_its_end() {
        let signs = [Sign::Missing, Sign::Asked, Sign::Missing, Sign::Seen, Sign::Seen, Sign::Missing, Sign::Missing];
        let expected = [
            Consent::Needed,
            Consent::Pending,
            Consent::Pending,
            Consent::Granted,
            Consent::Granted,
            Consent::Revoked,
            Consent::Revoked,
        ];
        assert_eq!(walk(&signs), expected);
    }

    #[test]
    fn a_refusal_by_the_administrator_stays_until_the_page_is_opened_again() {
        let signs = [Sign::Asked, Sign::Declined, Sign::Missing, Sign::Asked, Sign::Seen];
        let expected = [Consent::Pending, Consent::Declined, Consent::Declined, Consent::Pending, Consent::Granted];
        assert_eq!(walk(&signs), expected);
    }

    #[test]
    fn what_is_granted_is_not_taken_back_by_looking_at_the_page() {
        assert_eq!(walk(&[Sign::Seen, Sign::Asked, Sign::Declined]), [Consent::Granted; 3]);
        assert_eq!(
            walk(&[Sign::Seen, Sign::Withdrawn, Sign::Asked, Sign::Seen])[1..],
            [Consent::Revoked, Consent::Pending, Consent::Granted]
        );
    }

    #[test]
    fn only_what_is_about_consent_is_a_sign_of_it() {
        let forbidden = Error::Forbidden { client_id: "a".into(), role: "Presence.Read.All" };
        assert_eq!(Sign::of(&forbidden), Some(Sign::Missing));
        for (code, sign) in [
            (65_001, Some(Sign::Missing)),
            (90_095, Some(Sign::Asked)),
            (65_004, Some(Sign::Declined)),
            (50_173, Some(Sign::Withdrawn)),
            (7_000_222, None),
        ] {
            let refusal = crate::refusal::Refusal::told("x", &format!("AADSTS{code}: y"));
            assert_eq!(Sign::of(&Error::SignIn { client_id: "a".into(), refusal }), sign, "{code}");
        }
        assert_eq!(Sign::of(&Error::OneWay), None);
    }
}
