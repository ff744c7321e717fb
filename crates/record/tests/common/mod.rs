//! Made-up bodies of every kind, and signed messages around them.
#![allow(dead_code, unused_imports, reason = "each test binary uses its part")]

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use psephos_ballot::{
    Contest, ContestResult, Method, Round, Tally, Texts, Tie, WriteIns, WrittenText,
};
use psephos_core::encodings::{Encodings, Fixed};
use psephos_proofs::shuffle;
use psephos_proofs::sigma::{Dleq, Schnorr};
use psephos_record::bodies::*;
use psephos_record::kind::Kind;

pub mod messages;

pub use messages::{key, message, signed};

pub fn digest() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}

fn encodings() -> impl Strategy<Value = Encodings> {
    vec(digest(), 0..5).prop_map(Encodings)
}

fn fixed() -> impl Strategy<Value = Fixed<32>> {
    digest().prop_map(Fixed)
}

fn schnorr() -> impl Strategy<Value = Schnorr> {
    (digest(), digest()).prop_map(|(commitment, response)| Schnorr { commitment, response })
}

fn dleq() -> impl Strategy<Value = Dleq> {
    (digest(), digest(), digest()).prop_map(|(commitment, image_commitment, response)| Dleq {
        commitment,
        image_commitment,
        response,
    })
}

fn fixed64() -> impl Strategy<Value = Fixed<64>> {
    (digest(), digest()).prop_map(|(a, b)| Fixed([a, b].concat().try_into().unwrap()))
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Zäé ✓0-9]{0,12}"
}

pub fn blob() -> impl Strategy<Value = Blob> {
    (digest(), any::<u64>(), any::<u64>()).prop_map(|(root, rows, row_length)| Blob {
        root,
        rows,
        row_length,
    })
}

fn method() -> impl Strategy<Value = Method> {
    (0..13, any::<u16>(), vec(text(), 0..4)).prop_map(|(kind, number, grades)| match kind {
        0 => Method::Plurality { max_marks: number },
        1 => Method::Approval {},
        2 => Method::Score { max_score: number },
        3 => Method::Borda { max_ranks: number },
        4 => Method::Irv { max_ranks: number },
        5 => Method::Stv { max_ranks: number },
        6 => Method::ScottishStv { max_ranks: number },
        7 => Method::Meek { max_ranks: number },
        8 => Method::Schulze { max_ranks: number },
        9 => Method::MajorityJudgment { grades },
        10 => Method::DHondt { max_marks: number },
        11 => Method::SainteLague { max_marks: number },
        _ => Method::Text { max_bytes: number },
    })
}

fn contest() -> impl Strategy<Value = Contest> {
    let write_ins =
        any::<(u16, u16)>().prop_map(|(slots, max_bytes)| WriteIns { slots, max_bytes });
    (text(), any::<u16>(), text(), method(), option::of(write_ins), vec(text(), 0..4)).prop_map(
        |(id, seats, title, method, write_ins, candidates)| Contest {
            id,
            seats,
            title,
            method,
            write_ins,
            candidates,
        },
    )
}

fn ballot_box() -> impl Strategy<Value = BallotBox> {
    let batch = (text(), option::of(any::<u64>()), any::<u64>(), vec(any::<u64>(), 0..3))
        .prop_map(|(id, bits, width, contests)| Batch { id, bits, width, contests });
    (text(), option::of(any::<u64>()), vec(batch, 0..3))
        .prop_map(|(id, merge, batches)| BallotBox { id, merge, batches })
}

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![Just(Policy::Open), Just(Policy::First), Just(Policy::Last)]
}

fn description() -> impl Strategy<Value = Description> {
    let voters = (option::of(blob()), digest(), policy());
    (
        vec(ballot_box(), 0..3),
        (any::<[u64; 3]>(), [option::of(any::<u64>()), option::of(any::<u64>())]),
        text(),
        voters,
        vec(contest(), 0..3),
        vec(text(), 0..4),
    )
        .prop_map(
            |(
                boxes,
                ([mixes, threshold, minimum], [opens, closes]),
                title,
                (roll, intake, policy),
                contests,
                trustees,
            )| {
                Description {
                    roll,
                    boxes,
                    mixes,
                    opens,
                    suite: Suite::default(),
                    title,
                    closes,
                    intake,
                    policy,
                    minimum,
                    contests,
                    trustees,
                    threshold,
                }
            },
        )
}

fn roll_amend() -> impl Strategy<Value = RollAmend> {
    let entry = (any::<u64>(), digest())
        .prop_map(|(box_index, credential)| RollEntry { box_index, credential });
    (vec(entry, 0..3), text(), vec(digest(), 0..3)).prop_map(|(added, reason, removed)| RollAmend {
        added,
        reason,
        removed,
    })
}

