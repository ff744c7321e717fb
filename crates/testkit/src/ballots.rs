//! Ballots, and which of them count.

use std::sync::Arc;

use psephos_audit::{Placement, Polling, ballot_layouts, derive_intake};
use psephos_ballot::Vote;
use psephos_core::elgamal::PublicKey;
use psephos_core::pairs::pairs;
use psephos_core::{Element, Encoding, group};
use psephos_proofs::ballot::{BallotLayout, CHALLENGE_LENGTH, tracker};
use psephos_prove::ballot::{BallotContent, prove_ballot, prove_challenge};
use psephos_record::bodies::{Ballots, Body, Challenged, Close, CloseBatch, Policy, Rejected};
use psephos_record::receipt::{Receipt, SignedReceipt};
use psephos_secrets::SecretScalar;

use crate::{Author, Election};

/// A ballot with everything its voter knew.
#[derive(Clone)]
pub struct CastBallot {
    /// The row for a `ballots` record.
    pub bytes: Vec<u8>,
    /// The credential's secret.
    pub credential: Arc<SecretScalar>,
    /// The randomness of each ciphertext.
    pub randomness: Arc<Vec<SecretScalar>>,
    /// `A_0`, `B_0`, `A_1`, …
    pub elements: Vec<Encoding>,
}

impl Election {
    /// The form of a ballot of the first box.
    #[must_use]
    pub fn ballot_layout(&self) -> BallotLayout {
        self.layout_of(0)
    }

    /// The form of a box's ballots.
    ///
    /// # Panics
    /// When there is no such box.
    #[must_use]
    pub fn layout_of(&self, box_index: u64) -> BallotLayout {
        let layouts = ballot_layouts(&self.plan.description([0; 32])).expect("small widths");
        layouts[box_index as usize].clone()
    }

    /// A ballot for the first box under a fresh credential.
    pub fn cast(&mut self, votes: &[Vote]) -> CastBallot {
        let credential = Arc::new(SecretScalar::random(&mut self.rng));
        self.cast_again(votes, &credential, 0)
    }

    /// A ballot for the first box under this credential and counter.
    pub fn cast_again(
        &mut self,
        votes: &[Vote],
        credential: &Arc<SecretScalar>,
        counter: u64,
    ) -> CastBallot {
        self.cast_in(0, votes, credential, counter)
    }

    /// A ballot for a box; `votes` has one for every contest of the election.
    pub fn cast_in(
        &mut self,
        box_index: u64,
        votes: &[Vote],
        credential: &Arc<SecretScalar>,
        counter: u64,
    ) -> CastBallot {
        let mut messages = Vec::new();
        for (batch, layout) in self.plan.layouts(box_index).iter().enumerate() {
            let votes = self.plan.votes_of(box_index, batch, votes);
            messages.extend(layout.encode_row(&votes).expect("votes of the contests"));
        }
        self.cast_elements_in(box_index, &messages, credential, counter)
    }

    /// A ballot for the first box of any elements, votes or not.
    pub fn cast_elements(
        &mut self,
        messages: &[Element],
        credential: &Arc<SecretScalar>,
        counter: u64,
    ) -> CastBallot {
        self.cast_elements_in(0, messages, credential, counter)
    }

    fn cast_elements_in(
        &mut self,
        box_index: u64,
        messages: &[Element],
        credential: &Arc<SecretScalar>,
        counter: u64,
    ) -> CastBallot {
        let context = self.context();
        let key = group::decode_proper(&context.public_key).expect("the election's key");
        let key = PublicKey::new(key);
        let randomness: Vec<SecretScalar> =
            messages.iter().map(|_| SecretScalar::random(&mut self.rng)).collect();
        let elements: Vec<Encoding> = pairs(messages, &randomness)
            .flat_map(|(message, random)| key.encrypt(message, random.expose()).encode())
            .collect();
        let content = BallotContent { election: &context, box_index, counter, elements: &elements };
        let layout = self.layout_of(box_index);
        let bytes = prove_ballot(&layout, &content, credential, &randomness, &mut self.rng)
            .expect("an honest ballot");
        CastBallot {
            bytes,
            credential: credential.clone(),
            randomness: Arc::new(randomness),
            elements,
        }
    }

    /// The plan's ballots, each with its box.
    pub fn cast_plan(&mut self) -> Vec<(u64, Vec<u8>)> {
        let votes = self.plan.votes.clone();
        let boxes = self.plan.boxes.len();
        let ballot = |(index, votes): (usize, &Vec<Vote>)| match self.plan.policy {
            Policy::Open => {
                let box_index = (index % boxes) as u64;
                let credential = Arc::new(SecretScalar::random(&mut self.rng));
                (box_index, self.cast_in(box_index, votes, &credential, 0).bytes)
            }
            Policy::First | Policy::Last => {
                let (box_index, credential) = self.voters[index].clone();
                (box_index, self.cast_in(box_index, votes, &credential, 0).bytes)
            }
        };
        votes.iter().enumerate().map(ballot).collect()
    }

    /// The authority takes in ballots of the first box, in one record.
    ///
    /// # Panics
    /// When the ballots are not all of one length.
    pub fn take_in(&mut self, ballots: &[Vec<u8>]) -> u64 {
        self.take_in_box(0, ballots)
    }

