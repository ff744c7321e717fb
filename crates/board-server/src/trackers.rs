//! Where ballots stand, by their trackers.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use psephos_audit::{BallotsView, ChallengedView, View};
use psephos_console::numbered;
use psephos_core::Digest;
use psephos_core::rows::{Rows, RowsError};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{Challenge, tracker};
use psephos_record::board::{BlobRows, Board};
use psephos_record::bodies::{Blob, Reason, Rejected};

/// A ballot's place: box, record and row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the box.
    pub box_index: u64,
    /// The `ballots` record.
    pub record: u64,
    /// Row of its list.
    pub row: u64,
}

/// What the board says of a ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stands, and voting goes on.
    Standing,
    /// It counts.
    Accepted,
    /// It does not count.
    Rejected(Reason),
    /// It was opened instead of cast.
    Challenged,
}

#[derive(Default)]
struct Index {
    ballots: HashMap<Digest, Place>,
    challenged: HashSet<Digest>,
    /// By record and row; none before `close`.
    rejected: Option<HashMap<(u64, u64), u64>>,
    /// Records whose lists are read.
    read: HashSet<u64>,
}

/// The ballots that the server knows of.
#[derive(Default)]
pub struct Trackers {
    index: RwLock<Index>,
}

impl Trackers {
    // Nothing that holds the lock can fail half-way.
    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a ballot, and where it stands.
    pub fn find(&self, wanted: &Digest) -> Option<(Fate, Option<Place>)> {
        let index = self.read();
        let challenged = index.challenged.contains(wanted);
        let Some(place) = index.ballots.get(wanted) else {
            return challenged.then_some((Fate::Challenged, None));
        };
        let fate = match &index.rejected {
            _ if challenged => Fate::Challenged,
            None => Fate::Standing,
            Some(rejected) => match rejected.get(&(place.record, place.row)) {
                None => Fate::Accepted,
                Some(code) => Fate::Rejected(Reason::from_code(*code).unwrap_or(Reason::Shape)),
            },
        };
        Some((fate, Some(*place)))
    }

    /// Reads the lists of records that are new. One that is missing or damaged is looked at again later.
    pub fn catch_up(&self, board: &dyn Board, view: &View) {
        for BallotsView { sequence, box_index, ballots, .. } in &view.ballots {
            let (record, box_index) = (*sequence, *box_index);
            let read =
                |row, ballot: &[u8]| Some((tracker(ballot), Place { box_index, record, row }));
            self.list(board, (record, ballots), &read, |index, found| {
                for (tracker, place) in found {
                    index.ballots.entry(tracker).or_insert(place);
                }
            });
        }
        self.challenges(board, view);
        if let Some(close) = &view.close {
            let read = |_, row: &[u8]| {
                let row = Rejected::from_bytes(row.try_into().ok()?);
                Some(((row.sequence, row.row), row.reason))
            };
            self.list(board, (close.sequence, &close.rejected), &read, |index, found| {
                index.rejected = Some(found.into_iter().collect());
            });
        }
    }

    fn challenges(&self, board: &dyn Board, view: &View) {
        let Some(keys) = &view.ceremony.keys else { return };
        let election = ElectionContext { election: view.election(), public_key: keys.public_key };
        let read = |_, row: &[u8]| {
            let challenge = Challenge::from_bytes(row.try_into().ok()?);
            challenge.verify(&election).is_ok().then_some(challenge.tracker)
        };
        for ChallengedView { sequence, challenged, .. } in &view.challenged {
            self.list(board, (*sequence, challenged), &read, |index, found| {
                index.challenged.extend(found);
            });
        }
    }

    /// Reads the list of a record that was not read yet, and enters what is found if its bytes are right.
    fn list<T>(
        &self,
        board: &dyn Board,
        (record, blob): (u64, &Blob),
        read: &dyn Fn(u64, &[u8]) -> Option<T>,
        enter: impl FnOnce(&mut Index, Vec<T>),
    ) {
        if self.read().read.contains(&record) {
            return;
        }
        let mut found = Vec::new();
        let visited = BlobRows::new(board, blob)
            .map_err(|error| RowsError::Storage(error.to_string()))
            .and_then(|rows| {
                let length = rows.row_length();
                rows.visit(&mut |first, piece| {
                    let rows = numbered(piece.chunks_exact(length));
                    found.extend(rows.filter_map(|(row, bytes)| read(first + row, bytes)));
                    Ok(())
                })
            });
        match visited {
            Ok(()) => {
                let mut index = self.write();
                enter(&mut index, found);
                index.read.insert(record);
            }
            Err(error) => tracing::warn!(record, %error, "a list cannot be read"),
        }
    }
}
