//! Lines 13 and 38 to 41, and what must be VALID although somebody failed.

use psephos_audit::{Audit, CheckId, Culprit, ExcludedView, Options, Status, Verdict};
use psephos_core::group;
use psephos_record::bodies::{Body, Exclusion, Mix, SignOff};
use psephos_record::message::{Record, file_digest};
use psephos_testkit::{Author, Election, Plan};

use crate::{AUTHORITY, closed, complete, expect, mixed, plan, shared, trustee, voted};

/// The rest of the election, by whoever is not excluded.
fn finish(election: &mut Election, mixers: &[u64], sharers: &[u64]) {
    for index in mixers {
        let body = good_mix(election, *index);
        election.post(Author::Trustee(*index), Body::Mix(body));
    }
    for index in sharers {
        let body = good_shares(election, *index);
        election.post(Author::Trustee(*index), Body::Share(body));
    }
    election.publish_audited();
    election.seal();
}

/// A mix of the last good list, as an audit finds it.
fn good_mix(election: &mut Election, index: u64) -> Mix {
    let batches = election.audit().view.batches;
    let mixes = batches
        .iter()
        .map(|batch| election.mix_list(batch, index, &batch.last, batch.position))
        .collect();
    Mix { mixes }
}

fn good_shares(election: &mut Election, index: u64) -> psephos_record::bodies::Share {
    let batches = election.audit().view.batches;
    let lists: Vec<_> = batches.into_iter().map(|batch| (batch.clone(), batch.last)).collect();
    election.share_lists(index, &lists)
}

fn is_valid(election: &Election, warnings: &[&str]) -> Audit {
    let audit = election.audit();
    let text = audit.report.to_text();
    assert_eq!(audit.report.verdict, Verdict::Valid, "{text}");
    for warning in warnings {
        assert!(audit.report.warnings.iter().any(|found| found.contains(warning)), "{text}");
    }
    // Whoever saw the board at any earlier time comes to the same.
    let files = election.board.records();
    for records in [1, files.len() / 2, files.len() - 1] {
        let head = file_digest(&files[records - 1]);
        let verified = Some((records as u64, head));
        let report = election.audit_with(&Options { verified, ..Options::default() }).report;
        assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
    }
    audit
}

/// A mix of one trustee whose output does not hold.
fn bad_mix(election: &mut Election, index: u64) -> u64 {
    let mut body = good_mix(election, index);
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    let b = group::decode(&bytes[32..64].try_into().unwrap()).unwrap() + group::base();
    bytes[32..64].copy_from_slice(&group::encode(&b));
    body.mixes[0].output = election.put(output.row_length, &bytes);
    election.post(Author::Trustee(index), Body::Mix(body))
}

fn bad_share(election: &mut Election, index: u64) -> u64 {
    let mut body = good_shares(election, index);
    let shares = body.lists[0].shares;
    let mut bytes = election.read(&shares);
    let d = group::decode(&bytes[..32].try_into().unwrap()).unwrap() + group::base();
    bytes[..32].copy_from_slice(&group::encode(&d));
    body.lists[0].shares = election.put(shares.row_length, &bytes);
    election.post(Author::Trustee(index), Body::Share(body))
}

#[test]
fn an_absent_trustee_is_excluded_by_threshold_many() {
    for absent in 0..3u64 {
        let others: Vec<u64> = (0..3).filter(|other| *other != absent).collect();
        let mut election = closed();
        for index in others.iter().filter(|other| **other < absent) {
            election.mix(*index);
        }
        election.exclude_absent(absent, &others);
        let rest: Vec<u64> = others.iter().copied().filter(|other| *other > absent).collect();
        finish(&mut election, &rest, &others);
        let warning = format!("trustee {} is excluded from mixing", absent + 1);
        let audit = is_valid(&election, &[&warning]);
        assert!(audit.view.is_excluded(absent));
        assert_eq!(audit.report.check(CheckId::MixProof).unwrap().items, 2);
    }
}

/// An excluded trustee may still share.
#[test]
fn exclusion_is_from_mixing_only() {
    let mut election = closed();
    election.exclude_absent(0, &[1, 2]);
    finish(&mut election, &[1, 2], &[0, 1]);
    is_valid(&election, &[]);
}

