//! `intake`: files of encrypted ballots and of challenges onto the board.

pub mod file;
mod receipts;
mod watch;

use std::fs;
use std::path::{Path, PathBuf};

use psephos_audit::{Phase, View};
use psephos_console::{Exit, Failure, plural};
use psephos_participant::{Audited, board_failure};
use psephos_proofs::ballot::CHALLENGE_LENGTH;
use psephos_protocol::{AuthorityAction, Next};
use psephos_record::bodies::{Ballots, Body, Challenged};

use crate::cli::Intake;
use crate::hours;
use crate::office::Office;
use file::{Content, Forms, Part, each, examine};

/// A file that can be taken in.
struct Offer {
    path: PathBuf,
    content: Content,
}

/// Takes in the files, then watches the folder, if one is given.
pub fn run(arguments: Intake) -> Result<Exit, Failure> {
    let mut desk = Desk::enter(&arguments)?;
    alone(&desk.office, &arguments)?;
    // Every file is looked at before the first is taken.
    let offers: Result<Vec<Offer>, Failure> =
        arguments.files.iter().map(|path| desk.offer(path)).collect();
    let others = arguments.files.len() > 1;
    let offers = offers.map_err(|failure| match others {
        true => failure.advice("nothing was taken in, of this file or the others: leave it out"),
        false => failure,
    });
    for offer in offers? {
        desk.take(&offer)?;
    }
    if let Some(folder) = &arguments.watch {
        return watch::watch(&mut desk, folder);
    }
    let records = &desk.audited.view.ballots;
    let taken: u64 = records.iter().map(|record| record.ballots.rows).sum();
    desk.office.tell(format!(
        "{} on the board in all; each is judged at `close`. Next: more of \
         `psephos-authority intake`, or `psephos-authority close` when voting ends.",
        plural(taken, "ballot", "ballots")
    ));
    Ok(Exit::Valid)
}

/// Refuses where a board server has the intake's key.
fn alone(office: &Office, arguments: &Intake) -> Result<(), Failure> {
    if arguments.no_server || !office.station.home().read()?.intake_elsewhere {
        return Ok(());
    }
    Err(Failure::usage(
        "a board server has the key that takes in ballots; two places that sign under it could use one counter \
         twice, and spoil the election",
    )
    .advice(
        "hand in each ballot there, with `psephos-voter hand-in FILE --board URL`; if every server that had the key \
         has ended, give --no-server",
    ))
}

/// The office where ballots are taken in, under the intake's own key.
struct Desk {
    office: Office,
    audited: Audited,
    forms: Forms,
    /// The folder for receipts, if there are to be any.
    receipts: Option<PathBuf>,
}

impl Desk {
    fn enter(arguments: &Intake) -> Result<Desk, Failure> {
        let mut office = Office::enter_intake(&arguments.acting, &arguments.place)?;
        let audited = office.settle()?;
        voting(&office, &audited)?;
        if !arguments.early {
            hours::begun(&audited.view)?;
        }
        let forms = Forms::of(&audited.view)?;
        let receipts = arguments.receipts.clone();
        if let Some(folder) = &receipts {
            fs::create_dir_all(folder)
                .map_err(|error| Failure::io("cannot make the folder", folder, &error))?;
        }
        Ok(Desk { office, audited, forms, receipts })
    }

    /// Looks at a whole file.
    fn offer(&self, path: &Path) -> Result<Offer, Failure> {
        Ok(Offer { path: path.to_owned(), content: examine(path, &self.forms)? })
    }

    /// Appends what one file holds; what stands on the board already is passed over.
    fn take(&mut self, offer: &Offer) -> Result<(), Failure> {
        match &offer.content {
            Content::Ballots(parts) => self.take_ballots(&offer.path, parts),
            Content::Challenges(rows) => self.take_challenges(&offer.path, rows),
        }
    }

    /// A record for each box, then the receipts: nobody has one for a ballot that is not on the board.
    fn take_ballots(&mut self, path: &Path, parts: &[Part]) -> Result<(), Failure> {
        let name = path.display();
        for part in parts {
            let taken = if taken_before(&self.audited.view, part) {
                "taken in before, passed over".to_owned()
            } else {
                self.append(path, part)?;
                plural(part.rows, "ballot", "ballots")
            };
            let several = self.forms.lengths.len() > 1;
            let place = match several {
                true => format!(", box {}", self.audited.view.box_id(part.box_index)),
                false => String::new(),
            };
            self.office.tell(format!("{name}{place}: {taken}"));
        }
        match &self.receipts {
            Some(folder) => receipts::write(&self.office, folder, path, &self.forms),
            None => Ok(()),
        }
    }

    fn take_challenges(&mut self, path: &Path, rows: &[u8]) -> Result<(), Failure> {
        let name = path.display();
        let board = self.office.station.board();
        let blob = board.put_rows(CHALLENGE_LENGTH as u64, rows).map_err(board_failure)?;
        if self.audited.view.challenged.iter().any(|record| record.challenged.root == blob.root) {
            self.office.tell(format!("{name}: taken in before, passed over"));
            return Ok(());
        }
        let body = Body::Challenged(Challenged { challenged: blob });
        self.audited = self.office.post(&self.audited.view, &body)?;
        self.office.next(&self.audited)?;
        let challenges = plural(
            blob.rows,
            "challenge; its ballot will not count",
            "challenges; their ballots will not count",
        );
        self.office.tell(format!("{name}: {challenges}"));
        Ok(())
    }

    fn append(&mut self, path: &Path, part: &Part) -> Result<(), Failure> {
        let index = usize::try_from(part.box_index).ok();
        let length = index.and_then(|index| self.forms.lengths.get(index)).copied();
        let mut failed = None;
        let blob =
            self.office.station.board().put_blob(length.unwrap_or_default() as u64, &mut |out| {
                let read = each(path, &self.forms, &mut |box_index, ballot| {
                    if box_index == part.box_index { out.write_all(ballot) } else { Ok(()) }
                });
                failed = read.err();
                match &failed {
                    Some(failure) => Err(std::io::Error::other(failure.line())),
                    None => Ok(()),
                }
            });
        if let Some(failure) = failed {
            return Err(failure);
        }
        let blob = blob.map_err(board_failure)?;
        if blob.root != part.root {
            return Err(Failure::usage("the file changed while it was read")
                .at(path.display().to_string())
                .advice("take it in again once it is whole"));
        }
        let body = Body::Ballots(Ballots { box_index: part.box_index, ballots: blob });
        self.audited = self.office.post(&self.audited.view, &body)?;
        self.office.next(&self.audited).map(|_| ())
    }
}

/// Ballots are taken in now, or an error says why not.
fn voting(office: &Office, audited: &Audited) -> Result<(), Failure> {
    match office.next(audited)? {
        Next::Act(AuthorityAction::Close) => Ok(()),
        _ if audited.view.phase < Phase::Voting => {
            Err(Failure::usage("the election is not open yet")
                .advice("run `psephos-authority open` first"))
        }
        _ => Err(Failure::usage("voting has ended: no more ballots are taken in")),
    }
}

fn taken_before(view: &View, part: &Part) -> bool {
    let place = (part.box_index, part.root);
    view.ballots.iter().any(|record| (record.box_index, record.ballots.root) == place)
}
