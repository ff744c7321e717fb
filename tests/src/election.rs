//! An election driven through the real programs, step by step.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use psephos_ballot::Layout;
use psephos_ballot::file::{ElectionFile, parse_ballots};
use psephos_core::pairs::pairs;
use psephos_participant::entropy;
use psephos_proofs::ElectionContext;
use psephos_remote::open_board;
use psephos_secrets::SecretScalar;
use psephos_voter::BallotMaker;
use rayon::prelude::*;
use tempfile::TempDir;

use crate::{Outcome, programs, typed};

/// A board, and homes for everybody.
pub struct Election {
    folder: TempDir,
    toml: String,
    trustees: usize,
    url: Option<String>,
}

impl Election {
    /// Runs `init` and every `join`.
    pub fn begin(toml: &str, trustees: usize, threshold: usize) -> Election {
        Election::begin_with(toml, trustees, threshold, &[])
    }

    /// As [`Election::begin`], with further options for `init`.
    pub fn begin_with(toml: &str, trustees: usize, threshold: usize, options: &[&str]) -> Election {
        let (election, lines) = Election::propose(toml, trustees, threshold, options);
        for (index, line) in lines.iter().enumerate() {
            election.join(index + 1, line).exits(0);
        }
        election
    }

    /// Nothing but the election's file and a passphrase.
    pub fn new(toml: &str, trustees: usize) -> Election {
        Election::within(&std::env::temp_dir(), toml, trustees)
    }

    /// As [`Election::new`], with all its files on the disk of this folder.
    pub fn within(disk: &Path, toml: &str, trustees: usize) -> Election {
        let folder = tempfile::tempdir_in(disk).expect("a temporary folder");
        let election = Election { folder, toml: toml.to_owned(), trustees, url: None };
        fs::write(election.path("election.toml"), toml).expect("written");
        fs::write(election.path("passphrase"), "correct horse").expect("written");
        election
    }

    /// Runs `init`; the invitations, which nobody has followed yet.
    pub fn propose(
        toml: &str,
        trustees: usize,
        threshold: usize,
        options: &[&str],
    ) -> (Election, Vec<String>) {
        let election = Election::new(toml, trustees);
        let mut init = election.command("psephos-authority", "init", "authority");
        init.arg("--throwaway").arg("--election").arg(election.path("election.toml"));
        init.arg("--board").arg(election.board());
        init.arg(format!("--trustees={trustees}")).arg(format!("--threshold={threshold}"));
        init.args(options);
        let printed = Outcome::of(init.output().expect("it starts")).exits(0).out;
        let lines = printed.lines().filter(|line| line.starts_with("psephos-invite:"));
        let lines: Vec<String> = lines.map(str::to_owned).collect();
        assert_eq!(lines.len(), trustees);
        (election, lines)
    }

    /// `join` of a trustee that agrees, counted from 1.
    pub fn join(&self, trustee: usize, line: &str) -> Outcome {
        self.answer(trustee, line, &["--yes"])
    }

    /// `join` of a trustee that answers by these flags, counted from 1.
    pub fn answer(&self, trustee: usize, line: &str, flags: &[&str]) -> Outcome {
        let mut join = self.command("psephos-trustee", "join", &format!("trustee-{trustee}"));
        join.args(["-", "--throwaway"]).args(flags);
        join.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = typed(join, &format!("{line}\n"));
        Outcome::of(child.wait_with_output().expect("it ends"))
    }

    /// Runs `open` and the trustees by turns until the election is open.
    pub fn open(&self) {
        for _ in 0..12 {
            if self.authority(&["open", "--once"]).code == 0 {
                return;
            }
            for trustee in 1..=self.trustees {
                self.trustee(trustee, &["run", "--once"]).exits(2);
            }
        }
        panic!("the election does not open");
    }

    /// Encrypts votes and takes them in; returns the file.
    pub fn vote(&self, csv: &str) -> PathBuf {
        let path = self.path("votes.ballots");
        fs::write(&path, self.ballots(csv)).expect("written");
        let file = path.display().to_string();
        self.authority(&["intake", &file]).exits(0);
        path
    }

    /// Encrypted ballots for this election under throwaway credentials, one row each.
    pub fn ballots(&self, csv: &str) -> Vec<u8> {
        self.ballots_by(csv, &|_| SecretScalar::random(&mut entropy()))
    }

