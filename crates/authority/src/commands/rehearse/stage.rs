//! The stage: a board, homes, logs and ballots in temporary folders, and the programs at work on them.

mod typed;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use psephos_audit::View;
use psephos_console::{Exit, Failure, Locator, Progress, numbered};
use psephos_participant::{audit_failure, entropy};
use psephos_record::bodies::Description;
use psephos_record::invitation::PREFIX;
use rand_core::Rng;
use serde_json::Value;
use tempfile::TempDir;

use super::cast::Cast;
use super::children::{LOOK, Programs, Running};
use super::ground::Ground;
use crate::cli::Rehearse;
use crate::voters::Electorate;

pub use typed::Typed;

/// Seconds between two looks of a program at the board.
const EVERY: &str = "0.05";
/// Milliseconds that a slow board takes for every reading and writing.
pub const SLOW: u64 = 3;
/// How long the board may stay as it is while something is awaited: longer than any mix takes.
const STALLED: Duration = Duration::from_secs(2 * 60 * 60);

/// Everything a rehearsal needs around the programs.
pub struct Stage {
    programs: Programs,
    /// Homes, logs, passphrases and ballots; gone in the end.
    folder: TempDir,
    ground: Ground,
    election: Vec<String>,
    /// The trustees' programs, by number; none where it does not run.
    trustees: Vec<Option<Running>>,
    /// Commands of the authority so far: each has a log of its own.
    commands: u64,
    /// Options that every program is given.
    options: Vec<String>,
    /// How many records there were when their number last changed, and when that was.
    moved: (u64, Instant),
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
        let folder =
            tempfile::Builder::new().prefix("psephos-rehearsal-").tempdir().map_err(making)?;
        let logs = folder.path().join("logs");
        fs::create_dir_all(&logs)
            .map_err(|error| Failure::io("cannot make the folder", &logs, &error))?;
        let ground = Ground::lay(arguments, &programs, (&logs, &folder.path().join("spool")))?;
        Ok(Stage {
            programs,
            ground,
            election: election(&folder, cast, electorate)?,
            folder,
            trustees: Vec::new(),
            commands: 0,
            options: Vec::new(),
            moved: (0, Instant::now()),
        })
    }

    /// Has every program wait at each reading and writing of the board.
    pub fn slow_down(&mut self) {
        self.options = vec![format!("--slow-board={SLOW}")];
    }

    /// Where the board lies.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// `init`, then one `join` per trustee; then every trustee runs.
    pub fn set_up(&mut self, bar: &mut Progress) -> Result<(), Failure> {
        let mut init = Command::new(&self.programs.authority);
        init.arg("init").args(&self.election).arg("--board").arg(self.ground.board.to_string());
        self.home(&mut init, "authority")?;
        let printed = self.complete("authority-init", init, None)?;
        let lines: Vec<String> =
            printed.lines().filter(|line| line.starts_with(PREFIX)).map(str::to_owned).collect();
        self.take_ballots()?;
        bar.set(1, "");
        for (trustee, line) in numbered(&lines) {
            let mut join = Command::new(&self.programs.trustee);
            join.args(["join", "-", "--yes", "--quiet", "--board"])
                .arg(self.ground.board.to_string());
            self.home(&mut join, &name(trustee))?;
            self.complete(&format!("{}-join", name(trustee)), join, Some(line))?;
            bar.set(trustee + 2, "");
        }
        self.trustees = lines.iter().map(|_| None).collect();
        Ok(())
    }

    /// Simulated voters write a file of encrypted ballots.
    pub fn vote(
        &mut self,
        description: &Description,
        electorate: &Electorate<'_>,
        bar: &mut Progress,
    ) -> Result<PathBuf, Failure> {
        let board = self.ground.read()?;
        let path = self.path("cast.ballots");
        electorate.vote(&*board, description, &path, bar)?;
        Ok(path)
    }

    /// A server is given the intake's key.
    fn take_ballots(&mut self) -> Result<(), Failure> {
        if !self.ground.is_served() {
            return Ok(());
        }
        let (key, passphrase) = (self.path("intake.key"), self.path("authority.passphrase"));
        let mut write = Command::new(&self.programs.authority);
        write.arg("intake-key").arg(&key).arg("--throwaway");
        write.arg("--new-passphrase-file").arg(&passphrase);
        self.entered(&mut write, "authority");
        self.complete("authority-intake-key", write, None)?;
        self.ground.take_ballots(&key, &passphrase)
    }

    /// The ballots in that file are handed in: one by one at the server, or by `intake` where there is none. How
    /// many receipts there are.
    pub fn hand_in(&mut self, file: &Path, bar: &mut Progress) -> Result<u64, Failure> {
        let Locator::Url(url) = &self.ground.board else {
            return self.intake(file).map(|()| 0);
        };
        let receipts = self.path("receipts");
        super::voters::hand_in(url, &self.view()?, file, &receipts, bar)
    }

    /// `intake` of that file.
    fn intake(&mut self, file: &Path) -> Result<(), Failure> {
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

    /// What the board's records say now; proofs are not looked at.
    pub fn view(&self) -> Result<View, Failure> {
        psephos_audit::view(&*self.ground.read()?).map_err(audit_failure)
    }

    /// How many records there are.
    pub fn records(&self) -> Result<u64, Failure> {
        self.ground.records()
    }

    /// Waits until there are more than `records` records.
    pub fn await_more(&mut self, records: u64) -> Result<(), Failure> {
        while self.records()? <= records {
            let goes_on = self.goes_on().and_then(|()| self.somebody_works());
            // What stands on the board by now may be why a program has ended.
            if goes_on.is_err() && self.records()? <= records {
                return goes_on;
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }

    /// `publish`, which seals.
    pub fn publish(&mut self) -> Result<(), Failure> {
        let mut publish = self.authority("publish");
        publish.args(["--every", EVERY]);
        self.complete("authority-publish", publish, None).map(|_| ())
    }

    /// The verifier's exit and report.
    pub fn verify(&mut self) -> Result<(Exit, Value), Failure> {
        let place = self.verifiable()?;
        let mut verify = Command::new(&self.programs.verifier);
        verify.arg(&place).arg("--json");
        for receipt in super::voters::some_receipts(&self.path("receipts")) {
            verify.arg("--receipt").arg(receipt);
        }
        let logs = self.path("logs");
        let running = Running::start("verifier", verify, &logs)?;
        let (code, printed) = running.finish(&mut || Ok(()))?;
        match (Exit::from_code(code), serde_json::from_str(&printed)) {
            (Some(exit), Ok(report)) if code <= 3 => Ok((exit, report)),
            _ => Err(super::children::failure("verifier", &logs, code)),
        }
    }

    /// The board as files of this machine, as which every verifier can read it.
    fn verifiable(&mut self) -> Result<PathBuf, Failure> {
        if let Some(folder) = self.ground.store.path() {
            return Ok(folder.to_owned());
        }
        let archive = self.path("election.psephos");
        let mut export = Command::new(&self.programs.authority);
        export.arg("export").arg(self.ground.store.to_string()).arg("--output").arg(&archive);
        self.complete("authority-export", export, None)?;
        Ok(archive)
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
        match running.finish(&mut || self.goes_on())? {
            (0, printed) => Ok(printed),
            (code, _) => Err(super::children::failure(name, &logs, code)),
        }
    }

    /// Fails when no trustee's program is left that could write anything.
    fn somebody_works(&mut self) -> Result<(), Failure> {
        for running in self.trustees.iter_mut().flatten() {
            if running.ended()?.is_none() {
                return Ok(());
            }
        }
        Err(Failure::new(Exit::Incomplete, "every trustee's program has ended")
            .at(self.path("logs").display().to_string()))
    }

    /// Fails when a trustee's program has, or when nothing has happened for too long.
    pub fn goes_on(&mut self) -> Result<(), Failure> {
        self.trustees.iter_mut().flatten().try_for_each(Running::check)?;
        self.ground.holds()?;
        let records = self.records()?;
        if records != self.moved.0 {
            self.moved = (records, Instant::now());
        }
        if self.moved.1.elapsed() > STALLED {
            return Err(Failure::new(Exit::Io, "nobody has written to the board for two hours")
                .at(self.path("logs").display().to_string()));
        }
        Ok(())
    }

    fn trustee(&self, command: &str, trustee: u64) -> Command {
        let mut built = Command::new(&self.programs.trustee);
        built.arg(command).args(&self.options);
        self.entered(&mut built, &name(trustee));
        built
    }

    fn authority(&self, command: &str) -> Command {
        let mut authority = Command::new(&self.programs.authority);
        authority.arg(command).arg("--leash").args(&self.options);
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
