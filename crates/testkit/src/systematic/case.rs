//! What can be altered on a board, piece by piece.

use std::collections::BTreeMap;

use psephos_core::Digest;
use psephos_record::board::MemoryBoard;
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record};

use super::change::{Change, Material, cuts, flips, of_items, of_rows};
use super::items::{Item, items};
use super::subject::Subject;
use crate::Reseal;

/// How an altered board is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sealed {
    /// Not at all.
    AsIs,
    /// By everybody, to the end.
    Whole,
    /// By everybody, up to the record whose digest all later proofs bind: the manifest, `open` or `close`.
    /// Otherwise these proofs would answer in the place of the check.
    Stage,
    /// By its author, and nothing follows.
    Alone,
}

impl Sealed {
    /// All of them.
    pub const ALL: [Sealed; 4] = [Sealed::AsIs, Sealed::Whole, Sealed::Stage, Sealed::Alone];

    /// What it is counted as.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Sealed::AsIs => "as it is",
            Sealed::Whole => "re-sealed whole",
            Sealed::Stage => "re-sealed to its stage",
            Sealed::Alone => "re-sealed alone",
        }
    }
}

/// What is altered; records by their sequences, blobs by their places among the board's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A record as a whole.
    Record(u32, RecordFault),
    /// The bytes of a record's file; re-sealed, only those that nobody signs.
    File(u32, Change),
    /// The bytes of a message.
    Message(u32, Change),
    /// The bytes of a body.
    Body(u32, Change),
    /// The bytes of a blob.
    Blob(u32, Change),
    /// A blob is missing.
    Missing(u32),
}

/// What is done to a record as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordFault {
    /// It is left out.
    Removed,
    /// It stands twice.
    Doubled,
    /// Its author posts the same again.
    Repeated,
    /// It changes places with the next one, neither author having known the other's.
    Swapped,
}

/// One alteration of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// What is altered.
    pub part: Part,
    /// How it is sealed.
    pub sealed: Sealed,
}

impl Part {
    /// What it is counted as.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Part::Record(_, RecordFault::Removed) => "record removed",
            Part::Record(_, RecordFault::Doubled) => "record doubled",
            Part::Record(_, RecordFault::Repeated) => "record posted again",
            Part::Record(_, RecordFault::Swapped) => "records swapped",
            Part::Missing(_) => "blob missing",
            Part::File(_, change)
            | Part::Message(_, change)
            | Part::Body(_, change)
            | Part::Blob(_, change) => change.kind(),
        }
    }
}

/// An encoding with its items.
pub(super) struct Encoded {
    pub(super) bytes: Vec<u8>,
    pub(super) items: Vec<Item>,
}

impl Encoded {
    fn of(bytes: Vec<u8>) -> Self {
        let items = items(&bytes);
        Self { bytes, items }
    }
}

/// A record in its layers.
pub(super) struct Layers {
    pub(super) file: Encoded,
    pub(super) message: Encoded,
    pub(super) body: Encoded,
    pub(super) kind: Kind,
    pub(super) decoded: Message,
}

impl Layers {
    pub(super) fn of(file: Vec<u8>) -> Self {
        let record = Record::decode(&file).expect("a record");
        let decoded = record.message().expect("a message");
        Self {
            file: Encoded::of(file),
            message: Encoded::of(record.message),
            body: Encoded::of(decoded.body.clone()),
            kind: decoded.kind().expect("a kind"),
            decoded,
        }
    }

    /// Where in the file the message stands, behind its length.
    fn signed(&self) -> std::ops::Range<usize> {
        let message = self.file.items.iter().find(|item| item.path == "message");
        let message = message.expect("a message");
        message.content..message.range.end
    }
}

/// Rows, with the first record that names them.
pub(super) struct Rows {
    pub(super) root: Digest,
    pub(super) bytes: Vec<u8>,
    pub(super) named_by: Option<NamedBy>,
}

