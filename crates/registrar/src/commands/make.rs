//! `make`: a code for each voter, and the roll.

use std::path::{Path, PathBuf};

use psephos_console::{Exit, Failure, numbered, plural, say};
use serde_json::json;
use zeroize::Zeroizing;

use crate::card::{self, Card};
use crate::cli::{BoxArgument, Make};
use crate::files::{self, Readers};
use crate::page::page;
use crate::roll;
use crate::voters::listed;

/// Where everything goes.
struct Places {
    codes: PathBuf,
    page: PathBuf,
    roll: PathBuf,
}

/// Writes codes, page and roll, or nothing.
pub fn run(arguments: Make) -> Result<Exit, Failure> {
    let voters = listed(&arguments.boxes, arguments.voters.as_deref())?;
    let folder = &arguments.output;
    let places = Places {
        codes: folder.join("codes.csv"),
        page: folder.join("codes.html"),
        roll: folder.join("roll.bin"),
    };
    for path in [&places.codes, &places.page, &places.roll] {
        files::absent(path)?;
    }
    let cards = card::make(&voters);
    let rows = roll::rows(&cards);
    files::folder(folder)?;
    write(&places, &arguments.title, &cards, &rows).inspect_err(|_| {
        // Half of it would be mistaken for all of it; the first failure is the one to tell.
        for path in [&places.codes, &places.page, &places.roll] {
            let _ = std::fs::remove_file(path);
        }
    })?;
    say(if arguments.json {
        told_json(&arguments.boxes, &places, &cards, &rows)
    } else {
        told(&arguments.boxes, &places, &cards, &rows)
    });
    Ok(Exit::Valid)
}

fn write(places: &Places, title: &str, cards: &[Card<'_>], rows: &[u8]) -> Result<(), Failure> {
    files::create(&places.codes, Readers::Owner, table(cards).as_bytes())?;
    files::create(&places.page, Readers::Owner, page(title, cards).as_bytes())?;
    files::create(&places.roll, Readers::Anybody, rows)
}

/// codes.csv: number, voter, box, words, credential.
fn table(cards: &[Card<'_>]) -> Zeroizing<String> {
    const HEAD: &str = "number,voter,box,words,credential\n";
    // With all its capacity from the start the text never moves and leaves no copy behind.
    let length = |card: &Card<'_>| 2 * (card.voter.reference.len() + card.voter.box_id.len()) + 256;
    let mut table =
        Zeroizing::new(String::with_capacity(HEAD.len() + cards.iter().map(length).sum::<usize>()));
    table.push_str(HEAD);
    for card in cards {
        let (voter, place) = (cell(&card.voter.reference), cell(&card.voter.box_id));
        table.push_str(&format!("{},{voter},{place},", card.number));
        table.push_str(&card.code.text());
        table.push_str(&format!(",{}\n", hex::encode(card.credential)));
    }
    table
}

fn cell(text: &str) -> String {
    let plain = !text.contains([',', '"', '\n', '\r']);
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

fn in_box(cards: &[Card<'_>], box_index: u64) -> u64 {
    cards.iter().filter(|card| card.voter.box_index == box_index).count() as u64
}

fn told(boxes: &[BoxArgument], places: &Places, cards: &[Card<'_>], rows: &[u8]) -> String {
    let name = |path: &Path| path.display().to_string();
    let mut lines = vec![format!("{}.", plural(cards.len() as u64, "code", "codes"))];
    for (index, given) in numbered(boxes) {
        let voters = plural(in_box(cards, index), "voter", "voters");
        lines.push(format!("  box {} ({}): {voters}", index + 1, given.id));
    }
    lines.push(format!("  to print       {}", name(&places.page)));
    lines.push(format!("  as a table     {}", name(&places.codes)));
    lines.push(format!(
        "  to publish     {} ({})",
        name(&places.roll),
        hex::encode(roll::root(rows))
    ));
    lines.push(
        "The boxes must stand in this order in the election's file. Hand each code to its voter alone, \
         then destroy codes.csv and codes.html: whoever has them can vote for everybody."
            .to_owned(),
    );
    lines.push(format!("Next: `psephos-authority init --roll {} …`.", name(&places.roll)));
    lines.join("\n")
}

fn told_json(boxes: &[BoxArgument], places: &Places, cards: &[Card<'_>], rows: &[u8]) -> String {
    let boxes: Vec<_> = numbered(boxes)
        .map(|(index, given)| json!({ "id": given.id, "index": index, "voters": in_box(cards, index) }))
        .collect();
    let value = json!({
        "voters": cards.len(),
        "boxes": boxes,
        "codes": places.codes.display().to_string(),
        "page": places.page.display().to_string(),
        "roll": places.roll.display().to_string(),
        "root": hex::encode(roll::root(rows)),
    });
    format!("{value:#}")
}
