//! Every vote has exactly one encoding, every other row is invalid with its reason, and no bytes panic.

use proptest::prelude::*;
use psephos_ballot::layout::{data_to_elements, elements_to_data};
use psephos_ballot::{
    Choice, Contest, ElectionTally, Fault, Invalid, Layout, LayoutError, Method, Vote, VoteError,
};
use psephos_core::Encoding;
use psephos_core::group::encode;

fn contest(id: usize, method: Method, candidates: u16) -> Contest {
    let candidates = (1..=candidates).map(|number| number.to_string()).collect();
    Contest {
        id: format!("c{id}"),
        seats: 1,
        title: "Contest".into(),
        method,
        write_ins: None,
        candidates,
    }
}

/// A contest, and a vote for it.
fn voted() -> impl Strategy<Value = (Method, u16, Vote)> {
    let size = prop_oneof![1..=12_u16, 250..=260_u16, Just(1_000_u16)];
    (size, 1..=12_u16, any::<bool>()).prop_flat_map(|(candidates, max, ranked)| {
        let max = max.min(candidates);
        let chosen = prop::collection::hash_set(0..candidates, 0..=usize::from(max));
        let chosen = chosen.prop_map(|set| set.into_iter().collect::<Vec<_>>());
        chosen.prop_map(move |chosen| match ranked {
            true => (Method::Irv { max_ranks: max }, candidates, Vote::ranking(chosen)),
            false => (Method::Plurality { max_marks: max }, candidates, Vote::marks(chosen)),
        })
    })
}

fn ballot() -> impl Strategy<Value = (Vec<Contest>, Vec<Vote>)> {
    prop::collection::vec(voted(), 1..8).prop_map(|parts| {
        let contest = |(id, (method, candidates, _)): (usize, &(Method, u16, Vote))| {
            contest(id, method.clone(), *candidates)
        };
        let contests = parts.iter().enumerate().map(contest).collect();
        (contests, parts.into_iter().map(|(_, _, vote)| vote).collect())
    })
}

