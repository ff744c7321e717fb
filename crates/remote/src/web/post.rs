//! Requests that change a board, and what the server says to them (spec/board-server.md).

use std::time::Duration;

use futures_util::TryStreamExt;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;

use super::site::{passes, retry_after, sending};
use crate::download::{Patience, Trouble};

/// How long a server that is busy is waited for: some five minutes in all.
pub(super) const PATIENCE: Patience =
    Patience { tries: 12, first: Duration::from_millis(500), longest: Duration::from_secs(30) };

/// As much of an answer as is read.
const ANSWER_LIMIT: usize = 1 << 20;

/// What a server answered.
pub(super) struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
}

/// What a server says is wrong (RFC 9457).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    detail: String,
    fix: String,
    /// Roots of lists, in hex.
    pub missing: Vec<String>,
}

impl Answer {
    /// What is wrong, as far as the server says it.
    pub fn problem(&self) -> Problem {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What is wrong, for people.
    pub fn reason(&self) -> String {
        let Problem { detail, fix, .. } = self.problem();
        match (detail.as_str(), fix.as_str()) {
            ("", _) if matches!(self.status.as_u16(), 404 | 405 | 501) => format!(
                "the server answers {}: it publishes a board, but takes nothing; is it a psephos-board?",
                self.status
            ),
            ("", _) => format!("the server answers {}", self.status),
            (detail, "") => detail.to_owned(),
            (detail, fix) => format!("{detail}; {fix}"),
        }
    }
}

/// Sends a request until it is answered by something else than "not now".
pub(super) async fn send(
    patience: Patience,
    request: impl Fn() -> RequestBuilder,
) -> Result<Answer, Trouble> {
    patience.insist(async || once(request()).await).await
}

async fn once(request: RequestBuilder) -> Result<Answer, Trouble> {
    let response = request.send().await.map_err(|error| sending(&error))?;
    let (status, asked) = (response.status(), retry_after(&response));
    let mut stream = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(piece) = stream.try_next().await.map_err(|error| sending(&error))? {
        body.extend_from_slice(&piece);
        if body.len() > ANSWER_LIMIT {
            return Err(Trouble::Lasting("the server's answer has no end".into()));
        }
    }
    let answer = Answer { status, body };
    if passes(status) {
        return Err(Trouble::Passing(answer.reason(), asked));
    }
    Ok(answer)
}
