//! `find`: what has become of a ballot.

use psephos_audit::{Polling, derive_intake};
use psephos_console::{Exit, Failure, say};
use psephos_core::rows::Rows;
use psephos_core::{Digest, Encoding};
use psephos_proofs::ballot::{Challenge, tracker};
use psephos_record::board::BlobRows;
use psephos_record::bodies::Reason;
use serde_json::json;

use crate::booth::Booth;
use crate::cli::Find;

/// What a board says of a ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It counts, or does so if voting ended now.
    Accepted,
    /// Another ballot of the same credential counts.
    Superseded,
    /// It was opened and does not count.
    Challenged,
    /// Its code was removed from the roll.
    Revoked,
    /// It does not count, for this reason.
    Rejected(Reason),
    /// There is no such ballot.
    Absent,
}

/// A ballot's place: record and row.
type Place = (u64, u64);

/// Looks for the tracker.
pub fn run(arguments: Find) -> Result<Exit, Failure> {
    let booth = Booth::enter(&arguments.place)?;
    let (fate, place) = fate(&booth, &arguments.tracker)?;
    if arguments.json {
        let value = json!({
            "tracker": hex::encode(arguments.tracker),
            "status": fate.name(),
            "reason": fate.reason().map(Reason::name),
            "record": place.map(|(record, _)| record),
            "row": place.map(|(_, row)| row),
            "final": booth.view.close.is_some(),
        });
        say(format!("{value:#}"));
    } else {
        let place = place.map_or_else(String::new, |(record, row)| {
            format!(" It stands in record {record}, row {row}.")
        });
        say(format!("{}{place}{}", fate.words(), later(&booth, fate)));
    }
    Ok(fate.exit())
}

/// What becomes of the ballot with this tracker, and where it stands.
pub fn fate(booth: &Booth, wanted: &Digest) -> Result<(Fate, Option<Place>), Failure> {
    let unreadable =
        |error: psephos_audit::IntakeError| Failure::new(Exit::Unreadable, error.to_string());
    let polling = Polling::read(&*booth.board, &booth.view).map_err(unreadable)?;
    let mut found: Option<Place> = None;
    let mut credential: Option<Encoding> = None;
    for source in polling.sources() {
        let layout = booth.layout(source.box_index)?;
        source
            .each(&mut |row, ballot| {
                if found.is_none() && tracker(ballot) == *wanted {
                    found = Some((source.sequence, row));
                    credential = layout.read(ballot).map(|ballot| *ballot.credential);
                }
            })
            .map_err(unreadable)?;
    }
    let challenged = is_challenged(booth, wanted)?;
    let Some((sequence, row)) = found else {
        return Ok((if challenged { Fate::Challenged } else { Fate::Absent }, None));
    };
    let intake = derive_intake(&polling, &|_| {}).map_err(unreadable)?;
    let fate = match intake.reason(sequence, row) {
        None => Fate::Accepted,
        Some(Reason::Counter) => Fate::Superseded,
        Some(Reason::Challenged) => Fate::Challenged,
        Some(Reason::Eligibility) if credential.is_some_and(|key| is_revoked(booth, &key)) => {
            Fate::Revoked
        }
        Some(reason) => Fate::Rejected(reason),
    };
    Ok((fate, found))
}

/// Whether an amendment of the roll removes the credential.
fn is_revoked(booth: &Booth, credential: &Encoding) -> bool {
    booth.view.amendments.iter().any(|view| view.amendment.removed.contains(credential))
}

/// Whether the board holds a good challenge of this tracker.
pub fn is_challenged(booth: &Booth, wanted: &Digest) -> Result<bool, Failure> {
    let mut found = false;
    for record in &booth.view.challenged {
        let rows = BlobRows::new(&*booth.board, &record.challenged)
            .map_err(psephos_participant::board_failure)?;
        rows.visit(&mut |_, piece| {
            found |= piece.as_chunks().0.iter().any(|row| {
                let challenge = Challenge::from_bytes(row);
                challenge.tracker == *wanted && challenge.verify(&booth.election).is_ok()
            });
            Ok(())
        })
        .map_err(|error| Failure::new(Exit::Unreadable, error.to_string()))?;
    }
    Ok(found)
}

impl Fate {
    /// For machines.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Accepted => "accepted",
            Fate::Superseded => "superseded",
            Fate::Challenged => "challenged",
            Fate::Revoked | Fate::Rejected(_) => "rejected",
            Fate::Absent => "absent",
        }
    }

    fn reason(self) -> Option<Reason> {
        match self {
            Fate::Superseded => Some(Reason::Counter),
            Fate::Revoked => Some(Reason::Eligibility),
            Fate::Rejected(reason) => Some(reason),
            _ => None,
        }
    }

    fn exit(self) -> Exit {
        match self {
            Fate::Accepted => Exit::Valid,
            Fate::Absent => Exit::Incomplete,
            Fate::Superseded | Fate::Challenged | Fate::Revoked | Fate::Rejected(_) => {
                Exit::Invalid
            }
        }
    }

    fn words(self) -> String {
        match self {
            Fate::Accepted => "The ballot is on the board and counts.".into(),
            Fate::Superseded => {
                "The ballot is on the board; it does not count, because another ballot of the same code \
                 does."
                    .into()
            }
            Fate::Challenged => "The ballot was challenged: it was opened, and never counts.".into(),
            Fate::Revoked => "The ballot is on the board and does not count: its code was removed from the \
                              roll. Ask the registrar for the code that replaced it."
                .into(),
            Fate::Rejected(reason) => {
                format!("The ballot is on the board and does not count: {}.", why(reason))
            }
            Fate::Absent => "No ballot with this tracker is on the board.".into(),
        }
    }
}

fn later(booth: &Booth, fate: Fate) -> &'static str {
    match (booth.view.close.is_some(), fate) {
        (false, Fate::Accepted) => {
            " Voting goes on: a later ballot or a challenge may change that."
        }
        (false, Fate::Absent) => {
            " Voting goes on. With a receipt it was taken in, and the server puts it on the board within minutes: look \
             again then. Without one, hand it in."
        }
        (true, Fate::Absent) => {
            " Voting has ended. With a receipt, `psephos-verifier --receipt` proves that it was withheld."
        }
        _ => "",
    }
}

fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Shape => "it is damaged, or no ballot of this box",
        Reason::Context => "it was made for another election or box",
        Reason::Eligibility => "its code may not vote in this box",
        Reason::Proof => "its proof does not hold",
        Reason::Range => "a number in it is not shown to be in its range",
        Reason::Challenged => "it was challenged",
        Reason::Duplicate => "it repeats a ballot that stands earlier",
        Reason::Counter => "another ballot of the same code counts",
    }
}
