//! Where a board server keeps what witnesses send it (spec/witness.md).

use psephos_record::board::{Board, BoardError};
use psephos_record::checkpoint::{Cosigned, Note, NoteError, WitnessKey};
use psephos_remote::{Files, FilesError};

/// The folder of the cosignatures, among the files that all servers of a board share.
const FOLDER: &str = "cosignatures";

/// Cosignatures by the witnesses that a server knows, one file for each witness and number of records.
pub struct Shelf<'a> {
    /// Where they lie.
    pub files: &'a dyn Files,
    /// Whose are taken.
    pub keys: &'a [WitnessKey],
}

/// Why a note is not kept.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// Not of the form.
    #[error("this is no note: {0}")]
    Form(#[from] NoteError),
    /// Several notes at once.
    #[error("these are several notes; send them one by one")]
    Several,
    /// Nobody whom the server knows has signed it.
    #[error("no witness that this server knows has cosigned the note")]
    Stranger,
    /// A signature that names a known witness is not by its key.
    #[error("the cosignature that names {0:?} is not by its key")]
    Signature(String),
    /// It is of another board.
    #[error("the note is of another board: its origin is {0:?}")]
    OtherBoard(String),
    /// The head is another one: two boards.
    #[error("the note's head of {0} records is not this board's")]
    OtherHead(u64),
    /// The board is not that long, here and now.
    #[error("the note is of {records} records, and {here} are here")]
    Ahead {
        /// How many the witness has seen.
        records: u64,
        /// How many there are.
        here: u64,
    },
    /// The shared files fail.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The board's storage fails.
    #[error(transparent)]
    Board(#[from] BoardError),
}

impl Shelf<'_> {
    /// Keeps a note of the board with this origin, and returns who has cosigned it. One that is there is as good.
    ///
    /// # Errors
    /// [`ShelfError`]; nothing is kept then.
    pub fn put(
        &self,
        board: &dyn Board,
        origin: &str,
        bytes: &[u8],
    ) -> Result<Vec<WitnessKey>, ShelfError> {
        let mut notes = Note::parse_all(bytes)?;
        let (Some(note), true) = (notes.pop(), notes.is_empty()) else {
            return Err(ShelfError::Several);
        };
        let witnesses = self.signers(&note)?;
        fits(board, origin, &note)?;
        for witness in &witnesses {
            let is_own = |line: &psephos_record::checkpoint::NoteSignature| {
                line.name == witness.name() && line.id == witness.id()
            };
            let signatures = note.signatures.iter().filter(|line| is_own(line)).cloned().collect();
            let alone = Note { checkpoint: note.checkpoint.clone(), signatures };
            let name = format!("{}/{:08}.note", folder(witness), note.checkpoint.records);
            self.files.create(&name, alone.to_string().as_bytes())?;
        }
        Ok(witnesses)
    }

    /// The known witnesses that have cosigned a note, at least one.
    fn signers(&self, note: &Note) -> Result<Vec<WitnessKey>, ShelfError> {
        let mut signers = Vec::new();
        for key in self.keys {
            match key.has_cosigned(note) {
                Cosigned::No => {}
                Cosigned::At(_) => signers.push(key.clone()),
                Cosigned::Refused => return Err(ShelfError::Signature(key.name().to_owned())),
            }
        }
        if signers.is_empty() { Err(ShelfError::Stranger) } else { Ok(signers) }
    }

    /// The newest note of each witness, those of the most records first.
    ///
    /// # Errors
    /// The files'.
    pub fn newest(&self) -> Result<Vec<(WitnessKey, Note)>, FilesError> {
        let mut newest = Vec::new();
        for key in self.keys {
            // Eight digits sort as their numbers do.
            let Some(name) = self.files.list(&folder(key))?.pop() else { continue };
            let bytes = self.files.read(&name)?.unwrap_or_default();
            // Whoever can write there can damage it; the witness sends its next one.
            let note = Note::parse_all(&bytes).ok().and_then(|mut notes| notes.pop());
            newest.extend(note.map(|note| (key.clone(), note)));
        }
        newest.sort_by_key(|(_, note)| std::cmp::Reverse(note.checkpoint.records));
        Ok(newest)
    }
}

