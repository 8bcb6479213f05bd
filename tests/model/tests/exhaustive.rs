//! Every state of every short walk holds what must hold. `cargo run --release -p presync-model` makes the long ones.

use presync_model::walks;

#[test]
fn in_every_state_of_every_short_walk_all_properties_hold() {
    let made = walks::make(walks::short(), |walked| println!("{walked}"));
    for walked in &made {
        if let Some((property, story)) = walked.stories.first() {
            panic!("{}: this does not hold: {property}\n{story}", walked.name);
        }
    }
    assert_eq!(made.len(), walks::short().len());
}
