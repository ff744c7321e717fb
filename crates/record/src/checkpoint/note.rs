//! Checkpoints with the signatures beneath them, one note after the other.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Checkpoint, LINE_LIMIT};

/// The longest file of notes that is read, in bytes: some forty thousand of them.
pub const NOTES_LIMIT: usize = 1 << 24;

/// The most signatures that a note may have.
pub const SIGNATURES: usize = 64;

/// What stands before every signature: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why bytes are no notes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct NoteError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl NoteError {
    pub(crate) fn new(line: usize, reason: &'static str) -> Self {
        Self { line, reason }
    }
}

/// A signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// What its key is called.
    pub name: String,
    /// The id that follows from the name, the kind of signature and the key.
    pub id: [u8; 4],
    /// The signature.
    pub bytes: Vec<u8>,
}

/// A checkpoint, and who has signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// The signatures, one at most of each name and id, none of them verified.
    pub signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a file of one note or more, with an empty line between two of them.
    ///
    /// # Errors
    /// [`NoteError`], of the whole file.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Note>, NoteError> {
        let lines = lines(bytes)?;
        let mut rest: &[&str] = &lines;
        let mut notes = Vec::new();
        loop {
            let line = lines.len() - rest.len() + 1;
            let (note, behind) = Note::take(line, rest)?;
            notes.push(note);
            rest = match behind {
                [] => return Ok(notes),
                ["", more @ ..] => more,
                _ => {
                    let line = lines.len() - behind.len() + 1;
                    return Err(NoteError::new(line, "neither a signature nor an empty line"));
                }
            };
        }
    }

    /// Reads a note from the front of `lines`, the first of which has this number.
    fn take<'l, 't>(line: usize, lines: &'l [&'t str]) -> Result<(Note, &'l [&'t str]), NoteError> {
        let [origin, records, head, empty, behind @ ..] = lines else {
            return Err(NoteError::new(line, "no whole note begins here"));
        };
        let checkpoint = Checkpoint::from_lines([origin, records, head])
            .map_err(|reason| NoteError::new(line, reason))?;
        if !empty.is_empty() {
            return Err(NoteError::new(line + 3, "a checkpoint of a board has three lines"));
        }
        let count = behind.iter().take_while(|line| line.starts_with(DASH)).count();
        if count == 0 {
            return Err(NoteError::new(line + 4, "there is no signature"));
        }
        if count > SIGNATURES {
            return Err(NoteError::new(line + 4, "there are too many signatures"));
        }
        let mut signatures: Vec<NoteSignature> = Vec::with_capacity(count);
        for (at, text) in behind.iter().take(count).enumerate() {
            let refused = |reason| NoteError::new(line + 4 + at, reason);
            let signature = NoteSignature::parse(text).map_err(refused)?;
            let is_same =
                |other: &NoteSignature| (&other.name, other.id) == (&signature.name, signature.id);
            if signatures.iter().any(is_same) {
                return Err(refused("a key of this name and id has signed before"));
            }
            signatures.push(signature);
        }
        Ok((Note { checkpoint, signatures }, behind.get(count..).unwrap_or_default()))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Result<Self, &'static str> {
        let line = line.strip_prefix(DASH).ok_or("it is no signature")?;
        let (name, signature) = line.split_once(' ').ok_or("the signature is missing")?;
        if !is_name(name) {
            return Err("this is no name of a key");
        }
        let bytes = STANDARD.decode(signature).map_err(|_| "the signature is not in base64")?;
        let (id, bytes) = bytes.split_first_chunk().ok_or("the signature has no key id")?;
        if bytes.is_empty() {
            return Err("the signature is empty");
        }
        Ok(Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = STANDARD.encode([&self.id[..], &self.bytes].concat());
        write!(f, "{DASH}{} {signature}", self.name)
    }
}

/// Whether a key can be called so: neither white space nor a plus stands in it.
pub(crate) fn is_name(name: &str) -> bool {
    let is_refused = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    (1..=255).contains(&name.len()) && !name.contains(is_refused)
}

/// The lines of a text, each of which has its end.
pub(crate) fn lines(bytes: &[u8]) -> Result<Vec<&str>, NoteError> {
    let refused = |reason| NoteError::new(1, reason);
    if bytes.len() > NOTES_LIMIT {
        return Err(refused("it is too long"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refused("it is not in UTF-8"))?;
    let text = text.strip_suffix('\n').ok_or(refused("its last line has no end"))?;
    let lines: Vec<&str> = text.split('\n').collect();
    for (at, line) in lines.iter().enumerate() {
        if line.len() > LINE_LIMIT {
            return Err(NoteError::new(at + 1, "the line is too long"));
        }
        if line.contains(|c: char| c < ' ') {
            return Err(NoteError::new(at + 1, "a control character stands in it"));
        }
    }
    Ok(lines)
}
