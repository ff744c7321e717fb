//! Connections: how many there may be, and how long one may take nothing of its answer.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::app::App;

/// Lets connections in, as long as there are not too many.
#[derive(Clone)]
pub struct Door {
    app: Arc<App>,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Door {
    /// Nobody is in yet.
    pub fn new(app: Arc<App>) -> Door {
        Door { app, open: Arc::default() }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        // Nothing that holds the lock can fail half-way.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, address: IpAddr) -> Option<Seat> {
        let limits = &self.app.limits;
        let address = block(address);
        let mut open = self.open();
        if open.all >= limits.connections {
            return None;
        }
        let own = open.by_address.entry(address).or_default();
        if limits.connections_per_address > 0 && *own >= limits.connections_per_address {
            return None;
        }
        *own += 1;
        open.all += 1;
        self.app.metrics.connections.inc();
        Some(Seat { door: self.clone(), address })
    }
}

/// One customer has 2^64 addresses of version 6: they count as one.
fn block(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => IpAddr::V4(address),
            None => IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
        },
        address => address,
    }
}

/// A connection's place, free again when dropped.
struct Seat {
    door: Door,
    address: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.door.app.metrics.connections.dec();
        let mut open = self.door.open();
        open.all = open.all.saturating_sub(1);
        if let Some(own) = open.by_address.get_mut(&self.address) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Door {
    type Stream = Guarded;
    type Service = S;
    type Future = Ready<io::Result<(Guarded, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let guarded = stream.peer_addr().and_then(|peer| {
            let seat = self.enter(peer.ip()).ok_or_else(|| {
                tracing::warn!("a connection was refused: there are too many");
                io::Error::from(io::ErrorKind::ConnectionRefused)
            })?;
            stream.set_nodelay(true)?;
            Ok(Guarded { stream, stall: self.app.limits.stall, stalled: None, _seat: seat })
        });
        ready(guarded.map(|guarded| (guarded, service)))
    }
}

/// A connection that ends when the other side takes nothing for too long.
pub struct Guarded {
    stream: TcpStream,
    stall: Duration,
    /// Runs from when nothing more could be written.
    stalled: Option<Pin<Box<Sleep>>>,
    _seat: Seat,
}

impl Guarded {
    fn watch<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stall = self.stall;
        let timer =
            self.stalled.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + stall)));
        match timer.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.watch(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
