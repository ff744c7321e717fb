//! The board's own files, at the names that any web server would give them, and the putting of records.

use std::convert::Infallible;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use psephos_core::Digest;
use psephos_record::message::RECORD_LIMIT;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::describe::Binary;
use super::messages::{Appended, placed};
use super::ranges::{answer, tag};
use crate::app::App;
use crate::body::Incoming;
use crate::limits::{Held, Purpose};
use crate::problem::{Problem, Told};
use crate::shares::Client;

/// Bytes of a list that are read and sent at a time.
const PIECE: u64 = 1 << 19;
/// An answer that is longer takes room for itself while it is sent.
const SMALL: u64 = 1 << 16;

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_record, put_record)).routes(routes!(get_blob))
}

/// A record's file. HEAD, ranges and entity tags are as for any file; it never changes.
#[utoipa::path(get, path = "/records/{name}", tag = "board",
    params(("name" = String, Path, description = "its number, eight digits, and `.cbor`",
        pattern = r"^[0-9]{8}\.cbor$", example = "00000000.cbor")),
    responses(
        (status = 200, description = "the file", body = Binary, content_type = "application/octet-stream"),
        (status = 206, description = "the part that `Range` names", body = Binary,
            content_type = "application/octet-stream"),
        (status = 304, description = "it is the one that `If-None-Match` names"),
        (status = 404, description = "no such record yet", body = Told,
            content_type = "application/problem+json"),
        (status = 416, description = "the range is behind its end", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do", body = Told,
            content_type = "application/problem+json")))]
async fn get_record(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    client: Client,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sequence = sequence(&name)?;
    let known = app.keeper.log().known(sequence);
    let remembered = known.and_then(|known| Some((known.file?, known.digest)));
    let found = match remembered {
        Some(found) => Some(found),
        None => app.blocking(move |app| app.keeper.file(sequence)).await??,
    };
    let Some((file, digest)) = found else {
        let fix = "follow api/v1/events to hear when it is there";
        return Err(Problem::not_found(format!("there is no record {sequence} yet"), fix));
    };
    let length = file.len() as u64;
    answer(&method, &headers, &tag(&digest), length, |range| {
        let held = hold(&app, client, length)?;
        let part = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(file.len());
        let bytes = file.slice(part(range.start)..part(range.end));
        // Its room is free again once the next piece is asked for.
        let sent = stream::unfold((Some(bytes), held), |(bytes, held)| async {
            bytes.map(|bytes| (Ok::<_, Infallible>(bytes), (None, held)))
        });
        Ok(Body::from_stream(sent))
    })
}

/// Room for an answer, unless it is small.
fn hold(app: &App, client: Client, bytes: u64) -> Result<Option<Held>, Problem> {
    (bytes > SMALL).then(|| app.memory.hold(client, Purpose::Answer, bytes, bytes)).transpose()
}

/// The number in the name of a record's file, which has exactly one form.
fn sequence(name: &str) -> Result<u64, Problem> {
    let digits = name
        .strip_suffix(".cbor")
        .filter(|digits| digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| {
        let fix = "a record is called by eight digits, as in records/00000000.cbor";
        Problem::not_found("this is no record's name", fix)
    })
}

/// Places a record: its file, wrapped for exactly this place.
#[utoipa::path(put, path = "/records/{name}", tag = "board",
    params(("name" = String, Path, description = "its number, eight digits, and `.cbor`",
        pattern = r"^[0-9]{8}\.cbor$", example = "00000000.cbor")),
    request_body(content = Binary, content_type = "application/cbor", description = "the record's file"),
    responses(
        (status = 201, description = "it stands", body = Appended),
        (status = 404, description = "no record's name", body = Told,
            content_type = "application/problem+json"),
        (status = 408, description = "the body came too slowly", body = Told,
            content_type = "application/problem+json"),
        (status = 409, description = "a record before it is missing", body = Told,
            content_type = "application/problem+json"),
        (status = 411, description = "the length is not stated", body = Told,
            content_type = "application/problem+json"),
        (status = 412, description = "another record stands there", body = Told,
            content_type = "application/problem+json"),
        (status = 413, description = "longer than any record, or its lists are too long", body = Told,
            content_type = "application/problem+json"),
        (status = 422, description = "malformed, unsigned or out of phase", body = Told,
            content_type = "application/problem+json"),
        (status = 424, description = "lists that it names are not there", body = Told,
            content_type = "application/problem+json"),
        (status = 429, description = "its author sends too many records", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do", body = Told,
            content_type = "application/problem+json")))]
