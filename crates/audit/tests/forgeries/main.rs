//! Boards made to deceive the audit, or to make it blame or stop somebody honest.

mod batches;
mod exclusion;
mod framing;
mod hostile;
mod shares;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex};

use psephos_audit::{Audit, BatchView, CheckId, Culprit, Options, Status, Verdict, audit};
use psephos_core::Digest;
use psephos_record::board::{Board, BoardError, Extent, MemoryBoard};
use psephos_record::bodies::{Blob, Body, Mix, SignOff};
use psephos_testkit::{Author, Election, Plan};

/// Two of three, five ballots.
fn plan() -> Plan {
    Plan::new(3, 2, 5)
}

/// INVALID by this check, and by nobody's fault but these.
fn convicts(audit: &Audit, check: CheckId, culprits: &[Culprit]) {
    let text = audit.report.to_text();
    assert_eq!(audit.report.verdict, Verdict::Invalid, "{text}");
    assert_eq!(audit.report.check(check).map(|check| check.status), Some(Status::Fail), "{text}");
    let mut blamed: Vec<_> =
        audit.report.failures.iter().flat_map(|f| f.culprits.clone()).collect();
    blamed.sort();
    blamed.dedup();
    assert_eq!(blamed, culprits, "{text}");
}

fn is_valid(audit: &Audit) {
    assert_eq!(audit.report.verdict, Verdict::Valid, "{}", audit.report.to_text());
}

fn warns(audit: &Audit, of: &str) {
    let found = audit.report.warnings.iter().any(|warning| warning.contains(of));
    assert!(found, "no warning of {of:?}: {}", audit.report.to_text());
}

fn post_mix(election: &mut Election, trustee: u64, body: Mix) {
    election.post(Author::Trustee(trustee), Body::Mix(body));
}

/// What an honest trustee makes of the last good list, appended now.
fn honest_mix(
    election: &mut Election,
    batch: &BatchView,
    trustee: u64,
    input: &Blob,
    position: u64,
) {
    let mix = election.mix_list(batch, trustee, input, position);
    post_mix(election, trustee, Mix { mixes: vec![mix] });
}

/// A bad mix that names the last good list as its own output must not stand between that list and the
/// next, honest mix.
#[test]
fn a_bad_mix_that_names_a_good_list_as_its_output() {
    for (who, rows) in [(1, 5), (1, 4), (0, 5)] {
        let mut election = Election::closed(plan());
        election.mix(0);
        let batch = election.view().batches[0].clone();
        let good = batch.last;
        let mut body = election.mix_body(who);
        body.mixes[0].output = Blob { rows, ..good };
        post_mix(&mut election, who, body);
        let honest = if who == 1 { 2 } else { 1 };
        honest_mix(&mut election, &batch, honest, &good, 1);
        let audit = election.audit();
        let check = match (who, rows) {
            (0, _) => CheckId::MixIdentity,
            (_, 4) => CheckId::ShapeLength,
            _ => CheckId::MixProof,
        };
        convicts(&audit, check, &[Culprit::Trustee(who)]);
        let batch = &audit.view.batches[0];
        assert_eq!(batch.position, 2, "{}", audit.report.to_text());
        assert!(batch.mixes.iter().any(|mix| mix.trustee == honest && mix.valid));
    }
}

/// Lists without rows all have one root.
#[test]
fn a_bad_mix_of_nothing() {
    let mut election = Election::closed(Plan::new(3, 2, 0));
    let other = Election::closed(plan()).mix_body(0);
    let batch = election.view().batches[0].clone();
    let mut body = election.mix_body(0);
    body.mixes[0].proof = other.mixes[0].proof.clone();
    post_mix(&mut election, 0, body);
    honest_mix(&mut election, &batch, 1, &batch.first, 0);
    convicts(&election.audit(), CheckId::ShapeLength, &[Culprit::Trustee(0)]);
}

/// Trustee 3 mixes out of turn while trustee 1 is at work: no fault of trustee 1, and no end of the election.
#[test]
fn a_mix_overtaken_by_another() {
    let mut election = Election::closed(plan());
    let body = Body::Mix(election.mix_body(0));
    let message = election.message(Author::Trustee(0), &body);
    election.mix(2);
    election.append(Author::Trustee(0), message);
    let batch = election.audit().view.batches[0].clone();
    assert_eq!(batch.position, 1);
    honest_mix(&mut election, &batch, 1, &batch.last, 1);
    let batch = election.audit().view.batches[0].clone();
    for trustee in election.everybody() {
        let body = election.share_lists(trustee, &[(batch.clone(), batch.last)]);
        election.post(Author::Trustee(trustee), Body::Share(body));
    }
    let batch = election.audit().view.batches[0].clone();
    let body = election.result_with(&[election.decrypt(&batch)]);
    election.post(Author::Authority, Body::Result(body));
    election.seal();
    let audit = election.audit();
    is_valid(&audit);
    warns(&audit, "overtaken");
}

