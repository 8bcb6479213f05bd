//! What who runs the real binary relies on: what it logs and what not, the traces that it sends, and what it leaves behind when it stops.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up is to fail")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod service;

use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use presync_simulator::{AppKind, Config, Endpoint, Fault, Simulator};
use prost::Message;
use service::{Service, eventually};

/// The token of the administration API, for settings that refer to it.
const TOKEN: &str = "sesame-sesame-sesame";

/// A process with a log that can be read.
struct Run {
    service: Service,
    child: Child,
}

impl Run {
    /// With more lines in `[service]`, and more at the end.
    fn start(simulator: &Simulator, log: &str, of_service: &str, at_end: &str) -> Self {
        let service = Service::new(simulator);
        let settings = std::fs::read_to_string(service.config()).unwrap();
        let settings = settings.replacen("[service]\n", &format!("[service]\n{of_service}\n"), 1) + at_end;
        std::fs::write(service.config(), settings).unwrap();
        std::fs::write(service.config().with_file_name("token"), TOKEN).unwrap();
        let log_file = std::fs::File::create(service.config().with_file_name("log")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_presync"))
            .args(["--log", log, "run", "--config"])
            .arg(service.config())
            .stdout(Stdio::null())
            .stderr(log_file)
            .spawn()
            .unwrap();
        Self { service, child }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.service.config().with_file_name("log")).unwrap()
    }

