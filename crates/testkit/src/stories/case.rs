//! What is stored of an election: its board, what the auditor is told beside it, and the answer.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use psephos_audit::{
    AuditError, CheckId, Culprit, Options, Report, Verdict, Witnesses, audit, compare,
};
use psephos_core::Digest;
use psephos_record::board::{FolderBoard, MemoryBoard};
use psephos_record::checkpoint::{Note, WitnessKey};
use psephos_record::receipt::SignedReceipt;
use serde_json::{Map, Value, json};

const BOARD: &str = "board";
const OTHER: &str = "other";

/// A stored election, and what makes it.
pub struct Case {
    /// Its folder: `<check>-<fault>` under `invalid` when this check has to answer, any other name under
    /// `valid`.
    pub name: &'static str,
    /// One sentence: what was altered or happened, and by whom.
    pub altered: &'static str,
    /// Makes it, the same every time.
    pub make: fn() -> Fixture,
}

impl Case {
    /// The check that has to answer; none when the election is VALID.
    #[must_use]
    pub fn check(&self) -> Option<CheckId> {
        self.name.split_once('-').and_then(|(check, _)| CheckId::from_id(check))
    }

    /// The folder below `fixtures`.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        let answer = if self.check().is_some() { "invalid" } else { "valid" };
        Path::new(answer).join(self.name)
    }

    /// The content of `expected.json`.
    #[must_use]
    pub fn expected(&self, fixture: &Fixture, report: &Report) -> String {
        let mut expected = Map::new();
        expected.insert("altered".into(), self.altered.into());
        expected.insert("args".into(), fixture.args().into());
        match (self.check(), serde_json::to_value(report)) {
            (None, Ok(Value::Object(report))) => expected.extend(report),
            _ => expected.extend(answer(report)),
        }
        let text = serde_json::to_string_pretty(&expected).expect("a JSON object");
        text + "\n"
    }
}

/// What of a report every verifier has to say (spec/corpus.md).
#[must_use]
pub fn answer(report: &Report) -> Map<String, Value> {
    let failure = |failure: &psephos_audit::Failure| {
        json!({
            "check": failure.check,
            "culprits": failure.culprits,
            "record": failure.record,
            "row": failure.row,
        })
    };
    let failures: Vec<Value> = report.failures.iter().map(failure).collect();
    let mut answer = Map::new();
    answer.insert("verdict".into(), json!(report.verdict));
    answer.insert("exit".into(), json!(report.exit));
    answer.insert("failures".into(), failures.into());
    answer
}

