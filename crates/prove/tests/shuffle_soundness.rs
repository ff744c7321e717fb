//! Expected: every false statement is refused, and the mix to blame is named.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Chain, EQUATION, ballots, culprits, rng, scalar, secret, turn, verify};
use psephos_core::elgamal::row_length;
use psephos_core::rows::{MemoryRows, Rows, RowsError, Visitor};
use psephos_core::{Element, Scalar, group, tree};
use psephos_proofs::Fault;
use psephos_proofs::shuffle::{ChainError, MixFault, Proof, Statement, verify_chain};
use psephos_prove::shuffle::{Witness, prove_with_witness};
use zeroize::Zeroizing;

const ROWS: usize = 9;
const WIDTH: usize = 2;

fn honest() -> Chain {
    Chain::honest(ROWS, WIDTH, 1, 21)
}

/// Changes the output list, states its new root, and keeps the proof.
fn with_output(change: impl Fn(&mut Vec<u8>)) -> Chain {
    let mut chain = honest();
    change(&mut chain.lists[1]);
    chain.mixes[0].statement.output = tree::root(&chain.lists[1]);
    chain
}

fn row(index: usize) -> std::ops::Range<usize> {
    let length = row_length(WIDTH);
    index * length..(index + 1) * length
}

fn swap(list: &mut [u8], a: std::ops::Range<usize>, b: std::ops::Range<usize>) {
    let (first, second) = (list[a.clone()].to_vec(), list[b.clone()].to_vec());
    list[a].copy_from_slice(&second);
    list[b].copy_from_slice(&first);
}

/// Adds `delta` to the element at byte `offset`.
fn add(list: &mut [u8], offset: usize, delta: &Element) {
    let bytes = &mut list[offset..offset + 32];
    let element = group::decode((&*bytes).try_into().unwrap()).unwrap();
    bytes.copy_from_slice(&group::encode(&(element + delta)));
}

/// Re-encrypts row `from` into row `to`.
fn double(list: &mut [u8], from: usize, to: usize) {
    let bytes = list[row(from)].to_vec();
    list[row(to)].copy_from_slice(&bytes);
    for column in 0..WIDTH {
        let factor = Scalar::from(77 + column as u64);
        let start = row(to).start + 64 * column;
        add(list, start, &group::mul_base(&factor));
        add(list, start + 32, &group::mul_base(&(factor * secret())));
    }
}

#[test]
fn altered_outputs() {
    type Attack<'a> = &'a dyn Fn(&mut Vec<u8>);
    let attacks: [(&str, Attack); 9] = [
        ("two rows swapped", &|list| swap(list, row(2), row(7))),
        ("a plaintext changed", &|list| add(list, row(4).start + 32, &group::base())),
        ("a plaintext of the last column", &|list| add(list, row(4).start + 96, &group::base())),
        ("an A changed", &|list| add(list, row(4).start, &group::base())),
        ("one column's rows swapped", &|list| {
            swap(list, row(1).start..row(1).start + 64, row(2).start..row(2).start + 64);
        }),
        ("columns of a row swapped", &|list| {
            swap(list, row(3).start..row(3).start + 64, row(3).start + 64..row(3).end);
        }),
        ("two plaintexts changed, the sum kept", &|list| {
            add(list, row(0).start + 32, &group::base());
            add(list, row(5).start + 32, &-group::base());
        }),
        ("a row dropped, another doubled", &|list| double(list, 0, 8)),
        ("a row re-encrypted once more", &|list| double(list, 6, 6)),
    ];
    for (name, attack) in attacks {
        assert_eq!(with_output(attack).culprits(), [(0, EQUATION)], "{name}");
    }
    assert_eq!(honest().verify(), Ok(()));
}

