//! Ballots, challenges and witnesses' notes on their way to a board server that takes them in (spec/board-server.md).

use std::time::Duration;

use bytes::Bytes;
use psephos_record::board::BoardError;
use reqwest::StatusCode;

use super::post::{PATIENCE, send};
use super::site::Site;
use crate::download::{Patience, Trouble};
use crate::runtime::wait;

/// A witness comes back by itself.
const ONCE: Patience = Patience { tries: 0, first: Duration::ZERO, longest: Duration::ZERO };

/// What became of something that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandedIn {
    /// The server has taken it, and says this: of a ballot it is the receipt's file, which nobody has verified yet.
    Taken(Vec<u8>),
    /// Whoever answers there takes in nothing: it only publishes the board.
    Elsewhere,
}

/// A board server's intake.
pub struct Polls {
    site: Site,
}

impl Polls {
    /// The intake of the server of the board at `url`; nothing is asked yet.
    ///
    /// # Errors
    /// When this is no URL, or the machine cannot connect to any.
    pub fn at(url: &str) -> Result<Polls, BoardError> {
        Ok(Polls { site: Site::new(url)? })
    }

    /// Hands in a ballot. The same one can be handed in again.
    ///
    /// # Errors
    /// [`BoardError::Unreachable`] with the server's reason, if it has one.
    pub fn ballot(&self, ballot: &[u8]) -> Result<HandedIn, BoardError> {
        self.hand_in("ballots", "hand in the ballot", ballot, PATIENCE)
    }

    /// Hands in a challenge, as [`Polls::ballot`].
    ///
    /// # Errors
    /// As [`Polls::ballot`].
    pub fn challenge(&self, challenge: &[u8]) -> Result<HandedIn, BoardError> {
        self.hand_in("challenges", "hand in the challenge", challenge, PATIENCE)
    }

    /// Hands in a witness's note, as [`Polls::ballot`], but a server that is busy is not waited for.
    ///
    /// # Errors
    /// As [`Polls::ballot`].
    pub fn cosignature(&self, note: &[u8]) -> Result<HandedIn, BoardError> {
        self.hand_in("cosignatures", "hand in the note", note, ONCE)
    }

    fn hand_in(
        &self,
        route: &str,
        action: &'static str,
        bytes: &[u8],
        patience: Patience,
    ) -> Result<HandedIn, BoardError> {
        let place = self.site.url(&format!("api/v1/{route}"));
        let body = Bytes::copy_from_slice(bytes);
        let failed = |trouble: Trouble| BoardError::Unreachable {
            place: self.site.root().to_owned(),
            action,
            reason: trouble.reason(),
        };
        let sent = send(patience, || self.site.writer().post(&place).body(body.clone()));
        let answer = wait(sent).map_err(failed)?;
        match answer.status {
            status if status.is_success() => Ok(HandedIn::Taken(answer.body)),
            StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::NOT_IMPLEMENTED => Ok(HandedIn::Elsewhere),
            _ => Err(failed(Trouble::Lasting(answer.reason()))),
        }
    }
}
