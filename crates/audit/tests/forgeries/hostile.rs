//! What a stranger, a voter or a single trustee could do to an honest election.

use std::sync::Arc;

use psephos_audit::{Audit, CheckId, Culprit, Verdict};
use psephos_core::{Element, Scalar, group};
use psephos_proofs::shuffle::Statement;
use psephos_prove::shuffle::{Witness, prove_with_witness};
use psephos_record::bodies::{Body, Exclusion, Mix, Unmixed};
use psephos_record::message::Record;
use psephos_record::signature::sign;
use psephos_secrets::SecretScalar;
use psephos_testkit::{Author, Election, Plan, PlannedBox};

use crate::{convicts, is_valid, plan, post_mix};

fn finish(election: &mut Election, sharers: &[u64]) {
    for trustee in sharers {
        let batches = election.audit().view.batches;
        let lists: Vec<_> = batches.into_iter().map(|batch| (batch.clone(), batch.last)).collect();
        let body = election.share_lists(*trustee, &lists);
        election.post(Author::Trustee(*trustee), Body::Share(body));
    }
    election.publish_audited();
    election.seal();
}

/// Who is blamed for anything.
fn blamed(election: &Election) -> Vec<Culprit> {
    let report = election.audit().report;
    let mut all: Vec<_> = report.failures.iter().flat_map(|f| f.culprits.clone()).collect();
    all.sort();
    all.dedup();
    println!("{}", report.to_text());
    all
}

/// A voter of an open election casts one ciphertext in two boxes of which one is merged into the other.
#[test]
fn one_row_in_two_merged_boxes() {
    let mut plan = Plan::new(3, 2, 5);
    plan.boxes = vec![PlannedBox::new("town", &[&[0, 1]]), PlannedBox::new("north", &[&[0, 1]])];
    plan.boxes[1].merge = Some(0);
    plan.minimum = 4;
    let votes = plan.votes[0].clone();
    let mut election = Election::voted(plan);
    let credential = Arc::new(SecretScalar::random(&mut election.rng));
    let mut twin = election.clone();
    let one = twin.cast_in(0, &votes, &credential, 0);
    let two = election.cast_in(1, &votes, &credential, 0);
    assert_eq!(one.elements, two.elements);
    election.take_in_box(0, &[one.bytes]);
    election.take_in_box(1, &[two.bytes]);
    let body = election.close_body(&election.rejected());
    // With the list as the authority's tool makes it: every accepted ballot's row, sorted.
    let mut tool = election.clone();
    let mut plain = body.clone();
    let bytes = tool.read(&plain.batches[0].list);
    let length = plain.batches[0].list.row_length as usize;
    let mut rows: Vec<Vec<u8>> = bytes.chunks(length).map(<[u8]>::to_vec).collect();
    let accepted = plain.submitted as usize - tool.rejected().len();
    if rows.len() < accepted {
        rows.push(two.elements.as_flattened().to_vec());
        rows.sort();
    }
    plain.batches[0].list = tool.put(length as u64, &rows.concat());
    tool.post(Author::Authority, Body::Close(plain));
    let of_tool = tool.audit().report;
    election.post(Author::Authority, Body::Close(body));
    election.mix_all();
    finish(&mut election, &[0, 1, 2]);
    let audit = election.audit();
    is_valid(&audit);
    let accepted = audit.turnout.as_ref().unwrap().accepted;
    assert!(of_tool.failures.is_empty(), "an honest close is INVALID");
    assert_eq!(accepted, audit.view.batches[0].first.rows, "accepted ballots that are not counted");
}

/// Two trustees mix an empty batch at the same time.
#[test]
fn empty_batch_mixed_twice_at_once() {
    let mut election = Election::closed(Plan::new(3, 2, 0));
    let body = Body::Mix(election.mix_body(1));
    let message = election.message(Author::Trustee(1), &body);
    election.mix(0);
    election.append(Author::Trustee(1), message);
    assert_eq!(blamed(&election), []);
}

