//! Around every request: the limit of how many are worked on, the log, and the counts.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::limits::Purpose;
use crate::problem::Problem;

/// Routes that answer however much there is to do: they tell of it, or wait and do nothing.
const ALWAYS: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/api/v1/events"];

/// The board's own files.
const FILES: [&str; 2] = ["/records/{name}", "/blobs/{root}"];

/// Lets a request through to its handler. The log tells neither who asks nor for what ballot.
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = name(request.method());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    // Whatever has a body takes its turn when that has come.
    let reads = matches!(method, "GET" | "HEAD") && !ALWAYS.contains(&route.as_str());
    let mut response = match reads.then(|| app.turns.take(Purpose::Answer)).transpose() {
        Err(problem) => problem.into_response(),
        Ok(turn) => {
            let response = next.run(request).await;
            drop(turn);
            response
        }
    };
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => response = not_allowed(&response),
        // A path that is no text: the framework's words become a problem's.
        StatusCode::BAD_REQUEST if !is_problem(&response) => {
            response = Problem::bad_request("the path is not what it should be").into_response();
        }
        _ => {}
    }
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    let (status, time) = (response.status().as_u16(), begun.elapsed());
    app.metrics.answered(method, &route, status, time);
    let ms = time.as_millis() as u64;
    // Whoever follows a board asks for its files all the time, and for those that are not there yet.
    if reads && FILES.contains(&route.as_str()) && (status < 400 || status == 404) {
        tracing::debug!(method, route, status, ms, "request");
    } else {
        tracing::info!(method, route, status, ms, "request");
    }
    response
}

fn is_problem(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind == "application/problem+json")
}

/// A method that a route does not have, in the words of a problem.
fn not_allowed(response: &Response) -> Response {
    let fix = "use one of the methods in the header Allow";
    let detail = "nothing here answers to this method";
    let mut problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail, fix).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allow.clone());
    }
    problem
}

/// A method's name, of as many as can be counted.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::POST => "POST",
        _ => "other",
    }
}