fn exclusion() -> impl Strategy<Value = Exclusion> {
    let unmixed = (any::<[u64; 2]>(), digest())
        .prop_map(|([box_index, batch_index], root)| Unmixed { box_index, root, batch_index });
    prop_oneof![
        (vec(unmixed, 0..3), any::<u64>())
            .prop_map(|(batches, trustee)| Exclusion::Absence { batches, trustee }),
        (text(), [digest(), digest()], any::<u64>()).prop_map(
            |(check, [digest, previous], sequence)| Exclusion::Cause {
                check,
                digest,
                previous,
                sequence,
            }
        ),
    ]
}

fn deal() -> impl Strategy<Value = Deal> {
    let share = (fixed(), schnorr(), any::<[u8; 32]>(), any::<[u8; 16]>()).prop_map(
        |(ephemeral, knowledge, a, b)| EncryptedShare {
            ephemeral,
            knowledge,
            ciphertext: Fixed([&a[..], &b].concat().try_into().unwrap()),
        },
    );
    (vec(share, 0..4), schnorr(), encodings()).prop_map(|(shares, knowledge, commitments)| Deal {
        shares,
        knowledge,
        commitments,
    })
}

fn zero() -> impl Strategy<Value = shuffle::zero::ZeroProof> {
    (encodings(), encodings(), encodings(), [fixed(), fixed(), fixed(), fixed(), fixed()]).prop_map(
        |(
            left,
            right,
            diagonals,
            [left_blind, right_blind, left_opening, right_opening, diagonal_opening],
        )| {
            shuffle::zero::ZeroProof {
                left,
                right,
                diagonals,
                left_blind,
                right_blind,
                left_opening,
                right_opening,
                diagonal_opening,
            }
        },
    )
}

fn product() -> impl Strategy<Value = shuffle::product::ProductProof> {
    let single = (encodings(), encodings(), [fixed(), fixed(), fixed(), fixed(), fixed()])
        .prop_map(|(values, products, [mask, linear, constant, steps_opening, values_opening])| {
            shuffle::single_value::SingleValueProof {
                mask,
                linear,
                values,
                constant,
                products,
                steps_opening,
                values_opening,
            }
        });
    (zero(), fixed(), encodings(), single).prop_map(|(zero, columns, partial, single_value)| {
        shuffle::product::ProductProof { zero, columns, partial, single_value }
    })
}

pub fn proof() -> impl Strategy<Value = shuffle::Proof> {
    let multiexp = (
        encodings(),
        encodings(),
        [encodings(), encodings(), encodings()],
        [encodings(), encodings(), encodings()],
    )
        .prop_map(
            |(
                masks,
                blinds,
                [factors, openings, response],
                [diagonals, mask_values, mask_openings],
            )| {
                shuffle::multiexp::MultiexpProof {
                    masks,
                    blinds,
                    factors,
                    openings,
                    response,
                    diagonals,
                    mask_values,
                    mask_openings,
                }
            },
        );
    (encodings(), product(), multiexp, encodings()).prop_map(
        |(powers, product, multiexp, exponents)| shuffle::Proof {
            powers,
            product,
            multiexp,
            exponents,
        },
    )
}

fn mix() -> impl Strategy<Value = Mix> {
    let one = (any::<[u64; 3]>(), digest(), option::of(proof()), blob()).prop_map(
        |([box_index, batch_index, position], input, proof, output)| BatchMix {
            box_index,
            batch_index,
            input,
            proof,
            output,
            position,
        },
    );
    vec(one, 0..3).prop_map(|mixes| Mix { mixes })
}

fn share() -> impl Strategy<Value = Share> {
    let one = (any::<[u64; 2]>(), digest(), blob()).prop_map(
        |([box_index, batch_index], input, shares)| BatchShare {
            box_index,
            batch_index,
            input,
            shares,
        },
    );
    (vec(one, 0..3), dleq()).prop_map(|(lists, proof)| Share { lists, proof })
}

type Parts = (Vec<u64>, Vec<Vec<u64>>, Vec<Round>, Vec<Vec<u16>>, usize);

fn tally((votes, rows, rounds, ranking, method): Parts) -> Tally {
    let threshold = votes.first().copied().unwrap_or(0);
    let seats = rows.first().cloned().unwrap_or_default();
    match method {
        0 => Tally::Plurality { votes },
        1 => Tally::Approval { votes },
        2 => Tally::Score { points: votes },
        3 => Tally::Borda { points: votes },
        4 => Tally::Irv { rounds },
        5 => Tally::Stv { rounds, threshold },
        6 => Tally::ScottishStv { rounds, threshold },
        7 => Tally::Meek { quotas: votes, rounds },
        8 => Tally::Schulze { pairs: rows, ranking },
        9 => Tally::MajorityJudgment { grades: rows, ranking },
        10 => Tally::DHondt { seats, votes },
        11 => Tally::SainteLague { seats, votes },
        _ => Tally::Text {},
    }
}

