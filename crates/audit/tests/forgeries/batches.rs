//! An election of several boxes and batches: nothing of one may pass for something of another.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use psephos_audit::{CheckId, Culprit, Options, audit, count};
use psephos_ballot::{Contest, Layout, Vote};
use psephos_core::elgamal::PublicKey;
use psephos_core::rows::{MemoryRows, Rows};
use psephos_core::{Encoding, group};
use psephos_proofs::ballot::BallotLayout;
use psephos_prove::ballot::{BallotContent, prove_ballot};
use psephos_record::bodies::{
    BallotBox, Ballots, Batch, BatchResult, Body, Close, CloseBatch, Description, ElectionResult,
    Rejected,
};
use psephos_secrets::SecretScalar;
use psephos_testkit::{Author, Election, Plan};

use crate::{Reading, convicts, is_valid};

/// Council and mayor in two batches of one box, a second council in another box; all one wide.
fn description(plan: &Plan) -> Description {
    let mut description = plan.description([0; 32]);
    let second = Contest { id: "second".into(), ..description.contests[0].clone() };
    description.contests.push(second);
    let batch =
        |id: &str, contest| Batch { id: id.into(), bits: None, width: 1, contests: vec![contest] };
    description.boxes = vec![
        BallotBox {
            id: "town".into(),
            merge: None,
            batches: vec![batch("council", 0), batch("mayor", 1)],
        },
        BallotBox { id: "village".into(), merge: None, batches: vec![batch("second", 2)] },
    ];
    description
}

fn cast(election: &mut Election, box_index: u64, votes: &[Vote]) -> Vec<u8> {
    let description = description(&election.plan);
    let context = election.context();
    let key = PublicKey::new(group::decode_proper(&context.public_key).unwrap());
    let batches = &description.boxes[box_index as usize].batches;
    let mut elements: Vec<Encoding> = Vec::new();
    let mut randomness = Vec::new();
    for (batch, vote) in psephos_core::pairs::pairs(batches, votes) {
        let layout = Layout::of(&description.contests, &batch.contests).unwrap();
        let message = layout.encode_row(std::slice::from_ref(vote)).unwrap()[0];
        let random = SecretScalar::random(&mut election.rng);
        elements.extend(key.encrypt(&message, random.expose()).encode());
        randomness.push(random);
    }
    let layout = BallotLayout::new(&vec![1; batches.len()]).unwrap();
    let content = BallotContent { election: &context, box_index, counter: 0, elements: &elements };
    let credential = SecretScalar::random(&mut election.rng);
    prove_ballot(&layout, &content, &credential, &randomness, &mut election.rng).unwrap()
}

/// The rows of one batch, sorted; `place` counts ciphertexts from the ballot's 80th byte.
fn accepted(ballots: &[Vec<u8>], place: usize) -> Vec<u8> {
    let from = 80 + 64 * place;
    let mut rows: Vec<&[u8]> = ballots.iter().map(|ballot| &ballot[from..from + 64]).collect();
    rows.sort_unstable();
    rows.concat()
}

/// Three ballots in town and two in the village, altered, taken in, and all of them accepted.
fn closed(alter: impl Fn(&mut Vec<u8>), alter_close: impl Fn(&mut Close)) -> Election {
    let mut election = Election::new(Plan::new(3, 2, 0));
    let intake = election.public_key(Author::Intake);
    election.propose_description(Description { intake, ..description(&election.plan) });
    for trustee in election.everybody() {
        election.enrol(trustee);
    }
    election.issue_manifest();
    election.hold_ceremony();
    election.open();
    let mut town: Vec<Vec<u8>> = (0..3)
        .map(|index| cast(&mut election, 0, &[Vote::marks(vec![index]), Vote::ranking(vec![1])]))
        .collect();
    let village: Vec<Vec<u8>> =
        (0..2).map(|index| cast(&mut election, 1, &[Vote::marks(vec![index])])).collect();
    alter(&mut town[0]);
    for (box_index, ballots) in [(0, &town), (1, &village)] {
        let ballots = election.put(ballots[0].len() as u64, &ballots.concat());
        election.post(Author::Intake, Body::Ballots(Ballots { box_index, ballots }));
    }
    let list = |box_index, batch_index, rows: Vec<u8>| CloseBatch {
        box_index,
        batch_index,
        list: election.put(64, &rows),
    };
    let mut body = Close {
        batches: vec![
            list(0, 0, accepted(&town, 0)),
            list(0, 1, accepted(&town, 1)),
            list(1, 0, accepted(&village, 0)),
        ],
        rejected: election.put(Rejected::LENGTH as u64, &[]),
        submitted: 5,
    };
    alter_close(&mut body);
    election.post(Author::Authority, Body::Close(body));
    election
}

