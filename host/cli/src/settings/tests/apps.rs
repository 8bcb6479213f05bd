//! How apps prove who they are, and which cloud they do it in.

use insta::assert_snapshot;
use presync_teams::Credential;

use super::{ACME, load, load_in, told_with};

const SECRET: &str = "secret = \"env:READ\"";

fn acme(proof: &str) -> String {
    ACME.replace(SECRET, proof)
}

#[test]
fn a_certificate_and_its_key_may_be_two_files_or_one() {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let certificate = rcgen::CertificateParams::default().self_signed(&pair).unwrap().pem();
    let key = pair.serialize_pem();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("app.pem", certificate.clone()), ("app.key", key.clone()), ("both.pem", format!("{key}{certificate}"))]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    for proof in [r#"certificate = "file:app.pem", key = "file:app.key""#, r#"certificate = "file:both.pem""#] {
        let settings = load_in(folder.path(), &acme(proof)).unwrap();
        assert!(matches!(settings.tenants[0].teams.read_app.credential, Credential::Certificate(_)), "{proof}");
        assert!(!format!("{settings:?}").contains("PRIVATE"));
    }
}

#[test]
fn a_federated_assertion_is_a_file_that_is_read_later() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "").unwrap();
    let settings = load_in(folder.path(), &acme(r#"federated = "token""#)).unwrap();
    match &settings.tenants[0].teams.read_app.credential {
        Credential::Federated(path) => assert_eq!(path, &folder.path().join("token")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_app_proves_itself_in_one_way() {
    assert_snapshot!(
        told_with(SECRET, r#"secret = "env:READ", federated = "token""#),
        @"presync.toml:6: tenant[acme].teams.read_app.federated: stands beside another proof of who the app is; expected one of secret, certificate and federated"
    );
    assert_snapshot!(
        told_with(SECRET, r#"secret = "env:READ", key = "env:READ""#),
        @r#"presync.toml:6: tenant[acme].teams.read_app.key: stands without a certificate; expected a certificate and its private key, both PEM: "env:NAME" or "file:path", the key apart as `key` or in the same text"#
    );
}

#[test]
fn what_is_no_certificate_and_what_is_not_there_is_told() {
    assert_snapshot!(
        told_with(SECRET, r#"certificate = "env:READ""#),
        @r#"presync.toml:6: tenant[acme].teams.read_app.certificate: cannot be used: there is no certificate in it (PEM, with "-----BEGIN CERTIFICATE-----"); expected a certificate and its private key, both PEM: "env:NAME" or "file:path", the key apart as `key` or in the same text"#
    );
    assert_snapshot!(
        told_with(SECRET, r#"federated = "missing""#),
        @r#"presync.toml:6: tenant[acme].teams.read_app.federated: is "missing", which cannot be read (missing: No such file or directory (os error 2)); expected a file with the token of another identity provider, its path relative to the settings file"#
    );
}

#[test]
fn a_cloud_brings_its_addresses_and_an_address_by_hand_wins() {
    let with = |line: &str| {
        load(&ACME.replace("[tenant.eight]", &format!("{line}\n[tenant.eight]"))).unwrap().tenants.remove(0).teams
    };
    let dod = with("cloud = \"us-gov-dod\"");
    assert_eq!(dod.login.as_str(), "https://login.microsoftonline.us/");
    assert_eq!(dod.graph.as_str(), "https://dod-graph.microsoft.us/v1.0");
    let mixed = with("cloud = \"us-gov-l4\"\ngraph = \"http://127.0.0.1:9000/v1.0\"");
    assert_eq!(mixed.login.as_str(), "https://login.microsoftonline.us/");
    assert_eq!(mixed.graph.as_str(), "http://127.0.0.1:9000/v1.0");
    assert_eq!(with("").graph.as_str(), "https://graph.microsoft.com/v1.0");
}

#[test]
fn a_cloud_without_presence_and_one_that_is_none_are_told() {
    assert_snapshot!(
        told_with("[tenant.eight]", "cloud = \"china\"\n[tenant.eight]"),
        @r#"presync.toml:7: tenant[acme].teams.cloud: is "china", where Microsoft offers no presence; expected "global" (GCC, too), "us-gov-l4" (GCC High) or "us-gov-dod""#
    );
    assert_snapshot!(
        told_with("[tenant.eight]", "cloud = \"mars\"\n[tenant.eight]"),
        @r#"presync.toml:7: tenant[acme].teams.cloud: is "mars", no cloud of Microsoft's; expected "global" (GCC, too), "us-gov-l4" (GCC High) or "us-gov-dod""#
    );
}
