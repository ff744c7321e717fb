//! Whose turn it is, phase by phase.

use std::collections::BTreeSet;

use psephos_audit::{
    AbsenceView, BatchView, CheckId, Enrolment, Excludable, Failure, ManifestView, MixView, Mixer,
    Phase, ProposalView, Remedies, Report, SPEC, ShareView, Verdict, View,
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
        opens: None,
        suite: Suite::default(),
        title: "A test".into(),
        closes: None,
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
        agreed: true,
        signed: BTreeSet::new(),
        mixed: BTreeSet::new(),
        patience_is_over: false,
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
        witnesses: None,
    }
}

/// What a trustee is told, where nothing can be put right.
fn asks(view: &View, report: &Report, home: &TrusteeHome) -> Next<TrusteeAction> {
    trustee(view, report, &Remedies { beyond: true, ..Remedies::default() }, home)
}

/// What the authority is told, where nothing can be put right.
fn office(view: &View, report: &Report) -> Next<AuthorityAction> {
    authority(view, report, &Remedies { beyond: true, ..Remedies::default() })
}

/// A board in `phase`, with nobody having contributed anything to it.
fn view(phase: Phase) -> View {
    let mut view = View { phase, ..View::default() };
    view.proposal = Some(ProposalView {
        sequence: 0,
        digest: PROPOSAL,
        authority: [50; 32],
        proposal: proposal(),
        earlier: Vec::new(),
    });
    view.enrolments = vec![None; 3];
    view.counter_proposals = vec![None; 3];
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
        mixers: vec![Mixer::Due; 3],
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
                readable: true,
                excluded: None,
            })
            .collect();
        for mixer in batch.mixers.iter_mut().take(trustees as usize) {
            *mixer = Mixer::Mixed;
        }
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
            assert_eq!(asks(&board, &report(), &home(index)), Next::Act(action.clone()));
        }
        let wanted: Vec<Task> = awaited(&board).iter().map(|awaited| awaited.task).collect();
        assert_eq!(wanted, vec![task; 3], "{phase:?}");
        assert_eq!(office(&board, &report()), Next::Wait(awaited(&board)), "{phase:?}");
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
        assert_eq!(office(&view(phase), &report()), Next::Act(action));
    }
    assert_eq!(office(&view(Phase::Sealed), &report()), Next::Done);
    let mut enrolled = view(Phase::Enrolment);
    enrolled.enrolments =
        (0..3).map(|index| Some(Enrolment { sequence: 1, key: key(index) })).collect();
    assert_eq!(
        office(&enrolled, &report()),
        Next::Act(AuthorityAction::IssueManifest { attempt: 0 })
    );
}

#[test]
fn trustees_mix_one_after_the_other() {
    for done in 0..3 {
        let mut board = view(Phase::Mixing);
        mixed(&mut board, done);
        for index in 0..3 {
            let next = asks(&board, &report(), &home(index));
            if index == done {
                assert_eq!(next, Next::Act(TrusteeAction::Mix { batches: only_batch() }));
            } else {
                assert_eq!(next, Next::Wait(awaited(&board)));
            }
        }
        assert_eq!(
            awaited(&board)[0].to_string(),
            format!("trustee {done} (Trustee {}) to mix", done + 1)
        );
    }
}

#[test]
fn shares_follow_the_last_mix_and_are_given_once() {
    let mut board = view(Phase::Sharing);
    mixed(&mut board, 3);
    let share = Next::Act(TrusteeAction::Share { lists: only_batch() });
    assert_eq!(asks(&board, &report(), &home(1)), share);
    board.batches[0].shares[1] = Some(ShareView {
        sequence: 25,
        input: [3; 32],
        shares: blob(4),
        valid: true,
        readable: true,
    });
    assert_eq!(asks(&board, &report(), &home(1)), Next::Wait(awaited(&board)));
    assert_eq!(asks(&board, &report(), &home(0)), share);

    let mut again = home(0);
    again.signed.insert((ELECTION, Step::Share));
    let refused = Next::Refuse(Refusal::SignedBefore { step: "share" });
    assert_eq!(asks(&board, &report(), &again), refused);
}