#[test]
fn a_bad_mix_is_excluded_and_the_chain_goes_on() {
    for bad in 0..3u64 {
        let mut election = closed();
        for index in 0..bad {
            election.mix(index);
        }
        let record = bad_mix(&mut election, bad);
        let audit = expect(&election, CheckId::MixProof, &[trustee(bad)]);
        let found = &audit.remedies.excludable[0];
        assert_eq!((found.record, found.check), (record, CheckId::MixProof));
        assert!(!audit.remedies.beyond);
        election.exclude(record, "mix.proof");
        let rest: Vec<u64> = (bad + 1..3).collect();
        finish(&mut election, &rest, &[0, 2]);
        let audit = is_valid(&election, &["is excluded, by record", "mix.proof"]);
        let excluded = ExcludedView::Record { sequence: record, check: "mix.proof".into() };
        assert_eq!(audit.view.exclusions[0].excluded, excluded);
    }
}

#[test]
fn a_bad_share_is_excluded_and_the_others_suffice() {
    let mut election = mixed();
    let record = bad_share(&mut election, 0);
    expect(&election, CheckId::DecryptProof, &[trustee(0)]);
    election.share(1);
    election.exclude(record, "decrypt.proof");
    finish(&mut election, &[], &[2]);
    is_valid(&election, &["decrypt.proof"]);

    // No second try, and that can be excluded too.
    let mut again = mixed();
    let record = bad_share(&mut again, 0);
    again.exclude(record, "decrypt.proof");
    let second = again.share(0);
    expect(&again, CheckId::DecryptRepeat, &[trustee(0)]);
    again.exclude(second, "decrypt.repeat");
    finish(&mut again, &[], &[1, 2]);
    is_valid(&again, &["decrypt.repeat"]);
}

/// Whoever mixed a list that went out of effect afterwards mixes again.
#[test]
fn a_mix_whose_input_was_excluded_is_redone() {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    election.mix(1);
    election.exclude(bad, "mix.proof");
    let audit = election.audit();
    assert_eq!(audit.view.next_mixers(), [1], "{}", audit.report.to_text());
    finish(&mut election, &[1, 2], &[1, 2]);
    is_valid(&election, &["may mix again"]);
}

/// Line 41: the next mixer has seen the exclusion.
#[test]
fn an_excluded_list_is_used() {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    election.exclude(bad, "mix.proof");
    let view = election.audit().view;
    let batch = view.batches[0].clone();
    let mix = election.mix_list(&batch, 1, &batch.mixes[0].output, 1);
    let record = election.post(Author::Trustee(1), Body::Mix(Mix { mixes: vec![mix] }));
    expect(&election, CheckId::MixChain, &[trustee(1)]);
    election.exclude(record, "mix.chain");
    let audit = election.audit();
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
    // One valid mix is left, and two are needed.
    finish_too_few(&mut election);
    expect(&election, CheckId::MixQuorum, &[trustee(0), trustee(1)]);
}

fn finish_too_few(election: &mut Election) {
    let body = good_mix(election, 2);
    election.post(Author::Trustee(2), Body::Mix(body));
    let body = good_shares(election, 2);
    election.post(Author::Trustee(2), Body::Share(body));
}

/// Line 40: excluded for absence, fewer are left than μ.
#[test]
fn exclusion_does_not_lower_the_number_of_mixes_needed() {
    let mut election = closed();
    election.exclude_absent(0, &[1, 2]);
    election.exclude_absent(1, &[0, 2]);
    let audit = election.audit();
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
    finish_too_few(&mut election);
    expect(&election, CheckId::MixQuorum, &[trustee(0), trustee(1)]);
}

/// Line 39: an excluded trustee has no second try.
#[test]
fn an_excluded_trustee_mixes_again() {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    let exclusion = election.exclude(bad, "mix.proof");
    let mut late = election.clone();
    let body = good_mix(&mut election, 0);
    let record = election.post(Author::Trustee(0), Body::Mix(body));
    expect(&election, CheckId::MixIdentity, &[trustee(0)]);
    election.exclude(record, "mix.identity");
    finish(&mut election, &[1, 2], &[1, 2]);
    is_valid(&election, &["mix.identity"]);

    // It had not seen the exclusion: passed over.
    let body = Body::Mix(good_mix(&mut late, 0));
    let mut message = late.message(Author::Trustee(0), &body);
    message.head = file_digest(&late.board.records()[exclusion as usize - 1]);
    late.append(Author::Trustee(0), message);
    finish(&mut late, &[1, 2], &[1, 2]);
    is_valid(&late, &["was overtaken by the exclusion"]);
}

