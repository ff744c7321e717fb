//! `watch`: look, cosign, hand out; again and again.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psephos_audit::view;
use psephos_console::{Exit, Failure, date, plural, say, warn};
use psephos_participant::{Passphrase, audit_failure, board_failure};
use psephos_record::board::Board;
use psephos_record::checkpoint::{Note, origin};
use psephos_remote::open_board;
use psephos_witness::{Cosigner, Fault, Memory, Remembered, Seen, look};

use crate::cli::Watch;
use crate::listen::Listener;
use crate::notes::Notes;
use crate::post::Post;

/// Faults of a log that are listed.
const LISTED: usize = 5;

/// Follows a board.
pub fn run(arguments: Watch) -> Result<Exit, Failure> {
    let passphrase = Passphrase::obtain(arguments.passphrase_file.as_deref())?;
    let memory = Memory::open(&arguments.key)?;
    let cosigner = Cosigner::open(&arguments.key, &memory, &passphrase)?;
    let listener = arguments.listen.map(|address| Listener::start(address, cosigner.public()));
    let mut watcher = Watcher {
        out: arguments.output.as_deref().map(Notes::at),
        listener: listener.transpose()?,
        post: arguments.post.as_deref().map(Post::to).transpose()?,
        known: None,
        told: None,
        arguments,
        cosigner,
        memory,
    };
    let pause = Duration::from_secs_f64(watcher.arguments.every);
    loop {
        let looked = watcher.look();
        if watcher.arguments.once {
            return looked;
        }
        if let Err(failure) = looked {
            // The board, or the network, may come back.
            watcher.tell(failure.line());
        }
        thread::sleep(pause);
    }
}

/// A witness at work.
struct Watcher {
    arguments: Watch,
    cosigner: Cosigner,
    memory: Memory,
    known: Option<Remembered>,
    out: Option<Notes>,
    listener: Option<Listener>,
    post: Option<Post>,
    /// What was said last: nothing is said twice in a row.
    told: Option<String>,
}

impl Watcher {
    fn look(&mut self) -> Result<Exit, Failure> {
        // Opened anew each time, so that nothing is remembered but by this witness.
        let board = open_board(&self.arguments.board).map_err(board_failure)?;
        let place = self.arguments.board.absolute()?.to_string();
        let known = match self.known.take() {
            Some(known) => Some(known),
            None => self.recall(&*board, &place)?,
        };
        let Some(mut known) = known else {
            self.tell("there is no proposal on this board yet: nothing to cosign".into());
            return Ok(Exit::Incomplete);
        };
        let seen = look(&*board, &mut known, &self.cosigner)?;
        if matches!(seen, Seen::Cosigned(_) | Seen::Same(_)) {
            known.keep_place(&place)?;
        }
        if known.promised().is_some() {
            // Of a board of which nothing is promised not even the name is believed the next time.
            self.known = Some(known);
        }
        self.judge(seen)
    }

    /// Says what was seen, and hands out what was cosigned.
    fn judge(&mut self, seen: Seen) -> Result<Exit, Failure> {
        match seen {
            Seen::Cosigned(note) | Seen::Same(note) => {
                let Note { checkpoint, .. } = &note;
                let records = plural(checkpoint.records, "record", "records");
                self.tell(format!("cosigned: {records}, head {}", hex::encode(checkpoint.head)));
                self.hand_out(&note)?;
                Ok(Exit::Valid)
            }
            Seen::Nothing => Ok(Exit::Incomplete),
            Seen::Faulty(faults) => Ok(self.refuse(&faulty(&faults))),
            Seen::Renamed { found } => Ok(self.refuse(&format!(
                "the board's first proposal became another one: the board is {found} now"
            ))),
            Seen::Shorter { cosigned, found } => Ok(self.refuse(&format!(
                "this board has {}, and {cosigned} were cosigned: it was cut off, or is an older copy",
                plural(found, "record", "records")
            ))),
            Seen::Changed { record, cosigned, shown } => Ok(self.refuse(&format!(
                "this is not the board that was cosigned: record {record} is another one. What was cosigned is kept \
                 in {}, what is shown now in {}: keep both and tell the others",
                cosigned.display(),
                shown.display()
            ))),
        }
    }

    /// What is remembered of the board at this place, or of the one that has this name.
    fn recall(&self, board: &dyn Board, place: &str) -> Result<Option<Remembered>, Failure> {
        let origin = match self.memory.known_at(place)? {
            Some(origin) => origin,
            None => match view(board).map_err(audit_failure)?.proposal {
                Some(proposal) => origin(proposal.first()),
                None => return Ok(None),
            },
        };
        self.memory.of(&origin).map(Some)
    }

    fn hand_out(&mut self, note: &Note) -> Result<(), Failure> {
        if let Some(out) = &mut self.out {
            out.add(note)?;
        }
        if let Some(listener) = &self.listener {
            listener.show(note);
        }
        match &mut self.post {
            Some(post) => post.send(note),
            None => Ok(()),
        }
    }

    fn refuse(&mut self, why: &str) -> Exit {
        self.tell(format!("NOT cosigned: {why}"));
        Exit::Invalid
    }

    /// Says what is new, with the time.
    fn tell(&mut self, what: String) {
        if self.told.as_ref() != Some(&what) {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            let time = now.map_or_else(|_| String::new(), |since| date(since.as_secs()));
            let line = format!("{time}  {what}");
            if what.starts_with("NOT") {
                warn(line)
            } else {
                say(line)
            }
            self.told = Some(what);
        }
    }
}

fn faulty(faults: &[Fault]) -> String {
    let said = faults.iter().take(LISTED).map(|fault| match fault.record {
        Some(record) => format!("record {record}: {}", fault.what),
        None => fault.what.clone(),
    });
    let said: Vec<String> = said.collect();
    let more = faults.len().saturating_sub(LISTED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!(
        "the log is faulty, until the authority excludes what spoils it: {}{more}",
        said.join("; ")
    )
}
