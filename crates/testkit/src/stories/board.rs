//! What is wrong with signatures, with the chain of records, and with counters.

use ed25519_dalek::Signer;
use psephos_audit::Verdict;
use psephos_core::encodings::Fixed;
use psephos_record::bodies::{Body, Enrol, Seal, SignOff};
use psephos_record::invitation::sign_enrolment;
use psephos_record::kind::Kind;
use psephos_record::message::{Record, file_digest};

use super::stage::{closed, complete, enrolled, opened, plan, published, voted};
use super::{AUTHORITY, Case, Fixture, appended, culprit, place, plus_order, posted};
use crate::{Author, Election, relink};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "board.signature-proposal",
        altered: "The signature of the proposal is altered.",
        make: || spoilt(Kind::Proposal, |signature| signature[5] ^= 1),
    },
    Case {
        name: "board.signature-deal",
        altered: "The signature of trustee 0's deal is altered.",
        make: || spoilt(Kind::Deal, |signature| signature[40] ^= 1),
    },
    Case {
        name: "board.signature-close",
        altered: "The signature of the close record is altered.",
        make: || spoilt(Kind::Close, |signature| signature[5] ^= 1),
    },
    Case {
        name: "board.signature-mix",
        altered: "The signature of trustee 0's mix is altered: nobody can be blamed, trustee 0 least of all.",
        make: || spoilt(Kind::Mix, |signature| signature[5] ^= 1),
    },
    Case {
        name: "board.signature-seal",
        altered: "The signature of the seal is altered.",
        make: || spoilt(Kind::Seal, |signature| signature[63] ^= 1),
    },
    Case {
        name: "board.signature-zeros",
        altered: "The seal has only zeros for a signature.",
        make: || spoilt(Kind::Seal, |signature| *signature = [0; 64]),
    },
    Case {
        name: "board.signature-response-not-reduced",
        altered: "The response of the seal's signature has the group's order added to it.",
        make: || {
            spoilt(Kind::Seal, |signature| {
                let (_, response) = signature.split_at_mut(32);
                let sum = plus_order(response.first_chunk().expect("32 bytes"));
                response.copy_from_slice(&sum);
            })
        },
    },
    Case {
        name: "board.signature-without-domain",
        altered: "The authority has signed the seal's message without the domain before it.",
        make: || {
            let election = complete();
            let key = election.key(Author::Authority).clone();
            resigned(election, Kind::Seal, |record| {
                record.signature = Fixed(key.sign(&record.message).to_bytes());
            })
        },
    },
    Case {
        name: "board.signature-of-another-record",
        altered: "The seal carries the signature of the result.",
        make: || {
            let election = complete();
            let result = &election.board.records()[place(&election, Kind::Result)];
            let signature = Record::decode(result).expect("a record").signature;
            resigned(election, Kind::Seal, |record| record.signature = signature)
        },
    },
    Case {
        name: "board.signature-weak-key",
        altered: "A trustee has enrolled the neutral point as its key, under which one signature fits anything.",
        make: weak_key,
    },
    Case {
        name: "board.signature-stranger-closes",
        altered: "Somebody whom the election does not know has written the close record.",
        make: || {
            let mut election = voted();
            let body = election.close_body(&[]);
            let at = election.post(Author::Stranger, Body::Close(body));
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.signature-trustee-issues-manifest",
        altered: "Trustee 1 has written the manifest.",
        make: || {
            let election = enrolled();
            let body = election.manifest_body();
            posted(election, Author::Trustee(1), Body::Manifest(body))
        },
    },
    Case {
        name: "board.signature-trustee-seals",
        altered: "Trustee 1 has written the seal.",
        make: || {
            let election = published();
            let view = election.view();
            let seal = Seal { head: view.head, records: view.records };
            posted(election, Author::Trustee(1), Body::Seal(seal))
        },
    },
    Case {
        name: "board.signature-authority-signs-off",
        altered: "The authority has written a trustee's statement that its own audit found the board VALID.",
        make: || {
            let election = opened();
            let head = election.view().head;
            posted(election, Author::Authority, Body::SignOff(SignOff { head }))
        },
    },
    Case {
        name: "board.chain-record-removed",
        altered: "Whoever keeps the board has removed the ballots record and moved the others up.",
        make: || rearranged(|files, at| drop(files.remove(at)), false),
    },
    Case {
        name: "board.chain-record-removed-relinked",
        altered: "Whoever keeps the board has removed the ballots record and wrapped the others anew.",
        make: || rearranged(|files, at| drop(files.remove(at)), true),
    },
    Case {
        name: "board.chain-records-swapped",
        altered: "Whoever keeps the board has exchanged the ballots record with the one before it.",
        make: || rearranged(|files, at| files.swap(at - 1, at), false),
    },
    Case {
        name: "board.chain-records-swapped-relinked",
        altered: "Whoever keeps the board has exchanged the ballots record with the one before it, and wrapped \
                  all anew.",
        make: || rearranged(|files, at| files.swap(at - 1, at), true),
    },
    Case {
        name: "board.chain-record-doubled",
        altered: "Whoever keeps the board has put the ballots record there twice and wrapped all anew.",
        make: || rearranged(|files, at| files.insert(at, files[at].clone()), true),
    },
    Case {
        name: "board.chain-message-repeated",
        altered: "Somebody has wrapped trustee 0's mix a second time.",
        make: || {
            let mut election = closed();
            let at = election.mix(0) + 1;
            let mut files = election.board.records();
            files.extend(files.last().cloned());
            election.board.set_records(relink(files));
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.chain-file-missing",
        altered: "The file of record 20 is missing.",
        make: || Fixture::blaming(complete().board, &[]).without("records/00000020.cbor"),
    },
    Case {
        name: "board.chain-first-file-missing",
        altered: "The file of record 0 is missing.",
        make: || Fixture::blaming(complete().board, &[]).without("records/00000000.cbor"),
    },
    Case {
        name: "board.chain-previous",
        altered: "The seal's wrapper names another record before it.",
        make: || resigned(complete(), Kind::Seal, |record| record.previous[0] ^= 1),
    },
    Case {
        name: "board.chain-sequence",
        altered: "The seal's wrapper says that it is another record.",
        make: || resigned(complete(), Kind::Seal, |record| record.sequence += 1),
    },
    Case {
        name: "board.chain-from-a-fork",
        altered: "Trustee 1's sign-off was made for a fork of the board, and somebody has wrapped it here.",
        make: || {
            let mut fork = opened();
            fork.take_in_plan();
            let head = fork.view().head;
            let message = fork.message(Author::Trustee(1), &Body::SignOff(SignOff { head }));
            let mut election = opened();
            let at = election.append(Author::Trustee(1), message);
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.chain-knew-nothing",
        altered: "Trustee 1's sign-off says that it knew no record at all.",
        make: || chained(|message| message.head = [0; 32]),
    },
    Case {
        name: "board.chain-other-election",
        altered: "Trustee 1's sign-off was made for another election.",
        make: || chained(|message| message.election = [7; 32]),
    },
    Case {
        name: "board.chain-vouches-for-nothing",
        altered: "Trustee 1 signs off a record that is not on the board.",
        make: || {
            let body = Body::SignOff(SignOff { head: [7; 32] });
            posted(opened(), Author::Trustee(1), body)
        },
    },
    Case {
        name: "board.chain-seal-counts-wrong",
        altered: "The authority's seal counts one record less than there are.",
        make: || sealed(|seal| seal.records -= 1),
    },
    Case {
        name: "board.chain-seal-of-an-earlier-head",
        altered: "The authority seals another record than the one before the seal.",
        make: || sealed(|seal| seal.head = [7; 32]),
    },
    Case {
        name: "board.chain-tail-removed",
        altered: "Whoever keeps the board has removed everything behind the close record: INCOMPLETE.",
        make: || {
            let election = complete();
            let mut files = election.board.records();
            files.truncate(place(&election, Kind::Close) + 1);
            election.board.set_records(files);
            Fixture::answering(election.board, Verdict::Incomplete)
        },
    },
    Case {
        name: "board.chain-seal-removed",
        altered: "Whoever keeps the board has removed the seal: INCOMPLETE.",
        make: || {
            let board = complete().board;
            let mut files = board.records();
            files.pop();
            board.set_records(files);
            Fixture::answering(board, Verdict::Incomplete)
        },
    },
    Case {
        name: "setup.identity-tail-removed",
        altered: "Whoever keeps the board has removed its end, but the auditor was told the head.",
        make: || {
            let board = complete().board;
            let mut files = board.records();
            let head = file_digest(files.last().expect("a record"));
            files.truncate(files.len() - 3);
            board.set_records(files);
            Fixture::blaming(board, &[]).pinned(head)
        },
    },
    Case {
        name: "board.equivocation-sign-offs",
        altered: "Trustee 1 has signed two messages with one counter.",
        make: || equivocated(opened(), Author::Trustee(1)),
    },
    Case {
        name: "board.equivocation-mixes",
        altered: "Trustee 0 has signed two mixes with one counter.",
        make: || {
            let mut election = closed();
            let (one, other) = (election.mix_body(0), election.mix_body(0));
            let mut message = election.message(Author::Trustee(0), &Body::Mix(one));
            election.append(Author::Trustee(0), message.clone());
            message.body = Body::Mix(other).encode();
            appended(election, Author::Trustee(0), message)
        },
    },
    Case {
        name: "board.equivocation-authority",
        altered: "The authority has signed two close records with one counter.",
        make: || {
            let mut election = voted();
            let mut body = election.close_body(&[]);
            let mut message = election.message(Author::Authority, &Body::Close(body.clone()));
            election.append(Author::Authority, message.clone());
            body.submitted += 1;
            message.body = Body::Close(body).encode();
            appended(election, Author::Authority, message)
        },
    },
    Case {
        name: "board.equivocation-stranger",
        altered: "Somebody whom the election does not know has signed two messages with one counter.",
        make: || equivocated(opened(), Author::Stranger),
    },
];

/// A record whose wrapper is altered, with those behind it wrapped anew.
fn resigned(election: Election, kind: Kind, alter: impl FnOnce(&mut Record)) -> Fixture {
    let at = place(&election, kind);
    let mut files = election.board.records();
    let mut record = Record::decode(&files[at]).expect("a record");
    alter(&mut record);
    files[at] = record.encode();
    // Relinking would put the last record's wrapper right again.
    let files = if at + 1 < files.len() { relink(files) } else { files };
    election.board.set_records(files);
    Fixture::blaming(election.board, &[]).at(at as u64)
}

fn spoilt(kind: Kind, alter: impl FnOnce(&mut [u8; 64])) -> Fixture {
    resigned(complete(), kind, |record| alter(&mut record.signature.0))
}

/// The files of a sealed board in another order; the place of the ballots record is given.
fn rearranged(alter: impl FnOnce(&mut Vec<Vec<u8>>, usize), linked: bool) -> Fixture {
    let election = complete();
    let mut files = election.board.records();
    alter(&mut files, place(&election, Kind::Ballots));
    election.board.set_records(if linked { relink(files) } else { files });
    Fixture::blaming(election.board, &[])
}

/// Trustee 1's sign-off, in a chain where it does not belong; nobody is to blame.
fn chained(alter: impl FnOnce(&mut psephos_record::message::Message)) -> Fixture {
    let mut election = opened();
    let head = election.view().head;
    let mut message = election.message(Author::Trustee(1), &Body::SignOff(SignOff { head }));
    alter(&mut message);
    let at = election.append(Author::Trustee(1), message);
    Fixture::blaming(election.board, &[]).at(at)
}

fn sealed(alter: impl FnOnce(&mut Seal)) -> Fixture {
    let election = published();
    let view = election.view();
    let mut seal = Seal { head: view.head, records: view.records };
    alter(&mut seal);
    let fixture = posted(election, Author::Authority, Body::Seal(seal));
    Fixture { culprits: AUTHORITY.to_vec(), ..fixture }
}

fn equivocated(mut election: Election, author: Author) -> Fixture {
    let head = election.view().head;
    let mut message = election.message(author, &Body::SignOff(SignOff { head }));
    election.append(author, message.clone());
    message.time += 1;
    let at = election.append(author, message);
    let culprit = culprit(&election, author);
    Fixture::blaming(election.board, &[culprit]).at(at)
}

/// The neutral point as a key, and a signature that fits it whatever is signed.
fn weak_key() -> Fixture {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut fits_all = [0; 64];
    fits_all[0] = 1;
    let mut election = Election::new(plan());
    election.propose();
    election.enrol(0);
    election.enrol(1);
    let proposal = election.view().proposal.expect("a proposal").digest;
    let invitation = sign_enrolment(&election.invitations[2], &proposal, 2, &neutral);
    let mut message =
        election.message(Author::Stranger, &Body::Enrol(Enrol { trustee: 2, invitation }));
    message.author = neutral;
    let at = election.append(Author::Stranger, message);
    let mut files = election.board.records();
    let last = files.last_mut().expect("a record");
    let record = Record::decode(last).expect("a record");
    *last = Record { signature: Fixed(fits_all), ..record }.encode();
    election.board.set_records(files);
    Fixture::blaming(election.board, &[]).at(at)
}
