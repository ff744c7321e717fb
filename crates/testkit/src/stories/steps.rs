//! Steps that several stories take.

use psephos_core::group;
use psephos_record::bodies::Body;

use super::Fixture;
use super::mixes::{add, with_output};
use crate::{Author, Election};

/// Appends any bytes as the next record.
pub(super) fn append(election: &Election, file: Vec<u8>) -> u64 {
    let mut files = election.board.records();
    files.push(file);
    election.board.set_records(files);
    election.view().records - 1
}

/// A mix of the last good list whose proof does not hold.
pub(super) fn bad_mix(election: &mut Election, trustee: u64) -> u64 {
    let mut body = election.mix_body(trustee);
    with_output(election, &mut body, |bytes, _| add(bytes, 32, group::base()));
    election.post(Author::Trustee(trustee), Body::Mix(body))
}

/// A share whose proof does not hold.
pub(super) fn bad_share(election: &mut Election, trustee: u64) -> u64 {
    let mut body = election.share_body(trustee);
    let shares = body.lists[0].shares;
    let mut bytes = election.read(&shares);
    add(&mut bytes, 0, group::base());
    body.lists[0].shares = election.put(shares.row_length, &bytes);
    election.post(Author::Trustee(trustee), Body::Share(body))
}

/// The rest of the election, by these trustees, as an audit allows.
pub(super) fn finished(mut election: Election, mixers: &[u64], sharers: &[u64]) -> Fixture {
    for trustee in mixers {
        election.mix_last_good(*trustee);
    }
    for trustee in sharers {
        election.share_last_good(*trustee);
    }
    election.publish_audited();
    election.seal();
    Fixture::valid(election.board)
}
