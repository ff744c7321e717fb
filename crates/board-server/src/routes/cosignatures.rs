//! What witnesses send, and what they have sent (spec/witness.md).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use psephos_witness::ShelfError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::Incoming;
use crate::limits::Purpose;
use crate::problem::{Problem, Told};

/// No note is longer.
const LONGEST: u64 = 1 << 16;

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_cosignatures, post_cosignature))
}

/// The newest note of every witness that this server knows, one after the other.
#[utoipa::path(get, path = "/api/v1/cosignatures", tag = "board", responses(
    (status = 200, description = "a file of notes (spec/witness.md)", body = String,
        content_type = "text/plain; charset=utf-8"),
    (status = 404, description = "no witness has cosigned this board yet", body = Told,
        content_type = "application/problem+json"),
    (status = 503, description = "too much to do", body = Told,
        content_type = "application/problem+json")))]
async fn get_cosignatures(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let notes = app.blocking(|app| app.showcase.notes()).await?;
    let notes = notes.map_err(|error| problem(&error.into()))?;
    if notes.is_empty() {
        let fix =
            "witnesses send what they cosign; this server knows those that it was started with";
        return Err(Problem::not_found("no witness has cosigned this board here", fix));
    }
    let texts: Vec<String> = notes.iter().map(|(_, note)| note.to_string()).collect();
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let stale = HeaderValue::from_static("no-cache");
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, stale)];
    Ok((headers, texts.join("\n")).into_response())
}

/// Takes a witness's note of this board; one that is there already is taken again.
#[utoipa::path(post, path = "/api/v1/cosignatures", tag = "board",
    request_body(content = String, content_type = "text/plain",
        description = "one note (spec/witness.md)"),
    responses(
        (status = 204, description = "it is kept"),
        (status = 400, description = "this is no note", body = Told,
            content_type = "application/problem+json"),
        (status = 403, description = "no witness that this server knows has cosigned it", body = Told,
            content_type = "application/problem+json"),
        (status = 408, description = "the body came too slowly", body = Told,
            content_type = "application/problem+json"),
        (status = 409, description = "its head is not this board's", body = Told,
            content_type = "application/problem+json"),
        (status = 411, description = "the length is not stated", body = Told,
            content_type = "application/problem+json"),
        (status = 413, description = "longer than any note", body = Told,
            content_type = "application/problem+json"),
        (status = 422, description = "a signature is wrong, or the note is of another board", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do, or the board here is not that long yet", body = Told,
            content_type = "application/problem+json")))]
async fn post_cosignature(
    State(app): State<Arc<App>>,
    incoming: Incoming,
) -> Result<Response, Problem> {
    let whole = incoming.whole(&app, Purpose::Message, LONGEST).await?;
    let kept = app
        .blocking(move |app| {
            let outline = app.keeper.outline()?;
            app.showcase.keep(&**app.keeper.store(), &outline.view, &whole.bytes)
        })
        .await?;
    match kept {
        Ok(witnesses) => {
            for witness in witnesses {
                tracing::info!(witness = witness.name(), "a cosignature is kept");
            }
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Err(error) => Err(problem(&error)),
    }
}

/// Why a note is not kept, as it is answered.
fn problem(error: &ShelfError) -> Problem {
    let (status, fix) = match error {
        ShelfError::Form(_) | ShelfError::Several => {
            (StatusCode::BAD_REQUEST, "send one note, as spec/witness.md has it")
        }
        ShelfError::Stranger => (
            StatusCode::FORBIDDEN,
            "ask whoever runs this server to start it with the witness's key",
        ),
        ShelfError::Signature(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "cosign with the key that the server knows")
        }
        ShelfError::OtherBoard(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "send the note to the server of its own board")
        }
        ShelfError::OtherHead(_) => {
            tracing::error!(%error, "a witness has cosigned another board");
            (
                StatusCode::CONFLICT,
                "keep both: people were shown two boards, or the witness is at fault",
            )
        }
        ShelfError::Ahead { .. } => return Problem::busy(error.to_string(), 2),
        ShelfError::Files(_) | ShelfError::Board(_) => {
            tracing::error!(%error, "a witness's note cannot be kept");
            return Problem::busy("the storage does not answer", 5);
        }
    };
    Problem::new(status, error.to_string(), fix)
}
