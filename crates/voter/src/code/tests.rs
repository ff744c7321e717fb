//! Expected: a code reads as written; every wrong word is found and corrected, in any place.

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn joined(words: &[&str]) -> String {
    words.join(" ")
}

#[test]
fn codes_read_as_written() {
    for seed in 0..50 {
        let code = Code::random(&mut rng(seed));
        let again = Code::parse(&code.text()).unwrap();
        assert_eq!(code.words(), again.words());
        assert_eq!(code.credential(), again.credential());
        let numbered: Vec<String> = (1..).map(|n| format!("{n}. ")).take(CODE_WORDS).collect();
        let loud: String =
            pairs(&numbered, code.words()).map(|(n, word)| n.clone() + word + ",\n").collect();
        assert_eq!(Code::parse(&loud.to_uppercase()).unwrap().words(), code.words());
    }
}

#[test]
fn every_single_wrong_word_is_located_and_corrected() {
    let list = Language::English.word_list();
    let code = Code::random(&mut rng(1));
    for place in 0..CODE_WORDS {
        let right = code.words()[place];
        for typed in list.iter().filter(|typed| **typed != right) {
            let mut words = code.words();
            words[place] = typed;
            let expected = CodeError::Wrong { place, typed, right };
            assert_eq!(Code::parse(&joined(&words)).unwrap_err(), expected);
        }
    }
}

#[test]
fn an_unknown_word_is_known_by_the_others() {
    for (seed, place) in (0..CODE_WORDS).enumerate() {
        let code = Code::random(&mut rng(seed as u64));
        let mut words = code.words();
        words[place] = "qqq";
        let CodeError::Unknown(unknown) = Code::parse(&joined(&words)).unwrap_err() else {
            panic!("an unknown word")
        };
        let expected =
            UnknownWord { place, typed: "qqq".into(), suggestions: vec![code.words()[place]] };
        assert_eq!(unknown, [expected]);
    }
}

#[test]
fn beside_another_wrong_word_an_unknown_one_is_explained_by_its_letters() {
    let code = Code::random(&mut rng(3));
    let mut words = code.words();
    words[2] = "hosre";
    words[7] = "zzz";
    let error = Code::parse(&joined(&words)).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("word 3 of the code, \"hosre\"") && text.contains("did you mean horse"));
    assert!(text.contains("word 8 of the code, \"zzz\", is not in the list"), "{text}");
}

#[test]
fn neighbours_in_the_wrong_order_are_found() {
    let code = Code::random(&mut rng(4));
    for place in 0..CODE_WORDS - 1 {
        let mut words = code.words();
        words.swap(place, place + 1);
        assert_eq!(Code::parse(&joined(&words)).unwrap_err(), CodeError::Swapped { place });
    }
}

#[test]
fn two_wrong_words_are_never_taken_for_a_code() {
    let list = Language::English.word_list();
    let code = Code::random(&mut rng(5));
    let (mut several, mut tried) = (0, 0);
    for first in 0..CODE_WORDS {
        for second in first + 1..CODE_WORDS {
            for step in [1usize, 700, 1999] {
                let mut words = code.words();
                for (place, step) in [(first, step), (second, 2 * step + 1)] {
                    let index = list.iter().position(|word| *word == words[place]).unwrap();
                    words[place] = list[(index + step) % list.len()];
                }
                tried += 1;
                let error = Code::parse(&joined(&words)).unwrap_err();
                several += usize::from(error == CodeError::Several);
            }
        }
    }
    // About one pair in 150 looks like a single error elsewhere, which typing that word then refutes.
    assert!(several * 20 > tried * 19, "{several} of {tried}");
}

#[test]
fn other_numbers_of_words_are_refused() {
    let code = Code::random(&mut rng(6));
    for count in 0..CODE_WORDS {
        let error = Code::parse(&joined(&code.words()[..count])).unwrap_err();
        assert_eq!(error, CodeError::Count { found: count });
    }
    let twice = joined(&[code.words(), code.words()].concat());
    assert_eq!(Code::parse(&twice).unwrap_err(), CodeError::Count { found: 28 });
}

#[test]
fn a_code_is_not_printed_by_accident() {
    assert_eq!(format!("{:?}", Code::random(&mut rng(7))), "Code(<redacted>)");
}

/// The codes of `spec/vectors/code.json`; `UPDATE_VECTORS=1` writes them anew.
#[test]
fn vectors() {
    let codes: Vec<[u16; SECRET_WORDS]> = vec![
        [0; SECRET_WORDS],
        std::array::from_fn(|place| place as u16),
        [2047; SECRET_WORDS],
        std::array::from_fn(|place| (place as u16 * 997 + 313) % 2048),
    ];
    let entries: Vec<serde_json::Value> = codes
        .iter()
        .map(|indices| {
            let code = Code::of(indices);
            serde_json::json!({
                "code": *code.text(),
                "secret": hex::encode(*code.secret().to_bytes()),
                "credential": hex::encode(code.credential()),
            })
        })
        .collect();
    let derived = serde_json::json!({ "page": "voter-code.md", "codes": entries });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/code.json");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&derived).unwrap() + "\n").unwrap();
    }
    let stored: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(stored, derived);
    for entry in stored["codes"].as_array().unwrap() {
        let code = Code::parse(entry["code"].as_str().unwrap()).unwrap();
        assert_eq!(hex::encode(code.credential()), entry["credential"].as_str().unwrap());
    }
}
