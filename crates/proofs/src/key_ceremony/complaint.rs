//! A recipient's complaint about a share, and the judgement anybody can make of it
//! (spec/05-key-ceremony.md §5.6).

use psephos_core::encodings::Fixed;
use psephos_core::transcript::Transcript;
use psephos_core::{Encoding, group};
use zeroize::Zeroizing;

use super::{Deal, Edge, UnreadableShare, evaluate_commitments, evaluation_point, open_share};
use crate::fault;
use crate::sigma::{Dleq, EqualLogarithms};

/// What a complaint opens: the Diffie–Hellman point of one edge, and that it is that point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// p·E, where P = p·G is the complainer's key and E the ephemeral in the deal.
    pub point: Fixed<32>,
    /// That log_G P = log_E point.
    pub proof: Dleq,
}

/// Who is convicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The dealer sent a share that does not fit its commitments.
    Dealer,
    /// The complainer complained about an honest share, or opened nothing.
    Complainer,
}

/// What a judgement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The deal has no share for the recipient, or its ephemeral or commitments cannot be opened.
    #[error("the deal cannot be opened")]
    Deal,
    /// The opened point is no proper element, or its proof does not hold.
    #[error("the complaint's opening does not hold")]
    Opening,
    /// The ciphertext does not authenticate under the opened key.
    #[error("the encrypted share does not authenticate")]
    Unauthentic,
    /// The plaintext is not a scalar below the group order.
    #[error("the share is not a canonical scalar")]
    NonCanonical,
    /// The share does not fit the commitments.
    #[error("the share does not fit the dealer's commitments")]
    WrongShare,
    /// The share fits the commitments.
    #[error("the share fits the dealer's commitments")]
    HonestShare,
}

impl Reason {
    /// Whom it convicts.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Deal | Self::Unauthentic | Self::NonCanonical | Self::WrongShare => {
                Verdict::Dealer
            }
            Self::Opening | Self::HonestShare => Verdict::Complainer,
        }
    }
}

/// A verdict with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Who is convicted.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

/// The transcript of a complaint's proof; [`Dleq`] absorbs P, E and the point.
#[must_use]
pub fn complaint_transcript(edge: &Edge, ciphertext: &[u8]) -> Transcript {
    let mut transcript = Transcript::new("key-complaint");
    transcript.concerns(|| {
        let Edge { context, dealer, recipient, .. } = edge;
        format!("complain attempt {} trustee {recipient} dealer {dealer}", context.attempt)
    });
    edge.context.absorb(&mut transcript);
    transcript.integer("dealer", edge.dealer);
    transcript.integer("recipient", edge.recipient);
    transcript.bytes("ciphertext", ciphertext);
    transcript
}

/// log_G P = log_E point.
#[must_use]
pub fn complaint_statement(edge: &Edge, point: &Encoding) -> EqualLogarithms {
    EqualLogarithms { key: edge.recipient_key, base: edge.ephemeral, image: *point }
}

/// Judges a complaint of `edge.recipient` about the deal of `edge.dealer`.
///
/// `deal` has passed [`super::verify_deal`] and `edge.recipient_key` its proof of possession;
/// `edge.ephemeral` is overruled by what stands in the deal.
#[must_use]
pub fn judge(edge: &Edge, deal: &Deal, complaint: &Complaint) -> Judgement {
    let reason = find_reason(edge, deal, complaint);
    Judgement { verdict: reason.verdict(), reason }
}

fn find_reason(edge: &Edge, deal: &Deal, complaint: &Complaint) -> Reason {
    let Some(share) = usize::try_from(edge.recipient).ok().and_then(|j| deal.shares.get(j)) else {
        return Reason::Deal;
    };
    let (Ok(commitments), Ok(_)) =
        (deal.open_commitments(), fault::proper_element(&share.ephemeral.0, "ephemeral", 0))
    else {
        return Reason::Deal;
    };
    let edge = Edge { ephemeral: share.ephemeral.0, ..*edge };
    let point = &complaint.point.0;
    let transcript = complaint_transcript(&edge, &share.ciphertext.0);
    if complaint.proof.verify(transcript, &complaint_statement(&edge, point)).is_err() {
        return Reason::Opening;
    }
    let opened = match open_share(&edge, point, &share.ciphertext.0) {
        Ok(opened) => opened,
        Err(UnreadableShare::Tag) => return Reason::Unauthentic,
        Err(UnreadableShare::Scalar) => return Reason::NonCanonical,
    };
    // (7) s·G = Σ C_l·(j+1)^l
    let expected = evaluate_commitments(&commitments, &evaluation_point(edge.recipient));
    let share: Zeroizing<_> = opened;
    if group::mul_base(&share) == expected { Reason::HonestShare } else { Reason::WrongShare }
}
