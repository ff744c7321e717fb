//! Every vote has exactly one encoding, every other row is invalid with its reason, and no bytes panic.

use proptest::option;
use proptest::prelude::*;
use psephos_ballot::layout::{data_to_elements, elements_to_data};
use psephos_ballot::{
    Choice, Contest, ElectionTally, Fault, Form, Invalid, Layout, LayoutError, Method, Named,
    TextFault, Vote, VoteError, WriteInFault, WriteIns, format_cell, parse_cell,
};
use psephos_core::Encoding;
use psephos_core::group::encode;
use std::collections::BTreeSet;

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

/// A contest of any method, with write-in slots where it takes them, and a vote for it.
fn voted() -> impl Strategy<Value = (Contest, Vote)> {
    let size = prop_oneof![1..=12_u16, 250..=260_u16];
    (size, 1..=12_u16, 0..13, option::of((1..=3_u16, 1..=20_u16))).prop_flat_map(
        |(candidates, max, kind, room)| {
            let room = room.filter(|_| [0, 1, 3, 4, 5, 6, 7].contains(&kind));
            let write_ins = room.map(|(slots, max_bytes)| WriteIns { slots, max_bytes });
            let names = candidates + write_ins.map_or(0, |write_ins| write_ins.slots);
            let method = method(kind, max.min(if kind == 8 { candidates } else { names }));
            let few = [2, 8, 9, 12].contains(&kind);
            let candidates = if kind == 12 { 0 } else { candidates };
            let contest = Contest { write_ins, ..contest(0, method, candidates) };
            // Longer rows than fit are none of this test's business.
            let contest = if few && candidates > 12 {
                Contest { candidates: contest.candidates[..12].to_vec(), ..contest }
            } else {
                contest
            };
            (Just(contest.clone()), vote(contest))
        },
    )
}

fn method(kind: i32, max: u16) -> Method {
    match kind {
        0 => Method::Plurality { max_marks: max },
        1 => Method::Approval {},
        2 => Method::Score { max_score: 255 / max },
        3 => Method::Borda { max_ranks: max },
        4 => Method::Irv { max_ranks: max },
        5 => Method::Stv { max_ranks: max },
        6 => Method::ScottishStv { max_ranks: max },
        7 => Method::Meek { max_ranks: max },
        8 => Method::Schulze { max_ranks: max },
        9 => {
            Method::MajorityJudgment { grades: (0..=max).map(|grade| grade.to_string()).collect() }
        }
        10 => Method::DHondt { max_marks: max },
        11 => Method::SainteLague { max_marks: max },
        _ => Method::Text { max_bytes: 10 * max },
    }
}

/// A text without control characters of at most so many bytes.
fn text(max: usize) -> impl Strategy<Value = String> {
    prop::string::string_regex("[^\\p{Cc}]{0,20}").unwrap().prop_map(move |text| {
        let fits = text.char_indices().map(|(place, char)| place + char.len_utf8());
        text[..fits.take_while(|&end| end <= max).last().unwrap_or(0)].to_owned()
    })
}

/// A vote for a contest.
fn vote(contest: Contest) -> BoxedStrategy<Vote> {
    let listed = contest.candidates.len();
    match contest.form() {
        Form::Marks { max } | Form::Ranking { max } => {
            let room = contest.write_ins.unwrap_or(WriteIns { slots: 0, max_bytes: 1 });
            let written =
                text(room.max_bytes.into()).prop_filter("a name", |text| !text.is_empty());
            let written = prop::collection::btree_set(written, 0..=usize::from(room.slots));
            let chosen = prop::collection::hash_set(0..contest.listed(), 0..=listed.min(12));
            (chosen, written, any::<prop::sample::Index>())
                .prop_map(move |(chosen, written, turn)| {
                    let mut named: Vec<Named> = chosen.into_iter().map(Named::Listed).collect();
                    named.extend(written.into_iter().map(Named::Written));
                    if !named.is_empty() {
                        let turn = turn.index(named.len());
                        named.rotate_left(turn);
                    }
                    named.truncate(max.into());
                    Vote::naming(&contest, named)
                })
                .boxed()
        }
        Form::Tiers { max } => prop::collection::vec(0..=max, listed)
            .prop_map(|ranks| {
                let used: BTreeSet<u16> = ranks.iter().copied().filter(|&rank| rank > 0).collect();
                let tier = |&rank: &u16| {
                    let all = (0..).take(ranks.len());
                    all.filter(|&candidate| ranks[usize::from(candidate)] == rank).collect()
                };
                Vote::tiers(used.iter().map(tier).collect())
            })
            .boxed(),
        Form::Scores { max } => {
            prop::collection::vec(0..=max, listed).prop_map(Vote::scores).boxed()
        }
        Form::Text { max_bytes } => text(max_bytes.into()).prop_map(Vote::text).boxed(),
    }
}

