//! Page 5 §5.2: the two sigma protocols, after a transcript of any context.

use psephos_core::transcript::Transcript;
use psephos_proofs::sigma::{Dleq, EqualLogarithms, Schnorr};

use super::{Digest, Encoding, Line, check, page};

#[derive(Clone)]
struct Knowledge {
    key: Encoding,
    commitment: Encoding,
}

fn start() -> Transcript {
    Transcript::new("any")
}

#[test]
fn every_line_of_knowledge() {
    let case = Knowledge { key: [1; 32], commitment: [2; 32] };
    let lines = [
        Line::encoding("key", |c: &mut Knowledge| &mut c.key),
        Line::encoding("commitment", |c| &mut c.commitment),
        Line::Drawn("challenge"),
    ];
    let part = page::part("05-key-ceremony.md", "**Knowledge of a logarithm**", "The response is");
    check(start(), &page::calls(&part), &case, &lines, |c| {
        Some(vec![Schnorr::challenge(&mut start(), &c.key, &c.commitment).to_bytes()])
    });
}

#[derive(Clone)]
struct Equality {
    statement: EqualLogarithms,
    commitments: [Encoding; 2],
}

fn equality(case: &Equality) -> Option<Vec<Digest>> {
    let [commitment, image] = &case.commitments;
    Some(vec![Dleq::challenge(&mut start(), &case.statement, commitment, image).to_bytes()])
}

#[test]
fn every_line_of_equality() {
    let statement = EqualLogarithms { key: [1; 32], base: [2; 32], image: [3; 32] };
    let case = Equality { statement, commitments: [[4; 32], [5; 32]] };
    let lines = [
        Line::encoding("key", |c: &mut Equality| &mut c.statement.key),
        Line::encoding("base", |c| &mut c.statement.base),
        Line::encoding("image", |c| &mut c.statement.image),
        Line::encoding("commitment", |c| &mut c.commitments[0]),
        Line::encoding("image commitment", |c| &mut c.commitments[1]),
        Line::Drawn("challenge"),
    ];
    let part =
        page::part("05-key-ceremony.md", "**Equality of two logarithms**", "The response is");
    check(start(), &page::calls(&part), &case, &lines, equality);
}
