//! TLS with a certificate authority of the simulator's own, made anew at each start.

use std::{io, net::SocketAddr, sync::Arc};

use anyhow::Context;
use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
    server::TlsStream,
};

/// The names that the servers' certificate is for.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];
/// Connections that wait for a server to take them.
const WAITING: usize = 256;

/// A certificate authority and what the servers prove themselves with.
pub(crate) struct Tls {
    /// The authority's certificate, for clients to trust.
    pub(crate) authority_pem: String,
    acceptor: TlsAcceptor,
}

impl Tls {
    /// Makes the authority and a certificate for the servers.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.distinguished_name.push(DnType::CommonName, "presync simulator");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(NAMES.map(String::from))?.signed_by(&key, &authority)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let settings = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|settings| settings.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key))
            .context("cannot set up TLS")?;
        Ok(Self { authority_pem: authority.pem(), acceptor: TlsAcceptor::from(Arc::new(settings)) })
    }

    /// The listener, with a handshake for each connection.
    pub(crate) fn over(&self, listener: TcpListener) -> io::Result<Secured> {
        let address = listener.local_addr()?;
        let (acceptor, (ready, accepted)) = (self.acceptor.clone(), mpsc::channel(WAITING));
        tokio::spawn(async move {
            loop {
                let connection = tokio::select! {
                    connection = listener.accept() => connection,
                    () = ready.closed() => return,
                };
                // Whoever went away meanwhile, or trusts somebody else, is no concern of the others.
                let Ok((stream, from)) = connection else { continue };
                let (acceptor, ready) = (acceptor.clone(), ready.clone());
                tokio::spawn(async move {
                    // Only slower without it.
                    let _ = stream.set_nodelay(true);
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = ready.send((stream, from)).await;
                    }
                });
            }
        });
        Ok(Secured { accepted, address })
    }
}

/// Connections whose handshake is over.
pub(crate) struct Secured {
    accepted: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.accepted.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}
