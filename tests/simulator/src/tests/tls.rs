//! TLS: trusted by whoever was given the authority's certificate, and by nobody else.

use reqwest::Certificate;

use super::*;

#[tokio::test]
async fn the_servers_speak_tls_to_whoever_trusts_their_authority() {
    let sim = Simulator::start(Config { tls: true, ..Config::default() }).await.unwrap();
    let authority = Certificate::from_pem(sim.authority_pem().unwrap().as_bytes()).unwrap();
    let http = Client::builder().tls_certs_only([authority]).build().unwrap();
    let access = sim.tenants().remove(0);
    assert!(sim.graph_url().starts_with("https://") && sim.admin_url().starts_with("http://"));
    let token = entra_token(&http, &sim, &access, &access.read_app).await;
    let users = json(http.get(sim.graph_url() + "/users?$top=5").bearer_auth(token)).await;
    assert!(users["@odata.nextLink"].as_str().unwrap().starts_with("https://"));
    assert!(!eight_token(&http, &sim, &access).await.is_empty());
    assert!(Client::new().get(sim.graph_url()).send().await.is_err());
    // Somebody who cannot shake hands is in nobody's way.
    let graph = sim.graph_url();
    let address = graph.trim_start_matches("https://").trim_end_matches("/v1.0");
    let _open = tokio::net::TcpStream::connect(address).await.unwrap();
    assert_eq!(status(http.get(sim.graph_url() + "/users")).await, 401);
}
