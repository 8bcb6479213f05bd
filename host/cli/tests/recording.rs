//! The real binary: a session with a tenant is recorded without a write and without a name, and a fresh service that is run against the
//! recording writes the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up is to fail")]

mod service;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use presync_simulator::{Config, Replay, ReplayConfig, ReplayReport, Simulator};
use service::{Service, eventually};
use tokio::time::timeout;

const BINARY: &str = env!("CARGO_BIN_EXE_presync");

/// `presync record` of the simulator's first tenant; people move once the directories were read.
async fn record(simulator: &Simulator, config: &Path, to: &Path, movement: impl FnOnce(&Simulator)) -> Output {
    let child = Command::new(BINARY)
        .args(["record", "--tenant", "tenant-1", "--for", "8s", "--config"])
        .arg(config)
        .arg("--to")
        .arg(to)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    simulator.first_read().await;
    movement(simulator);
    tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap()
}

/// A replay, and a fresh service that runs against it.
struct Replayed {
    replay: Replay,
    service: Service,
}

impl Replayed {
    /// `service` lends its folder and its port.
    async fn start(recording: &Path, mut service: Service) -> Self {
        let replay = Replay::start(recording, ReplayConfig::default()).await.unwrap();
        let config = service.config();
        let before = std::fs::read_to_string(&config).unwrap();
        let listen = before.lines().find(|line| line.starts_with("listen")).unwrap();
        let settings = replay.settings().replacen("[service]", &format!("[service]\n{listen}"), 1);
        std::fs::write(&config, settings).unwrap();
        std::fs::write(config.with_file_name("replay.secret"), "any").unwrap();
        service.start();
        Self { replay, service }
    }

    /// The report, once so much is written as it was recorded, and nothing otherwise.
    async fn as_recorded(&self, writes: usize) -> ReplayReport {
        eventually("the service reads the replay", || self.service.has_cycled()).await;
        let told = Mutex::new(String::new());
        let so = || {
            let report = self.replay.report();
            *told.lock().unwrap() = format!("{report:#?}");
            report.writes_otherwise.is_empty() && report.writes_as_recorded >= writes
        };
        let same = eventually("the same is written", so);
        if timeout(Duration::from_secs(30), same).await.is_err() {
            panic!("what is written is not what was recorded: {}", told.lock().unwrap());
        }
        self.replay.report()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_names_nobody_and_makes_a_fresh_service_write_the_same() {
    let simulator = Simulator::start(Config { users: 12, ..Config::default() }).await.unwrap();
    let service = Service::new(&simulator);
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("recording.jsonl");
    let people = simulator.people(0);
    let output = record(&simulator, &service.config(), &to, |simulator| {
        simulator.teams_client(&people[0], "Busy", "Busy");
        simulator.teams_client(&people[1], "DoNotDisturb", "Presenting");
        simulator.start_eight_call(&people[2]);
    })
    .await;
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    assert!(said.contains("Nothing was written to either side") && said.contains("12 linked people"), "{said}");
    assert!(people.iter().all(|person| simulator.writes(person).is_empty()), "a write was sent");

    let recording = std::fs::read_to_string(&to).unwrap().to_lowercase();
    let access = &simulator.tenants()[0];
    let secrets = [&access.read_app.secret, &access.read_app.client_id, &access.eight_key, &access.directory];
    let names = people.iter().flat_map(|person| [&person.upn, &person.email]).flatten();
    for original in secrets.into_iter().chain(names) {
        assert!(!recording.contains(&original.to_lowercase()), "{original} is in the recording");
    }
    let again = record_to_the_same_place(&service.config(), &to);
    assert!(!again.status.success() && text(&again.stderr).contains("exists already"), "{again:?}");

    let replayed = Replayed::start(&to, service).await;
    // Everybody is published once, and one holds a session.
    let report = replayed.as_recorded(13).await;
    assert!(report.never_recorded.is_empty(), "{report:#?}");
}

fn record_to_the_same_place(config: &Path, to: &Path) -> Output {
    Command::new(BINARY).args(["record", "--for", "1s", "--config"]).arg(config).arg("--to").arg(to).output().unwrap()
}

/// The recordings that are kept with the tests were made of the simulator, one in each of 8x8's modes.
async fn replays(name: &str, writes: usize) {
    let recording = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/simulator/recordings").join(name);
    let nobody = Simulator::start(Config { users: 1, ..Config::default() }).await.unwrap();
    let replayed = Replayed::start(&recording, Service::new(&nobody)).await;
    let report = replayed.as_recorded(writes).await;
    assert!(report.never_recorded.is_empty(), "{report:#?}");
    let all = eventually("all that was recorded is asked for", || replayed.replay.report().not_asked.is_empty());
    if timeout(Duration::from_secs(30), all).await.is_err() {
        panic!("some of what was recorded is not asked for: {:#?}", replayed.replay.report());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kept_recording_of_partner_mode_is_told_again() {
    replays("partner.jsonl", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kept_recording_of_public_mode_is_told_again() {
    replays("public.jsonl", 6).await;
}

#[test]
fn what_cannot_be_recorded_is_said_before_anything_is_asked() {
    let refused = |args: &[&str]| {
        let output = Command::new(BINARY).arg("record").args(args).output().unwrap();
        assert!(!output.status.success(), "{output:?}");
        text(&output.stderr)
    };
    let settings = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/settings/simulator.toml");
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("recording.jsonl");
    let to = to.to_str().unwrap();
    let several = refused(&["--config", settings, "--to", to]);
    assert!(several.contains("give --tenant, one of tenant-1, tenant-2"), "{several}");
    let unknown = refused(&["--config", settings, "--tenant", "acme", "--to", to]);
    assert!(unknown.contains("no tenant \"acme\"; they have tenant-1, tenant-2"), "{unknown}");
    let short = refused(&["--config", settings, "--for", "10ms", "--to", to]);
    assert!(short.contains("--for is 10ms") && short.contains("a second or more"), "{short}");
    let help = text(&Command::new(BINARY).args(["record", "--help"]).output().unwrap().stdout);
    assert!(help.contains("Examples:") && help.contains("nothing is written to either"), "{help}");
}
