//! The Microsoft directory as last read: whole once an hour, and what has changed since in between.
//!
//! Graph offers changes in most directories, not in all (External ID and B2C have none): where it says no, the whole list is read each
//! time, and the log says so.

use std::collections::HashMap;
use std::time::Duration;

use presync_core::id::{TeamsUserId, TenantId};
use presync_core::linking::{TeamsCandidate, folded};
use presync_core::time::Timestamp;
use presync_teams::{Change, Client, DeltaLink, Error, User};

/// How long changes are put upon changes before the whole directory is read again: so long a change that Graph forgot to tell lasts.
const WHOLE_EVERY: Duration = Duration::from_secs(3600);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct TeamsBook {
    people: HashMap<TeamsUserId, Kept>,
    /// Where the changes go on; `None` asks for the whole directory.
    link: Option<DeltaLink>,
    whole_at: Timestamp,
    /// Until when Graph is not asked for changes, since it has none here.
    lists_until: Timestamp,
}

/// A person of it: small, since there may be a million.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) user_principal_name: Box<str>,
    mail: Mail,
    /// The addresses of the mailbox beside the primary one.
    addresses: Box<[String]>,
    pub(super) name: Box<str>,
    pub(super) department: Option<Box<str>>,
    enabled: bool,
    guest: bool,
    pub(super) licensed: Option<bool>,
}

/// Somebody's primary address.
#[derive(Debug)]
enum Mail {
    None,
    /// The user name, as for most.
    UserName,
    Own(Box<str>),
}

impl TeamsBook {
    /// Brings it up to date.
    ///
    /// # Errors
    /// When Graph cannot be read; the book stays as it was.
    pub(super) async fn read(&mut self, client: &Client, tenant: &TenantId, now: Timestamp) -> Result<(), Error> {
        if now < self.lists_until {
            self.take_list(client.users().await?, now);
            return Ok(());
        }
        let link = self.link.as_ref().filter(|_| now < self.whole_at + WHOLE_EVERY);
        let changes = match client.user_changes(link).await {
            Ok(changes) => changes,
            Err(error) if is_not_offered(&error) => {
                tracing::info!(%tenant, %error, "Graph tells no changes of this directory; all of it is read each time");
                self.lists_until = now + WHOLE_EVERY;
                self.take_list(client.users().await?, now);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if changes.whole {
            self.people.clear();
            self.whole_at = now;
        }
        for change in changes.people {
            match change {
                Change::Present(user) => {
                    let (id, kept) = Kept::of(user);
                    self.people.insert(id, kept);
                }
                Change::Removed { id, .. } => {
                    self.people.remove(&id);
                }
            }
        }
        self.link = Some(changes.next);
        Ok(())
    }

    fn take_list(&mut self, users: Vec<User>, now: Timestamp) {
        self.people = users.into_iter().map(Kept::of).collect();
        (self.link, self.whole_at) = (None, now);
    }

    /// Everybody in it.
    pub(super) fn people(&self) -> impl Iterator<Item = (&TeamsUserId, &Kept)> {
        self.people.iter()
    }

    /// The person with this id.
    pub(super) fn get(&self, id: &TeamsUserId) -> Option<&Kept> {
        self.people.get(id)
    }
}

impl Kept {
    fn of(user: User) -> (TeamsUserId, Self) {
        let User { id, user_principal_name, mail, addresses, display_name, enabled, guest, department, licensed } =
            user;
        let is_mail = |address: &String| mail.as_ref().is_some_and(|mail| folded(mail) == folded(address));
        let addresses = addresses.into_iter().filter(|address| !is_mail(address)).collect();
        let mail = match mail {
            None => Mail::None,
            Some(mail) if folded(&mail) == folded(&user_principal_name) => Mail::UserName,
            Some(mail) => Mail::Own(mail.into()),
        };
        let (user_principal_name, name) = (user_principal_name.into(), display_name.into());
        let department = department.map(Box::from);
        (id, Self { user_principal_name, mail, addresses, name, department, enabled, guest, licensed })
    }

    /// The person as pairing knows them; of licences only if there is something to know.
    pub(super) fn candidate<'a>(&'a self, id: &'a TeamsUserId, licences_told: bool) -> TeamsCandidate<'a> {
        let mail = match &self.mail {
            Mail::None => None,
            Mail::UserName => Some(&*self.user_principal_name),
            Mail::Own(mail) => Some(&**mail),
        };
        TeamsCandidate {
            id,
            user_principal_name: &self.user_principal_name,
            mail,
            addresses: &self.addresses,
            name: &self.name,
            enabled: self.enabled,
            guest: self.guest,
            licensed: self.licensed.filter(|_| licences_told),
        }
    }
}

/// Whether Graph has no changes to tell here, rather than that it failed to tell them.
fn is_not_offered(error: &Error) -> bool {
    matches!(error, Error::NotFound | Error::Refused { status: 400 | 404 | 405, .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_somebody_pairs_them_as_before() {
        let user = |upn: &str, mail: Option<&str>, addresses: &[&str]| User {
            id: "t1".into(),
            user_principal_name: upn.to_owned(),
            mail: mail.map(str::to_owned),
            addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
            display_name: "Ann Lee".to_owned(),
            enabled: true,
            guest: false,
            department: None,
            licensed: Some(false),
        };
        let cases = [
            (user("ann@corp.com", None, &["old@corp.com"]), None, vec!["old@corp.com"]),
            (
                user("ann@corp.com", Some("Ann@corp.com"), &["ANN@corp.com", "old@corp.com"]),
                Some("ann@corp.com"),
                vec!["old@corp.com"],
            ),
            (
                user("a@corp.com", Some("ann@corp.com"), &["ann@corp.com", "a@corp.com"]),
                Some("ann@corp.com"),
                vec!["a@corp.com"],
            ),
        ];
        for (user, mail, addresses) in cases {
            let told = format!("{user:?}");
            let (id, kept) = Kept::of(user);
            let candidate = kept.candidate(&id, true);
            assert_eq!(
                (candidate.mail, candidate.addresses),
                (mail, &addresses.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>()[..]),
                "{told}"
            );
            assert_eq!((candidate.licensed, kept.candidate(&id, false).licensed), (Some(false), None));
        }
    }

    #[test]
    fn only_a_refusal_says_that_there_are_no_changes_to_be_told() {
        let refused = |status| Error::Refused { status, code: "".into(), message: "".into() };
        assert!(is_not_offered(&Error::NotFound) && is_not_offered(&refused(405)) && is_not_offered(&refused(400)));
        assert!(!is_not_offered(&refused(403)) && !is_not_offered(&Error::OneWay));
    }
}
