//! Lines 1 to 3: INVALID, the authority's fault.

use psephos_audit::{CheckId, Options, Verdict};
use psephos_record::bodies::{Body, Description, Policy};
use psephos_testkit::{Author, Election, Plan};

use crate::{AUTHORITY, complete, enrolled, expect, plan, verdict_of};

/// Proposal and manifest both describe the altered election.
fn altered(alter: impl Fn(&mut Description)) -> Election {
    let mut election = Election::new(plan());
    election.propose();
    let mut body = election.view().proposal.unwrap().proposal;
    let mut election = Election::new(plan());
    alter(&mut body.description);
    election.post(Author::Authority, Body::Proposal(body));
    for trustee in election.everybody() {
        election.enrol(trustee);
    }
    election.issue_manifest();
    election
}

#[test]
fn parameters_of_another_suite() {
    let alterations: [fn(&mut Description); 6] = [
        |description| description.suite.group = "p256".into(),
        |description| description.suite.hash = "sha256".into(),
        |description| description.suite.version = 2,
        |description| description.suite.generators = "mine".into(),
        |description| description.policy = Policy::Last,
        |description| description.boxes[0].batches[0].width += 1,
    ];
    for alter in alterations {
        expect(&altered(alter), CheckId::SetupParameters, &AUTHORITY);
    }
}

#[test]
fn fewer_mixes_than_the_threshold() {
    let election = Election::complete(Plan { mixes: 1, ..plan() });
    expect(&election, CheckId::SetupParameters, &AUTHORITY);
    for (threshold, mixes) in [(0, 1), (4, 4), (2, 4), (u64::MAX, u64::MAX)] {
        let alter = |description: &mut Description| {
            description.threshold = threshold;
            description.mixes = mixes;
        };
        expect(&altered(alter), CheckId::SetupParameters, &AUTHORITY);
    }
}

#[test]
fn manifest_of_another_election_than_the_proposal() {
    let mut election = enrolled();
    let mut body = election.manifest_body();
    body.description.threshold = 1;
    election.post(Author::Authority, Body::Manifest(body));
    expect(&election, CheckId::SetupIdentity, &AUTHORITY);
}

#[test]
fn manifest_with_other_keys_than_enrolled() {
    let mut election = enrolled();
    let mut body = election.manifest_body();
    body.keys[1] = election.public_key(Author::Stranger);
    election.post(Author::Authority, Body::Manifest(body));
    expect(&election, CheckId::SetupIdentity, &AUTHORITY);
}

#[test]
fn another_election_than_the_pinned_one() {
    let election = complete();
    let view = election.view();
    let pins = |expect: Vec<[u8; 32]>| Options { expect, ..Options::default() };
    assert_eq!(verdict_of(&election, &pins(vec![view.election()])), Verdict::Valid);
    for expect in [vec![[7; 32]], vec![view.election(), [7; 32]]] {
        let audit = election.audit_with(&pins(expect));
        assert_eq!(audit.report.verdict, Verdict::Invalid);
        let failure = &audit.report.failures[0];
        assert_eq!((failure.check, failure.culprits.len()), (CheckId::SetupIdentity, 0));
    }
}

#[test]
fn one_key_as_two_trustees() {
    let mut election = Election::new(plan());
    election.propose();
    for (trustee, key) in [(0, 0), (1, 0), (2, 2)] {
        let author = Author::Trustee(key);
        let body = election.enrol_body(trustee, author);
        election.post(author, Body::Enrol(body));
    }
    election.issue_manifest();
    expect(&election, CheckId::SetupIdentity, &AUTHORITY);
}

#[test]
fn manifest_that_leaves_out_somebody_not_there_or_twice() {
    for excluded in [vec![3], vec![1, 1], vec![2, 1]] {
        let mut election = enrolled();
        let mut body = election.manifest_body();
        body.excluded = excluded;
        election.post(Author::Authority, Body::Manifest(body));
        expect(&election, CheckId::SetupIdentity, &AUTHORITY);
    }
}

#[test]
fn manifest_without_a_trustee_whose_key_it_holds() {
    let mut election = enrolled();
    let mut body = election.manifest_body();
    body.excluded = vec![2];
    body.description = body.description.without(&[2]);
    election.post(Author::Authority, Body::Manifest(body));
    expect(&election, CheckId::SetupIdentity, &AUTHORITY);
}
