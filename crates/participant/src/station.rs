//! A participant at a board: it audits, signs, and offers what it has signed.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ed25519_dalek::SigningKey;
use psephos_audit::{Audit, AuditError, Options, Progress, Remedies, Report, Verdict, View};
use psephos_console as console;
use psephos_console::{Exit, Failure, Mode};
use psephos_core::Encoding;
use psephos_protocol::Refusal;
use psephos_record::board::{Board, BoardError, Placed, SlowBoard, WritableBoard};
use psephos_record::bodies::Body;
use psephos_record::message::{Message, Record, SignedMessage, VERSION};
use psephos_record::receipt::{Receipt, SignedReceipt};
use psephos_record::signature::sign;
use tracing::{debug, info};

use crate::home::{Home, Known};
use crate::outbox::{Outbox, Stored};

/// How long an audit may take before it is worth a line.
const PATIENCE: Duration = Duration::from_secs(2);

/// What an audit of the board has found.
pub struct Audited {
    /// What the board says.
    pub view: View,
    /// What holds and what does not.
    pub report: Report,
    /// What can be done about what does not.
    pub remedies: Remedies,
}

/// What became of a record that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// It stands on the board, directly behind what was audited.
    Stands,
    /// Somebody else's record came first: audit it, then see whether this one is still due.
    Overtaken,
}

/// A participant with its home, its key and its board.
pub struct Station {
    home: Home,
    board: Box<dyn WritableBoard>,
    key: SigningKey,
    outbox: Outbox,
    known: Known,
    /// No lower counter is used.
    first_counter: u64,
    /// Records at the last audit, sound or not.
    seen: u64,
}

impl Station {
    /// Opens the outbox of `home`, to act on `board` with `key`.
    pub fn new(
        home: Home,
        board: Box<dyn WritableBoard>,
        key: SigningKey,
    ) -> Result<Station, Failure> {
        Self::with_outbox(home, board, key, "outbox")
    }

    /// As [`Station::new`], for a second key of the home, whose records have an outbox of their own.
    pub fn with_outbox(
        home: Home,
        board: Box<dyn WritableBoard>,
        key: SigningKey,
        outbox: &str,
    ) -> Result<Station, Failure> {
        let outbox = Outbox::open(&home.make_folder(outbox)?)?;
        let (known, first_counter) = (home.known()?, home.first_counter()?);
        let seen = known.records;
        Ok(Station { home, board, key, outbox, known, first_counter, seen })
    }

    /// Makes every reading and writing of the board wait so many milliseconds: for rehearsals.
    #[must_use]
    pub fn slowed(self, milliseconds: u64) -> Station {
        let pause = Duration::from_millis(milliseconds);
        match pause.is_zero() {
            true => self,
            false => Station { board: Box::new(SlowBoard::new(self.board, pause)), ..self },
        }
    }

    /// The home.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// The board.
    pub fn board(&self) -> &dyn WritableBoard {
        &*self.board
    }

    /// The public half of the signing key.
    pub fn author(&self) -> Encoding {
        self.key.verifying_key().to_bytes()
    }

    /// Everything ever signed here.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Whether the board has grown since it was last audited.
    pub fn has_news(&self) -> Result<bool, Failure> {
        let extent = self.board.extent().map_err(board_failure)?;
        Ok(extent.records != self.seen || extent.beyond_gap.is_some())
    }

    /// Audits the board from the head known, and remembers the new one if everything so far holds.
    ///
    /// # Errors
    /// When the board cannot be read or is not the continuation of the one known. What the audit itself
    /// finds wrong stands in the report.
    pub fn audit(&mut self, progress: &(dyn Fn(Progress) + Sync)) -> Result<Audited, Failure> {
        let verified = (self.known.records > 0).then_some((self.known.records, self.known.head));
        let options = Options { verified, ..Options::default() };
        let audit =
            psephos_audit::audit(&*self.board, &options, progress).map_err(audit_failure)?;
        let Audit { view, report, remedies, .. } = audit;
        info!(
            records = view.records,
            head = hex::encode(view.head),
            phase = ?view.phase,
            verdict = %report.verdict,
            "audited {}",
            self.board.place()
        );
        self.seen = view.records;
        let sound = report.failures.is_empty()
            && matches!(report.verdict, Verdict::Valid | Verdict::Incomplete);
        let found = Known { records: view.records, head: view.head };
        if sound && found != self.known {
            self.home.remember(found)?;
            self.known = found;
        }
        Ok(Audited { view, report, remedies })
    }

    /// [`Station::audit`] with its progress on the terminal; audits of a moment show nothing.
    pub fn audit_shown(&mut self, mode: Mode) -> Result<Audited, Failure> {
        let begun = Instant::now();
        let shown: Mutex<Option<console::Progress>> = Mutex::new(None);
        let audited = self.audit(&|progress| {
            if begun.elapsed() < PATIENCE {
                return;
            }
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            let bar = shown
                .get_or_insert_with(|| console::Progress::start(mode, "auditing the board", None));
            bar.set(progress.done, progress.stage.name());
        })?;
        if let Some(bar) = shown.into_inner().unwrap_or_else(PoisonError::into_inner) {
            bar.finish("");
        }
        Ok(audited)
    }