fn honest() -> Election {
    static MADE: LazyLock<Election> = LazyLock::new(|| closed(|_| {}, |_| {}));
    MADE.clone()
}

fn result_of(election: &Election) -> ElectionResult {
    let batches = election.view().batches;
    let opened: Vec<(Vec<u64>, Vec<u8>)> =
        batches.iter().map(|batch| election.decrypt(batch)).collect();
    let lists: Vec<MemoryRows<'_>> =
        opened.iter().map(|(_, bytes)| MemoryRows::new(bytes, 32).unwrap()).collect();
    let lists: Vec<&dyn Rows> = lists.iter().map(|rows| rows as &dyn Rows).collect();
    let contests = count(&description(&election.plan), &lists).unwrap().contests;
    let batches = psephos_core::pairs::pairs(&batches, opened)
        .map(|(batch, (trustees, bytes))| BatchResult {
            box_index: batch.box_index,
            batch_index: batch.batch_index,
            trustees,
            plaintexts: election.put(32, &bytes),
        })
        .collect();
    ElectionResult { batches, contests }
}

fn finished(alter: impl Fn(&mut ElectionResult)) -> Election {
    let mut election = honest();
    election.mix_all();
    election.share_all();
    let mut body = result_of(&election);
    alter(&mut body);
    election.post(Author::Authority, Body::Result(body));
    election.seal();
    election
}

/// The proofs of a record are read once for all its batches, not once for each.
#[test]
fn several_boxes_and_batches() {
    let election = finished(|_| {});
    is_valid(&election.audit());
    let board =
        Reading { board: &election.board, readings: Arc::default(), later: BTreeMap::new() };
    let audit = audit(&board, &Options::default(), &|_| {}).unwrap();
    is_valid(&audit);
    let readings = board.readings.lock().unwrap();
    for mix in &audit.view.batches[0].mixes {
        assert_eq!(readings[&mix.sequence], 3);
    }
}

/// Line 22.
#[test]
fn a_ballot_whose_rows_changed_places() {
    let election = closed(|ballot| ballot[80..208].rotate_left(64), |_| {});
    let view = election.view();
    let ballots = election.read(&view.ballots[0].ballots);
    let credential = Culprit::Credential(ballots[40..72].try_into().unwrap());
    convicts(&election.audit(), CheckId::BallotProof, &[Culprit::Authority, credential]);
}

#[test]
fn accepted_lists_of_two_batches_exchanged() {
    let election = closed(
        |_| {},
        |close| {
            let first = close.batches[0].list;
            close.batches[0].list = close.batches[1].list;
            close.batches[1].list = first;
        },
    );
    let audit = election.audit();
    convicts(&audit, CheckId::IntakeAdded, &[Culprit::Authority]);
    convicts(&audit, CheckId::IntakeMissing, &[Culprit::Authority]);
}

/// Line 34.
#[test]
fn mixes_of_two_batches_exchanged() {
    let mut election = honest();
    let body = election.mix_body(0);
    let mut proofs = body.clone();
    proofs.mixes[0].proof = body.mixes[1].proof.clone();
    let mut lists = body.clone();
    lists.mixes[0].output = body.mixes[1].output;
    lists.mixes[0].proof = body.mixes[1].proof.clone();
    for body in [proofs, lists] {
        let mut election = election.clone();
        election.post(Author::Trustee(0), Body::Mix(body));
        convicts(&election.audit(), CheckId::MixProof, &[Culprit::Trustee(0)]);
    }
    let mut inputs = body.clone();
    inputs.mixes[0].input = body.mixes[1].input;
    election.post(Author::Trustee(0), Body::Mix(inputs));
    convicts(&election.audit(), CheckId::MixChain, &[Culprit::Trustee(0)]);
}

/// Line 43.
#[test]
fn shares_of_two_batches_exchanged() {
    let mut election = honest();
    election.mix_all();
    let mut body = election.share_body(0);
    let first = body.lists[0].shares;
    body.lists[0].shares = body.lists[1].shares;
    body.lists[1].shares = first;
    election.post(Author::Trustee(0), Body::Share(body));
    convicts(&election.audit(), CheckId::DecryptProof, &[Culprit::Trustee(0)]);
}

#[test]
fn a_result_without_every_batch_once() {
    let alterations: [fn(&mut ElectionResult); 4] = [
        |body| drop(body.batches.pop()),
        |body| body.batches.push(body.batches[2].clone()),
        |body| body.batches[1] = body.batches[0].clone(),
        |body| body.batches.swap(0, 1),
    ];
    for alter in alterations {
        convicts(&finished(alter).audit(), CheckId::ShapeLength, &[Culprit::Authority]);
    }
}
