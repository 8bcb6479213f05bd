//! Databases of older versions: each is brought forward, and keeps what it had.

use std::path::Path;

use rusqlite::Connection;

use super::{acme, event, link};
use crate::migration::{APPLICATION_ID, MIGRATIONS, PRESENT};
use crate::{Batch, checkup};

/// A database as the presync of this version left it: a tenant with two people, one of them with a state, and two events.
fn of_version(path: &Path, version: u32) {
    let old = Connection::open(path).unwrap();
    for migration in &MIGRATIONS[..version as usize] {
        old.execute_batch(migration).unwrap();
    }
    old.execute_batch(
        "INSERT INTO tenants (tenant, name, next_link, next_event) VALUES (1, 'acme', 4, 3);
         INSERT INTO links (tenant, link, teams_id, eight_id, user_principal_name, email, display_name) VALUES
            (1, 1, 'teams-0', 'eight-0', 'p0@example.com', 'P0@example.com', 'Person 0'),
            (1, 3, 'teams-1', 'eight-1', 'p1@example.com', 'P1@example.com', 'Person 1');
         INSERT INTO states VALUES (1, 3, '{\"held\":true}');
         INSERT INTO events VALUES (1, 1, 10, 3, 'published', '{}'), (1, 2, 20, NULL, 'side-down', '{}');",
    )
    .unwrap();
    old.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    old.pragma_update(None, "user_version", version).unwrap();
}

#[test]
fn every_older_version_is_brought_forward_with_what_it_holds() {
    for version in 1..=PRESENT {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presync.db");
        of_version(&path, version);
        let before = checkup(&path).unwrap();
        assert_eq!((before.schema, before.problems), (version, Vec::new()));

        let tenant = acme(&path);
        let links = tenant.links().unwrap();
        assert_eq!(
            links.iter().map(|link| (link.id.0, link.teams_id.as_str())).collect::<Vec<_>>(),
            [(1, "teams-0"), (3, "teams-1")]
        );
        assert_eq!(tenant.states().unwrap(), [(links[1].id, "{\"held\":true}".to_owned())]);
        assert_eq!(tenant.events(None, 0, 10).unwrap().len(), 2);

        // What came later can be used, and the numbers go on.
        assert_eq!(link(&tenant, 2..3)[0].0, 4);
        tenant.commit(&Batch { events: vec![event(30, None, "cycle")], ..Batch::default() }).unwrap();
        assert_eq!(tenant.events(None, 2, 10).unwrap()[0].seq, 3);
        assert_eq!(tenant.rules().unwrap().versions, []);
        tenant.note_set_at_eight("agent", "ag1", Some("1")).unwrap();
        let after = checkup(&path).unwrap();
        assert_eq!((after.schema, after.problems), (PRESENT, Vec::new()), "from version {version}");
    }
}
