//! The page for the public, at the board's root.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use psephos_page::now_policy;

use crate::app::App;
use crate::problem::Problem;

/// How the election stands, in words.
pub async fn get_page(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let page = app
        .blocking(|app| {
            let outline = app.keeper.outline()?;
            app.showcase.page(&outline.view).map_err(|error| {
                tracing::error!(%error, "witnesses' notes cannot be read");
                Problem::busy("witnesses' notes cannot be read", 5)
            })
        })
        .await??;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let stale = HeaderValue::from_static("no-cache");
    let nobody = HeaderValue::from_static("no-referrer");
    // The policy is made of constants and a hash in base64.
    let policy = HeaderValue::try_from(now_policy());
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, stale),
        (header::REFERRER_POLICY, nobody),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, page).into_response())
}