#[test]
fn no_share_of_a_raw_or_intermediate_list() {
    for mixes in 0..3 {
        let mut board = view(Phase::Sharing);
        mixed(&mut board, mixes);
        let refused = Next::Refuse(Refusal::TooFewMixes { valid: mixes, needed: 2 });
        assert_eq!(asks(&board, &report(), &home(0)), refused);
        // The authority does not wait for what will never come.
        let refused = Next::Refuse(Refusal::TooFewMixes { valid: mixes, needed: 2 });
        assert_eq!(office(&board, &report()), refused);
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
            assert!(matches!(asks(&view(phase), bad, &home(0)), Next::Refuse(_)), "{phase:?}");
            assert!(matches!(office(&view(phase), bad), Next::Refuse(_)), "{phase:?}");
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
    assert_eq!(office(&board, &convicting), again);
    assert_eq!(asks(&board, &convicting, &home(0)), Next::Wait(awaited(&board)));
    convicting.failures[0].check = CheckId::BoardChain;
    assert!(matches!(office(&board, &convicting), Next::Refuse(_)));
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
        assert_eq!(asks(&board, &report(), &home(0)), refused);
    }
}

#[test]
fn another_proposal_or_a_stranger_in_ones_place_is_refused() {
    let mut board = view(Phase::Enrolment);
    board.enrolments[0] = Some(Enrolment { sequence: 1, key: [66; 32] });
    assert_eq!(asks(&board, &report(), &home(0)), Next::Refuse(Refusal::OtherEnrolment));
    board.proposal.as_mut().expect("a proposal").digest = [8; 32];
    assert_eq!(asks(&board, &report(), &home(1)), Next::Refuse(Refusal::OtherProposal));
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
            asks(&board, &report(), &bare),
            Next::Refuse(Refusal::SecretMissing { .. })
        ));
    }
}

fn impatient(index: u64) -> TrusteeHome {
    TrusteeHome { patience_is_over: true, ..home(index) }
}

fn absence(trustee: u64) -> Next<TrusteeAction> {
    let batches = vec![(BatchIndex { box_index: 0, batch_index: 0 }, [3; 32])];
    Next::Act(TrusteeAction::StateAbsence(Absence { trustee, batches }))
}

fn stated(signer: u64, sequence: u64) -> AbsenceView {
    AbsenceView { sequence, signer, trustee: 0, box_index: 0, batch_index: 0, root: [3; 32] }
}

#[test]
fn an_absence_is_stated_once_and_only_after_patience() {
    let mut board = view(Phase::Mixing);
    assert_eq!(asks(&board, &report(), &home(1)), Next::Wait(awaited(&board)));
    assert_eq!(asks(&board, &report(), &impatient(1)), absence(0));
    // Whose turn it is mixes, however long it took.
    let mix = Next::Act(TrusteeAction::Mix { batches: only_batch() });
    assert_eq!(asks(&board, &report(), &impatient(0)), mix);
    // Another's statement is no reason without patience of one's own.
    board.absences = vec![stated(2, 21)];
    assert_eq!(asks(&board, &report(), &home(1)), Next::Wait(awaited(&board)));
    assert_eq!(asks(&board, &report(), &impatient(1)), absence(0));
    board.absences.push(stated(1, 22));
    assert_eq!(asks(&board, &report(), &impatient(1)), Next::Wait(awaited(&board)));
    // Nothing is said of a trustee whose mix stands.
    mixed(&mut board, 1);
    assert_eq!(asks(&board, &report(), &impatient(2)), absence(1));
    let mut over = view(Phase::Sharing);
    mixed(&mut over, 3);
    assert_eq!(asks(&over, &report(), &impatient(1)), asks(&over, &report(), &home(1)));
}

