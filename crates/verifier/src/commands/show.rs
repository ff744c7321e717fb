//! One record of a board, decoded.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use psephos_audit::{AuditError, Culprit, Options, Reach, View, audit, excerpt, view};
use psephos_console::{Exit, Failure, date, say};
use psephos_core::{Digest, trace};
use psephos_record::board::{Board, BoardError, Extent};
use psephos_record::bodies::Body;
use psephos_record::cbor::item_length;
use psephos_record::message::{Message, Record, file_digest, message_digest};
use serde_cbor::Value as Cbor;
use serde_json::{Map, Value, json};

use crate::cli::ShowArguments;
use crate::place::{open, unreadable};

/// Prints a record.
pub fn run(arguments: &ShowArguments) -> Result<Exit, Failure> {
    let board = open(&arguments.board, None)?;
    let record = arguments.record;
    let extent = board.extent().map_err(unreadable)?;
    let file = board.record(record).map_err(|error| match error {
        error @ BoardError::RecordMissing { .. } => {
            Failure::new(Exit::Unreadable, error.to_string()).advice(whereabouts(&extent))
        }
        error => unreadable(error),
    })?;
    let shown = Shown::of(&*board, record, &file)?;
    match arguments.json {
        true => say(format!("{:#}", Value::Object(shown.fields))),
        false => {
            let mut lines = Vec::new();
            print(&mut lines, 0, &Value::Object(shown.fields));
            say(lines.join("\n"));
        }
    }
    Ok(shown.exit)
}

/// Which records there are.
pub(super) fn whereabouts(extent: &Extent) -> String {
    let first = match extent.records {
        0 => "the board holds no record from 0 on".to_owned(),
        1 => "the board holds record 0".to_owned(),
        records => format!("the board holds records 0 to {}", records.saturating_sub(1)),
    };
    match extent.beyond_gap {
        None => first,
        Some(found) => {
            format!(
                "{first}, and from {found} on what stands behind a missing one: get a complete copy of it"
            )
        }
    }
}

/// A board as it was when it had so many records. What they say can be told without any blob.
struct Until<'a> {
    board: &'a dyn Board,
    records: u64,
}

impl Board for Until<'_> {
    fn place(&self) -> String {
        self.board.place()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        Ok(Extent { records: self.records, beyond_gap: None })
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        self.board.open_record(sequence)
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        self.board.blob_length(root)
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        self.board.open_blob(root)
    }
}

/// What can be said of a record.
struct Shown {
    fields: Map<String, Value>,
    exit: Exit,
}

impl Shown {
    fn of(board: &dyn Board, place: u64, file: &[u8]) -> Result<Shown, Failure> {
        let mut fields = Map::new();
        fields.insert("record".into(), place.into());
        fields.insert("bytes".into(), file.len().into());
        fields.insert("digest".into(), hex::encode(file_digest(file)).into());
        let mut shown = Shown { fields, exit: Exit::Valid };
        let strict = Record::decode(file);
        if let Err(error) = &strict {
            shown.fault("record", &error.to_string());
        }
        let Some(wrapper) = read(file) else {
            shown.exit = Exit::Unreadable;
            return Ok(shown);
        };
        for name in ["sequence", "previous", "signature"] {
            shown.copy(&wrapper, name);
        }
        let message = strict.as_ref().map(|record| record.message.clone());
        let Some(message) = message.ok().or_else(|| bytes(&wrapper, "message")) else {
            shown.fault("message", "there is none");
            return Ok(shown);
        };
        shown.message(board, place, &message, strict.as_ref().ok())?;
        Ok(shown)
    }

