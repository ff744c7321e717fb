//! Exclusions that are not justified, and elections that an exclusion has saved (spec/09-audit.md §9.10).

use psephos_audit::Culprit;
use psephos_core::group;
use psephos_record::bodies::{Ballots, Body, Exclusion, Mix, SignOff};
use psephos_record::message::{Message, Record, file_digest};

use super::ballots::voted;
use super::mixes::{add, with_output};
use super::stage::{closed, complete, mixed, plan, shared};
use super::{AUTHORITY, Case, Fixture};
use crate::{Author, Election, Plan};

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
        name: "exclusion.unjustified-nobody-states-it",
        altered: "The authority excludes a trustee for absence, and no trustee has stated that.",
        make: || signed_by(&[]),
    },
    Case {
        name: "exclusion.unjustified-one-states-it",
        altered: "The authority excludes a trustee for absence, which one trustee has stated where two must.",
        make: || signed_by(&[1]),
    },
    Case {
        name: "exclusion.unjustified-one-states-it-twice",
        altered: "The authority excludes a trustee for absence, which one trustee has stated twice.",
        make: || signed_by(&[1, 1]),
    },
    Case {
        name: "exclusion.unjustified-another-is-absent",
        altered: "The authority excludes a trustee for absence; of the two statements one is about another.",
        make: another_is_absent,
    },
    Case {
        name: "exclusion.unjustified-after-a-share",
        altered: "Authority and trustees exclude a trustee for absence after the first share.",
        make: after_a_share,
    },
    Case {
        name: "exclusion.unjustified-earlier-list",
        altered: "Authority and trustees exclude a trustee for absence from a list that has been mixed meanwhile, \
                  and know it.",
        make: earlier_list,
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
    Case {
        name: "trustee-absent",
        altered: "A trustee does not mix; the others and the authority go on without it.",
        make: || {
            let mut election = closed();
            election.mix(0);
            election.exclude_absent(1, &[0, 2]);
            finished(election, &[2], &[0, 2])
        },
    },
    Case {
        name: "trustee-absent-that-shares",
        altered: "A trustee is excluded from mixing because it is absent, and comes back to decrypt.",
        make: || {
            let mut election = closed();
            election.exclude_absent(0, &[1, 2]);
            finished(election, &[1, 2], &[0, 1])
        },
    },
    Case {
        name: "trustees-silent",
        altered: "One of three trustees does not share; two are enough.",
        make: || {
            let mut election = mixed();
            election.share(1);
            finished(election, &[], &[2])
        },
    },
    Case {
        name: "any-two-shares",
        altered: "Three trustees share, and the authority makes the result from the first and the last.",
        make: any_two_shares,
    },
    Case {
        name: "mix-excluded",
        altered: "A trustee's mix does not hold; the authority excludes it, and the chain goes on from the list \
                  before it.",
        make: || {
            let mut election = closed();
            election.mix(0);
            let bad = bad_mix(&mut election, 1);
            election.exclude(bad, "mix.proof");
            finished(election, &[2], &[0, 1])
        },
    },
    Case {
        name: "mix-redone",
        altered: "A trustee has mixed a list that is excluded afterwards, and mixes again.",
        make: || {
            let mut election = closed();
            let bad = bad_mix(&mut election, 0);
            election.mix(1);
            election.exclude(bad, "mix.proof");
            finished(election, &[1, 2], &[1, 2])
        },
    },
    Case {
        name: "mix-after-exclusion-excluded",
        altered: "A trustee whose mix was excluded mixes again, and that is excluded too.",
        make: || {
            let mut election = closed();
            let bad = bad_mix(&mut election, 0);
            election.exclude(bad, "mix.proof");
            let again = election.mix_last_good(0);
            election.exclude(again, "mix.identity");
            finished(election, &[1, 2], &[1, 2])
        },
    },
    Case {
        name: "mix-overtaken-by-exclusion",
        altered: "A trustee whose mix is excluded mixes again before it has seen that.",
        make: overtaken_by_exclusion,
    },
    Case {
        name: "mix-overtaken-by-another",
        altered: "Two trustees mix one list at the same time; the later mix leads nowhere, and nobody is at fault.",
        make: overtaken_by_another,
    },
    Case {
        name: "mix-list-withheld",
        altered: "A trustee posts a mix and not its list; it counts as absent.",
        make: || without_list(None),
    },
    Case {
        name: "mix-list-damaged",
        altered: "A trustee's list is damaged on the board; its mix counts as absent.",
        make: || without_list(Some(|bytes| bytes.truncate(1))),
    },
    Case {
        name: "mix-of-nothing-excluded",
        altered: "Nobody has voted; a trustee says a wrong place in the chain, and its mix is excluded.",
        make: of_nothing,
    },
    Case {
        name: "share-excluded",
        altered: "A trustee's share does not hold; the authority excludes it, and two others are enough.",
        make: || {
            let mut election = mixed();
            let bad = bad_share(&mut election, 0);
            election.share(1);
            election.exclude(bad, "decrypt.proof");
            finished(election, &[], &[2])
        },
    },
    Case {
        name: "share-again-excluded",
        altered: "A trustee whose share was excluded shares again, and that is excluded too.",
        make: || {
            let mut election = mixed();
            let bad = bad_share(&mut election, 0);
            election.exclude(bad, "decrypt.proof");
            let again = election.share(0);
            election.exclude(again, "decrypt.repeat");
            finished(election, &[], &[1, 2])
        },
    },
    Case {
        name: "share-list-withheld",
        altered: "A trustee posts a share and not its list; it counts as absent.",
        make: share_without_list,
    },
    Case {
        name: "share-after-the-seal",
        altered: "A share was on its way while the authority sealed.",
        make: share_after_the_seal,
    },
    Case {
        name: "absence-overtaken-by-mix",
        altered: "A trustee mixes while the others' statements of its absence are on their way.",
        make: absence_overtaken,
    },
    Case {
        name: "records-out-of-phase-excluded",
        altered: "Ballots come after the close and a share before the mixes are complete; both are excluded.",
        make: out_of_phase,
    },
    Case {
        name: "junk-excluded",
        altered: "Somebody appends what is no record, what is badly signed, what stands already, what is of another \
                  election and what only others may write; the authority excludes all of it.",
        make: junk,
    },
    Case {
        name: "junk-after-the-seal",
        altered: "Somebody appends a record after the seal, and the authority excludes it.",
        make: junk_after_the_seal,
    },
];

