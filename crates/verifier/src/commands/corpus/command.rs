//! Running somebody's verifier in a folder, for so long and no longer.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use psephos_console::{Failure, duration};

/// The longest output that is read, in bytes: a report is much shorter.
const OUTPUT: u64 = 64 << 20;
/// How often a running verifier is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// How long the output of a verifier that has ended may still be on its way.
const REST: Duration = Duration::from_secs(2);

/// A verifier: a program and its first arguments.
pub struct Verifier {
    words: Vec<PathBuf>,
}

/// Why there is no answer.
pub enum NoAnswer {
    /// The program cannot be started, here or in any other case.
    NoProgram(Failure),
    /// Something that is of this case.
    Here(String),
}

impl From<String> for NoAnswer {
    fn from(why: String) -> Self {
        NoAnswer::Here(why)
    }
}

/// What a verifier left behind.
pub struct Answer {
    /// Its exit code; none when a signal ended it.
    pub exit: Option<i32>,
    /// What it printed.
    pub out: Vec<u8>,
    /// What it said on standard error.
    pub err: String,
}

impl Verifier {
    /// The verifier behind a command line, or this program itself.
    ///
    /// It will run in other folders, so words that name a file from here do so by its whole path. The first
    /// word is a file only if it has a slash; otherwise it is looked for as a shell does.
    pub fn of(command: Option<&str>) -> Result<Verifier, Failure> {
        let Some(command) = command else {
            let this = std::env::current_exe().map_err(|error| {
                Failure::internal(format!("this program does not find itself: {error}"))
            })?;
            return Ok(Verifier { words: vec![this] });
        };
        let words = command.split(' ').filter(|word| !word.is_empty()).enumerate();
        let words: Vec<PathBuf> = words
            .map(|(index, word)| {
                let is_path = index > 0 || word.contains('/');
                let file = Path::new(word).is_file().then(|| std::path::absolute(word).ok());
                file.flatten().filter(|_| is_path).unwrap_or_else(|| word.into())
            })
            .collect();
        match words.is_empty() {
            true => Err(Failure::usage("the command is empty").at("--with")),
            false => Ok(Verifier { words }),
        }
    }

    /// Runs it in a folder; says why where there is no answer.
    pub fn run(
        &self,
        folder: &Path,
        arguments: &[&str],
        limit: Duration,
    ) -> Result<Answer, NoAnswer> {
        let (program, first) =
            self.words.split_first().ok_or_else(|| "there is no command".to_owned())?;
        let end = Instant::now() + limit;
        let mut child = Command::new(program)
            .args(first)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| not_started(program, folder, &error))?;
        let out = child.stdout.take().map(read);
        let err = child.stderr.take().map(read);
        let late = || format!("it has not answered within {}", duration(limit));
        let status = wait(&mut child, end)?.ok_or_else(late)?;
        // Whoever it has started may hold the pipe open.
        let out = out.and_then(|out| out.recv_timeout(REST).ok()).ok_or_else(late)?;
        let err = err.and_then(|err| err.recv_timeout(REST).ok()).unwrap_or_default();
        if out.len() as u64 > OUTPUT {
            return Err(format!("it prints more than {OUTPUT} bytes").into());
        }
        Ok(Answer { exit: status.code(), out, err: String::from_utf8_lossy(&err).into_owned() })
    }
}

/// Why a program does not start. Where a case's folder is gone, that is no fault of the program.
fn not_started(program: &Path, folder: &Path, error: &std::io::Error) -> NoAnswer {
    if !folder.is_dir() {
        return NoAnswer::Here(format!("it cannot be started in the case's folder: {error}"));
    }
    let what = match error.kind() {
        ErrorKind::NotFound => "there is no such program".to_owned(),
        ErrorKind::PermissionDenied => "it may not be run: is it an executable file?".to_owned(),
        _ => format!("it cannot be started: {error}"),
    };
    let advice = "a program without a slash is looked for as a shell does; name it from the present folder, as \
                  in ./verify, or with what runs it, as in 'python3 verify.py'";
    NoAnswer::NoProgram(
        Failure::usage(what).at(format!("--with {}", program.display())).advice(advice),
    )
}

/// Waits for the end; kills what has not ended in time.
fn wait(child: &mut Child, end: Instant) -> Result<Option<ExitStatus>, String> {
    let lost = |error| format!("it cannot be waited for: {error}");
    loop {
        if let Some(status) = child.try_wait().map_err(lost)? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            // It may have ended by itself just now.
            let _ = child.kill();
            child.wait().map_err(lost)?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

/// Reads a pipe to its end, or a little further than is allowed.
fn read(pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read until an error is what there is.
        let _ = pipe.take(OUTPUT + 1).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}