    /// The message, and who has signed it.
    fn message(
        &mut self,
        board: &dyn Board,
        place: u64,
        message: &[u8],
        record: Option<&Record>,
    ) -> Result<(), Failure> {
        let digest = hex::encode(message_digest(message));
        self.fields.insert("message_digest".into(), digest.into());
        let strict = Message::decode(message);
        if let Err(error) = &strict {
            self.fault("message", &error.to_string());
        }
        let Some(read) = read(message) else {
            self.fields.insert("message".into(), hex::encode(message).into());
            return Ok(());
        };
        for name in ["kind", "author", "counter", "time", "election", "head", "version"] {
            self.copy(&read, name);
        }
        let missing = board.extent().map_err(unreadable)?.records;
        let records = place.saturating_add(1).min(missing);
        let known = view(&Until { board, records }).map_err(|error| match error {
            AuditError::Board(error) => unreadable(error),
            error @ AuditError::NotAContinuation { .. } => Failure::internal(error.to_string()),
        })?;
        if missing < place {
            let words = format!(
                "record {missing}, before it, is missing: an audit does not look at this one, and whose key it \
                 is, is told by the records before {missing}"
            );
            self.fields.insert("behind".into(), words.into());
        }
        if let Ok(message) = &strict {
            let who = author(&known, &message.author);
            self.fields.insert("author_is".into(), who.into());
            self.fields.insert("time_is".into(), date(message.time).into());
            let verified = record.map(|record| record.verify(message));
            let words = match &verified {
                Some(Ok(())) => "it verifies under the author's key".to_owned(),
                Some(Err(error)) => error.to_string(),
                None => "not checked: the record around it is not what it should be".to_owned(),
            };
            if !matches!(verified, Some(Ok(()))) {
                self.exit = Exit::Invalid;
            }
            self.fields.insert("signature_is".into(), words.into());
        }
        let body = match &strict {
            Ok(message) => message.body.clone(),
            Err(_) => bytes(&read, "body").unwrap_or_default(),
        };
        self.body(&body, strict.as_ref().ok());
        let Some((message, Ok(body))) =
            strict.as_ref().ok().map(|message| (message, message.body()))
        else {
            return Ok(());
        };
        let subjects = subjects(&known, message, &body);
        if !subjects.is_empty() && missing < place {
            let words = format!("not computed: record {missing} is missing");
            self.fields.insert("challenges".into(), words.into());
        } else if !subjects.is_empty() {
            let challenges = challenges(board, place, &subjects)?;
            self.fields.insert("challenges".into(), challenges);
        }
        Ok(())
    }

    /// The body by the names of its fields.
    fn body(&mut self, body: &[u8], message: Option<&Message>) {
        if let Some(Err(error)) = message.map(Message::body) {
            self.fault("body", &error.to_string());
        }
        let shown = match read_value(body) {
            Some(value) => decoded("", &value),
            None => hex::encode(body).into(),
        };
        self.fields.insert("body".into(), shown);
    }

    /// Something cannot be read, or is not as it should be.
    fn fault(&mut self, part: &str, why: &str) {
        let faults = self.fields.entry("faults").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(faults) = faults {
            faults.push(format!("{part}: {why}").into());
        }
        self.exit = Exit::Invalid;
    }

    fn copy(&mut self, from: &BTreeMap<Cbor, Cbor>, name: &str) {
        let Some(value) = from.get(&Cbor::Text(name.into())) else { return };
        let value = match value {
            // Keys, digests and signatures stand in one piece.
            Cbor::Bytes(bytes) => hex::encode(bytes).into(),
            other => decoded(name, other),
        };
        self.fields.insert(name.into(), value);
    }
}

/// The map in these bytes, canonical or not.
fn read(bytes: &[u8]) -> Option<BTreeMap<Cbor, Cbor>> {
    match read_value(bytes)? {
        Cbor::Map(map) => Some(map),
        _ => None,
    }
}

/// The item at the beginning of these bytes.
fn read_value(bytes: &[u8]) -> Option<Cbor> {
    let item = bytes.get(..item_length(bytes).ok()?)?;
    serde_cbor::from_slice(item).ok()
}

fn bytes(map: &BTreeMap<Cbor, Cbor>, name: &str) -> Option<Vec<u8>> {
    match map.get(&Cbor::Text(name.into())) {
        Some(Cbor::Bytes(bytes)) => Some(bytes.clone()),
        _ => None,
    }
}

/// A value of a body. Lists of elements and scalars come apart into their encodings, and the short proofs
/// into the letters of their pages.
fn decoded(name: &str, value: &Cbor) -> Value {
    match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(flag) => (*flag).into(),
        Cbor::Integer(number) => match (u64::try_from(*number), i64::try_from(*number)) {
            (Ok(number), _) => number.into(),
            (_, Ok(number)) => number.into(),
            _ => number.to_string().into(),
        },
        Cbor::Float(number) => json!(number),
        Cbor::Text(text) => text.clone().into(),
        Cbor::Bytes(bytes) => pieces(name, bytes),
        Cbor::Array(items) => items.iter().map(|item| decoded(name, item)).collect(),
        Cbor::Map(map) => {
            let mut fields = Map::new();
            for (key, value) in map {
                let key = match key {
                    Cbor::Text(text) => text.clone(),
                    other => format!("{other:?}"),
                };
                let value = decoded(&key, value);
                fields.insert(key, value);
            }
            Value::Object(fields)
        }
        other => format!("{other:?}").into(),
    }
}

