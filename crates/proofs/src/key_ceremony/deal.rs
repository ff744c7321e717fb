//! A dealer's sharing of its random polynomial (spec/05-key-ceremony.md §5.4).

use std::collections::BTreeMap;

use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Element, Encoding, Scalar, hash};
use serde::{Deserialize, Serialize};

use super::{CeremonyContext, SHARE_CIPHERTEXT_LENGTH};
use crate::fault::{self, Fault, indexed};
use crate::sigma::Schnorr;

/// One encrypted share of a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncryptedShare {
    /// The ephemeral key E, used for this recipient only.
    pub ephemeral: Fixed<32>,
    /// Knowledge of log E.
    pub knowledge: Schnorr,
    /// The share under ChaCha20-Poly1305.
    pub ciphertext: Fixed<SHARE_CIPHERTEXT_LENGTH>,
}

/// What a dealer publishes: the body of a `deal` record.
///
/// Fields stand in the order of canonical CBOR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deal {
    /// One for each trustee, the dealer's own included; k in all.
    pub shares: Vec<EncryptedShare>,
    /// Knowledge of the polynomial's constant term.
    pub knowledge: Schnorr,
    /// Feldman commitments `C_l` = `a_l`·G; t in all.
    pub commitments: Encodings,
}

/// What is wrong with a deal; the dealer is to blame for all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DealFault {
    /// A length, an encoding or an element; never `Fault::Equation`.
    #[error(transparent)]
    Form(Fault),
    /// The deal is not the one that was committed to: `key.commitment`.
    #[error("the deal is not the one that was committed to")]
    Commitment,
    /// The proof of knowledge of the constant term fails: `key.proof`.
    #[error("the proof of knowledge of the constant term does not hold")]
    Knowledge,
    /// The proof of knowledge of an ephemeral key fails: `key.encryption`.
    #[error("the proof of knowledge of the ephemeral key for trustee {recipient} does not hold")]
    Encryption {
        /// Index of the recipient.
        recipient: u64,
    },
}

/// H[psephos/v1/deal] over election ‖ LE64(attempt) ‖ LE64(dealer) ‖ LE64(commitments) ‖
/// commitments ‖ knowledge ‖ LE64(shares) ‖ (ephemeral ‖ knowledge ‖ ciphertext) of each share.
#[must_use]
pub fn deal_commitment(context: &CeremonyContext, dealer: u64, deal: &Deal) -> Digest {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&context.election);
    bytes.extend_from_slice(&context.attempt.to_le_bytes());
    bytes.extend_from_slice(&dealer.to_le_bytes());
    bytes.extend_from_slice(&(deal.commitments.0.len() as u64).to_le_bytes());
    bytes.extend_from_slice(deal.commitments.0.as_flattened());
    bytes.extend_from_slice(&deal.knowledge.to_bytes());
    bytes.extend_from_slice(&(deal.shares.len() as u64).to_le_bytes());
    for share in &deal.shares {
        bytes.extend_from_slice(&share.ephemeral.0);
        bytes.extend_from_slice(&share.knowledge.to_bytes());
        bytes.extend_from_slice(&share.ciphertext.0);
    }
    hash::hash("psephos/v1/deal", &[&bytes])
}

/// The transcript of the dealer's proof of knowledge of its constant term; [`Schnorr`] absorbs
/// `C_0` itself.
#[must_use]
pub fn knowledge_transcript(
    context: &CeremonyContext,
    dealer: u64,
    commitments: &[Encoding],
) -> Transcript {
    let mut transcript = Transcript::new("key-deal");
    transcript.concerns(|| format!("deal attempt {} trustee {dealer}", context.attempt));
    context.absorb(&mut transcript);
    transcript.integer("dealer", dealer);
    transcript.encodings("commitments", commitments);
    transcript
}

/// The transcript of the proof of knowledge of an ephemeral key; [`Schnorr`] absorbs E itself.
#[must_use]
pub fn ephemeral_transcript(
    context: &CeremonyContext,
    dealer: u64,
    recipient: u64,
    recipient_key: &Encoding,
) -> Transcript {
    let mut transcript = Transcript::new("key-ephemeral");
    transcript.concerns(|| {
        format!("deal attempt {} trustee {dealer} recipient {recipient}", context.attempt)
    });
    context.absorb(&mut transcript);
    transcript.integer("dealer", dealer);
    transcript.integer("recipient", recipient);
    transcript.encoding("recipient key", recipient_key);
    transcript
}

