//! What a hostile authority, or a hostile trustee, could want of an exclusion.

use psephos_audit::{CheckId, Culprit, Options, Status, Verdict};
use psephos_record::bodies::{Ballots, Body, Exclusion, Mix};
use psephos_record::message::{Record, file_digest};
use psephos_record::signature::sign;
use psephos_testkit::{Author, Election, Plan};

use crate::{convicts, is_valid, plan, post_mix, warns};

fn fails(election: &Election, check: CheckId) {
    let report = election.audit().report;
    assert_ne!(report.verdict, Verdict::Valid, "{}", report.to_text());
    assert_eq!(report.check(check).unwrap().status, Status::Fail, "{}", report.to_text());
}

fn bad_mix(election: &mut Election, trustee: u64) -> u64 {
    let mut body = election.mix_body(trustee);
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    bytes.rotate_left(64);
    body.mixes[0].output = election.put(output.row_length, &bytes);
    post_mix(election, trustee, body);
    election.view().records - 1
}

/// What the authority has put into effect itself it cannot take back, not even when it fails.
#[test]
fn the_authority_excludes_its_own_records() {
    let mut election = Election::voted(plan());
    let mut body = election.close_body(&[]);
    body.submitted += 1;
    let close = election.post(Author::Authority, Body::Close(body));
    fails(&election, CheckId::IntakeRejected);
    election.exclude(close, "intake.rejected");
    fails(&election, CheckId::IntakeRejected);
    fails(&election, CheckId::ExclusionUnjustified);

    let mut election = Election::shared(plan());
    let mut body = election.result_body();
    body.contests[0].blank += 1;
    let result = election.post(Author::Authority, Body::Result(body));
    election.exclude(result, "result.count");
    fails(&election, CheckId::ResultCount);
    fails(&election, CheckId::ExclusionUnjustified);
    let result = election.publish();
    election.exclude(result, "board.phase");
    fails(&election, CheckId::ResultCount);
}

/// Ballots that stood are not made to vanish: not as equivocation, not in a wrong wrapper, and not for a
/// form that the authority itself has given them.
#[test]
fn the_authority_excludes_ballots() {
    let election = Election::voted(plan());
    let first = election.view().ballots[0].ballots;

    let mut twice = election.clone();
    let body = Body::Ballots(Ballots { box_index: 0, ballots: first });
    let mut message = twice.message(Author::Intake, &body);
    message.counter -= 1;
    let second = twice.append(Author::Intake, message);
    fails(&twice, CheckId::BoardEquivocation);
    twice.exclude(second, "board.equivocation");
    fails(&twice, CheckId::BoardEquivocation);
    fails(&twice, CheckId::ExclusionUnjustified);

    let mut wrapped = election.clone();
    let message = wrapped.message(Author::Intake, &body);
    let sequence = wrapped.view().records;
    let signed = sign(message, wrapped.key(Author::Intake));
    let mut files = wrapped.board.records();
    files.push(Record::wrap(signed, sequence, [9; 32]).encode());
    wrapped.board.set_records(files);
    fails(&wrapped, CheckId::BoardChain);
    wrapped.exclude(sequence, "board.chain");
    fails(&wrapped, CheckId::BoardChain);
    // It has no effect before it stands in a right wrapper, and is not taken back.
    fails(&wrapped, CheckId::ExclusionUnjustified);
    assert_eq!(wrapped.view().ballots.len(), 1);

    let mut boxed = election.clone();
    let body = Body::Ballots(Ballots { box_index: 7, ballots: first });
    let record = boxed.post(Author::Intake, body);
    boxed.exclude(record, "shape.length");
    fails(&boxed, CheckId::ShapeLength);

    let mut formless = election.clone();
    let mut message =
        formless.message(Author::Intake, &Body::Ballots(Ballots { box_index: 0, ballots: first }));
    message.body.push(0);
    let record = formless.append(Author::Intake, message);
    formless.exclude(record, "encoding.canonical");
    fails(&formless, CheckId::EncodingCanonical);

    // As a repeat they go: they stand once.
    let mut repeated = election;
    let place = repeated.view().ballots[0].sequence;
    let mut files = repeated.board.records();
    files.push(files[place as usize].clone());
    repeated.board.set_records(files);
    repeated.exclude(repeated.view().records - 1, "board.chain");
    let audit = repeated.audit();
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
    assert_eq!(audit.view.ballots.len(), 1);
}

