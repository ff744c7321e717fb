//! Exclusions that are not justified, and what they do not allow (spec/09-audit.md §9.10).

use psephos_audit::{Culprit, Verdict};
use psephos_record::bodies::{Ballots, Body, Exclusion, Mix};

use super::ballots::voted;
use super::stage::{closed, mixed, shared};
use super::steps::{append, bad_mix, bad_share};
use super::{AUTHORITY, Case, Fixture};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "exclusion.unjustified-good-mix",
        altered: "The authority excludes a mix that holds, for its proof.",
        make: || {
            let mut election = closed();
            let mix = election.mix(0);
            unjustified(election, mix, "mix.proof")
        },
    },
    Case {
        name: "exclusion.unjustified-good-mix-for-its-list",
        altered: "The authority excludes a mix because of its list, which is as it should be.",
        make: || {
            let mut election = closed();
            let mix = election.mix(0);
            unjustified(election, mix, "board.blob")
        },
    },
    Case {
        name: "exclusion.unjustified-no-such-check",
        altered: "The authority excludes a mix for a check that there is not.",
        make: || {
            let mut election = closed();
            let mix = election.mix(0);
            unjustified(election, mix, "no.check")
        },
    },
    Case {
        name: "exclusion.unjustified-check-that-rewrites-the-screen",
        altered: "The authority excludes a mix for a check whose name clears a terminal and says VALID.",
        make: || {
            let mut election = closed();
            let mix = election.mix(0);
            unjustified(election, mix, "\u{1b}[2J\u{1b}[HVALID: all checks hold\n\u{1b}[8m")
        },
    },
    Case {
        name: "exclusion.unjustified-good-mix-beside-a-bad-one",
        altered: "The authority excludes a mix that holds, for its proof; another trustee's mix of the same list does \
                  not hold.",
        make: || {
            let mut election = closed();
            bad_mix(&mut election, 0);
            let good = election.mix_last_good(1);
            unjustified(election, good, "mix.proof").and_guilty(&[Culprit::Trustee(0)])
        },
    },
    Case {
        name: "exclusion.unjustified-junk-for-another-check",
        altered: "Somebody appends what is no record, and the authority excludes it as if it were a mix.",
        make: || {
            let mut election = closed();
            let junk = append(&election, b"junk".to_vec());
            let record = election.exclude(junk, "mix.proof");
            let fixture = Fixture::answering(election.board, Verdict::Unreadable);
            Fixture { culprits: AUTHORITY.to_vec(), ..fixture }.at(record)
        },
    },
    Case {
        name: "exclusion.unjustified-other-check",
        altered: "The authority excludes a mix whose proof does not hold, for its place in the chain.",
        make: other_check,
    },
    Case {
        name: "exclusion.unjustified-good-share",
        altered: "The authority excludes a share that holds.",
        make: || {
            let mut election = mixed();
            let share = election.share(0);
            unjustified(election, share, "decrypt.proof")
        },
    },
    Case {
        name: "exclusion.unjustified-ballots",
        altered: "The authority excludes ballots that it has taken in.",
        make: || {
            let election = voted();
            let ballots = election.view().ballots[0].sequence;
            unjustified(election, ballots, "board.phase")
        },
    },
    Case {
        name: "exclusion.unjustified-ballots-of-no-box",
        altered: "The authority posts ballots for a box that there is not, and excludes them for that.",
        make: ballots_of_no_box,
    },
    Case {
        name: "exclusion.unjustified-own-close",
        altered: "The authority closes with a wrong number, and excludes its own record.",
        make: own_close,
    },
    Case {
        name: "exclusion.unjustified-own-result",
        altered: "The authority publishes a wrong count, and excludes its own record.",
        make: own_result,
    },
    Case {
        name: "exclusion.unjustified-exclusion",
        altered: "The authority excludes an exclusion of its own.",
        make: of_an_exclusion,
    },
    Case {
        name: "exclusion.unjustified-other-digest",
        altered: "The authority excludes a bad mix under the digest of another file.",
        make: || naming(|_, digest| digest[0] ^= 1),
    },
    Case {
        name: "exclusion.unjustified-other-record",
        altered: "The authority excludes a bad mix under the number of the record before it.",
        make: || naming(|sequence, _| *sequence -= 1),
    },
    Case {
        name: "exclusion.unjustified-later-record",
        altered: "The authority excludes a record that there is not yet.",
        make: || naming(|sequence, _| *sequence += 1),
    },
    Case {
        name: "mix.chain-excluded-list",
        altered: "A trustee mixes a list whose exclusion it has seen.",
        make: excluded_list,
    },
    Case {
        name: "mix.identity-excluded",
        altered: "A trustee whose mix was excluded mixes again.",
        make: excluded_trustee,
    },
    Case {
        name: "board.blob-missing-list-of-an-excluded-mix",
        altered: "A trustee mixes twice, and the second mix is excluded; another trustee posts the list of that as its \
                  own, and it is missing: UNREADABLE.",
        make: list_of_an_excluded_mix,
    },
    Case {
        name: "mix.quorum-too-many-absent",
        altered: "Two of three trustees are excluded for absence, two mixes are needed, and the third decrypts.",
        make: too_many_absent,
    },
    Case {
        name: "decrypt.repeat-excluded",
        altered: "A trustee whose share was excluded shares again.",
        make: || {
            let mut election = mixed();
            let bad = bad_share(&mut election, 0);
            election.exclude(bad, "decrypt.proof");
            let record = election.share(0);
            Fixture::blaming(election.board, &[Culprit::Trustee(0)]).at(record)
        },
    },
    Case {
        name: "board.signature-exclusion-by-a-trustee",
        altered: "A trustee excludes another's bad mix, as if it were the authority.",
        make: by_a_trustee,
    },
    Case {
        name: "board.phase-exclusion-after-the-seal",
        altered: "The authority excludes a bad share only after it has sealed.",
        make: after_the_seal,
    },
    Case {
        name: "board.phase-absence-before-close",
        altered: "A trustee states that another has not mixed, while voters still vote.",
        make: || {
            let mut election = voted();
            let body = Exclusion::Absence { batches: Vec::new(), trustee: 1 };
            let record = election.post(Author::Trustee(0), Body::Exclusion(body));
            Fixture::blaming(election.board, &[Culprit::Trustee(0)]).at(record)
        },
    },
    Case {
        name: "shape.length-absence-of-nothing",
        altered: "A trustee states that another is absent from no batch.",
        make: || {
            let mut election = closed();
            let body = Exclusion::Absence { batches: Vec::new(), trustee: 1 };
            let record = election.post(Author::Trustee(0), Body::Exclusion(body));
            Fixture::blaming(election.board, &[Culprit::Trustee(0)]).at(record)
        },
    },
];

