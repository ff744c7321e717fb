//! Which descriptions make an election.

use psephos_ballot::{Contest, Method};
use psephos_record::bodies::{BallotBox, Batch, Blob, Description, Policy, Suite};
use psephos_record::manifest::ParameterFault;

fn contest(id: &str) -> Contest {
    Contest {
        id: id.into(),
        seats: 1,
        title: "Who?".into(),
        method: Method::Plurality { max_marks: 1 },
        write_ins: None,
        candidates: vec!["Ada".into(), "Bo".into()],
    }
}

fn description() -> Description {
    let batch =
        |id: &str, contests: Vec<u64>| Batch { id: id.into(), bits: None, width: 1, contests };
    Description {
        roll: None,
        boxes: vec![
            BallotBox {
                id: "north".into(),
                merge: None,
                batches: vec![batch("a", vec![0, 2]), batch("b", vec![1])],
            },
            BallotBox { id: "south".into(), merge: None, batches: vec![batch("a", vec![3])] },
        ],
        mixes: 3,
        opens: None,
        suite: Suite::default(),
        title: "Council".into(),
        closes: None,
        intake: [9; 32],
        policy: Policy::Open,
        minimum: 0,
        contests: ["mayor", "clerk", "judge", "reeve"].map(contest).into(),
        trustees: ["Ann", "Ben", "Cy"].map(String::from).into(),
        threshold: 2,
    }
}

/// The fault after one change.
fn fault(change: impl Fn(&mut Description)) -> ParameterFault {
    let mut description = description();
    assert_eq!(description.check(), Ok(()));
    change(&mut description);
    description.check().unwrap_err()
}

#[test]
fn lengths_follow_from_the_widths() {
    let description = description();
    let north = description.ballot_box(0).unwrap();
    assert_eq!((north.width(), north.ballot_row_length()), (2, 144 + 128));
    assert_eq!(description.batch(1, 0).unwrap().list_row_length(), 64);
    assert_eq!(description.batch(1, 0).unwrap().element_row_length(), 32);
    assert!(description.batch(2, 0).is_none() && description.batch(0, u64::MAX).is_none());
    let places: Vec<(u64, u64)> =
        description.batches().map(|placed| (placed.box_index, placed.batch_index)).collect();
    assert_eq!(places, [(0, 0), (0, 1), (1, 0)]);
    // A hostile manifest's numbers do not overflow.
    let hostile = Batch { id: "x".into(), bits: None, width: u64::MAX, contests: vec![] };
    assert_eq!(hostile.list_row_length(), u64::MAX);
    let hostile =
        BallotBox { id: "x".into(), merge: None, batches: vec![hostile.clone(), hostile] };
    assert_eq!(hostile.ballot_row_length(), u64::MAX);
}

#[test]
fn thresholds_keep_an_honest_mixer() {
    for (threshold, mixes, good) in [
        (1, 1, true),
        (3, 3, true),
        (2, 3, true),
        (0, 3, false),
        (2, 1, false),
        (2, 4, false),
        (4, 4, false),
    ] {
        let mut description = description();
        (description.threshold, description.mixes) = (threshold, mixes);
        assert_eq!(description.check().is_ok(), good, "t {threshold}, mixes {mixes}");
    }
    let many = |d: &mut Description| d.trustees = (0..33).map(|i| i.to_string()).collect();
    assert_eq!(fault(many), ParameterFault::Trustees { trustees: 33 });
    assert_eq!(fault(|d| d.trustees.clear()), ParameterFault::Trustees { trustees: 0 });
}

#[test]
fn other_cryptography_is_refused() {
    let suite = |field| ParameterFault::Suite { field };
    assert_eq!(fault(|d| d.suite.version = 2), suite("version"));
    assert_eq!(fault(|d| d.suite.group = "p256".into()), suite("group"));
    assert_eq!(fault(|d| d.suite.hash = "sha2-256".into()), suite("hash"));
    assert_eq!(fault(|d| d.suite.generators.push('x')), suite("generators"));
}

#[test]
fn a_roll_goes_with_its_policy() {
    let roll = |row_length| Some(Blob { root: [1; 32], rows: 3, row_length });
    let is_roll = |fault| matches!(fault, ParameterFault::Roll { .. });
    assert!(is_roll(fault(|d| d.roll = roll(40))));
    assert!(is_roll(fault(|d| d.policy = Policy::Last)));
    assert!(is_roll(fault(|d| (d.policy, d.roll) = (Policy::First, roll(32)))));
    let mut described = description();
    (described.policy, described.roll) = (Policy::First, roll(40));
    assert_eq!(described.check(), Ok(()));
}

