//! An OpenID client that is not presync's own signs in to the simulator: the npm library `openid-client`, unmodified. It
//! is fetched once, with npm, into a folder of the target folder that stays.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use presync_simulator::{Config, Simulator};
use serde_json::{Value, json};

/// The client with its library.
fn client() -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/openid");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openid");
    fs::create_dir_all(&to).unwrap();
    for file in ["package.json", "package-lock.json", "sign-in.mjs"] {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
    let lock = fs::read(to.join("package-lock.json")).unwrap();
    let fetched = to.join("fetched-lock.json");
    if fs::read(&fetched).ok().as_deref() != Some(lock.as_slice()) {
        output(&to, "npm", ["ci", "--no-audit", "--no-fund"]);
        fs::write(fetched, lock).unwrap();
    }
    to
}

/// What a program writes, if it ends well.
fn output<A: AsRef<OsStr>>(folder: &Path, program: &str, arguments: impl IntoIterator<Item = A>) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be run ({error}): these tests need Node.js with npm"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

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
    let run = move || output(&client(), "node", arguments);
    let said = tokio::task::spawn_blocking(run).await.unwrap();
    let said: Value = serde_json::from_str(said.lines().last().expect("a last line")).unwrap();
    let expected = json!({"application": [200, id], "me": [200, id], "user": user, "email": user, "oid": id,
        "rotated": true, "declined": "invalid_grant"});
    assert_eq!(said, expected);
}
