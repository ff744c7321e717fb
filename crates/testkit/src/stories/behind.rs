//! What stands before a file that is excluded and names no file before it: only the exclusion says which it was
//! (spec/09-audit.md §9.10).

use psephos_record::bodies::{Body, SignOff};
use psephos_record::message::file_digest;

use super::stage::closed;
use super::steps::{append, finished};
use super::{Case, Fixture};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "junk-excluded-behind-a-sign-off",
        altered: "A file that is no record, and names none before it, is excluded; election and head are pinned.",
        make: || pinned(shown()),
    },
    Case {
        name: "encoding.canonical-junk-behind-another-file",
        altered: "All together put another record before an excluded file that is no record: what follows is the same, the pinned head too.",
        make: || {
            let fixture = pinned(shown());
            let before = signed_off(1).board.records();
            let mut files = fixture.board.records();
            files[..before.len()].clone_from_slice(&before);
            fixture.board.set_records(files);
            Fixture { verdict: psephos_audit::Verdict::Invalid, ..fixture }
        },
    },
];

/// A closed election in which a trustee vouches for one record or another.
fn signed_off(place: usize) -> Election {
    let mut election = closed();
    let head = file_digest(&election.board.records()[place]);
    election.post(Author::Trustee(0), Body::SignOff(SignOff { head }));
    election
}

/// The board that everybody is shown.
fn shown() -> Fixture {
    let mut election = signed_off(0);
    let junk = append(&election, vec![0xa0]);
    election.exclude(junk, "encoding.canonical");
    finished(election, &[0, 1, 2], &[0, 1])
}

fn pinned(fixture: Fixture) -> Fixture {
    let view = psephos_audit::view(&fixture.board).expect("a board in memory can be read");
    fixture.pinned(view.election()).pinned(view.head)
}
