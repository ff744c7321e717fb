//! Codes as files: a table, a page to print, and the register, which outlives both.

use std::path::{Path, PathBuf};

use psephos_ballot::file::csv::quoted;
use psephos_ballot::file::format_register;
use psephos_console::Failure;
use zeroize::Zeroizing;

use crate::card::Card;
use crate::files::{self, Readers};
use crate::page::page;
use crate::register;

/// Where the codes go.
pub struct Places {
    /// The table of codes.
    pub codes: PathBuf,
    /// The page to print.
    pub page: PathBuf,
    /// The register, which has no codes.
    pub register: PathBuf,
}

impl Places {
    /// As `make` calls them in its folder.
    pub fn in_folder(folder: &Path) -> Places {
        let place = |name| folder.join(name);
        Places {
            codes: place("codes.csv"),
            page: place("codes.html"),
            register: place(register::FILE),
        }
    }

    /// Beside an amendment: lost.amendment has lost.codes.csv.
    pub fn beside(amendment: &Path) -> Places {
        let place = |name| amendment.with_extension(name);
        Places {
            codes: place("codes.csv"),
            page: place("codes.html"),
            register: place(register::FILE),
        }
    }

    /// Fails if one of them is there already.
    pub fn absent(&self) -> Result<(), Failure> {
        self.all().into_iter().try_for_each(files::absent)
    }

    /// Writes all three.
    pub fn write(&self, title: &str, cards: &[Card<'_>]) -> Result<(), Failure> {
        let register = format_register(&register::lines(cards));
        files::create(&self.codes, Readers::Owner, table(cards).as_bytes())?;
        files::create(&self.page, Readers::Owner, page(title, cards).as_bytes())?;
        // No code stands in it; but a ballot shows its credential, so it tells who has voted.
        files::create(&self.register, Readers::Owner, register.as_bytes())
    }

    /// Removes what was written of them: half of it would be mistaken for all of it.
    pub fn remove(&self) {
        for path in self.all() {
            // The failure that led here is the one to tell.
            let _ = std::fs::remove_file(path);
        }
    }

    fn all(&self) -> [&Path; 3] {
        [&self.codes, &self.page, &self.register]
    }
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
        let (voter, place) = (quoted(&card.voter.reference), quoted(&card.voter.box_id));
        table.push_str(&format!("{},{voter},{place},", card.number));
        table.push_str(&card.code.text());
        table.push_str(&format!(",{}\n", hex::encode(card.credential)));
    }
    table
}