async fn put_record(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Problem> {
    let sequence = sequence(&name)?;
    // What cannot stand there is not read.
    if sequence < app.keeper.log().length() {
        return Err(crate::keeper::Refusal::Taken { sequence }.into());
    }
    let file = incoming.whole(&app, Purpose::Message, RECORD_LIMIT as u64).await?;
    let placement =
        app.placing(move |app| app.keeper.put(sequence, &file.bytes, &app.desk)).await?;
    Ok(placed(&placement))
}

/// A list. HEAD, ranges and entity tags are as for any file; it never changes.
#[utoipa::path(get, path = "/blobs/{root}", tag = "board",
    params(("root" = String, Path, description = "its root in lowercase hex", pattern = "^[0-9a-f]{64}$")),
    responses(
        (status = 200, description = "the file", body = Binary, content_type = "application/octet-stream"),
        (status = 206, description = "the part that `Range` names", body = Binary,
            content_type = "application/octet-stream"),
        (status = 304, description = "it is the one that `If-None-Match` names"),
        (status = 404, description = "no such list", body = Told,
            content_type = "application/problem+json"),
        (status = 416, description = "the range is behind its end", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do", body = Told,
            content_type = "application/problem+json")))]
async fn get_blob(
    State(app): State<Arc<App>>,
    Path(root): Path<String>,
    client: Client,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let root = super::uploads::root(&root)?;
    let length = app.blocking(move |app| app.keeper.store().blob_length(&root)).await??;
    let Some(length) = length else {
        let fix = "the records say which lists there are";
        return Err(Problem::not_found("there is no such list", fix));
    };
    answer(&method, &headers, &tag(&root), length, |range| {
        let held = hold(&app, client, PIECE.min(range.end - range.start))?;
        Ok(pieces(Arc::clone(&app), root, range, held))
    })
}

/// A list as it is read, piece by piece: whoever takes it slowly keeps one piece and no thread.
fn pieces(app: Arc<App>, root: Digest, range: Range<u64>, held: Option<Held>) -> Body {
    Body::from_stream(stream::try_unfold((range, held), move |(range, held)| {
        let app = Arc::clone(&app);
        async move {
            if range.is_empty() {
                return Ok(None);
            }
            let length = PIECE.min(range.end - range.start);
            let read = move |app: &App| piece(app, &root, range.start, length);
            let bytes = app.blocking(read).await.map_err(|_| cut())??;
            Ok::<_, std::io::Error>(Some((bytes, (range.start + length..range.end, held))))
        }
    }))
}

/// Nothing can be said any more once an answer has begun: it ends too early, which its reader sees.
fn cut() -> std::io::Error {
    std::io::Error::from(std::io::ErrorKind::UnexpectedEof)
}

fn piece(app: &App, root: &Digest, offset: u64, length: u64) -> std::io::Result<Bytes> {
    let store = app.keeper.store();
    let failed = |error| {
        tracing::error!(%error, "a list cannot be read");
        cut()
    };
    let blob = store.open_blob_at(root, offset).map_err(failed)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    blob.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes.into()) } else { Err(cut()) }
}

/// An answer in JSON that is not to be kept.
pub fn fresh(status: StatusCode, json: impl Into<Bytes>) -> Response {
    let kind = HeaderValue::from_static("application/json");
    let stale = HeaderValue::from_static("no-cache");
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, stale)];
    (status, headers, json.into()).into_response()
}