#[test]
fn a_good_record_is_excluded() {
    let mut election = closed();
    let mix = election.mix(0);
    for check in ["mix.proof", "mix.chain", "board.signature", "board.blob", "no.check"] {
        let mut election = election.clone();
        election.exclude(mix, check);
        let audit = expect(&election, CheckId::ExclusionUnjustified, &AUTHORITY);
        assert!(audit.view.batches[0].mixes[0].valid);
    }
    let mut election = shared();
    let share = election.view().batches[0].shares[0].clone().unwrap().sequence;
    election.exclude(share, "decrypt.proof");
    expect(&election, CheckId::ExclusionUnjustified, &AUTHORITY);
    let mut election = voted();
    let ballots = election.view().ballots[0].sequence;
    for check in ["board.phase", "board.chain", "shape.length"] {
        let mut election = election.clone();
        election.exclude(ballots, check);
        let audit = expect(&election, CheckId::ExclusionUnjustified, &AUTHORITY);
        assert_eq!(audit.view.ballots.len(), 1);
    }
    election.close();
}

#[test]
fn an_exclusion_that_names_nothing() {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    let Exclusion::Cause { check, digest, sequence } = election.cause_body(bad, "mix.proof") else {
        panic!("a cause");
    };
    for (digest, sequence) in [([7; 32], sequence), (digest, sequence + 1), (digest, sequence - 1)]
    {
        let mut election = election.clone();
        let body = Exclusion::Cause { check: check.clone(), digest, sequence };
        election.post(Author::Authority, Body::Exclusion(body));
        let audit = election.audit();
        let failed = |check| audit.report.check(check).unwrap().status == Status::Fail;
        assert!(failed(CheckId::ExclusionUnjustified) && failed(CheckId::MixProof));
    }
}

#[test]
fn too_few_signers_or_one_twice() {
    for signers in [&[][..], &[1], &[1, 1]] {
        let mut election = closed();
        election.exclude_absent(0, signers);
        expect(&election, CheckId::ExclusionUnjustified, &AUTHORITY);
    }
    // The absent one is of course no hindrance to itself.
    let mut election = closed();
    let other = election.absence_body(1);
    election.post(Author::Trustee(2), Body::Exclusion(other));
    election.exclude_absent(0, &[1]);
    expect(&election, CheckId::ExclusionUnjustified, &AUTHORITY);
}

#[test]
fn an_absence_after_a_share() {
    let mut election = mixed();
    election.share(0);
    election.exclude_absent(2, &[0, 1]);
    let signers = [Culprit::Authority, trustee(0), trustee(1)];
    expect(&election, CheckId::ExclusionUnjustified, &signers);
}

#[test]
fn an_absence_of_another_list() {
    let mut election = closed();
    let stale = election.absence_body(1);
    election.mix(0);
    for signer in [0, 2] {
        election.post(Author::Trustee(signer), Body::Exclusion(stale.clone()));
    }
    election.post(Author::Authority, Body::Exclusion(stale));
    let signers = [Culprit::Authority, trustee(0), trustee(2)];
    expect(&election, CheckId::ExclusionUnjustified, &signers);
}

/// Statements and exclusion were on their way while the mix came.
#[test]
fn an_absence_overtaken_by_a_mix() {
    for trustee in [0, 1] {
        let mut election = closed();
        let body = Body::Exclusion(election.absence_body(trustee));
        let messages: Vec<_> = [Author::Trustee(1), Author::Trustee(2), Author::Authority]
            .into_iter()
            .map(|author| (author, election.message(author, &body)))
            .collect();
        election.mix(0);
        for (author, message) in messages {
            election.append(author, message);
        }
        finish(&mut election, &[1, 2], &[0, 1]);
        is_valid(&election, &["has no effect"]);
    }
    // Even knowing it: a mix that stands is not taken back.
    let mut election = closed();
    election.mix(0);
    election.exclude_absent(0, &[1, 2]);
    finish(&mut election, &[1, 2], &[0, 1]);
    is_valid(&election, &["has no effect"]);
}