#[test]
fn rows_dropped_and_added() {
    let dropped = with_output(|list| list.truncate(row(7).end));
    assert_eq!(dropped.culprits(), [(0, MixFault::Lists)]);
    let added = with_output(|list| list.extend_from_within(row(8)));
    assert_eq!(added.culprits(), [(0, MixFault::Lists)]);
    // With N in the statement lowered to match, the input no longer fits.
    let mut restated = with_output(|list| list.truncate(row(7).end));
    restated.mixes[0].statement.rows = 8;
    assert_eq!(restated.culprits(), [(0, MixFault::Lists)]);
    // With both lists cut the shape is the proof's of another N, or its equations fail.
    let mut cut = restated;
    cut.lists[0].truncate(row(7).end);
    cut.mixes[0].statement.input = tree::root(&cut.lists[0]);
    assert!(matches!(cut.culprits()[..], [(0, MixFault::Proof(Fault::Length { .. }))]));
    let mut same_shape = Chain::honest(11, WIDTH, 1, 21);
    for list in &mut same_shape.lists {
        list.truncate(row(9).end);
    }
    same_shape.mixes[0].statement.rows = 10;
    assert_eq!(same_shape.culprits(), [(0, EQUATION)]);
    let mut narrow = honest();
    narrow.mixes[0].statement.width = 1;
    assert_eq!(narrow.culprits(), [(0, MixFault::Lists)]);
}

