//! The ballots of a record, each judged on its own.

use psephos_core::rows::Rows;
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
        let reasons = polling.rules.judge(source.box_index, layout, block);
        verified(reasons.len() as u64);
        codes.extend(reasons.into_iter().map(|reason| reason.map_or(ACCEPTED, code_of)));
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
