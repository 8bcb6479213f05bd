use insta::assert_snapshot;
use presync_teams::Credential;
use secrecy::ExposeSecret;

use super::{ACME, load, partner, told, told_with};

#[test]
fn a_variable_and_a_file_are_read_and_a_key_may_be_written_out() {
    let settings = load(&ACME.replace("env:EIGHT", "file:hush.secret")).unwrap();
    let acme = &settings.tenants[0];
    assert!(
        matches!(&acme.teams.read_app.credential, Credential::Secret(secret) if secret.expose_secret() == "read-hush")
    );
    assert_eq!(partner(acme).secret.expose_secret(), "file-hush");
    assert_eq!(partner(acme).key.expose_secret(), "acme-key");
    let settings = load(&ACME.replace("acme-key", "env:EIGHT")).unwrap();
    assert_eq!(partner(&settings.tenants[0]).key.expose_secret(), "eight-hush");
}

#[test]
fn no_secret_appears_in_debug_output() {
    let shown = format!("{:#?}", load(&ACME.replace("env:EIGHT", "file:hush.secret")).unwrap());
    assert!(shown.contains("acme") && !shown.contains("hush") && !shown.contains("acme-key"), "{shown}");
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    assert_snapshot!(
        told_with("env:READ", "env:ACME_READ"),
        @"presync.toml:6: tenant[acme].teams.read_app.secret: refers to env:ACME_READ, which is not set or empty; expected a variable of presync's environment that holds the secret"
    );
    assert_snapshot!(
        told_with("env:READ", "env:EMPTY"),
        @"presync.toml:6: tenant[acme].teams.read_app.secret: refers to env:EMPTY, which is not set or empty; expected a variable of presync's environment that holds the secret"
    );
}

#[test]
fn a_file_that_is_not_there_or_is_empty_is_named() {
    assert_snapshot!(
        told_with("env:EIGHT", "file:missing.secret"),
        @"presync.toml:9: tenant[acme].eight.secret: refers to file:missing.secret, which cannot be read (missing.secret: No such file or directory (os error 2)); expected a file that holds the secret and nothing else, its path relative to the settings file"
    );
    assert_snapshot!(
        told_with("env:EIGHT", "file:empty.secret"),
        @"presync.toml:9: tenant[acme].eight.secret: refers to file:empty.secret, which is empty (empty.secret); expected a file that holds the secret and nothing else, its path relative to the settings file"
    );
}

#[test]
fn a_secret_in_the_settings_file_is_refused_and_not_repeated() {
    let told_so = told_with("env:READ", "s3cr3t~hush");
    assert!(!told_so.contains("hush"));
    assert_snapshot!(
        told_so,
        @r#"presync.toml:6: tenant[acme].teams.read_app.secret: holds the secret itself, which everyone who sees this file would know; expected a reference: "env:NAME" or "file:path""#
    );
    assert_snapshot!(
        told_with("acme-key", ""),
        @r#"presync.toml:8: tenant[acme].eight.key: is empty; expected a reference: "env:NAME" or "file:path""#
    );
}

#[test]
fn a_secret_on_a_line_with_an_error_is_not_repeated() {
    let client_id = "\"0d7a2c51-6c3e-4f0e-9a83-3a1f2d6b7c10\"";
    for wrong in [
        ACME.replace("\"env:EIGHT\"", "\"s3cr3t~hush"),
        ACME.replace("\"env:EIGHT\"", "s3cr3t~hush"),
        ACME.replace("\"env:EIGHT\"", "[\"s3cr3t~hush\"]"),
        ACME.replace(client_id, "\"s3cr3t~hush\""),
        ACME.replace("\"acme-key\"", "12345678909").replace("\"env:EIGHT\"", "\"s3cr3t~hush\""),
    ] {
        let told_so = told(&wrong);
        assert!(!told_so.contains("hush") && !told_so.contains("123456789"), "{told_so}");
    }
}
