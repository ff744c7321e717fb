//! A ballot, by its tracker.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::files::fresh;
use crate::app::App;
use crate::problem::{Problem, Told};
use crate::trackers::Fate;

/// What the board says of a ballot.
#[derive(Serialize, ToSchema)]
struct Tracked {
    /// Its tracker, in hex.
    tracker: String,
    /// `standing` while voting goes on, then `accepted` or `rejected`; `challenged`: opened instead of cast.
    status: &'static str,
    /// Why it does not count.
    reason: Option<&'static str>,
    /// The record that holds it.
    record: Option<u64>,
    /// Its row in that record's list.
    row: Option<u64>,
    /// The index of its box.
    #[serde(rename = "box")]
    box_index: Option<u64>,
}

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(find_tracker))
}

/// Where a ballot stands, and whether it counts. `psephos-voter find` does not believe it, and looks for itself.
#[utoipa::path(get, path = "/api/v1/trackers/{tracker}", tag = "ballots",
    params(("tracker" = String, Path, description = "in lowercase hex", pattern = "^[0-9a-f]{64}$")),
    responses(
        (status = 200, description = "it is there", body = Tracked),
        (status = 404, description = "it is not, or not yet", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do", body = Told,
            content_type = "application/problem+json")))]
async fn find_tracker(
    State(app): State<Arc<App>>,
    Path(tracker): Path<String>,
) -> Result<Response, Problem> {
    let wanted = super::uploads::digest(&tracker).ok_or_else(|| {
        Problem::not_found("this is no tracker", "a tracker is 64 digits of 0-9 and a-f")
    })?;
    let Some((fate, place)) = app.trackers.find(&wanted) else {
        let fix =
            "a ballot may take some time to come to the board: try again, and keep its receipt";
        return Err(Problem::not_found("no ballot with this tracker is on the board", fix));
    };
    let (status, reason) = match fate {
        Fate::Standing => ("standing", None),
        Fate::Accepted => ("accepted", None),
        Fate::Challenged => ("challenged", None),
        Fate::Rejected(reason) => ("rejected", Some(reason.name())),
    };
    let tracked = Tracked {
        tracker,
        status,
        reason,
        record: place.map(|place| place.record),
        row: place.map(|place| place.row),
        box_index: place.map(|place| place.box_index),
    };
    // Strings and numbers always have an encoding.
    Ok(fresh(StatusCode::OK, serde_json::to_vec(&tracked).unwrap_or_default()))
}
