//! Errors as the server answers them: `application/problem+json` (RFC 9457), with what to do about it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use psephos_record::board::BoardError;
use serde::Serialize;
use tokio::task::JoinError;
use utoipa::ToSchema;

use crate::keeper::Refusal;

/// What went wrong, and what to do about it.
#[derive(Clone, Debug)]
pub struct Problem(Box<Told>);

/// What is told of a problem.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Told {
    /// The status code, once more.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The kind of problem.
    title: String,
    /// What is wrong with this request.
    detail: String,
    /// What to do about it.
    fix: String,
    /// The check of the audit that refuses the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<String>,
    /// Roots of the lists that the record names and that are not there: upload them, and send it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<String>>,
    /// Seconds until it makes sense to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem that is answered with this status.
    pub fn new(status: StatusCode, detail: impl Into<String>, fix: impl Into<String>) -> Problem {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        let (detail, fix) = (detail.into(), fix.into());
        Problem(Box::new(Told {
            status: status.as_u16(),
            title,
            detail,
            fix,
            check: None,
            missing: None,
            retry_after: None,
        }))
    }

    /// The request is not as the page of the protocol says.
    pub fn bad_request(detail: impl Into<String>) -> Problem {
        let fix = "send what the document at api/v1/openapi.json describes";
        Problem::new(StatusCode::BAD_REQUEST, detail, fix)
    }

    /// There is nothing of that name.
    pub fn not_found(detail: impl Into<String>, fix: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail, fix)
    }

    /// The server has too much to do.
    pub fn busy(detail: impl Into<String>, seconds: u64) -> Problem {
        let fix = "nothing is lost: try again later";
        let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail, fix);
        problem.0.retry_after = Some(seconds);
        problem
    }

    /// Names the check that refuses a record.
    #[must_use]
    pub fn by_check(mut self, check: Option<&str>) -> Problem {
        self.0.check = check.map(str::to_owned);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A structure of strings and numbers always has an encoding.
        let body = serde_json::to_vec(&*self.0).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The storage behind the board fails: whoever asks can only wait, and the operator reads the log.
impl From<BoardError> for Problem {
    fn from(error: BoardError) -> Problem {
        tracing::error!(%error, "the board's storage fails");
        Problem::busy("the board's storage does not answer as it should", 10)
    }
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Problem {
        tracing::error!(%error, "a task has ended");
        Problem::busy("the request was interrupted", 1)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::Taken { sequence } => Problem::new(
                StatusCode::PRECONDITION_FAILED,
                format!("record {sequence} stands already"),
                "read the records that are new, and send yours with the next number",
            ),
            Refusal::Behind { records } => Problem::new(
                StatusCode::CONFLICT,
                format!("the board has {records} records: one before yours is missing"),
                "send the record with the next number",
            ),
            Refusal::Missing { roots } => {
                let detail = "the record names lists that are not on the board yet";
                let fix = "upload the lists named under `missing`, and send the record again";
                let mut problem = Problem::new(StatusCode::FAILED_DEPENDENCY, detail, fix);
                problem.0.missing = Some(roots.iter().map(hex::encode).collect());
                problem
            }
            Refusal::TooMuch { reason } => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                reason,
                "finish the uploads that are under way, or ask whoever runs the server to allow more",
            ),
            Refusal::Refused { check, reason } => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                reason,
                "read the board anew and let your program make the record again; \
                 psephos-verifier says what each check is",
            )
            .by_check(check.map(|check| check.as_str())),
            Refusal::TooOften { wait } => {
                let seconds = wait.as_secs().saturating_add(1);
                let detail = "this author has sent many records in a short time";
                let fix =
                    "nothing is lost: send it again after as many seconds as Retry-After says";
                let mut problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, detail, fix);
                problem.0.retry_after = Some(seconds);
                problem
            }
            Refusal::Later { reason } => Problem::busy(reason, 2),
            Refusal::Storage(error) => error.into(),
        }
    }
}