    /// The authority takes in ballots of a box, in one record.
    ///
    /// # Panics
    /// When the ballots are not all of one length.
    pub fn take_in_box(&mut self, box_index: u64, ballots: &[Vec<u8>]) -> u64 {
        let length = ballots.first().map_or(self.layout_of(box_index).row_length(), Vec::len);
        let ballots = self.put(length as u64, &ballots.concat());
        self.post(Author::Intake, Body::Ballots(Ballots { box_index, ballots }))
    }

    /// The authority takes in the plan's ballots: a record for each box that has any, one at least.
    pub fn take_in_plan(&mut self) {
        let cast = self.cast_plan();
        for box_index in 0..self.plan.boxes.len() as u64 {
            let of_box = cast.iter().filter(|(own, _)| *own == box_index);
            let ballots: Vec<Vec<u8>> = of_box.map(|(_, bytes)| bytes.clone()).collect();
            if box_index == 0 || !ballots.is_empty() {
                self.take_in_box(box_index, &ballots);
            }
        }
    }

    /// A voter's statement that a ballot was opened instead of cast, as a row of a `challenged` record.
    #[must_use]
    pub fn challenge(&mut self, ballot: &CastBallot) -> [u8; CHALLENGE_LENGTH] {
        let context = self.context();
        prove_challenge(&context, tracker(&ballot.bytes), &ballot.credential, &mut self.rng)
            .expect("an honest challenge")
            .to_bytes()
    }

    /// The authority posts challenges.
    pub fn post_challenges(&mut self, rows: &[[u8; CHALLENGE_LENGTH]]) -> u64 {
        let challenged = self.put(CHALLENGE_LENGTH as u64, rows.as_flattened());
        self.post(Author::Intake, Body::Challenged(Challenged { challenged }))
    }

    /// The intake's receipt for a ballot.
    #[must_use]
    pub fn receipt(&self, box_index: u64, ballot: &[u8]) -> SignedReceipt {
        let election = self.view().election();
        let receipt = Receipt { box_index, time: 0, tracker: tracker(ballot), election };
        receipt.sign(self.key(Author::Intake))
    }

    /// The rejected list that the ballots on the board imply.
    #[must_use]
    pub fn rejected(&self) -> Vec<Rejected> {
        let polling = Polling::read(&self.board, &self.view()).expect("an open election");
        let intake = derive_intake(&polling, &|_| {}).expect("ballots in memory can be read");
        intake.rejected().collect()
    }

    /// A `close` record that rejects these ballots and accepts all others of the right length.
    #[must_use]
    pub fn close_body(&self, rejected: &[Rejected]) -> Close {
        let view = self.view();
        let mut accepted: Vec<Vec<Vec<u8>>> = vec![Vec::new(); self.plan.boxes.len()];
        let mut submitted = 0;
        for taken in &view.ballots {
            submitted += taken.ballots.rows;
            let bytes = self.read(&taken.ballots);
            for (row, ballot) in bytes.chunks(taken.ballots.row_length as usize).enumerate() {
                let place = (taken.sequence, row as u64);
                let is_rejected = rejected.iter().any(|bad| (bad.sequence, bad.row) == place);
                if !is_rejected {
                    accepted[taken.box_index as usize].push(ballot.to_vec());
                }
            }
        }
        let description = view.description().expect("a description");
        let numbers: Vec<u64> = accepted.iter().map(|ballots| ballots.len() as u64).collect();
        let placement = Placement::new(description, &numbers);
        let lists = description.batches().map(|placed| {
            let mut rows: Vec<Vec<u8>> = Vec::new();
            for source in placement.sources_of(placed.box_index) {
                let layout = self.layout_of(source);
                let ballots =
                    accepted[source as usize].iter().filter_map(|bytes| layout.read(bytes));
                let batch = placed.batch_index as usize;
                rows.extend(
                    ballots
                        .filter_map(|ballot| layout.batch(ballot.rows, batch))
                        .map(<[u8]>::to_vec),
                );
            }
            rows.sort();
            rows.dedup();
            rows
        });
        self.close_lists(&lists.collect::<Vec<_>>(), rejected, submitted)
    }

    /// A `close` record with just these rows in its only batch, and these rejections.
    #[must_use]
    pub fn close_with(&self, rows: &[Vec<u8>], rejected: &[Rejected], submitted: u64) -> Close {
        self.close_lists(&[rows.to_vec()], rejected, submitted)
    }

    /// A `close` record with just these rows in each batch, and these rejections.
    ///
    /// # Panics
    /// When there is not one list for each batch.
    #[must_use]
    pub fn close_lists(
        &self,
        lists: &[Vec<Vec<u8>>],
        rejected: &[Rejected],
        submitted: u64,
    ) -> Close {
        let description = self.plan.description([0; 32]);
        let batches: Vec<_> = description.batches().collect();
        let batches = pairs(&batches, lists).map(|(placed, rows)| CloseBatch {
            box_index: placed.box_index,
            list: self.put(placed.batch.list_row_length(), &rows.concat()),
            batch_index: placed.batch_index,
        });
        let bytes: Vec<u8> = rejected.iter().flat_map(|rejected| rejected.to_bytes()).collect();
        Close {
            batches: batches.collect(),
            rejected: self.put(Rejected::LENGTH as u64, &bytes),
            submitted,
        }
    }

    /// The authority closes.
    pub fn close(&mut self) -> u64 {
        let body = self.close_body(&self.rejected());
        self.post(Author::Authority, Body::Close(body))
    }
}