/// A trustee that mixes nothing, just before another one's mix of the same list comes.
#[test]
fn trivial_mix_before_an_honest_one() {
    let mut election = Election::closed(plan());
    let batch = election.view().batches[0].clone();
    let honest = Body::Mix(election.mix_body(1));
    let message = election.message(Author::Trustee(1), &honest);
    let turn = election.turn(&batch, 0, 0);
    let bytes = election.read(&batch.first);
    let (encodings, _) = bytes.as_chunks::<32>();
    let output: Vec<Element> = encodings.iter().map(|one| group::decode(one).unwrap()).collect();
    let statement = Statement {
        context: turn.context,
        position: 0,
        prover: 0,
        prover_key: turn.prover_key,
        rows: 5,
        width: turn.width,
        input: batch.first.root,
        output: batch.first.root,
    };
    let witness = Witness {
        exponents: vec![1, 2, 3, 4, 5].into(),
        factors: vec![Scalar::ZERO; 5 * turn.width as usize].into(),
    };
    let proof = prove_with_witness(&statement, &output, &witness, &mut election.rng).unwrap();
    let mut body = election.mix_body(0);
    body.mixes[0].output = batch.first;
    body.mixes[0].proof = Some(proof);
    post_mix(&mut election, 0, body);
    assert_eq!(blamed(&election), []);
    let record = election.append(Author::Trustee(1), message);
    let blamed = blamed(&election);
    election.exclude(record, "mix.chain");
    println!("after the exclusion: {}", election.audit().report.to_text());
    assert_eq!(blamed, []);
}

/// A trustee's counter-proposal after the manifest convicts it, and stops nothing.
#[test]
fn counter_proposal() {
    let mut election = Election::enrolled(plan());
    election.issue_manifest();
    let record = election.counter_propose(2, None);
    election.hold_ceremony();
    election.open();
    election.take_in_plan();
    election.close();
    election.mix_all();
    convicts(&election.audit(), CheckId::BoardPhase, &[Culprit::Trustee(2)]);
    election.exclude(record, "board.phase");
    finish(&mut election, &[0, 1, 2]);
    is_valid(&election.audit());
}

/// A bad mix and one that rests on it, by two trustees; the others shared the good list in time.
#[test]
fn exclusion_blames_whoever_shared_before() {
    let mut election = Election::closed(Plan::new(4, 2, 5));
    election.mix(0);
    election.mix(1);
    let good = election.audit().view.batches[0].clone();
    let mut body = election.mix_body(2);
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    bytes.rotate_left(64);
    body.mixes[0].output = election.put(output.row_length, &bytes);
    let bad = body.mixes[0].output;
    post_mix(&mut election, 2, body);
    let record = election.view().records - 1;
    let mix = election.mix_list(&good, 3, &bad, 3);
    post_mix(&mut election, 3, Mix { mixes: vec![mix] });
    for trustee in [0, 1] {
        let body = election.share_lists(trustee, &[(good.clone(), good.last)]);
        election.post(Author::Trustee(trustee), Body::Share(body));
    }
    println!("before: {:?}", blamed(&election));
    election.exclude(record, "mix.proof");
    assert_eq!(blamed(&election), []);
}

/// An excluded trustee takes its bad list away: it is excluded for absence too.
#[test]
fn list_of_an_excluded_mix_vanishes() {
    let mut election = Election::closed(Plan::new(4, 2, 5));
    let mut body = election.mix_body(2);
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    bytes.rotate_left(64);
    body.mixes[0].output = election.put(output.row_length, &bytes);
    let bad = body.mixes[0].output;
    post_mix(&mut election, 2, body);
    election.exclude(election.view().records - 1, "mix.proof");
    for trustee in [0, 1, 3] {
        let batch = election.audit().view.batches[0].clone();
        let mix = election.mix_list(&batch, trustee, &batch.last, batch.position);
        post_mix(&mut election, trustee, Mix { mixes: vec![mix] });
    }
    let mut early = election;
    early.board.remove_blob(&bad.root);
    let root = early.view().batches[0].first.root;
    let unmixed = Unmixed { box_index: 0, root, batch_index: 0 };
    let absent = Body::Exclusion(Exclusion::Absence { batches: vec![unmixed], trustee: 2 });
    for author in [Author::Trustee(0), Author::Trustee(1), Author::Authority] {
        early.post(author, absent.clone());
    }
    finish(&mut early, &[0, 1]);
    is_valid(&early.audit());
}

/// A statement that was right when it was made convicts nobody when the list it names is left out later.
#[test]
fn authority_uses_an_old_statement() {
    let mut election = Election::closed(Plan::new(4, 2, 5));
    election.mix(0);
    let mixed = election.view().batches[0].clone();
    let body = |root, trustee| {
        let unmixed = Unmixed { box_index: 0, root, batch_index: 0 };
        Body::Exclusion(Exclusion::Absence { batches: vec![unmixed], trustee })
    };
    for signer in [1, 2] {
        election.post(Author::Trustee(signer), body(mixed.last.root, 3));
    }
    election.board.remove_blob(&mixed.last.root);
    for author in [Author::Trustee(1), Author::Trustee(2), Author::Authority] {
        election.post(author, body(mixed.first.root, 0));
    }
    assert_eq!(blamed(&election), []);
    election.post(Author::Authority, body(mixed.last.root, 3));
    convicts(&election.audit(), CheckId::ExclusionUnjustified, &[Culprit::Authority]);
}

