//! A server at work: from the first connection to the end of the last one.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::app::App;
use crate::connections::Door;
use crate::routes::router;

/// How long what was begun may take when the server ends.
const GRACE: Duration = Duration::from_secs(30);
/// Bytes of the head of a request.
const HEAD_LENGTH: usize = 32 << 10;

/// A server's certificate and the key that belongs to it, in files of PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate, with those that lead to a root that browsers know.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Certificate {
    /// Reads the files, to find out now whether they belong together.
    ///
    /// # Errors
    /// The system's, or what is wrong with them.
    pub async fn check(&self) -> io::Result<()> {
        configure(self).await.map(|_| ())
    }
}

/// A place that is listened at.
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listening {
    /// Listens at an address; at port 0 the system chooses one.
    ///
    /// # Errors
    /// The system's.
    pub fn at(address: SocketAddr) -> io::Result<Listening> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Listening { listener, address })
    }

    /// Where that is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// What a server is told beside its board.
pub struct Settings {
    /// Where it listens.
    pub listening: Listening,
    /// With a certificate it speaks TLS.
    pub certificate: Option<Certificate>,
}

/// Serves until `end`; then nothing new is taken, and what was begun is finished.
///
/// # Errors
/// The system's, or that of a certificate that cannot be used.
pub async fn serve(
    app: Arc<App>,
    settings: Settings,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let Settings { listening, certificate } = settings;
    let tls = match &certificate {
        None => None,
        Some(files) => Some(configure(files).await?),
    };
    let follower = tokio::spawn(Arc::clone(&app).follow());
    let prober = tokio::spawn(Arc::clone(&app).keep_trying());
    app.showcase.audit(Arc::clone(&app.keeper), app.limits.look);
    let handle = Handle::new();
    let ending = {
        let (app, handle) = (Arc::clone(&app), handle.clone());
        tokio::spawn(async move {
            end.await;
            tracing::info!("ending: what was begun is finished");
            app.close();
            handle.graceful_shutdown(Some(GRACE));
        })
    };
    let door = Door::new(Arc::clone(&app));
    let server = axum_server::from_tcp(listening.listener)?.handle(handle);
    renew(tls.clone().zip(certificate));
    let served = match tls {
        None => run(server.acceptor(door), app).await,
        Some(config) => {
            let acceptor = RustlsAcceptor::new(config).acceptor(door);
            run(server.acceptor(acceptor), app).await
        }
    };
    ending.abort();
    // It has been told to end, or nobody needs it any more.
    follower.abort();
    prober.abort();
    served
}

/// The routes, told for each connection where it comes from.
type Addressed = AddExtension<axum::Router, ConnectInfo<SocketAddr>>;

/// HTTP/1.1 alone: it has a time for the head of each request from the first byte on.
async fn run<A>(server: Server<SocketAddr, A>, app: Arc<App>) -> io::Result<()>
where
    A: Accept<TcpStream, Addressed, Service = Addressed> + Clone + Send + Sync + 'static,
    A::Stream: AsyncRead + AsyncWrite + Unpin + Send,
    A::Future: Send,
{
    let mut server = server.http1_only();
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(app.limits.head)
        .max_buf_size(HEAD_LENGTH);
    server.serve(router(app).into_make_service_with_connect_info::<SocketAddr>()).await
}

async fn configure(files: &Certificate) -> io::Result<RustlsConfig> {
    // A provider that somebody has set already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = RustlsConfig::from_pem_file(&files.certificate, &files.key).await?;
    only_http1(&config);
    Ok(config)
}

fn only_http1(config: &RustlsConfig) {
    let mut inner = (*config.get_inner()).clone();
    inner.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.reload_from_config(Arc::new(inner));
}

/// A certificate is renewed more often than a server is started: at SIGHUP its files are read again. A server
/// without one lives on as well.
#[cfg(unix)]
fn renew(tls: Option<(RustlsConfig, Certificate)>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match &tls {
                None => tracing::info!("there is no certificate to read again"),
                Some((config, files)) => read_again(config, files).await,
            }
        }
    });
}

#[cfg(not(unix))]
fn renew(_: Option<(RustlsConfig, Certificate)>) {}

#[cfg(unix)]
async fn read_again(config: &RustlsConfig, files: &Certificate) {
    match config.reload_from_pem_file(&files.certificate, &files.key).await {
        Ok(()) => {
            only_http1(config);
            tracing::info!("the certificate was read again");
        }
        Err(error) => tracing::error!(%error, "the certificate cannot be used; the old one stays"),
    }
}
