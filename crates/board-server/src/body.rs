//! Bodies of requests: whole, no longer than they may be, and no slower.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use crate::app::App;
use crate::limits::{Held, Purpose, Turn};
use crate::pace::Pace;
use crate::problem::Problem;
use crate::shares::Client;

/// A body in memory. Its room and the request's turn are given back when this is dropped.
pub struct Whole {
    /// The bytes.
    pub bytes: Bytes,
    _held: Held,
    _turn: Turn,
}

/// A body that is still to come, and who sends it.
pub struct Incoming {
    headers: HeaderMap,
    body: Body,
    client: Client,
}

impl FromRequest<Arc<App>> for Incoming {
    type Rejection = Infallible;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Incoming, Infallible> {
        let (mut parts, body) = request.into_parts();
        let client = Client::from_request_parts(&mut parts, app).await?;
        Ok(Incoming { headers: parts.headers, body, client })
    }
}

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Client, Infallible> {
        let counts = app.limits.connections_per_address > 0;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().filter(|_| counts);
        Ok(peer.map(|ConnectInfo(peer)| Client::at(peer.ip())).unwrap_or_default())
    }
}

impl Incoming {
    /// Reads a body of at most `limit` bytes. It takes room as it comes, and a turn once it is there: whoever is
    /// slow keeps nobody else waiting.
    pub async fn whole(self, app: &App, purpose: Purpose, limit: u64) -> Result<Whole, Problem> {
        let length = stated_length(&self.headers)?;
        if length > limit {
            return Err(too_long(limit));
        }
        let mut held = app.memory.hold(self.client, purpose, length, 0)?;
        let mut pace = Pace::new(app.limits.stall, length);
        let mut bytes = BytesMut::new();
        let mut stream = self.body.into_data_stream();
        loop {
            let asked = Instant::now();
            let piece = match timeout(pace.left(), stream.next()).await {
                Err(_) => return Err(too_slow()),
                Ok(None) => break,
                Ok(Some(piece)) => {
                    piece.map_err(|_| Problem::bad_request("the body was cut off"))?
                }
            };
            pace.waited(asked.elapsed());
            pace.came(piece.len());
            if (bytes.len() + piece.len()) as u64 > length {
                return Err(Problem::bad_request("the body is longer than its Content-Length"));
            }
            held.grow(piece.len() as u64)?;
            bytes.extend_from_slice(&piece);
        }
        let turn = app.turns.take(purpose)?;
        Ok(Whole { bytes: bytes.freeze(), _held: held, _turn: turn })
    }
}

fn stated_length(headers: &HeaderMap) -> Result<u64, Problem> {
    let stated = headers.get(header::CONTENT_LENGTH);
    let length = stated.and_then(|value| value.to_str().ok()?.parse().ok());
    length.ok_or_else(|| {
        Problem::new(
            StatusCode::LENGTH_REQUIRED,
            "the length of the body is not stated",
            "send the header Content-Length",
        )
    })
}

fn too_long(limit: u64) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body is longer than {limit} bytes"),
        "nothing longer is taken here; a list is uploaded in parts",
    )
}

fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "the body comes too slowly",
        "send it again, over a better line; an upload goes on where it was",
    )
}
