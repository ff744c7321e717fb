//! Ballots, and which of them count.

use psephos_core::pairs::pairs;
use std::sync::Arc;

use psephos_audit::{BallotSource, derive_intake};
use psephos_ballot::Vote;
use psephos_core::elgamal::PublicKey;
use psephos_core::group;
use psephos_core::{Element, Encoding};
use psephos_proofs::ballot::BallotLayout;
use psephos_prove::ballot::{BallotContent, prove_ballot};
use psephos_record::bodies::{Ballots, Body, Close, CloseBatch, Rejected};
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
    /// The form of a ballot.
    #[must_use]
    pub fn ballot_layout(&self) -> BallotLayout {
        BallotLayout::new(&[self.plan.layout().width()]).expect("a small width")
    }

    /// A ballot under a fresh credential.
    pub fn cast(&mut self, votes: &[Vote]) -> CastBallot {
        let credential = Arc::new(SecretScalar::random(&mut self.rng));
        self.cast_again(votes, &credential, 0)
    }

    /// A ballot under this credential and counter.
    pub fn cast_again(
        &mut self,
        votes: &[Vote],
        credential: &Arc<SecretScalar>,
        counter: u64,
    ) -> CastBallot {
        let messages = self.plan.layout().encode_row(votes).expect("votes of the contests");
        self.cast_elements(&messages, credential, counter)
    }

    /// A ballot of any elements, votes or not.
    pub fn cast_elements(
        &mut self,
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
        let content =
            BallotContent { election: &context, box_index: 0, counter, elements: &elements };
        let layout = self.ballot_layout();
        let bytes = prove_ballot(&layout, &content, credential, &randomness, &mut self.rng)
            .expect("an honest ballot");
        CastBallot {
            bytes,
            credential: credential.clone(),
            randomness: Arc::new(randomness),
            elements,
        }
    }

    /// The plan's ballots.
    pub fn cast_all(&mut self) -> Vec<Vec<u8>> {
        let votes = self.plan.votes.clone();
        votes.iter().map(|votes| self.cast(votes).bytes).collect()
    }

    /// The authority takes in ballots, in one record.
    ///
    /// # Panics
    /// When the ballots are not all of one length.
    pub fn take_in(&mut self, ballots: &[Vec<u8>]) -> u64 {
        let length = ballots.first().map_or(self.ballot_layout().row_length(), Vec::len);
        let ballots = self.put(length as u64, &ballots.concat());
        self.post(Author::Authority, Body::Ballots(Ballots { box_index: 0, ballots }))
    }

    /// The rejected list that the ballots on the board imply.
    #[must_use]
    pub fn rejected(&self) -> Vec<Rejected> {
        let view = self.view();
        let rows: Vec<_> = view.ballots.iter().map(|taken| self.rows(&taken.ballots)).collect();
        let sources: Vec<BallotSource<'_>> = pairs(&view.ballots, &rows)
            .map(|(taken, rows)| BallotSource {
                sequence: taken.sequence,
                box_index: taken.box_index,
                rows,
            })
            .collect();
        let layouts = [self.ballot_layout()];
        let intake = derive_intake(&self.context(), &layouts, &sources, &|_| {})
            .expect("ballots in memory can be read");
        intake.rejected().collect()
    }

    /// A `close` record that rejects these ballots and accepts all others of the right length.
    #[must_use]
    pub fn close_body(&self, rejected: &[Rejected]) -> Close {
        let layout = self.ballot_layout();
        let mut rows: Vec<Vec<u8>> = Vec::new();
        let mut submitted = 0;
        for taken in &self.view().ballots {
            submitted += taken.ballots.rows;
            let bytes = self.read(&taken.ballots);
            for (row, ballot) in bytes.chunks(taken.ballots.row_length as usize).enumerate() {
                let row = row as u64;
                let is_rejected = rejected
                    .iter()
                    .any(|rejected| (rejected.sequence, rejected.row) == (taken.sequence, row));
                if let (false, Some(ballot)) = (is_rejected, layout.read(ballot)) {
                    rows.extend(layout.batch(ballot.rows, 0).map(<[u8]>::to_vec));
                }
            }
        }
        rows.sort();
        rows.dedup();
        self.close_with(&rows, rejected, submitted)
    }

    /// A `close` record with just these rows and rejections.
    #[must_use]
    pub fn close_with(&self, rows: &[Vec<u8>], rejected: &[Rejected], submitted: u64) -> Close {
        let width = self.plan.layout().width() as u64;
        let list = self.put(64 * width, &rows.concat());
        let bytes: Vec<u8> = rejected.iter().flat_map(|rejected| rejected.to_bytes()).collect();
        Close {
            batches: vec![CloseBatch { box_index: 0, list, batch_index: 0 }],
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