#[test]
fn an_excluded_trustee_is_passed_over() {
    let mut board = view(Phase::Mixing);
    board.batches[0].mixers[0] = Mixer::Excluded(23);
    let mix = Next::Act(TrusteeAction::Mix { batches: only_batch() });
    assert_eq!(asks(&board, &report(), &home(1)), mix);
    assert_eq!(asks(&board, &report(), &home(0)), Next::Wait(awaited(&board)));
    // A mix is made of each list once; of another list, again.
    let mut again = home(1);
    again.mixed.insert((ELECTION, only_batch()[0], [3; 32]));
    let refused = Next::Refuse(Refusal::SignedBefore { step: "mix" });
    assert_eq!(asks(&board, &report(), &again), refused);
    board.batches[0].last.root = [4; 32];
    assert_eq!(asks(&board, &report(), &again), mix);
}

#[test]
fn each_batch_has_its_own_next_mixer() {
    let mut board = view(Phase::Mixing);
    board.batches.push(BatchView { batch_index: 1, ..batch() });
    board.batches[1].mixers[0] = Mixer::Excluded(23);
    let second = BatchIndex { box_index: 0, batch_index: 1 };
    let mixes = |batches| Next::Act(TrusteeAction::Mix { batches });
    assert_eq!(asks(&board, &report(), &home(0)), mixes(only_batch()));
    assert_eq!(asks(&board, &report(), &home(1)), mixes(vec![second]));
    assert_eq!(awaited(&board).len(), 2);
}

fn failing(verdict: Verdict) -> Report {
    let failure = Failure {
        check: CheckId::MixProof,
        culprits: Vec::new(),
        record: Some(21),
        row: None,
        evidence: "the equation does not hold".into(),
    };
    Report { verdict, failures: vec![failure], ..report() }
}

#[test]
fn a_record_that_can_be_excluded_is_waited_for() {
    let mut board = view(Phase::Mixing);
    mixed(&mut board, 1);
    let remedies = Remedies {
        excludable: vec![Excludable {
            record: 21,
            check: CheckId::MixProof,
            digest: [5; 32],
            previous: [4; 32],
            evidence: "the equation does not hold".into(),
        }],
        ..Remedies::default()
    };
    let report = failing(Verdict::Invalid);
    for home in [home(1), impatient(1)] {
        let Next::Wait(awaited) = trustee(&board, &report, &remedies, &home) else {
            panic!("it does not wait");
        };
        assert_eq!(awaited[0].task, Task::Exclude { record: 21, check: CheckId::MixProof });
        assert!(awaited[0].to_string().contains("psephos-authority exclude --record 21"));
    }
    let refused = authority(&board, &report, &remedies);
    assert!(matches!(refused, Next::Refuse(Refusal::Excludable { record: 21, .. })));
    let beyond = Remedies { beyond: true, ..remedies };
    assert!(matches!(trustee(&board, &report, &beyond, &home(1)), Next::Refuse(_)));
}

/// Missing lists are absence: stated after patience, and only by whoever has seen the record.
#[test]
fn a_mix_that_cannot_be_read_is_an_absence() {
    let mut board = view(Phase::Mixing);
    mixed(&mut board, 1);
    board.batches[0].mixes[0].readable = false;
    board.absences = vec![stated(1, 20)];
    let remedies = Remedies { unread: vec![21], ..Remedies::default() };
    let report = Report { failures: Vec::new(), ..failing(Verdict::Unreadable) };
    let waits = trustee(&board, &report, &remedies, &home(1));
    let Next::Wait(awaited) = waits else { panic!("it does not wait") };
    assert_eq!(awaited[0].task, Task::Supply { record: 21 });
    assert_eq!(trustee(&board, &report, &remedies, &impatient(1)), absence(0));
    board.absences.push(stated(1, 22));
    assert!(matches!(trustee(&board, &report, &remedies, &impatient(1)), Next::Wait(_)));
}
