//! The stage: a board, homes, logs and ballots in temporary folders, and the programs at work on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use psephos_console::{Exit, Failure, Progress, numbered};
use psephos_participant::{board_failure, entropy};
use psephos_record::board::FolderBoard;
use psephos_record::bodies::Description;
use psephos_record::invitation::PREFIX;
use psephos_record::kind::Kind;
use rand_core::Rng;
use serde_json::Value;
use tempfile::TempDir;

use super::cast::Cast;
use super::children::{LOOK, Programs, Running};
use super::watch::Watch;
use crate::cli::Rehearse;
use crate::voters::Electorate;

/// Seconds between two looks of a program at the board.
const EVERY: &str = "0.05";

/// Everything a rehearsal needs around the programs.
pub struct Stage {
    programs: Programs,
    /// Homes, logs, passphrases and ballots; gone in the end.
    folder: TempDir,
    board: PathBuf,
    election: Vec<String>,
    trustees: Vec<Running>,
    watch: Watch,
}

impl Stage {
    /// Makes the folders; the board's only if it is new or empty.
    pub fn set(
        arguments: &Rehearse,
        cast: &Cast,
        electorate: &Electorate<'_>,
    ) -> Result<Stage, Failure> {
        let programs = Programs::find()?;
        let temporary = std::env::temp_dir();
        let making = |error| Failure::io("cannot make a temporary folder", &temporary, &error);
        let board = match &arguments.board {
            Some(board) => empty_folder(board)?,
            None => {
                tempfile::Builder::new().prefix("psephos-board-").tempdir().map_err(making)?.keep()
            }
        };
        let folder =
            tempfile::Builder::new().prefix("psephos-rehearsal-").tempdir().map_err(making)?;
        let stage = Stage {
            programs,
            board,
            election: election(&folder, cast, electorate)?,
            folder,
            trustees: Vec::new(),
            watch: Watch::default(),
        };
        stage.make("logs")?;
        Ok(stage)
    }

    /// Where the board lies.
    pub fn board(&self) -> &Path {
        &self.board
    }

    /// `init`, then one `join` per trustee; then every trustee runs.
    pub fn set_up(&mut self, bar: &mut Progress) -> Result<(), Failure> {
        let mut init = Command::new(&self.programs.authority);
        init.arg("init").args(&self.election).arg("--board").arg(&self.board);
        self.home(&mut init, "authority")?;
        let printed = self.complete("authority-init", init, None)?;
        let lines: Vec<String> =
            printed.lines().filter(|line| line.starts_with(PREFIX)).map(str::to_owned).collect();
        bar.set(1, "");
        for (trustee, line) in numbered(&lines) {
            let mut join = Command::new(&self.programs.trustee);
            join.args(["join", "-", "--yes", "--quiet", "--board"]).arg(&self.board);
            self.home(&mut join, &name(trustee))?;
            self.complete(&format!("{}-join", name(trustee)), join, Some(line))?;
            bar.set(trustee + 2, "");
        }
        for trustee in 0..lines.len() as u64 {
            let mut run = Command::new(&self.programs.trustee);
            run.args(["run", "--yes", "--leash", "--every", EVERY]);
            self.entered(&mut run, &name(trustee));
            let logs = self.path("logs");
            self.trustees.push(Running::start(&name(trustee), run, &logs)?);
        }
        Ok(())
    }

    /// `open`, which sees the key ceremony through.
    pub fn open(&mut self) -> Result<(), Failure> {
        let mut open = self.authority("open");
        open.args(["--every", EVERY]);
        self.complete("authority-open", open, None).map(|_| ())
    }

    /// Simulated voters write a file of encrypted ballots.
    pub fn vote(
        &mut self,
        description: &Description,
        electorate: &Electorate<'_>,
        bar: &mut Progress,
    ) -> Result<PathBuf, Failure> {
        let board = FolderBoard::open(&self.board).map_err(board_failure)?;
        let path = self.path("cast.ballots");
        electorate.vote(&board, description, &path, bar)?;
        Ok(path)
    }

    /// `intake` of that file.
    pub fn intake(&mut self, file: &Path) -> Result<(), Failure> {
        let mut intake = self.authority("intake");
        intake.arg(file);
        self.complete("authority-intake", intake, None).map(|_| ())
    }

    /// `waive` of these boxes: a rehearsal may have few ballots.
    pub fn waive(&mut self, boxes: &[String]) -> Result<(), Failure> {
        for ballot_box in boxes {
            let mut waive = self.authority("waive");
            waive.args(["--box", ballot_box, "--reason", "a rehearsal"]);
            self.complete("authority-waive", waive, None)?;
        }
        Ok(())
    }

    /// `close`.
    pub fn close(&mut self) -> Result<(), Failure> {
        let mut close = self.authority("close");
        close.arg("--empty");
        self.complete("authority-close", close, None).map(|_| ())
    }

    /// Waits until every trustee has mixed.
    pub fn await_mixes(&mut self, wanted: u64, bar: &mut Progress) -> Result<(), Failure> {
        self.await_records(Kind::Mix, wanted, bar)
    }

    /// Waits until enough trustees have shared.
    pub fn await_shares(&mut self, wanted: u64, bar: &mut Progress) -> Result<(), Failure> {
        self.await_records(Kind::Share, wanted, bar)
    }