fn folder(key: &WitnessKey) -> String {
    format!("{FOLDER}/{}", hex::encode(key.key()))
}

/// Whether a note is of this board.
fn fits(board: &dyn Board, origin: &str, note: &Note) -> Result<(), ShelfError> {
    let checkpoint = &note.checkpoint;
    if checkpoint.origin != origin {
        return Err(ShelfError::OtherBoard(checkpoint.origin.clone()));
    }
    let (records, here) = (checkpoint.records, board.extent()?.records);
    if records > here {
        return Err(ShelfError::Ahead { records, here });
    }
    if board.record_digest(records.saturating_sub(1))? != checkpoint.head {
        return Err(ShelfError::OtherHead(records));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use psephos_record::board::MemoryBoard;
    use psephos_record::checkpoint::{Checkpoint, origin};
    use psephos_record::message::file_digest;
    use psephos_remote::FolderFiles;

    use super::*;

    fn witness(number: u8) -> (WitnessKey, SigningKey) {
        let key = SigningKey::from_bytes(&[number; 32]);
        let name = format!("witness.example/{number}");
        (WitnessKey::new(&name, key.verifying_key().to_bytes()).unwrap(), key)
    }

    /// A board of three files; nobody asks what stands in them.
    fn board() -> MemoryBoard {
        let board = MemoryBoard::new();
        board.set_records(vec![vec![1], vec![2], vec![3]]);
        board
    }

    fn note(records: u64, head: &[u8], witnesses: &[u8]) -> Note {
        let checkpoint = Checkpoint { origin: origin(&[1; 32]), records, head: file_digest(head) };
        let cosign = |number: &u8| {
            let (public, key) = witness(*number);
            public.cosign(&key, &checkpoint, 7)
        };
        Note { signatures: witnesses.iter().map(cosign).collect(), checkpoint }
    }

    #[test]
    fn only_what_fits_the_board_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let files = FolderFiles::new(folder.path().to_owned());
        let keys = [witness(1).0, witness(2).0];
        let shelf = Shelf { files: &files, keys: &keys };
        let board = board();
        let put = |note: Note| shelf.put(&board, &origin(&[1; 32]), note.to_string().as_bytes());
        assert!(shelf.newest().unwrap().is_empty());
        assert_eq!(put(note(1, &[1], &[1])).unwrap().len(), 1);
        assert_eq!(put(note(2, &[2], &[2, 1, 3])).unwrap().len(), 2);
        assert_eq!(put(note(2, &[2], &[2])).unwrap().len(), 1, "again");
        assert!(matches!(put(note(2, &[3], &[1])), Err(ShelfError::OtherHead(2))));
        assert!(matches!(put(note(4, &[3], &[1])), Err(ShelfError::Ahead { records: 4, here: 3 })));
        assert!(matches!(put(note(3, &[3], &[3])), Err(ShelfError::Stranger)));
        let mut altered = note(3, &[3], &[1]);
        altered.signatures[0].bytes[9] ^= 1;
        assert!(matches!(put(altered), Err(ShelfError::Signature(_))));
        let foreign =
            shelf.put(&board, &origin(&[2; 32]), note(3, &[3], &[1]).to_string().as_bytes());
        assert!(matches!(foreign, Err(ShelfError::OtherBoard(_))));
        let two = format!("{}\n{}", note(1, &[1], &[1]), note(2, &[2], &[1]));
        assert!(matches!(shelf.put(&board, "", two.as_bytes()), Err(ShelfError::Several)));
        assert!(matches!(shelf.put(&board, "", b"note"), Err(ShelfError::Form(_))));
        let newest: Vec<u64> =
            shelf.newest().unwrap().iter().map(|(_, note)| note.checkpoint.records).collect();
        assert_eq!(newest, [2, 2]);
        assert_eq!(put(note(3, &[3], &[2])).unwrap().len(), 1);
        assert_eq!(shelf.newest().unwrap()[0], (witness(2).0, note(3, &[3], &[2])));
    }
}
