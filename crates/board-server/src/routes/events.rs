//! Records as they come, for any number of readers (server-sent events, WHATWG HTML §9.2).
//!
//! One task looks at the board; what it finds is encoded once, and every reader is sent the same bytes.

#![allow(unused_qualifications, reason = "the macro of the description writes them")]

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::timeout;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::keeper::RecordLine;
use crate::problem::{Problem, Told};

/// Something is sent at least this often, so that nobody on the way takes the connection for dead.
const PULSE: Duration = Duration::from_secs(15);

/// Where a reader begins.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Start {
    /// The first record that is told of; the header `Last-Event-ID` counts more.
    #[param(minimum = 0)]
    from: Option<u64>,
}

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(events))
}

/// An event for each record, with its number as `id`, as it comes; a reader that comes back goes on behind the
/// last one it had.
#[utoipa::path(get, path = "/api/v1/events", tag = "board", params(Start), responses(
    (status = 200, description = "the stream; the data of each event is one record's line",
        body = RecordLine, content_type = "text/event-stream"),
    (status = 400, description = "no such place", body = Told,
        content_type = "application/problem+json")))]
async fn events(
    State(app): State<Arc<App>>,
    start: Result<Query<Start>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(start) = start.map_err(|error| Problem::bad_request(error.body_text()))?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let first = last.map_or(start.from.unwrap_or(0), |last: u64| last.saturating_add(1));
    let reader = Reader {
        length: app.keeper.log().watch(),
        closing: app.closing(),
        next: first,
        greeted: false,
        seat: Seat::take(app),
    };
    let body = Body::from_stream(stream::unfold(reader, |mut reader| async {
        reader.next().await.map(|piece| (Ok::<_, Infallible>(piece), reader))
    }));
    let kind = HeaderValue::from_static("text/event-stream");
    let stale = HeaderValue::from_static("no-cache");
    // A proxy that collects answers would keep events back.
    let unbuffered =
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, stale), unbuffered];
    Ok((headers, body).into_response())
}

/// Somebody who follows events.
struct Reader {
    seat: Seat,
    length: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
    next: u64,
    greeted: bool,
}

impl Reader {
    /// What is sent next; none when the server ends.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.greeted {
            self.greeted = true;
            return Some(Bytes::from_static(b"retry: 2000\n\n"));
        }
        if *self.closing.borrow() {
            return None;
        }
        let next = self.next;
        let news = self.length.wait_for(|length| *length > next);
        let ends = self.closing.wait_for(|closing| *closing);
        let waited = timeout(PULSE, async {
            tokio::select! {
                found = news => found.is_ok(),
                _ = ends => false,
            }
        });
        match waited.await {
            Err(_) => Some(Bytes::from_static(b": still here\n\n")),
            Ok(false) => None,
            Ok(true) => {
                let (piece, next) = self.seat.0.keeper.log().events(self.next);
                self.next = next;
                Some(piece)
            }
        }
    }
}

/// Counts a reader until it goes.
struct Seat(Arc<App>);

impl Seat {
    fn take(app: Arc<App>) -> Seat {
        app.metrics.followers.inc();
        Seat(app)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.metrics.followers.dec();
    }
}
