//! The roll as a file: its rows, nothing else (spec/08-board.md §8.11).

use std::fs;
use std::path::Path;

use psephos_audit::{Keys, Roll};
use psephos_console::Failure;
use psephos_core::rows::MemoryRows;
use psephos_core::{Digest, tree};
use psephos_record::bodies::{RollAmend, RollEntry};
use psephos_record::cbor;
use psephos_record::kind::Kind;

use crate::card::Card;

/// The rows of the roll, in the order of their credentials, which says nothing of whose they are.
pub fn rows(cards: &[Card<'_>]) -> Vec<u8> {
    let mut rows: Vec<[u8; RollEntry::LENGTH]> =
        cards.iter().map(|card| card.entry().to_bytes()).collect();
    rows.sort_unstable();
    rows.concat()
}

/// The name of the roll's blob on the board.
pub fn root(rows: &[u8]) -> Digest {
    tree::root(rows)
}

/// Reads a roll and makes the amendments that were made before.
pub fn read(path: &Path, after: &[impl AsRef<Path>]) -> Result<Roll, Failure> {
    let place = || path.display().to_string();
    let bytes =
        fs::read(path).map_err(|error| Failure::io("cannot read the roll", path, &error))?;
    let rows = MemoryRows::new(&bytes, RollEntry::LENGTH).ok_or_else(|| {
        Failure::usage(format!(
            "{} bytes are not whole rows of {}: the file was cut off, or is no roll",
            bytes.len(),
            RollEntry::LENGTH
        ))
        .at(place())
    })?;
    // How many boxes there are is not known here.
    let mut roll = Roll::read(&rows, u64::MAX, Keys::Unknown)
        .map_err(|error| Failure::usage(error.to_string()).at(place()))?;
    for path in after {
        let path = path.as_ref();
        roll.amend(&amendment(path)?).map_err(|fault| {
            Failure::usage(format!("it does not fit the roll: {fault}"))
                .at(path.display().to_string())
        })?;
    }
    Ok(roll)
}

fn amendment(path: &Path) -> Result<RollAmend, Failure> {
    let bytes =
        fs::read(path).map_err(|error| Failure::io("cannot read the amendment", path, &error))?;
    cbor::decode(&bytes, Kind::RollAmend.body_limit()).map_err(|error| {
        Failure::usage(format!("this is no amendment of a roll: {error}"))
            .at(path.display().to_string())
    })
}