/// Appends any bytes as the next record.
fn append(election: &Election, file: Vec<u8>) -> u64 {
    let mut files = election.board.records();
    files.push(file);
    election.board.set_records(files);
    election.view().records - 1
}

/// Line 13: a record that is too long to be read.
#[test]
fn a_record_without_end_is_excluded() {
    let mut election = closed();
    let junk = append(&election, vec![0; (128 << 20) + 1]);
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Unreadable);
    assert_eq!(audit.remedies.excludable[0].record, junk);
    election.exclude(junk, "encoding.canonical");
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Incomplete, "{}", audit.report.to_text());
    assert!(audit.report.failures.is_empty());
}

/// Line 13: junk that anybody can append.
#[test]
fn junk_is_excluded() {
    let mut election = closed();
    let mut junk = Vec::new();
    // No CBOR, a huge length, an empty file.
    for file in [&b"junk"[..], &[0x5b, 0x40, 0, 0, 0, 0, 0, 0, 0, 1], &[]] {
        junk.push((append(&election, file.to_vec()), "encoding.canonical"));
    }
    // Canonical CBOR that is no record.
    junk.push((append(&election, vec![0xa0]), "encoding.canonical"));
    // A wrong signature.
    let mut unsigned = Record::decode(&election.board.records()[3]).unwrap();
    unsigned.signature.0[3] ^= 1;
    let last = file_digest(election.board.records().last().unwrap());
    unsigned.sequence = election.board.records().len() as u64;
    unsigned.previous = last;
    junk.push((append(&election, unsigned.encode()), "board.signature"));
    // A message that stands already, in a wrong wrapper too.
    let repeated = Record::decode(&election.board.records()[5]).unwrap();
    junk.push((append(&election, repeated.encode()), "board.chain"));
    // A stranger's record, and its mix.
    let body = election.close_body(&[]);
    junk.push((election.post(Author::Stranger, Body::Close(body)), "board.signature"));
    let body = election.mix_body(0);
    junk.push((election.post(Author::Stranger, Body::Mix(body)), "mix.identity"));
    // A record of another election's board.
    let mut foreign = Election::voted(plan().with_seed(2));
    let head = foreign.view().head;
    let message = foreign.message(Author::Trustee(0), &Body::SignOff(SignOff { head }));
    junk.push((election.append(Author::Trustee(0), message), "board.chain"));

    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Unreadable, "{}", audit.report.to_text());
    assert!(!audit.remedies.beyond, "{}", audit.report.to_text());
    // What an auditor advises, step by step, puts everything right.
    for _ in 0..=junk.len() {
        let audit = election.audit();
        let Some(found) = audit.remedies.excludable.first() else { break };
        let expected = junk.iter().find(|(record, _)| *record == found.record).unwrap();
        assert_eq!(found.check.as_str(), expected.1, "record {}", found.record);
        election.exclude(found.record, found.check.as_str());
    }
    finish(&mut election, &[0, 1, 2], &[0, 1]);
    let audit = is_valid(&election, &[]);
    assert_eq!(audit.view.exclusions.len(), junk.len());
}

#[test]
fn records_out_of_phase_are_excluded() {
    let mut election = closed();
    election.take_in_plan();
    let late = election.view().records - 1;
    election.exclude(late, "board.phase");
    election.mix(0);
    let head = election.view().head;
    let early = good_shares(&mut election, 1);
    let early = election.post(Author::Trustee(1), Body::Share(early));
    election.exclude(early, "board.phase");
    assert_ne!(head, election.view().head);
    finish(&mut election, &[1, 2], &[0, 1]);
    is_valid(&election, &["board.phase"]);
}

