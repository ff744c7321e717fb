//! From votes to the bytes of a ballot.

use psephos_ballot::{Layout, Vote, VoteError};
use psephos_core::elgamal::PublicKey;
use psephos_core::embed::{DATA_LENGTH, embed};
use psephos_core::group::{self, GroupError};
use psephos_core::pairs::pairs;
use psephos_core::{Element, Encoding, Scalar};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::BallotLayout;
use psephos_prove::ProveError;
use psephos_prove::ballot::{BallotContent, BallotWitness, prove_bounded_ballot};
use psephos_secrets::SecretScalar;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::Prepared;

/// Why there is no ballot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VoterError {
    /// The election key is no proper element.
    #[error("the election key: {0}")]
    PublicKey(GroupError),
    /// The box has no ciphertexts, or more than a ballot can hold.
    #[error("the box has no batch, or a batch without ciphertexts")]
    Widths,
    /// Another number of batches than the box has.
    #[error("{found} batches where the box has {stated}")]
    Batches {
        /// Batches in the call.
        found: usize,
        /// Batches of the box.
        stated: usize,
    },
    /// A batch's data does not fill its ciphertexts.
    #[error("batch {} has another width than its box states", batch + 1)]
    Width {
        /// Index of the batch.
        batch: usize,
    },
    /// A vote does not fit its contest.
    #[error("batch {}, contest {}: {error}", batch + 1, contest + 1)]
    Vote {
        /// Index of the batch.
        batch: usize,
        /// Index of the contest in the batch.
        contest: usize,
        /// Why.
        error: VoteError,
    },
    /// The proof could not be made.
    #[error(transparent)]
    Prove(#[from] ProveError),
}

/// Makes the ballots of one box of one election.
pub struct BallotMaker {
    election: ElectionContext,
    key: PublicKey,
    box_index: u64,
    layout: BallotLayout,
}

/// What one batch of a ballot holds.
pub enum BatchContent {
    /// ω elements.
    Elements(Vec<Element>),
    /// The number of a bounded batch.
    Number(u64),
}

impl BallotMaker {
    /// A maker for a box without bounded batches; `widths` are those of its batches in manifest order.
    ///
    /// # Errors
    /// `PublicKey`, `Widths`.
    pub fn new(
        election: ElectionContext,
        box_index: u64,
        widths: &[usize],
    ) -> Result<Self, VoterError> {
        let layout = BallotLayout::new(widths).ok_or(VoterError::Widths)?;
        Self::with_layout(election, box_index, layout)
    }

    /// Opens the election key and builds its table once for any number of ballots.
    ///
    /// # Errors
    /// `PublicKey`, `Widths`.
    pub fn with_layout(
        election: ElectionContext,
        box_index: u64,
        layout: BallotLayout,
    ) -> Result<Self, VoterError> {
        let key = group::decode_proper(&election.public_key).map_err(VoterError::PublicKey)?;
        let widths = layout.widths();
        if widths.is_empty() || widths.contains(&0) {
            return Err(VoterError::Widths);
        }
        Ok(Self { election, key: PublicKey::new(key), box_index, layout })
    }

    /// The layout of the ballots it makes.
    #[must_use]
    pub fn layout(&self) -> &BallotLayout {
        &self.layout
    }

    /// A ballot with these votes, for a voter who has yet to decide between casting and challenging it:
    /// for each batch its contests' layout and their votes, in order.
    ///
    /// # Errors
    /// `Batches`, `Vote`, `Width`, `Prove`.
    pub fn prepare(
        &self,
        batches: &[(&Layout<'_>, &[Vote])],
        credential: &SecretScalar,
        counter: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Prepared, VoterError> {
        let mut contents = Vec::with_capacity(batches.len());
        for (batch, (layout, votes)) in batches.iter().enumerate() {
            let failed = |(contest, error)| VoterError::Vote { batch, contest, error };
            contents.push(match self.layout.bits(batch) {
                Some(_) => {
                    BatchContent::Number(layout.encode_number(votes).map_err(failed)?.into())
                }
                None => BatchContent::Elements(layout.encode_row(votes).map_err(failed)?),
            });
        }
        self.encrypt(&contents, credential, counter, rng)
    }

    /// The bytes of a ballot with these votes.
    ///
    /// # Errors
    /// As [`BallotMaker::prepare`].
    pub fn vote(
        &self,
        batches: &[(&Layout<'_>, &[Vote])],
        credential: &SecretScalar,
        counter: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, VoterError> {
        Ok(self.prepare(batches, credential, counter, rng)?.cast())
    }

    /// The bytes of a ballot with this data, 30·ω bytes for each batch; no batch is bounded.
    ///
    /// # Errors
    /// `Batches`, `Width`, `Prove`.
    pub fn encrypt_data(
        &self,
        batches: &[&[u8]],
        credential: &SecretScalar,
        counter: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, VoterError> {
        let mut contents = Vec::with_capacity(batches.len());
        for (batch, data) in batches.iter().enumerate() {
            let (pieces, rest) = data.as_chunks::<DATA_LENGTH>();
            if !rest.is_empty() {
                return Err(VoterError::Width { batch });
            }
            contents.push(BatchContent::Elements(pieces.iter().map(embed).collect()));
        }
        Ok(self.encrypt(&contents, credential, counter, rng)?.cast())
    }

    /// A ballot with these contents, one for each batch.
    ///
    /// # Errors
    /// `Batches`, `Width`, `Prove`.
    pub fn encrypt(
        &self,
        batches: &[BatchContent],
        credential: &SecretScalar,
        counter: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Prepared, VoterError> {
        self.check_contents(batches)?;
        let mut elements: Vec<Encoding> = Vec::with_capacity(2 * self.layout.ciphertexts());
        let mut randomness = Vec::with_capacity(self.layout.ciphertexts());
        let mut numbers = Zeroizing::new(Vec::with_capacity(batches.len()));
        let mut add = |message: &Element| {
            let random = SecretScalar::random(rng);
            elements.extend(self.key.encrypt(message, random.expose()).encode());
            randomness.push(random);
        };
        for batch in batches {
            match batch {
                BatchContent::Elements(row) => row.iter().for_each(&mut add),
                BatchContent::Number(number) => {
                    add(&group::mul_base(&Scalar::from(*number)));
                    numbers.push(*number);
                }
            }
        }
        let content = BallotContent {
            election: &self.election,
            box_index: self.box_index,
            counter,
            elements: &elements,
        };
        let witness = BallotWitness { credential, randomness: &randomness, numbers: &numbers };
        let ballot = prove_bounded_ballot(&self.layout, &content, &witness, rng)?;
        Ok(Prepared::new(ballot, randomness))
    }

    fn check_contents(&self, batches: &[BatchContent]) -> Result<(), VoterError> {
        let widths = self.layout.widths();
        if batches.len() != widths.len() {
            let (found, stated) = (batches.len(), widths.len());
            return Err(VoterError::Batches { found, stated });
        }
        for (batch, (content, width)) in pairs(batches, widths).enumerate() {
            let fits = match (content, self.layout.bits(batch)) {
                (BatchContent::Elements(row), None) => row.len() == *width,
                (BatchContent::Number(_), Some(_)) => true,
                _ => false,
            };
            if !fits {
                return Err(VoterError::Width { batch });
            }
        }
        Ok(())
    }
}
