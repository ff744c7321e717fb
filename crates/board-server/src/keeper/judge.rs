//! Whether a record may be placed: by what it is, and by the audit's own reading of the board as it would be.

use psephos_audit::{Audit, CheckId, FAILURES_LISTED, Failure, Phase, Report, View};
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

/// Refuses what needs no reading of the log: a stranger's messages cost no more than a signature.
pub fn admit(view: &View, offer: &Offer, authority: Option<Encoding>) -> Result<(), Refusal> {
    if !may_write(view, offer, authority) {
        let author = hex::encode(offer.message.author);
        let reason = format!("nobody who takes part in this election has the key {author}");
        return Err(refused(CheckId::BoardSignature, reason));
    }
    Ok(())
}

/// Whether the author is one of the two without whom there is no election: nothing is gained by keeping them waiting.
pub fn runs_the_election(view: &View, offer: &Offer) -> bool {
    let author = &offer.message.author;
    view.proposal.as_ref().is_some_and(|proposal| proposal.authority == *author)
        || view.description().is_some_and(|description| description.intake == *author)
}

/// A second sign-off of one record by one trustee says nothing new.
fn vouches_again(view: &View, offer: &Offer) -> bool {
    let Body::SignOff(body) = &offer.body else { return false };
    let trustee = view.trustee(&offer.message.author);
    view.sign_offs.iter().any(|(_, by, head)| Some(*by) == trustee && *head == body.head)
}

/// What the board says with the record behind all others, if it may stand there.
pub fn judge(
    board: &dyn Board,
    before: &Audit,
    offer: &Offer,
    file: &[u8],
) -> Result<Audit, Refusal> {
    let sequence = before.view.records;
    let overlay = Overlay::with_record(Box::new(board), file.to_vec());
    let after = read_whole(&overlay)?;
    if let Some(failure) = after.report.failures.iter().find(|failure| keeps_out(failure, sequence))
    {
        return Err(refused(failure.check, &failure.evidence));
    }
    if let Some(check) = unlisted(&before.report, &after.report) {
        return Err(refused(check, "the record fails this check, as many before it do"));
    }
    let reason = if vouches_again(&before.view, offer) {
        "its author has signed off this record already"
    } else if offer.body.kind() == Kind::Close && after.view.phase <= Phase::Voting {
        "it closes the board as its author had seen it, which has changed since"
    } else {
        return Ok(after);
    };
    Err(Refusal::Refused { check: None, reason: reason.to_owned() })
}

/// Whether a failure is of this record, and one that it is refused for.
fn keeps_out(failure: &Failure, sequence: u64) -> bool {
    failure.record == Some(sequence) && !convicts(failure.check)
}

/// What convicts somebody in the key ceremony has to stand on the board, where everybody sees it.
fn convicts(check: CheckId) -> bool {
    matches!(
        check,
        CheckId::KeyProof | CheckId::KeyCommitment | CheckId::KeyEncryption | CheckId::KeyComplaint
    )
}

/// A check of which so many failures are listed that those of one more record are only counted. The count stands in
/// a warning that names the check: another warning is another count.
fn unlisted(before: &Report, after: &Report) -> Option<CheckId> {
    let full = |check: &CheckId| {
        let listed = after.failures.iter().filter(|failure| failure.check == *check);
        listed.count() >= FAILURES_LISTED
    };
    let counted = |report: &Report, check: CheckId| {
        let ending = [format!("of {check} is not listed"), format!("of {check} are not listed")];
        let mut warnings = report.warnings.iter();
        warnings.find(|said| ending.iter().any(|end| said.ends_with(end))).cloned()
    };
    let full = CheckId::ALL.iter().copied().filter(full);
    full.filter(|check| !convicts(*check))
        .find(|check| counted(before, *check) != counted(after, *check))
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