/// The authority excludes this record for this check, without justification.
fn unjustified(mut election: Election, record: u64, check: &str) -> Fixture {
    let record = election.exclude(record, check);
    Fixture::blaming(election.board, AUTHORITY).at(record)
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

/// A mix of the last good list whose proof does not hold.
fn bad_mix(election: &mut Election, trustee: u64) -> u64 {
    let mut body = election.mix_body(trustee);
    with_output(election, &mut body, |bytes, _| add(bytes, 32, group::base()));
    election.post(Author::Trustee(trustee), Body::Mix(body))
}

/// A share whose proof does not hold.
fn bad_share(election: &mut Election, trustee: u64) -> u64 {
    let mut body = election.share_body(trustee);
    let shares = body.lists[0].shares;
    let mut bytes = election.read(&shares);
    add(&mut bytes, 0, group::base());
    body.lists[0].shares = election.put(shares.row_length, &bytes);
    election.post(Author::Trustee(trustee), Body::Share(body))
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

fn signed_by(signers: &[u64]) -> Fixture {
    let mut election = closed();
    let record = election.exclude_absent(0, signers);
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn another_is_absent() -> Fixture {
    let mut election = closed();
    let other = election.absence_body(1);
    election.post(Author::Trustee(2), Body::Exclusion(other));
    let record = election.exclude_absent(0, &[1]);
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

/// The authority and these two trustees.
fn signers(trustees: [u64; 2]) -> Vec<Culprit> {
    let trustees = trustees.map(Culprit::Trustee);
    [AUTHORITY, &trustees[..]].concat()
}

fn after_a_share() -> Fixture {
    let mut election = mixed();
    election.share(0);
    let record = election.exclude_absent(2, &[0, 1]);
    Fixture::blaming(election.board, &signers([0, 1])).at(record)
}

fn earlier_list() -> Fixture {
    let mut election = closed();
    let stale = Body::Exclusion(election.absence_body(1));
    election.mix(0);
    for trustee in [0, 2] {
        election.post(Author::Trustee(trustee), stale.clone());
    }
    let record = election.post(Author::Authority, stale);
    Fixture::blaming(election.board, &signers([0, 2])).at(record)
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

fn any_two_shares() -> Fixture {
    let mut election = shared();
    let (_, plaintexts) = election.decrypt(&election.view().batches[0]);
    let body = election.result_with(&[(vec![0, 2], plaintexts)]);
    election.post(Author::Authority, Body::Result(body));
    election.seal();
    Fixture::valid(election.board)
}

fn overtaken_by_exclusion() -> Fixture {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    let seen = election.view().head;
    election.exclude(bad, "mix.proof");
    let batch = election.audit().view.batches[0].clone();
    let mix = election.mix_list(&batch, 0, &batch.last, batch.position);
    let mut message = election.message(Author::Trustee(0), &Body::Mix(Mix { mixes: vec![mix] }));
    message.head = seen;
    election.append(Author::Trustee(0), message);
    finished(election, &[1, 2], &[1, 2])
}

fn overtaken_by_another() -> Fixture {
    let mut election = closed();
    let body = Body::Mix(election.mix_body(0));
    let message = election.message(Author::Trustee(0), &body);
    election.mix(2);
    election.append(Author::Trustee(0), message);
    finished(election, &[1], &[0, 1])
}

/// The first trustee's list is missing, or altered on the board.
fn without_list(damage: Option<fn(&mut Vec<u8>)>) -> Fixture {
    let mut election = closed();
    election.mix(0);
    let lost = election.view().batches[0].mixes[0].output.root;
    let mut bytes = election.board.blob(&lost).expect("the list");
    election.board.remove_blob(&lost);
    if let Some(damage) = damage {
        damage(&mut bytes);
        election.board.set_blob(lost, bytes);
    }
    election.exclude_absent(0, &[1, 2]);
    finished(election, &[1, 2], &[1, 2])
}

fn of_nothing() -> Fixture {
    let mut election = Election::closed(Plan::new(3, 2, 0));
    let mut body = election.mix_body(0);
    body.mixes[0].position = 7;
    let bad = election.post(Author::Trustee(0), Body::Mix(body));
    election.exclude(bad, "mix.chain");
    finished(election, &[1, 2], &[0, 1])
}

fn share_without_list() -> Fixture {
    let mut election = mixed();
    election.share(0);
    let share = election.view().batches[0].shares[0].clone().expect("a share");
    election.board.remove_blob(&share.shares.root);
    election.exclude_absent(0, &[1, 2]);
    finished(election, &[], &[1, 2])
}

fn share_after_the_seal() -> Fixture {
    let mut election = mixed();
    election.share(0);
    election.share(1);
    let body = Body::Share(election.share_body(2));
    let message = election.message(Author::Trustee(2), &body);
    election.publish();
    election.seal();
    election.append(Author::Trustee(2), message);
    Fixture::valid(election.board)
}

fn absence_overtaken() -> Fixture {
    let mut election = closed();
    let body = Body::Exclusion(election.absence_body(0));
    let messages: Vec<(Author, Message)> =
        [Author::Trustee(1), Author::Trustee(2), Author::Authority]
            .into_iter()
            .map(|author| (author, election.message(author, &body)))
            .collect();
    election.mix(0);
    for (author, message) in messages {
        election.append(author, message);
    }
    finished(election, &[1, 2], &[0, 1])
}

fn out_of_phase() -> Fixture {
    let mut election = closed();
    election.take_in_plan();
    let late = election.view().records - 1;
    election.exclude(late, "board.phase");
    election.mix(0);
    let early = election.share_last_good(1);
    election.exclude(early, "board.phase");
    finished(election, &[1, 2], &[0, 1])
}

/// Appends any bytes as the next record.
pub(super) fn append(election: &Election, file: Vec<u8>) -> u64 {
    let mut files = election.board.records();
    files.push(file);
    election.board.set_records(files);
    election.view().records - 1
}

/// A record of the board with a wrong signature, in the right wrapper.
fn badly_signed(election: &Election) -> Vec<u8> {
    let files = election.board.records();
    let mut record = Record::decode(&files[3]).expect("a record");
    record.signature.0[3] ^= 1;
    record.sequence = files.len() as u64;
    record.previous = file_digest(files.last().expect("a record"));
    record.encode()
}

fn junk() -> Fixture {
    let mut election = closed();
    let mut junk: Vec<(u64, &str)> = Vec::new();
    // No CBOR, a huge length, an empty file; canonical CBOR that is no record.
    for file in [&b"junk"[..], &[0x5b, 0x40, 0, 0, 0, 0, 0, 0, 0, 1], &[], &[0xa0]] {
        junk.push((append(&election, file.to_vec()), "encoding.canonical"));
    }
    junk.push((append(&election, badly_signed(&election)), "board.signature"));
    let repeated = election.board.records()[5].clone();
    junk.push((append(&election, repeated), "board.chain"));
    let close = election.close_body(&[]);
    junk.push((election.post(Author::Stranger, Body::Close(close)), "board.signature"));
    let mix = election.mix_body(0);
    junk.push((election.post(Author::Stranger, Body::Mix(mix)), "mix.identity"));
    let mut foreign = Election::voted(plan().with_seed(2));
    let head = foreign.view().head;
    let message = foreign.message(Author::Trustee(0), &Body::SignOff(SignOff { head }));
    junk.push((election.append(Author::Trustee(0), message), "board.chain"));
    for (record, check) in junk {
        election.exclude(record, check);
    }
    finished(election, &[0, 1, 2], &[0, 1])
}

fn junk_after_the_seal() -> Fixture {
    let mut election = complete();
    let head = election.view().head;
    let late = election.post(Author::Stranger, Body::SignOff(SignOff { head }));
    election.exclude(late, "board.signature");
    Fixture::valid(election.board)
}
