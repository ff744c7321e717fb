//! Decryption shares that do not hold, each signed by its trustee, and results made from too few
//! (spec/07-decryption.md, spec/09-audit.md §9.4).

use psephos_audit::Culprit;
use psephos_core::group;
use psephos_proofs::decryption::Statement;
use psephos_record::bodies::{Body, Share};

use super::mixes::{add, in_two_batches};
use super::stage::{mixed, shared};
use super::{AUTHORITY, Case, Fixture};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "decrypt.proof-row-altered",
        altered: "A trustee adds an element to one of its partial decryptions; the other two share as well.",
        make: || among_good_ones(|bytes, row| add(bytes, 3 * row, group::base()), 3),
    },
    Case {
        name: "decrypt.proof-rows-that-cancel",
        altered: "A trustee adds an element to one partial decryption and takes it from another; the other two \
                  share as well.",
        make: || {
            among_good_ones(
                |bytes, row| {
                    add(bytes, 0, group::base());
                    add(bytes, row, -group::base());
                },
                0,
            )
        },
    },
    Case {
        name: "decrypt.proof-rows-swapped",
        altered: "A trustee exchanges two of its partial decryptions; the other two share as well.",
        make: || among_good_ones(|bytes, row| bytes[..2 * row].rotate_left(row), 0),
    },
    Case {
        name: "decrypt.proof-row-altered-unlocated",
        altered: "A trustee alters a partial decryption, and too few others have shared to tell which.",
        make: || {
            share_of_the_first(|election, body| {
                with_shares(election, body, |bytes, _| add(bytes, 0, group::base()));
            })
        },
    },
    Case {
        name: "decrypt.proof-plaintext-follows",
        altered: "A trustee alters a partial decryption, and the authority publishes the vote that follows.",
        make: plaintext_follows,
    },
    Case {
        name: "decrypt.proof-shares-of-another",
        altered: "A trustee posts another one's shares under its own name.",
        make: || {
            let mut election = mixed();
            let body = election.share_body(0);
            posted(election, 1, body)
        },
    },
    Case {
        name: "decrypt.proof-key-of-another",
        altered: "A trustee makes its shares and their proof with another one's part of the key.",
        make: || {
            let mut election = mixed();
            let other = election.key_shares[&1].clone();
            election.key_shares.insert(0, other);
            let body = election.share_body(0);
            posted(election, 0, body)
        },
    },
    Case {
        name: "decrypt.proof-other-index",
        altered: "A trustee proves its shares under another trustee's index.",
        make: || proved(|statement| statement.trustee = 1),
    },
    Case {
        name: "decrypt.proof-other-signing-key",
        altered: "A trustee proves its shares under another signing key.",
        make: || proved(|statement| statement.trustee_key[0] ^= 1),
    },
    Case {
        name: "decrypt.proof-other-close",
        altered: "A trustee proves its shares for another close record.",
        make: || proved(|statement| statement.close[0] ^= 1),
    },
    Case {
        name: "decrypt.proof-other-election",
        altered: "A trustee proves its shares for another election.",
        make: || proved(|statement| statement.election.election[0] ^= 1),
    },
    Case {
        name: "decrypt.proof-other-box",
        altered: "A trustee proves its shares for another box.",
        make: || proved(|statement| statement.lists[0].box_index = 1),
    },
    Case {
        name: "decrypt.proof-other-batch",
        altered: "A trustee proves its shares for another batch.",
        make: || proved(|statement| statement.lists[0].batch_index = 1),
    },
    Case {
        name: "decrypt.proof-batches-exchanged",
        altered: "A trustee exchanges its shares of two batches of the same size.",
        make: batches_exchanged,
    },
    Case {
        name: "shape.length-share-row-missing",
        altered: "A trustee shares all rows but the last.",
        make: || {
            share_of_the_first(|election, body| {
                with_shares(election, body, |bytes, row| bytes.truncate(bytes.len() - row));
            })
        },
    },
    Case {
        name: "shape.length-share-row-added",
        altered: "A trustee shares one row more than there are.",
        make: || {
            share_of_the_first(|election, body| {
                with_shares(election, body, |bytes, row| bytes.extend_from_within(..row));
            })
        },
    },
    Case {
        name: "shape.length-share-of-nothing",
        altered: "A trustee's share record names no list.",
        make: || share_of_the_first(|_, body| body.lists.clear()),
    },
    Case {
        name: "shape.length-share-batch-twice",
        altered: "A trustee's share record names one batch twice.",
        make: || share_of_the_first(|_, body| body.lists.extend_from_within(..)),
    },
    Case {
        name: "shape.length-share-without-proof",
        altered: "A trustee's share record comes without a proof.",
        make: without_proof,
    },
    Case {
        name: "group.membership-share-identity",
        altered: "A trustee gives the identity for a partial decryption.",
        make: || element_replaced([0; 32]),
    },
    Case {
        name: "encoding.canonical-share",
        altered: "A trustee's partial decryption is not in its canonical encoding.",
        make: || element_replaced([0xff; 32]),
    },
    Case {
        name: "encoding.canonical-share-response",
        altered: "The response in a trustee's proof of its shares is not below the group's order.",
        make: || share_of_the_first(|_, body| body.proof.response = [0xff; 32]),
    },
    Case {
        name: "decrypt.input-first-list",
        altered: "A trustee decrypts the list as the voters cast it.",
        make: || list_shared(false, |election| election.view().batches[0].first),
    },
    Case {
        name: "decrypt.input-first-mix",
        altered: "A trustee decrypts the list of the first mix.",
        make: || list_shared(false, |election| election.view().batches[0].mixes[0].output),
    },
    Case {
        name: "decrypt.repeat-another-list",
        altered: "A trustee that has shared the last list shares the first one too.",
        make: || list_shared(true, |election| election.view().batches[0].first),
    },
    Case {
        name: "decrypt.repeat-same-list",
        altered: "A trustee shares the last list twice.",
        make: || list_shared(true, |election| election.view().batches[0].last),
    },
    Case {
        name: "decrypt.quorum-one-share",
        altered: "One trustee of the two that are needed has shared; the authority publishes the plaintexts and \
                  names the other one too.",
        make: || too_few(&[0, 1]),
    },
    Case {
        name: "decrypt.quorum-one-share-twice",
        altered: "One trustee of the two that are needed has shared; the authority publishes the plaintexts and \
                  names it twice.",
        make: || too_few(&[0, 0]),
    },
    Case {
        name: "decrypt.quorum-one-share-once",
        altered: "One trustee of the two that are needed has shared; the authority publishes the plaintexts and \
                  names it alone.",
        make: || too_few(&[0]),
    },
    Case {
        name: "decrypt.quorum-share-after-the-result",
        altered: "The authority's result names two trustees, of whom one shares only after it.",
        make: share_after_the_result,
    },
    Case {
        name: "decrypt.quorum-unsorted",
        altered: "The authority's result names its trustees in no order.",
        make: || named(&[1, 0]),
    },
    Case {
        name: "decrypt.quorum-too-many",
        altered: "The authority's result names three trustees where two are needed.",
        make: || named(&[0, 1, 2]),
    },
    Case {
        name: "decrypt.quorum-unknown",
        altered: "The authority's result names a trustee that there is not.",
        make: || named(&[0, 3]),
    },
];

