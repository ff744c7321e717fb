//! Records that were signed, each stored before it is offered to the board.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_console::{Exit, Failure};
use psephos_record::message::{Message, SignedMessage};

use crate::home::store;

/// A signed record and what it says.
#[derive(Clone, Debug)]
pub struct Stored {
    /// As it is offered.
    pub signed: SignedMessage,
    /// Decoded.
    pub message: Message,
}

/// All records that one key has signed, by counter.
pub struct Outbox {
    folder: PathBuf,
    stored: Vec<Stored>,
}

impl Outbox {
    /// Reads the outbox in `folder`.
    pub fn open(folder: &Path) -> Result<Outbox, Failure> {
        let reading = |error| Failure::io("cannot list the outbox", folder, &error);
        let mut stored = Vec::new();
        for entry in fs::read_dir(folder).map_err(reading)? {
            let path = entry.map_err(reading)?.path();
            if path.extension().is_some_and(|extension| extension == "cbor") {
                stored.push(read(&path)?);
            }
        }
        stored.sort_by_key(|stored| stored.message.counter);
        Ok(Outbox { folder: folder.to_owned(), stored })
    }

    /// Everything ever signed here, by counter.
    pub fn all(&self) -> &[Stored] {
        &self.stored
    }

    /// The lowest counter above all that were used here.
    pub fn next_counter(&self) -> u64 {
        self.stored.last().map_or(0, |last| last.message.counter.saturating_add(1))
    }

    /// The last record, if the board, which has seen counters below `next_on_board`, lacks it.
    pub fn pending(&self, next_on_board: u64) -> Option<&Stored> {
        self.stored.last().filter(|stored| stored.message.counter >= next_on_board)
    }

    /// Stores a record durably; only then may it be shown to anybody.
    pub fn put(&mut self, signed: SignedMessage) -> Result<(), Failure> {
        let message = Message::decode(&signed.message)
            .map_err(|error| Failure::internal(error.to_string()))?;
        if message.counter < self.next_counter() {
            return Err(Failure::internal(format!(
                "counter {} has been used before",
                message.counter
            )));
        }
        let path = self.folder.join(format!("{:08}.cbor", message.counter));
        store(&path, &signed.encode())?;
        self.stored.push(Stored { signed, message });
        Ok(())
    }
}

fn read(path: &Path) -> Result<Stored, Failure> {
    let damaged = |what: String| {
        Failure::new(Exit::Io, format!("a stored record is damaged: {what}"))
            .at(path.display().to_string())
            .advice("restore this folder from its backup; signing again could convict you of equivocation")
    };
    let bytes =
        fs::read(path).map_err(|error| Failure::io("cannot read the file", path, &error))?;
    let signed = SignedMessage::decode(&bytes).map_err(|error| damaged(error.to_string()))?;
    let message = Message::decode(&signed.message).map_err(|error| damaged(error.to_string()))?;
    Ok(Stored { signed, message })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use psephos_record::signature::sign;

    use super::*;

    fn signed(counter: u64) -> SignedMessage {
        let message = Message {
            body: vec![0xa0],
            head: [0; 32],
            kind: "open".into(),
            time: 1,
            author: [0; 32],
            counter,
            version: 1,
            election: [0; 32],
        };
        sign(message, &SigningKey::from_bytes(&[5; 32]))
    }

    #[test]
    fn a_counter_is_used_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path()).unwrap();
        outbox.put(signed(0)).unwrap();
        outbox.put(signed(1)).unwrap();
        assert!(outbox.put(signed(1)).is_err());
        let again = Outbox::open(folder.path()).unwrap();
        assert_eq!(again.next_counter(), 2);
        assert_eq!(again.pending(1).map(|stored| stored.message.counter), Some(1));
        assert!(again.pending(2).is_none());
    }

    #[test]
    fn a_damaged_record_is_an_error_not_a_second_signature() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path()).unwrap();
        outbox.put(signed(0)).unwrap();
        fs::write(folder.path().join("00000000.cbor"), b"x").unwrap();
        assert_eq!(Outbox::open(folder.path()).err().unwrap().exit(), Exit::Io);
    }
}
