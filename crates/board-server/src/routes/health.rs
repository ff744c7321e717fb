//! For whoever runs the server: whether it lives, whether it can be used, and what it counts.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::{Problem, Told};

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(metrics))
}

/// Whether the server lives.
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "it does", body = String, content_type = "text/plain")))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the server can be used: it is not ending, and its storage answers.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses(
    (status = 200, description = "it can", body = String, content_type = "text/plain"),
    (status = 503, description = "not now", body = Told, content_type = "application/problem+json")))]
async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    if *app.closing().borrow() {
        return Err(Problem::busy("the server is ending", 5));
    }
    let works = [&app.reachable, &app.usable];
    if !works.iter().all(|works| works.load(Ordering::Relaxed)) {
        return Err(Problem::busy("the board's storage does not answer as it should", 5));
    }
    Ok("ready\n")
}

/// What the server counts, for Prometheus; nothing in it is about a client.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses(
    (status = 200, description = "the text format of OpenMetrics", body = String,
        content_type = "application/openmetrics-text")))]
async fn metrics(State(app): State<Arc<App>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], app.metrics.encode()).into_response()
}