fn with_shares(election: &Election, body: &mut Share, alter: impl Fn(&mut Vec<u8>, usize)) {
    let shares = body.lists[0].shares;
    let mut bytes = election.read(&shares);
    alter(&mut bytes, shares.row_length as usize);
    body.lists[0].shares = election.put(shares.row_length, &bytes);
}

/// The trustee's fault, in its last record.
fn posted(mut election: Election, trustee: u64, body: Share) -> Fixture {
    let record = election.post(Author::Trustee(trustee), Body::Share(body));
    Fixture::blaming(election.board, &[Culprit::Trustee(trustee)]).at(record)
}

fn share_of_the_first(alter: impl Fn(&Election, &mut Share)) -> Fixture {
    let mut election = mixed();
    let mut body = election.share_body(0);
    alter(&election, &mut body);
    posted(election, 0, body)
}

/// The first trustee alters its shares, the first of them in this row; the others suffice for a result.
fn among_good_ones(alter: impl Fn(&mut Vec<u8>, usize), row: u64) -> Fixture {
    let mut election = mixed();
    let mut body = election.share_body(0);
    with_shares(&election, &mut body, alter);
    let record = election.post(Author::Trustee(0), Body::Share(body));
    election.share(1);
    election.share(2);
    election.publish_audited();
    election.seal();
    Fixture::blaming(election.board, &[Culprit::Trustee(0)]).at_row(record, row)
}