/// Who goes on from the overtaken mix has seen the one that overtook it.
#[test]
fn what_rests_on_an_overtaken_mix() {
    let mut election = Election::closed(plan());
    let body = election.mix_body(0);
    let overtaken = body.mixes[0].output;
    let body = Body::Mix(body);
    let message = election.message(Author::Trustee(0), &body);
    election.mix(2);
    election.append(Author::Trustee(0), message);
    let batch = election.audit().view.batches[0].clone();
    let mut wrong = election.clone();
    honest_mix(&mut wrong, &batch, 1, &overtaken, 1);
    convicts(&wrong.audit(), CheckId::MixChain, &[Culprit::Trustee(1)]);

    honest_mix(&mut election, &batch, 1, &batch.last, 1);
    let body = election.share_lists(1, &[(batch, overtaken)]);
    election.post(Author::Trustee(1), Body::Share(body));
    convicts(&election.audit(), CheckId::DecryptInput, &[Culprit::Trustee(1)]);
}

/// A sign-off that was on its way while the authority began the key ceremony again.
#[test]
fn a_sign_off_of_an_earlier_attempt() {
    let mut election = Election::enrolled(plan());
    election.issue_manifest();
    let body = Body::SignOff(SignOff { head: election.view().head });
    let message = election.message(Author::Trustee(0), &body);
    election.issue_manifest();
    election.append(Author::Trustee(0), message);
    let audit = election.audit();
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
    warns(&audit, "too late");
}

/// A share that was on its way while the authority sealed.
#[test]
fn a_share_overtaken_by_the_seal() {
    let mut election = Election::mixed(plan());
    election.share(0);
    election.share(1);
    let body = Body::Share(election.share_body(2));
    let message = election.message(Author::Trustee(2), &body);
    election.publish();
    election.seal();
    let mut knowing = election.clone();
    election.append(Author::Trustee(2), message);
    let audit = election.audit();
    is_valid(&audit);
    warns(&audit, "the election is sealed");

    knowing.share(2);
    convicts(&knowing.audit(), CheckId::BoardPhase, &[Culprit::Trustee(2)]);
}

/// The authority has made the invitations: it can enrol a key of its own under one.
#[test]
fn a_second_enrolment_by_the_authority() {
    let mut election = Election::enrolled(plan());
    let body = election.enrol_body(1, Author::Stranger);
    election.post(Author::Stranger, Body::Enrol(body));
    convicts(&election.audit(), CheckId::BoardPhase, &[]);
}

/// A board that counts how often each record is read, and gives some records otherwise, or not at all,
/// from the third reading on: the log is read for exclusions first.
struct Reading<'a> {
    board: &'a MemoryBoard,
    readings: Arc<Mutex<BTreeMap<u64, u64>>>,
    later: BTreeMap<u64, Option<Vec<u8>>>,
}

impl Board for Reading<'_> {
    fn place(&self) -> String {
        self.board.place()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        self.board.extent()
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        self.board.open_record(sequence)
    }

    fn record(&self, sequence: u64) -> Result<Vec<u8>, BoardError> {
        let mut readings = self.readings.lock().unwrap();
        let before = readings.entry(sequence).or_default();
        *before += 1;
        match self.later.get(&sequence) {
            Some(later) if *before > 2 => {
                later.clone().ok_or(BoardError::RecordMissing { place: self.place(), sequence })
            }
            _ => self.board.record(sequence),
        }
    }

    fn record_digest(&self, sequence: u64) -> Result<Digest, BoardError> {
        self.board.record_digest(sequence)
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        self.board.blob_length(root)
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        self.board.open_blob(root)
    }
}

/// Whoever can write to the folder changes a mix between two passes: its author has not signed that.
#[test]
fn a_mix_that_changes_while_it_is_audited() {
    let mut election = Election::closed(plan());
    let sequence = election.mix(0);
    let mut altered = election.clone();
    let mut files = altered.board.records();
    files.pop();
    altered.board.set_records(files);
    let mut body = altered.mix_body(0);
    body.mixes[0].proof = None;
    post_mix(&mut altered, 0, body);
    let other = altered.board.records().pop();
    for later in [other, None] {
        let later = BTreeMap::from([(sequence, later)]);
        let board = Reading { board: &election.board, readings: Arc::default(), later };
        let report = audit(&board, &Options::default(), &|_| {}).unwrap().report;
        assert_eq!(report.verdict, Verdict::Unreadable, "{}", report.to_text());
        assert!(report.failures.is_empty(), "{}", report.to_text());
    }
}

/// A count in rounds of very many candidates takes memory by their square: the audit goes no further than
/// the proposal.
#[test]
fn more_candidates_than_can_be_counted() {
    let mut plan = plan();
    plan.contests[1].candidates = (0..2_000).map(|index| format!("Candidate {index}")).collect();
    let audit = Election::enrolled(plan).audit();
    convicts(&audit, CheckId::SetupParameters, &[Culprit::Authority]);
    assert_eq!(audit.report.check(CheckId::BoardPhase).unwrap().status, Status::NotRun);
    assert!(audit.view.enrolments.iter().all(Option::is_none));
}