/// The board is sealed: what comes after it changes nothing, and can be excluded there.
#[test]
fn junk_after_the_seal() {
    let mut election = complete();
    let view = election.view();
    let before = file_digest(&election.board.records()[view.records as usize - 2]);
    let late = election.post(Author::Stranger, Body::SignOff(SignOff { head: view.head }));
    assert_eq!(election.audit().report.verdict, Verdict::Invalid);
    election.exclude(late, "board.signature");
    is_valid(&election, &["board.signature"]);
    // The pins of whoever saw it sealed, or ready to be, still hold.
    for pin in [view.head, before, view.election()] {
        let report =
            election.audit_with(&Options { expect: vec![pin], ..Options::default() }).report;
        assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
    }
    let earlier = file_digest(&election.board.records()[view.records as usize - 3]);
    let pinned = Options { expect: vec![earlier], ..Options::default() };
    assert_eq!(election.audit_with(&pinned).report.verdict, Verdict::Invalid);
}

/// After the seal nothing of the election itself is excluded any more.
#[test]
fn a_late_exclusion_of_something_sealed() {
    let mut election = mixed();
    let bad = bad_share(&mut election, 0);
    finish(&mut election, &[], &[1, 2]);
    assert_eq!(election.audit().report.verdict, Verdict::Invalid);
    election.exclude(bad, "decrypt.proof");
    let audit = election.audit();
    let failed = |check| audit.report.check(check).unwrap().status == Status::Fail;
    assert!(failed(CheckId::DecryptProof) && failed(CheckId::BoardPhase));
}

/// A missing or damaged list is no cause, but absence: of whoever has named it.
#[test]
fn a_mix_without_its_list() {
    for damaged in [false, true] {
        let mut election = closed();
        let record = election.mix(0);
        let lost = election.view().batches[0].mixes[0].output.root;
        let bytes = election.board.blob(&lost).unwrap();
        if damaged {
            election.board.set_blob(lost, bytes[1..].to_vec());
        } else {
            election.board.remove_blob(&lost);
        }
        let audit = election.audit();
        assert_eq!(audit.remedies.unread, [record]);
        assert!(!audit.remedies.beyond && audit.remedies.excludable.is_empty());
        let mut for_cause = election.clone();
        for_cause.exclude(record, if damaged { "board.blob" } else { "mix.proof" });
        assert_ne!(for_cause.audit().report.verdict, Verdict::Valid);

        election.exclude_absent(0, &[1, 2]);
        finish(&mut election, &[1, 2], &[1, 2]);
        is_valid(&election, &["could not be read"]);
        // It comes too late now.
        election.board.set_blob(lost, bytes);
        is_valid(&election, &["could not be read"]);
    }
}

/// Who has not seen the mix cannot say that its list is missing.
#[test]
fn a_mix_without_its_list_that_nobody_had_seen() {
    let mut election = closed();
    let body = Body::Exclusion(election.absence_body(0));
    let authors = [Author::Trustee(1), Author::Trustee(2), Author::Authority];
    let messages: Vec<_> =
        authors.into_iter().map(|author| (author, election.message(author, &body))).collect();
    election.mix(0);
    let lost = election.view().batches[0].mixes[0].output.root;
    election.board.remove_blob(&lost);
    for (author, message) in messages {
        election.append(author, message);
    }
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Unreadable, "{}", audit.report.to_text());
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
}

#[test]
fn a_share_without_its_list() {
    let mut election = mixed();
    let record = election.share(0);
    let lost = election.view().batches[0].shares[0].clone().unwrap().shares.root;
    election.board.remove_blob(&lost);
    assert_eq!(election.audit().remedies.unread, [record]);
    election.exclude_absent(0, &[1, 2]);
    finish(&mut election, &[], &[1, 2]);
    is_valid(&election, &["are left out"]);
}

/// Elections without ballots have the same list everywhere.
#[test]
fn exclusion_without_ballots() {
    let mut election = Election::closed(Plan::new(3, 2, 0));
    let mut body = good_mix(&mut election, 0);
    body.mixes[0].position = 7;
    let bad = election.post(Author::Trustee(0), Body::Mix(body));
    expect(&election, CheckId::MixChain, &[trustee(0)]);
    election.exclude(bad, "mix.chain");
    election.mix(1);
    finish(&mut election, &[2], &[0, 1]);
    is_valid(&election, &["mix.chain"]);
}
