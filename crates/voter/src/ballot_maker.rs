//! From votes to the bytes of a ballot.

use psephos_ballot::{Layout, Vote, VoteError};
use psephos_core::elgamal::PublicKey;
use psephos_core::embed::{DATA_LENGTH, embed};
use psephos_core::group::{self, GroupError};
use psephos_core::{Element, Encoding};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::BallotLayout;
use psephos_prove::ProveError;
use psephos_prove::ballot::{BallotContent, prove_ballot};
use psephos_secrets::SecretScalar;
use rand_core::CryptoRng;

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

impl BallotMaker {
    /// `widths` are those of the box's batches in manifest order. Opens the election key and builds
    /// its table once for any number of ballots.
    ///
    /// # Errors
    /// `PublicKey`, `Widths`.
    pub fn new(
        election: ElectionContext,
        box_index: u64,
        widths: &[usize],
    ) -> Result<Self, VoterError> {
        let key = group::decode_proper(&election.public_key).map_err(VoterError::PublicKey)?;
        let layout = BallotLayout::new(widths)
            .filter(|layout| !widths.is_empty() && layout.widths().iter().all(|width| *width > 0))
            .ok_or(VoterError::Widths)?;
        Ok(Self { election, key: PublicKey::new(key), box_index, layout })
    }

    /// The layout of the ballots it makes.
    #[must_use]
    pub fn layout(&self) -> &BallotLayout {
        &self.layout
    }

    /// A ballot with these votes: for each batch its contests' layout and their votes, in order.
    ///
    /// # Errors
    /// `Batches`, `Vote`, `Width`, `Prove`.
    pub fn vote(
        &self,
        batches: &[(&Layout<'_>, &[Vote])],
        credential: &SecretScalar,
        counter: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, VoterError> {
        let mut rows = Vec::with_capacity(batches.len());
        for (batch, (layout, votes)) in batches.iter().enumerate() {
            rows.push(layout.encode_row(votes).map_err(|(contest, error)| VoterError::Vote {
                batch,
                contest,
                error,
            })?);
        }
        self.encrypt(&rows, credential, counter, rng)
    }

    /// A ballot with this data, 30·ω bytes for each batch.
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
        let mut rows = Vec::with_capacity(batches.len());
        for (batch, data) in batches.iter().enumerate() {
            let (pieces, rest) = data.as_chunks::<DATA_LENGTH>();
            if !rest.is_empty() {
                return Err(VoterError::Width { batch });
            }
            rows.push(pieces.iter().map(embed).collect());
        }
        self.encrypt(&rows, credential, counter, rng)
    }

    /// A ballot with these elements, ω for each batch.
    ///
    /// # Errors
    /// `Batches`, `Width`, `Prove`.
    pub fn encrypt(
        &self,
        batches: &[Vec<Element>],
        credential: &SecretScalar,
        counter: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, VoterError> {
        self.check_widths(batches)?;
        let mut elements: Vec<Encoding> = Vec::with_capacity(2 * self.layout.ciphertexts());
        let mut randomness = Vec::with_capacity(self.layout.ciphertexts());
        for message in batches.iter().flatten() {
            let random = SecretScalar::random(rng);
            elements.extend(self.key.encrypt(message, random.expose()).encode());
            randomness.push(random);
        }
        let content = BallotContent {
            election: &self.election,
            box_index: self.box_index,
            counter,
            elements: &elements,
        };
        Ok(prove_ballot(&self.layout, &content, credential, &randomness, rng)?)
    }

    fn check_widths(&self, batches: &[Vec<Element>]) -> Result<(), VoterError> {
        let widths = self.layout.widths();
        if batches.len() != widths.len() {
            let (found, stated) = (batches.len(), widths.len());
            return Err(VoterError::Batches { found, stated });
        }
        match batches.iter().enumerate().find(|(batch, row)| widths.get(*batch) != Some(&row.len()))
        {
            Some((batch, _)) => Err(VoterError::Width { batch }),
            None => Ok(()),
        }
    }
}
