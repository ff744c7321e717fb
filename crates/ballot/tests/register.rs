//! The registrar's register: what is written is read, and what is wrong is named with its line.

use psephos_ballot::file::{RegisterLine, format_register, parse_register};

fn line(number: u64, voter: &str) -> RegisterLine {
    let byte = u8::try_from(number).unwrap();
    RegisterLine { number, voter: voter.into(), box_id: "town".into(), credential: [byte; 32] }
}

#[test]
fn a_register_is_read_as_it_was_written() {
    let lines = vec![line(1, "Ash, Kim"), line(2, ""), line(3, "the \"third\"")];
    assert_eq!(parse_register("register.csv", &format_register(&lines)), Ok(lines));
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let good = format_register(&[line(1, "Kim"), line(2, "Bo")]);
    let cases = [
        (good.replace("number", "card"), "register.csv:1", "the first line must be"),
        (good.replace("2,Bo", "two,Bo"), "register.csv:3", "is no number of a card"),
        (good.replace("0202", "02"), "register.csv:3", "64 hexadecimal digits"),
        (good.replace("Kim,", ""), "register.csv:2", "3 cells"),
        (String::new(), "register.csv", "empty"),
    ];
    for (text, place, words) in cases {
        let error = parse_register("register.csv", &text).unwrap_err();
        assert_eq!(error.place(), place, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}
