//! Signed messages: the server wraps them, behind whatever stands.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use psephos_record::message::{RECORD_LIMIT, SignedMessage};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::describe::Binary;
use super::files::fresh;
use crate::app::App;
use crate::body::Incoming;
use crate::keeper::{Placement, Refusal};
use crate::limits::Purpose;
use crate::problem::{Problem, Told};
use psephos_audit::CheckId;

/// Where a record stands.
#[derive(Serialize, ToSchema)]
pub struct Appended {
    /// Its place on the board, from 0.
    sequence: u64,
    /// SHA3-256 of its file, in hex: the board's head behind it.
    head: String,
}

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(post_message))
}

/// The answer to a record that stands.
pub fn placed(placement: &Placement) -> Response {
    let appended = Appended { sequence: placement.sequence, head: hex::encode(placement.head) };
    let status = if placement.stood { StatusCode::OK } else { StatusCode::CREATED };
    // A number and a string always have an encoding.
    fresh(status, serde_json::to_vec(&appended).unwrap_or_default())
}

/// Appends a signed message. One that stands already is told its place, so it can be sent again.
#[utoipa::path(post, path = "/api/v1/messages", tag = "board",
    request_body(content = Binary, content_type = "application/cbor",
        description = "the signed message (spec/board.cddl, `signed-message`)"),
    responses(
        (status = 200, description = "it stood already", body = Appended),
        (status = 201, description = "it stands", body = Appended),
        (status = 408, description = "the body came too slowly", body = Told,
            content_type = "application/problem+json"),
        (status = 411, description = "the length is not stated", body = Told,
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
async fn post_message(
    State(app): State<Arc<App>>,
    incoming: Incoming,
) -> Result<Response, Problem> {
    let bytes = incoming.whole(&app, Purpose::Message, RECORD_LIMIT as u64).await?;
    let placement = app
        .placing(move |app| {
            let signed = SignedMessage::decode(&bytes.bytes).map_err(|error| Refusal::Refused {
                check: Some(CheckId::EncodingCanonical),
                reason: error.to_string(),
            })?;
            app.keeper.append(signed, &app.desk)
        })
        .await?;
    Ok(placed(&placement))
}
