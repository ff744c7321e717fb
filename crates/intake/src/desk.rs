//! The desk: judges what waits, makes what is good durable, then answers.
//!
//! While one group is written the next one gathers, so groups are as large as the load asks for, and a ballot
//! that comes alone waits for nobody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use psephos_core::pairs::pairs;
use psephos_proofs::ballot::{CHALLENGE_LENGTH, Challenge, tracker};
use psephos_record::receipt::Receipt;
use psephos_remote::Files;
use rayon::prelude::*;
use serde_bytes::ByteBuf;

use crate::answer::{Accepted, Answer, Offer, Refusal};
use crate::closing::Closing;
use crate::hall::{Doors, Hall, form};
use crate::journal::Group;
use crate::known::Seen;
use crate::poster::view;
use crate::queue::{Job, Queue};
use crate::{IntakeError, SharedBoard, now};

/// The most offers in one group.
const MOST: usize = 2048;

/// How long a look at the board is good for.
const LOOK: Duration = Duration::from_secs(1);

/// The thread that judges and answers.
pub(crate) struct Desk {
    board: SharedBoard,
    files: Arc<dyn Files>,
    key: SigningKey,
    closing: Closing,
    /// Whether the last answer was that no receipts are given.
    is_closing: bool,
    per_credential: u32,
    doors: Doors,
    /// How many records there were at the last look, and when that was; none when everything is to be read anew.
    looked: Option<(u64, Instant)>,
}

/// What was found of one offer, before its group is durable.
type Verdict = Result<Seen, Refusal>;

impl Desk {
    pub fn new(
        board: SharedBoard,
        files: Arc<dyn Files>,
        key: SigningKey,
        closing: Closing,
        per_credential: u32,
    ) -> Self {
        let doors = Doors::NotOpen;
        Self { board, files, key, closing, is_closing: false, per_credential, doors, looked: None }
    }

    /// Works until the queue has ended and is empty.
    pub fn work(mut self, queue: &Queue) {
        while let Some(jobs) = queue.take(MOST, LOOK) {
            let (offers, waiting): (Vec<Offer>, Vec<_>) =
                jobs.into_iter().map(|Job { offer, answer }| (offer, answer)).unzip();
            let answers = self.serve(&offers).unwrap_or_else(|error| {
                tracing::error!("nothing can be taken in: {error}");
                // Whether the group is there is not known: everything is read anew.
                self.looked = None;
                offers.iter().map(|_| Err(Refusal::Storage)).collect()
            });
            for (waiting, answer) in pairs(waiting, answers) {
                queue.answer(waiting, answer);
            }
        }
    }

    fn serve(&mut self, offers: &[Offer]) -> Result<Vec<Answer>, IntakeError> {
        let refuse = |refusal: &Refusal| offers.iter().map(|_| Err(refusal.clone())).collect();
        // What gets no receipt is not posted either: else whoever goes on sending could keep the election open.
        self.is_closing = self.is_closing && !self.closing.receipts_are_given()?;
        if self.is_closing {
            return Ok(refuse(&Refusal::Closing));
        }
        self.look()?;
        let hall = match &mut self.doors {
            Doors::Open(hall) => hall,
            Doors::NotOpen => return Ok(refuse(&Refusal::NotOpen)),
            Doors::Ended => return Ok(refuse(&Refusal::Ended)),
            Doors::Foreign => return Ok(refuse(&Refusal::Foreign)),
        };
        if let Err(refusal) = hall.hours() {
            return Ok(refuse(&refusal));
        }
        let verdicts = judge(hall, offers, self.per_credential);
        let group = group(offers, &verdicts);
        if !group.is_empty() {
            group.store(&*self.files)?;
        }
        self.is_closing = !self.closing.receipts_are_given()?;
        let answered = |offer: &Offer, verdict: &Verdict| match verdict {
            Err(refusal) => Err(refusal.clone()),
            Ok(_) if self.is_closing => Err(Refusal::Closing),
            Ok(_) => Ok(self.accepted(offer)),
        };
        let answers = offers.par_iter().zip_eq(&verdicts);
        Ok(answers.map(|(offer, verdict)| answered(offer, verdict)).collect())
    }

