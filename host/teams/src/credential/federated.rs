//! An assertion that another identity provider wrote into a file.

use std::path::Path;

use secrecy::SecretString;

use super::CredentialError;

/// More than any token has: a wrong path must not pull a disk image into memory.
const LARGEST: u64 = 64 * 1024;

/// The file's content now.
pub(super) async fn assertion(path: &Path) -> Result<SecretString, CredentialError> {
    let file = path.to_owned();
    match tokio::task::spawn_blocking(move || read(&file)).await {
        Ok(answer) => answer,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

fn read(path: &Path) -> Result<SecretString, CredentialError> {
    let unreadable =
        |reason: String| CredentialError::Unreadable { path: path.display().to_string().into(), reason: reason.into() };
    let size = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if size > LARGEST {
        return Err(unreadable(format!("{size} bytes are more than any token has")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    match text.trim() {
        "" => Err(unreadable("it is empty".to_owned())),
        token if token.split('.').count() != 3 => Err(unreadable("it holds no signed token".to_owned())),
        token => Ok(token.into()),
    }
}
