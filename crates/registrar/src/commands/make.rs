//! `make`: a code for each voter, and the roll.

use std::path::Path;

use psephos_ballot::file::read_election;
use psephos_console::{Exit, Failure, numbered, plural, say};
use serde_json::json;

use crate::card::{self, Card};
use crate::cli::{BoxArgument, Make};
use crate::codes::Places;
use crate::files::{self, Readers, malformed};
use crate::roll;
use crate::voters::{in_order, listed};

/// Writes codes, page, register and roll, or nothing.
pub fn run(arguments: Make) -> Result<Exit, Failure> {
    let boxes = boxes(&arguments)?;
    let voters = listed(&boxes, arguments.voters.as_deref())?;
    let folder = &arguments.output;
    let places = Places::in_folder(folder);
    let roll_file = folder.join("roll.bin");
    places.absent()?;
    files::absent(&roll_file)?;
    let cards = card::make(&voters, 1);
    let rows = roll::rows(&cards);
    files::folder(folder)?;
    places
        .write(&arguments.title, &cards)
        .and_then(|()| files::create(&roll_file, Readers::Anybody, &rows))
        .inspect_err(|_| places.remove())?;
    let made =
        Made { boxes: &boxes, places: &places, roll: &roll_file, cards: &cards, rows: &rows };
    say(if arguments.json { made.json() } else { made.text(arguments.election.as_deref()) });
    Ok(Exit::Valid)
}

/// The boxes in the order of the election: by its file, if it is given, else as they are given.
fn boxes(arguments: &Make) -> Result<Vec<BoxArgument>, Failure> {
    let Some(path) = &arguments.election else { return Ok(arguments.boxes.clone()) };
    let election = read_election(path).map_err(malformed)?;
    let ids: Vec<&str> = election.boxes.iter().map(|plan| plan.id.as_str()).collect();
    in_order(&arguments.boxes, &ids).map_err(|failure| failure.at(path.display().to_string()))
}

/// What was made, to tell.
struct Made<'a> {
    boxes: &'a [BoxArgument],
    places: &'a Places,
    roll: &'a Path,
    cards: &'a [Card<'a>],
    rows: &'a [u8],
}

impl Made<'_> {
    fn in_box(&self, box_index: u64) -> u64 {
        self.cards.iter().filter(|card| card.voter.box_index == box_index).count() as u64
    }

    fn text(&self, election: Option<&Path>) -> String {
        let name = |path: &Path| path.display().to_string();
        let root = hex::encode(roll::root(self.rows));
        let mut lines = vec![format!("{}.", plural(self.cards.len() as u64, "code", "codes"))];
        for (index, given) in numbered(self.boxes) {
            let voters = plural(self.in_box(index), "voter", "voters");
            lines.push(format!("  box {}: {voters}", given.id));
        }
        lines.push(format!("  to print       {}", name(&self.places.page)));
        lines.push(format!("  as a table     {}", name(&self.places.codes)));
        lines.push(format!("  to keep        {}", name(&self.places.register)));
        lines.push(format!("  to publish     {} ({root})", name(self.roll)));
        if election.is_none() {
            lines.push("The boxes must stand in this order in the election's file.".to_owned());
        }
        lines.push(
            "Hand each code to its voter alone, then destroy codes.csv and codes.html: whoever has them can \
             vote for everybody. Keep register.csv to yourself: with it a lost card is found by its number \
             or its voter's name, and it tells who has voted."
                .to_owned(),
        );
        lines.push(format!("Next: `psephos-authority init --roll {} …`.", name(self.roll)));
        lines.join("\n")
    }

    fn json(&self) -> String {
        let boxes: Vec<_> = numbered(self.boxes)
            .map(|(index, given)| {
                json!({ "id": given.id, "index": index, "voters": self.in_box(index) })
            })
            .collect();
        let value = json!({
            "voters": self.cards.len(),
            "boxes": boxes,
            "codes": self.places.codes.display().to_string(),
            "page": self.places.page.display().to_string(),
            "register": self.places.register.display().to_string(),
            "roll": self.roll.display().to_string(),
            "root": hex::encode(roll::root(self.rows)),
        });
        format!("{value:#}")
    }
}
