//! Lists on their way to a board server, in parts that are sent until all have arrived.

use std::io::Read;

use bytes::Bytes;
use psephos_core::Digest;
use psephos_core::tree::{Outline, TreeHasher};
use psephos_record::board::{Board, BoardError, FolderBoard};
use reqwest::StatusCode;
use serde::Deserialize;

use super::post::{Answer, send};
use super::site::Site;
use crate::download::{Patience, Trouble};
use crate::runtime::wait;

/// How often the server may say, when all was sent, that something is missing.
const ROUNDS: usize = 3;
/// The longest part that is held in memory.
const PART_LIMIT: u64 = 64 << 20;

/// What is missing of an upload.
#[derive(Deserialize)]
struct Progress {
    part_length: u64,
    /// The first of some parts, and how many they are.
    missing: Vec<(u64, u64)>,
}

/// What became of an upload.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// The server has put the list on the board.
    Placed,
    /// The server knows of no record that names the list: it was started anew, or is another one under the same
    /// name.
    Unknown,
}

/// Why an upload does not go on.
enum Stop {
    Unknown,
    Failed(BoardError),
}

impl From<BoardError> for Stop {
    fn from(error: BoardError) -> Stop {
        Stop::Failed(error)
    }
}

/// A list that lies whole in a folder, and the server that it goes to.
pub(super) struct Upload<'a> {
    site: &'a Site,
    patience: Patience,
    spool: &'a FolderBoard,
    root: Digest,
    url: String,
}

impl<'a> Upload<'a> {
    /// Nothing is sent yet.
    pub fn new(site: &'a Site, patience: Patience, spool: &'a FolderBoard, root: Digest) -> Self {
        let url = site.url(&format!("api/v1/uploads/{}", hex::encode(root)));
        Self { site, patience, spool, root, url }
    }

    /// Sends what the server does not have, until it has put the list on the board.
    pub fn send(&self) -> Result<Sent, BoardError> {
        match self.send_all() {
            Ok(()) => Ok(Sent::Placed),
            Err(Stop::Unknown) => Ok(Sent::Unknown),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    fn send_all(&self) -> Result<(), Stop> {
        let outline = self.outline()?;
        for _ in 0..ROUNDS {
            let progress = self.begin(&outline)?;
            self.send_parts(&outline, &progress)?;
            let complete =
                send(self.patience, || self.site.writer().post(format!("{}/complete", self.url)));
            let answer = wait(complete).map_err(|trouble| self.failed(trouble))?;
            match answer.status {
                status if status.is_success() => return Ok(()),
                StatusCode::CONFLICT => {}
                _ => return Err(self.refused(&answer)),
            }
        }
        Err(self
            .failed(Trouble::Lasting("the server loses parts of it again and again".into()))
            .into())
    }

    /// The leaves of the list's tree.
    fn outline(&self) -> Result<Outline, BoardError> {
        let mut hasher = TreeHasher::new();
        let mut list = self.spool.open_blob(&self.root)?;
        let mut piece = vec![0; 1 << 20];
        loop {
            match list.read(&mut piece).map_err(|error| self.failed(reading(&error)))? {
                0 => break,
                count => hasher.update(piece.get(..count).unwrap_or_default()),
            }
        }
        let outline = hasher.outline();
        if outline.root() != self.root {
            let path = self.spool.blob_path(&self.root);
            let reason =
                format!("{} is damaged: remove it and run the command again", path.display());
            return Err(BoardError::NotABoard { path: self.spool.path().to_owned(), reason });
        }
        Ok(outline)
    }

    fn begin(&self, outline: &Outline) -> Result<Progress, Stop> {
        let body = Bytes::from(outline.encode());
        let answer = self.put(self.url.clone(), &body)?;
        let progress: Progress = serde_json::from_slice(&answer.body).map_err(|_| {
            self.failed(Trouble::Lasting("the server's answer makes no sense".into()))
        })?;
        if !(1..=PART_LIMIT).contains(&progress.part_length) {
            let reason = format!("the server asks for parts of {} bytes", progress.part_length);
            return Err(self.failed(Trouble::Lasting(reason)).into());
        }
        Ok(progress)
    }

    fn send_parts(&self, outline: &Outline, progress: &Progress) -> Result<(), Stop> {
        let parts = outline.length().div_ceil(progress.part_length);
        for (first, count) in &progress.missing {
            for part in *first..first.saturating_add(*count).min(parts) {
                let mut list = self.spool.open_blob_at(&self.root, part * progress.part_length)?;
                let mut bytes = Vec::new();
                (&mut list)
                    .take(progress.part_length)
                    .read_to_end(&mut bytes)
                    .map_err(|error| self.failed(reading(&error)))?;
                self.put(format!("{}/{part}", self.url), &bytes.into())?;
                tracing::debug!("part {} of {parts} of a list has arrived", part + 1);
            }
        }
        Ok(())
    }

    fn put(&self, url: String, body: &Bytes) -> Result<Answer, Stop> {
        let put = send(self.patience, || self.site.writer().put(&url).body(body.clone()));
        let answer = wait(put).map_err(|trouble| self.failed(trouble))?;
        if answer.status.is_success() { Ok(answer) } else { Err(self.refused(&answer)) }
    }

    fn refused(&self, answer: &Answer) -> Stop {
        match answer.status {
            StatusCode::NOT_FOUND => Stop::Unknown,
            _ => self.failed(Trouble::Lasting(answer.reason())).into(),
        }
    }

    fn failed(&self, trouble: Trouble) -> BoardError {
        let place = self.site.root().to_owned();
        BoardError::Unreachable { place, action: "upload a list", reason: trouble.reason() }
    }
}

fn reading(error: &std::io::Error) -> Trouble {
    Trouble::Lasting(format!("the list cannot be read: {error}"))
}
