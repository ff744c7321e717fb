//! Round 4: a trustee opens the k shares dealt to it (spec/05-key-ceremony.md §5.6 and §5.7).

use psephos_core::encodings::Fixed;
use psephos_core::{Element, Encoding, Scalar, group};
use psephos_proofs::Fault;
use psephos_proofs::key_ceremony::{
    CeremonyContext, Complaint, Deal, Edge, Verdict, complaint_statement, complaint_transcript,
    ephemeral_transcript, evaluate_commitments, evaluation_point, judge, open_share,
};
use psephos_secrets::{KeyShare, SecretScalar, ShareEncryptionKey};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::error::ProveError;
use crate::sigma::prove_equality;

/// A complaint with whom it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accusation {
    /// Index of the dealer.
    pub dealer: u64,
    /// What to publish.
    pub complaint: Complaint,
}

/// What came of the deals.
#[derive(Debug)]
pub enum Received {
    /// All shares are good; their sum is the trustee's share of the election key.
    Share(KeyShare),
    /// One complaint for each bad share.
    Complaints(Vec<Accusation>),
}

/// Opens and checks the share of `recipient` in every deal.
///
/// `deals` are those of all k dealers in trustee order, each verified, with a threshold of
/// commitments each.
///
/// # Errors
/// `Input` when a deal is malformed, or was made for another key than `key`; `SelfCheck` when a complaint would not convict the dealer.
pub fn receive(
    context: &CeremonyContext,
    recipient: u64,
    key: &ShareEncryptionKey,
    deals: &[&Deal],
    rng: &mut dyn CryptoRng,
) -> Result<Received, ProveError> {
    let mut sum = Zeroizing::new(Scalar::ZERO);
    let mut complaints = Vec::new();
    for (dealer, deal) in deals.iter().enumerate() {
        let delivery = Delivery::new(context, dealer as u64, recipient, key, deal)?;
        match delivery.open() {
            Some(share) => *sum += *share,
            None => complaints.push(delivery.complain(deal, key, rng)?),
        }
    }
    Ok(if complaints.is_empty() {
        // s_j = Σ_i f_i(j + 1)
        Received::Share(KeyShare::new(SecretScalar::new(*sum)))
    } else {
        Received::Complaints(complaints)
    })
}

/// One encrypted share, seen by the one who can open it.
struct Delivery {
    edge: Edge,
    ciphertext: [u8; 48],
    point: Zeroizing<Encoding>,
    /// What the dealer's commitments say the share's image is.
    expected: Element,
}

impl Delivery {
    fn new(
        context: &CeremonyContext,
        dealer: u64,
        recipient: u64,
        key: &ShareEncryptionKey,
        deal: &Deal,
    ) -> Result<Self, ProveError> {
        let length = ProveError::Input(Fault::Length { field: "shares" });
        let position = usize::try_from(recipient).map_err(|_| length.clone())?;
        let share = deal.shares.get(position).ok_or(length)?;
        let ephemeral = group::decode_proper(&share.ephemeral.0)
            .map_err(|error| ProveError::Input(Fault::from_group(error, "shares", recipient)))?;
        // Dealt to another key than this one: a complaint would convict the complainer.
        let recipient_key = key.public();
        let transcript = ephemeral_transcript(context, dealer, recipient, &recipient_key);
        share.knowledge.verify(transcript, &share.ephemeral.0).map_err(ProveError::Input)?;
        let commitments = deal.open_commitments().map_err(ProveError::Input)?;
        let edge = Edge {
            context: *context,
            dealer,
            recipient,
            ephemeral: share.ephemeral.0,
            recipient_key,
        };
        Ok(Self {
            edge,
            ciphertext: share.ciphertext.0,
            // point = p·E
            point: Zeroizing::new(group::encode(&(ephemeral * key.secret().expose()))),
            expected: evaluate_commitments(&commitments, &evaluation_point(recipient)),
        })
    }

    fn open(&self) -> Option<Zeroizing<Scalar>> {
        let share = open_share(&self.edge, &self.point, &self.ciphertext).ok()?;
        (group::mul_base(&share) == self.expected).then_some(share)
    }

    fn complain(
        &self,
        deal: &Deal,
        key: &ShareEncryptionKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<Accusation, ProveError> {
        let transcript = complaint_transcript(&self.edge, &self.ciphertext);
        let statement = complaint_statement(&self.edge, &self.point);
        let proof = prove_equality(transcript, &statement, key.secret(), rng)?;
        let complaint = Complaint { point: Fixed(*self.point), proof };
        if judge(&self.edge, deal, &complaint).verdict == Verdict::Complainer {
            return Err(ProveError::SelfCheck(Fault::Equation));
        }
        Ok(Accusation { dealer: self.edge.dealer, complaint })
    }
}