/// A record that names rows.
#[derive(Clone, Copy)]
pub(super) struct NamedBy {
    pub(super) sequence: u32,
    pub(super) kind: Kind,
    pub(super) row_length: usize,
}

impl Rows {
    /// Where elements and scalars begin in a row.
    fn cells(&self) -> Vec<usize> {
        let Some(named) = self.named_by else { return Vec::new() };
        match (named.kind, named.row_length) {
            (_, 24) => Vec::new(),
            (_, 40) => vec![0],
            // Election, box, credential, counter, and 32 bytes each from there (spec/06-ballot.md §6.1).
            (Kind::Ballots, length) => {
                [0, 40].into_iter().chain((80..length).step_by(32)).collect()
            }
            (_, length) => (0..length).step_by(32).collect(),
        }
    }
}

impl Subject {
    /// Every case, in an order that stays.
    #[must_use]
    pub fn cases(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        let mut as_is = |part| cases.push(Case { part, sealed: Sealed::AsIs });
        for (sequence, layers) in self.by_sequence() {
            self.faults(sequence).for_each(|fault| as_is(Part::Record(sequence, fault)));
            let length = layers.file.bytes.len();
            let items = of_items(&layers.file.items, &["message"]);
            let changes = flips(length).chain(cuts(length)).chain(items);
            changes.for_each(|change| as_is(Part::File(sequence, change)));
            layers.inner(sequence).for_each(&mut as_is);
        }
        for (place, rows) in self.by_place() {
            as_is(Part::Missing(place));
            rows.changes().for_each(|change| as_is(Part::Blob(place, change)));
        }
        for (sequence, layers) in self.by_sequence() {
            let mut parts: Vec<Part> =
                self.faults(sequence).map(|fault| Part::Record(sequence, fault)).collect();
            let length = layers.message.bytes.len();
            parts.extend(flips(length).map(|change| Part::Message(sequence, change)));
            parts.extend(layers.inner(sequence));
            parts.extend(layers.wrapper().map(|change| Part::File(sequence, change)));
            self.seal_each(sequence, &parts, &mut cases);
        }
        for (place, rows) in self.by_place() {
            let Some(named) = rows.named_by else { continue };
            let parts: Vec<Part> = rows.changes().map(|change| Part::Blob(place, change)).collect();
            self.seal_each(named.sequence, &parts, &mut cases);
        }
        cases
    }

    fn by_sequence(&self) -> impl Iterator<Item = (u32, &Layers)> {
        self.records.iter().enumerate().map(|(sequence, layers)| (sequence as u32, layers))
    }

    fn by_place(&self) -> impl Iterator<Item = (u32, &Rows)> {
        self.blobs.iter().enumerate().map(|(place, rows)| (place as u32, rows))
    }

    fn faults(&self, sequence: u32) -> impl Iterator<Item = RecordFault> + use<> {
        let has_next = (sequence as usize) + 1 < self.records.len();
        let faults = [RecordFault::Removed, RecordFault::Doubled, RecordFault::Repeated];
        faults.into_iter().chain(has_next.then_some(RecordFault::Swapped))
    }

    /// The ways of sealing that differ for what is altered in this record.
    fn seal_each(&self, sequence: u32, parts: &[Part], cases: &mut Vec<Case>) {
        let (stage, last) = (self.stage_end(sequence), self.records.len() as u32 - 1);
        let mut ways = vec![Sealed::Whole];
        ways.extend((stage < last).then_some(Sealed::Stage));
        ways.extend((sequence < stage).then_some(Sealed::Alone));
        for part in parts {
            cases.extend(ways.iter().map(|sealed| Case { part: *part, sealed: *sealed }));
        }
    }