fn pieces(name: &str, bytes: &[u8]) -> Value {
    let (encodings, rest) = bytes.as_chunks::<32>();
    let is_proof = ["proof", "knowledge"].contains(&name);
    match (encodings, rest.is_empty()) {
        ([commitment, response], true) if is_proof => {
            json!({ "T": hex::encode(commitment), "z": hex::encode(response) })
        }
        ([commitment, image, response], true) if is_proof => json!({
            "T": hex::encode(commitment),
            "T'": hex::encode(image),
            "z": hex::encode(response),
        }),
        (encodings, true) if encodings.len() > 1 && name != "invitation" => {
            encodings.iter().map(hex::encode).collect()
        }
        _ => hex::encode(bytes).into(),
    }
}

/// Whose key it is, for people.
fn author(view: &View, key: &[u8; 32]) -> String {
    let authority = view.proposal.as_ref().map(|proposal| &proposal.authority);
    let intake = view.description().map(|description| &description.intake);
    match view.trustee(key) {
        _ if authority == Some(key) => "authority".into(),
        _ if intake == Some(key) => "authority (intake)".into(),
        Some(trustee) => named(view, trustee),
        None => "nobody this election knows".into(),
    }
}

/// A trustee with the name that the election gives it.
fn named(view: &View, trustee: u64) -> String {
    let names = view.description().map_or(&[][..], |description| &description.trustees);
    let name = usize::try_from(trustee).ok().and_then(|index| names.get(index));
    let number = Culprit::Trustee(trustee).to_string();
    name.map_or(number.clone(), |name| format!("{number} ({name})"))
}

/// What a trace calls the proofs of a record (spec/09-audit.md §9.12).
fn subjects(view: &View, message: &Message, body: &Body) -> Vec<String> {
    let Some(trustee) = view.trustee(&message.author) else { return Vec::new() };
    let attempt = view.manifest.as_ref().map_or(0, |view| view.manifest.attempt);
    match body {
        Body::Accept(_) => vec![format!("accept attempt {attempt} trustee {trustee}")],
        Body::Deal(_) => vec![format!("deal attempt {attempt} trustee {trustee}")],
        Body::Complain(_) => vec![format!("complain attempt {attempt} trustee {trustee}")],
        Body::Mix(body) => {
            let of = |mix: &psephos_record::bodies::BatchMix| {
                let (place, batch) = (mix.box_index, mix.batch_index);
                format!("mix box {place} batch {batch} position {} trustee {trustee}", mix.position)
            };
            body.mixes.iter().map(of).collect()
        }
        Body::Share(_) => vec![format!("share trustee {trustee}")],
        _ => Vec::new(),
    }
}

/// The challenges of these proofs, as an audit of as much of the board as they need computes them.
fn challenges(board: &dyn Board, record: u64, subjects: &[String]) -> Result<Value, Failure> {
    let lines = Arc::new(Mutex::new(Map::new()));
    let (kept, wanted) = (Arc::clone(&lines), subjects.to_vec());
    trace::start(move |line| {
        let Some((name, value)) = line.split_once(" > ") else { return };
        let is_of = |subject: &String| {
            name.strip_prefix(subject.as_str()).is_some_and(|rest| rest.starts_with([':', ' ']))
        };
        if wanted.iter().any(is_of) {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.insert(name.to_owned(), value.into());
        }
    });
    for reach in [Reach::Inputs, Reach::Batches] {
        // A record before it may be too long for an excerpt.
        let part = excerpt(board, record, record.saturating_add(1), reach);
        let Ok(part) = part else { continue };
        // Only what is computed on the way is asked for here; the verdict is another command's.
        let _ = audit(&part.board(), &Options::default(), &|_| {});
        let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        if !lines.is_empty() {
            return Ok(Value::Object(lines.clone()));
        }
    }
    Ok("not computed: the lists they depend on are missing, or something before is wrong".into())
}

/// A value in lines, indented.
fn print(lines: &mut Vec<String>, indent: usize, value: &Value) {
    let Value::Object(fields) = value else {
        return lines.push(format!("{:indent$}{}", "", plain(value)));
    };
    let width = fields.keys().map(|key| key.chars().count()).max().unwrap_or(0).min(24);
    for (key, value) in fields {
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                lines.push(format!("{:indent$}{key}", ""));
                print(lines, indent + 2, value);
            }
            Value::Array(items) if !items.is_empty() => {
                lines.push(format!("{:indent$}{key} ({})", "", items.len()));
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Value::Object(_) => {
                            lines.push(format!("{:indent$}  {index}:", ""));
                            print(lines, indent + 4, item);
                        }
                        _ => lines.push(format!("{:indent$}  {index}: {}", "", plain(item))),
                    }
                }
            }
            _ => lines.push(format!("{:indent$}{key:<width$}  {}", "", plain(value))),
        }
    }
}

/// A value in one line. Texts are somebody else's words: control characters stay visible.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().any(char::is_control) => format!("{text:?}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