proptest! {
    #[test]
    fn decoding_reads_what_encoding_wrote((contests, votes) in ballot()) {
        let layout = Layout::all(&contests).unwrap();
        let data = layout.encode(&votes).unwrap();
        prop_assert_eq!(data.len(), 30 * layout.width());
        prop_assert!(layout.data_length() <= data.len() && data.len() < layout.data_length() + 30);
        prop_assert_eq!(layout.decode(&data), Ok(votes));
    }

    #[test]
    fn bytes_that_decode_are_the_encoding((contests, votes) in ballot(), place in any::<prop::sample::Index>(), byte: u8) {
        let layout = Layout::all(&contests).unwrap();
        let mut data = layout.encode(&votes).unwrap();
        let place = place.index(data.len());
        data[place] = byte;
        if let Ok(read) = layout.decode(&data) {
            prop_assert_eq!(layout.encode(&read), Ok(data));
        }
    }

    #[test]
    fn no_bytes_panic((contests, _) in ballot(), data in prop::collection::vec(0..4_u8, 0..200)) {
        let layout = Layout::all(&contests).unwrap();
        if let Ok(read) = layout.decode(&data) {
            prop_assert_eq!(layout.encode(&read), Ok(data));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_of_elements((contests, votes) in ballot(), noise in any::<Encoding>()) {
        let layout = Layout::all(&contests).unwrap();
        let mut row: Vec<Encoding> = layout.encode_row(&votes).unwrap().iter().map(encode).collect();
        prop_assert_eq!(row.len(), layout.width());
        prop_assert_eq!(layout.decode_row(&row), Ok(votes.clone()));
        let bytes = [row.as_flattened(), row.as_flattened()].concat();
        let mut tally = ElectionTally::new(&contests);
        prop_assert_eq!(tally.add_rows(&layout, &bytes), Ok(vec![Ok(votes.clone()), Ok(votes)]));
        row[0] = noise;
        let alone = layout.decode_row(&row);
        prop_assert_eq!(tally.add_rows(&layout, row.as_flattened()), Ok(vec![alone]));
        prop_assert_eq!(tally.rows(), 3);
    }
}

/// Every byte string of a small contest: as many decode as there are votes, each to itself.
#[test]
fn exactly_as_many_encodings_as_votes() {
    let ranking = contest(0, Method::Irv { max_ranks: 2 }, 4);
    let numbers = contest(0, Method::Plurality { max_marks: 2 }, 20);
    let bits = contest(0, Method::Plurality { max_marks: 2 }, 5);
    for (contest, votes) in [(ranking, 1 + 4 + 4 * 3), (numbers, 1 + 20 + 190), (bits, 1 + 5 + 10)]
    {
        let contests = [contest];
        let layout = Layout::all(&contests).unwrap();
        let mut found = 0;
        for number in 0..1_u32 << (8 * layout.data_length()) {
            let mut data = number.to_le_bytes().to_vec();
            data.resize(30, 0);
            if let Ok(read) = layout.decode(&data) {
                assert_eq!(layout.encode(&read), Ok(data));
                found += 1;
            }
        }
        assert_eq!(found, votes);
    }
}

fn decode(method: &Method, candidates: u16, bytes: &[u8]) -> Result<Vec<Vote>, Invalid> {
    let contests = [contest(0, method.clone(), candidates)];
    let layout = Layout::all(&contests).unwrap();
    let mut data = bytes.to_vec();
    data.resize(30 * layout.width(), 0);
    layout.decode(&data)
}

#[test]
fn each_fault_has_its_reason() {
    let irv = Method::Irv { max_ranks: 3 };
    let list = Method::Plurality { max_marks: 2 };
    let bits = Method::Plurality { max_marks: 3 };
    let fault = |fault| Err(Invalid::Contest { contest: 0, fault });
    assert_eq!(decode(&irv, 4, &[2, 4, 1]), Ok(vec![Vote::ranking(vec![1, 3, 0])]));
    assert_eq!(decode(&irv, 4, &[5]), fault(Fault::OutOfRange));
    assert_eq!(decode(&irv, 4, &[1, 0, 2]), fault(Fault::Gap));
    assert_eq!(decode(&irv, 4, &[1, 2, 1]), fault(Fault::Duplicate));
    assert_eq!(decode(&irv, 4, &[1, 2, 3, 4]), Err(Invalid::Padding));
    assert_eq!(decode(&irv, 300, &[44, 1, 1]), Ok(vec![Vote::ranking(vec![299, 0])]));
    assert_eq!(decode(&irv, 300, &[45, 1]), fault(Fault::OutOfRange));
    assert_eq!(decode(&list, 20, &[7, 20]), Ok(vec![Vote::marks(vec![6, 19])]));
    assert_eq!(decode(&list, 20, &[20, 7]), fault(Fault::Order));
    assert_eq!(decode(&list, 20, &[7, 7]), fault(Fault::Duplicate));
    assert_eq!(decode(&bits, 9, &[0b101, 1]), Ok(vec![Vote::marks(vec![0, 2, 8])]));
    assert_eq!(decode(&bits, 9, &[0b111, 1]), fault(Fault::TooMany));
    assert_eq!(decode(&bits, 9, &[0, 2]), fault(Fault::OutOfRange));
}

#[test]
fn elements_that_carry_no_vote() {
    let contests = [contest(0, Method::Irv { max_ranks: 3 }, 4)];
    let layout = Layout::all(&contests).unwrap();
    assert_eq!(layout.decode_row(&[[0; 32]]), Err(Invalid::Identity { element: 0 }));
    assert_eq!(layout.decode_row(&[[0xff; 32]]), Err(Invalid::NotElement { element: 0 }));
    assert_eq!(layout.decode_row(&[]), Err(Invalid::Length));
    assert_eq!(layout.decode(&[0; 31]), Err(Invalid::Length));
    let mut tally = ElectionTally::new(&contests);
    assert_eq!(tally.add_rows(&layout, &[0; 33]), Err(Invalid::Length));
    assert_eq!(tally.rows(), 0);
    let row: Vec<Encoding> = data_to_elements(&[7; 45]).iter().map(encode).collect();
    assert_eq!(elements_to_data(&row).unwrap(), [[7; 30].as_slice(), &[7; 15], &[0; 15]].concat());
}

#[test]
fn votes_that_do_not_fit_are_not_encoded() {
    let contests = [
        contest(0, Method::Irv { max_ranks: 2 }, 4),
        contest(1, Method::Plurality { max_marks: 1 }, 2),
    ];
    let layout = Layout::all(&contests).unwrap();
    let blank = Vote::marks(vec![]);
    let encode = |first: Vote| layout.encode(&[first, blank.clone()]).unwrap_err();
    assert!(matches!(encode(Vote::marks(vec![])), (0, VoteError::Form { .. })));
    assert!(matches!(encode(Vote::ranking(vec![4])), (0, VoteError::OutOfRange { .. })));
    assert!(matches!(encode(Vote::ranking(vec![1, 1])), (0, VoteError::Duplicate { .. })));
    assert!(matches!(encode(Vote::ranking(vec![1, 2, 3])), (0, VoteError::TooMany { .. })));
    assert!(matches!(layout.encode(&[blank]), Err((1, VoteError::Count { .. }))));
    let other = Layout::of(&contests, &[1]).unwrap();
    assert_eq!(other.encode(&[Vote::from(Choice::Marks(vec![1, 0]))]), Err((0, VoteError::Order)));
}

#[test]
fn the_width_has_a_limit() {
    let rank = |ranks| contest(0, Method::Irv { max_ranks: ranks }, 500);
    for (ranks, width) in [(1, 1), (15, 1), (16, 2), (480, 32)] {
        assert_eq!(Layout::all(&[rank(ranks)]).unwrap().width(), width);
    }
    assert!(matches!(Layout::all(&[rank(481)]), Err(LayoutError::TooLong { length: 962, .. })));
    assert_eq!(Layout::of(&[rank(1)], &[]).unwrap_err(), LayoutError::Empty);
    assert!(matches!(Layout::of(&[rank(1)], &[0, 0]), Err(LayoutError::Repeated { .. })));
    assert!(matches!(Layout::of(&[rank(1)], &[u64::MAX]), Err(LayoutError::NoContest { .. })));
}
