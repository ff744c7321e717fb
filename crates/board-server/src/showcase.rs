//! What the public is shown beside the records: whether proofs hold, and who else has seen the board.
//!
//! Nobody has to believe it. Lists and proofs are audited here, on a thread of its own, once voting is closed: before,
//! there is no proof that the page tells of.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use psephos_audit::{Audit, Options, Phase, Verdict, View, audit};
use psephos_core::Digest;
use psephos_page::{Catalogue, Checked, Made, Standing, Witnessing, now};
use psephos_record::board::Board;
use psephos_record::checkpoint::{Cosigned, Note, WitnessKey, origin};
use psephos_remote::{Files, FilesError};
use psephos_witness::{Shelf, ShelfError};

use crate::keeper::Keeper;

/// How long a page is handed out before it is written anew.
const FRESH: Duration = Duration::from_millis(500);

/// An audit may take a quarter of the time, and the first second is free.
const REST: u32 = 3;

/// What the page's footer calls the program.
const PROGRAM: &str = concat!("psephos-board ", env!("CARGO_PKG_VERSION"));

/// Witnesses' notes, where they are kept.
struct Witnesses {
    files: Arc<dyn Files>,
    keys: Vec<WitnessKey>,
}

/// What is shown.
#[derive(Default)]
pub struct Showcase {
    /// The last audit, and when it ended.
    checked: Mutex<Option<(Arc<Audit>, u64)>>,
    /// The last page, and when it was written.
    page: Mutex<Option<(Instant, Bytes)>>,
    witnesses: OnceLock<Witnesses>,
}

/// A lock that guards whole values: whoever held it has left one.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Showcase {
    /// Takes cosignatures of these witnesses from now on; those that were set first stay.
    pub fn take_cosignatures(&self, files: Arc<dyn Files>, keys: Vec<WitnessKey>) {
        self.witnesses.get_or_init(|| Witnesses { files, keys });
    }

    /// Keeps a witness's note of this board; says who has cosigned it.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn keep(
        &self,
        board: &dyn Board,
        view: &View,
        note: &[u8],
    ) -> Result<Vec<WitnessKey>, ShelfError> {
        let origin = view.proposal.as_ref().map(|proposal| origin(proposal.first()));
        let shelf = self.shelf().ok_or(ShelfError::Stranger)?;
        shelf.put(board, &origin.unwrap_or_default(), note)
    }

    /// The newest note of every witness.
    ///
    /// # Errors
    /// The files'.
    pub fn notes(&self) -> Result<Vec<(WitnessKey, Note)>, FilesError> {
        self.shelf().map_or_else(|| Ok(Vec::new()), |shelf| shelf.newest())
    }

    fn shelf(&self) -> Option<Shelf<'_>> {
        let Witnesses { files, keys } = self.witnesses.get()?;
        Some(Shelf { files: &**files, keys })
    }

    /// The public page, as it is now.
    ///
    /// # Errors
    /// The files'.
    pub fn page(&self, view: &View) -> Result<Bytes, FilesError> {
        let mut last = hold(&self.page);
        let fresh = last.as_ref().filter(|(written, _)| written.elapsed() < FRESH);
        if let Some((_, page)) = fresh {
            return Ok(page.clone());
        }
        let checked = hold(&self.checked).clone();
        let checked = checked.as_ref().map(|(audit, time)| Checked { audit, time: *time });
        let page = Bytes::from(write(view, checked, &self.notes()?, true));
        *last = Some((Instant::now(), page.clone()));
        Ok(page)
    }

    /// Audits what is new on a board as long as somebody holds this showcase.
    pub fn audit(self: &Arc<Showcase>, keeper: Arc<Keeper>, look: Duration) {
        let showcase = Arc::downgrade(self);
        // It holds up nobody: a server that ends does not wait for an audit.
        let started = thread::Builder::new().name("audit".into()).spawn(move || {
            while let Some(showcase) = showcase.upgrade() {
                let begun = Instant::now();
                let was_due = showcase.audit_once(&keeper);
                drop(showcase);
                thread::sleep(look.max(if was_due { begun.elapsed() * REST } else { look }));
            }
        });
        if let Err(error) = started {
            tracing::error!(%error, "nothing is audited here: no thread can be started");
        }
    }

    /// Audits the board if it has changed since the last time; whether that was due.
    fn audit_once(&self, keeper: &Keeper) -> bool {
        let Ok(outline) = keeper.outline() else { return false };
        let view = &outline.view;
        let last = hold(&self.checked).clone();
        let known = |(audit, _): &(Arc<Audit>, u64)| (audit.view.records, audit.view.head);
        let seen: Option<(u64, Digest)> = last.as_ref().map(known);
        if view.phase < Phase::Mixing || seen == Some((view.records, view.head)) {
            return false;
        }
        let is_sound = |(audit, _): &(Arc<Audit>, u64)| {
            !matches!(audit.report.verdict, Verdict::Invalid | Verdict::Unreadable)
        };
        // The result is counted from everything; what comes before it, once.
        let verified = last.filter(|last| view.result.is_none() && is_sound(last)).and(seen);
        let options = Options { verified, ..Options::default() };
        match audit(&**keeper.store(), &options, &|_| {}) {
            Ok(audit) => *hold(&self.checked) = Some((Arc::new(audit), clock())),
            Err(error) => tracing::warn!(%error, "the board cannot be audited"),
        }
        true
    }
}

/// The page of a board: for a server's readers, or as a file.
pub fn write(
    view: &View,
    checked: Option<Checked<'_>>,
    notes: &[(WitnessKey, Note)],
    live: bool,
) -> String {
    let witnesses: Vec<Witnessing> = notes.iter().filter_map(seen).collect();
    let made = Made { program: PROGRAM, time: Some(clock()) };
    let standing = Standing { view, checked, witnesses: &witnesses, live };
    // The catalogue is part of the program, and tests read it.
    Catalogue::english().map_or_else(|error| error.to_string(), |said| now(standing, made, &said))
}

fn seen((key, note): &(WitnessKey, Note)) -> Option<Witnessing> {
    let Cosigned::At(time) = key.has_cosigned(note) else { return None };
    let (records, head) = (note.checkpoint.records, note.checkpoint.head);
    Some(Witnessing { name: key.name().to_owned(), records, head, time })
}

/// Seconds since 1970-01-01 UTC.
pub fn clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
