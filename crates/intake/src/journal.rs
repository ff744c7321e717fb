//! The journal: what was taken together, in one file.

use psephos_record::board::Placed;
use psephos_record::cbor;
use psephos_remote::{Files, FilesError};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::IntakeError;

/// Where the files lie.
pub(crate) const FOLDER: &str = "intake/journal";

/// The longest file in bytes.
const LIMIT: usize = 128 << 20;

/// Ballots and challenges that were taken together. When each came is not written down: who voted when is
/// nobody's business.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub ballots: Vec<ByteBuf>,
    pub challenges: Vec<ByteBuf>,
}

impl Group {
    pub fn is_empty(&self) -> bool {
        self.ballots.is_empty() && self.challenges.is_empty()
    }

    /// Makes the group durable.
    pub fn store(&self, files: &dyn Files) -> Result<(), FilesError> {
        create_new(files, FOLDER, &cbor::encode(self))
    }

    /// Reads a group; none if its file has been removed meanwhile.
    pub fn read(files: &dyn Files, name: &str) -> Result<Option<Self>, IntakeError> {
        let Some(bytes) = files.read(name)? else { return Ok(None) };
        let damaged = |error: cbor::DecodeError| IntakeError::Damaged {
            name: name.to_owned(),
            reason: error.to_string(),
        };
        cbor::decode(&bytes, LIMIT).map(Some).map_err(damaged)
    }
}

/// Creates a file under a name that nobody else has.
pub(crate) fn create_new(files: &dyn Files, folder: &str, bytes: &[u8]) -> Result<(), FilesError> {
    loop {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| FilesError {
            place: folder.to_owned(),
            action: "choose a name",
            reason: error.to_string(),
        })?;
        if files.create(&format!("{folder}/{}", hex::encode(random)), bytes)? == Placed::Here {
            return Ok(());
        }
    }
}