    fn await_records(
        &mut self,
        kind: Kind,
        wanted: u64,
        bar: &mut Progress,
    ) -> Result<(), Failure> {
        let board = FolderBoard::open(&self.board).map_err(board_failure)?;
        loop {
            self.watch.look(&board)?;
            let there = self.watch.count(kind);
            bar.set(there.min(wanted), "");
            if there >= wanted {
                return Ok(());
            }
            self.trustees_well()?;
            thread::sleep(LOOK);
        }
    }

    /// `publish`, which seals.
    pub fn publish(&mut self) -> Result<(), Failure> {
        let mut publish = self.authority("publish");
        publish.args(["--every", EVERY]);
        self.complete("authority-publish", publish, None).map(|_| ())
    }

    /// The verifier's exit and report.
    pub fn verify(&mut self) -> Result<(Exit, Value), Failure> {
        let mut verify = Command::new(&self.programs.verifier);
        verify.arg(&self.board).arg("--json");
        let logs = self.path("logs");
        let running = Running::start("verifier", verify, &logs)?;
        let (code, printed) = running.finish(&mut || Ok(()))?;
        match (Exit::from_code(code), serde_json::from_str(&printed)) {
            (Some(exit), Ok(report)) if code <= 3 => Ok((exit, report)),
            _ => Err(super::children::failure("verifier", &logs, code)),
        }
    }

    /// Ends every process and removes the folders, but for the board's; returns what was kept.
    pub fn strike(mut self, keep: bool) -> Result<Option<PathBuf>, Failure> {
        self.trustees.clear();
        if keep {
            return Ok(Some(self.folder.keep()));
        }
        let place = self.folder.path().to_owned();
        let removing = |error| Failure::io("cannot remove the throwaway homes", &place, &error);
        self.folder.close().map_err(removing)?;
        Ok(None)
    }

    /// Runs a program to its end, as long as the trustees are well; returns what it printed.
    fn complete(
        &mut self,
        name: &str,
        command: Command,
        line: Option<&str>,
    ) -> Result<String, Failure> {
        let logs = self.path("logs");
        let mut running = Running::start(name, command, &logs)?;
        if let Some(line) = line {
            running.tell(line)?;
        }
        let trustees = &mut self.trustees;
        match running.finish(&mut || trustees.iter_mut().try_for_each(Running::check))? {
            (0, printed) => Ok(printed),
            (code, _) => Err(super::children::failure(name, &logs, code)),
        }
    }

    fn trustees_well(&mut self) -> Result<(), Failure> {
        self.trustees.iter_mut().try_for_each(Running::check)
    }

    fn authority(&self, command: &str) -> Command {
        let mut authority = Command::new(&self.programs.authority);
        authority.arg(command).arg("--leash");
        self.entered(&mut authority, "authority");
        authority
    }

    /// The options of a command that makes a home: with a random passphrase and weak protection, because
    /// the keys are thrown away.
    fn home(&self, command: &mut Command, name: &str) -> Result<(), Failure> {
        let mut random = [0; 16];
        entropy().fill_bytes(&mut random);
        let path = self.path(&format!("{name}.passphrase"));
        fs::write(&path, hex::encode(random))
            .map_err(|error| Failure::io("cannot write the passphrase", &path, &error))?;
        command.arg("--throwaway");
        self.entered(command, name);
        Ok(())
    }

    /// The options of a command that enters a home.
    fn entered(&self, command: &mut Command, name: &str) {
        command.arg("--home").arg(self.path(name));
        command.arg("--passphrase-file").arg(self.path(&format!("{name}.passphrase")));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn make(&self, name: &str) -> Result<(), Failure> {
        let path = self.path(name);
        fs::create_dir_all(&path)
            .map_err(|error| Failure::io("cannot make the folder", &path, &error))
    }
}

fn name(trustee: u64) -> String {
    format!("trustee-{trustee}")
}

/// `init`'s options for the election: the file and the numbers as they were resolved here, and in place of a
/// roll one of the simulated voters.
fn election(
    folder: &TempDir,
    cast: &Cast,
    electorate: &Electorate<'_>,
) -> Result<Vec<String>, Failure> {
    let path = folder.path().join("election.toml");
    fs::write(&path, &cast.election)
        .map_err(|error| Failure::io("cannot write the file", &path, &error))?;
    let description = &cast.description;
    let mut options = vec![
        "--election".to_owned(),
        path.display().to_string(),
        format!("--trustees={}", description.trustee_count()),
        format!("--threshold={}", description.threshold),
        format!("--mixes={}", description.mixes),
    ];
    if cast.has_roll {
        let path = folder.path().join("roll");
        fs::write(&path, electorate.roll())
            .map_err(|error| Failure::io("cannot write the roll", &path, &error))?;
        options.extend(["--roll".to_owned(), path.display().to_string()]);
    }
    Ok(options)
}

/// The folder for the board: new, or empty.
fn empty_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let place = || folder.display().to_string();
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(folder.to_owned()),
            Some(_) => Err(Failure::usage("the folder for the board is not empty")
                .at(place())
                .advice("give a folder that is new or empty")),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(folder.to_owned()),
        Err(error) => Err(Failure::io("cannot use the folder for the board", folder, &error)),
    }
}
