//! Whose turn it is, phase by phase.

use std::collections::BTreeSet;

use psephos_audit::{
    BatchView, CheckId, Enrolment, Failure, ManifestView, MixView, Phase, ProposalView, Report,
    SPEC, ShareView, Verdict, View,
};
use psephos_core::Digest;
use psephos_record::bodies::{
    BallotBox, Batch, Blob, Description, Manifest, Policy, Proposal, Suite,
};

use super::*;

const PROPOSAL: Digest = [7; 32];
const ELECTION: Digest = [9; 32];

fn description() -> Description {
    Description {
        roll: None,
        boxes: vec![BallotBox {
            id: "main".into(),
            merge: None,
            batches: vec![Batch { id: "main".into(), bits: None, width: 1, contests: vec![0] }],
        }],
        mixes: 2,
        suite: Suite::default(),
        title: "A test".into(),
        intake: [9; 32],
        policy: Policy::Open,
        minimum: 0,
        contests: Vec::new(),
        trustees: (1..=3).map(|number| format!("Trustee {number}")).collect(),
        threshold: 2,
    }
}

fn proposal() -> Proposal {
    Proposal { description: description(), invitations: vec![[1; 32]; 3] }
}

fn key(index: u64) -> [u8; 32] {
    [100 + index as u8; 32]
}

fn home(index: u64) -> TrusteeHome {
    TrusteeHome {
        index,
        key: key(index),
        proposal_digest: PROPOSAL,
        proposal: proposal(),
        signed: BTreeSet::new(),
        deals: BTreeSet::from([ELECTION]),
        share_keys: BTreeSet::from([ELECTION]),
        key_shares: BTreeSet::from([ELECTION]),
    }
}

fn report() -> Report {
    Report {
        spec: SPEC,
        verdict: Verdict::Incomplete,
        exit: 2,
        election: None,
        head: None,
        checks: Vec::new(),
        failures: Vec::new(),
        warnings: Vec::new(),
        anonymity: None,
        results: None,
    }
}

/// A board in `phase`, with nobody having contributed anything to it.
fn view(phase: Phase) -> View {
    let mut view = View { phase, ..View::default() };
    view.proposal = Some(ProposalView {
        sequence: 0,
        digest: PROPOSAL,
        authority: [50; 32],
        proposal: proposal(),
    });
    view.enrolments = vec![None; 3];
    if phase > Phase::Enrolment {
        view.enrolments =
            (0..3).map(|index| Some(Enrolment { sequence: 1 + index, key: key(index) })).collect();
        let manifest = Manifest {
            keys: (0..3).map(key).collect(),
            attempt: 0,
            excluded: Vec::new(),
            proposal: PROPOSAL,
            description: description(),
        };
        view.manifest =
            Some(ManifestView { sequence: 4, election: ELECTION, manifest, earlier: Vec::new() });
        view.ceremony.accepts = vec![None; 3];
        view.ceremony.commitments = vec![None; 3];
        view.ceremony.deals = vec![None; 3];
        view.ceremony.confirmed = vec![false; 3];
    }
    if phase >= Phase::Mixing {
        view.close = Some(psephos_audit::CloseView {
            sequence: 20,
            digest: [2; 32],
            rejected: blob(0),
            submitted: 4,
        });
        view.batches = vec![batch()];
    }
    view
}

fn blob(rows: u64) -> Blob {
    Blob { root: [3; 32], rows, row_length: 64 }
}

fn batch() -> BatchView {
    BatchView {
        box_index: 0,
        batch_index: 0,
        width: 1,
        first: blob(4),
        last: blob(4),
        position: 0,
        mixes: Vec::new(),
        shares: vec![None; 3],
    }
}

fn mixed(view: &mut View, trustees: u64) {
    for batch in &mut view.batches {
        batch.mixes = (0..trustees)
            .map(|trustee| MixView {
                sequence: 21 + trustee,
                trustee,
                position: trustee,
                input: [3; 32],
                output: blob(4),
                valid: true,
            })
            .collect();
        batch.position = trustees;
    }
}

