//! Which descriptions make an election.

use psephos_ballot::{Contest, Method};
use psephos_record::bodies::{BallotBox, Batch, Description, Suite};
use psephos_record::manifest::ParameterFault;

fn contest(id: &str) -> Contest {
    Contest {
        id: id.into(),
        seats: 1,
        title: "Who?".into(),
        method: Method::Plurality { max_marks: 1 },
        candidates: vec!["Ada".into(), "Bo".into()],
    }
}

fn description() -> Description {
    let batch = |id: &str, contests: Vec<u64>| Batch { id: id.into(), width: 1, contests };
    Description {
        boxes: vec![
            BallotBox {
                id: "north".into(),
                batches: vec![batch("a", vec![0, 2]), batch("b", vec![1])],
            },
            BallotBox { id: "south".into(), batches: vec![batch("a", vec![3])] },
        ],
        mixes: 3,
        suite: Suite::default(),
        title: "Council".into(),
        policy: "open".into(),
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
    let hostile = Batch { id: "x".into(), width: u64::MAX, contests: vec![] };
    assert_eq!(hostile.list_row_length(), u64::MAX);
    let hostile = BallotBox { id: "x".into(), batches: vec![hostile.clone(), hostile] };
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
    assert!(matches!(fault(|d| d.policy = "roll".into()), ParameterFault::Policy { .. }));
}

#[test]
fn every_contest_stands_in_exactly_one_batch() {
    let unplaced = |contest, batches| ParameterFault::Unplaced { contest, batches };
    assert_eq!(fault(|d| d.boxes[0].batches[1].contests = vec![3]), unplaced(1, 0));
    assert_eq!(fault(|d| d.boxes[1].batches[0].contests.push(1)), unplaced(1, 2));
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
