use crate::{Batch, NewLink, Store};
use presync_core::id::{EightUserId, LinkId};

use super::{link, people, person, tenant};

#[test]
fn links_come_back_as_they_were_added_in_the_order_of_their_ids() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    let added = acme.add_links(&people(0..3)).unwrap();
    assert_eq!(added.iter().map(|link| link.id.0).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(added[2].display_name, "Person 2");
    assert_eq!(acme.links().unwrap(), added);
}

#[test]
fn a_pair_that_comes_back_gets_its_old_id_and_its_new_names() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    let ids = link(&acme, 0..2);
    acme.remove_links(&[ids[0]]).unwrap();
    assert_eq!(acme.links().unwrap().len(), 1);

    let renamed = NewLink { display_name: "Renamed".to_owned(), ..person(0) };
    let back = acme.add_links(&[renamed]).unwrap();
    assert_eq!((back[0].id, back[0].display_name.as_str()), (ids[0], "Renamed"));
    assert_eq!(acme.links().unwrap()[0], back[0]);
}

#[test]
fn an_id_is_never_given_to_another_pair() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    let first = link(&acme, 0..3);
    acme.remove_links(&first).unwrap();
    // The same person after a move to another 8x8 site is another pair.
    let moved = NewLink { eight_id: EightUserId::from("eight-0-moved"), ..person(0) };
    let second = acme.add_links(&[moved, person(3)]).unwrap();
    assert_eq!(second.iter().map(|link| link.id).collect::<Vec<_>>(), [LinkId(4), LinkId(5)]);
}

#[test]
fn a_pair_named_twice_is_one_link() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    let ids: Vec<_> = acme.add_links(&[person(0), person(0)]).unwrap().iter().map(|link| link.id).collect();
    assert_eq!(ids, [LinkId(1), LinkId(1)]);
    assert_eq!(acme.links().unwrap().len(), 1);
}

#[test]
fn the_names_of_a_removed_person_are_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let acme = tenant(&Store::open(&path).unwrap(), "acme");
    let ids = link(&acme, 0..1);
    acme.remove_links(&ids).unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    let names: (String, String, String) = raw
        .query_row("SELECT user_principal_name, email, display_name FROM links", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(names, Default::default());
}

#[test]
fn a_removed_link_loses_its_state_and_gets_none_again() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    let ids = link(&acme, 0..2);
    let states = vec![(ids[0], "{\"a\":1}".to_owned()), (ids[1], "{\"b\":1}".to_owned())];
    let batch = Batch { states, ..Batch::default() };
    acme.commit(&batch).unwrap();
    acme.remove_links(&[ids[0]]).unwrap();
    assert_eq!(acme.states().unwrap(), [(ids[1], "{\"b\":1}".to_owned())]);
    // A cycle that was under way when the link went.
    acme.commit(&batch).unwrap();
    assert_eq!(acme.states().unwrap(), [(ids[1], "{\"b\":1}".to_owned())]);
    // The link that comes back starts afresh.
    link(&acme, 0..1);
    assert_eq!(acme.states().unwrap().len(), 1);
}

#[test]
fn tenants_do_not_see_each_other() {
    let store = Store::in_memory().unwrap();
    let (acme, bolt) = (tenant(&store, "acme"), tenant(&store, "bolt"));
    let ids = link(&acme, 0..2);
    let batch = Batch { states: vec![(ids[1], "{}".to_owned())], events: vec![super::event(1, None, "started")] };
    acme.commit(&batch).unwrap();
    assert!(bolt.links().unwrap().is_empty() && bolt.states().unwrap().is_empty());
    assert!(bolt.events(None, 0, 10).unwrap().is_empty());
    assert_eq!(link(&bolt, 7..8), [LinkId(1)]);
    bolt.remove_links(&ids).unwrap();
    assert_eq!(acme.links().unwrap().len(), 2);
    assert_eq!(tenant(&store, "acme").states().unwrap().len(), 1);
}
