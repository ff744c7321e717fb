//! What a ballot is judged by on its own: shape, context, proof.

use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{BallotFault, BallotLayout, verify_rows};
use psephos_record::bodies::Reason;

use super::derive::{ACCEPTED, BallotSource, IntakeError, code_of};

/// Ballots verified in one multi-exponentiation: enough to make it efficient, few enough that their
/// opened elements stay within some tens of megabytes.
const BLOCK: usize = 1 << 13;

/// Appends one code a ballot.
pub(super) fn judge(
    election: &ElectionContext,
    layout: &BallotLayout,
    source: &BallotSource<'_>,
    codes: &mut Vec<u8>,
    verified: &mut dyn FnMut(u64),
) -> Result<(), IntakeError> {
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
        let answers = verify_rows(election, source.box_index, layout, block);
        verified(answers.len() as u64);
        codes.extend(answers.into_iter().map(code));
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

fn code(answer: Result<(), BallotFault>) -> u8 {
    match answer {
        Ok(()) => ACCEPTED,
        Err(BallotFault::Form(_)) => code_of(Reason::Shape),
        Err(BallotFault::Context) => code_of(Reason::Context),
        Err(BallotFault::Proof) => code_of(Reason::Proof),
    }
}
