//! A file of ballots, looked at as a whole before anything of it is taken.
//!
//! Each ballot says at its beginning which election and box it is of (spec/06-ballot.md), and so how long
//! it is; a file may hold ballots of several boxes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

use psephos_audit::{View, ballot_layouts};
use psephos_console::{Failure, count, nth, numbered, plural};
use psephos_core::tree::TreeHasher;
use psephos_core::{Digest, Encoding};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{BallotLayout, CHALLENGE_LENGTH, Challenge, box_of};
use psephos_voter::Opening;

/// What the ballots of an election look like.
pub struct Forms {
    /// The election's id.
    pub election: Digest,
    /// The election's key.
    pub public_key: Encoding,
    /// Bytes of a ballot, by box.
    pub lengths: Vec<usize>,
}

impl Forms {
    /// Of an election that is open.
    pub fn of(view: &View) -> Result<Forms, Failure> {
        let layouts = view.description().and_then(ballot_layouts);
        let layouts = layouts.ok_or_else(|| Failure::internal("a ballot without a length"))?;
        let keys = view.ceremony.keys.as_ref();
        let keys = keys.ok_or_else(|| Failure::internal("an open election without a key"))?;
        Ok(Forms {
            election: view.election(),
            public_key: keys.public_key,
            lengths: layouts.iter().map(BallotLayout::row_length).collect(),
        })
    }
}

/// The ballots of one box in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Index of the box.
    pub box_index: u64,
    /// Root of the tree hash over them.
    pub root: Digest,
    /// How many there are.
    pub rows: u64,
}

const ELECTION: usize = 32;
/// Bytes of a ballot that say its election and box.
const HEADER: usize = ELECTION + 8;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Ballots, by box.
    Ballots(Vec<Part>),
    /// The rows of a `challenged` record.
    Challenges(Vec<u8>),
}

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
enum Flaw {
    #[error("the file holds no ballots")]
    Empty,
    #[error("the file is of another election, {}, or it is no file of ballots", hex::encode(.0))]
    Election(Digest),
    #[error(
        "the file holds no whole ballot and no whole challenge of this election: it was cut off, or it is no file \
         of ballots"
    )]
    None,
    #[error("ballot {}: it is of another election, {}", count(nth(*ballot)), hex::encode(election))]
    OneElection { ballot: u64, election: Digest },
    #[error(
        "ballot {}: it is of box {box_index}, counted from 0, and this election has {}",
        count(nth(*ballot)),
        plural(*boxes as u64, "box", "boxes")
    )]
    Box { ballot: u64, box_index: u64, boxes: usize },
    #[error("ballot {} is cut off: it has {found} of {length} bytes", count(nth(*ballot)))]
    Cut { ballot: u64, found: usize, length: usize },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What is in a file; none of it is taken unless all of it can be.
///
/// Challenges are told from ballots by what they say: every one is signed for this election by the
/// credential that it names, and ballots begin with the election's id.
pub fn examine(path: &Path, forms: &Forms) -> Result<Content, Failure> {
    let place = path.display().to_string();
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !metadata.is_file() {
        return Err(Failure::usage("this is no file of ballots")
            .at(place)
            .advice("give the files in it, or --watch for a folder"));
    }
    if let Some(rows) = challenges(path, metadata.len(), forms)? {
        return Ok(Content::Challenges(rows));
    }
    let mut parts: BTreeMap<u64, (TreeHasher, u64)> = BTreeMap::new();
    each(path, forms, &mut |box_index, ballot| {
        let (hasher, rows) = parts.entry(box_index).or_insert_with(|| (TreeHasher::new(), 0));
        hasher.update(ballot);
        *rows += 1;
        Ok(())
    })
    .map_err(|failure| if is_opening(path) { opening(place) } else { failure })?;
    let part = |(box_index, (hasher, rows)): (u64, (TreeHasher, u64))| Part {
        box_index,
        root: hasher.finish(),
        rows,
    };
    Ok(Content::Ballots(parts.into_iter().map(part).collect()))
}

/// Whether the file is what a voter checks on another device, and easily handed in by mistake.
fn is_opening(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| Opening::from_bytes(&bytes).is_ok())
}

fn opening(place: String) -> Failure {
    Failure::usage("this is an opened ballot, which is for its voter alone").at(place).advice(
        "take in the NAME.challenge that was written with it; nothing of this file was taken in",
    )
}

