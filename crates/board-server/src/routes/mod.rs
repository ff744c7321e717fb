//! The routes of the server, and what stands around all of them.

mod ballots;
mod cosignatures;
mod describe;
mod events;
mod files;
mod guard;
mod health;
mod messages;
mod page;
mod ranges;
mod records;
mod status;
mod trackers;
mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::IntoResponse;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::problem::Problem;

/// All routes with their description.
fn described() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(describe::base())
        .merge(files::routes())
        .merge(records::routes())
        .merge(messages::routes())
        .merge(uploads::routes())
        .merge(ballots::routes())
        .merge(status::routes())
        .merge(trackers::routes())
        .merge(cosignatures::routes())
        .merge(events::routes())
        .merge(health::routes())
}

/// The OpenAPI document of the server.
#[must_use]
pub fn documented() -> OpenApi {
    describe::finish(described().split_for_parts().1)
}

/// The server's routes.
pub fn router(app: Arc<App>) -> Router {
    let (routes, document) = described().split_for_parts();
    // The description is made of constants, and always has an encoding.
    let document = describe::finish(document).to_pretty_json().unwrap_or_default();
    let document = bytes::Bytes::from(document);
    let openapi = move || async move {
        let json = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, json)], document).into_response()
    };
    routes
        .route("/", axum::routing::get(page::get_page))
        .route("/api/v1/openapi.json", axum::routing::get(openapi))
        .fallback(|| async {
            let fix = "api/v1/openapi.json says what there is";
            Problem::not_found("there is nothing of this name", fix)
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}
