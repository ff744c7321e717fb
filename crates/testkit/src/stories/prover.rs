//! Mixes that the honest prover has proved for another statement (spec/04-shuffle.md).

use psephos_core::elgamal::{Ciphertext, PublicKey};
use psephos_core::generators::Generators;
use psephos_core::{Element, Scalar, group, tree};
use psephos_proofs::shuffle::{Proof, Statement};
use psephos_prove::shuffle::{Turn, Witness, prove_with_generators};
use psephos_record::bodies::{Body, Mix};

use super::mixes::posted;
use super::stage::closed;
use super::{Case, Fixture};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "mix.proof-not-a-permutation",
        altered: "A trustee re-encrypts one row twice and leaves one out, with the honest prover's proof.",
        make: || proved([0, 0, 2, 3, 4], |_| {}, |_, _| {}),
    },
    Case {
        name: "mix.proof-all-one-row",
        altered: "A trustee re-encrypts one row in the place of all, with the honest prover's proof.",
        make: || proved([1; 5], |_| {}, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-generators",
        altered: "A trustee's proof commits on generators of its own label.",
        make: on_other_generators,
    },
    Case {
        name: "mix.proof-fewer-rows",
        altered: "A trustee proves all rows but the last.",
        make: || proved(IN_ORDER, |_| {}, one_row_less),
    },
    Case {
        name: "mix.proof-more-rows",
        altered: "A trustee proves its mix for eight rows, three of them padding, which fill the same matrix.",
        make: || proved(IN_ORDER, |_| {}, |statement, output| padded(statement, output, 8)),
    },
    Case {
        name: "mix.proof-other-place",
        altered: "A trustee proves its mix for another place in the chain.",
        make: || proved(IN_ORDER, |turn| turn.position += 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-close",
        altered: "A trustee proves its mix for another close record.",
        make: || proved(IN_ORDER, |turn| turn.context.close[0] ^= 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-box",
        altered: "A trustee proves its mix for another box.",
        make: || proved(IN_ORDER, |turn| turn.context.box_index += 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-batch",
        altered: "A trustee proves its mix for another batch.",
        make: || proved(IN_ORDER, |turn| turn.context.batch_index += 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-index",
        altered: "A trustee proves its mix under another trustee's index.",
        make: || proved(IN_ORDER, |turn| turn.prover += 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-trustee-key",
        altered: "A trustee proves its mix under another signing key.",
        make: || proved(IN_ORDER, |turn| turn.prover_key[0] ^= 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-election",
        altered: "A trustee proves its mix for another election.",
        make: || proved(IN_ORDER, |turn| turn.context.election.election[0] ^= 1, |_, _| {}),
    },
    Case {
        name: "shape.length-mix-padded-to-other-columns",
        altered: "A trustee proves its mix in a matrix of three columns, as if four rows of padding were rows.",
        make: || proved(IN_ORDER, |_| {}, |statement, output| padded(statement, output, 9)),
    },
    Case {
        name: "mix-in-order",
        altered: "A trustee re-encrypts all rows and leaves them in their order, which nobody can see.",
        make: in_order,
    },
];

/// What the honest prover is given for an honest mix that only leaves the order as it is.
const IN_ORDER: [usize; 5] = [0, 1, 2, 3, 4];

/// The most columns of an argument here: those of nine rows.
const COLUMNS: usize = 3;

/// A list re-encrypted row by row, where output row i comes from input row `sources[i]`, and the honest
/// prover's proof, on these generators, of whatever `claim` says of it.
fn remixed(
    election: &mut Election,
    turn: &Turn,
    sources: &[usize],
    generators: &Generators,
    claim: impl Fn(&mut Statement, &mut Vec<Element>),
) -> (Vec<u8>, Proof) {
    let input = election.view().batches[0].first;
    let key = group::decode_proper(&election.context().public_key).expect("the election's key");
    let key = PublicKey::new(key);
    let bytes = election.read(&input);
    let (encodings, _) = bytes.as_chunks::<32>();
    let elements: Vec<Element> =
        encodings.iter().map(|one| group::decode(one).expect("a good list")).collect();
    let (mut output, mut factors) = (Vec::new(), Vec::new());
    for source in sources {
        let factor = Scalar::from(factors.len() as u64 + 7);
        let before = Ciphertext { a: elements[2 * source], b: elements[2 * source + 1] };
        let after = key.reencrypt(&before, &factor);
        output.extend([after.a, after.b]);
        factors.push(factor);
    }
    let list = group::encode_batch(&output).into_flattened();
    let mut statement = Statement {
        context: turn.context,
        position: turn.position,
        prover: turn.prover,
        prover_key: turn.prover_key,
        rows: sources.len() as u64,
        width: turn.width,
        input: input.root,
        output: tree::root(&list),
    };
    claim(&mut statement, &mut output);
    let rows = statement.rows as usize;
    let sources = sources.iter().copied().chain(sources.len()..);
    let exponents: Vec<u64> = sources.take(rows).map(|source| source as u64 + 1).collect();
    factors.resize(rows, Scalar::ZERO);
    let witness = Witness { exponents: exponents.into(), factors: factors.into() };
    let rng = &mut election.rng;
    let proof = prove_with_generators(generators, &statement, &output, &witness, rng);
    (list, proof.expect("a proof of something"))
}

/// The first trustee's mix of rows of one column, with these sources, proved by the honest prover for this
/// turn and claim.
fn proved(
    sources: [usize; 5],
    alter: impl Fn(&mut Turn),
    claim: impl Fn(&mut Statement, &mut Vec<Element>),
) -> Fixture {
    proved_on(&Generators::derive(COLUMNS), sources, alter, claim)
}

fn on_other_generators() -> Fixture {
    let generators = Generators::derive_from("psephos/v1/my-generator", COLUMNS);
    proved_on(&generators, IN_ORDER, |_| {}, |_, _| {})
}

fn proved_on(
    generators: &Generators,
    sources: [usize; 5],
    alter: impl Fn(&mut Turn),
    claim: impl Fn(&mut Statement, &mut Vec<Element>),
) -> Fixture {
    let mut election = closed();
    let body = mix_proved_on(&mut election, generators, sources, alter, claim);
    posted(election, 0, body)
}

fn mix_proved_on(
    election: &mut Election,
    generators: &Generators,
    sources: [usize; 5],
    alter: impl Fn(&mut Turn),
    claim: impl Fn(&mut Statement, &mut Vec<Element>),
) -> Mix {
    let batch = election.view().batches[0].clone();
    let mut turn = election.turn(&batch, 0, 0);
    alter(&mut turn);
    let mut body = election.mix_body(0);
    election.board.remove_blob(&body.mixes[0].output.root);
    let (output, proof) = remixed(election, &turn, &sources, generators, claim);
    body.mixes[0].output = election.put(batch.first.row_length, &output);
    body.mixes[0].proof = Some(proof);
    body
}

/// What the altered mixes above are when nothing is altered.
fn in_order() -> Fixture {
    let mut election = closed();
    let generators = Generators::derive(COLUMNS);
    let body = mix_proved_on(&mut election, &generators, IN_ORDER, |_| {}, |_, _| {});
    election.post(Author::Trustee(0), Body::Mix(body));
    for trustee in [1, 2] {
        election.mix(trustee);
    }
    election.share_all();
    election.publish();
    election.seal();
    Fixture::valid(election.board)
}

fn one_row_less(statement: &mut Statement, output: &mut Vec<Element>) {
    statement.rows -= 1;
    output.truncate(2 * statement.rows as usize);
}

/// Claims `rows` rows: behind those there are stands what the argument pads with.
fn padded(statement: &mut Statement, output: &mut Vec<Element>, rows: u64) {
    statement.rows = rows;
    output.resize(2 * rows as usize, Element::default());
}
