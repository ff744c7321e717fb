//! Bodies of requests: whole, no longer than they may be, and no slower.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use crate::app::App;
use crate::limits::{Held, PACE};
use crate::problem::Problem;

/// A body in memory; its room is given back when this is dropped.
pub struct Whole {
    /// The bytes.
    pub bytes: Bytes,
    _held: Held,
}

/// Reads a body of at most `limit` bytes.
pub async fn read(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    limit: u64,
) -> Result<Whole, Problem> {
    let length = stated_length(headers)?;
    if length > limit {
        return Err(too_long(limit));
    }
    let held = app.memory.hold(length)?;
    let stall = app.limits.stall;
    let deadline = Instant::now() + stall + Duration::from_secs(length / PACE);
    let mut bytes = BytesMut::with_capacity(usize::try_from(length).unwrap_or_default());
    let mut stream = body.into_data_stream();
    loop {
        let left = deadline.saturating_duration_since(Instant::now()).min(stall);
        let piece = match timeout(left, stream.next()).await {
            Err(_) => return Err(too_slow()),
            Ok(None) => break,
            Ok(Some(piece)) => piece.map_err(|_| Problem::bad_request("the body was cut off"))?,
        };
        if (bytes.len() + piece.len()) as u64 > length {
            return Err(Problem::bad_request("the body is longer than its Content-Length"));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Whole { bytes: bytes.freeze(), _held: held })
}

/// Room is taken before the first byte is read.
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
