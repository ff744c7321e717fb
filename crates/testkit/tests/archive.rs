//! Archives of the stored elections: audited as the folders, and never worth more after they were altered.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use psephos_audit::{Options, Report, Verdict, audit};
use psephos_record::board::{ArchiveBoard, Board, BoardError, FolderBoard, write_archive};
use rayon::prelude::*;

/// Every stored board that can be archived.
fn boards() -> Vec<(PathBuf, FolderBoard)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let cases = ["valid", "invalid"].map(|answer| fs::read_dir(fixtures.join(answer)));
    let folders = cases.into_iter().flat_map(|cases| cases.expect("the fixtures"));
    let board =
        |path: PathBuf| FolderBoard::open(path.join("board")).ok().map(|board| (path, board));
    folders.filter_map(|entry| board(entry.expect("an entry").path())).collect()
}

fn archive(board: &dyn Board) -> Result<(Vec<u8>, usize), BoardError> {
    let mut bytes = Vec::new();
    let done = write_archive(board, Path::new("it"), &mut bytes, &mut |_, _, _| {})?;
    Ok((bytes, done.lost.len()))
}

fn open(bytes: &[u8]) -> Result<ArchiveBoard<Cursor<&[u8]>>, BoardError> {
    ArchiveBoard::read("made.psephos".into(), Cursor::new(bytes))
}

fn report(board: &dyn Board) -> Report {
    let place = board.place();
    let mut report = audit(board, &Options::default(), &|_| {}).expect("a board").report;
    for warning in &mut report.warnings {
        *warning = warning.replace(&place, "PLACE");
    }
    report
}

#[test]
fn an_archive_is_audited_as_its_folder() {
    let audited: usize = boards()
        .par_iter()
        .map(|(path, board)| {
            let (bytes, lost) = match archive(board) {
                Ok(archived) => archived,
                // A board with a gap has no archive.
                Err(BoardError::Gap { .. } | BoardError::NotABoard { .. }) => return 0,
                Err(error) => panic!("{}: {error}", path.display()),
            };
            let archived = open(&bytes).expect("an archive just made");
            assert_eq!(archive(&archived).expect("it again").0, bytes, "{}", path.display());
            let (first, second) = (report(board), report(&archived));
            // What has left out a damaged blob is another board; an audit must not like it better.
            if lost == 0 {
                assert_eq!(first.to_json(), second.to_json(), "{}", path.display());
            } else {
                assert_eq!(first.verdict == Verdict::Valid, second.verdict == Verdict::Valid);
                assert_eq!(first.head, second.head);
            }
            1
        })
        .sum();
    assert!(audited > 250, "{audited}");
}

/// No byte of an archive can be altered so that another election is VALID.
#[test]
fn an_altered_archive_is_the_same_election_or_not_valid() {
    let boards = boards();
    let (_, board) = boards.iter().find(|(path, _)| path.ends_with("valid/honest")).expect("it");
    let (bytes, _) = archive(board).expect("an archive");
    let honest = report(&open(&bytes).expect("an archive"));
    assert_eq!(honest.verdict, Verdict::Valid);
    // Every byte would take minutes; a prime's step meets records, blobs and what lies between.
    (0..bytes.len()).into_par_iter().step_by(97).for_each(|at| {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (at % 8);
        let Ok(board) = open(&altered) else { return };
        let found = report(&board);
        if found.verdict == Verdict::Valid {
            assert_eq!((&found.head, &found.results), (&honest.head, &honest.results), "{at}");
        }
    });
}