fn plaintext_follows() -> Fixture {
    let mut election = mixed();
    let mut body = election.share_body(0);
    with_shares(&election, &mut body, |bytes, _| add(bytes, 0, group::base()));
    let record = election.post(Author::Trustee(0), Body::Share(body));
    election.share(1);
    election.publish();
    election.seal();
    Fixture::blaming(election.board, &[Culprit::Trustee(0)]).and_guilty(AUTHORITY).at(record)
}

/// The first trustee's shares, proved by the honest prover for another statement.
fn proved(alter: impl Fn(&mut Statement<'_>)) -> Fixture {
    let mut election = mixed();
    let batch = election.view().batches[0].clone();
    let list = batch.last;
    let shares = election.share_body(0).lists[0].shares;
    let body = election.prove_altered(0, &[(batch, list)], &[shares], alter);
    posted(election, 0, body)
}

fn batches_exchanged() -> Fixture {
    let mut election = Election::mixed(in_two_batches());
    let mut body = election.share_body(0);
    let (first, second) = body.lists.split_at_mut(1);
    std::mem::swap(&mut first[0].shares, &mut second[0].shares);
    posted(election, 0, body)
}

/// A body whose proof is an empty string.
fn without_proof() -> Fixture {
    let mut election = mixed();
    let body = Body::Share(election.share_body(0));
    let mut message = election.message(Author::Trustee(0), &body);
    // The last of the two fields, a string of 96 bytes behind its head of two.
    message.body.truncate(message.body.len() - 98);
    message.body.push(0x40);
    let record = election.append(Author::Trustee(0), message);
    Fixture::blaming(election.board, &[Culprit::Trustee(0)]).at(record)
}

fn element_replaced(value: [u8; 32]) -> Fixture {
    let fixture = share_of_the_first(|election, body| {
        with_shares(election, body, |bytes, row| {
            bytes[2 * row..2 * row + 32].copy_from_slice(&value);
        });
    });
    Fixture { place: fixture.place.map(|(record, _)| (record, Some(2))), ..fixture }
}

/// The last trustee shares a list that it must not; `again`: after the one that it should.
fn list_shared(again: bool, list: impl Fn(&Election) -> psephos_record::bodies::Blob) -> Fixture {
    let mut election = mixed();
    let batch = election.view().batches[0].clone();
    let list = list(&election);
    if again {
        election.share(2);
    }
    let body = election.share_lists(2, &[(batch, list)]);
    posted(election, 2, body)
}

/// The authority knows the plaintexts all the same, as who has all keys would.
fn too_few(named: &[u64]) -> Fixture {
    let whole = shared();
    let (_, plaintexts) = whole.decrypt(&whole.view().batches[0]);
    let mut election = mixed();
    election.share(0);
    result_naming(election, named, plaintexts)
}

fn share_after_the_result() -> Fixture {
    let whole = shared();
    let (_, plaintexts) = whole.decrypt(&whole.view().batches[0]);
    let mut election = mixed();
    election.share(0);
    let body = election.result_with(&[(vec![0, 2], plaintexts)]);
    let record = election.post(Author::Authority, Body::Result(body));
    election.share(2);
    election.seal();
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn named(named: &[u64]) -> Fixture {
    let election = shared();
    let (_, plaintexts) = election.decrypt(&election.view().batches[0]);
    result_naming(election, named, plaintexts)
}

fn result_naming(mut election: Election, named: &[u64], plaintexts: Vec<u8>) -> Fixture {
    let body = election.result_with(&[(named.to_vec(), plaintexts)]);
    let record = election.post(Author::Authority, Body::Result(body));
    election.seal();
    Fixture::blaming(election.board, AUTHORITY).at(record)
}