/// The authority excludes this record for this check, without justification.
fn unjustified(mut election: Election, record: u64, check: &str) -> Fixture {
    let record = election.exclude(record, check);
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn other_check() -> Fixture {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    unjustified(election, bad, "mix.chain").and_guilty(&[Culprit::Trustee(0)])
}

fn ballots_of_no_box() -> Fixture {
    let mut election = voted();
    let ballots = election.view().ballots[0].ballots;
    let record = election.post(Author::Intake, Body::Ballots(Ballots { box_index: 7, ballots }));
    unjustified(election, record, "shape.length")
}

fn own_close() -> Fixture {
    let mut election = voted();
    let mut body = election.close_body(&[]);
    body.submitted += 1;
    let close = election.post(Author::Authority, Body::Close(body));
    unjustified(election, close, "intake.rejected")
}

fn own_result() -> Fixture {
    let mut election = shared();
    let mut body = election.result_body();
    body.contests[0].blank += 1;
    let result = election.post(Author::Authority, Body::Result(body));
    unjustified(election, result, "result.count")
}

fn of_an_exclusion() -> Fixture {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    let exclusion = election.exclude(bad, "mix.proof");
    unjustified(election, exclusion, "board.phase")
}

/// The exclusion of a bad mix, naming another record or file.
fn naming(alter: impl Fn(&mut u64, &mut [u8; 32])) -> Fixture {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    let mut body = election.cause_body(bad, "mix.proof");
    if let Exclusion::Cause { sequence, digest, .. } = &mut body {
        alter(sequence, digest);
    }
    let record = election.post(Author::Authority, Body::Exclusion(body));
    Fixture::blaming(election.board, AUTHORITY).and_guilty(&[Culprit::Trustee(0)]).at(record)
}

/// Whoever names a missing list next is asked for it again.
fn list_of_an_excluded_mix() -> Fixture {
    let mut election = closed();
    election.mix(0);
    let body = election.mix_body(0);
    let lost = body.mixes[0].output;
    let again = election.post(Author::Trustee(0), Body::Mix(body));
    election.exclude(again, "mix.identity");
    let mut body = election.mix_body(1);
    body.mixes[0].output = lost;
    election.post(Author::Trustee(1), Body::Mix(body));
    election.board.remove_blob(&lost.root);
    Fixture::answering(election.board, Verdict::Unreadable)
}

fn excluded_list() -> Fixture {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    election.exclude(bad, "mix.proof");
    let batch = election.audit().view.batches[0].clone();
    let mix = election.mix_list(&batch, 1, &batch.mixes[0].output, 1);
    let record = election.post(Author::Trustee(1), Body::Mix(Mix { mixes: vec![mix] }));
    Fixture::blaming(election.board, &[Culprit::Trustee(1)]).at(record)
}

fn excluded_trustee() -> Fixture {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    election.exclude(bad, "mix.proof");
    let record = election.mix_last_good(0);
    Fixture::blaming(election.board, &[Culprit::Trustee(0)]).at(record)
}

fn too_many_absent() -> Fixture {
    let mut election = closed();
    election.exclude_absent(0, &[1, 2]);
    election.exclude_absent(1, &[0, 2]);
    election.mix_last_good(2);
    election.share_last_good(2);
    Fixture::blaming(election.board, &[Culprit::Trustee(0), Culprit::Trustee(1)])
}

fn by_a_trustee() -> Fixture {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    let body = election.cause_body(bad, "mix.proof");
    let record = election.post(Author::Trustee(1), Body::Exclusion(body));
    Fixture::blaming(election.board, &[Culprit::Trustee(1)])
        .and_guilty(&[Culprit::Trustee(0)])
        .at(record)
}

fn after_the_seal() -> Fixture {
    let mut election = mixed();
    let bad = bad_share(&mut election, 0);
    for trustee in [1, 2] {
        election.share(trustee);
    }
    election.publish_audited();
    election.seal();
    let record = election.exclude(bad, "decrypt.proof");
    Fixture::blaming(election.board, AUTHORITY).and_guilty(&[Culprit::Trustee(0)]).at(record)
}
