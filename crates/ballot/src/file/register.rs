//! `register.csv`: whose each credential is, without the codes (spec/voter-code.md §5).

use super::csv::{Rows, quoted};
use super::{FileError, read_text};
use psephos_core::Encoding;
use std::path::Path;

/// The columns of the file.
pub const REGISTER_HEADER: &str = "number,voter,box,credential";

/// A card of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterLine {
    /// The number on the card.
    pub number: u64,
    /// Whose it is; empty where voters have no names.
    pub voter: String,
    /// Id of the box in which it votes.
    pub box_id: String,
    /// The public key that follows from its code.
    pub credential: Encoding,
}

/// Reads a register.
///
/// # Errors
/// [`FileError`] with the line.
pub fn read_register(path: &Path) -> Result<Vec<RegisterLine>, FileError> {
    parse_register(&path.display().to_string(), &read_text(path)?)
}

/// Reads the text of a register; `file` is its name for error messages.
///
/// # Errors
/// [`FileError`] with the line.
pub fn parse_register(file: &str, text: &str) -> Result<Vec<RegisterLine>, FileError> {
    let fault = |line: u64, message: String| FileError::new(file, Some(line), message);
    let mut lines = Vec::new();
    for (index, row) in Rows::new(text).enumerate() {
        let row = row.map_err(|bad| fault(bad.line, bad.fault.into()))?;
        if index == 0 {
            if row.cells.join(",") == REGISTER_HEADER {
                continue;
            }
            let message =
                format!("the first line must be `{REGISTER_HEADER}`; is this register.csv?");
            return Err(fault(row.line, message));
        }
        let [number, voter, box_id, credential] = row.cells.as_slice() else {
            let message = format!("{} cells, there must be 4", row.cells.len());
            return Err(fault(row.line, message));
        };
        let number = number
            .parse()
            .map_err(|_| fault(row.line, format!("{number:?} is no number of a card")))?;
        let mut key: Encoding = [0; 32];
        hex::decode_to_slice(credential, &mut key).map_err(|_| {
            let message = format!("{credential:?} is no credential of 64 hexadecimal digits");
            fault(row.line, message)
        })?;
        let (voter, box_id) = (voter.clone(), box_id.clone());
        lines.push(RegisterLine { number, voter, box_id, credential: key });
    }
    if text.is_empty() {
        return Err(FileError::new(file, None, "the file is empty".into()));
    }
    Ok(lines)
}

/// The text of a register.
pub fn format_register(lines: &[RegisterLine]) -> String {
    let mut text = format!("{REGISTER_HEADER}\n");
    for RegisterLine { number, voter, box_id, credential } in lines {
        let (voter, box_id) = (quoted(voter), quoted(box_id));
        text.push_str(&format!("{number},{voter},{box_id},{}\n", hex::encode(credential)));
    }
    text
}