    /// The altered board; none where the alteration alters nothing.
    #[must_use]
    pub fn altered(&self, case: Case) -> Option<MemoryBoard> {
        let board = match case.sealed {
            Sealed::AsIs => self.as_is(case.part)?,
            sealed => self.resealed(case.part, self.kept(case.part, sealed))?.seal(),
        };
        let honest = self.honest(case);
        let is_same = board.records() == honest.records()
            && board.roots().iter().all(|root| board.blob(root) == honest.blob(root))
            && board.roots().len() == honest.roots().len();
        (!is_same).then_some(board)
    }

    fn as_is(&self, part: Part) -> Option<MemoryBoard> {
        let board = self.board.clone();
        let mut files = board.records();
        match part {
            Part::Record(sequence, fault) => {
                let at = sequence as usize;
                match fault {
                    RecordFault::Removed => drop(files.remove(at)),
                    RecordFault::Doubled => files.insert(at, files[at].clone()),
                    RecordFault::Swapped => files.swap(at, at + 1),
                    RecordFault::Repeated => return None,
                }
            }
            Part::File(sequence, change) => {
                files[sequence as usize] = self.file(sequence, change);
            }
            Part::Message(sequence, _) | Part::Body(sequence, _) => {
                let file = &mut files[sequence as usize];
                let mut record = Record::decode(file).expect("a record");
                record.message = self.message(part)?;
                *file = record.encode();
            }
            Part::Blob(place, change) => {
                let rows = &self.blobs[place as usize];
                board.set_blob(rows.root, rows.altered(change));
            }
            Part::Missing(place) => board.remove_blob(&self.blobs[place as usize].root),
        }
        board.set_records(files);
        Some(board)
    }

    /// The altered board taken apart, of which only the first records are kept.
    fn resealed(&self, part: Part, kept: usize) -> Option<Reseal> {
        let mut reseal = self.reseal.clone();
        reseal.truncate(kept);
        match part {
            Part::Record(sequence, fault) => {
                let at = sequence as usize;
                match fault {
                    RecordFault::Removed => reseal.remove(at),
                    RecordFault::Doubled => reseal.double(at),
                    RecordFault::Repeated => reseal.repeat(at),
                    RecordFault::Swapped => {
                        let known = self.records[at].decoded.head;
                        reseal.alter_message(at + 1, |message| message.head = known);
                        reseal.swap(at, at + 1)
                    }
                };
            }
            Part::File(sequence, change) => {
                let original = self.file(sequence, change);
                if self.records[sequence as usize].file.bytes == original {
                    return None;
                }
                let other = self.other_file(sequence);
                reseal.alter_file(sequence as usize, move |file| {
                    let items = items(file);
                    let other = other.as_ref().map(|other| (&other.bytes[..], &other.items[..]));
                    *file = change.apply(file, &Material { items: &items, other, row_length: 0 });
                });
            }
            Part::Message(sequence, _) | Part::Body(sequence, _) => {
                let message = self.message(part)?;
                reseal.alter_bytes(sequence as usize, |bytes| *bytes = message);
            }
            Part::Blob(place, change) => {
                let rows = &self.blobs[place as usize];
                let altered = rows.altered(change);
                if altered == rows.bytes {
                    return None;
                }
                reseal.alter_blob(&rows.root, |bytes| *bytes = altered);
            }
            Part::Missing(_) => return None,
        }
        Some(reseal)
    }

    fn file(&self, sequence: u32, change: Change) -> Vec<u8> {
        let layers = &self.records[sequence as usize];
        self.apply(sequence, change, &layers.file, |layers| &layers.file)
    }

    /// The other record from which values are borrowed, wrapped.
    fn other_file(&self, sequence: u32) -> Option<Encoded> {
        self.other(sequence).map(|other| Encoded::of(other.file.bytes.clone()))
    }