    /// Signs a record and stores it in the outbox.
    pub fn sign(&mut self, view: &View, body: &Body) -> Result<SignedMessage, Failure> {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let message = Message {
            body: body.encode(),
            head: view.head,
            kind: body.kind().name().to_owned(),
            time,
            author: self.author(),
            counter: self.next_counter(view),
            version: VERSION,
            election: view.election_for(body.kind()),
        };
        let signed = sign(message, &self.key);
        let digest = hex::encode(signed.digest());
        self.outbox.put(signed.clone())?;
        info!(kind = %body.kind(), digest, "signed, and stored in the outbox");
        Ok(signed)
    }

    fn next_counter(&self, view: &View) -> u64 {
        let used = self.outbox.next_counter().max(view.next_counter(&self.author()));
        used.max(self.first_counter)
    }

    /// Signs a receipt.
    pub fn sign_receipt(&self, receipt: &Receipt) -> SignedReceipt {
        receipt.sign(&self.key)
    }

    /// The record that was signed last, if the board lacks it.
    pub fn pending(&self, view: &View) -> Option<&Stored> {
        self.outbox.pending(view.next_counter(&self.author()))
    }

    /// Offers a stored record to the board, exactly behind what `view` shows.
    pub fn offer(&self, view: &View, signed: &SignedMessage) -> Result<Offered, Failure> {
        let file = Record::wrap(signed.clone(), view.records, view.head).encode();
        let placed = self.board.create_record(view.records, &file).map_err(board_failure)?;
        debug!(sequence = view.records, bytes = file.len(), ?placed, "offered a record");
        match placed {
            Placed::Here => Ok(Offered::Stands),
            Placed::Taken => Ok(Offered::Overtaken),
        }
    }
}

/// A board's error as a person reads it.
pub fn board_failure(error: BoardError) -> Failure {
    let exit = match &error {
        BoardError::NotABoard { .. }
        | BoardError::RecordMissing { .. }
        | BoardError::RecordTooLarge { .. }
        | BoardError::Gap { .. }
        | BoardError::BlobMissing { .. }
        | BoardError::BlobShape { .. } => Exit::Unreadable,
        BoardError::ForeignHead { .. } => Exit::Invalid,
        // A server refuses what it has read; nothing of that is this program's fault.
        BoardError::Io { .. }
        | BoardError::Refused { .. }
        | BoardError::Unreachable { .. }
        | BoardError::Full { .. }
        | BoardError::BrokenRows { .. } => Exit::Io,
        BoardError::AlreadyStands { .. } => Exit::Internal,
    };
    Failure::new(exit, error.to_string())
}

/// An audit that could not be made.
pub fn audit_failure(error: AuditError) -> Failure {
    match error {
        AuditError::Board(error) => board_failure(error),
        error @ AuditError::NotAContinuation { .. } => Failure::new(Exit::Invalid, error.to_string())
            .advice("get the newest copy of the board; if that is the one, somebody has replaced records that this home has verified: keep both copies and tell the others"),
    }
}

/// Why nothing is done on a board.
pub fn refusal_failure(refusal: &Refusal, board: &dyn Board) -> Failure {
    let exit = match refusal {
        Refusal::Unreadable => Exit::Unreadable,
        // Its own owner is awaited.
        Refusal::Replaced | Refusal::NotAgreed => Exit::Incomplete,
        // Nothing on the board is wrong: the election goes on without it.
        Refusal::LeftOut => Exit::Incomplete,
        // Nothing on the board is wrong: it only cannot be finished.
        Refusal::TooFewMixes { .. } => Exit::Incomplete,
        _ => Exit::Invalid,
    };
    let place = board.place();
    let advice = match refusal {
        Refusal::Unreadable | Refusal::Failures { .. } => {
            format!(
                "nothing was signed; `psephos-verifier {place}` says what is wrong and who is to blame"
            )
        }
        Refusal::Excludable { record, .. } => {
            format!("run `psephos-authority exclude --record {record}`, then this command again")
        }
        Refusal::Replaced | Refusal::NotAgreed => {
            "nothing was signed; `psephos-trustee join` shows the proposal, and asks".to_owned()
        }
        Refusal::OtherProposal | Refusal::OtherEnrolment | Refusal::ManifestDiffers { .. } => {
            "nothing was signed; speak with the authority and the other trustees".to_owned()
        }
        Refusal::TooFewMixes { .. } => {
            "nothing is decrypted, and nobody can change that: hold the election again, on a new \
             board with other trustees (`psephos-authority init`)"
                .to_owned()
        }
        _ => "nothing was signed".to_owned(),
    };
    Failure::new(exit, refusal.to_string()).at(place.to_string()).advice(advice)
}
