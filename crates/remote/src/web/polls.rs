//! Ballots and challenges on their way to a board server that takes them in (spec/board-server.md).

use bytes::Bytes;
use psephos_record::board::BoardError;
use reqwest::StatusCode;

use super::post::{PATIENCE, send};
use super::site::Site;
use crate::download::Trouble;
use crate::runtime::wait;

/// What became of something that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandedIn {
    /// The server has taken it, and says this: of a ballot it is the receipt's file, which nobody has verified yet.
    Taken(Vec<u8>),
    /// Whoever answers there takes in nothing: it only publishes the board.
    Elsewhere,
}

/// Hands in a ballot at the server of the board at `url`. The same one can be handed in again.
///
/// # Errors
/// [`BoardError::Unreachable`] with the server's reason, if it has one.
pub fn hand_in_ballot(url: &str, ballot: &[u8]) -> Result<HandedIn, BoardError> {
    hand_in(url, "ballots", "hand in the ballot", ballot)
}

/// Hands in a challenge, as [`hand_in_ballot`].
///
/// # Errors
/// As [`hand_in_ballot`].
pub fn hand_in_challenge(url: &str, challenge: &[u8]) -> Result<HandedIn, BoardError> {
    hand_in(url, "challenges", "hand in the challenge", challenge)
}

fn hand_in(
    url: &str,
    route: &str,
    action: &'static str,
    bytes: &[u8],
) -> Result<HandedIn, BoardError> {
    let site = Site::new(url)?;
    let place = site.url(&format!("api/v1/{route}"));
    let body = Bytes::copy_from_slice(bytes);
    let failed = |trouble: Trouble| BoardError::Unreachable {
        place: url.to_owned(),
        action,
        reason: trouble.reason(),
    };
    let sent = send(PATIENCE, || site.writer().post(&place).body(body.clone()));
    let answer = wait(sent).map_err(failed)?;
    match answer.status {
        status if status.is_success() => Ok(HandedIn::Taken(answer.body)),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
            Ok(HandedIn::Elsewhere)
        }
        _ => Err(failed(Trouble::Lasting(answer.reason()))),
    }
}
