//! Every step as file in, file out: the machine with the keys sees neither network nor board
//! (spec/08-board.md §8.16).

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use psephos_audit::{Options, audit, view};
use psephos_console::{Exit, Failure, Mode, Phases, bytes, plural, say};
use psephos_participant::{
    Audited, NewFile, Passphrase, audit_failure, board_failure, refusal_failure,
};
use psephos_protocol::{Awaited, Next, Refusal, TrusteeAction};
use psephos_record::answer::{Answer, AnswerError, write_answer};
use psephos_record::board::{Board, BoardError, Overlay, write_archive};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record, SignedMessage};
use psephos_record::signature;
use psephos_remote::{open_board, open_writable};

use crate::cli::{AnswerRequest, ExportRequest, ImportAnswer};
use crate::consent::{self, Consent};
use crate::desk::{Desk, Lies, MADE};

/// Writes the board into one file, to be carried to the machine with the keys.
pub fn export_request(arguments: ExportRequest) -> Result<Exit, Failure> {
    let board = open_board(&arguments.board).map_err(board_failure)?;
    let file = NewFile::create(&arguments.output, "the request")?;
    let mut out = BufWriter::with_capacity(1 << 20, file.file());
    let mut phases = Phases::new(Mode::detect(arguments.quiet));
    let archived = write_archive(&*board, &arguments.output, &mut out, &mut |what, done, total| {
        phases.show(what, done, total);
    })
    .map_err(board_failure)?;
    phases.finish();
    out.flush().map_err(|error| file.failure(&error))?;
    drop(out);
    if let Some(lost) = archived.lost.first() {
        return Err(Failure::new(
            Exit::Unreadable,
            format!("record {}: {}", lost.record, lost.fault),
        )
        .at(board.place())
        .advice("get a complete copy of the board; no request was written"));
    }
    file.keep()?;
    let path = arguments.output.display();
    say(format!(
        "{path}: {}, {}",
        plural(archived.records, "record", "records"),
        bytes(archived.length)
    ));
    say(format!(
        "Next: carry it to the machine with the keys, and there \
         `psephos-trustee answer {path} --output FILE`; before you have joined, \
         `psephos-trustee join --request {path} --output FILE`."
    ));
    Ok(Exit::Valid)
}

/// Audits the board in a request, and writes what is due from this trustee into a file.
pub fn answer(arguments: AnswerRequest) -> Result<Exit, Failure> {
    let passphrase = arguments.key_file.passphrase_file.as_deref();
    let request = Lies::InRequest(&arguments.request);
    let mode = Mode::detect(arguments.quiet);
    let mut desk = Desk::open(&arguments.home, request, mode, || Passphrase::obtain(passphrase))?;
    consent::somebody_to_ask(arguments.yes)?;
    if !desk.agreed() {
        return Err(refusal_failure(&Refusal::NotAgreed, desk.station.board()));
    }
    let audited = desk.audit()?;
    let view = &audited.view;
    desk.tell(format!(
        "Audited {} here, up to the head {}.",
        plural(view.records, "record", "records"),
        hex::encode(view.head)
    ));
    desk.erase_spent(view)?;
    match desk.next(&audited, arguments.absent) {
        Next::Act(action) => {
            if !Consent::default().given(&desk, &audited.view, &action, arguments.yes)? {
                say("Nothing was signed.");
                return Ok(Exit::Incomplete);
            }
            answer_with(&mut desk, &audited, &action, &arguments.output)?;
            Ok(Exit::Valid)
        }
        Next::Wait(awaited) => {
            let words: Vec<String> = awaited.iter().map(Awaited::to_string).collect();
            clear(&desk, &audited)?;
            say(format!("Nothing is due from this trustee; awaited: {}.", words.join(", ")));
            Ok(Exit::Incomplete)
        }
        Next::Refuse(refusal) => Err(refusal_failure(&refusal, desk.station.board())),
        Next::Done => {
            clear(&desk, &audited)?;
            say("The election is over: nothing is left to do.");
            Ok(Exit::Valid)
        }
    }
}

/// Signs a step and writes it into a file.
pub fn answer_with(
    desk: &mut Desk,
    audited: &Audited,
    action: &TrusteeAction,
    output: &Path,
) -> Result<(), Failure> {
    let signed = desk.sign(&audited.view, action)?;
    write(desk, &signed, output)
}

/// Writes a signed message with its lists into a file. What was signed is in the outbox already: the same
/// answer can be written again.
pub fn write(desk: &Desk, signed: &SignedMessage, output: &Path) -> Result<(), Failure> {
    let file = NewFile::create(output, "the answer")?;
    let mut out = BufWriter::with_capacity(1 << 20, file.file());
    let length = write_answer(signed, desk.station.board(), &mut out).map_err(answer_failure)?;
    out.flush().map_err(|error| file.failure(&error))?;
    drop(out);
    file.keep()?;
    let path = output.display();
    say(format!("{path}: {}", bytes(length)));
    say(format!(
        "Next: carry it to the board, and there `psephos-trustee import-answer {path} --board BOARD`. \
         It stays good as long as the step is due."
    ));
    Ok(())
}

