//! Elections that an exclusion has saved, and others that went another way than usual: all VALID
//! (spec/09-audit.md §9.10).

use psephos_record::bodies::{Body, Mix, Seal, SignOff};
use psephos_record::message::{Message, Record, file_digest};

use super::stage::{closed, complete, mixed, plan, published, shared};
use super::steps::{append, bad_mix, bad_share, finished};
use super::{Case, Fixture};
use crate::{Author, Election, Plan};

pub(super) const CASES: &[Case] = &[
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
        name: "mix-of-other-numbers-excluded",
        altered: "A trustee's mix says another number of rows than its list has; the authority excludes it for that.",
        make: || {
            let mut election = closed();
            let mut body = election.mix_body(0);
            body.mixes[0].output.rows += 1;
            let bad = election.post(Author::Trustee(0), Body::Mix(body));
            election.exclude(bad, "shape.length");
            finished(election, &[1, 2], &[1, 2])
        },
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
        name: "share-excluded-after-a-good-one",
        altered: "The second share on the board does not hold; the authority excludes it.",
        make: || {
            let mut election = mixed();
            election.share(1);
            let bad = bad_share(&mut election, 0);
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
        name: "share-of-a-list-left-out",
        altered: "The last trustee's list gets lost after another has shared it; the mix is left out, and the \
                  other shares again.",
        make: share_of_a_list_left_out,
    },
    Case {
        name: "share-overtaken-by-absence",
        altered: "A trustee shares a list while the others leave it out, and shares the last good one afterwards.",
        make: share_overtaken_by_absence,
    },
    Case {
        name: "mix-left-out-whose-trustee-has-shared",
        altered: "The last trustee shares its list, which the others cannot read: they leave its mix out.",
        make: mix_of_a_sharer_left_out,
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
        name: "absence-overtaken-by-another-mix",
        altered: "Two trustees state that a third is absent; one of them mixes while the authority's exclusion is on \
                  its way.",
        make: absence_overtaken_by_another,
    },
    Case {
        name: "records-out-of-phase-excluded",
        altered: "Ballots come after the close and a share before the mixes are complete; both are excluded.",
        make: out_of_phase,
    },
    Case {
        name: "mixes-excluded-the-second-one-first",
        altered: "A trustee's mix does not hold, nor another's of its list; the authority excludes the second one, \
                  and then the first, which leaves nothing of the second.",
        make: second_bad_mix_first,
    },
    Case {
        name: "record-behind-junk-excluded",
        altered: "A trustee shares before its time, knowing a file that is no record; both are excluded.",
        make: behind_junk,
    },
    Case {
        name: "sealed-while-a-trustee-signs-off",
        altered: "A trustee's sign-off lands between the result and the seal that was made knowing the result.",
        make: overtaken_seal,
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

fn share_of_a_list_left_out() -> Fixture {
    let mut election = Election::mixed(Plan::new(4, 2, 5));
    election.share(0);
    let lost = election.view().batches[0].mixes[3].output.root;
    election.board.remove_blob(&lost);
    election.exclude_absent(3, &[1, 2]);
    finished(election, &[], &[0, 1])
}

fn mix_of_a_sharer_left_out() -> Fixture {
    let mut election = closed();
    election.mix(0);
    election.mix(1);
    let absence = Body::Exclusion(election.absence_body(2));
    election.mix(2);
    election.share(2);
    for author in [Author::Trustee(0), Author::Trustee(1), Author::Authority] {
        election.post(author, absence.clone());
    }
    finished(election, &[], &[0, 1])
}

fn share_overtaken_by_absence() -> Fixture {
    let mut election = Election::closed(Plan::new(4, 2, 5));
    for trustee in 0..3 {
        election.mix(trustee);
    }
    let absence = Body::Exclusion(election.absence_body(3));
    election.mix(3);
    let body = Body::Share(election.share_body(0));
    let message = election.message(Author::Trustee(0), &body);
    for author in [Author::Trustee(1), Author::Trustee(2), Author::Authority] {
        election.post(author, absence.clone());
    }
    election.append(Author::Trustee(0), message);
    finished(election, &[], &[0, 1])
}

fn second_bad_mix_first() -> Fixture {
    let mut election = closed();
    let first = bad_mix(&mut election, 0);
    let batch = election.view().batches[0].clone();
    let mut mix = election.mix_list(&batch, 1, &batch.mixes[0].output, 1);
    mix.proof.as_mut().expect("a proof").multiexp.response.0[0] = [1; 32];
    let second = election.post(Author::Trustee(1), Body::Mix(Mix { mixes: vec![mix] }));
    election.exclude(second, "mix.proof");
    election.exclude(first, "mix.proof");
    finished(election, &[1, 2], &[1, 2])
}

fn behind_junk() -> Fixture {
    let mut election = closed();
    let junk = append(&election, b"junk".to_vec());
    let head = file_digest(b"junk");
    election.exclude(junk, "encoding.canonical");
    let body = Body::Share(mixed().share_body(0));
    let mut message = election.message(Author::Trustee(0), &body);
    message.head = head;
    let early = election.append(Author::Trustee(0), message);
    election.exclude(early, "board.phase");
    finished(election, &[0, 1, 2], &[1, 2])
}

fn overtaken_seal() -> Fixture {
    let mut election = published();
    let view = election.view();
    let seal = Body::Seal(Seal { head: view.head, records: view.records });
    let message = election.message(Author::Authority, &seal);
    election.post(Author::Trustee(0), Body::SignOff(SignOff { head: view.head }));
    election.append(Author::Authority, message);
    Fixture::valid(election.board)
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

fn absence_overtaken_by_another() -> Fixture {
    let mut election = closed();
    let body = Body::Exclusion(election.absence_body(1));
    for trustee in [0, 2] {
        election.post(Author::Trustee(trustee), body.clone());
    }
    let message = election.message(Author::Authority, &body);
    election.mix(0);
    election.append(Author::Authority, message);
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
