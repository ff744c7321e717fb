//! A disk that is full at every step of an election: each command says so and ends; once there is room, the same
//! command continues.

use std::path::{Path, PathBuf};

use psephos_tests::disk::Disk;
use psephos_tests::ledger::{Ledger, Nonces, files};
use psephos_tests::script::{Hand, Step, TERMS, play};
use psephos_tests::{Election, Outcome};

/// How often a step finds the disk full, at most, each time with one page more; then there is room.
const FAILURES: u64 = 9;

/// Runs every step with too little room, page by page more, until it ends as it should.
struct Filler {
    disk: Disk,
    ledger: Ledger,
    nonces: Nonces,
    failures: u64,
}

impl Filler {
    /// One attempt with so many pages free; the outcome if they were enough.
    fn attempt(&mut self, election: &Election, step: &Step, pages: u64) -> Option<Outcome> {
        self.disk.fill(pages);
        let outcome = step.attempt(step.command());
        self.disk.free();
        self.ledger.look(election, &mut self.nonces);
        if outcome.code != 74 {
            return Some(step.ended(outcome));
        }
        self.failures += 1;
        let left = [election.path(""), election.board()].into_iter().flat_map(files);
        let litter: Vec<PathBuf> = left
            .filter(|path| {
                [".incoming-", ".psephos-"].iter().any(|mark| name(path).starts_with(mark))
            })
            .collect();
        assert!(litter.is_empty(), "{}: {litter:?}", step.name);
        let place = election.path("").display().to_string();
        let words = [place.as_str(), "No space left on device", "free some space and run"];
        println!("{pages} pages, {}: {}", step.name, outcome.err.trim());
        outcome.says(&words);
        None
    }
}

impl Hand for Filler {
    fn take(&mut self, election: &Election, step: &Step) -> Outcome {
        for pages in 0..FAILURES {
            if let Some(outcome) = self.attempt(election, step, pages) {
                return outcome;
            }
        }
        let outcome = step.run();
        self.ledger.look(election, &mut self.nonces);
        outcome
    }
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

#[test]
fn a_full_disk_stops_a_command_and_room_lets_it_go_on() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let Some(disk) = Disk::mount(place.path()) else { return };
    let election = Election::within(place.path(), TERMS, 3);
    let (ledger, nonces) = (Ledger::default(), Nonces::default());
    let mut filler = Filler { disk, ledger, nonces, failures: 0 };
    play(&election, &mut filler);
    println!("{} commands met a full disk, 0 records lost, 0 corrupted", filler.failures);
    assert!(filler.failures > 50);
    assert_eq!(election.verify().exits(0).json()["verdict"], "VALID");
}
