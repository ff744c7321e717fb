//! The board as the server keeps it: what it knows of the records, and the one place where one is added.

mod judge;
mod log;
mod rates;
mod remembered;

use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use psephos_audit::{Audit, AuditError, CheckId, Phase, View};
use psephos_core::{Digest, Encoding};
use psephos_record::board::{Board, BoardError, Placed, WritableBoard};
use psephos_record::bodies::Blob;
use psephos_record::kind::Kind;
use psephos_record::message::{DIGESTED, Record, SignedMessage, file_digest};

use crate::limits::Limits;
use judge::Offer;
pub use log::{Log, RecordLine};
use rates::Rates;
use remembered::Remembered;

/// Where the board lies.
pub type Store = Arc<dyn WritableBoard + Send + Sync>;

/// A message that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Its record's place.
    pub sequence: u64,
    /// SHA3-256 of its record's file.
    pub head: Digest,
    /// Whether it stood before.
    pub stood: bool,
}

/// Why a record was not placed.
#[derive(Debug)]
pub enum Refusal {
    /// Another record stands there.
    Taken {
        /// Where.
        sequence: u64,
    },
    /// A record before it is missing.
    Behind {
        /// How many there are.
        records: u64,
    },
    /// Lists that it names are not there.
    Missing {
        /// Their roots.
        roots: Vec<Digest>,
    },
    /// Its author has too much under way.
    TooMuch {
        /// What is too much.
        reason: String,
    },
    /// It is malformed, unsigned or out of phase.
    Refused {
        /// The check that finds so.
        check: Option<CheckId>,
        /// What is found.
        reason: String,
    },
    /// Its author sends too many records.
    TooOften {
        /// How long it has to wait.
        wait: Duration,
    },
    /// Something else has to happen first.
    Later {
        /// What.
        reason: String,
    },
    /// The storage fails.
    Storage(BoardError),
}

impl From<BoardError> for Refusal {
    fn from(error: BoardError) -> Refusal {
        Refusal::Storage(error)
    }
}

/// What has to happen before an election is closed: what was taken in is posted.
pub trait Gate: Send + Sync {
    /// Is asked before the authority's `close` is placed, which the board as it is would take; outside of every
    /// lock: it may append.
    ///
    /// # Errors
    /// Why the record has to wait.
    fn before_close(&self) -> Result<(), Refusal>;
}

/// Is told which lists are awaited.
pub trait Announce: Send + Sync {
    /// A record of this author, which would be placed, names these lists, which are not there.
    ///
    /// # Errors
    /// [`Refusal::TooMuch`].
    fn announce(&self, author: &Encoding, lists: &[Blob]) -> Result<(), Refusal>;
}

/// The board and what is known of it.
pub struct Keeper {
    store: Store,
    log: Log,
    /// The only key whose proposal may come first, if one was given.
    authority: Option<Encoding>,
    rates: Rates,
    /// What the records said when they were last read as a whole. Records are placed under this lock.
    last: Mutex<Option<Arc<Audit>>>,
    gate: OnceLock<Arc<dyn Gate>>,
    /// What was last told of the election, and the head that it was told of.
    told: Mutex<Option<(Digest, Bytes)>>,
}

/// Times that others may be faster in appending before a client is asked to come again.
const OVERTAKEN: usize = 100;

impl Keeper {
    /// Opens a board, and reads the records that stand on it.
    ///
    /// # Errors
    /// The storage's.
    pub fn new(
        store: Store,
        authority: Option<Encoding>,
        limits: &Limits,
    ) -> Result<Keeper, BoardError> {
        let keeper = Keeper {
            store,
            log: Log::new(),
            authority,
            rates: Rates::new(limits.author_records, limits.author_rest),
            last: Mutex::new(None),
            gate: OnceLock::new(),
            told: Mutex::new(None),
        };
        keeper.catch_up()?;
        Ok(keeper)
    }

    /// Sets what is asked before a record is placed; the first one stays.
    pub fn set_gate(&self, gate: Arc<dyn Gate>) {
        self.gate.get_or_init(|| gate);
    }