    /// Looks at the board, if the last look is too long ago, or found nothing open.
    fn look(&mut self) -> Result<(), IntakeError> {
        let is_open = matches!(self.doors, Doors::Open(_));
        if is_open && self.looked.is_some_and(|(_, when)| when.elapsed() < LOOK) {
            return Ok(());
        }
        let records = self.board.extent()?.records;
        if self.looked.map(|(seen, _)| seen) != Some(records) {
            let view = view(&*self.board)?;
            let doors = std::mem::replace(&mut self.doors, Doors::NotOpen);
            let before = if self.looked.is_some() { doors } else { Doors::NotOpen };
            self.closing.announce()?;
            self.looked = None;
            let intake = self.key.verifying_key().to_bytes();
            self.doors = Doors::look(before, &*self.board, &*self.files, &view, &intake)?;
        }
        self.looked = Some((records, Instant::now()));
        Ok(())
    }

    /// The answer to an offer that is durable.
    fn accepted(&self, offer: &Offer) -> Accepted {
        match (offer, &self.doors) {
            (Offer::Ballot(bytes), Doors::Open(hall)) => {
                let receipt = Receipt {
                    box_index: form(&hall.rules, bytes).map_or(0, |(box_index, _)| box_index),
                    time: now(),
                    tracker: tracker(bytes),
                    election: hall.rules.election().election,
                };
                Accepted::Ballot(receipt.sign(&self.key))
            }
            _ => Accepted::Challenge,
        }
    }
}

/// What is to be answered to each offer, once the group is durable.
fn judge(hall: &mut Hall, offers: &[Offer], per_credential: u32) -> Vec<Verdict> {
    let mut verdicts = judge_alone(hall, offers);
    let Hall { rules, known, .. } = hall;
    for (offer, verdict) in pairs(offers, &mut verdicts) {
        if verdict.is_err() {
            continue;
        }
        match offer {
            Offer::Ballot(bytes) => {
                if let Some((_, layout)) = form(rules, bytes)
                    && let Some(ballot) = layout.read(bytes)
                {
                    *verdict = known.take(rules, layout, &ballot, per_credential);
                }
            }
            Offer::Challenge(row) => {
                *verdict = known.challenge(rules, &Challenge::from_bytes(row), per_credential);
            }
        }
    }
    verdicts
}

/// What is found of each offer, whatever others there are.
fn judge_alone(hall: &Hall, offers: &[Offer]) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = offers
        .par_iter()
        .map(|offer| match offer {
            Offer::Ballot(bytes) => match form(&hall.rules, bytes) {
                Some(_) => Ok(Seen::Now),
                None => Err(Refusal::Form { length: bytes.len() }),
            },
            Offer::Challenge(row) => is_challenge(hall, row),
        })
        .collect();
    let mut boxes: BTreeMap<u64, (Vec<u8>, Vec<usize>)> = BTreeMap::new();
    for (index, offer) in offers.iter().enumerate() {
        let Offer::Ballot(bytes) = offer else { continue };
        let Some((box_index, _)) = form(&hall.rules, bytes) else { continue };
        let (rows, places) = boxes.entry(box_index).or_default();
        rows.extend_from_slice(bytes);
        places.push(index);
    }
    for (box_index, (rows, places)) in &boxes {
        let Some(layout) = hall.rules.layout(*box_index) else { continue };
        let reasons = hall.rules.judge(*box_index, layout, rows);
        for (place, reason) in pairs(places, reasons) {
            if let (Some(verdict), Some(reason)) = (verdicts.get_mut(*place), reason) {
                *verdict = Err(Refusal::Rejected(reason));
            }
        }
    }
    verdicts
}

fn is_challenge(hall: &Hall, row: &[u8; CHALLENGE_LENGTH]) -> Verdict {
    match hall.rules.admits(&Challenge::from_bytes(row)) {
        true => Ok(Seen::Now),
        false => Err(Refusal::NoChallenge),
    }
}

/// What of the offers is new, to be made durable.
fn group(offers: &[Offer], verdicts: &[Verdict]) -> Group {
    let mut group = Group::default();
    for (offer, verdict) in pairs(offers, verdicts) {
        match (offer, verdict) {
            (Offer::Ballot(bytes), Ok(Seen::Now)) => {
                group.ballots.push(ByteBuf::from(bytes.as_slice()));
            }
            (Offer::Challenge(row), Ok(Seen::Now)) => group.challenges.push(ByteBuf::from(*row)),
            _ => {}
        }
    }
    group
}
