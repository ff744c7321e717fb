//! What the authority's `close` says of ballots: which were rejected, and what is in the accepted lists
//! (spec/09-audit.md §9.5, §9.8, §9.9). The trustees then do their work: but for this the election is VALID.

use psephos_audit::Verdict;
use psephos_record::bodies::{Body, Mix, Reason, Rejected, Waiver};

use super::ballots::{voted, votes};
use super::mixes::in_two_batches;
use super::{AUTHORITY, Case, Fixture};
use crate::{Author, Election, Plan};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "intake.rejected-valid-ballot",
        altered: "The authority lists a valid ballot as rejected.",
        make: || rejecting(|sequence| (sequence, 2, Reason::Proof.code())),
    },
    Case {
        name: "intake.rejected-no-such-row",
        altered: "The authority lists a ballot as rejected that is not in the record it names.",
        make: || rejecting(|sequence| (sequence, 3, Reason::Proof.code())),
    },
    Case {
        name: "intake.rejected-no-such-record",
        altered: "The authority lists a ballot as rejected from a record that there is not.",
        make: || rejecting(|_| (u64::MAX, u64::MAX, Reason::Proof.code())),
    },
    Case {
        name: "intake.rejected-no-such-reason",
        altered: "The authority lists a ballot as rejected for a reason that there is not.",
        make: || rejecting(|sequence| (sequence, 1, 8)),
    },
    Case {
        name: "intake.rejected-wrong-reason",
        altered: "The authority rejects a ballot without a proof that holds, and says that it is misshapen.",
        make: wrong_reason,
    },
    Case {
        name: "intake.rejected-unsorted",
        altered: "The authority lists two rejected ballots in the wrong order.",
        make: || two_rejected(|bad| bad.reverse()),
    },
    Case {
        name: "intake.rejected-twice",
        altered: "The authority lists one rejected ballot twice.",
        make: || two_rejected(|bad| bad.insert(0, bad[0])),
    },
    Case {
        name: "intake.rejected-one-more-submitted",
        altered: "The authority states one ballot more than it has taken in.",
        make: one_more_submitted,
    },
    Case {
        name: "intake.missing-accepted-ballot",
        altered: "The authority leaves an accepted ballot out of the list that is mixed.",
        make: || listing(|rows, _| drop(rows.remove(0))),
    },
    Case {
        name: "intake.missing-row-replaced",
        altered: "The authority puts a ciphertext of its own in the place of an accepted one.",
        make: || {
            listing(|rows, extra| {
                rows[0] = extra;
                rows.sort();
            })
        },
    },
    Case {
        name: "intake.missing-batches-exchanged",
        altered: "The authority exchanges the accepted lists of two batches of the same size.",
        make: batches_exchanged,
    },
    Case {
        name: "intake.added-row",
        altered: "The authority adds a ciphertext to the list that is mixed.",
        make: || {
            listing(|rows, extra| {
                rows.push(extra);
                rows.sort();
            })
        },
    },
    Case {
        name: "intake.added-row-of-no-elements",
        altered: "The authority adds a row that encodes no elements to the list, the trustees post mixes of that, \
                  and the authority a result: none of that can be judged, and the trustees are not to blame.",
        make: no_element_added,
    },
    Case {
        name: "shape.length-close-misstates-its-list",
        altered: "The authority says that its list has a row more than it has; a trustee's mix of what stands there is \
                  not to blame.",
        make: list_misstated,
    },
    Case {
        name: "intake.added-row-twice",
        altered: "The authority puts an accepted ballot into the list twice.",
        make: || listing(|rows, _| rows.insert(0, rows[0].clone())),
    },
    Case {
        name: "encoding.canonical-list-unsorted",
        altered: "The authority gives the accepted list an order of its own.",
        make: || listing(|rows, _| rows.swap(0, 1)),
    },
    Case {
        name: "intake.minimum-too-few",
        altered: "The authority closes a box with two ballots, where three are the minimum, and waives nothing.",
        make: || closed_by_rule(three_and_two(3, None)),
    },
    Case {
        name: "intake.minimum-too-few-when-merged",
        altered: "The authority merges a small box into another, which is still below the minimum.",
        make: || closed_by_rule(three_and_two(9, Some(0))),
    },
    Case {
        name: "intake.missing-small-box-not-merged",
        altered: "The authority mixes a small box by itself that the manifest merges into another.",
        make: not_merged,
    },
    Case {
        name: "intake.withheld-receipt",
        altered: "The intake has signed a receipt for a ballot, and never posted it.",
        make: withheld,
    },
    Case {
        name: "intake.withheld-receipt-not-signed",
        altered: "A voter brings a receipt that the intake has not signed: it proves nothing, and is not passed over.",
        make: receipt_not_signed,
    },
    Case {
        name: "intake.withheld-before-close",
        altered: "A voter brings a receipt while ballots may still be posted.",
        make: before_close,
    },
    Case {
        name: "receipt-kept",
        altered: "Nothing; a voter's receipt is for a ballot that is on the board.",
        make: receipt_kept,
    },
    Case {
        name: "intake.withheld-receipt-of-another-box",
        altered: "The intake signs a receipt that names another box than the ballot, and posts the ballot there, where \
                  it cannot count.",
        make: || in_another_box(0),
    },
    Case {
        name: "intake.withheld-posted-in-another-box",
        altered: "The intake signs a receipt as it should, and posts the ballot in another box.",
        make: || in_another_box(1),
    },
    Case {
        name: "closes-that-come-too-late",
        altered: "Somebody posts what the authority had signed to close a board that has changed since: once before \
                  the election is closed, and once behind it.",
        make: outdated_closes,
    },
    Case {
        name: "small-box-waived",
        altered: "A box has fewer ballots than the minimum, and the authority says why it is mixed all the same.",
        make: waived,
    },
    Case {
        name: "small-box-merged",
        altered: "A box has fewer ballots than the minimum, and is merged into another.",
        make: merged,
    },
    Case {
        name: "boxes-with-no-one-and-two-ballots",
        altered: "Of three boxes one has no ballot, one has one, and one has two.",
        make: none_one_and_two,
    },
    Case {
        name: "no-ballots",
        altered: "Nobody votes.",
        make: || Fixture::valid(Election::complete(Plan::new(2, 2, 0)).board),
    },
];

