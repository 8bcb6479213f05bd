//! The real binary: an administrator finds out who is not linked, is told who might be meant, and pairs the two while the service runs.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up is to fail")]

mod service;

use std::path::Path;
use std::process::{Command, Output};

use presync_simulator::{Config, Simulator, Status};
use service::{Service, eventually};

/// `presync link …` on these settings.
fn link(config: &Path, args: &[&str]) -> Output {
    let binary = env!("CARGO_BIN_EXE_presync");
    Command::new(binary).arg("link").args(args).arg("--config").arg(config).output().unwrap()
}

fn said(config: &Path, args: &[&str]) -> String {
    let output = link(config, args);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_list_of_who_is_left_to_a_pair_that_is_kept_in_step() {
    let simulator = Simulator::start(Config { users: 5, oddities: false, ..Config::default() }).await.unwrap();
    let ann = simulator.add_person(0, "Ann Lee", Some("ann@corp.example"), None).unwrap();
    let lee = simulator.add_person(0, "Lee, Ann", None, Some("a.lee@old.example")).unwrap();
    simulator.teams_client(&ann, "Busy", "Busy");
    let mut service = Service::new(&simulator);
    let (config, pairs) = (service.config(), service.config().with_file_name("links.csv"));
    let settings = std::fs::read_to_string(&config).unwrap();
    let settings = settings.replace("poll_interval", "directory_interval = \"1s\"\npoll_interval");
    std::fs::write(&config, settings + "\n[tenant.link]\nfile = \"links.csv\"\n").unwrap();
    std::fs::write(&pairs, "teams,eight\n# none yet\n").unwrap();

    let add = ["add", "ann@corp.example", "a.lee@old.example"];
    assert!(
        said(&config, &[&add[..], &["--dry-run"]].concat()).contains("What it changes is not known: nothing answers")
    );
    service.start();
    eventually("the service reads", || service.has_cycled()).await;
    assert!(said(&config, &["list"]).contains("tenant-1: 5 people linked"));
    let left = said(&config, &["list", "--unlinked", "--format", "csv"]);
    assert!(left.contains(",ann@corp.example,Ann Lee,no-partner,"), "{left}");
    assert!(left.contains("a.lee@old.example,\"Lee, Ann\",same-name,95"), "{left}");
    let suggested = said(&config, &["suggest"]);
    assert_eq!(suggested, "teams,eight\n# same name\nann@corp.example,a.lee@old.example\n");

    let added = said(&config, &add);
    assert!(added.contains("Teams ann@corp.example: is Ann Lee, not linked now (no partner)"), "{added}");
    assert_eq!(
        std::fs::read_to_string(&pairs).unwrap(),
        "teams,eight\n# none yet\nann@corp.example,a.lee@old.example\n"
    );
    eventually("the two are linked", || said(&config, &["list"]).contains("by hand  Ann Lee")).await;
    eventually("and in step", || simulator.shown(&lee).published == Some(Status::Busy)).await;

    assert!(said(&config, &add).contains("paired already"));
    let refused = link(&config, &["add", "ann@corp.example", "somebody@old.example"]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && told.contains("pairs ann@corp.example with a.lee@old.example; take that out"),
        "{told}"
    );
    let json: serde_json::Value = serde_json::from_str(&said(&config, &["list", "--format", "json"])).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 6);
}