/// The rows of a file of challenges; none when its first row is none.
fn challenges(path: &Path, length: u64, forms: &Forms) -> Result<Option<Vec<u8>>, Failure> {
    if length < CHALLENGE_LENGTH as u64 {
        return Ok(None);
    }
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut first = [0; CHALLENGE_LENGTH];
    file.read_exact(&mut first).map_err(|error| unreadable(path, &error))?;
    let election = ElectionContext { election: forms.election, public_key: forms.public_key };
    let holds = |row: &[u8; CHALLENGE_LENGTH]| Challenge::from_bytes(row).verify(&election).is_ok();
    if first.starts_with(&forms.election) || !holds(&first) {
        return Ok(None);
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let (rows, rest) = bytes.as_chunks::<CHALLENGE_LENGTH>();
    if !rest.is_empty() {
        return Err(Failure::usage(format!(
            "challenge {} is cut off: it has {} of {CHALLENGE_LENGTH} bytes",
            count(nth(rows.len() as u64)),
            rest.len()
        ))
        .at(path.display().to_string())
        .advice("nothing of this file was taken in"));
    }
    let bad = numbered(rows).find(|(_, row)| !holds(row)).map(|(index, _)| index);
    match bad {
        None => Ok(Some(bytes)),
        Some(index) => Err(Failure::usage(format!(
            "challenge {} is not signed under its credential for this election",
            count(nth(index))
        ))
        .at(path.display().to_string())
        .advice("nothing of this file was taken in")),
    }
}

/// Calls `visit(box, bytes)` on every ballot of a file.
pub fn each(
    path: &Path,
    forms: &Forms,
    visit: &mut dyn FnMut(u64, &[u8]) -> io::Result<()>,
) -> Result<(), Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    read(&mut reader, forms, visit).map_err(|flaw| match flaw {
        Flaw::Io(error) => unreadable(path, &error),
        flaw => Failure::usage(flaw.to_string())
            .at(path.display().to_string())
            .advice("nothing of this file was taken in"),
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::io("cannot read the ballots", path, error)
}

fn read(
    reader: &mut dyn Read,
    forms: &Forms,
    visit: &mut dyn FnMut(u64, &[u8]) -> io::Result<()>,
) -> Result<(), Flaw> {
    let mut ballot = Vec::new();
    for (number, ()) in numbered(std::iter::repeat(())) {
        ballot.clear();
        let found = fill(reader, &mut ballot, HEADER)?;
        if found == 0 {
            return if number == 0 { Err(Flaw::Empty) } else { Ok(()) };
        }
        let length = match length_of(&ballot, forms, number) {
            Err(Flaw::Election(election)) => {
                // Too short for any ballot: nothing that it says can be believed.
                let shortest = forms.lengths.iter().min().copied().unwrap_or(HEADER);
                let found = fill(reader, &mut ballot, shortest)?;
                let is_text = std::str::from_utf8(&ballot).is_ok();
                let is_none = found < shortest || is_text;
                return Err(if is_none { Flaw::None } else { Flaw::Election(election) });
            }
            length => length?,
        };
        let found = fill(reader, &mut ballot, length)?;
        if found < length {
            return Err(Flaw::Cut { ballot: number, found, length });
        }
        visit(box_of(&ballot).unwrap_or_default(), &ballot)?;
    }
    Ok(())
}

/// Reads until `bytes` has `length` bytes or the file ends; how many it has then.
fn fill(reader: &mut dyn Read, bytes: &mut Vec<u8>, length: usize) -> io::Result<usize> {
    let missing = length.saturating_sub(bytes.len()) as u64;
    reader.take(missing).read_to_end(bytes)?;
    Ok(bytes.len())
}

/// The length of the ballot that begins like this.
fn length_of(header: &[u8], forms: &Forms, ballot: u64) -> Result<usize, Flaw> {
    let shortest = forms.lengths.iter().min().copied().unwrap_or(HEADER);
    let cut = Flaw::Cut { ballot, found: header.len(), length: shortest };
    let Some(election) = header.first_chunk::<ELECTION>() else { return Err(cut) };
    if *election != forms.election {
        let election = *election;
        return Err(match ballot {
            0 => Flaw::Election(election),
            ballot => Flaw::OneElection { ballot, election },
        });
    }
    let Some(box_index) = box_of(header) else { return Err(cut) };
    let place = usize::try_from(box_index).ok();
    let boxes = forms.lengths.len();
    let length = place.and_then(|place| forms.lengths.get(place)).copied();
    length.ok_or(Flaw::Box { ballot, box_index, boxes })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: fn() -> Forms =
        || Forms { election: [7; 32], public_key: [0; 32], lengths: vec![50, 60] };

    fn ballot(election: u8, box_index: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![election; 32];
        bytes.extend(box_index.to_le_bytes());
        bytes.resize(length, 9);
        bytes
    }

    fn flaw(bytes: &[u8]) -> String {
        let mut reader = bytes;
        read(&mut reader, &FORMS(), &mut |_, _| Ok(())).unwrap_err().to_string()
    }

    #[test]
    fn ballots_of_several_boxes_are_told_apart() {
        let bytes = [ballot(7, 1, 60), ballot(7, 0, 50), ballot(7, 1, 60)].concat();
        let mut seen = Vec::new();
        let mut reader = bytes.as_slice();
        read(&mut reader, &FORMS(), &mut |box_index, ballot| {
            seen.push((box_index, ballot.len()));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [(1, 60), (0, 50), (1, 60)]);
    }

    #[test]
    fn each_flaw_is_named_with_its_ballot() {
        let good = ballot(7, 0, 50);
        assert!(flaw(&[]).contains("no ballots"));
        assert!(flaw(&ballot(200, 0, 50)).starts_with("the file is of another election, c8c8"));
        assert!(flaw(&ballot(200, 0, 49)).contains("no whole ballot and no whole challenge"));
        assert!(flaw("title = \"Town\"\n".repeat(9).as_bytes()).contains("no file of ballots"));
        assert!(flaw(&[good.clone(), ballot(8, 0, 50)].concat()).starts_with("ballot 2: "));
        assert!(
            flaw(&[good.clone(), ballot(7, 2, 50)].concat())
                .contains("of box 2, counted from 0, and this election has 2 boxes")
        );
        assert!(flaw(&good[..20]).contains("20 of 50 bytes"));
        assert!(flaw(&[&good[..], &good[..49]].concat()).contains("ballot 2 is cut off"));
        assert!(flaw(&[&good[..], &good[..35]].concat()).contains("35 of 50 bytes"));
    }
}
