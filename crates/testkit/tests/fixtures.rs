//! The stored elections: made again they are the same, byte for byte, and so are their reports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use psephos_audit::{Options, Verdict, audit};
use psephos_record::board::FolderBoard;
use psephos_testkit::stories::VALID;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/valid")
}

/// Every file under a folder, by its path below it.
fn files(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = PathBuf::from(path.file_name().expect("a name"));
        if path.is_dir() {
            let inner = files(&path)?;
            found.extend(inner.into_iter().map(|(below, bytes)| (name.join(below), bytes)));
        } else {
            found.insert(name, fs::read(&path)?);
        }
    }
    Ok(found)
}

#[test]
fn every_stored_election_is_made_by_a_story() {
    let stored: Vec<_> = fs::read_dir(folder())
        .expect("the fixtures")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    let mut told: Vec<_> = VALID.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut stored = stored;
    stored.sort();
    told.sort();
    assert_eq!(stored, told);
}

#[test]
fn stored_elections_are_made_again_byte_for_byte() {
    for (name, make) in VALID {
        let made = tempfile::tempdir().expect("a temporary folder");
        make().board.write_to(made.path()).expect("written");
        let stored = files(&folder().join(name).join("board")).expect("a stored board");
        assert!(files(made.path()).expect("a board") == stored, "{name} has changed");
    }
}

#[test]
fn stored_elections_give_their_report() {
    for (name, _) in VALID {
        let place = folder().join(name);
        let board = FolderBoard::open(place.join("board")).expect("a stored board");
        let report = audit(&board, &Options::default(), &|_| {}).expect("a report").report;
        assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
        let expected = fs::read_to_string(place.join("expected.json")).expect("a stored report");
        assert_eq!(report.to_json() + "\n", expected, "{name}");
    }
}