    /// As a supervisor does it; returns the exit code.
    fn stop(&mut self) -> Option<i32> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a collector was sent.
#[derive(Debug, Clone, Default)]
struct Collected(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

impl Collected {
    /// A collector on a free port; its address.
    async fn listen(&self) -> String {
        let take = async |State(Self(all)): State<Self>, headers: HeaderMap, body: Bytes| {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            all.lock().unwrap().push(ExportTraceServiceRequest::decode(body).unwrap());
        };
        let routes = Router::new().route("/v1/traces", post(take)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        format!("http://{address}")
    }

    fn spans(&self) -> Vec<Span> {
        let all = self.0.lock().unwrap();
        let scopes = all.iter().flat_map(|request| &request.resource_spans).flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }

    fn resource(&self) -> Vec<KeyValue> {
        let all = self.0.lock().unwrap();
        all[0].resource_spans[0].resource.clone().unwrap().attributes
    }
}

fn text(attributes: &[KeyValue], key: &str) -> Option<String> {
    let value = attributes.iter().find(|attribute| attribute.key == key)?.value.clone()?.value?;
    match value {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cycle_is_a_trace_with_its_steps_and_names_the_tenant_and_nobody() {
    let simulator = Simulator::start(Config { users: 6, ..Config::default() }).await.unwrap();
    let collected = Collected::default();
    let otlp = format!("otlp = \"{}\"", collected.listen().await);
    let mut run = Run::start(&simulator, "info", &otlp, "");
    let person = simulator.people(0)[0].clone();
    eventually("the service reads", || run.service.has_cycled()).await;
    simulator.start_eight_call(&person);
    eventually("the call is shown in Teams", || simulator.shown(&person).session).await;
    assert_eq!(run.stop(), Some(0), "{}", run.log());
    let spans = collected.spans();
    assert_eq!(text(&collected.resource(), "service.name").as_deref(), Some("presync"));
    let of = |root: &Span| -> Vec<&Span> { spans.iter().filter(|span| span.trace_id == root.trace_id).collect() };
    let roots: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id.is_empty()).collect();
    assert!(roots.iter().all(|root| ["cycle", "between"].contains(&&*root.name)), "{roots:#?}");
    let cycle = of(roots.iter().find(|root| root.name == "cycle").unwrap());
    let reads = cycle.iter().filter(|span| span.name == "read");
    let mut sides: Vec<_> = reads.filter_map(|span| text(&span.attributes, "side")).collect();
    sides.sort();
    assert_eq!(sides, ["8x8", "teams"]);
    // The call may be told in between the cycles; wherever it was written, the steps are there.
    let whole = roots.iter().map(|root| of(root)).find(|all| all.iter().any(|span| span.name == "deliver")).unwrap();
    for step in ["decide", "store", "deliver"] {
        let step = whole.iter().find(|span| span.name == step).unwrap_or_else(|| panic!("no {step}"));
        assert!(!step.parent_span_id.is_empty() && step.end_time_unix_nano >= step.start_time_unix_nano);
    }
    for span in &spans {
        assert_eq!(text(&span.attributes, "tenant").as_deref(), Some("tenant-1"), "{}", span.name);
        assert!(!format!("{span:?}").contains('@'), "{span:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_metrics_and_warnings_are_answered_over_http() {
    let simulator = Simulator::start(Config { users: 6, ..Config::default() }).await.unwrap();
    let run = Run::start(&simulator, "info", "", "");
    eventually("the service reads", || run.service.has_cycled()).await;
    let settings = std::fs::read_to_string(run.service.config()).unwrap();
    let listen = settings.lines().find_map(|line| line.strip_prefix("listen = ")).unwrap().trim_matches('"').to_owned();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str| client.get(format!("http://{listen}{path}")).send().await.unwrap();
    let ready = get("/readyz").await;
    assert_eq!(ready.status(), 200);
    let ready: serde_json::Value = ready.json().await.unwrap();
    assert_eq!(ready, serde_json::json!({"ready": true, "tenants": 1, "read": 1, "waiting": [], "unwell": {}}));
    let metrics = get("/metrics").await;
    assert_eq!(metrics.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let metrics = metrics.text().await.unwrap();
    for line in [
        "# TYPE presync_writes_total counter",
        "presync_ready{tenant=\"tenant-1\"} 1",
        "presync_people_linked{tenant=\"tenant-1\"} 6",
    ] {
        assert!(metrics.lines().any(|told| told.starts_with(line)), "no {line} in {metrics}");
    }
    simulator.set_roles(0, AppKind::Read, false);
    simulator.revoke_tokens();
    let mut told = serde_json::Value::Null;
    for _ in 0..400 {
        told = get("/v1/tenants/tenant-1/warnings").await.json().await.unwrap();
        if told.as_array().unwrap().iter().any(|one| one["warning"] == "consent-missing") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let of = |word: &str| told.as_array().unwrap().iter().find(|one| one["warning"] == word).cloned().unwrap();
    assert_eq!(
        (&of("consent-missing")["about"], &of("consent-missing")["needs_action"]),
        (&"read-app".into(), &true.into())
    );
    assert!(of("teams-trouble")["since"].is_u64() && of("teams-trouble")["advice"].is_string());
    assert_eq!(get("/v1/tenants/nobody/warnings").await.status(), 404);
}

/// The level of a line of the log; lines that go on another have none.
fn level(line: &str) -> Option<&str> {
    line.split_whitespace().nth(1).filter(|word| ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(word))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_token_is_logged_at_any_level_and_no_address_at_info() {
    let config = Config { users: 12, move_every: std::time::Duration::from_secs(3), ..Config::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let access = simulator.tenants()[0].clone();
    // Somebody who is not linked: that is a trouble, and troubles are logged.
    let groups = "[tenant.groups]\nsupport = [\"stranger@elsewhere.example\"]\n";
    let mut run = Run::start(&simulator, "debug", "admin_token = \"file:token\"", groups);
    eventually("the service reads", || run.service.has_cycled()).await;
    simulator.start_movement();
    for status in [401, 403, 429, 503] {
        for endpoint in [
            Endpoint::GetPresences,
            Endpoint::UsersDelta,
            Endpoint::EntraToken,
            Endpoint::EightChanges,
            Endpoint::Publish,
        ] {
            simulator.faults().add(Fault::status(endpoint, status).times(1));
        }
        simulator.revoke_tokens();
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    }
    simulator.change_secret(0, AppKind::Read, "another");
    simulator.revoke_tokens();
    eventually("the wrong secret is told", || run.log().contains("the client secret is wrong")).await;
    run.stop();
    let log = run.log();
    assert!(log.contains("DEBUG"), "it is the whole log");
    let secrets = [&access.read_app.secret, &access.write_app.secret, &access.eight_secret];
    let secrets: Vec<&str> =
        secrets.into_iter().map(String::as_str).chain([TOKEN, "Bearer ey", "Bearer \"", "access_token\":"]).collect();
    for secret in secrets {
        assert!(!log.contains(secret), "the log shows {secret}: {:?}", log.lines().find(|line| line.contains(secret)));
    }
    assert!(!log.contains("eyJ"), "the log shows a token: {:?}", log.lines().find(|line| line.contains("eyJ")));
    let mut loud = true;
    for line in log.lines() {
        loud = level(line).map_or(loud, |level| ["ERROR", "WARN", "INFO"].contains(&level));
        assert!(!(loud && line.contains('@')), "{line}");
    }
    assert!(log.contains("<address>"), "the stranger of the settings was a trouble");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_cleared_at_the_end_where_the_settings_say_so_and_kept_otherwise() {
    for (at_stop, held_after) in [("clear", false), ("keep", true)] {
        let simulator = Simulator::start(Config { users: 8, ..Config::default() }).await.unwrap();
        let mut run = Run::start(&simulator, "info", &format!("at_stop = \"{at_stop}\""), "");
        let people: Vec<_> = simulator.people(0).into_iter().take(4).collect();
        people.iter().for_each(|person| simulator.start_eight_call(person));
        eventually("every call is shown in Teams", || people.iter().all(|person| simulator.shown(person).session))
            .await;
        assert_eq!(run.stop(), Some(0), "{}", run.log());
        let held: Vec<bool> = people.iter().map(|person| simulator.shown(person).session).collect();
        assert_eq!(held, [held_after; 4], "{at_stop}: {}", run.log());
        assert_eq!(run.log().contains("sessions in Teams were cleared"), !held_after);
        if !held_after {
            assert!(run.log().contains("cleared=4 left=0"), "{}", run.log());
            // The calls go on: the next process shows them again at once.
            run.service.start();
            eventually("they are shown again", || people.iter().all(|person| simulator.shown(person).session)).await;
        }
    }
}