    /// Where the board lies.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The records that are known.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Reads the records that are new, and says how many there are now.
    ///
    /// # Errors
    /// The storage's.
    pub fn catch_up(&self) -> Result<u64, BoardError> {
        loop {
            let next = self.log.length();
            match read_file(&*self.store, next) {
                Ok(file) => self.log.push(next, &file),
                Err(BoardError::RecordMissing { .. }) => return Ok(next),
                Err(error) => return Err(error),
            }
        }
    }

    /// The bytes of a record's file with their digest; none if it is not there.
    ///
    /// # Errors
    /// The storage's.
    pub fn file(&self, sequence: u64) -> Result<Option<(Bytes, Digest)>, BoardError> {
        let known = self.log.known(sequence);
        if let Some((file, digest)) = known.and_then(|known| Some((known.file?, known.digest))) {
            return Ok(Some((file, digest)));
        }
        match read_file(&*self.store, sequence) {
            Ok(file) => {
                let digest = file_digest(&file);
                Ok(Some((file.into(), digest)))
            }
            Err(BoardError::RecordMissing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the records that are known say.
    ///
    /// # Errors
    /// The storage's.
    pub fn outline(&self) -> Result<Arc<Audit>, BoardError> {
        self.current(&mut self.last())
    }

    /// What is told of the election at this moment, and its head, if it was encoded before.
    pub fn status(&self) -> Option<(Digest, Bytes)> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.clone().filter(|(head, _)| *head == self.log.head())
    }

    /// Encodes what is told of the election, once for all who ask.
    ///
    /// # Errors
    /// The storage's.
    pub fn describe(
        &self,
        encode: &dyn Fn(&dyn Board, &View) -> Vec<u8>,
    ) -> Result<(Digest, Bytes), BoardError> {
        let audit = self.outline()?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let head = audit.view.head;
        if let Some(known) = told.as_ref().filter(|(known, _)| *known == head) {
            return Ok(known.clone());
        }
        let new = (head, Bytes::from(encode(&Remembered::new(self), &audit.view)));
        *told = Some(new.clone());
        Ok(new)
    }

    fn last(&self) -> MutexGuard<'_, Option<Arc<Audit>>> {
        // What is cached is whole or not there, whatever became of whoever held the lock.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self, last: &mut Option<Arc<Audit>>) -> Result<Arc<Audit>, BoardError> {
        let (records, head) = (self.log.length(), self.log.head());
        if let Some(audit) = last.as_ref()
            && (audit.view.records, audit.view.head) == (records, head)
        {
            return Ok(Arc::clone(audit));
        }
        let audit = Arc::new(read_whole(&Remembered::new(self))?);
        *last = Some(Arc::clone(&audit));
        Ok(audit)
    }

    /// Places a record where it says it stands.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn put(
        &self,
        sequence: u64,
        file: &[u8],
        lists: &dyn Announce,
    ) -> Result<Placement, Refusal> {
        let malformed = |check, reason: String| Refusal::Refused { check: Some(check), reason };
        let record = Record::decode(file)
            .map_err(|error| malformed(CheckId::EncodingCanonical, error.to_string()))?;
        if record.sequence != sequence {
            let reason = format!("it says that it is record {}", record.sequence);
            return Err(malformed(CheckId::BoardChain, reason));
        }
        let offer = Offer::read(record.unwrap_message())?;
        let next = |records: u64| match sequence {
            _ if sequence < records => Err(Refusal::Taken { sequence }),
            _ if sequence > records => Err(Refusal::Behind { records }),
            _ => Ok(()),
        };
        self.enter(&offer, lists, &|records| next(records).map(|()| file.to_vec()))?;
        let mut last = self.last();
        next(self.catch_up()?)?;
        self.place(&mut last, &offer, file, lists)?.ok_or(Refusal::Taken { sequence })
    }

    /// Appends a signed message behind whatever others append at the same time.
    ///
    /// # Errors
    /// [`Refusal`]; a message that stands already is none.
    pub fn append(
        &self,
        signed: SignedMessage,
        lists: &dyn Announce,
    ) -> Result<Placement, Refusal> {
        let offer = Offer::read(signed)?;
        self.enter(&offer, lists, &|_| Ok(self.wrap(&offer)))?;
        let mut last = self.last();
        for _ in 0..OVERTAKEN {
            self.catch_up()?;
            if let Some(placement) = self.standing(&offer) {
                return Ok(placement);
            }
            if let Some(placement) = self.place(&mut last, &offer, &self.wrap(&offer), lists)? {
                return Ok(placement);
            }
        }
        Err(Refusal::Later { reason: "others append faster than this server can".into() })
    }

