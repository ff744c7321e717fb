//! Lists in parts (spec/board-server.md).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use psephos_core::Digest;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::describe::Binary;
use super::files::fresh;
use crate::app::App;
use crate::body::Incoming;
use crate::limits::Purpose;
use crate::problem::{Problem, Told};
use crate::uploads::{Fault, PART_LENGTH, Upload};

/// How far an upload is.
#[derive(Serialize, ToSchema)]
struct Progress {
    /// Bytes of every part but the last.
    part_length: u64,
    /// How many parts there are.
    parts: u64,
    /// The parts that are not there: where each gap begins, and how many parts it has.
    missing: Vec<(u64, u64)>,
}

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_upload, begin_upload))
        .routes(routes!(put_part))
        .routes(routes!(complete_upload))
}

/// 64 digits of lowercase hex, in the one form that names have.
pub fn digest(text: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    (is_lower && hex::decode_to_slice(text, &mut digest).is_ok()).then_some(digest)
}

/// The root in a path.
pub fn root(text: &str) -> Result<Digest, Problem> {
    digest(text).ok_or_else(|| {
        Problem::not_found("this is no list's name", "a root is 64 digits of 0-9 and a-f")
    })
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        let refused =
            |detail: String, fix: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail, fix);
        match fault {
            Fault::Unknown => Problem::not_found(
                "no record that would be placed has named this list in the last hour",
                "send the record that names it: the answer says which lists are missing",
            ),
            Fault::Outline(reason) => refused(reason, "compute the outline from the list again"),
            Fault::Part(reason) => refused(reason, "get the upload to see its parts"),
            Fault::Chunk(chunk) => refused(
                format!("chunk {chunk} of the list has other bytes than its outline says"),
                "send the part again",
            ),
            Fault::Unfinished => Problem::new(
                StatusCode::CONFLICT,
                "parts of the list are missing",
                "get the upload to see which, and send them",
            ),
            Fault::Spool(error) => {
                tracing::error!(%error, "the spool of uploads fails");
                Problem::busy("the folder of uploads does not answer as it should", 10)
            }
            Fault::Storage(error) => error.into(),
        }
    }
}

fn progress(upload: &Upload) -> Response {
    let progress =
        Progress { part_length: PART_LENGTH, parts: upload.parts(), missing: upload.missing() };
    // Numbers always have an encoding.
    fresh(StatusCode::OK, serde_json::to_vec(&progress).unwrap_or_default())
}

/// How far an upload is.
#[utoipa::path(get, path = "/api/v1/uploads/{root}", tag = "uploads",
    params(("root" = String, Path, description = "its root in lowercase hex", pattern = "^[0-9a-f]{64}$")),
    responses(
        (status = 200, description = "under way", body = Progress),
        (status = 404, description = "no such upload", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do", body = Told,
            content_type = "application/problem+json")))]
async fn get_upload(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let root = root(&name)?;
    Ok(app.blocking(move |app| app.desk.find(&root).map(|upload| progress(&upload))).await??)
}

/// Begins an upload, or says how far it is.
#[utoipa::path(put, path = "/api/v1/uploads/{root}", tag = "uploads",
    params(("root" = String, Path, description = "its root in lowercase hex", pattern = "^[0-9a-f]{64}$")),
    request_body(content = Binary, content_type = "application/octet-stream",
        description = "the outline: LE64 of the list's length, then the leaves of its tree"),
    responses(
        (status = 200, description = "under way", body = Progress),
        (status = 404, description = "no record has announced the list", body = Told,
            content_type = "application/problem+json"),
        (status = 408, description = "the body came too slowly", body = Told,
            content_type = "application/problem+json"),
        (status = 411, description = "the length is not stated", body = Told,
            content_type = "application/problem+json"),
        (status = 413, description = "longer than the list's outline", body = Told,
            content_type = "application/problem+json"),
        (status = 422, description = "not the outline of the list", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do", body = Told,
            content_type = "application/problem+json")))]
async fn begin_upload(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Problem> {
    let root = root(&name)?;
    let limit = app.desk.outline_length(&root)?;
    let outline = incoming.whole(&app, Purpose::Message, limit).await?;
    let begun = app
        .blocking(move |app| app.desk.begin(&root, &outline.bytes).map(|upload| progress(&upload)))
        .await?;
    Ok(begun?)
}

/// A part. Its chunks are checked before it is kept; one that is there already is left as it is.
#[utoipa::path(put, path = "/api/v1/uploads/{root}/{part}", tag = "uploads",
    params(
        ("root" = String, Path, description = "its root in lowercase hex", pattern = "^[0-9a-f]{64}$"),
        ("part" = u64, Path, description = "the part's number, from 0", minimum = 0)),
    request_body(content = Binary, content_type = "application/octet-stream"),
    responses(
        (status = 204, description = "it is kept"),
        (status = 404, description = "no such upload", body = Told,
            content_type = "application/problem+json"),
        (status = 408, description = "the body came too slowly", body = Told,
            content_type = "application/problem+json"),
        (status = 411, description = "the length is not stated", body = Told,
            content_type = "application/problem+json"),
        (status = 413, description = "longer than the part", body = Told,
            content_type = "application/problem+json"),
        (status = 422, description = "other bytes than the outline says", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do", body = Told,
            content_type = "application/problem+json")))]
async fn put_part(
    State(app): State<Arc<App>>,
    Path((name, part)): Path<(String, String)>,
    incoming: Incoming,
) -> Result<Response, Problem> {
    let root = root(&name)?;
    let upload = app.desk.find(&root)?;
    let number = part.parse().ok().and_then(|part| Some((part, upload.part_length(part)?)));
    let Some((part, length)) = number else {
        let parts = upload.parts();
        let fix = "get the upload to see its parts";
        return Err(Problem::not_found(format!("this list has {parts} parts, from 0"), fix));
    };
    let found = incoming.whole(&app, Purpose::Part, length).await?;
    let kept = app.blocking(move |_| {
        if upload.has(part) {
            return Ok(());
        }
        let bytes = &found.bytes;
        if bytes.len() as u64 != length {
            return Err(Fault::Part(format!(
                "part {part} has {length} bytes, and {} came",
                bytes.len()
            )));
        }
        match upload.first_wrong(part, bytes) {
            Some(chunk) => Err(Fault::Chunk(chunk)),
            None => Ok(upload.put(part, bytes)?),
        }
    });
    kept.await??;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Puts a list of which every part is there on the board.
#[utoipa::path(post, path = "/api/v1/uploads/{root}/complete", tag = "uploads",
    params(("root" = String, Path, description = "its root in lowercase hex", pattern = "^[0-9a-f]{64}$")),
    responses(
        (status = 204, description = "it is on the board"),
        (status = 404, description = "no such upload", body = Told,
            content_type = "application/problem+json"),
        (status = 409, description = "parts are missing", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do", body = Told,
            content_type = "application/problem+json")))]
async fn complete_upload(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let root = root(&name)?;
    let _turn = app.turns.take(Purpose::Part)?;
    let complete = move |app: &App| app.desk.complete(&**app.keeper.store(), &root);
    app.blocking(complete).await??;
    Ok(StatusCode::NO_CONTENT.into_response())
}
