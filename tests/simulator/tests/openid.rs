//! An OpenID client that is not presync's own signs in to the simulator: the npm library `openid-client`, unmodified. It
//! is fetched once, with npm, into a folder of the target folder that stays.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod npm;

use std::process::Command;

use presync_simulator::{Config, Simulator};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_public_openid_library_signs_in_refreshes_and_reads() {
    let sim = Simulator::start(Config { users: 2, ..Config::default() }).await.unwrap();
    let (person, tenant) = (sim.people(0).remove(1), sim.tenants().remove(0));
    let (user, id) = (person.upn.unwrap(), person.teams_id.unwrap());
    let arguments = [
        String::from("sign-in.mjs"),
        sim.entra_url(),
        sim.graph_url(),
        tenant.directory,
        tenant.read_app.client_id,
        tenant.read_app.secret,
        user.clone(),
    ];
    let run = move || {
        let folder = npm::client("openid", "sign-in.mjs");
        npm::output(Command::new("node").args(arguments).current_dir(folder))
    };
    let said = tokio::task::spawn_blocking(run).await.unwrap();
    let said: Value = serde_json::from_str(said.lines().last().expect("a last line")).unwrap();
    let expected = json!({"application": [200, id], "me": [200, id], "user": user, "email": user, "oid": id,
        "rotated": true, "declined": "invalid_grant"});
    assert_eq!(said, expected);
}
