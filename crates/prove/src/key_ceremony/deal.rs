//! Rounds 2 and 3: a deal, first its digest, then the deal (spec/05-key-ceremony.md §5.4).

use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::{Digest, Encoding, group};
use psephos_proofs::Fault;
use psephos_proofs::key_ceremony::{
    CeremonyContext, Deal, DealFault, Edge, EncryptedShare, deal_commitment, ephemeral_transcript,
    evaluation_point, knowledge_transcript, seal_share, verify_deal,
};
use psephos_secrets::{Polynomial, SecretScalar};
use rand_core::CryptoRng;

use crate::error::ProveError;
use crate::sigma::prove_knowledge;

/// A deal that has been made and not yet been shown. The polynomial is gone by now: whatever the
/// dealer needs later is its own share, which it receives like any other.
#[derive(Debug)]
pub struct SealedDeal {
    deal: Deal,
    commitment: Digest,
}

impl SealedDeal {
    /// Deals a fresh polynomial of `threshold` coefficients to the k recipients, the dealer itself
    /// included. `recipient_keys` are their verified share-encryption keys in trustee order.
    ///
    /// # Errors
    /// `Input` when a recipient's key is no proper element or `threshold` is not 1 to k;
    /// `SelfCheck`.
    pub fn new(
        context: &CeremonyContext,
        dealer: u64,
        threshold: u64,
        recipient_keys: &[Encoding],
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, ProveError> {
        if threshold == 0 || threshold > recipient_keys.len() as u64 {
            return Err(ProveError::Input(Fault::Length { field: "commitments" }));
        }
        let polynomial = Polynomial::random(threshold as usize, rng);
        let commitments = group::encode_batch(&polynomial.commitments());
        let transcript = knowledge_transcript(context, dealer, &commitments);
        let constant = polynomial.evaluate(&psephos_core::Scalar::ZERO);
        let knowledge = prove_knowledge(transcript, &constant, rng)?;
        let mut shares = Vec::with_capacity(recipient_keys.len());
        for (recipient, key) in recipient_keys.iter().enumerate() {
            let recipient = recipient as u64;
            let share = polynomial.evaluate(&evaluation_point(recipient));
            shares.push(encrypt_share(context, dealer, recipient, key, &share, rng)?);
        }
        let deal = Deal { shares, knowledge, commitments: Encodings(commitments) };
        let sealed = Self::resume(context, dealer, deal);
        verify_deal(context, dealer, threshold, recipient_keys, &sealed.commitment, &sealed.deal)
            .map_err(|faults| ProveError::SelfCheck(first_fault(&faults)))?;
        Ok(sealed)
    }

    /// Takes up a deal that was made earlier and kept in an encrypted file since.
    #[must_use]
    pub fn resume(context: &CeremonyContext, dealer: u64, deal: Deal) -> Self {
        let commitment = deal_commitment(context, dealer, &deal);
        Self { deal, commitment }
    }

    /// The digest for the `deal-commitment` record.
    #[must_use]
    pub fn commitment(&self) -> Digest {
        self.commitment
    }

    /// The deal, to be kept in an encrypted file until it is revealed.
    #[must_use]
    pub fn deal(&self) -> &Deal {
        &self.deal
    }

    /// The deal, for the `deal` record. Only once all k commitments stand on the board.
    #[must_use]
    pub fn reveal(self) -> Deal {
        self.deal
    }
}

fn encrypt_share(
    context: &CeremonyContext,
    dealer: u64,
    recipient: u64,
    recipient_key: &Encoding,
    share: &SecretScalar,
    rng: &mut dyn CryptoRng,
) -> Result<EncryptedShare, ProveError> {
    let opened = group::decode_proper(recipient_key)
        .map_err(|error| ProveError::Input(Fault::from_group(error, "recipient key", recipient)))?;
    let secret = SecretScalar::random(rng);
    let ephemeral = group::encode(&secret.public());
    let transcript = ephemeral_transcript(context, dealer, recipient, recipient_key);
    let knowledge = prove_knowledge(transcript, &secret, rng)?;
    let edge =
        Edge { context: *context, dealer, recipient, ephemeral, recipient_key: *recipient_key };
    // point = e·P
    let point = zeroize::Zeroizing::new(group::encode(&(opened * secret.expose())));
    let ciphertext = seal_share(&edge, &point, &share.to_bytes())
        .ok_or(ProveError::Input(Fault::Length { field: "ciphertext" }))?;
    Ok(EncryptedShare { ephemeral: Fixed(ephemeral), knowledge, ciphertext: Fixed(ciphertext) })
}

fn first_fault(faults: &[DealFault]) -> Fault {
    match faults.first() {
        Some(DealFault::Form(fault)) => *fault,
        _ => Fault::Equation,
    }
}