/// An exclusion of an exclusion would have to be justified in turn, and never is.
#[test]
fn an_exclusion_is_excluded() {
    let mut election = Election::closed(plan());
    let mix = election.mix(0);
    let unjustified = election.exclude(mix, "mix.proof");
    election.exclude(unjustified, "exclusion.unjustified");
    convicts(&election.audit(), CheckId::ExclusionUnjustified, &[Culprit::Authority]);

    let mut election = Election::closed(plan());
    let bad = bad_mix(&mut election, 0);
    let justified = election.exclude(bad, "mix.proof");
    election.exclude(justified, "board.phase");
    convicts(&election.audit(), CheckId::ExclusionUnjustified, &[Culprit::Authority]);
    // It names a record that stands after it, or itself.
    let mut election = Election::closed(plan());
    let body = Exclusion::Cause {
        check: "mix.proof".into(),
        digest: [1; 32],
        previous: [2; 32],
        sequence: election.view().records,
    };
    election.post(Author::Authority, Body::Exclusion(body));
    convicts(&election.audit(), CheckId::ExclusionUnjustified, &[Culprit::Authority]);
}

/// Only the authority excludes for cause, only in its own name, and only where exclusions may stand.
#[test]
fn an_exclusion_by_somebody_else() {
    for author in [Author::Trustee(1), Author::Intake, Author::Stranger] {
        let mut election = Election::closed(plan());
        let bad = bad_mix(&mut election, 0);
        let body = election.cause_body(bad, "mix.proof");
        let record = election.post(author, Body::Exclusion(body));
        fails(&election, CheckId::MixProof);
        fails(&election, CheckId::BoardSignature);
        // And can be excluded itself, being junk.
        election.exclude(record, "board.signature");
        election.exclude(bad, "mix.proof");
        let audit = election.audit();
        assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
    }
    // Junk before there is an authority.
    let mut election = Election::new(plan());
    let junk = Election::closed(plan()).board.records()[3].clone();
    election.board.set_records(vec![junk]);
    let body = Body::Exclusion(election.cause_body(0, "board.chain"));
    let message = election.message(Author::Stranger, &body);
    election.append(Author::Stranger, message);
    assert_eq!(election.audit().report.verdict, Verdict::Invalid);
}

/// An exclusion made for another election, or repeated under one counter, puts nothing aside.
#[test]
fn an_exclusion_that_has_no_effect_itself() {
    let mut election = Election::closed(plan());
    let bad = bad_mix(&mut election, 0);
    let body = Body::Exclusion(election.cause_body(bad, "mix.proof"));
    let mut foreign = election.clone();
    let mut message = foreign.message(Author::Authority, &body);
    message.election[0] ^= 1;
    foreign.append(Author::Authority, message);
    fails(&foreign, CheckId::MixProof);
    let mut repeated = election.clone();
    let mut message = repeated.message(Author::Authority, &body);
    message.counter -= 1;
    repeated.append(Author::Authority, message);
    fails(&repeated, CheckId::MixProof);
    let mut headless = election;
    let mut message = headless.message(Author::Authority, &body);
    message.head = [3; 32];
    headless.append(Author::Authority, message);
    fails(&headless, CheckId::MixProof);
}

/// One right exclusion and a wrong one of the same record.
#[test]
fn several_exclusions_of_one_record() {
    let mut election = Election::closed(plan());
    let bad = bad_mix(&mut election, 0);
    election.exclude(bad, "mix.proof");
    let good = election.clone();
    election.exclude(bad, "mix.chain");
    convicts(&election.audit(), CheckId::ExclusionUnjustified, &[Culprit::Authority]);
    let mut again = good;
    again.exclude(bad, "mix.proof");
    let audit = again.audit();
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
}

/// A record verified before is checked anew when an exclusion names it.
#[test]
fn a_verified_record_is_excluded() {
    let mut election = Election::closed(plan());
    let mix = election.mix(0);
    let seen = election.view();
    election.exclude(mix, "mix.proof");
    let options = Options { verified: Some((seen.records, seen.head)), ..Options::default() };
    let audit = election.audit_with(&options);
    convicts(&audit, CheckId::ExclusionUnjustified, &[Culprit::Authority]);
    assert_eq!(audit.report.check(CheckId::MixProof).unwrap().items, 1);
}

/// Somebody else's message in a wrong wrapper is not yet posted: its author posts it in the right one.
#[test]
fn a_message_wrapped_wrongly_by_another() {
    let mut election = Election::closed(plan());
    let body = Body::Mix(election.mix_body(0));
    let message = election.message(Author::Trustee(0), &body);
    let signed = sign(message.clone(), election.key(Author::Trustee(0)));
    let sequence = election.view().records;
    let mut files = election.board.records();
    files.push(Record::wrap(signed, sequence, [9; 32]).encode());
    election.board.set_records(files);
    election.exclude(sequence, "board.chain");
    election.append(Author::Trustee(0), message);
    election.mix(1);
    election.mix(2);
    election.share_all();
    election.publish();
    election.seal();
    let audit = election.audit();
    is_valid(&audit);
    assert!(audit.view.batches[0].mixes.iter().all(|mix| mix.valid));
}

