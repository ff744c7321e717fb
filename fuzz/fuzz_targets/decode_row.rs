//! No bytes panic, and bytes that are a vote are its one encoding: as a row of elements, as their data, as a number.
//! `crates/ballot/tests/encoding.rs` asks the same of random contests in every test run.

#![no_main]

use libfuzzer_sys::fuzz_target;
use psephos_ballot::{Contest, Layout, Method, WriteIns};

fn contest(index: u8) -> Contest {
    let write_ins = Some(WriteIns { slots: 2, max_bytes: 5 });
    let grades = || ["poor", "fair", "good"].map(str::to_owned).to_vec();
    let (method, write_ins, candidates) = match index % 10 {
        0 => (Method::Plurality { max_marks: 2 }, None, 20),
        1 => (Method::Plurality { max_marks: 3 }, write_ins, 4),
        2 => (Method::Approval {}, write_ins, 300),
        3 => (Method::Irv { max_ranks: 4 }, write_ins, 5),
        4 => (Method::Borda { max_ranks: 3 }, None, 300),
        5 => (Method::Schulze { max_ranks: 3 }, None, 6),
        6 => (Method::Score { max_score: 10 }, None, 3),
        7 => (Method::MajorityJudgment { grades: grades() }, None, 4),
        8 => (Method::DHondt { max_marks: 1 }, None, 9),
        _ => (Method::Text { max_bytes: 25 }, None, 0),
    };
    let candidates = (0..candidates).map(|number: u16| number.to_string()).collect();
    Contest { id: "c".into(), seats: 1, title: "c".into(), method, write_ins, candidates }
}

fuzz_target!(|input: &[u8]| {
    let [first, second, data @ ..] = input else { return };
    let contests = [contest(*first), Contest { id: "d".into(), ..contest(*second) }];
    let layout = Layout::all(&contests).expect("two short contests");
    if let Ok(votes) = layout.decode(data) {
        assert_eq!(layout.encode(&votes).as_deref(), Ok(data));
    }
    let (elements, _) = data.as_chunks::<32>();
    if let Ok(votes) = layout.decode_row(elements) {
        let row = layout.encode_row(&votes).expect("votes that were read");
        assert_eq!(layout.decode_row(elements), Ok(votes));
        assert_eq!(row.len(), elements.len());
    }
    let alone = Layout::all(&contests[..1]).expect("a short contest");
    if let Some(number) = data.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
        && let Ok(votes) = alone.decode_number(number)
    {
        assert_eq!(alone.encode_number(&votes), Ok(number));
    }
});
