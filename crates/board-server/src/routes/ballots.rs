//! Ballots and challenges, each handed in on its own.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use psephos_intake::{Accepted, Offer, Refusal};
use psephos_proofs::ballot::CHALLENGE_LENGTH;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::describe::Binary;
use crate::app::App;
use crate::body::Incoming;
use crate::limits::Purpose;
use crate::polls::Polls;
use crate::problem::{Problem, Told};

/// No ballot is longer: a row of a list (spec/08-board.md §8.1).
const LONGEST: u64 = 1 << 20;

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(post_ballot)).routes(routes!(post_challenge))
}

/// Hands in a ballot. The receipt is given once the ballot is durable; the same ballot can be sent again.
#[utoipa::path(post, path = "/api/v1/ballots", tag = "ballots",
    request_body(content = Binary, content_type = "application/octet-stream",
        description = "one ballot (spec/06-ballot.md)"),
    responses(
        (status = 200, description = "the signed receipt (spec/board.cddl, `signed-receipt`)", body = Binary,
            content_type = "application/cbor"),
        (status = 404, description = "no ballots are taken in here", body = Told,
            content_type = "application/problem+json"),
        (status = 408, description = "the body came too slowly", body = Told,
            content_type = "application/problem+json"),
        (status = 409, description = "the election is not open yet", body = Told,
            content_type = "application/problem+json"),
        (status = 410, description = "voting has ended", body = Told,
            content_type = "application/problem+json"),
        (status = 411, description = "the length is not stated", body = Told,
            content_type = "application/problem+json"),
        (status = 413, description = "longer than any ballot", body = Told,
            content_type = "application/problem+json"),
        (status = 422, description = "it would not count", body = Told,
            content_type = "application/problem+json"),
        (status = 429, description = "the code has handed in too many", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do, or voting is about to end", body = Told,
            content_type = "application/problem+json")))]
async fn post_ballot(State(app): State<Arc<App>>, incoming: Incoming) -> Result<Response, Problem> {
    let polls = polls(&app)?;
    let whole = incoming.whole(&app, Purpose::Ballot, LONGEST).await?;
    let answer = polls.hand_in(Offer::Ballot(whole.bytes.to_vec())).await;
    match answer.map_err(problem)? {
        Accepted::Ballot(receipt) => {
            let kind = HeaderValue::from_static("application/cbor");
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            Ok((headers, receipt.encode()).into_response())
        }
        Accepted::Challenge => Err(Problem::bad_request("this is no ballot")),
    }
}

/// Hands in a challenge: the ballot that it names shall never count. It can be sent again.
#[utoipa::path(post, path = "/api/v1/challenges", tag = "ballots",
    request_body(content = Binary, content_type = "application/octet-stream",
        description = "a row of a `challenged` record (spec/06-ballot.md §6.6), 128 bytes"),
    responses(
        (status = 204, description = "it is durable, and will be on the board"),
        (status = 404, description = "no ballots are taken in here", body = Told,
            content_type = "application/problem+json"),
        (status = 408, description = "the body came too slowly", body = Told,
            content_type = "application/problem+json"),
        (status = 409, description = "the election is not open yet", body = Told,
            content_type = "application/problem+json"),
        (status = 410, description = "voting has ended", body = Told,
            content_type = "application/problem+json"),
        (status = 411, description = "the length is not stated", body = Told,
            content_type = "application/problem+json"),
        (status = 413, description = "longer than a challenge", body = Told,
            content_type = "application/problem+json"),
        (status = 422, description = "no challenge of this election", body = Told,
            content_type = "application/problem+json"),
        (status = 429, description = "the code has sent too many", body = Told,
            content_type = "application/problem+json"),
        (status = 503, description = "too much to do, or voting is about to end", body = Told,
            content_type = "application/problem+json")))]
async fn post_challenge(
    State(app): State<Arc<App>>,
    incoming: Incoming,
) -> Result<Response, Problem> {
    let polls = polls(&app)?;
    let whole = incoming.whole(&app, Purpose::Ballot, CHALLENGE_LENGTH as u64).await?;
    let row = <[u8; CHALLENGE_LENGTH]>::try_from(whole.bytes.as_ref())
        .map_err(|_| problem(Refusal::NoChallenge))?;
    polls.hand_in(Offer::Challenge(row)).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn polls(app: &App) -> Result<Polls, Problem> {
    app.polls().cloned().ok_or_else(|| problem(Refusal::Foreign))
}

/// A refusal as it is answered.
fn problem(refusal: Refusal) -> Problem {
    let (status, fix) = match &refusal {
        Refusal::Busy => return Problem::busy(refusal.to_string(), 2),
        Refusal::Storage => return Problem::busy(refusal.to_string(), 5),
        Refusal::Closing => return Problem::busy(refusal.to_string(), 60),
        Refusal::Foreign => {
            (StatusCode::NOT_FOUND, "ask the election authority where ballots are handed in")
        }
        Refusal::NotOpen | Refusal::NotBegun { .. } => {
            (StatusCode::CONFLICT, "keep the ballot, and hand it in once voting has begun")
        }
        Refusal::Ended => (StatusCode::GONE, "nothing can be handed in any more"),
        Refusal::TooMany => {
            (StatusCode::TOO_MANY_REQUESTS, "nothing more can be done with this code here")
        }
        Refusal::Superseded { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "vote again if the ballot that counts is not yours")
        }
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "make the ballot again with psephos-voter"),
    };
    Problem::new(status, refusal.to_string(), fix)
}
