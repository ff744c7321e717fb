//! The real programs as processes: none outlives the rehearsal, and each leaves a log.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use psephos_console::{Exit, Failure};

/// How often a process is looked at.
pub const LOOK: Duration = Duration::from_millis(20);

/// The programs, which lie beside this one.
pub struct Programs {
    /// This program.
    pub authority: PathBuf,
    /// psephos-trustee.
    pub trustee: PathBuf,
    /// psephos-verifier.
    pub verifier: PathBuf,
}

impl Programs {
    /// Finds them, but for the server.
    pub fn find() -> Result<Programs, Failure> {
        let authority = std::env::current_exe().map_err(|error| {
            Failure::internal(format!("this program cannot find itself: {error}"))
        })?;
        Ok(Programs {
            trustee: beside(&authority, "psephos-trustee")?,
            verifier: beside(&authority, "psephos-verifier")?,
            authority,
        })
    }

    /// psephos-board, which is needed only where the board is to be served.
    pub fn server(&self) -> Result<PathBuf, Failure> {
        beside(&self.authority, "psephos-board")
    }
}

fn beside(authority: &Path, name: &str) -> Result<PathBuf, Failure> {
    let path = authority.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        return Ok(path);
    }
    Err(Failure::usage(format!("{name} does not lie beside psephos-authority"))
        .at(path.display().to_string())
        .advice("build or install all programs into one folder: `cargo build --release`"))
}

/// A process that is killed when this value goes.
pub struct Running {
    name: String,
    child: Child,
    logs: PathBuf,
}

impl Running {
    /// Starts a program. Its standard input stays open as long as this value lives: a program with
    /// `--leash` ends when it closes, even if this process is killed.
    pub fn start(name: &str, mut command: Command, logs: &Path) -> Result<Running, Failure> {
        let log = |ending: &str| {
            let path = logs.join(format!("{name}.{ending}"));
            // A program that is started again goes on in its log.
            let opened = OpenOptions::new().create(true).append(true).open(&path);
            opened.map_err(|error| Failure::io("cannot write the log", &path, &error))
        };
        command.stdin(Stdio::piped()).stdout(log("out")?).stderr(log("err")?);
        let program = PathBuf::from(command.get_program());
        let child = command
            .spawn()
            .map_err(|error| Failure::io("cannot start the program", &program, &error))?;
        Ok(Running { name: name.to_owned(), child, logs: logs.to_owned() })
    }

    /// Writes a line to its standard input and closes that.
    pub fn tell(&mut self, line: &str) -> Result<(), Failure> {
        use std::io::Write;
        match self.child.stdin.take() {
            Some(mut input) => writeln!(input, "{line}").map_err(|error| {
                Failure::new(Exit::Io, format!("{} does not listen: {error}", self.name))
            }),
            None => Ok(()),
        }
    }

    /// The exit code, once it has ended; −1 when a signal ended it.
    pub fn ended(&mut self) -> Result<Option<i32>, Failure> {
        let status = self.child.try_wait().map_err(|error| {
            Failure::new(Exit::Io, format!("cannot wait for {}: {error}", self.name))
        })?;
        Ok(status.map(|status| status.code().unwrap_or(-1)))
    }

    /// Fails if it has ended otherwise than well, or than because others are missing.
    pub fn check(&mut self) -> Result<(), Failure> {
        match self.ended()? {
            None | Some(0 | 2) => Ok(()),
            Some(code) => Err(self.failure(code)),
        }
    }

    /// Waits for its end while `meanwhile` has no complaint; what it printed and its exit code.
    pub fn finish(
        mut self,
        meanwhile: &mut dyn FnMut() -> Result<(), Failure>,
    ) -> Result<(i32, String), Failure> {
        loop {
            if let Some(code) = self.ended()? {
                return Ok((code, self.log("out")));
            }
            meanwhile()?;
            thread::sleep(LOOK);
        }
    }

    /// Why it ended: the first error in its log.
    pub fn failure(&self, code: i32) -> Failure {
        failure(&self.name, &self.logs, code)
    }

    fn log(&self, ending: &str) -> String {
        fs::read_to_string(self.logs.join(format!("{}.{ending}", self.name))).unwrap_or_default()
    }
}

/// What a program has said on standard error, without the progress before it.
pub fn error_of(name: &str, logs: &Path) -> String {
    let log = fs::read_to_string(logs.join(format!("{name}.err"))).unwrap_or_default();
    log.find("error: ").and_then(|begin| log.get(begin..)).unwrap_or("").to_owned()
}

/// Why a process ended, from its log.
pub fn failure(name: &str, logs: &Path, code: i32) -> Failure {
    let path = logs.join(format!("{name}.err"));
    let log = fs::read_to_string(&path).unwrap_or_default();
    let said = log
        .lines()
        .find_map(|line| line.strip_prefix("error: "))
        .or(log.lines().last())
        .unwrap_or("it said nothing");
    let exit = Exit::from_code(code).filter(|exit| *exit != Exit::Valid).unwrap_or(Exit::Internal);
    Failure::new(exit, format!("{name} stopped: {said}")).at(path.display().to_string())
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
