//! `intake`: files of encrypted ballots onto the board.

mod file;
mod watch;

use std::path::{Path, PathBuf};

use psephos_audit::{Phase, View, ballot_layouts};
use psephos_console::{Exit, Failure, count};
use psephos_participant::{Audited, board_failure};
use psephos_protocol::{AuthorityAction, Next};
use psephos_record::board::WritableBoard;
use psephos_record::bodies::{Ballots, Body};

use crate::cli::Intake;
use crate::office::Office;
use file::{Forms, Part, each, examine};

/// A file that can be taken in.
struct Offer {
    path: PathBuf,
    parts: Vec<Part>,
}

/// Takes in the files, then watches the folder, if one is given.
pub fn run(arguments: Intake) -> Result<Exit, Failure> {
    let mut desk = Desk::enter(&arguments)?;
    // Every file is looked at before the first is taken.
    let offers: Result<Vec<Offer>, Failure> =
        arguments.files.iter().map(|path| desk.offer(path)).collect();
    for offer in offers? {
        desk.take(&offer)?;
    }
    if let Some(folder) = &arguments.watch {
        return watch::watch(&mut desk, folder);
    }
    let records = &desk.audited.view.ballots;
    let taken: u64 = records.iter().map(|record| record.ballots.rows).sum();
    desk.office.tell(format!(
        "{} ballots on the board in all; each is judged at `close`. Next: more of \
         `psephos-authority intake`, or `psephos-authority close` when voting ends.",
        count(taken)
    ));
    Ok(Exit::Valid)
}

/// The office where ballots are taken in, under the intake's own key.
struct Desk {
    office: Office,
    audited: Audited,
    forms: Forms,
}

impl Desk {
    fn enter(arguments: &Intake) -> Result<Desk, Failure> {
        let mut office = Office::enter_intake(&arguments.acting, arguments.place.board.as_deref())?;
        let audited = office.settle()?;
        voting(&office, &audited)?;
        let layouts = audited.view.description().and_then(ballot_layouts);
        let layouts = layouts.ok_or_else(|| Failure::internal("a ballot without a length"))?;
        let forms = Forms {
            election: audited.view.election(),
            lengths: layouts.iter().map(psephos_proofs::ballot::BallotLayout::row_length).collect(),
        };
        Ok(Desk { office, audited, forms })
    }

    /// Looks at a whole file.
    fn offer(&self, path: &Path) -> Result<Offer, Failure> {
        Ok(Offer { path: path.to_owned(), parts: examine(path, &self.forms)? })
    }

    /// Appends one file's ballots, a record for each box; what stands on the board already is passed over.
    fn take(&mut self, offer: &Offer) -> Result<(), Failure> {
        let name = offer.path.display();
        for part in &offer.parts {
            let taken = if taken_before(&self.audited.view, part) {
                "taken in before, passed over".to_owned()
            } else {
                self.append(&offer.path, part)?;
                format!("{} ballots", count(part.rows))
            };
            let boxes = self.audited.view.description().map_or(&[][..], |all| &all.boxes);
            let place = usize::try_from(part.box_index).ok().and_then(|index| boxes.get(index));
            let place = place.filter(|_| boxes.len() > 1);
            let place = place.map_or(String::new(), |place| format!(", box {:?}", place.id));
            self.office.tell(format!("{name}{place}: {taken}"));
        }
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
