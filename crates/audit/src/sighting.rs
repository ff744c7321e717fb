//! Checkpoints that trusted witnesses have cosigned, and which of them cannot all be of one board
//! (spec/witness.md).

use std::collections::{BTreeMap, BTreeSet};

use psephos_core::Digest;
use psephos_record::checkpoint::{Checkpoint, Cosigned, Note, WitnessKey};

use crate::numbered::numbered;

/// Whose cosignatures count, and the notes in which they are looked for.
#[derive(Clone, Debug)]
pub struct Witnesses {
    keys: Vec<WitnessKey>,
    files: Vec<Vec<u8>>,
    needed: u64,
}

/// Why witnesses cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessesError {
    /// Nobody is trusted.
    #[error(
        "no witness is trusted: cosignatures say nothing without the keys of witnesses you trust"
    )]
    NoKey,
    /// One key stands twice, maybe under two names.
    #[error("one witness key is given twice: it would count as two")]
    Twice,
    /// More witnesses are needed than are trusted, or none.
    #[error(
        "so many witnesses cannot be needed: it takes one at least, and no more than are trusted"
    )]
    Needed,
}

impl Witnesses {
    /// Trusts these keys, of which `needed` must have cosigned the last record.
    ///
    /// # Errors
    /// [`WitnessesError`].
    pub fn new(
        keys: Vec<WitnessKey>,
        files: Vec<Vec<u8>>,
        needed: u64,
    ) -> Result<Self, WitnessesError> {
        let distinct: BTreeSet<_> = keys.iter().map(WitnessKey::key).collect();
        if keys.is_empty() {
            Err(WitnessesError::NoKey)
        } else if distinct.len() < keys.len() {
            Err(WitnessesError::Twice)
        } else if needed == 0 || needed > keys.len() as u64 {
            Err(WitnessesError::Needed)
        } else {
            Ok(Self { keys, files, needed })
        }
    }

    /// The trusted witnesses.
    #[must_use]
    pub fn keys(&self) -> &[WitnessKey] {
        &self.keys
    }

    /// How many of them must have cosigned the last record.
    #[must_use]
    pub fn needed(&self) -> u64 {
        self.needed
    }

    /// Reads the files.
    #[must_use]
    pub fn sightings(&self) -> Sightings {
        let mut found = Sightings::default();
        for (index, file) in numbered(1, &self.files) {
            // Of several, people have to know which.
            let which = match self.files.len() {
                1 => "the witnesses' file".to_owned(),
                many => format!("witnesses' file {index} of {many}"),
            };
            match Note::parse_all(file) {
                Ok(notes) => notes.iter().for_each(|note| self.look(note, &which, &mut found)),
                Err(error) => {
                    found
                        .unread
                        .push(format!("{which} proves nothing, it holds no notes: {error}"));
                }
            }
        }
        found
    }

    /// What one note says, if no signature in it that says it is a trusted witness's is wrong.
    fn look(&self, note: &Note, which: &str, found: &mut Sightings) {
        let answers = self.keys.iter().map(|key| (key, key.has_cosigned(note)));
        let mut seen = Vec::new();
        for (witness, (key, answer)) in answers.enumerate() {
            match answer {
                Cosigned::No => {}
                Cosigned::At(time) => {
                    seen.push(Sighting { witness, checkpoint: note.checkpoint.clone(), time });
                }
                Cosigned::Refused => {
                    let name = key.name();
                    found.refused.push(format!(
                        "{which}: a cosignature of {} records that names {name:?} is not by its key; the note \
                         is passed over",
                        note.checkpoint.records
                    ));
                    return;
                }
            }
        }
        found.seen.extend(seen);
    }
}

/// A checkpoint that a trusted witness has cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which witness, by its place among the trusted ones.
    pub witness: usize,
    /// What it saw.
    pub checkpoint: Checkpoint,
    /// When, by its own clock, in seconds since 1970-01-01 UTC.
    pub time: u64,
}

/// What trusted witnesses have seen.
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    /// Each cosignature that verifies.
    pub seen: Vec<Sighting>,
    /// Files that are no notes: what is wrong with each.
    pub unread: Vec<String>,
    /// Notes that were passed over, and why.
    pub refused: Vec<String>,
}

/// Who has cosigned what, by the heads that were seen: the witnesses' places.
pub type Heads = BTreeMap<Digest, BTreeSet<usize>>;

/// What witnesses have seen of one board, by the number of records.
#[must_use]
pub fn seen_of<'s>(
    origin: &str,
    seen: impl IntoIterator<Item = &'s Sighting>,
) -> BTreeMap<u64, Heads> {
    let mut sizes: BTreeMap<u64, Heads> = BTreeMap::new();
    for sighting in seen {
        let Checkpoint { origin: of, records, head } = &sighting.checkpoint;
        if of == origin {
            let heads = sizes.entry(*records).or_default();
            heads.entry(*head).or_default().insert(sighting.witness);
        }
    }
    sizes
}

/// The first number of records for which each witness has cosigned two heads, by the witness's place: no honest
/// one ever does.
#[must_use]
pub fn two_faced(sizes: &BTreeMap<u64, Heads>) -> BTreeMap<usize, u64> {
    let mut found = BTreeMap::new();
    for (records, heads) in sizes {
        let mut once = BTreeSet::new();
        for witness in heads.values().flatten() {
            if !once.insert(*witness) {
                found.entry(*witness).or_insert(*records);
            }
        }
    }
    found
}
