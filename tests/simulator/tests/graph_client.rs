//! A Graph client that is not presync's own works against the simulator: the npm library
//! `@microsoft/microsoft-graph-client`, unmodified, over TLS as it insists. It is fetched once, with npm, into a folder of
//! the target folder that stays.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod npm;

use std::{fs, process::Command};

use presync_simulator::{Config, Simulator};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn microsofts_own_library_lists_follows_reads_and_writes() {
    let sim = Simulator::start(Config { tls: true, ..Config::default() }).await.unwrap();
    let pem = sim.authority_pem().unwrap().to_owned();
    let tenant = sim.tenants().remove(0);
    // The library waits and tries again by itself.
    sim.faults().rule("fail GET /users with 429 retry-after 1 1 times").unwrap();
    let (read, write) = (tenant.read_app, tenant.write_app);
    let arguments = [
        String::from("work.mjs"),
        sim.entra_url(),
        sim.graph_url(),
        tenant.directory,
        read.client_id,
        read.secret,
        write.client_id,
        write.secret,
    ];
    let work = move || {
        let folder = npm::client("graph", "work.mjs");
        let authority = folder.join("ca.pem");
        fs::write(&authority, pem).unwrap();
        let mut node = Command::new("node");
        npm::output(node.args(arguments).env("NODE_EXTRA_CA_CERTS", authority).current_dir(folder))
    };
    let said = tokio::task::spawn_blocking(work).await.unwrap();
    let said: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let expected = json!({
        "users": 26,
        "changed": 26,
        "since": 0,
        "statuses": [200, 400, 404],
        "activities": ["InACall", "Available"],
        "missing": {"status": 404, "code": "NotFound"},
    });
    assert_eq!(said, expected);
    let statuses: Vec<_> =
        sim.requests().iter().filter(|request| request.path == "/v1.0/users").map(|request| request.status).collect();
    assert_eq!(statuses[..2], [Some(429), Some(200)]);
}
