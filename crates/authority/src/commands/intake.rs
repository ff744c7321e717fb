//! `intake`: files of encrypted ballots onto the board.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use psephos_audit::{Phase, View};
use psephos_console::{Exit, Failure, count};
use psephos_core::Digest;
use psephos_core::tree::TreeHasher;
use psephos_participant::{Audited, board_failure};
use psephos_protocol::{AuthorityAction, Next};
use psephos_record::board::WritableBoard;
use psephos_record::bodies::{Ballots, Body};

use crate::cli::Intake;
use crate::office::Office;

/// The one box of this version's elections.
const BOX: u64 = 0;
/// How often a watched folder is looked at. A file counts as whole when two looks find the same size.
const LOOK: Duration = Duration::from_secs(2);

/// A file that can be taken in.
struct Offer {
    path: PathBuf,
    root: Digest,
    rows: u64,
}

/// Takes in the files, then watches the folder, if one is given.
pub fn run(arguments: Intake) -> Result<Exit, Failure> {
    let mut office = Office::enter(&arguments.acting, arguments.place.board.as_deref())?;
    let mut audited = office.settle()?;
    let row_length = voting(&office, &audited)?;
    // Every file is looked at before the first is taken.
    let offers: Result<Vec<Offer>, Failure> =
        arguments.files.iter().map(|path| examine(path, row_length)).collect();
    for offer in offers? {
        audited = take(&mut office, audited, &offer, row_length)?;
    }
    match arguments.watch {
        Some(folder) => watch(&mut office, audited, &folder, row_length),
        None => {
            let taken: u64 = audited.view.ballots.iter().map(|record| record.ballots.rows).sum();
            office.tell(format!(
                "{} ballots on the board in all; each is judged at `close`. Next: more of \
                 `psephos-authority intake`, or `psephos-authority close` when voting ends.",
                count(taken)
            ));
            Ok(Exit::Valid)
        }
    }
}

/// The length of a ballot, if ballots are taken in now.
fn voting(office: &Office, audited: &Audited) -> Result<u64, Failure> {
    let view = &audited.view;
    let ballot_box = view.description().and_then(|description| description.ballot_box(BOX));
    match (office.next(audited)?, ballot_box) {
        (Next::Act(AuthorityAction::Close), Some(ballot_box)) => Ok(ballot_box.ballot_row_length()),
        _ if view.phase < Phase::Voting => Err(Failure::usage("the election is not open yet")
            .advice("run `psephos-authority open` first")),
        _ => Err(Failure::usage("voting has ended: no more ballots are taken in")),
    }
}

/// Checks a file's shape and names it by the root of its bytes.
fn examine(path: &Path, row_length: u64) -> Result<Offer, Failure> {
    let failed = |error: io::Error| Failure::io("cannot read the ballots", path, &error);
    let metadata = fs::metadata(path).map_err(failed)?;
    let length = metadata.len();
    let place = path.display().to_string();
    if !metadata.is_file() {
        return Err(Failure::usage("this is no file of ballots")
            .at(place)
            .advice("give the files in it, or --watch for a folder"));
    }
    if length == 0 {
        return Err(Failure::usage("the file holds no ballots").at(place));
    }
    if length % row_length != 0 {
        let (whole, rest) = (length / row_length, length % row_length);
        return Err(Failure::usage(format!(
            "a ballot of this election has {row_length} bytes; after {} ballots {rest} bytes are left over",
            count(whole)
        ))
        .at(place)
        .advice("the file was cut off, or is not of this election; no file was taken in"));
    }
    let mut hasher = TreeHasher::new();
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(failed)?);
    io::copy(&mut reader, &mut Hashing(&mut hasher)).map_err(failed)?;
    Ok(Offer { path: path.to_owned(), root: hasher.finish(), rows: length / row_length })
}

struct Hashing<'a>(&'a mut TreeHasher);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn taken_before(view: &View, root: &Digest) -> bool {
    view.ballots.iter().any(|record| record.box_index == BOX && record.ballots.root == *root)
}

/// Appends one file's ballots; a file that stands on the board already is passed over.
fn take(
    office: &mut Office,
    mut audited: Audited,
    offer: &Offer,
    row_length: u64,
) -> Result<Audited, Failure> {
    let name = offer.path.display();
    if taken_before(&audited.view, &offer.root) {
        office.tell(format!("{name}: taken in before, passed over"));
        return Ok(audited);
    }
    let mut file = File::open(&offer.path)
        .map_err(|error| Failure::io("cannot read the ballots", &offer.path, &error))?;
    let blob = office
        .station
        .board()
        .put_blob(row_length, &mut |out| io::copy(&mut file, out).map(|_| ()))
        .map_err(board_failure)?;
    if blob.root != offer.root {
        return Err(Failure::usage("the file changed while it was read")
            .at(name.to_string())
            .advice("take it in again once it is whole"));
    }
    let body = Body::Ballots(Ballots { box_index: BOX, ballots: blob });
    audited = office.post(&audited.view, &body)?;
    office.next(&audited)?;
    office.tell(format!("{name}: {} ballots", count(offer.rows)));
    Ok(audited)
}

fn watch(
    office: &mut Office,
    mut audited: Audited,
    folder: &Path,
    row_length: u64,
) -> Result<Exit, Failure> {
    office.tell(format!("watching {}; interrupt to stop", folder.display()));
    let mut sizes: BTreeMap<PathBuf, u64> = BTreeMap::new();
    let mut done: BTreeMap<PathBuf, u64> = BTreeMap::new();
    loop {
        let found = files(folder)?;
        for (path, size) in &found {
            if sizes.get(path) != Some(size) || done.get(path) == Some(size) {
                continue;
            }
            done.insert(path.clone(), *size);
            match examine(path, row_length) {
                Ok(offer) => audited = take(office, audited, &offer, row_length)?,
                // One bad file must not keep the others off the board.
                Err(failure) => failure.print(),
            }
        }
        sizes = found;
        thread::sleep(LOOK);
        audited = if office.station.has_news()? { office.settle()? } else { audited };
        voting(office, &audited)?;
    }
}

/// The plain files of a folder with their sizes, hidden ones left out.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, u64>, Failure> {
    let failed = |error: io::Error| Failure::io("cannot list the folder", folder, &error);
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if let Ok(data) = entry.metadata()
            && data.is_file()
            && !hidden
        {
            found.insert(entry.path(), data.len());
        }
    }
    Ok(found)
}