    /// The altered message of a record.
    pub(super) fn message(&self, part: Part) -> Option<Vec<u8>> {
        let (sequence, altered) = match part {
            Part::Message(sequence, change) => {
                let layers = &self.records[sequence as usize];
                (sequence, self.apply(sequence, change, &layers.message, |layers| &layers.message))
            }
            Part::Body(sequence, change) => {
                let layers = &self.records[sequence as usize];
                let body = self.apply(sequence, change, &layers.body, |layers| &layers.body);
                (sequence, Message { body, ..layers.decoded.clone() }.encode())
            }
            _ => return None,
        };
        (altered != self.records[sequence as usize].message.bytes).then_some(altered)
    }

    fn apply(
        &self,
        sequence: u32,
        change: Change,
        encoded: &Encoded,
        layer: impl Fn(&Layers) -> &Encoded,
    ) -> Vec<u8> {
        let other = self.other(sequence).map(layer);
        let other = other.map(|other| (&other.bytes[..], &other.items[..]));
        change.apply(&encoded.bytes, &Material { items: &encoded.items, other, row_length: 0 })
    }

    /// Another record to borrow from: the next of its kind, or the one before it.
    fn other(&self, sequence: u32) -> Option<&Layers> {
        let own = &self.records[sequence as usize];
        let others = self.records.iter().skip(sequence as usize + 1);
        let mut others = others.chain(self.records.iter().take(sequence as usize));
        let before = (sequence as usize).checked_sub(1).and_then(|before| self.records.get(before));
        others.find(|layers| layers.kind == own.kind).or(before)
    }
}

impl Layers {
    /// What is altered in message and body, but for flips.
    fn inner(&self, sequence: u32) -> impl Iterator<Item = Part> {
        let length = self.message.bytes.len();
        let message = cuts(length).into_iter().chain(of_items(&self.message.items, &["body"]));
        let length = self.body.bytes.len();
        let body = cuts(length).into_iter().chain(of_items(&self.body.items, &[]));
        let message = message.map(move |change| Part::Message(sequence, change));
        message.chain(body.map(move |change| Part::Body(sequence, change)))
    }

    /// What is altered in a file beside the message.
    fn wrapper(&self) -> impl Iterator<Item = Change> {
        let signed = self.signed();
        let flips = flips(self.file.bytes.len());
        let unsigned = flips.filter(
            move |change| !matches!(change, Change::Flip(at) if signed.contains(&(*at as usize))),
        );
        let message = self.file.items.iter().position(|item| item.path == "message");
        let items = of_items(&self.file.items, &["message"]).into_iter();
        let items = items.filter(move |change| match change {
            Change::Vector(place, _) => message != Some(*place as usize),
            _ => true,
        });
        unsigned.chain(items).chain(cuts(self.file.bytes.len()))
    }
}

impl Rows {
    fn changes(&self) -> impl Iterator<Item = Change> + use<> {
        let row_length = self.named_by.map_or(0, |named| named.row_length);
        flips(self.bytes.len()).chain(of_rows(self.bytes.len(), row_length, &self.cells()))
    }

    pub(super) fn altered(&self, change: Change) -> Vec<u8> {
        let row_length = self.named_by.map_or(0, |named| named.row_length);
        change.apply(&self.bytes, &Material { items: &[], other: None, row_length })
    }
}

/// The blobs of a board, with who names them first.
pub(super) fn rows_of(board: &MemoryBoard, records: &[Layers]) -> Vec<Rows> {
    let mut names: BTreeMap<Digest, NamedBy> = BTreeMap::new();
    for (sequence, layers) in records.iter().enumerate() {
        let Ok(mut body) = layers.decoded.body() else { continue };
        for blob in crate::reseal::blobs(&mut body) {
            let (sequence, row_length) = (sequence as u32, blob.row_length as usize);
            names.entry(blob.root).or_insert(NamedBy { sequence, kind: layers.kind, row_length });
        }
    }
    let rows = |root: &Digest| Rows {
        root: *root,
        bytes: board.blob(root).expect("a blob of this board"),
        named_by: names.get(root).copied(),
    };
    board.roots().iter().map(rows).collect()
}