    /// Encrypted ballots; `credential` has the secret of the voter of each line, from 0.
    pub fn ballots_by(
        &self,
        csv: &str,
        credential: &(dyn Fn(usize) -> SecretScalar + Sync),
    ) -> Vec<u8> {
        self.ballots_with(csv, credential, 0)
    }

    /// As [`Election::ballots_by`], with a counter.
    pub fn ballots_with(
        &self,
        csv: &str,
        credential: &(dyn Fn(usize) -> SecretScalar + Sync),
        counter: u64,
    ) -> Vec<u8> {
        let file = ElectionFile::parse("election.toml", &self.toml).expect("an election");
        let slates = file.slates();
        let lines = parse_ballots("ballots.csv", csv, &file.contests, &slates).expect("votes");
        let board = open_board(&self.place().parse().expect("a place")).expect("a board");
        let view = psephos_audit::view(&*board).expect("a view");
        let keys = view.ceremony.keys.as_ref().expect("a key");
        let election = ElectionContext { election: view.election(), public_key: keys.public_key };
        // One box, where each contest is a batch of its own.
        let layouts: Vec<Layout<'_>> = (0..file.contests.len() as u64)
            .map(|contest| Layout::of(&file.contests, &[contest]).expect("a layout"))
            .collect();
        let widths: Vec<usize> = layouts.iter().map(Layout::width).collect();
        let maker = BallotMaker::new(election, 0, &widths).expect("a ballot maker");
        let ballots: Vec<Vec<u8>> = lines
            .par_iter()
            .enumerate()
            .map(|(line, cast)| {
                let mut random = entropy();
                let credential = credential(line);
                let batches: Vec<_> = pairs(&layouts, cast.votes.chunks(1)).collect();
                maker.vote(&batches, &credential, counter, &mut random).expect("a ballot")
            })
            .collect();
        ballots.concat()
    }

    /// Runs an authority's command.
    pub fn authority(&self, arguments: &[&str]) -> Outcome {
        let (command, options) = arguments.split_first().expect("a command");
        let mut authority = self.command("psephos-authority", command, "authority");
        Outcome::of(authority.args(options).output().expect("it starts"))
    }

    /// Runs a trustee's command; trustees count from 1.
    pub fn trustee(&self, trustee: usize, arguments: &[&str]) -> Outcome {
        let (command, options) = arguments.split_first().expect("a command");
        let mut run = self.command("psephos-trustee", command, &format!("trustee-{trustee}"));
        if *command == "run" {
            run.arg("--yes");
        }
        Outcome::of(run.args(options).output().expect("it starts"))
    }

    /// Starts `run` of a trustee and leaves it running.
    pub fn start(&self, trustee: usize) -> Child {
        let mut run = self.command("psephos-trustee", "run", &format!("trustee-{trustee}"));
        run.args(["--yes", "--every", "0.05"]).stdout(Stdio::null()).stderr(Stdio::null());
        run.spawn().expect("it starts")
    }

    /// The verifier's verdict by its exit code.
    pub fn verify(&self) -> Outcome {
        programs().verifier(&[self.board().as_os_str(), "--json".as_ref()])
    }

    /// Where the board lies.
    pub fn board(&self) -> PathBuf {
        self.path("board")
    }

    /// Every program reaches the board, which lies where it did, through a server from now on.
    pub fn serve_at(&mut self, url: &str) {
        self.url = Some(url.to_owned());
    }

    /// The server's URL, if there is one.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// What programs are told of where the board is.
    pub fn place(&self) -> String {
        self.url.clone().unwrap_or_else(|| self.board().display().to_string())
    }

    /// A file or folder of the election.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command in a home, with its passphrase.
    pub fn command(&self, program: &str, command: &str, home: &str) -> Command {
        let mut built = programs().command(program);
        built.arg(command).arg("--home").arg(self.path(home));
        if !["status", "encrypt"].contains(&command) {
            built.arg("--passphrase-file").arg(self.path("passphrase"));
        }
        built
    }

    /// Every file of the board with its bytes.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files(&self.board())
    }
}

/// Every file under a folder with its bytes, sorted.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).expect("readable");
            found.push((path, bytes));
        }
    }
    found.sort();
    found
}
