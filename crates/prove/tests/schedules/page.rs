//! The schedules as the pages of the specification have them.

use std::fs;

/// The part of a page between two marks.
pub fn part(page: &str, from: &str, to: &str) -> String {
    let path = format!("{}/../../spec/{page}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap();
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("{page} has no {from:?}"));
    let (part, _) =
        rest.split_once(to).unwrap_or_else(|| panic!("{page}: no {to:?} after {from:?}"));
    part.to_owned()
}

/// The labels of calls such as `bytes("election")`, in order.
pub fn calls(part: &str) -> Vec<String> {
    part.split("(\"").skip(1).filter_map(|rest| rest.split_once("\")")).map(label).collect()
}

fn label((label, _): (&str, &str)) -> String {
    label.to_owned()
}

/// The labels in the third column of a table.
pub fn third_column(part: &str) -> Vec<String> {
    let cells = part.lines().filter_map(|line| line.split('|').nth(3));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}