fn only_batch() -> Vec<BatchIndex> {
    vec![BatchIndex { box_index: 0, batch_index: 0 }]
}

#[test]
fn the_ceremony_in_order() {
    let phases = [
        (Phase::Enrolment, TrusteeAction::Enrol, Task::Enrol),
        (Phase::Acceptance, TrusteeAction::Accept, Task::Accept),
        (Phase::Commitment, TrusteeAction::CommitDeal, Task::CommitDeal),
        (Phase::Dealing, TrusteeAction::Deal, Task::Deal),
        (Phase::Confirmation, TrusteeAction::ConfirmOrComplain, Task::Confirm),
    ];
    for (phase, action, task) in phases {
        let board = view(phase);
        for index in 0..3 {
            assert_eq!(trustee(&board, &report(), &home(index)), Next::Act(action.clone()));
        }
        let wanted: Vec<Task> = awaited(&board).iter().map(|awaited| awaited.task).collect();
        assert_eq!(wanted, vec![task; 3], "{phase:?}");
        assert_eq!(authority(&board, &report()), Next::Wait(awaited(&board)), "{phase:?}");
    }
}

#[test]
fn the_authority_in_order() {
    let cases = [
        (Phase::Empty, AuthorityAction::Propose),
        (Phase::Failed, AuthorityAction::IssueManifest { attempt: 1 }),
        (Phase::Ready, AuthorityAction::Open),
        (Phase::Voting, AuthorityAction::Close),
        (Phase::Tallying, AuthorityAction::Publish),
        (Phase::Published, AuthorityAction::Seal),
    ];
    for (phase, action) in cases {
        assert_eq!(authority(&view(phase), &report()), Next::Act(action));
    }
    assert_eq!(authority(&view(Phase::Sealed), &report()), Next::Done);
    let mut enrolled = view(Phase::Enrolment);
    enrolled.enrolments =
        (0..3).map(|index| Some(Enrolment { sequence: 1, key: key(index) })).collect();
    assert_eq!(
        authority(&enrolled, &report()),
        Next::Act(AuthorityAction::IssueManifest { attempt: 0 })
    );
}

#[test]
fn trustees_mix_one_after_the_other() {
    for done in 0..3 {
        let mut board = view(Phase::Mixing);
        mixed(&mut board, done);
        for index in 0..3 {
            let next = trustee(&board, &report(), &home(index));
            if index == done {
                assert_eq!(next, Next::Act(TrusteeAction::Mix { batches: only_batch() }));
            } else {
                assert_eq!(next, Next::Wait(awaited(&board)));
            }
        }
        assert_eq!(awaited(&board)[0].to_string(), format!("trustee {} to mix", done + 1));
    }
}

#[test]
fn shares_follow_the_last_mix_and_are_given_once() {
    let mut board = view(Phase::Sharing);
    mixed(&mut board, 3);
    let share = Next::Act(TrusteeAction::Share { lists: only_batch() });
    assert_eq!(trustee(&board, &report(), &home(1)), share);
    board.batches[0].shares[1] =
        Some(ShareView { sequence: 25, input: [3; 32], shares: blob(4), valid: true });
    assert_eq!(trustee(&board, &report(), &home(1)), Next::Wait(awaited(&board)));
    assert_eq!(trustee(&board, &report(), &home(0)), share);

    let mut again = home(0);
    again.signed.insert((ELECTION, Step::Share));
    let refused = Next::Refuse(Refusal::SignedBefore { step: "share" });
    assert_eq!(trustee(&board, &report(), &again), refused);
}

