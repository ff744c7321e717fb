//! The register: which card is whose, without its code. It finds a code that was lost.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use psephos_audit::Roll;
use psephos_ballot::file::{RegisterLine, read_register};
use psephos_console::{Failure, digits};
use psephos_core::Encoding;

use crate::card::Card;
use crate::files::malformed;

/// Its name beside the roll.
pub const FILE: &str = "register.csv";

/// The lines of a register, for its file.
pub fn lines(cards: &[Card<'_>]) -> Vec<RegisterLine> {
    let line = |card: &Card<'_>| RegisterLine {
        number: card.number,
        voter: card.voter.reference.clone(),
        box_id: card.voter.box_id.clone(),
        credential: card.credential,
    };
    cards.iter().map(line).collect()
}

/// The register of a roll and of the amendments that were made of it.
pub struct Register {
    place: PathBuf,
    lines: Vec<RegisterLine>,
    boxes: BTreeMap<String, u64>,
}

impl Register {
    /// Reads the register that is named, else the one beside the roll, and those beside the amendments;
    /// none if there is none.
    pub fn find(
        named: Option<&Path>,
        roll: (&Path, &Roll),
        after: &[PathBuf],
    ) -> Result<Option<Register>, Failure> {
        let (roll_file, roll) = roll;
        let beside = roll_file.with_file_name(FILE);
        let place = match named {
            Some(named) => named.to_owned(),
            None if beside.is_file() => beside,
            None => return Ok(None),
        };
        let mut lines = read_register(&place).map_err(malformed)?;
        for amendment in after {
            let more = amendment.with_extension(FILE);
            if more.is_file() {
                lines.extend(read_register(&more).map_err(malformed)?);
            }
        }
        let mut boxes = BTreeMap::new();
        for line in &lines {
            let Some(index) = roll.first_box_of(&line.credential) else { continue };
            if *boxes.entry(line.box_id.clone()).or_insert(index) != index {
                return Err(strange(&place, roll_file));
            }
        }
        if boxes.is_empty() {
            return Err(strange(&place, roll_file));
        }
        Ok(Some(Register { place, lines, boxes }))
    }

    /// The index of a box by its id.
    pub fn box_index(&self, id: &str) -> Result<u64, Failure> {
        let ids = || self.boxes.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        self.boxes.get(id).copied().ok_or_else(|| {
            Failure::usage(format!("the roll has no box {id:?}"))
                .at(self.place.display().to_string())
                .advice(format!("boxes in which somebody votes: {}", ids()))
        })
    }

    /// The id of a box by its index.
    pub fn box_id(&self, index: u64) -> Option<&str> {
        self.boxes.iter().find(|(_, known)| **known == index).map(|(id, _)| id.as_str())
    }

    /// The line of a credential.
    pub fn line(&self, credential: &Encoding) -> Option<&RegisterLine> {
        self.lines.iter().find(|line| line.credential == *credential)
    }

    /// The number of the next card.
    pub fn next_number(&self) -> u64 {
        self.lines.iter().map(|line| line.number).max().unwrap_or(0).saturating_add(1)
    }

    /// The one card that may vote and is called so, by its number or by its voter's name.
    ///
    /// A name of digits that is another card's number means neither, whether or not both may still vote: it
    /// would come to mean somebody else when one of them is revoked.
    fn card(&self, name: &str, roll: &Roll) -> Result<Encoding, Failure> {
        let at = |failure: Failure| failure.at(self.place.display().to_string());
        let number: Option<u64> = name.parse().ok();
        let is_called = |line: &&RegisterLine| line.voter == name || Some(line.number) == number;
        let called: Vec<&RegisterLine> = self.lines.iter().filter(is_called).collect();
        let is_name = called.iter().any(|line| line.voter == name);
        let is_both = is_name && called.iter().any(|line| line.voter != name);
        let stands = |line: &&RegisterLine| is_both || roll.box_of(&line.credential).is_some();
        let standing: Vec<&RegisterLine> = called.iter().copied().filter(stands).collect();
        match (standing.as_slice(), called.as_slice()) {
            ([one], _) => Ok(one.credential),
            ([], []) => Err(at(Failure::usage(format!("no card and no voter is called {name:?}"))
                .advice("give a card's number, a voter's name as in the register, or a credential"))),
            ([], _) => Err(at(Failure::usage(format!("the card of {name:?} is not on the roll any more"))
                .advice("it was revoked before; the register of the amendment has the card that replaced it"))),
            (several, _) => {
                let all: Vec<String> = several.iter().map(|line| described(line)).collect();
                Err(at(Failure::usage(format!("{name:?} is several cards: {}", all.join("; ")))
                    .advice("give the credential of the one that is meant")))
            }
        }
    }
}

/// A card in words.
pub fn described(line: &RegisterLine) -> String {
    let voter = match line.voter.as_str() {
        "" => String::new(),
        voter => format!(" of {voter}"),
    };
    format!("card {}{voter}, credential {}", line.number, hex::encode(line.credential))
}

fn strange(register: &Path, roll: &Path) -> Failure {
    Failure::usage(format!("the register is not that of the roll {}", roll.display()))
        .at(register.display().to_string())
        .advice("`make` writes both into one folder; name the right one with --register")
}

/// The credential that is meant by its digits, a card's number or a voter's name.
pub fn credential(
    name: &str,
    register: Option<&Register>,
    roll: &Roll,
) -> Result<Encoding, Failure> {
    // As long as this no number is, and hardly a name of these letters alone.
    let is_key = name.len() >= 32 && name.chars().all(|letter| letter.is_ascii_hexdigit());
    match register {
        _ if is_key => digits("a credential", name).map_err(Failure::usage),
        Some(register) => register.card(name, roll),
        None => Err(Failure::usage(format!(
            "{name:?} is no credential of 64 hexadecimal digits, and there is no register to look it up in"
        ))
        .advice(format!("put {FILE} beside the roll, or name it with --register"))),
    }
}
