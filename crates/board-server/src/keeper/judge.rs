//! Whether a record may be placed: by what it is, and by the audit's own reading of the board as it would be.

use psephos_audit::{Audit, CheckId, Failure, Phase, View};
use psephos_core::Encoding;
use psephos_record::board::{Board, Overlay};
use psephos_record::bodies::Body;
use psephos_record::kind::Kind;
use psephos_record::message::{Message, SignedMessage};
use psephos_record::signature;

use super::{Refusal, read_whole};

/// A message that is well formed and signed.
pub struct Offer {
    pub signed: SignedMessage,
    pub message: Message,
    pub body: Body,
}

fn refused(check: CheckId, reason: impl ToString) -> Refusal {
    Refusal::Refused { check: Some(check), reason: reason.to_string() }
}

impl Offer {
    /// Reads a message, and verifies its signature.
    pub fn read(signed: SignedMessage) -> Result<Offer, Refusal> {
        let malformed = |error| refused(CheckId::EncodingCanonical, error);
        let message = Message::decode(&signed.message).map_err(malformed)?;
        signature::verify(&message.author, &signed.message, &signed.signature.0)
            .map_err(|error| refused(CheckId::BoardSignature, error))?;
        let body = message.body().map_err(malformed)?;
        Ok(Offer { signed, message, body })
    }
}

/// What the board says with the record behind all others, if it may stand there.
pub fn judge(
    board: &dyn Board,
    before: &Audit,
    offer: &Offer,
    file: &[u8],
    authority: Option<Encoding>,
) -> Result<Audit, Refusal> {
    let sequence = before.view.records;
    // Before everything is read anew: a stranger's messages cost no more than a signature.
    if !may_write(&before.view, offer, authority) {
        let reason = format!(
            "nobody who takes part in this election has the key {}",
            hex::encode(offer.message.author)
        );
        return Err(refused(CheckId::BoardSignature, reason));
    }
    let overlay = Overlay::with_record(Box::new(board), file.to_vec());
    let after = read_whole(&overlay)?;
    if let Some(failure) = after.report.failures.iter().find(|failure| keeps_out(failure, sequence))
    {
        return Err(refused(failure.check, &failure.evidence));
    }
    if offer.body.kind() == Kind::Close && after.view.phase <= Phase::Voting {
        let reason = "it closes the board as its author had seen it, which has changed since";
        return Err(Refusal::Refused { check: None, reason: reason.into() });
    }
    Ok(after)
}

/// Whether a failure is of this record, and one that it is refused for. What convicts somebody in the key
/// ceremony has to stand on the board, where everybody sees it.
fn keeps_out(failure: &Failure, sequence: u64) -> bool {
    let convicts = matches!(
        failure.check,
        CheckId::KeyProof | CheckId::KeyCommitment | CheckId::KeyEncryption | CheckId::KeyComplaint
    );
    failure.record == Some(sequence) && !convicts
}

/// Whether the author is anybody whose records may have an effect.
fn may_write(view: &View, offer: &Offer, authority: Option<Encoding>) -> bool {
    let key = &offer.message.author;
    let Some(proposal) = &view.proposal else {
        return authority.is_none_or(|authority| authority == *key);
    };
    let earlier = proposal.earlier.iter().flat_map(|proposal| &proposal.enrolled);
    let replaced = view.manifest.iter().flat_map(|manifest| &manifest.earlier);
    let replaced = replaced.flat_map(|attempt| &attempt.keys);
    // An invited trustee's key is its own to choose.
    let enrols = offer.body.kind() == Kind::Enrol && view.phase == Phase::Enrolment;
    proposal.authority == *key
        || view.description().is_some_and(|description| description.intake == *key)
        || view.trustee(key).is_some()
        || view.enrolments.iter().flatten().any(|enrolment| enrolment.key == *key)
        || earlier.chain(replaced).any(|other| other == key)
        || enrols
}
