//! The roll that an election begins with.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_audit::{Keys, Roll};
use psephos_ballot::file::read_register;
use psephos_console::Failure;
use psephos_core::rows::MemoryRows;
use psephos_core::tree;
use psephos_participant::board_failure;
use psephos_record::board::WritableBoard;
use psephos_record::bodies::{Blob, Description, Policy, RollEntry};

use crate::description::file_failure;

/// A roll that was read and found to be one.
pub struct RollFile {
    path: PathBuf,
    bytes: Vec<u8>,
}

/// A roll knows boxes by their numbers alone. The register that `psephos-registrar make` writes beside it has
/// their ids: with it a roll that was made for boxes in another order is found out before anybody votes.
fn boxes_agree(path: &Path, roll: &Roll, description: &Description) -> Result<(), Failure> {
    let register = path.with_file_name("register.csv");
    if !register.is_file() {
        return Ok(());
    }
    for line in read_register(&register).map_err(file_failure)? {
        let here = roll.box_of(&line.credential).and_then(|index| description.ballot_box(index));
        let Some(here) = here.filter(|here| here.id != line.box_id) else { continue };
        let boxes: Vec<String> =
            description.boxes.iter().map(|each| format!("--boxes {}=…", each.id)).collect();
        return Err(Failure::usage(format!(
            "the roll was made for boxes in another order: card {} is of box {:?}, and would vote in {:?}",
            line.number, line.box_id, here.id
        ))
        .at(register.display().to_string())
        .advice(format!(
            "nothing was begun; make the roll anew with `psephos-registrar make --election FILE.toml`, or with \
             {} in this order",
            boxes.join(" ")
        )));
    }
    Ok(())
}

impl RollFile {
    /// Reads a roll for an election with these boxes.
    pub fn read(path: &Path, description: &Description) -> Result<RollFile, Failure> {
        let place = || path.display().to_string();
        let bytes =
            fs::read(path).map_err(|error| Failure::io("cannot read the roll", path, &error))?;
        let whole = MemoryRows::new(&bytes, RollEntry::LENGTH).filter(|_| !bytes.is_empty());
        let rows = whole.ok_or_else(|| {
            Failure::usage(format!(
                "{} bytes are not whole rows of {}: the file was cut off, or is no roll",
                bytes.len(),
                RollEntry::LENGTH
            ))
            .at(place())
            .advice("`psephos-registrar make` writes one; nothing was begun")
        })?;
        let boxes = description.boxes.len() as u64;
        let roll = Roll::read(&rows, boxes, Keys::Unknown).map_err(|error| {
            Failure::usage(error.to_string())
                .at(place())
                .advice("nothing was begun; make the roll anew with `psephos-registrar make`")
        })?;
        boxes_agree(path, &roll, description)?;
        Ok(RollFile { path: path.to_owned(), bytes })
    }

    /// Names the roll in the description; without another policy the last ballot of a voter counts.
    pub fn enter(&self, description: &mut Description) {
        let row_length = RollEntry::LENGTH as u64;
        let rows = self.bytes.len() as u64 / row_length;
        description.roll = Some(Blob { root: tree::root(&self.bytes), rows, row_length });
        if description.policy == Policy::Open {
            description.policy = Policy::Last;
        }
    }

    /// How many voters each box has: a roll made for boxes in another order shows here.
    pub fn voters(&self, description: &Description) -> Vec<u64> {
        let mut voters = vec![0; description.boxes.len()];
        let (rows, _) = self.bytes.as_chunks::<{ RollEntry::LENGTH }>();
        for row in rows {
            let place = usize::try_from(RollEntry::from_bytes(row).box_index).ok();
            if let Some(number) = place.and_then(|place| voters.get_mut(place)) {
                *number += 1;
            }
        }
        voters
    }

    /// Puts it on the board.
    pub fn put(&self, board: &dyn WritableBoard) -> Result<(), Failure> {
        board
            .put_rows(RollEntry::LENGTH as u64, &self.bytes)
            .map(|_| ())
            .map_err(|error| board_failure(error).at(self.path.display().to_string()))
    }
}