/// The authority's fault, in its `close`; then all goes on to the seal.
fn closed_with(mut election: Election, body: psephos_record::bodies::Close) -> Fixture {
    let record = election.post(Author::Authority, Body::Close(body));
    election.finish();
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

/// The fault is in a row of another record than `close`, or in none.
fn anywhere(fixture: Fixture) -> Fixture {
    Fixture { place: None, ..fixture }
}

/// `close` rejects one ballot: sequence, row and reason, where the ballots' record is given.
fn rejecting(choose: fn(u64) -> (u64, u64, u64)) -> Fixture {
    let election = voted();
    let (sequence, row, reason) = choose(election.view().ballots[0].sequence);
    let body = election.close_body(&[Rejected { sequence, row, reason }]);
    anywhere(closed_with(election, body))
}

/// Two ballots whose counters were raised afterwards are taken in, and rejected.
fn with_two_bad(alter: impl Fn(&mut Vec<Rejected>)) -> (Election, Vec<Rejected>) {
    let mut election = voted();
    let bad = [0, 1].map(|_| {
        let mut ballot = election.cast(&votes()).bytes;
        ballot[72] += 1;
        ballot
    });
    election.take_in(&bad);
    let mut rejected = election.rejected();
    alter(&mut rejected);
    (election, rejected)
}

fn wrong_reason() -> Fixture {
    let (election, rejected) = with_two_bad(|bad| bad[1].reason = Reason::Shape.code());
    let body = election.close_body(&rejected);
    anywhere(closed_with(election, body))
}

fn two_rejected(alter: impl Fn(&mut Vec<Rejected>)) -> Fixture {
    let (election, rejected) = with_two_bad(alter);
    let body = election.close_body(&rejected);
    closed_with(election, body)
}

fn one_more_submitted() -> Fixture {
    let election = voted();
    let mut body = election.close_body(&[]);
    body.submitted += 1;
    closed_with(election, body)
}

/// The accepted rows, altered with the help of a row that nobody has cast.
fn listing(alter: impl Fn(&mut Vec<Vec<u8>>, Vec<u8>)) -> Fixture {
    let mut election = voted();
    let honest = election.close_body(&[]);
    let list = honest.batches[0].list;
    let mut rows: Vec<Vec<u8>> =
        election.read(&list).chunks(list.row_length as usize).map(<[u8]>::to_vec).collect();
    let extra = election.cast(&votes()).elements.concat();
    alter(&mut rows, extra);
    let body = election.close_with(&rows, &[], honest.submitted);
    closed_with(election, body)
}

/// Nobody can prove a mix of the list.
fn no_element_added() -> Fixture {
    let mut election = voted();
    let honest = election.close_body(&[]);
    let list = honest.batches[0].list;
    let length = list.row_length as usize;
    let mut rows: Vec<Vec<u8>> = election.read(&list).chunks(length).map(<[u8]>::to_vec).collect();
    let output = [rows.concat(), rows[0].clone()].concat();
    rows.push(vec![0xff; length]);
    let body = election.close_with(&rows, &[], honest.submitted);
    let input = body.batches[0].list.root;
    let close = election.post(Author::Authority, Body::Close(body));
    let mut mix = Election::closed(Plan::new(2, 2, 4)).mix_body(0);
    mix.mixes[0].input = input;
    mix.mixes[0].output = election.put(list.row_length, &output);
    let output = mix.mixes[0].output;
    election.post(Author::Trustee(0), Body::Mix(mix));
    let batch = election.view().batches[0].clone();
    let mix = election.mix_list(&batch, 1, &output, 1);
    election.post(Author::Trustee(1), Body::Mix(Mix { mixes: vec![mix] }));
    let plaintexts = (vec![0, 1], vec![0; length / 2 * rows.len()]);
    let body = election.result_with(&[plaintexts]);
    election.post(Author::Authority, Body::Result(body));
    Fixture::blaming(election.board, AUTHORITY).at_row(close, rows.len() as u64 - 1)
}

fn list_misstated() -> Fixture {
    let mut election = voted();
    let mut body = election.close_body(&[]);
    body.batches[0].list.rows += 1;
    let mut honest = Election::closed(Plan::new(2, 2, 3));
    let mut mix = honest.mix_body(0);
    let output = honest.read(&mix.mixes[0].output);
    mix.mixes[0].input = body.batches[0].list.root;
    mix.mixes[0].output = election.put(mix.mixes[0].output.row_length, &output);
    let close = election.post(Author::Authority, Body::Close(body));
    election.post(Author::Trustee(0), Body::Mix(mix));
    Fixture::blaming(election.board, AUTHORITY).at(close)
}

fn batches_exchanged() -> Fixture {
    let election = Election::voted(in_two_batches());
    let mut body = election.close_body(&[]);
    let (first, second) = body.batches.split_at_mut(1);
    std::mem::swap(&mut first[0].list, &mut second[0].list);
    closed_with(election, body)
}

/// Two boxes of one form: three ballots in the town, two in the north, which may merge.
fn three_and_two(minimum: u64, merge: Option<u64>) -> Election {
    let mut plan = Plan::new(2, 2, 5).with_two_boxes();
    plan.boxes[1].batches = plan.boxes[0].batches.clone();
    plan.boxes[1].merge = merge;
    plan.minimum = minimum;
    Election::voted(plan)
}

fn closed_by_rule(election: Election) -> Fixture {
    let body = election.close_body(&[]);
    anywhere(closed_with(election, body))
}

/// Every box's rows in its own lists.
fn not_merged() -> Fixture {
    let election = three_and_two(3, Some(0));
    let mut lists: Vec<Vec<Vec<u8>>> = Vec::new();
    for taken in &election.view().ballots {
        let layout = election.layout_of(taken.box_index);
        let bytes = election.read(&taken.ballots);
        for batch in 0..2 {
            let ballots = bytes.chunks(layout.row_length()).filter_map(|bytes| layout.read(bytes));
            let rows = ballots.filter_map(|ballot| layout.batch(ballot.rows, batch));
            let mut rows: Vec<Vec<u8>> = rows.map(<[u8]>::to_vec).collect();
            rows.sort();
            lists.push(rows);
        }
    }
    let body = election.close_lists(&lists, &[], 5);
    anywhere(closed_with(election, body))
}

fn withheld() -> Fixture {
    let mut election = voted();
    let ballot = election.cast(&votes()).bytes;
    let receipt = election.receipt(0, &ballot);
    let body = election.close_body(&[]);
    closed_with(election, body).with_receipt("voter.receipt", receipt)
}

fn receipt_not_signed() -> Fixture {
    let mut election = voted();
    let ballot = election.cast(&votes()).bytes;
    let mut receipt = election.receipt(0, &ballot);
    receipt.signature.0[0] ^= 1;
    election.close();
    election.finish();
    let fixture = Fixture::answering(election.board, Verdict::Incomplete);
    fixture.with_receipt("voter.receipt", receipt)
}

fn before_close() -> Fixture {
    let mut election = voted();
    let ballot = election.cast(&votes()).bytes;
    let receipt = election.receipt(0, &ballot);
    let fixture = Fixture::answering(election.board, Verdict::Incomplete);
    fixture.with_receipt("voter.receipt", receipt)
}

fn receipt_kept() -> Fixture {
    let mut election = voted();
    let ballot = election.cast(&votes()).bytes;
    let receipt = election.receipt(0, &ballot);
    election.take_in(&[ballot]);
    election.close();
    election.finish();
    Fixture::valid(election.board).with_receipt("voter.receipt", receipt)
}

/// Two boxes whose ballots have one form; the north's ballot is posted among the town's.
fn in_another_box(stated: u64) -> Fixture {
    let mut election = three_and_two(0, None);
    let credential = psephos_secrets::SecretScalar::random(&mut election.rng);
    let ballot = election.cast_in(1, &votes(), &credential.into(), 0).bytes;
    let receipt = election.receipt(stated, &ballot);
    election.take_in_box(0, &[ballot]);
    let close = election.close();
    election.finish();
    let fixture = Fixture::blaming(election.board, AUTHORITY).at(close);
    fixture.with_receipt("voter.receipt", receipt)
}

fn outdated_closes() -> Fixture {
    let mut election = voted();
    let body = Body::Close(election.close_body(&[]));
    let early = election.message(Author::Authority, &body);
    let late = election.message(Author::Authority, &body);
    let ballot = election.cast(&votes()).bytes;
    election.take_in(&[ballot]);
    election.append(Author::Authority, early);
    election.close();
    election.append(Author::Authority, late);
    election.finish();
    Fixture::valid(election.board)
}

fn waived() -> Fixture {
    let mut election = three_and_two(3, None);
    let waiver = Waiver { box_index: 1, reason: "both voters agreed in writing".into() };
    election.post(Author::Authority, Body::Waiver(waiver));
    election.close();
    election.finish();
    Fixture::valid(election.board)
}

fn merged() -> Fixture {
    let mut election = three_and_two(3, Some(0));
    election.close();
    election.finish();
    Fixture::valid(election.board)
}

fn none_one_and_two() -> Fixture {
    let mut plan = Plan::new(2, 2, 0).with_two_boxes();
    plan.boxes.push(crate::PlannedBox::new("south", &[&[0, 1]]));
    let mut election = Election::opened(plan);
    for (box_index, ballots) in [(1, 1), (2, 2)] {
        let cast = |_| {
            let credential = psephos_secrets::SecretScalar::random(&mut election.rng);
            election.cast_in(box_index, &votes(), &credential.into(), 0).bytes
        };
        let ballots: Vec<Vec<u8>> = (0..ballots).map(cast).collect();
        election.take_in_box(box_index, &ballots);
    }
    election.close();
    election.finish();
    Fixture::valid(election.board)
}
