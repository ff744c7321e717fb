//! Connections: how many there may be, and how long one may take nothing of its answer.

use std::future::{Future, Ready, ready};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::app::App;
use crate::limits::Limits;
use crate::pace::Pace;
use crate::shares::{Client, Share, Shares};

/// Lets connections in, as long as there are not too many.
#[derive(Clone)]
pub struct Door {
    app: Arc<App>,
    seats: Arc<Shares>,
}

impl Door {
    /// Nobody is in yet.
    pub fn new(app: Arc<App>) -> Door {
        let Limits { connections, connections_per_address, .. } = app.limits;
        let seats = Shares::new(connections as u64, connections_per_address as u64);
        Door { app, seats }
    }

    fn enter(&self, address: IpAddr) -> Option<Seat> {
        let counts = self.app.limits.connections_per_address > 0;
        let client = if counts { Client::at(address) } else { Client::default() };
        let share = self.seats.take(client, 1).ok()?;
        self.app.metrics.connections.inc();
        Some(Seat { app: Arc::clone(&self.app), _share: share })
    }
}

/// A connection's place, free again when dropped.
struct Seat {
    app: Arc<App>,
    _share: Share,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.app.metrics.connections.dec();
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
            let pace = Pace::new(self.app.limits.stall, 0);
            Ok(Guarded { stream, pace, stalled: None, _seat: seat })
        });
        ready(guarded.map(|guarded| (guarded, service)))
    }
}

/// A connection that ends when the other side takes nothing for too long, or too little.
pub struct Guarded {
    stream: TcpStream,
    pace: Pace,
    /// Since when nothing more could be written, and until when that is borne.
    stalled: Option<(Instant, Pin<Box<Sleep>>)>,
    _seat: Seat,
}

impl Guarded {
    fn watch(
        &mut self,
        written: Poll<io::Result<usize>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = written {
            if let Some((since, _)) = self.stalled.take() {
                self.pace.waited(since.elapsed());
            }
            self.pace.came(*written.as_ref().unwrap_or(&0));
            return Poll::Ready(written);
        }
        let left = self.pace.left();
        let begin = || {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + left)))
        };
        match self.stalled.get_or_insert_with(begin).1.as_mut().poll(cx) {
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