/// Checks everything of a deal that anybody can see: its hash commitment, its lengths and
/// encodings, and its 1 + k proofs of knowledge. The shares inside are judged by complaint.
///
/// `recipient_keys` are the k share-encryption keys P in trustee order; `committed` is the digest
/// in the dealer's `deal-commitment` record.
///
/// # Errors
/// Every fault found, in the order above; lengths that do not fit stop the search.
pub fn verify_deal(
    context: &CeremonyContext,
    dealer: u64,
    threshold: u64,
    recipient_keys: &[Encoding],
    committed: &Digest,
    deal: &Deal,
) -> Result<(), Vec<DealFault>> {
    let mut faults = Vec::new();
    if deal_commitment(context, dealer, deal) != *committed {
        faults.push(DealFault::Commitment);
    }
    let lengths = [
        ("commitments", deal.commitments.0.len() as u64, threshold),
        ("shares", deal.shares.len() as u64, recipient_keys.len() as u64),
    ];
    for (field, found, stated) in lengths {
        if found != stated {
            faults.push(DealFault::Form(Fault::Length { field }));
        }
    }
    if faults.iter().all(|fault| *fault == DealFault::Commitment) {
        check_commitments(context, dealer, deal, &mut faults);
        check_ephemerals(context, dealer, recipient_keys, deal, &mut faults);
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn check_commitments(
    context: &CeremonyContext,
    dealer: u64,
    deal: &Deal,
    faults: &mut Vec<DealFault>,
) {
    let commitments = &deal.commitments.0;
    for (index, commitment) in indexed(commitments) {
        if let Err(fault) = fault::element(commitment, "commitments", index) {
            faults.push(DealFault::Form(fault));
        }
    }
    let Some(constant) = commitments.first() else {
        return faults.push(DealFault::Form(Fault::Length { field: "commitments" }));
    };
    if let Err(fault @ Fault::Membership { .. }) = fault::proper_element(constant, "constant", 0) {
        return faults.push(DealFault::Form(fault));
    }
    let transcript = knowledge_transcript(context, dealer, commitments);
    match deal.knowledge.verify(transcript, constant) {
        Ok(()) => {}
        Err(Fault::Equation) => faults.push(DealFault::Knowledge),
        Err(fault) => faults.push(DealFault::Form(fault.within("knowledge", 0))),
    }
}

fn check_ephemerals(
    context: &CeremonyContext,
    dealer: u64,
    recipient_keys: &[Encoding],
    deal: &Deal,
    faults: &mut Vec<DealFault>,
) {
    // The lengths were compared by the caller.
    for (recipient, (share, key)) in indexed(pairs(&deal.shares, recipient_keys)) {
        let transcript = ephemeral_transcript(context, dealer, recipient, key);
        match share.knowledge.verify(transcript, &share.ephemeral.0) {
            Ok(()) => {}
            Err(Fault::Equation) => faults.push(DealFault::Encryption { recipient }),
            Err(fault) => faults.push(DealFault::Form(fault.within("shares", recipient))),
        }
    }
}

/// An ephemeral key that stands a second time: `key.encryption`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reuse {
    /// The dealer of the later deal, who is to blame.
    pub dealer: u64,
    /// The recipient in the later deal.
    pub recipient: u64,
    /// The dealer who used the key first.
    pub first_dealer: u64,
    /// The recipient it was first used for.
    pub first_recipient: u64,
}

/// Finds ephemeral keys used twice, in one deal or across deals.
///
/// `deals` are (dealer, deal) in the order of the board: whoever comes later answers for it.
#[must_use]
pub fn reused_ephemerals(deals: &[(u64, &Deal)]) -> Vec<Reuse> {
    let mut seen: BTreeMap<Encoding, (u64, u64)> = BTreeMap::new();
    let mut reuses = Vec::new();
    for &(dealer, deal) in deals {
        for (recipient, share) in indexed(&deal.shares) {
            match seen.get(&share.ephemeral.0) {
                Some(&(first_dealer, first_recipient)) => {
                    reuses.push(Reuse { dealer, recipient, first_dealer, first_recipient });
                }
                None => {
                    seen.insert(share.ephemeral.0, (dealer, recipient));
                }
            }
        }
    }
    reuses
}

/// Σ `C_l`·point^l, the image of the share that belongs to an evaluation point.
#[must_use]
pub fn evaluate_commitments(commitments: &[Element], point: &Scalar) -> Element {
    commitments.iter().rev().fold(Element::default(), |sum, commitment| sum * point + commitment)
}

impl Deal {
    /// Opens the commitments.
    ///
    /// # Errors
    /// `NonCanonical` or `Membership` in the field `commitments`.
    pub fn open_commitments(&self) -> Result<Vec<Element>, Fault> {
        indexed(&self.commitments.0)
            .map(|(index, encoding)| fault::element(encoding, "commitments", index))
            .collect()
    }
}