#[test]
fn rows_that_are_no_rows() {
    let output = |fault| [(0, MixFault::Proof(fault))];
    let identity = with_output(|list| list[row(6)][64..96].fill(0));
    assert_eq!(identity.culprits(), output(Fault::Membership { field: "output", index: 6 }));
    let broken = with_output(|list| list[row(8)][..32].fill(0xff));
    assert_eq!(broken.culprits(), output(Fault::NonCanonical { field: "output", index: 8 }));
    let mut chain = honest();
    chain.lists[0][row(1)][..32].fill(0);
    match chain.verify() {
        Err(ChainError::Refused(refusal)) => {
            assert_eq!(refusal.input, Some(Fault::Membership { field: "input", index: 1 }));
            assert_eq!((&refusal.mixes[..], &refusal.unchecked[..]), (&[][..], &[0][..]));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_proof_of_another_context() {
    type Change = fn(&mut Statement);
    let changes: [(&str, Change); 11] = [
        ("election", |s| s.context.election.election[0] ^= 1),
        ("public key", |s| {
            s.context.election.public_key = group::encode(&(group::base() + group::base()));
        }),
        ("close", |s| s.context.close[31] ^= 1),
        ("box", |s| s.context.box_index += 1),
        ("batch", |s| s.context.batch_index += 1),
        ("position", |s| s.position += 1),
        ("prover", |s| s.prover += 1),
        ("prover key", |s| s.prover_key[0] ^= 1),
        ("input root", |s| s.input[0] ^= 1),
        ("output root", |s| s.output[0] ^= 1),
        ("another prover's list", |s| (s.prover, s.prover_key) = (9, [9; 32])),
    ];
    for (name, change) in changes {
        let mut chain = honest();
        change(chain.statement(0));
        assert_eq!(chain.culprits(), [(0, EQUATION)], "{name}");
    }
    let mut chain = honest();
    chain.statement(0).context.election.public_key = [0; 32];
    let fault = Fault::Membership { field: "public_key", index: 0 };
    assert_eq!(chain.culprits(), [(0, MixFault::Proof(fault))]);
}

/// A dishonest prover: outputs and exponents of its choice, through the honest prover's code.
struct Cheat {
    /// Output row i re-encrypts input row `sources[i]`.
    sources: [usize; 6],
    exponents: [u64; 6],
    /// What it says its factors are, minus what they are.
    lie: Scalar,
}

impl Cheat {
    fn run(&self) -> Result<(), ChainError> {
        let mut rng = rng(31);
        let width = 2;
        let input = ballots(6, width, &mut rng);
        let opened = group::decode_batch(&input, group::Identity::Refused).unwrap();
        let mut factors: Vec<Scalar> = (0..6 * width).map(|_| scalar(&mut rng)).collect();
        let key = group::mul_base(&secret());
        let output: Vec<Element> = self
            .sources
            .iter()
            .enumerate()
            .flat_map(|(i, source)| {
                let factors = &factors;
                let opened = &opened;
                (0..width).flat_map(move |c| {
                    let factor = factors[i * width + c];
                    let from = &opened[(source * width + c) * 2..][..2];
                    [from[0] + group::mul_base(&factor), from[1] + key * factor]
                })
            })
            .collect();
        factors[3] += self.lie;
        let lists = vec![input, group::encode_batch(&output).into_flattened()];
        let turn = turn(0, width);
        let statement = Statement {
            context: turn.context,
            position: turn.position,
            prover: turn.prover,
            prover_key: turn.prover_key,
            rows: 6,
            width: turn.width,
            input: tree::root(&lists[0]),
            output: tree::root(&lists[1]),
        };
        let witness = Witness {
            exponents: Zeroizing::new(self.exponents.to_vec()),
            factors: Zeroizing::new(factors),
        };
        let proof = prove_with_witness(&statement, &output, &witness, &mut rng).unwrap();
        verify(&[(statement, Some(&proof))], &lists, width)
    }
}

const HONEST: Cheat =
    Cheat { sources: [3, 1, 5, 0, 2, 4], exponents: [4, 2, 6, 1, 3, 5], lie: Scalar::ZERO };

#[test]
fn witnesses_that_are_no_permutation() {
    assert_eq!(HONEST.run(), Ok(()));
    let cheats = [
        (
            "a row doubled",
            Cheat { sources: [3, 3, 5, 0, 2, 4], exponents: [4, 4, 6, 1, 3, 5], ..HONEST },
        ),
        ("all rows one", Cheat { sources: [0; 6], exponents: [1; 6], ..HONEST }),
        ("the doubling hidden", Cheat { sources: [3, 3, 5, 0, 2, 4], ..HONEST }),
        (
            "the sum kept",
            Cheat { sources: [1, 1, 1, 3, 4, 5], exponents: [2, 2, 2, 4, 5, 6], ..HONEST },
        ),
        ("an exponent of the padding", Cheat { exponents: [4, 2, 6, 1, 3, 7], ..HONEST }),
        ("an exponent beyond it", Cheat { exponents: [4, 2, 6, 1, 3, 1000], ..HONEST }),
        ("the exponent zero", Cheat { exponents: [4, 2, 6, 0, 3, 5], ..HONEST }),
        ("another permutation", Cheat { exponents: [4, 2, 6, 1, 5, 3], ..HONEST }),
        ("a wrong factor", Cheat { lie: Scalar::ONE, ..HONEST }),
    ];
    for (name, cheat) in cheats {
        assert_eq!(culprits(cheat.run()), [(0, EQUATION)], "{name}");
    }
}

/// An honest mix of five rows, proved as one of `rows` rows: the others are what the argument pads with.
fn padded_to(rows: usize) -> Result<(), ChainError> {
    let mut rng = rng(36);
    let width = 1;
    let input = ballots(5, width, &mut rng);
    let opened = group::decode_batch(&input, group::Identity::Refused).unwrap();
    let key = group::mul_base(&secret());
    let mut factors: Vec<Scalar> = (0..5).map(|_| scalar(&mut rng)).collect();
    let mut output: Vec<Element> = Vec::new();
    for (i, factor) in factors.iter().enumerate() {
        output.extend([opened[2 * i] + group::mul_base(factor), opened[2 * i + 1] + key * factor]);
    }
    let lists = vec![input, group::encode_batch(&output).into_flattened()];
    let turn = turn(0, width);
    let statement = Statement {
        context: turn.context,
        position: turn.position,
        prover: turn.prover,
        prover_key: turn.prover_key,
        rows: 5,
        width: turn.width,
        input: tree::root(&lists[0]),
        output: tree::root(&lists[1]),
    };
    output.resize(2 * rows, Element::default());
    factors.resize(rows, Scalar::ZERO);
    let exponents = Zeroizing::new((1..=rows as u64).collect());
    let witness = Witness { exponents, factors: Zeroizing::new(factors) };
    let claimed = Statement { rows: rows as u64, ..statement };
    let proof = prove_with_witness(&claimed, &output, &witness, &mut rng).unwrap();
    verify(&[(statement, Some(&proof))], &lists, width)
}

/// The number of rows, and the matrix, are the verifier's to say: in a matrix of its own choice, or in the
/// same one for another number of rows, the prover's proof would hold.
#[test]
fn a_matrix_of_the_provers_choice() {
    assert_eq!(padded_to(5), Ok(()));
    assert_eq!(culprits(padded_to(6)), [(0, EQUATION)]);
    assert_eq!(culprits(padded_to(8)), [(0, EQUATION)]);
    let length = |field| [(0, MixFault::Proof(Fault::Length { field }))];
    assert_eq!(culprits(padded_to(9)), length("product.zero.left"));
    assert_eq!(culprits(padded_to((1 << 14) + 1)), length("powers"));
}

fn bump(entry: &mut [u8; 32], by: Scalar) {
    *entry = (group::scalar(entry).unwrap() + by).to_bytes();
}

/// A change to one response, by a given amount.
type Bump = fn(&mut Proof, Scalar);

/// Errors that would cancel in the sum if two mixes, or two equations, shared a weight.
#[test]
fn errors_that_cancel_in_the_sum() {
    let bumps: [(&str, Bump); 4] = [
        ("encryption factor", |p, by| bump(&mut p.multiexp.factors.0[0], by)),
        ("zero argument's randomness", |p, by| bump(&mut p.product.zero.left_opening.0, by)),
        ("step randomness", |p, by| bump(&mut p.product.single_value.steps_opening.0, by)),
        ("piece randomness", |p, by| bump(&mut p.multiexp.openings.0[0], by)),
    ];
    let names = |chain: &Chain| chain.culprits();
    for (name, change) in bumps {
        let mut chain = Chain::honest(5, 1, 3, 41);
        change(chain.mixes[0].proof.as_mut().unwrap(), Scalar::ONE);
        change(chain.mixes[2].proof.as_mut().unwrap(), -Scalar::ONE);
        assert_eq!(names(&chain), [(0, EQUATION), (2, EQUATION)], "{name}");
    }
    // Within one proof: two equations on H_0, and two columns' equations on G and Y.
    let mut chain = Chain::honest(5, 2, 1, 42);
    let proof = chain.mixes[0].proof.as_mut().unwrap();
    bump(&mut proof.product.zero.left_opening.0, Scalar::ONE);
    bump(&mut proof.product.zero.right_opening.0, -Scalar::ONE);
    assert_eq!(names(&chain), [(0, EQUATION)]);
    let mut chain = Chain::honest(5, 2, 1, 43);
    let proof = chain.mixes[0].proof.as_mut().unwrap();
    bump(&mut proof.multiexp.factors.0[0], Scalar::ONE);
    bump(&mut proof.multiexp.factors.0[1], -Scalar::ONE);
    assert_eq!(names(&chain), [(0, EQUATION)]);
    // Two rows of the list between two mixes, changed so that both sums are off by the same.
    let mut chain = Chain::honest(5, 1, 2, 44);
    add(&mut chain.lists[1], 32, &group::base());
    add(&mut chain.lists[1], 64 + 32, &-group::base());
    let root = tree::root(&chain.lists[1]);
    (chain.statement(0).output, chain.statement(1).input) = (root, root);
    assert_eq!(names(&chain), [(0, EQUATION), (1, EQUATION)]);
}

#[test]
fn a_good_mix_on_a_bad_list_is_not_to_blame() {
    // The first mix's proof is bad; the second has mixed what it got.
    let mut chain = Chain::honest(5, 1, 2, 51);
    bump(&mut chain.mixes[0].proof.as_mut().unwrap().multiexp.factors.0[0], Scalar::ONE);
    assert_eq!(chain.culprits(), [(0, EQUATION)]);
    // The first mix's output has a row that is none: the second cannot be judged, the third can.
    let mut chain = Chain::honest(5, 1, 3, 52);
    chain.lists[1][64..96].fill(0);
    match chain.verify() {
        Err(ChainError::Refused(refusal)) => {
            let fault = Fault::Membership { field: "output", index: 1 };
            assert_eq!(refusal.mixes, [(0, MixFault::Proof(fault))]);
            assert_eq!((refusal.input, refusal.unchecked), (None, vec![1]));
        }
        other => panic!("{other:?}"),
    }
    // The first mix's output is too short: the second used what there was.
    let mut chain = Chain::honest(5, 1, 3, 53);
    chain.lists[1].truncate(4 * 64);
    match chain.verify() {
        Err(ChainError::Refused(refusal)) => {
            assert_eq!(refusal.mixes, [(0, MixFault::Lists)]);
            assert_eq!(refusal.unchecked, [1]);
        }
        other => panic!("{other:?}"),
    }
    // Faults of every kind at once.
    let mut chain = Chain::honest(5, 1, 4, 54);
    chain.mixes[1].proof.as_mut().unwrap().powers.0.pop();
    bump(&mut chain.mixes[3].proof.as_mut().unwrap().multiexp.factors.0[0], Scalar::ONE);
    let length = MixFault::Proof(Fault::Length { field: "powers" });
    assert_eq!(chain.culprits(), [(1, length), (3, EQUATION)]);
}

/// Rows that count how often they are read.
struct Counted<'a>(MemoryRows<'a>, AtomicUsize);

impl Rows for Counted<'_> {
    fn count(&self) -> u64 {
        self.0.count()
    }

    fn row_length(&self) -> usize {
        self.0.row_length()
    }

    fn visit(&self, visit: &mut Visitor) -> Result<(), RowsError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.visit(visit)
    }
}

