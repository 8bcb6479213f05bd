//! Sync users who have signed in.

use std::path::Path;

use presync_core::time::Timestamp;
use secrecy::ExposeSecret;

use super::{acme, tenant};
use crate::{SignInAccount, Store, StoredSignIn, TenantStore};

const AT: Timestamp = Timestamp::from_millis(7);

fn account(user: &str) -> SignInAccount {
    SignInAccount { directory: "dir-1".to_owned(), user: user.to_owned() }
}

fn token(tenant: &TenantStore, user: &str) -> Option<String> {
    tenant.refresh_token(&account(user)).unwrap().map(|token| token.expose_secret().to_owned())
}

fn signed_in(tenant: &TenantStore, user: &str, token: &str, name: &str) {
    tenant.keep_refresh_token(&account(user), &token.into()).unwrap();
    tenant.name_sign_in(&account(user), name, AT).unwrap();
}

fn all_bytes(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn a_token_is_replaced_by_its_successor_and_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let before = acme(&path);
    assert_eq!(token(&before, "ann"), None);
    signed_in(&before, "ann", "token-1", "sync@corp.com");
    before.keep_refresh_token(&account("ann"), &"token-2".into()).unwrap();
    drop(before);
    let after = acme(&path);
    assert_eq!(token(&after, "ann").as_deref(), Some("token-2"));
    let sync_user = Some(("sync@corp.com".to_owned(), AT));
    assert_eq!(after.sign_ins().unwrap(), [StoredSignIn { account: account("ann"), sync_user }]);
}

#[test]
fn no_token_can_be_read_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let acme = acme(&folder.path().join("presync.db"));
    signed_in(&acme, "ann", "a-token-that-nobody-sees", "sync@corp.com");
    let bytes = all_bytes(folder.path());
    assert!(bytes.windows(13).any(|part| part == b"sync@corp.com"), "what is looked at is what was written");
    assert!(!bytes.windows(7).any(|part| part == b"a-token"));
}

#[test]
fn whoever_signs_in_as_the_same_sync_user_takes_the_place_of_the_one_before() {
    let acme = tenant(&Store::in_memory().unwrap(), "acme");
    signed_in(&acme, "ann", "token-1", "sync@corp.com");
    signed_in(&acme, "cid", "token-2", "other@corp.com");
    signed_in(&acme, "bob", "token-3", "sync@corp.com");
    let users: Vec<_> = acme.sign_ins().unwrap().into_iter().map(|sign_in| sign_in.account.user).collect();
    assert_eq!(users, ["bob", "cid"]);
    acme.forget_sign_in(&account("bob")).unwrap();
    acme.forget_sign_in(&account("bob")).unwrap();
    assert_eq!(token(&acme, "bob"), None);
}

#[test]
fn a_sign_in_without_an_end_has_no_name_and_no_tenant_sees_anothers() {
    let store = Store::in_memory().unwrap();
    let (acme, bolt) = (tenant(&store, "acme"), tenant(&store, "bolt"));
    acme.keep_refresh_token(&account("ann"), &"token-1".into()).unwrap();
    assert_eq!(acme.sign_ins().unwrap()[0].sync_user, None);
    assert_eq!(bolt.sign_ins().unwrap(), []);
    assert_eq!(token(&bolt, "ann"), None);
}