fn contest_result() -> impl Strategy<Value = ContestResult> {
    let list = || vec(any::<u16>(), 0..3);
    let round = (vec(option::of(any::<u64>()), 0..4), list(), any::<u64>(), list()).prop_map(
        |(votes, elected, exhausted, eliminated)| Round { votes, elected, exhausted, eliminated },
    );
    let numbers = || vec(any::<u64>(), 0..4);
    let tally = (numbers(), vec(numbers(), 0..3), vec(round, 0..3), vec(list(), 0..3), 0..13_usize)
        .prop_map(tally);
    let tie = (list(), list(), any::<u64>(), option::of(any::<u64>()))
        .prop_map(|(lost, tied, round, earlier)| Tie { lost, tied, round, earlier });
    let written = (text(), any::<u64>()).prop_map(|(text, ballots)| WrittenText { text, ballots });
    let texts =
        (vec(written, 0..3), any::<u64>()).prop_map(|(most, distinct)| Texts { most, distinct });
    let texts = option::of(texts);
    (text(), vec(tie, 0..2), any::<[u64; 3]>(), tally, texts, list(), digest()).prop_map(
        |(id, ties, [blank, ballots, invalid], tally, texts, elected, cells_sha256)| {
            ContestResult { id, ties, blank, tally, texts, ballots, elected, invalid, cells_sha256 }
        },
    )
}

fn result() -> impl Strategy<Value = ElectionResult> {
    let one = (any::<[u64; 2]>(), vec(any::<u64>(), 0..3), blob()).prop_map(
        |([box_index, batch_index], trustees, plaintexts)| BatchResult {
            box_index,
            batch_index,
            trustees,
            plaintexts,
        },
    );
    (vec(one, 0..3), vec(contest_result(), 0..3))
        .prop_map(|(batches, contests)| ElectionResult { batches, contests })
}

fn close() -> impl Strategy<Value = Close> {
    let one = (any::<[u64; 2]>(), blob()).prop_map(|([box_index, batch_index], list)| CloseBatch {
        box_index,
        list,
        batch_index,
    });
    (vec(one, 0..3), blob(), any::<u64>()).prop_map(|(batches, rejected, submitted)| Close {
        batches,
        rejected,
        submitted,
    })
}

/// A body of any kind that has one.
pub fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        (description(), vec(digest(), 0..4)).prop_map(|(description, invitations)| Body::Proposal(
            Proposal { description, invitations }
        )),
        (any::<u64>(), fixed64())
            .prop_map(|(trustee, invitation)| Body::Enrol(Enrol { trustee, invitation })),
        (vec(digest(), 0..4), any::<u64>(), vec(any::<u64>(), 0..3), digest(), description())
            .prop_map(|(keys, attempt, excluded, proposal, description)| Body::Manifest(
                Manifest { keys, attempt, excluded, proposal, description }
            )),
        (digest(), schnorr()).prop_map(|(key, proof)| Body::Accept(Accept { key, proof })),
        digest().prop_map(|commitment| Body::DealCommitment(DealCommitment { commitment })),
        deal().prop_map(Body::Deal),
        digest().prop_map(|deals| Body::Confirm(Confirm { deals })),
        (digest(), dleq(), any::<u64>())
            .prop_map(|(point, proof, dealer)| Body::Complain(Complain { point, proof, dealer })),
        Just(Body::Open(Open {})),
        (any::<u64>(), blob())
            .prop_map(|(box_index, ballots)| Body::Ballots(Ballots { box_index, ballots })),
        roll_amend().prop_map(Body::RollAmend),
        blob().prop_map(|challenged| Body::Challenged(Challenged { challenged })),
        (any::<u64>(), text())
            .prop_map(|(box_index, reason)| Body::Waiver(Waiver { box_index, reason })),
        exclusion().prop_map(Body::Exclusion),
        close().prop_map(Body::Close),
        mix().prop_map(Body::Mix),
        share().prop_map(Body::Share),
        result().prop_map(Body::Result),
        digest().prop_map(|head| Body::SignOff(SignOff { head })),
        (digest(), any::<u64>()).prop_map(|(head, records)| Body::Seal(Seal { head, records })),
    ]
}

/// Every kind that has a body, with the bodies of one run of the generator.
pub fn kinds_with_bodies() -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| *kind != Kind::CounterProposal).collect()
}
