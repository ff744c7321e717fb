//! `run`: every step of this trustee's, when it is due.

use std::thread;
use std::time::Duration;

use psephos_console::{Exit, Failure, Mode, leash};
use psephos_participant::{Audited, Passphrase, refusal_failure};
use psephos_protocol::{Awaited, Next};

use crate::cli::Run;
use crate::desk::Desk;

/// Audits, does what is due, waits; to the end of the election or, with `--once`, to the first wait.
pub fn run(arguments: Run) -> Result<Exit, Failure> {
    if arguments.leash {
        leash();
    }
    let passphrase = arguments.key_file.passphrase_file.as_deref();
    let mut desk = Desk::open(
        &arguments.home,
        arguments.place.board.as_deref(),
        Mode::detect(arguments.quiet),
        || Passphrase::obtain(passphrase),
    )?;
    let every = Duration::from_secs_f64(arguments.waiting.every);
    let mut told: Vec<Awaited> = Vec::new();
    let mut audited = desk.audit()?;
    loop {
        desk.erase_spent(&audited.view)?;
        match desk.next(&audited) {
            Next::Act(action) => audited = desk.act(&audited, &action)?,
            Next::Wait(awaited) => {
                if told != awaited {
                    let words: Vec<String> = awaited.iter().map(Awaited::to_string).collect();
                    desk.tell(format!("waiting for {}", words.join(", ")));
                    told = awaited;
                }
                if arguments.waiting.once {
                    return Ok(Exit::Incomplete);
                }
                while !desk.station.has_news()? {
                    thread::sleep(every);
                }
                audited = desk.audit()?;
            }
            Next::Refuse(refusal) => return Err(refusal_failure(&refusal, desk.station.board())),
            Next::Done => return Ok(over(&desk, &audited)),
        }
    }
}

fn over(desk: &Desk, audited: &Audited) -> Exit {
    let verdict = audited.report.verdict;
    desk.tell(format!("The election is over. This trustee's own audit: {verdict}"));
    Exit::from_code(i32::from(verdict.exit_code())).unwrap_or(Exit::Internal)
}