#[test]
fn voting_begins_before_it_ends() {
    for (opens, closes, good) in [
        (Some(5), Some(6), true),
        (Some(6), Some(6), false),
        (Some(7), None, true),
        (None, Some(7), true),
        (None, Some(u64::MAX), false),
        (Some(u64::MAX), None, false),
    ] {
        let dated = Description { opens, closes, ..description() };
        assert_eq!(dated.check().is_ok(), good, "{opens:?} {closes:?}");
    }
}

#[test]
fn boxes_merge_into_their_like() {
    let merge = |fault| matches!(fault, ParameterFault::Merge { .. });
    assert!(merge(fault(|d| d.boxes[1].merge = Some(0))));
    assert!(merge(fault(|d| d.boxes[1].merge = Some(2))));
    assert!(merge(fault(|d| d.boxes[1].merge = Some(1))));
    let mut described = description();
    let mut island = described.boxes[0].clone();
    (island.id, island.merge) = ("island".into(), Some(0));
    described.boxes.push(island.clone());
    assert_eq!(described.check(), Ok(()), "a contest may stand in several boxes");
    (island.id, island.merge) = ("rock".into(), Some(2));
    described.boxes.push(island);
    assert!(merge(described.check().unwrap_err()), "no chains");
}

#[test]
fn trustees_can_be_left_out() {
    let without = description().without(&[1]);
    assert_eq!((without.trustees, without.mixes), (vec!["Ann".into(), "Cy".into()], 2));
    assert_eq!(description().without(&[]), description());
    assert_eq!(description().without(&[3]), description());
}

#[test]
fn every_contest_stands_once_on_a_ballot() {
    let unplaced = |contest| ParameterFault::Unplaced { contest };
    assert_eq!(fault(|d| d.boxes[0].batches[1].contests = vec![3]), unplaced(1));
    let twice = ParameterFault::Twice { box_id: "north".into(), contest: 0 };
    assert_eq!(fault(|d| d.boxes[0].batches[1].contests = vec![0]), twice);
    let mut described = description();
    described.boxes[1].batches[0].contests.push(1);
    assert_eq!(described.check(), Ok(()), "several boxes may ask the same");
    let batch = |change: fn(&mut Batch)| {
        assert!(matches!(
            fault(|d| change(&mut d.boxes[0].batches[0])),
            ParameterFault::Batch { .. }
        ));
    };
    batch(|batch| batch.contests = vec![0, 0, 2]);
    batch(|batch| batch.contests.clear());
    batch(|batch| batch.contests.push(u64::MAX));
    batch(|batch| batch.width = 0);
    batch(|batch| batch.width = 2);
    batch(|batch| batch.width = u64::MAX);
    batch(|batch| batch.bits = Some(8));
    batch(|batch| batch.bits = Some(17));
    let mut described = description();
    described.boxes[0].batches[0].bits = Some(16);
    assert_eq!(described.check(), Ok(()));
}

#[test]
fn names_are_readable_and_unique() {
    assert!(matches!(fault(|d| d.title.clear()), ParameterFault::Text { what: "title", .. }));
    assert!(matches!(fault(|d| d.title = "a\nb".into()), ParameterFault::Text { .. }));
    assert!(matches!(fault(|d| d.title = "x".repeat(1001)), ParameterFault::Text { .. }));
    assert!(matches!(fault(|d| d.trustees[1] = " ".into()), ParameterFault::Text { .. }));
    let repeated = |what, name: &str| ParameterFault::Repeated { what, name: name.into() };
    assert_eq!(fault(|d| d.trustees[1] = "Ann".into()), repeated("trustees", "Ann"));
    assert_eq!(fault(|d| d.boxes[1].id = "north".into()), repeated("boxes", "north"));
    assert_eq!(fault(|d| d.boxes[0].batches[1].id = "a".into()), repeated("batches", "a"));
    assert!(matches!(fault(|d| d.contests[1].id = "mayor".into()), ParameterFault::Contest(_)));
    assert!(matches!(fault(|d| d.boxes.clear()), ParameterFault::Count { what: "boxes", .. }));
    assert!(matches!(
        fault(|d| d.boxes[0].batches.clear()),
        ParameterFault::Count { what: "batches", .. }
    ));
}