/// An election as it is stored, with who has to be blamed.
pub struct Fixture {
    /// The board.
    pub board: MemoryBoard,
    /// What the auditor pins.
    pub pins: Vec<Digest>,
    /// Receipts that the auditor is given, by the names of their files.
    pub receipts: Vec<(&'static str, SignedReceipt)>,
    /// What witnesses have cosigned, by the names of the files; and whom the auditor trusts.
    pub notes: Vec<(&'static str, String)>,
    /// The witnesses whom the auditor trusts.
    pub trusted: Vec<WitnessKey>,
    /// How many of them are needed.
    pub needed: u64,
    /// The second board that the auditor compares with the first, in the folder `other`.
    pub other: Option<MemoryBoard>,
    /// Further files in the board's folder, by their paths in it.
    pub strays: Vec<(&'static str, Vec<u8>)>,
    /// Files missing in the board's folder, by their paths in it.
    pub missing: Vec<&'static str>,
    /// The answer.
    pub verdict: Verdict,
    /// The culprits of the check that has to answer, in one of its failures.
    pub culprits: Vec<Culprit>,
    /// Who else may be blamed for something.
    pub guilty: Vec<Culprit>,
    /// Where the check has to find it: the record, and the row of its list.
    pub place: Option<(u64, Option<u64>)>,
}

impl Fixture {
    /// A board that must be VALID.
    #[must_use]
    pub fn valid(board: MemoryBoard) -> Self {
        Self::answering(board, Verdict::Valid)
    }

    /// A board that must be INVALID, with exactly these culprits in one failure of the case's check;
    /// without any, where nobody can be named.
    #[must_use]
    pub fn blaming(board: MemoryBoard, culprits: &[Culprit]) -> Self {
        Self { culprits: culprits.to_vec(), ..Self::answering(board, Verdict::Invalid) }
    }

    /// A board with any other answer.
    #[must_use]
    pub fn answering(board: MemoryBoard, verdict: Verdict) -> Self {
        Self {
            board,
            pins: Vec::new(),
            receipts: Vec::new(),
            notes: Vec::new(),
            trusted: Vec::new(),
            needed: 1,
            other: None,
            strays: Vec::new(),
            missing: Vec::new(),
            verdict,
            culprits: Vec::new(),
            guilty: Vec::new(),
            place: None,
        }
    }

    /// Others may be blamed too.
    #[must_use]
    pub fn and_guilty(mut self, others: &[Culprit]) -> Self {
        self.guilty.extend_from_slice(others);
        self
    }

    /// The check must name this record.
    #[must_use]
    pub fn at(self, record: u64) -> Self {
        Self { place: Some((record, None)), ..self }
    }

    /// The check must name this row of this record's list.
    #[must_use]
    pub fn at_row(self, record: u64, row: u64) -> Self {
        Self { place: Some((record, Some(row))), ..self }
    }

    /// The auditor pins this digest.
    #[must_use]
    pub fn pinned(mut self, digest: Digest) -> Self {
        self.pins.push(digest);
        self
    }

    /// The auditor is given this receipt, in a file of this name.
    #[must_use]
    pub fn with_receipt(mut self, name: &'static str, receipt: SignedReceipt) -> Self {
        self.receipts.push((name, receipt));
        self
    }

    /// The auditor trusts these witnesses, and needs so many of them.
    #[must_use]
    pub fn trusting(self, trusted: Vec<WitnessKey>, needed: u64) -> Self {
        Self { trusted, needed, ..self }
    }

    /// The auditor is given what witnesses have cosigned, in a file of this name.
    #[must_use]
    pub fn with_notes(mut self, name: &'static str, notes: &[Note]) -> Self {
        let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
        self.notes.push((name, notes.join("\n")));
        self
    }

    /// The auditor compares the board with this one.
    #[must_use]
    pub fn compared(self, other: MemoryBoard) -> Self {
        Self { other: Some(other), ..self }
    }

    /// A file lies in the board's folder, at this path.
    #[must_use]
    pub fn with_stray(mut self, path: &'static str, bytes: Vec<u8>) -> Self {
        self.strays.push((path, bytes));
        self
    }

    /// A file of the board's folder is missing.
    #[must_use]
    pub fn without(mut self, path: &'static str) -> Self {
        self.missing.push(path);
        self
    }

    /// The verifier's arguments: those behind the board, or `compare` and those behind the first board.
    #[must_use]
    pub fn args(&self) -> Vec<String> {
        let compared = self.other.iter().flat_map(|_| ["compare".into(), OTHER.into()]);
        let pins = self.pins.iter().flat_map(|digest| ["--expect".into(), hex::encode(digest)]);
        let receipts =
            self.receipts.iter().flat_map(|(name, _)| ["--receipt".into(), (*name).to_owned()]);
        compared.chain(pins).chain(receipts).chain(self.witness_args()).collect()
    }

    fn witness_args(&self) -> impl Iterator<Item = String> {
        let notes = self.notes.iter().flat_map(|(name, _)| ["--witness", *name]);
        let keys = self.trusted.iter().flat_map(|key| ["--witness-key".into(), key.to_string()]);
        let needed = (self.needed > 1).then(|| ["--witnesses".into(), self.needed.to_string()]);
        notes.map(str::to_owned).chain(keys).chain(needed.into_iter().flatten())
    }

    fn witnesses(&self) -> Option<Witnesses> {
        let files = self.notes.iter().map(|(_, notes)| notes.clone().into_bytes()).collect();
        Witnesses::new(self.trusted.clone(), files, self.needed).ok()
    }

    /// Every file of the case but its `expected.json`, by its path in the case's folder.
    #[must_use]
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut board = self.board.files();
        board.extend(self.strays.iter().map(|(path, bytes)| (path.into(), bytes.clone())));
        board.retain(|path, _| !self.missing.iter().any(|missing| path == Path::new(missing)));
        let other = self.other.iter().flat_map(MemoryBoard::files);
        let below = |folder: &'static str| {
            move |(path, bytes): (PathBuf, Vec<u8>)| (Path::new(folder).join(path), bytes)
        };
        let boards = board.into_iter().map(below(BOARD)).chain(other.map(below(OTHER)));
        let receipts = self.receipts.iter().map(|(name, receipt)| (name.into(), receipt.encode()));
        let notes =
            self.notes.iter().map(|(name, notes)| (name.into(), notes.clone().into_bytes()));
        boards.chain(receipts).chain(notes).collect()
    }

    /// Audits the board that stands in the case's folder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn audit(&self, folder: &Path) -> Result<Report, AuditError> {
        let board = FolderBoard::open(folder.join(BOARD))?;
        let receipts = self.receipts.iter().map(|(_, receipt)| receipt.encode()).collect();
        let options = Options {
            expect: self.pins.clone(),
            receipts,
            witnesses: self.witnesses(),
            ..Options::default()
        };
        if self.other.is_none() {
            return Ok(audit(&board, &options, &|_| {})?.report);
        }
        let other = FolderBoard::open(folder.join(OTHER))?;
        Ok(compare(&board, Ok(&other), &options, &|_| {})?.report)
    }
}

/// Every file below a folder, by its path below it; none when there is no such folder.
///
/// # Errors
/// The system's.
pub fn files_below(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = PathBuf::from(path.file_name().unwrap_or_default());
        if path.is_dir() {
            let inner = files_below(&path)?;
            found.extend(inner.into_iter().map(|(below, bytes)| (name.join(below), bytes)));
        } else {
            found.insert(name, std::fs::read(&path)?);
        }
    }
    Ok(found)
}