    /// The message as the next record that is known.
    fn wrap(&self, offer: &Offer) -> Vec<u8> {
        Record::wrap(offer.signed.clone(), self.log.length(), self.log.head()).encode()
    }

    /// Refuses whoever may not write or writes too often, once for each request; and lets what has to happen before
    /// a `close` happen, if the board would take the file that this message would come in.
    fn enter(
        &self,
        offer: &Offer,
        lists: &dyn Announce,
        file: &dyn Fn(u64) -> Result<Vec<u8>, Refusal>,
    ) -> Result<(), Refusal> {
        let mut last = self.last();
        let records = self.catch_up()?;
        if self.standing(offer).is_some() {
            return Ok(());
        }
        let view = &self.current(&mut last)?.view;
        judge::admit(view, offer, self.authority)?;
        if !judge::runs_the_election(view, offer) {
            let counted = self.rates.count(&offer.message.author, Instant::now());
            return counted.map_err(|wait| Refusal::TooOften { wait });
        }
        let closes = offer.body.kind() == Kind::Close && view.phase == Phase::Voting;
        let Some(gate) = self.gate.get().filter(|_| closes) else { return Ok(()) };
        self.judge(&mut last, offer, &file(records)?, lists)?;
        drop(last);
        gate.before_close()
    }

    /// Where the message stands already.
    fn standing(&self, offer: &Offer) -> Option<Placement> {
        let sequence = self.log.place_of_message(&offer.signed.digest())?;
        let head = self.log.known(sequence)?.digest;
        Some(Placement { sequence, head, stood: true })
    }

    /// What the board says with the record that would come next, whose lists are there.
    fn judge(
        &self,
        last: &mut Option<Arc<Audit>>,
        offer: &Offer,
        file: &[u8],
        lists: &dyn Announce,
    ) -> Result<Audit, Refusal> {
        let before = self.current(last)?;
        let after = judge::judge(&Remembered::new(self), &before, offer, file)?;
        self.demand_lists(offer, lists)?;
        Ok(after)
    }

    /// Judges the record that would come next, and creates it; none if another one was faster.
    fn place(
        &self,
        last: &mut Option<Arc<Audit>>,
        offer: &Offer,
        file: &[u8],
        lists: &dyn Announce,
    ) -> Result<Option<Placement>, Refusal> {
        let sequence = self.log.length();
        let after = self.judge(last, offer, file, lists)?;
        match self.store.create_record(sequence, file)? {
            Placed::Taken => Ok(None),
            Placed::Here => {
                self.log.push(sequence, file);
                let head = after.view.head;
                *last = Some(Arc::new(after));
                Ok(Some(Placement { sequence, head, stood: false }))
            }
        }
    }

    /// Whatever a record names is there before it is.
    fn demand_lists(&self, offer: &Offer, lists: &dyn Announce) -> Result<(), Refusal> {
        let mut missing: Vec<Blob> = Vec::new();
        for list in offer.body.lists() {
            let blob = list.blob;
            let is_there = self.store.blob_length(&blob.root)? == blob.length();
            if !is_there && missing.iter().all(|other| other.root != blob.root) {
                missing.push(blob);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        lists.announce(&offer.message.author, &missing)?;
        Err(Refusal::Missing { roots: missing.iter().map(|blob| blob.root).collect() })
    }
}

/// What the records say, without lists and proofs.
fn read_whole(board: &dyn Board) -> Result<Audit, BoardError> {
    psephos_audit::outline(board).map_err(|error| match error {
        AuditError::Board(error) => error,
        // Only an audit that was told of an earlier one finds that.
        error @ AuditError::NotAContinuation { .. } => {
            BoardError::Refused { reason: error.to_string() }
        }
    })
}

/// A record's file, or as much of it as anybody reads.
fn read_file(board: &dyn Board, sequence: u64) -> Result<Vec<u8>, BoardError> {
    let mut file = Vec::new();
    board.open_record(sequence)?.take(DIGESTED as u64).read_to_end(&mut file).map_err(
        |source| BoardError::Io { path: board.place().into(), action: "read a record", source },
    )?;
    Ok(file)
}