/// The sum of an honest chain is the identity: nothing is looked at a second time.
#[test]
fn lists_of_an_honest_chain_are_read_once() {
    let reads = |chain: &Chain| {
        let mixes: Vec<_> = chain.mixes.iter().map(|m| (m.statement, m.proof.as_ref())).collect();
        let rows = chain.lists.iter().map(|list| MemoryRows::new(list, 64).unwrap());
        let lists: Vec<Counted> = rows.map(|rows| Counted(rows, AtomicUsize::new(0))).collect();
        let dynamic: Vec<&dyn Rows> = lists.iter().map(|list| list as &dyn Rows).collect();
        let verdict = verify_chain(&mixes, &dynamic, &[]).is_ok();
        let reads: Vec<usize> = lists.iter().map(|list| list.1.load(Ordering::Relaxed)).collect();
        (verdict, reads)
    };
    let mut chain = Chain::honest(5, 1, 3, 62);
    assert_eq!(reads(&chain), (true, vec![1; 4]));
    // A bad mix: each list is read once more, to tell whose it is.
    bump(&mut chain.mixes[1].proof.as_mut().unwrap().multiexp.factors.0[0], Scalar::ONE);
    assert_eq!(reads(&chain), (false, vec![2; 4]));
    // One whose proof has another form has no equations, and its lists are its neighbours' alone.
    chain.mixes[2].proof.as_mut().unwrap().powers.0.pop();
    assert_eq!(reads(&chain), (false, vec![2, 2, 2, 0]));
}

