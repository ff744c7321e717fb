//! Page 4 §2.

use psephos_core::transcript::Transcript;
use psephos_proofs::shuffle::challenge::Challenges;
use psephos_proofs::shuffle::{Proof, Statement};

use super::common::Chain;
use super::fields::{entries, is_scalar, paths, replaced};
use super::{Digest, Line, Value, check, follow, page};

#[derive(Clone)]
struct Case {
    statement: Statement,
    proof: Proof,
}

fn case() -> Case {
    let chain = Chain::honest(9, 2, 1, 71);
    let proof = chain.mixes[0].proof.clone().unwrap();
    Case { statement: chain.mixes[0].statement, proof }
}

fn challenges(case: &Case) -> Option<Vec<Digest>> {
    let shape = case.statement.shape().ok()?;
    let (c, _) = Challenges::of(&case.statement, &shape, &case.proof);
    let last = [c.last.zero, c.last.single_value, c.last.multiexp];
    let first = [c.x, c.product.y, c.product.z, c.hadamard.x, c.hadamard.y];
    Some(first.into_iter().chain(last).map(|challenge| challenge.to_bytes()).collect())
}

fn statement() -> Vec<Line<Case>> {
    vec![
        Line::bytes("election", |c| &mut c.statement.context.election.election),
        Line::encoding("public key", |c| &mut c.statement.context.election.public_key),
        Line::bytes("close", |c| &mut c.statement.context.close),
        Line::integer("box", |c| &mut c.statement.context.box_index),
        Line::integer("batch", |c| &mut c.statement.context.batch_index),
        Line::integer("position", |c| &mut c.statement.position),
        Line::integer("prover", |c| &mut c.statement.prover),
        Line::encoding("prover key", |c| &mut c.statement.prover_key),
        Line::integer("rows", |c| &mut c.statement.rows),
        Line::integer("width", |c| &mut c.statement.width),
        Line::derived("m", |c| Value::Integer(c.statement.shape().unwrap().matrix_rows() as u64)),
        Line::derived("n", |c| Value::Integer(c.statement.shape().unwrap().columns() as u64)),
        Line::bytes("input", |c| &mut c.statement.input),
        Line::bytes("output", |c| &mut c.statement.output),
    ]
}

fn product(case: &Case) -> Vec<Line<Case>> {
    vec![
        Line::encodings("exponents", |c| &mut c.proof.exponents.0, case),
        Line::Drawn("x"),
        Line::encodings("powers", |c| &mut c.proof.powers.0, case),
        Line::Drawn("y"),
        Line::Drawn("z"),
        Line::encoding("column products", |c| &mut c.proof.product.columns.0),
        Line::encodings("partial products", |c| &mut c.proof.product.partial.0, case),
        Line::Drawn("hadamard x"),
        Line::Drawn("hadamard y"),
    ]
}

fn first_messages(case: &Case) -> Vec<Line<Case>> {
    vec![
        Line::encoding("zero left blind", |c| &mut c.proof.product.zero.left_blind.0),
        Line::encoding("zero right blind", |c| &mut c.proof.product.zero.right_blind.0),
        Line::encodings("zero diagonals", |c| &mut c.proof.product.zero.diagonals.0, case),
        Line::encoding("single value mask", |c| &mut c.proof.product.single_value.mask.0),
        Line::encoding("single value constant", |c| &mut c.proof.product.single_value.constant.0),
        Line::encoding("single value linear", |c| &mut c.proof.product.single_value.linear.0),
        Line::encodings("multiexp blinds", |c| &mut c.proof.multiexp.blinds.0, case),
        Line::encodings("multiexp masks", |c| &mut c.proof.multiexp.masks.0, case),
        Line::encodings("multiexp diagonals", |c| &mut c.proof.multiexp.diagonals.0, case),
        Line::Drawn("zero x"),
        Line::Drawn("single value x"),
        Line::Drawn("multiexp x"),
    ]
}

fn lines(case: &Case) -> Vec<Line<Case>> {
    statement().into_iter().chain(product(case)).chain(first_messages(case)).collect()
}

/// The state after the last challenge, by the table.
pub fn closed(statement: &Statement, proof: &Proof) -> Transcript {
    let case = Case { statement: *statement, proof: proof.clone() };
    let mut transcript = Transcript::new("shuffle");
    follow(&mut transcript, &case, &lines(&case));
    transcript
}

#[test]
fn every_line_of_the_shuffle() {
    let case = case();
    let lines = lines(&case);
    let part = page::part("04-shuffle.md", "## 2. Transcript", "The responses of round 5");
    check(Transcript::new("shuffle"), &page::third_column(&part), &case, &lines, challenges);
}

/// Another N of the same shape, and others of other shapes.
#[test]
fn numbers_of_rows() {
    let case = case();
    let honest = challenges(&case).unwrap();
    for rows in [10, 11, 12, 13, 100] {
        let mut other = case.clone();
        other.statement.rows = rows;
        assert_ne!(challenges(&other).unwrap()[0], honest[0], "{rows}");
    }
}

#[test]
fn responses_change_no_challenge() {
    let case = case();
    let honest = challenges(&case);
    let responses: Vec<String> = paths(&case.proof).into_iter().filter(|p| is_scalar(p)).collect();
    assert_eq!(responses.len(), 14);
    for path in responses {
        for (index, mut entry) in entries(&case.proof, &path).into_iter().enumerate() {
            entry[7] ^= 1;
            let proof = replaced(&case.proof, &path, index, entry);
            assert_eq!(challenges(&Case { proof, ..case.clone() }), honest, "{path}");
        }
    }
}

/// The last entry of one message moved to the front of the next.
#[test]
fn borders_are_absorbed() {
    let case = case();
    let honest = challenges(&case).unwrap();
    let mut moved = case;
    let last = moved.proof.multiexp.blinds.0.pop().unwrap();
    moved.proof.multiexp.masks.0.insert(0, last);
    let found = challenges(&moved).unwrap();
    assert_eq!(found[..5], honest[..5]);
    for place in 5..8 {
        assert_ne!(found[place], honest[place]);
    }
}