fn ballot() -> impl Strategy<Value = (Vec<Contest>, Vec<Vote>)> {
    prop::collection::vec(voted(), 1..4).prop_map(|parts| {
        let contest = |(id, (contest, _)): (usize, &(Contest, Vote))| Contest {
            id: format!("c{id}"),
            ..contest.clone()
        };
        let contests = parts.iter().enumerate().map(contest).collect();
        (contests, parts.into_iter().map(|(_, vote)| vote).collect())
    })
}

proptest! {
    #[test]
    fn cells_read_what_they_wrote((contest, vote) in voted()) {
        prop_assert_eq!(vote.check(&contest), Ok(()));
        prop_assert_eq!(parse_cell(&contest, &format_cell(&vote)), Ok(vote));
    }

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
    fn numbers_that_decode_are_the_encoding((contest, _) in voted(), number: u32) {
        let contests = [contest];
        let layout = Layout::all(&contests).unwrap();
        if let Ok(read) = layout.decode_number(number) {
            prop_assert_eq!(layout.encode_number(&read), Ok(number));
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
    let graded =
        Method::MajorityJudgment { grades: ["bad", "fair", "good"].map(str::to_owned).to_vec() };
    let written = Contest {
        write_ins: Some(WriteIns { slots: 1, max_bytes: 1 }),
        ..contest(0, Method::Plurality { max_marks: 1 }, 3)
    };
    // One byte of text that is no control character: U+0020 to U+007E.
    let letters = 0x7f - 0x20;
    let cases = [
        (contest(0, Method::Irv { max_ranks: 2 }, 4), 1 + 4 + 4 * 3),
        (contest(0, Method::Plurality { max_marks: 2 }, 20), 1 + 20 + 190),
        (contest(0, Method::Plurality { max_marks: 2 }, 5), 1 + 5 + 10),
        (contest(0, Method::Approval {}, 10), 1 << 10),
        (contest(0, Method::Score { max_score: 6 }, 2), 7 * 7),
        (contest(0, graded, 2), 3 * 3),
        // Nobody; one; two equal; two in order.
        (contest(0, Method::Schulze { max_ranks: 2 }, 2), 1 + 2 + 1 + 2),
        (written, 1 + 3 + letters),
        (contest(0, Method::Text { max_bytes: 1 }, 0), 1 + letters),
    ];
    for (contest, votes) in cases {
        let contests = [contest];
        let layout = Layout::all(&contests).unwrap();
        let mut found = 0;
        for number in 0..1_u32 << (8 * layout.data_length()) {
            let mut data = number.to_le_bytes().to_vec();
            data.resize(30, 0);
            let read = layout.decode(&data);
            assert_eq!(layout.decode_number(number), read);
            if let Ok(read) = read {
                assert_eq!(layout.encode_number(&read), Ok(number));
                assert_eq!(layout.encode(&read), Ok(data));
                found += 1;
            }
        }
        assert_eq!(found, votes, "{:?}", contests[0].method);
    }
}

#[test]
fn numbers_have_room_or_say_so() {
    let contests =
        [contest(0, Method::Irv { max_ranks: 3 }, 4), contest(1, Method::Approval {}, 16)];
    let layout = |indices| Layout::of(&contests, indices).unwrap();
    assert_eq!(layout(&[1]).check_bits(16), Ok(()));
    let narrow = layout(&[1]).check_bits(8).unwrap_err().to_string();
    assert_eq!(
        narrow,
        "a vote in contest \"c1\" takes 16 bits, the number has 8; 8, 16 or 32 there may be"
    );
    assert!(layout(&[1]).check_bits(24).is_err());
    assert!(layout(&[0, 1]).check_bits(32).is_err());
    let votes = [Vote::ranking(vec![1, 3]), Vote::marks(vec![0])];
    let long = Err((0, VoteError::NoNumber { length: 5 }));
    assert_eq!(layout(&[0, 1]).encode_number(&votes), long);
    assert_eq!(layout(&[0]).encode_number(&votes[..1]), Ok(0x0402));
    assert_eq!(layout(&[1]).decode_number(0x1_0000), Err(Invalid::Padding));
}

#[test]
fn texts_and_write_ins_have_their_reasons() {
    let room = Some(WriteIns { slots: 2, max_bytes: 3 });
    let fault = |fault| Err(Invalid::Contest { contest: 0, fault });
    let read = |method: Method, bytes: &[u8]| {
        let contests = [Contest { write_ins: room, ..contest(0, method, 2) }];
        let layout = Layout::all(&contests).unwrap();
        let mut data = bytes.to_vec();
        data.resize(30, 0);
        layout.decode(&data)
    };
    // Slots are candidates 3 and 4; their texts have three bytes each.
    let irv = || Method::Irv { max_ranks: 3 };
    let written = Vote { write_ins: vec!["B".into(), "A".into()], ..Vote::ranking(vec![2, 0, 3]) };
    assert_eq!(read(irv(), &[3, 1, 4, b'B', 0, 0, b'A']), Ok(vec![written]));
    assert_eq!(read(irv(), &[4, 1, 3, b'B', 0, 0, b'A']), fault(WriteInFault::Order.into()));
    assert_eq!(read(irv(), &[3, 1, 4, b'B', 0, 0, b'B']), fault(WriteInFault::Twice.into()));
    assert_eq!(read(irv(), &[3, 1, 4, b'B']), fault(WriteInFault::Slots.into()));
    assert_eq!(read(irv(), &[1, 2, 0, b'B']), fault(WriteInFault::Slots.into()));
    assert_eq!(read(irv(), &[4, 0, 0, 0, 0, 0, b'B']), fault(WriteInFault::Slots.into()));
    let slot = |slot, text| fault(Fault::WriteIn { slot, fault: text });
    assert_eq!(read(irv(), &[3, 0, 0, b'B', 0, b'C']), slot(0, TextFault::Gap));
    assert_eq!(read(irv(), &[3, 0, 0, b'B', 10]), slot(0, TextFault::Control));
    assert_eq!(read(irv(), &[3, 4, 0, b'B', 0, 0, 0xc3]), slot(1, TextFault::NotUtf8));
    // Four candidates with the slots take one byte of bits, and the texts increase.
    let approval = || Method::Approval {};
    let marked = Vote { write_ins: vec!["A".into(), "B".into()], ..Vote::marks(vec![1, 2, 3]) };
    assert_eq!(read(approval(), &[0b1110, b'A', 0, 0, b'B']), Ok(vec![marked]));
    assert_eq!(read(approval(), &[0b1110, b'B', 0, 0, b'A']), fault(WriteInFault::Order.into()));
    assert_eq!(read(approval(), &[0b1_0000]), fault(Fault::OutOfRange));
}

#[test]
fn ranks_scores_and_texts_have_their_reasons() {
    let fault = |fault| Err(Invalid::Contest { contest: 0, fault });
    let schulze = Method::Schulze { max_ranks: 2 };
    assert_eq!(decode(&schulze, 3, &[2, 1, 2]), Ok(vec![Vote::tiers(vec![vec![1], vec![0, 2]])]));
    assert_eq!(decode(&schulze, 3, &[0, 2, 2]), fault(Fault::RankGap));
    assert_eq!(decode(&schulze, 3, &[1, 2, 3]), fault(Fault::RankOutOfRange));
    let score = Method::Score { max_score: 5 };
    assert_eq!(decode(&score, 2, &[5, 0]), Ok(vec![Vote::scores(vec![5, 0])]));
    assert_eq!(decode(&score, 2, &[6, 0]), fault(Fault::TooHigh));
    let text = Method::Text { max_bytes: 3 };
    assert_eq!(decode(&text, 0, "né".as_bytes()), Ok(vec![Vote::text("né".into())]));
    assert_eq!(decode(&text, 0, &[0, b'n']), fault(Fault::Text(TextFault::Gap)));
    assert_eq!(decode(&text, 0, &[0x80]), fault(Fault::Text(TextFault::NotUtf8)));
    assert_eq!(decode(&text, 0, "née".as_bytes()), Err(Invalid::Padding));
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