/// Somebody who sees the intake's message before it is posted wraps it first, and wrongly.
#[test]
fn ballots_wrapped_wrongly() {
    let mut election = Election::opened(plan());
    let ballots: Vec<Vec<u8>> = election.cast_plan().into_iter().map(|(_, one)| one).collect();
    let mut intake = election.clone();
    intake.take_in(&ballots);
    let record = Record::decode(intake.board.records().last().unwrap()).unwrap();
    let message = record.message().unwrap();
    let length = ballots[0].len() as u64;
    election.put(length, &ballots.concat());
    let signed = sign(message.clone(), election.key(Author::Intake));
    let sequence = election.view().records;
    let mut files = election.board.records();
    files.push(Record::wrap(signed, sequence, [9; 32]).encode());
    election.board.set_records(files);
    let mut vanished = election.clone();
    vanished.exclude(sequence, "board.chain");
    assert_eq!(vanished.audit().report.verdict, Verdict::Invalid, "ballots that vanish");
    election.append(Author::Intake, message);
    election.exclude(sequence, "board.chain");
    let mut late = vanished;
    late.close();
    assert_eq!(late.audit().report.verdict, Verdict::Invalid, "ballots that vanish");
    election.close();
    election.mix_all();
    finish(&mut election, &[0, 1, 2]);
    let audit = election.audit();
    is_valid(&audit);
    assert_eq!(audit.turnout.unwrap().accepted, 5);
}

/// A copy of the board in which one record file is not what it was. Whoever made the copy is not known.
fn copied(election: &Election, sequence: u64, alter: impl Fn(&mut Record)) -> Audit {
    let copy = election.clone();
    let mut files = copy.board.records();
    let file = &mut files[sequence as usize];
    let mut record = Record::decode(file).unwrap();
    alter(&mut record);
    *file = record.encode();
    copy.board.set_records(files);
    copy.audit()
}

/// Proofs bind the digest of the close record's file, and nobody has signed its wrapper.
#[test]
fn the_wrapper_of_close_convicts_no_mixer() {
    let mut election = Election::closed(Plan::new(3, 1, 2));
    let close = election.view().records - 1;
    let mut body = election.mix_body(0);
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    bytes.rotate_left(64);
    body.mixes[0].output = election.put(output.row_length, &bytes);
    post_mix(&mut election, 0, body);
    election.exclude(close + 1, "mix.proof");
    for trustee in [1, 2] {
        let batch = election.audit().view.batches[0].clone();
        let mix = election.mix_list(&batch, trustee, &batch.last, batch.position);
        post_mix(&mut election, trustee, Mix { mixes: vec![mix] });
    }
    let audit = copied(&election, close, |record| record.previous = [9; 32]);
    convicts(&audit, CheckId::BoardChain, &[]);
}

/// An exclusion for absence names a list that a record has made which is damaged in this copy.
#[test]
fn a_damaged_mix_convicts_no_authority() {
    let mut election = Election::closed(Plan { mixes: 1, ..Plan::new(2, 1, 2) });
    election.mix(0);
    let mixed = election.view().records - 1;
    election.exclude_absent(1, &[0]);
    let audit = copied(&election, mixed, |record| record.signature.0[0] ^= 1);
    convicts(&audit, CheckId::BoardSignature, &[]);
}

/// An exclusion says where its record stood before another one was taken out of this copy.
#[test]
fn a_missing_record_convicts_no_excluder() {
    let mut election = Election::closed(plan());
    election.mix(0);
    let good = election.view().records - 1;
    let mut body = election.mix_body(1);
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    bytes.rotate_left(64);
    body.mixes[0].output = election.put(output.row_length, &bytes);
    post_mix(&mut election, 1, body);
    election.exclude(good + 1, "mix.proof");
    let mut files = election.board.records();
    files.remove(good as usize);
    election.board.set_records(files);
    convicts(&election.audit(), CheckId::BoardChain, &[]);
}

/// The same, when it is the list that is damaged: what was shared and published since is out of phase
/// through nobody's fault.
#[test]
fn a_damaged_list_convicts_nobody_who_went_on() {
    let mut election = Election::closed(Plan { mixes: 1, ..Plan::new(2, 1, 2) });
    election.mix(0);
    let list = election.view().batches[0].mixes[0].output;
    election.exclude_absent(1, &[0]);
    election.share(0);
    election.publish_audited();
    election.seal();
    is_valid(&election.audit());
    let mut bytes = election.read(&list);
    bytes.rotate_left(32);
    election.board.set_blob(list.root, bytes);
    convicts(&election.audit(), CheckId::BoardBlob, &[]);
}