#[test]
fn no_share_of_a_raw_or_intermediate_list() {
    for mixes in 0..3 {
        let mut board = view(Phase::Sharing);
        mixed(&mut board, mixes);
        let refused = Next::Refuse(Refusal::TooFewMixes { valid: mixes, needed: 2 });
        assert_eq!(trustee(&board, &report(), &home(0)), refused);
    }
}

#[test]
fn nothing_is_done_on_a_board_that_fails() {
    let mut failing = report();
    failing.verdict = Verdict::Invalid;
    failing.failures = vec![Failure {
        check: CheckId::MixProof,
        culprits: Vec::new(),
        record: Some(21),
        row: None,
        evidence: "the equation does not hold".into(),
    }];
    let mut unreadable = report();
    unreadable.verdict = Verdict::Unreadable;
    for phase in [
        Phase::Acceptance,
        Phase::Dealing,
        Phase::Mixing,
        Phase::Sharing,
        Phase::Voting,
        Phase::Sealed,
    ] {
        for bad in [&failing, &unreadable] {
            assert!(matches!(trustee(&view(phase), bad, &home(0)), Next::Refuse(_)), "{phase:?}");
            assert!(matches!(authority(&view(phase), bad), Next::Refuse(_)), "{phase:?}");
        }
    }
}

#[test]
fn a_failed_ceremony_is_followed_by_another() {
    let board = view(Phase::Failed);
    let mut convicting = report();
    convicting.verdict = Verdict::Invalid;
    convicting.failures = vec![Failure {
        check: CheckId::KeyComplaint,
        culprits: Vec::new(),
        record: Some(14),
        row: None,
        evidence: "a wrong share".into(),
    }];
    let again = Next::Act(AuthorityAction::IssueManifest { attempt: 1 });
    assert_eq!(authority(&board, &convicting), again);
    assert_eq!(trustee(&board, &convicting, &home(0)), Next::Wait(awaited(&board)));
    convicting.failures[0].check = CheckId::BoardChain;
    assert!(matches!(authority(&board, &convicting), Next::Refuse(_)));
}

#[test]
fn the_manifest_must_be_what_was_joined() {
    type Change = fn(&mut Manifest);
    let changes: [(&str, Change); 5] = [
        ("the threshold", |manifest| manifest.description.threshold = 1),
        ("the title", |manifest| manifest.description.title = "Another".into()),
        ("the minimum of mixes", |manifest| manifest.description.mixes = 3),
        ("it is made from another proposal", |manifest| manifest.proposal = [0; 32]),
        ("another signing key stands in this trustee's place", |manifest| {
            manifest.keys[0] = [0; 32]
        }),
    ];
    for (difference, change) in changes {
        let mut board = view(Phase::Acceptance);
        change(&mut board.manifest.as_mut().expect("a manifest").manifest);
        let refused = Next::Refuse(Refusal::ManifestDiffers { difference: difference.into() });
        assert_eq!(trustee(&board, &report(), &home(0)), refused);
    }
}

#[test]
fn another_proposal_or_a_stranger_in_ones_place_is_refused() {
    let mut board = view(Phase::Enrolment);
    board.enrolments[0] = Some(Enrolment { sequence: 1, key: [66; 32] });
    assert_eq!(trustee(&board, &report(), &home(0)), Next::Refuse(Refusal::OtherEnrolment));
    board.proposal.as_mut().expect("a proposal").digest = [8; 32];
    assert_eq!(trustee(&board, &report(), &home(1)), Next::Refuse(Refusal::OtherProposal));
}

#[test]
fn a_step_needs_its_secret() {
    let mut bare = home(0);
    bare.deals.clear();
    bare.share_keys.clear();
    bare.key_shares.clear();
    let mut sharing = view(Phase::Sharing);
    mixed(&mut sharing, 3);
    for board in [view(Phase::Dealing), view(Phase::Confirmation), sharing] {
        assert!(matches!(
            trustee(&board, &report(), &bare),
            Next::Refuse(Refusal::SecretMissing { .. })
        ));
    }
}
