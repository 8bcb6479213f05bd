//! The program as a script starts it: before presync, and judged by its exit code and its report.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_presync-simulator");
const FREE_PORTS: [&str; 8] = ["--entra-port", "0", "--graph-port", "0", "--eight-port", "0", "--admin-port", "0"];

fn start(more: &[&str]) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(PROGRAM).args(FREE_PORTS).args(more).stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (child, output)
}

/// The addresses that the program prints first: Entra, Graph, 8x8, admin.
fn urls(output: &mut impl BufRead) -> Vec<String> {
    let lines = output.lines().take(4).map(Result::unwrap);
    lines.map(|line| line.split_whitespace().last().unwrap().to_owned()).collect()
}

async fn read_once(urls: &[String]) {
    let http = reqwest::Client::new();
    let form = [
        ("client_id", "00000000-0000-4000-8001-000000000001"),
        ("client_secret", "simulator-secret"),
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let url = format!("{}/00000000-0000-4000-8000-000000000001/oauth2/v2.0/token", urls[0]);
    let token: Value = http.post(url).form(&form).send().await.unwrap().json().await.unwrap();
    let token = token["access_token"].as_str().unwrap();
    let url = format!("{}/communications/getPresencesByUserId", urls[1]);
    assert!(http.post(url).bearer_auth(token).json(&json!({"ids": []})).send().await.unwrap().status().is_success());
}

#[tokio::test]
async fn it_waits_for_the_first_read_then_judges_and_reports() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("simulator-report.json");
    let more =
        ["--tenants", "1", "--users", "60", "--seconds", "1", "--settle", "0", "--report", file.to_str().unwrap()];
    let (mut child, mut output) = start(&more);
    let urls = urls(&mut output);
    read_once(&urls).await;
    // Nobody synchronises, so the people are not the same on both sides.
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let report: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!((report["users"].as_u64(), report["tenants"].as_u64()), (Some(60), Some(1)));
    assert!(report["wrong_at_end"].as_u64().unwrap() > 10);
    assert_eq!(report["both_directions_used"], false);
    assert_eq!(report["change_to_publish_seconds"]["samples"], 0);
    assert!((1.0..30.0).contains(&report["seconds"].as_f64().unwrap()));
}

#[tokio::test]
async fn in_public_mode_the_contract_is_not_there_and_the_report_says_what_is_not_carried() {
    let (mut child, mut output) =
        start(&["--tenants", "1", "--users", "60", "--seconds", "1", "--settle", "0", "--eight-mode", "public"]);
    let urls = urls(&mut output);
    let http = reqwest::Client::new();
    let tenants: Value = http.get(urls[3].replace("/truth", "/tenants")).send().await.unwrap().json().await.unwrap();
    let access = &tenants["tenants"][0];
    let text = |name: &str| access[name].as_str().unwrap();
    let changes = http.get(format!("{}/presence/v1/changes", urls[2])).header("x-api-key", text("eight_key"));
    assert_eq!(changes.send().await.unwrap().status(), 404);
    let agents = format!("{}/api/v1/tenants/{}/agentstatus/agents", urls[2], text("cc_tenant"));
    let agents = http.get(agents).basic_auth(text("cc_tenant"), Some(text("cc_action_token")));
    assert_eq!(agents.send().await.unwrap().status(), 200);
    child.wait().unwrap();
    let said: Vec<String> = output.lines().map(Result::unwrap).collect();
    assert!(said.iter().any(|line| line.contains("statusHasNoDocumentedWrite")), "{said:?}");
}

#[test]
fn help_has_examples() {
    let help = Command::new(PROGRAM).arg("--help").output().unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(text.contains("Examples:") && text.contains("--settle"), "{text}");
}
