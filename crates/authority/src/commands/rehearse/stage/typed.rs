//! Commands as somebody types them, and the trustees' programs that run beside them.

use std::fs;
use std::process::Command;

use psephos_console::{Exit, Failure, numbered};

use super::{EVERY, Stage, name};
use crate::commands::rehearse::children::{Running, error_of};
use crate::commands::rehearse::sabotage::StandIn;

/// A command that was typed, and what it answered.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The command line, without the options that a rehearsal adds.
    pub line: String,
    /// Its exit code.
    pub code: i32,
    /// What it said.
    pub answer: String,
}

impl Typed {
    /// That the command ought to have gone through.
    pub fn failure(&self) -> Failure {
        let exit = Exit::from_code(self.code).unwrap_or(Exit::Internal);
        Failure::new(exit, format!("{}: {}", self.line, self.gist()))
    }

    /// The answer in one line: what the error says, without its place and advice, or the first line.
    pub fn gist(&self) -> &str {
        let mut lines = self.answer.lines().map(str::trim).filter(|line| !line.is_empty());
        let error = self.answer.lines().find_map(|line| line.strip_prefix("error: "));
        error.filter(|_| self.code != 0).or_else(|| lines.next()).unwrap_or_default()
    }
}

impl Stage {
    /// `run` of a trustee, with these options; an earlier one is ended.
    pub fn start(&mut self, trustee: u64, options: &[&str]) -> Result<(), Failure> {
        self.stop(trustee)?;
        let mut run = self.trustee("run", trustee);
        run.args(["--yes", "--leash", "--every", EVERY]).args(options);
        let logs = self.path("logs");
        let running = Running::start(&name(trustee), run, &logs)?;
        *self.place(trustee)? = Some(running);
        Ok(())
    }

    /// Kills a trustee's program, whatever it is at.
    pub fn stop(&mut self, trustee: u64) -> Result<(), Failure> {
        self.place(trustee).map(|place| drop(place.take()))
    }

    /// The trustees whose programs run.
    pub fn at_work(&self) -> Vec<u64> {
        numbered(&self.trustees)
            .filter(|(_, running)| running.is_some())
            .map(|(trustee, _)| trustee)
            .collect()
    }

    /// What a trustee's program has said so far, line by line.
    pub fn said(&self, trustee: u64) -> Vec<String> {
        let path = self.path("logs").join(format!("{}.out", name(trustee)));
        let log = fs::read_to_string(path).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// A command of a trustee's, to its end.
    pub fn trustee_types(&mut self, trustee: u64, arguments: &[&str]) -> Result<Typed, Failure> {
        let (command, options) = arguments.split_first().unwrap_or((&"status", &[]));
        let mut built = self.trustee(command, trustee);
        built.args(options);
        self.typed("psephos-trustee", arguments, built, &mut |_| Ok(()))
    }

    /// A command of the authority's, to its end, whatever that is; `meanwhile` is done while it runs.
    pub fn types(
        &mut self,
        arguments: &[&str],
        meanwhile: &mut dyn FnMut(&Stage) -> Result<(), Failure>,
    ) -> Result<Typed, Failure> {
        let (command, options) = arguments.split_first().unwrap_or((&"status", &[]));
        let mut built = match *command {
            "status" => {
                let mut status = Command::new(&self.programs.authority);
                status.arg("status").arg("--home").arg(self.path("authority"));
                status
            }
            _ => self.authority(command),
        };
        if *command == "open" {
            built.args(["--every", EVERY]);
        }
        built.args(options);
        self.typed("psephos-authority", arguments, built, meanwhile)
    }

    fn typed(
        &mut self,
        program: &str,
        arguments: &[&str],
        command: Command,
        meanwhile: &mut dyn FnMut(&Stage) -> Result<(), Failure>,
    ) -> Result<Typed, Failure> {
        self.commands += 1;
        let log = format!("{program}-{}-{}", self.commands, arguments.first().unwrap_or(&""));
        let running = Running::start(&log, command, &self.path("logs"))?;
        let (code, printed) = running.finish(&mut || {
            self.goes_on()?;
            meanwhile(self)
        })?;
        let line = format!("{program} {}", arguments.join(" "));
        let answer = match code {
            0 => printed,
            _ => printed + &error_of(&log, &self.path("logs")),
        };
        Ok(Typed { line, code, answer: answer.trim_end().to_owned() })
    }

    /// Somebody in the place of a trustee, whose program must not be running.
    pub fn stand_in(&self, trustee: u64) -> Result<StandIn, Failure> {
        let passphrase = self.path(&format!("{}.passphrase", name(trustee)));
        StandIn::enter(&self.path(&name(trustee)), &passphrase, &self.ground.board)
    }

    fn place(&mut self, trustee: u64) -> Result<&mut Option<Running>, Failure> {
        let place = usize::try_from(trustee).ok().and_then(|place| self.trustees.get_mut(place));
        place.ok_or_else(|| Failure::internal("a trustee that there is not"))
    }
}