/// Rows whose storage fails, or gives other bytes than it says.
struct BadStorage(usize);

impl Rows for BadStorage {
    fn count(&self) -> u64 {
        5
    }

    fn row_length(&self) -> usize {
        64
    }

    fn visit(&self, visit: &mut Visitor) -> Result<(), RowsError> {
        visit(0, &vec![0; self.0])?;
        if self.0 == 5 * 64 { Err(RowsError::Root("00".into())) } else { Ok(()) }
    }
}

#[test]
fn what_is_no_chain_or_cannot_be_read_convicts_nobody() {
    let chain = Chain::honest(5, 1, 2, 61);
    let mixes: Vec<_> = chain.mixes.iter().map(|m| (m.statement, m.proof.as_ref())).collect();
    assert_eq!(verify(&mixes, &chain.lists[..2], 1), Err(ChainError::NoChain));
    assert_eq!(verify(&mixes, &[], 1), Err(ChainError::NoChain));
    let reversed: Vec<_> = mixes.iter().rev().copied().collect();
    assert_eq!(verify(&reversed, &chain.lists, 1), Err(ChainError::NoChain));

    let rows: Vec<MemoryRows> =
        chain.lists.iter().map(|list| MemoryRows::new(list, 64).unwrap()).collect();
    // A wrong root (even where the bytes hold bad rows), too few bytes, too many, half a row.
    for bytes in [5 * 64, 4 * 64, 6 * 64, 4 * 64 + 32] {
        let bad = BadStorage(bytes);
        let lists: [&dyn Rows; 3] = [&rows[0], &bad, &rows[2]];
        match verify_chain(&mixes, &lists, &[]) {
            Err(ChainError::Rows { list: 1, .. }) => {}
            other => panic!("{bytes} bytes: {other:?}"),
        }
    }
}
