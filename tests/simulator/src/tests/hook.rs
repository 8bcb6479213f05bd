//! A subscriber: an endpoint that answers as a test wants, keeps what it is told, and can read it.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey},
    hmac,
    iv::FixedLength,
    rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey},
};
use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

/// How an endpoint answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// 202 at once.
    Good,
    /// With this status.
    Status(u16),
    /// Never.
    Silent,
    /// The handshake: with HTML.
    Html,
    /// The handshake: with the token as it is in the URL.
    Undecoded,
    /// The handshake: with more than the token.
    Chatty,
}

#[derive(Debug, Clone)]
struct Inside {
    manner: Arc<Mutex<Manner>>,
    told: Arc<Mutex<Vec<Value>>>,
    /// The handshakes: path, query and content type.
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

/// The endpoint; it stops when it is dropped.
pub(super) struct Hook {
    inside: Inside,
    pub(super) url: String,
    key: PrivateDecryptingKey,
    /// As `encryptionCertificate` wants it.
    pub(super) certificate: String,
    serving: JoinHandle<()>,
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(
    State(inside): State<Inside>,
    uri: axum::http::Uri,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let manner = *inside.manner.lock().unwrap();
    if manner == Manner::Silent {
        std::future::pending::<()>().await;
    }
    let content = headers[CONTENT_TYPE].to_str().unwrap().to_owned();
    if let Some((_, token)) = query.iter().find(|(name, _)| name == "validationToken") {
        inside.asked.lock().unwrap().push((uri.to_string(), content));
        let plain = [(CONTENT_TYPE, "text/plain")];
        return match manner {
            Manner::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
            Manner::Html => ([(CONTENT_TYPE, "text/html")], token.clone()).into_response(),
            Manner::Undecoded => {
                let raw = uri.query().unwrap().split("validationToken=").nth(1).unwrap().to_owned();
                (plain, raw).into_response()
            }
            Manner::Chatty => (plain, format!("token: {token}")).into_response(),
            Manner::Good | Manner::Silent => (plain, token.clone()).into_response(),
        };
    }
    inside.told.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    match manner {
        Manner::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        _ => StatusCode::ACCEPTED.into_response(),
    }
}

impl Hook {
    pub(super) async fn start() -> Self {
        let inside = Inside { manner: Arc::new(Mutex::new(Manner::Good)), told: Arc::default(), asked: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().route("/{*path}", post(answer)).with_state(inside.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let certificate = CertificateParams::new([String::from("hook.example")]).unwrap().self_signed(&pair).unwrap();
        Self {
            inside,
            url,
            key: PrivateDecryptingKey::from_pkcs8(&pair.serialize_der()).unwrap(),
            certificate: STANDARD.encode(certificate.der()),
            serving,
        }
    }

    pub(super) fn behave(&self, manner: Manner) {
        *self.inside.manner.lock().unwrap() = manner;
    }

    /// What came since this was asked last, body by body.
    pub(super) fn told(&self) -> Vec<Value> {
        std::mem::take(&mut self.inside.told.lock().unwrap())
    }

    /// The handshakes since this was asked last: URL and content type.
    pub(super) fn asked(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.inside.asked.lock().unwrap())
    }

    /// The presence in an encrypted item, if its signature is that of its ciphertext.
    pub(super) fn open(&self, item: &Value) -> Option<Value> {
        let part = |name: &str| STANDARD.decode(item["encryptedContent"][name].as_str().unwrap()).unwrap();
        let mut key = vec![0; 512];
        let key = OaepPrivateDecryptingKey::new(self.key.clone())
            .unwrap()
            .decrypt(&OAEP_SHA1_MGF1SHA1, &part("dataKey"), &mut key, None)
            .unwrap();
        let mut data = part("data");
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), &data, &part("dataSignature")).ok()?;
        let iv: [u8; 16] = key[..16].try_into().unwrap();
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, key).unwrap()).unwrap();
        let plain = cipher.decrypt(&mut data, DecryptionContext::Iv128(FixedLength::from(iv))).unwrap();
        Some(serde_json::from_slice(plain).unwrap())
    }
}
