//! What real directories hold beside the plain case: names that differ, addresses with a tag, people whom provisioning
//! made and nobody licensed, people whom colleagues cannot see.

use super::population::Maker;

impl Maker {
    /// Seven people whose 8x8 entry is odd. The first three cannot be linked by e-mail, the others can.
    pub(super) fn odd_directory(&mut self, from: usize) {
        // The address in 8x8 is another one than the name in Teams.
        self.odd(from, |address| format!("desk-{address}"));
        // The address carries a tag.
        self.odd(from + 1, |address| address.replacen('@', "+8x8@", 1));
        // The address is of another domain.
        self.odd(from + 2, |address| address.replace(".example", ".invalid"));
        // Only the case differs.
        self.odd(from + 3, |address| address.to_uppercase());
        // Made by provisioning: no licence, not in the directory.
        self.odd(from + 4, |address| address);
        self.edit(|profile, upn| {
            (profile.licensed, profile.uc, profile.shown) = (false, None, false);
            (profile.scim_provider, profile.federation_id) = (Some("AZURE"), Some(upn.into()));
        });
        // Licensed, but hidden from colleagues.
        self.odd(from + 5, |address| address);
        self.edit(|profile, _| profile.shown = false);
        // The name to sign in with is not the address.
        self.odd(from + 6, |address| address);
        self.edit(|profile, _| profile.user_name = format!("u{:06}", from + 6).into());
    }

    fn odd(&mut self, number: usize, change: impl FnOnce(String) -> String) {
        let (name, address) = self.name(number);
        let teams = self.teams(&name, &address);
        let email = change(address);
        let eight = self.eight(&name, &email);
        self.add(Some(teams), Some(eight));
    }

    fn edit(&mut self, edit: impl FnOnce(&mut crate::state::profile::Profile, &str)) {
        let Some(person) = self.people.last_mut() else { return };
        if let (Some(teams), Some(eight)) = (&person.teams, &mut person.eight) {
            edit(&mut eight.profile, &teams.upn);
        }
    }
}
