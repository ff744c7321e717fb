//! Who gets a code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use psephos_ballot::file::csv::Rows;
use psephos_console::{Failure, numbered};

use crate::cli::BoxArgument;

/// Most voters of one roll.
const MOST: u64 = 100_000_000;

/// Somebody who gets a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voter {
    /// A name or number for the card; empty where there is none.
    pub reference: String,
    /// Id of the box.
    pub box_id: String,
    /// Its index in the election.
    pub box_index: u64,
}

/// Everybody who gets a code, by the command line and the table that it names.
pub fn listed(boxes: &[BoxArgument], table: Option<&Path>) -> Result<Vec<Voter>, Failure> {
    let mut ids = BTreeSet::new();
    if let Some(twice) = boxes.iter().find(|given| !ids.insert(&given.id)) {
        return Err(Failure::usage(format!("box {:?} is given twice", twice.id)));
    }
    let voters = match table {
        None => counted(boxes)?,
        Some(path) => {
            if let Some(given) = boxes.iter().find(|given| given.voters.is_some()) {
                return Err(Failure::usage(format!(
                    "box {:?} has a number of voters, and the table says who they are",
                    given.id
                ))
                .advice(format!("write --boxes {}", given.id)));
            }
            let text = fs::read_to_string(path)
                .map_err(|error| Failure::io("cannot read the voters", path, &error))?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            tabulated(boxes, &path.display().to_string(), text)?
        }
    };
    if voters.is_empty() {
        return Err(Failure::usage("there is nobody to make a code for"));
    }
    Ok(voters)
}

/// The boxes of an election in its order, with the numbers given for them.
pub fn in_order(given: &[BoxArgument], ids: &[&str]) -> Result<Vec<BoxArgument>, Failure> {
    if let Some(strange) = given.iter().find(|one| !ids.contains(&one.id.as_str())) {
        return Err(Failure::usage(format!("the election has no box {:?}", strange.id))
            .advice(format!("its boxes: {}", ids.join(", "))));
    }
    let mut named = BTreeSet::new();
    if let Some(twice) = given.iter().find(|one| !named.insert(&one.id)) {
        return Err(Failure::usage(format!("box {:?} is given twice", twice.id)));
    }
    let voters = |id: &str| given.iter().find(|one| one.id == id).and_then(|one| one.voters);
    let one = |id: &&str| BoxArgument { id: (*id).to_owned(), voters: voters(id) };
    Ok(ids.iter().map(one).collect())
}

/// As many voters as each box is said to have.
fn counted(boxes: &[BoxArgument]) -> Result<Vec<Voter>, Failure> {
    let mut voters = Vec::new();
    let mut room = MOST;
    for (box_index, given) in numbered(boxes) {
        let number = given.voters.ok_or_else(|| {
            Failure::usage(format!("box {:?} has no number of voters", given.id))
                .advice(format!("write --boxes {}=N, or give a table with --voters", given.id))
        })?;
        room = room
            .checked_sub(number)
            .ok_or_else(|| Failure::usage(format!("a roll has at most {MOST} voters")))?;
        let voter = Voter { reference: String::new(), box_id: given.id.clone(), box_index };
        voters.extend((0..number).map(|_| voter.clone()));
    }
    Ok(voters)
}

