//! The committed components belong to the sources beside them.

use std::path::Path;

#[path = "../../../xtask/src/lock.rs"]
mod lock;

#[test]
fn every_committed_component_was_built_from_the_sources_beside_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (said, present) = (lock::read(&root).unwrap(), lock::present(&root).unwrap());
    assert_eq!(said.len(), lock::RULES.len(), "{} does not name every component; run `cargo xtask rules`", lock::LOCK);
    for (said, present) in said.iter().zip(&present) {
        assert_eq!(
            said, present,
            "sources and component changed apart; run `cargo xtask rules` and commit what it writes"
        );
    }
}