/// Removes the lists of answers that have arrived.
fn clear(desk: &Desk, audited: &Audited) -> Result<(), Failure> {
    let folder = desk.station.home().path(MADE);
    if desk.station.pending(&audited.view).is_none() && folder.is_dir() {
        fs::remove_dir_all(&folder)
            .map_err(|error| Failure::io("cannot remove what was made", &folder, &error))?;
    }
    Ok(())
}

/// Puts an answer on the board, if every audit will take it.
pub fn import_answer(arguments: ImportAnswer) -> Result<Exit, Failure> {
    let path = &arguments.answer;
    // The answer itself is the copy that lasts.
    let spool = tempfile::tempdir()
        .map_err(|error| Failure::io("cannot make a folder", &std::env::temp_dir(), &error))?;
    let board = open_writable(&arguments.board, spool.path()).map_err(board_failure)?;
    let board = &*board;
    let failed = |error| answer_failure(error).at(path.display().to_string());
    let file =
        File::open(path).map_err(|error| Failure::io("cannot open the file", path, &error))?;
    let answer = Answer::read(BufReader::with_capacity(1 << 20, file)).map_err(failed)?;
    let kind = check_author(board, answer.signed(), path)?;
    let signed = answer.put_lists(board).map_err(failed)?;
    if let Some(sequence) = place_of(board, &signed)? {
        say(format!("It is on the board already, as record {sequence}."));
        return Ok(Exit::Valid);
    }
    would_hold(board, &signed, path)?;
    let appended = board.append(&signed).map_err(board_failure)?;
    say(format!("Record {} is on the board: {kind}.", appended.sequence));
    say("Next: `psephos-trustee export-request` again when something else is due.");
    Ok(Exit::Valid)
}

/// Whoever signed it is somebody here, before any of its lists is put on the board.
fn check_author(board: &dyn Board, signed: &SignedMessage, path: &Path) -> Result<Kind, Failure> {
    let refused = |what: String| {
        Failure::new(Exit::Invalid, what)
            .at(path.display().to_string())
            .advice("nothing was put on the board; make the answer again")
    };
    let message = Message::decode(&signed.message).map_err(|error| refused(error.to_string()))?;
    signature::verify(&message.author, &signed.message, &signed.signature.0)
        .map_err(|error| refused(error.to_string()))?;
    let kind = message.kind().map_err(|error| refused(error.to_string()))?;
    let view = view(board).map_err(audit_failure)?;
    if kind == Kind::Enrol || view.trustee(&message.author).is_some() {
        return Ok(kind);
    }
    Err(refused("it is signed by no trustee of this board's election".to_owned()))
}

/// Where the same message stands already.
fn place_of(board: &dyn Board, signed: &SignedMessage) -> Result<Option<u64>, Failure> {
    for sequence in 0..board.extent().map_err(board_failure)?.records {
        let file = match board.record(sequence) {
            Err(BoardError::RecordTooLarge { .. }) => continue,
            file => file.map_err(board_failure)?,
        };
        let is_it = |record: Record| {
            record.message == signed.message
                && record.signature == signed.signature
                && record.sequence == sequence
        };
        if Record::decode(&file).is_ok_and(is_it) {
            return Ok(Some(sequence));
        }
    }
    Ok(None)
}

/// Audits the board as it would be: an answer to what is no longer due would stand there as a fault for ever.
fn would_hold(board: &dyn Board, signed: &SignedMessage, path: &Path) -> Result<(), Failure> {
    let sequence = board.extent().map_err(board_failure)?.records;
    let previous = match sequence.checked_sub(1) {
        Some(last) => board.record_digest(last).map_err(board_failure)?,
        None => [0; 32],
    };
    let file = Record::wrap(signed.clone(), sequence, previous).encode();
    let overlay = Overlay::with_record(Box::new(board), file);
    let audit = audit(&overlay, &Options::default(), &|_| {}).map_err(audit_failure)?;
    let failure = audit.report.failures.iter().find(|failure| failure.record == Some(sequence));
    let Some(failure) = failure else { return Ok(()) };
    Err(Failure::new(
        Exit::Invalid,
        format!("on this board it would fail {}: {}", failure.check, failure.evidence),
    )
    .at(path.display().to_string())
    .advice("nothing was signed on the board; export a new request and answer that"))
}

fn answer_failure(error: AnswerError) -> Failure {
    match error {
        AnswerError::Board(error) => board_failure(error),
        AnswerError::Io(error) => Failure::new(Exit::Io, error.to_string()),
        error => Failure::new(Exit::Unreadable, error.to_string())
            .advice("carry it here again, or make it again: the same answer is written"),
    }
}