/// The voters of a table: a line each, under the columns `voter` and `box`.
fn tabulated(boxes: &[BoxArgument], file: &str, text: &str) -> Result<Vec<Voter>, Failure> {
    let at = |line: u64, what: String| Failure::usage(what).at(format!("{file}:{line}"));
    let mut rows = Rows::new(text);
    let header = rows.next().transpose().map_err(|bad| at(bad.line, bad.fault.to_owned()))?;
    let header = header.map(|row| row.cells).unwrap_or_default();
    let column = |name: &str| header.iter().position(|cell| cell == name);
    let known = header.iter().all(|cell| cell == "voter" || cell == "box");
    let (reference, place) = (column("voter"), column("box"));
    let columns = usize::from(reference.is_some()) + usize::from(place.is_some());
    if !known || columns != header.len() || reference.is_none() {
        return Err(at(
            1,
            "the first line must be `voter,box`, or `voter` with one box".to_owned(),
        ));
    }
    if place.is_none() && boxes.len() != 1 {
        return Err(at(1, "there are several boxes, and no column `box`".to_owned()));
    }
    let mut seen = BTreeSet::new();
    let mut voters = Vec::new();
    for row in rows {
        let row = row.map_err(|bad| at(bad.line, bad.fault.to_owned()))?;
        let cell = |index: Option<usize>| index.and_then(|index| row.cells.get(index));
        let (Some(reference), true) = (cell(reference), row.cells.len() == columns) else {
            let found = row.cells.len();
            return Err(at(row.line, format!("{found} cells where the first line has {columns}")));
        };
        if reference.trim().is_empty() {
            return Err(at(row.line, "a voter without a name or number".to_owned()));
        }
        if reference.chars().any(char::is_control) {
            return Err(at(
                row.line,
                format!("voter {reference:?} has a line break or a control character"),
            ));
        }
        if !seen.insert(reference.clone()) {
            return Err(at(row.line, format!("voter {reference:?} stands twice")));
        }
        let id = cell(place).or(boxes.first().map(|only| &only.id)).cloned().unwrap_or_default();
        let Some((box_index, _)) = numbered(boxes).find(|(_, given)| given.id == id) else {
            return Err(at(
                row.line,
                format!("there is no box {id:?} among those of --boxes or --election"),
            ));
        };
        voters.push(Voter { reference: reference.clone(), box_id: id, box_index });
    }
    Ok(voters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(texts: &[&str]) -> Vec<BoxArgument> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn boxes_are_counted_in_their_order() {
        let voters = listed(&boxes(&["town=2", "north=1"]), None).unwrap();
        let places: Vec<_> = voters.iter().map(|v| (v.box_id.as_str(), v.box_index)).collect();
        assert_eq!(places, [("town", 0), ("town", 0), ("north", 1)]);
        for bad in [&["town=2", "town=1"][..], &["town"], &["town=0"], &["town=99999999999"]] {
            assert!(listed(&boxes(bad), None).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_election_has_the_order() {
        let given = boxes(&["b=1", "a=5"]);
        let ordered = in_order(&given, &["a", "b"]).unwrap();
        assert_eq!(ordered, boxes(&["a=5", "b=1"]));
        assert!(in_order(&given, &["a"]).unwrap_err().line().contains("no box \"b\""));
        assert!(in_order(&boxes(&["a=1", "a=2"]), &["a"]).is_err());
        let missing = in_order(&given, &["a", "b", "c"]).unwrap();
        assert!(listed(&missing, None).unwrap_err().line().contains("\"c\" has no number"));
    }

    #[test]
    fn a_table_names_voters_and_boxes() {
        let two = boxes(&["town", "north"]);
        let voters = tabulated(&two, "v.csv", "box,voter\nnorth,\"Ash, Kim\"\ntown,7\n").unwrap();
        assert_eq!(voters[0].reference, "Ash, Kim");
        assert_eq!((voters[0].box_index, voters[1].box_index), (1, 0));
        let one = tabulated(&boxes(&["town"]), "v.csv", "voter\nKim\n").unwrap();
        assert_eq!(one[0].box_id, "town");
    }

    #[test]
    fn a_bad_table_is_named_by_its_line() {
        let two = boxes(&["town", "north"]);
        let cases = [
            ("voter\nKim\n", 1),
            ("voter,box,box\n", 1),
            ("name,box\n", 1),
            ("voter,box\nKim,south\n", 2),
            ("voter,box\nKim,town\nKim,north\n", 3),
            ("voter,box\nKim\n", 2),
            ("voter,box\n ,town\n", 2),
            ("voter,box\nK\"im,town\n", 2),
        ];
        for (text, line) in cases {
            let failure = tabulated(&two, "v.csv", text).unwrap_err();
            assert!(failure.line().starts_with(&format!("v.csv:{line}: ")), "{}", failure.line());
        }
    }
}
