//! What a ballot is judged by on its own: shape, context, eligibility, proof, range, challenged.

use psephos_core::pairs::pairs;
use psephos_core::rows::Rows;
use psephos_proofs::ballot::{BallotFault, BallotLayout, verify_rows};
use psephos_record::bodies::Reason;

use super::derive::{ACCEPTED, IntakeError, code_of};
use super::polling::{BallotSource, Polling};

/// Ballots read before they are verified: enough for many cores.
const BLOCK: usize = 1 << 14;

/// Appends one code a ballot.
pub(super) fn judge(
    polling: &Polling<'_>,
    source: &BallotSource<'_>,
    codes: &mut Vec<u8>,
    verified: &mut dyn FnMut(u64),
) -> Result<(), IntakeError> {
    let layout = polling.layout_of(source)?;
    let length = layout.row_length();
    if source.rows.row_length() != length {
        // Only pieces that were really read count as ballots.
        let stated = source.rows.row_length();
        return source.pieces(&mut |_, piece| {
            let rows = piece.len().checked_div(stated).unwrap_or(0);
            codes.resize(codes.len().saturating_add(rows), code_of(Reason::Shape));
        });
    }
    let mut block: Vec<u8> = Vec::new();
    let mut flush = |block: &mut Vec<u8>, codes: &mut Vec<u8>| {
        let answers = verify_rows(&polling.election, source.box_index, layout, block);
        verified(answers.len() as u64);
        let judged = pairs(block.chunks(length), answers);
        codes.extend(judged.map(|(bytes, answer)| polling.code(layout, bytes, answer)));
        block.clear();
    };
    source.pieces(&mut |_, mut piece| {
        while !piece.is_empty() {
            let room = BLOCK.saturating_mul(length).saturating_sub(block.len()).min(piece.len());
            let (now, later) = piece.split_at_checked(room).unwrap_or((piece, &[]));
            block.extend_from_slice(now);
            piece = later;
            if block.len() >= BLOCK.saturating_mul(length) {
                flush(&mut block, codes);
            }
        }
    })?;
    if !block.is_empty() {
        flush(&mut block, codes);
    }
    Ok(())
}

impl Polling<'_> {
    /// The code of a ballot whose proof was answered like this.
    fn code(&self, layout: &BallotLayout, bytes: &[u8], answer: Result<(), BallotFault>) -> u8 {
        let reason = match answer {
            Err(BallotFault::Form(_)) => Reason::Shape,
            Err(BallotFault::Context) => Reason::Context,
            Err(BallotFault::Proof) => self.ineligible(layout, bytes).unwrap_or(Reason::Proof),
            Err(BallotFault::Range) => self.ineligible(layout, bytes).unwrap_or(Reason::Range),
            Ok(()) => {
                match self.ineligible(layout, bytes).or_else(|| self.challenged(layout, bytes)) {
                    Some(reason) => reason,
                    None => return ACCEPTED,
                }
            }
        };
        code_of(reason)
    }

    fn ineligible(&self, layout: &BallotLayout, bytes: &[u8]) -> Option<Reason> {
        let roll = self.roll.as_ref()?;
        let ballot = layout.read(bytes)?;
        let votes_here = roll.box_of(ballot.credential) == Some(ballot.box_index);
        (!votes_here).then_some(Reason::Eligibility)
    }

    fn challenged(&self, layout: &BallotLayout, bytes: &[u8]) -> Option<Reason> {
        if self.challenges.is_empty() {
            return None;
        }
        let ballot = layout.read(bytes)?;
        let challenged = self.challenges.hold(&ballot.tracker(), ballot.credential);
        challenged.then_some(Reason::Challenged)
    }
}
