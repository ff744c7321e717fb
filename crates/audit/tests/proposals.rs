//! Proposals that are answered and replaced: VALID, unless somebody makes more of it.

use psephos_audit::{CheckId, Culprit, Phase, Status, Verdict};
use psephos_record::bodies::{Body, CounterProposal, Description, Enrol};
use psephos_record::message::Message;
use psephos_testkit::{Author, Election, Plan};

#[test]
fn a_proposal_is_replaced_until_there_is_a_manifest() {
    let mut election = Election::enrolled(Plan::new(3, 2, 4));
    let first = election.view().proposal.unwrap();
    let title = "The council, as trustee 1 would have it".to_owned();
    let wanted = Description { title, ..first.proposal.description.clone() };
    election.counter_propose(1, Some(&wanted));
    election.counter_propose(2, None);
    let view = election.view();
    let answered: Vec<bool> = view.counter_proposals.iter().map(Option::is_some).collect();
    assert_eq!(answered, [false, true, true]);
    // To describe the proposal itself is to agree to it.
    election.counter_propose(2, Some(&first.proposal.description));
    assert!(election.view().counter_proposals[2].is_none());
    let late = election.message(Author::Trustee(0), &counter(None));
    election.propose_description(wanted);
    let view = election.view();
    assert_eq!(view.phase, Phase::Enrolment);
    assert!(view.enrolments.iter().all(Option::is_none));
    assert!(view.counter_proposals.iter().all(Option::is_none));
    let standing = view.proposal.unwrap();
    assert_eq!(standing.first(), &first.digest);
    assert!(standing.is_or_was(&first.digest) && standing.is_or_was(&standing.digest));
    // What was on its way to the first proposal is nobody's fault.
    election.append(Author::Trustee(0), late);
    for trustee in election.everybody() {
        election.enrol(trustee);
    }
    election.conclude();
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Valid, "{}", audit.report.to_text());
    let told = |words: &str| audit.report.warnings.iter().any(|warning| warning.contains(words));
    assert!(told("replaces the proposal of record 0") && told("came too late for its proposal"));
}

#[test]
fn nothing_of_a_replaced_proposal_binds() {
    let replaced = || {
        let mut election = Election::enrolled(Plan::new(2, 1, 1));
        let view = election.view();
        let enrolment = election.enrol_body(0, Author::Stranger);
        let early = election.message(Author::Stranger, &Body::Enrol(enrolment));
        let description = view.proposal.unwrap().proposal.description;
        election.propose_description(Description { title: "Another".into(), ..description });
        (election, early)
    };
    // An enrolment that its author sent knowing the new proposal is of another election.
    let (mut election, early) = replaced();
    let head = election.view().head;
    election.append(Author::Stranger, Message { head, ..early.clone() });
    assert_eq!(election.audit().report.check(CheckId::BoardChain).unwrap().status, Status::Fail);
    // One that its invitation does not sign is passed over no more than any other.
    let (mut election, mut early) = replaced();
    let forged = Enrol { trustee: 1, ..election.enrol_body(0, Author::Stranger) };
    early.body = Body::Enrol(forged).encode();
    election.append(Author::Stranger, early);
    assert_eq!(election.audit().report.check(CheckId::BoardChain).unwrap().status, Status::Fail);
    // Nobody but the authority replaces a proposal.
    let mut election = Election::enrolled(Plan::new(2, 1, 1));
    let proposal = election.view().proposal.unwrap().proposal;
    election.post(Author::Trustee(1), Body::Proposal(proposal));
    let report = election.audit().report;
    let failure = report.failures.iter().find(|one| one.check == CheckId::BoardSignature).unwrap();
    assert_eq!(failure.culprits, [Culprit::Trustee(1)]);
}

/// An answer on its way to a manifest that leaves its author out is nobody's fault; one made later is.
#[test]
fn the_answer_of_a_trustee_left_out_comes_too_late() {
    let left_out = || {
        let mut election = Election::enrolled(Plan::new(3, 2, 4));
        let late = election.message(Author::Trustee(2), &counter(None));
        let mut body = election.manifest_body();
        body.excluded = vec![2];
        body.description = body.description.without(&body.excluded);
        body.keys.truncate(2);
        election.post(Author::Authority, Body::Manifest(body));
        (election, late)
    };
    let (mut election, late) = left_out();
    election.append(Author::Trustee(2), late);
    let report = election.audit().report;
    assert_eq!(report.verdict, Verdict::Incomplete, "{}", report.to_text());
    assert!(report.failures.is_empty());
    let (mut election, late) = left_out();
    let head = election.view().head;
    election.append(Author::Trustee(2), Message { head, ..late });
    let report = election.audit().report;
    assert_eq!(report.check(CheckId::BoardPhase).unwrap().status, Status::Fail);
}

fn counter(description: Option<&Description>) -> Body {
    let reason = "as the charter has it".to_owned();
    Body::CounterProposal(CounterProposal { reason, description: description.cloned() })
}
