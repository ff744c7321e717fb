//! Folders that a command may not write to, or not even enter: it says which and what to do, and once it may, the
//! same command continues.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use psephos_tests::ledger::{Ledger, Nonces, files};
use psephos_tests::script::{Hand, Step, TERMS, play};
use psephos_tests::{Election, Outcome, programs};

/// A user without any rights of its own: root may write where nobody may.
const NOBODY: u32 = 65534;

/// Runs a command as somebody who is not root.
fn unprivileged(mut command: Command, is_root: bool) -> Command {
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Rights taken away from files and folders, which have them back when dropped.
struct Forbidden {
    before: Vec<(PathBuf, u32)>,
}

impl Forbidden {
    /// Nothing in the folder can be written any more.
    fn to_write(folder: &Path) -> Forbidden {
        let mut before = Vec::new();
        take_away(folder, 0o222, true, &mut before);
        Forbidden { before }
    }

    /// Nothing can be added to the folder itself any more.
    fn to_add(folder: &Path) -> Forbidden {
        let mut before = Vec::new();
        take_away(folder, 0o222, false, &mut before);
        Forbidden { before }
    }

    /// The folder cannot be entered any more.
    fn to_enter(folder: &Path) -> Forbidden {
        let mut before = Vec::new();
        take_away(folder, 0o777, false, &mut before);
        Forbidden { before }
    }
}

fn take_away(path: &Path, rights: u32, within: bool, before: &mut Vec<(PathBuf, u32)>) {
    let Ok(found) = fs::metadata(path) else { return };
    if within && found.is_dir() {
        files(path).iter().for_each(|inner| take_away(inner, rights, true, before));
    }
    before.push((path.to_owned(), found.mode()));
    fs::set_permissions(path, Permissions::from_mode(found.mode() & !rights)).expect("changed");
}

impl Drop for Forbidden {
    fn drop(&mut self) {
        for (path, mode) in self.before.iter().rev() {
            fs::set_permissions(path, Permissions::from_mode(*mode)).expect("changed back");
        }
    }
}

/// Runs every step without the rights that it needs, then with them.
struct Porter {
    is_root: bool,
    ledger: Ledger,
    nonces: Nonces,
    refused: u64,
}

impl Porter {
    /// One attempt without some rights on a folder.
    fn attempt(&mut self, election: &Election, step: &Step, folder: &Path, forbidden: Forbidden) {
        let records = files(election.board().join("records"));
        let outcome = step.attempt(unprivileged(step.command(), self.is_root));
        drop(forbidden);
        self.ledger.look(election, &mut self.nonces);
        if outcome.code != 74 {
            // It needs no right that was taken away.
            step.ended(outcome);
            return;
        }
        self.refused += 1;
        println!("{}: {}", step.name, outcome.err.trim());
        let place = folder.display().to_string();
        let fixes = ["check who owns", "lacks the right"];
        assert!(fixes.iter().any(|fix| outcome.err.contains(fix)), "{}", outcome.err);
        outcome.says(&[place.as_str(), "Permission denied"]);
        assert!(records == files(election.board().join("records")), "{}", step.name);
    }
}

impl Hand for Porter {
    fn take(&mut self, election: &Election, step: &Step) -> Outcome {
        let board = election.board();
        let around = board.parent().expect("a folder");
        self.attempt(election, step, around, Forbidden::to_add(around));
        let home = step.home.as_ref().map(|home| election.path(home));
        for folder in [Some(board.join("records")), Some(board), home].into_iter().flatten() {
            if folder.is_dir() {
                let unwritable = Forbidden::to_write(&folder);
                self.attempt(election, step, &folder, unwritable);
                let closed = Forbidden::to_enter(&folder);
                self.attempt(election, step, &folder, closed);
            }
        }
        let outcome = step.attempt(unprivileged(step.command(), self.is_root));
        self.ledger.look(election, &mut self.nonces);
        outcome
    }
}

#[test]
fn a_command_without_rights_stops_and_with_them_goes_on() {
    let election = Election::new(TERMS, 3);
    let is_root = fs::metadata(election.path("")).expect("a folder").uid() == 0;
    if is_root {
        let mut verifier = programs().command("psephos-verifier");
        verifier.arg("--version");
        if unprivileged(verifier, true).output().is_err() {
            println!("skipped: the programs lie where nobody but root may start them");
            return;
        }
        for path in [election.path(""), election.path("election.toml"), election.path("passphrase")]
        {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("given away");
        }
    }
    let (ledger, nonces) = (Ledger::default(), Nonces::default());
    let mut porter = Porter { is_root, ledger, nonces, refused: 0 };
    play(&election, &mut porter);
    println!("{} commands without rights, 0 records lost, 0 corrupted", porter.refused);
    assert!(porter.refused > 50);
    assert_eq!(election.verify().exits(0).json()["verdict"], "VALID");
}
