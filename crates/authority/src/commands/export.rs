//! `export`: a board in one file, with the digest that newspapers print (spec/archive.md).

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use psephos_audit::{Options, Phase, Verdict, View, audit, view};
use psephos_console::{Exit, Failure, Mode, Phases, bytes, plural, say, warn};
use psephos_participant::{NewFile, audit_failure, board_failure};
use psephos_record::board::{ArchiveBoard, Archived, Lost, write_archive};
use psephos_remote::open_board;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cli::Export;

/// Writes the archive of a board, and says its digest.
pub fn run(arguments: Export) -> Result<Exit, Failure> {
    let board = open_board(&arguments.board).map_err(board_failure)?;
    let path = arguments.output.as_path();
    let mode = Mode::detect(arguments.quiet || arguments.json);
    let file = NewFile::create(path, "the archive")?;
    let mut out =
        Hashing { file: BufWriter::with_capacity(1 << 20, file.file()), hasher: Sha256::new() };
    let mut phases = Phases::new(mode);
    let archived = write_archive(&*board, path, &mut out, &mut |what, done, total| {
        phases.show(what, done, total);
    })
    .map_err(board_failure)?;
    phases.finish();
    let digest = hex::encode(out.finish().map_err(|error| file.failure(&error))?);
    let archive = ArchiveBoard::open(file.place()).map_err(board_failure)?;
    if !archived.lost.is_empty() {
        sound_without(&archive, &archived.lost, mode)?;
    }
    let view = view(&archive).map_err(audit_failure)?;
    file.keep()?;
    match arguments.json {
        true => say(format!("{:#}", to_json(path, &archived, &digest, &view))),
        false => tell(path, &archived, &digest, &view),
    }
    Ok(Exit::Valid)
}

/// Blobs may be lost that nothing in effect needs: the audit of what is left says so.
fn sound_without(archive: &ArchiveBoard, lost: &[Lost], mode: Mode) -> Result<(), Failure> {
    let phases = Mutex::new(Phases::new(mode));
    let report = audit(archive, &Options::default(), &|progress| {
        let mut phases = phases.lock().unwrap_or_else(PoisonError::into_inner);
        phases.show(progress.stage.name(), progress.done, progress.total);
    })
    .map_err(audit_failure)?
    .report;
    phases.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
    if report.failures.is_empty() && report.verdict != Verdict::Unreadable {
        for Lost { record, fault } in lost {
            warn(format!(
                "record {record}: {fault}; it is left out, as no audit needs it. A copy of the board that has it \
                 makes another archive"
            ));
        }
        return Ok(());
    }
    let exit = Exit::from_code(i32::from(report.exit)).unwrap_or(Exit::Internal);
    let first = lost.first().map(|Lost { record, fault }| format!("record {record}: {fault}"));
    let what = format!(
        "{}, and without it the board is {}; nothing was written",
        first.unwrap_or_default(),
        report.verdict
    );
    Err(Failure::new(exit, what).advice(
        "get a complete copy of the board; `psephos-verifier` says what else is wrong with this one",
    ))
}

fn tell(path: &Path, archived: &Archived, digest: &str, view: &View) {
    let records = plural(archived.records, "record", "records");
    let blobs = plural(archived.blobs, "blob", "blobs");
    say(format!("{}: {records} and {blobs}, {}", path.display(), bytes(archived.length)));
    say(format!("SHA-256   {digest}"));
    let election = view.manifest.as_ref().map(|standing| hex::encode(standing.election));
    let mut check = format!("psephos-verifier {}", path.display());
    for (name, digest) in [("Election", election), ("Head", Some(hex::encode(view.head)))] {
        if let Some(digest) = digest {
            say(format!("{name:<9} {digest}"));
            check.push_str(&format!(" --expect {digest}"));
        }
    }
    if view.phase != Phase::Sealed {
        say("The board is not sealed: as it grows, its archive will be another one.");
    }
    say(format!("Nothing but an audit says that the election is valid:\n{check}"));
}

fn to_json(path: &Path, archived: &Archived, digest: &str, view: &View) -> Value {
    let lost = archived.lost.iter();
    json!({
        "file": path.display().to_string(),
        "bytes": archived.length,
        "sha256": digest,
        "records": archived.records,
        "blobs": archived.blobs,
        "left_out": lost
            .map(|Lost { record, fault }| json!({ "record": record, "why": fault.to_string() }))
            .collect::<Vec<_>>(),
        "election": view.manifest.as_ref().map(|standing| hex::encode(standing.election)),
        "head": hex::encode(view.head),
        "sealed": view.phase == Phase::Sealed,
    })
}

/// Hashes what it writes.
struct Hashing<W> {
    file: W,
    hasher: Sha256,
}

impl<W: Write> Hashing<W> {
    fn finish(mut self) -> io::Result<[u8; 32]> {
        self.file.flush()?;
        Ok(self.hasher.finalize().into())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