/// Two trustees of which one withholds its list and the other builds on it stop nobody.
#[test]
fn a_mix_on_a_withheld_list() {
    let mut election = Election::closed(Plan::new(4, 2, 5));
    election.mix(0);
    let withheld = election.view().batches[0].mixes[0].output.root;
    election.mix(1);
    election.board.remove_blob(&withheld);
    let root = election.view().batches[0].first.root;
    let body = Exclusion::Absence {
        batches: vec![psephos_record::bodies::Unmixed { box_index: 0, root, batch_index: 0 }],
        trustee: 0,
    };
    for author in [Author::Trustee(2), Author::Trustee(3), Author::Authority] {
        election.post(author, Body::Exclusion(body.clone()));
    }
    let audit = election.audit();
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
    assert_eq!(audit.view.next_mixers(), [1]);
    warns(&audit, "could not be read");
    // The second one withholds too.
    election.exclude_absent(1, &[2, 3]);
    for trustee in [2, 3] {
        let batch = election.audit().view.batches[0].clone();
        let mix = election.mix_list(&batch, trustee, &batch.last, batch.position);
        post_mix(&mut election, trustee, Mix { mixes: vec![mix] });
    }
    for trustee in [2, 3] {
        let batch = election.audit().view.batches[0].clone();
        let body = election.share_lists(trustee, &[(batch.clone(), batch.last)]);
        election.post(Author::Trustee(trustee), Body::Share(body));
    }
    election.publish_audited();
    election.seal();
    is_valid(&election.audit());
}

/// A mix of many batches of which one is bad goes as a whole; what its author has mixed well before stays.
#[test]
fn statements_are_of_the_election_they_are_made_for() {
    let mut election = Election::voted(plan());
    let view = election.view();
    let body = Exclusion::Absence { batches: Vec::new(), trustee: 1 };
    let early = election.post(Author::Trustee(0), Body::Exclusion(body.clone()));
    convicts(&election.audit(), CheckId::BoardPhase, &[Culprit::Trustee(0)]);
    election.exclude(early, "board.phase");
    election.close();
    let empty = election.post(Author::Trustee(0), Body::Exclusion(body));
    convicts(&election.audit(), CheckId::ShapeLength, &[Culprit::Trustee(0)]);
    election.exclude(empty, "shape.length");
    let audit = election.audit();
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
    assert_ne!(file_digest(&election.board.records()[0]), view.head);
}

/// A list that is missing is asked for again when the record is excluded that named it first.
#[test]
fn an_excluded_record_names_a_missing_list_first() {
    let mut election = Election::closed(plan());
    let mut body = election.mix_body(0);
    let output = body.mixes[0].output;
    body.mixes[0].position += 1;
    post_mix(&mut election, 0, body);
    let bad = election.view().records - 1;
    election.exclude(bad, "mix.chain");
    let mut body = election.mix_body(1);
    body.mixes[0].output = output;
    post_mix(&mut election, 1, body);
    election.board.remove_blob(&output.root);
    let report = election.audit().report;
    assert_eq!(report.verdict, Verdict::Unreadable, "{}", report.to_text());
}

/// An exclusion that stands where it may not puts nothing aside: the culprit and the row are named all the same.
#[test]
fn an_exclusion_after_the_seal_hides_nobody() {
    let mut election = Election::mixed(plan());
    for trustee in 0..3 {
        let mut body = election.share_body(trustee);
        if trustee == 0 {
            let shares = body.lists[0].shares;
            let mut bytes = election.read(&shares);
            bytes.rotate_left(32);
            body.lists[0].shares = election.put(shares.row_length, &bytes);
        }
        election.post(Author::Trustee(trustee), Body::Share(body));
    }
    let bad = election.view().records - 3;
    election.publish();
    election.seal();
    let before = election.audit().report;
    election.exclude(bad, "decrypt.proof");
    let report = election.audit().report;
    let of_share = |report: &psephos_audit::Report| -> Vec<_> {
        let failures = report.failures.iter().filter(|f| f.check == CheckId::DecryptProof);
        failures.map(|failure| (failure.culprits.clone(), failure.record, failure.row)).collect()
    };
    assert_eq!(of_share(&report), of_share(&before), "{}", report.to_text());
    assert!(of_share(&report).iter().all(|(culprits, ..)| *culprits == [Culprit::Trustee(0)]));
    assert!(!of_share(&report).is_empty());
}
