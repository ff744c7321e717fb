//! `run`: every step of this trustee's, when it is due.

use std::thread;
use std::time::{Duration, Instant};

use psephos_console::arguments::Patience;
use psephos_console::{Exit, Failure, Mode, leash, say};
use psephos_participant::{Audited, Passphrase, refusal_failure};
use psephos_protocol::{Absence, Awaited, Next, Refusal, absences};

use crate::cli::Run;
use crate::consent::{self, Consent};
use crate::desk::Desk;

/// When a board whose lists are missing is audited again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Audits, does what is due, waits; to the end of the election or, with `--once`, to the first wait.
pub fn run(arguments: Run) -> Result<Exit, Failure> {
    if arguments.leash {
        leash();
    }
    let passphrase = arguments.key_file.passphrase_file.as_deref();
    let mut desk = Desk::open(
        &arguments.home,
        arguments.place.board.as_ref().into(),
        Mode::detect(arguments.quiet),
        || Passphrase::obtain(passphrase),
    )?
    .slowed(arguments.place.slow_board);
    let every = Duration::from_secs_f64(arguments.waiting.every);
    let mut told: Vec<Awaited> = Vec::new();
    let mut patience = Waited::new(arguments.patience);
    let mut consent = Consent::default();
    if !arguments.dry_run {
        consent::somebody_to_ask(arguments.yes)?;
    }
    if !desk.agreed() {
        return Err(refusal_failure(&Refusal::NotAgreed, desk.station.board()));
    }
    let mut audited = desk.audit()?;
    if arguments.dry_run {
        return dry_run(&desk, &audited);
    }
    loop {
        desk.erase_spent(&audited.view)?;
        patience.look(absences(&audited.view));
        match desk.next(&audited, patience.is_over()) {
            Next::Act(action) => {
                if !consent.given(&desk, &audited.view, &action, arguments.yes)? {
                    desk.tell("Nothing was signed. Run this again when you have decided.");
                    return Ok(Exit::Incomplete);
                }
                audited = desk.act(&audited, &action)?;
            }
            Next::Wait(awaited) => {
                if told != awaited {
                    let words: Vec<String> = awaited.iter().map(Awaited::to_string).collect();
                    desk.tell(format!("waiting for {}", words.join(", ")));
                    told = awaited;
                }
                if arguments.waiting.once {
                    return Ok(Exit::Incomplete);
                }
                let over = patience.is_over();
                let begun = Instant::now();
                // Lists can come without a record.
                let is_due = |begun: Instant| {
                    !audited.remedies.unread.is_empty() && begun.elapsed() >= LOOK_AGAIN
                };
                while !desk.station.has_news()? && patience.is_over() == over && !is_due(begun) {
                    thread::sleep(every);
                }
                audited = desk.audit()?;
            }
            Next::Refuse(refusal) => return Err(refusal_failure(&refusal, desk.station.board())),
            Next::Done => return Ok(over(&desk, &audited)),
        }
    }
}

/// Says what is due and what it would sign; signs and erases nothing.
fn dry_run(desk: &Desk, audited: &Audited) -> Result<Exit, Failure> {
    match desk.next(audited, false) {
        Next::Act(action) => {
            let sentence = consent::sentence(&audited.view, &action);
            say(format!("Due now; it would sign: \u{201c}{sentence}\u{201d}"));
            Ok(Exit::Valid)
        }
        Next::Wait(awaited) => {
            let words: Vec<String> = awaited.iter().map(Awaited::to_string).collect();
            say(format!("Nothing is due from this trustee; awaited: {}.", words.join(", ")));
            Ok(Exit::Incomplete)
        }
        Next::Refuse(refusal) => Err(refusal_failure(&refusal, desk.station.board())),
        Next::Done => {
            say("The election is over: nothing is left to do.");
            Ok(Exit::Valid)
        }
    }
}

/// How long the same trustees have been awaited to mix.
struct Waited {
    patience: Patience,
    awaited: Vec<Absence>,
    since: Instant,
}

impl Waited {
    fn new(patience: Patience) -> Self {
        Self { patience, awaited: Vec::new(), since: Instant::now() }
    }

    fn look(&mut self, awaited: Vec<Absence>) {
        if self.awaited != awaited {
            self.awaited = awaited;
            self.since = Instant::now();
        }
    }

    fn is_over(&self) -> bool {
        let is_over = |patience| self.since.elapsed() >= patience;
        !self.awaited.is_empty() && self.patience.0.is_some_and(is_over)
    }
}

fn over(desk: &Desk, audited: &Audited) -> Exit {
    let verdict = audited.report.verdict;
    desk.tell(format!("The election is over. This trustee's own audit: {verdict}"));
    desk.tell(
        "Next: when nobody can contest it any more, `psephos-trustee destroy` ends the keys.",
    );
    Exit::from_code(i32::from(verdict.exit_code())).unwrap_or(Exit::Internal)
}
