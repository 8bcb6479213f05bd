//! The listener: bound first, so that a taken address is known before anything starts; served until told to stop.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use presync_service::Tenant;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::gate::Gate;
use crate::routes::routes;

/// How long requests under way may go on after the stop. Every answer takes milliseconds; what is still open then is a
/// caller who never finished asking, and must not keep the process from ending.
const GRACE: Duration = Duration::from_secs(2);

/// The administration API, bound but not yet served.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    token: Option<SecretString>,
}

impl Server {
    /// Takes the address; port 0 takes a free one. Warns in the log when others than this machine may reach it.
    ///
    /// # Errors
    /// When the address is taken, is not this machine's, or may not be used.
    pub async fn bind(listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        if !address.ip().to_canonical().is_loopback() {
            tracing::warn!(
                %address,
                "the administration API can be reached from other machines and has no sign-in: whoever reaches it reads \
                 everybody's presence. Listen on 127.0.0.1, or let only trusted machines through"
            );
        }
        Ok(Self { listener, address, token: None })
    }

    /// Changes need this token, from wherever they are asked for. Without one they can be asked for from this machine, if only it
    /// reaches the address.
    pub fn with_token(self, token: Option<SecretString>) -> Self {
        Self { token, ..self }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is ready; then lets the requests under way end, for two seconds at most.
    ///
    /// # Errors
    /// When the listener breaks.
    pub async fn serve(
        self,
        tenants: Arc<[Arc<Tenant>]>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let (stopping, mut stopped) = watch::channel(false);
        let streams = stopped.clone();
        let stop = async move {
            stop.await;
            stopping.send_replace(true);
        };
        let out_of_patience = async {
            let told = stopped.wait_for(|stop| *stop).await.is_ok();
            if told {
                tokio::time::sleep(GRACE).await;
            } else {
                std::future::pending::<()>().await;
            };
        };
        let gate = Gate::new(self.token, self.address.ip().to_canonical().is_loopback());
        tokio::select! {
            served = axum::serve(self.listener, routes(tenants, gate, streams)).with_graceful_shutdown(stop) => served,
            () = out_of_patience => Ok(()),
        }
    }
}
