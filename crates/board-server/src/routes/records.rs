//! A list of the records.

#![allow(unused_qualifications, reason = "the macro of the description writes them")]

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::files::fresh;
use crate::app::App;
use crate::keeper::RecordLine;
use crate::problem::{Problem, Told};

/// Lines that are sent at most.
const MOST: u64 = 1000;

/// Which records are listed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Part {
    /// The first record.
    #[param(minimum = 0)]
    from: Option<u64>,
    /// How many, at most; more than 1000 are not sent at once.
    #[param(minimum = 0)]
    limit: Option<u64>,
}

/// Records in their order.
#[derive(Serialize, ToSchema)]
struct Records {
    /// How many there are on the board.
    total: u64,
    /// These.
    records: Vec<RecordLine>,
}

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_records))
}

/// What the records are: kind, author, digest, size.
#[utoipa::path(get, path = "/api/v1/records", tag = "board", params(Part), responses(
    (status = 200, description = "the list", body = Records),
    (status = 400, description = "no such part", body = Told, content_type = "application/problem+json"),
    (status = 503, description = "too much to do", body = Told,
        content_type = "application/problem+json")))]
async fn list_records(
    State(app): State<Arc<App>>,
    part: Result<Query<Part>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(part) = part.map_err(|error| Problem::bad_request(error.body_text()))?;
    let log = app.keeper.log();
    let total = log.length();
    let lines = log.lines(part.from.unwrap_or(0), part.limit.unwrap_or(MOST).min(MOST));
    let mut text = format!("{{\"total\":{total},\"records\":[").into_bytes();
    text.extend_from_slice(&lines);
    text.extend_from_slice(b"]}");
    Ok(fresh(StatusCode::OK, text))
}
