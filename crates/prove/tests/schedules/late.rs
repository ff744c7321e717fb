//! Expected: nothing that a challenge answers to can be chosen when the challenge is known.
//!
//! Each test draws a challenge as the prover does and then chooses one value so that the equations
//! hold for that challenge. Were the value's line missing from the schedule, the challenge would
//! stay the same and the forgery would pass.

use psephos_core::generators::Generators;
use psephos_core::transcript::Transcript;
use psephos_core::{Element, Encoding, Scalar, group, tree};
use psephos_proofs::shuffle::challenge::Challenges;
use psephos_proofs::shuffle::multiexp::sent_powers;
use psephos_proofs::shuffle::powers::{power_vartime, powers};
use psephos_proofs::shuffle::{Proof, Statement};
use psephos_proofs::sigma::{Dleq, EqualLogarithms, Schnorr};
use psephos_proofs::{ElectionContext, Fault};
use psephos_prove::shuffle::{Witness, prove_with_witness};

use super::common::{Chain, EQUATION, ballots, culprits, rng, scalar, secret, verify};
use super::fields::{entries, replaced};

const ROWS: usize = 9;
const WIDTH: usize = 2;

fn challenges(statement: &Statement, proof: &Proof) -> Challenges {
    Challenges::of(statement, &statement.shape().unwrap(), proof).0
}

/// A response, and by how much it moves for each unit of a commitment's randomness.
type Response = (&'static str, usize, Scalar);

/// The commitments of the argument, each with the responses that it is opened by.
fn openings(c: &Challenges) -> Vec<(&'static str, usize, Vec<Response>)> {
    const LEFT: &str = "product.zero.left_opening";
    const RIGHT: &str = "product.zero.right_opening";
    const DIAGONAL: &str = "product.zero.diagonal_opening";
    const VALUES: &str = "product.single_value.values_opening";
    const STEPS: &str = "product.single_value.steps_opening";
    const PIECE: &str = "multiexp.openings";
    let power = power_vartime;
    let (zero, x_h, y, x_m) = (&c.last.zero, &c.hadamard.x, c.product.y, &c.last.multiexp);
    // c_d[0] stands in c_V[0] = x_h·c_P[0], which has x_0^m; c_d[r] in c_U[r], which has x_0^r.
    let row = |r: u64, factor: Scalar| match r {
        0 => (RIGHT, 0, power(zero, 4) * x_h * factor),
        r => (LEFT, 0, power(zero, r) * factor),
    };
    let mut all = Vec::new();
    for r in 0..4 {
        all.push(("exponents", r as usize, vec![row(r, y)]));
        let piece = (PIECE, 0, power(x_m, r + 1));
        all.push(("powers", r as usize, vec![row(r, Scalar::ONE), piece]));
    }
    for r in 1..3 {
        // c_V[r] = x_h^{r+1}·c_P[r], and c_P[r] in c_V[m−1] = Σ x_h^r·c_P[r].
        let factor = power(zero, 4 - r) * power(x_h, r + 1) + zero * power(x_h, r);
        all.push(("product.partial", r as usize - 1, vec![(RIGHT, 0, factor)]));
    }
    let columns = vec![(RIGHT, 0, zero * power(x_h, 3)), (VALUES, 0, c.last.single_value)];
    all.push(("product.columns", 0, columns));
    all.push(("product.zero.left_blind", 0, vec![(LEFT, 0, Scalar::ONE)]));
    all.push(("product.zero.right_blind", 0, vec![(RIGHT, 0, Scalar::ONE)]));
    for (index, k) in (0..=8).filter(|k| *k != 5).enumerate() {
        all.push(("product.zero.diagonals", index, vec![(DIAGONAL, 0, power(zero, k))]));
    }
    all.push(("product.single_value.mask", 0, vec![(VALUES, 0, Scalar::ONE)]));
    all.push(("product.single_value.constant", 0, vec![(STEPS, 0, Scalar::ONE)]));
    all.push(("product.single_value.linear", 0, vec![(STEPS, 0, c.last.single_value)]));
    all.push(("multiexp.blinds", 0, vec![(PIECE, 0, Scalar::ONE)]));
    for column in 0..WIDTH {
        for (k, power) in sent_powers(x_m).into_iter().enumerate() {
            all.push((
                "multiexp.masks",
                7 * column + k,
                vec![("multiexp.mask_openings", column, power)],
            ));
        }
    }
    all
}

fn moved(proof: &Proof, path: &str, index: usize, by: &Element) -> Proof {
    let point = group::decode(&entries(proof, path)[index]).unwrap();
    replaced(proof, path, index, group::encode(&(point + by)))
}

fn shifted(proof: &Proof, (path, index, by): &Response) -> Proof {
    let value = group::scalar(&entries(proof, path)[*index]).unwrap();
    replaced(proof, path, *index, (value + by).to_bytes())
}

/// The proof is refused, for its equations and nothing else.
fn refused(chain: &Chain, proof: &Proof, name: &str) {
    let result = verify(&[(chain.mixes[0].statement, Some(proof))], &chain.lists, WIDTH);
    assert_eq!(culprits(result), [(0, EQUATION)], "{name}");
}

/// Every commitment of a mix's proof moved together with its response.
#[test]
fn commitments_of_a_mix() {
    let chain = Chain::honest(ROWS, WIDTH, 1, 81);
    let proof = chain.mixes[0].proof.as_ref().unwrap();
    let c = challenges(&chain.mixes[0].statement, proof);
    let blinding = Generators::derive(1).as_slice()[0];
    for (path, index, responses) in openings(&c) {
        let mut late = moved(proof, path, index, &blinding);
        for response in &responses {
            late = shifted(&late, response);
        }
        refused(&chain, &late, &format!("{path}, entry {index}"));
    }
    let key = group::mul_base(&secret());
    for column in 0..WIDTH {
        for (k, power) in sent_powers(&c.last.multiexp).into_iter().enumerate() {
            let first = 2 * (7 * column + k);
            let late = moved(proof, "multiexp.diagonals", first, &group::base());
            let late = moved(&late, "multiexp.diagonals", first + 1, &key);
            let late = shifted(&late, &("multiexp.factors", column, power));
            refused(&chain, &late, &format!("multiexp.diagonals, entry {first}"));
        }
    }
}

/// A mix that changes a vote: the honest prover's proof of what is false.
struct FalseMix {
    chain: Chain,
    output: Vec<Element>,
}

impl FalseMix {
    /// Row i re-encrypts row `PERMUTED[i]`, and `message` is added to the vote in row 4, column 1.
    fn new(message: Element) -> Self {
        let mut rng = rng(82);
        let input = ballots(ROWS, WIDTH, &mut rng);
        let opened = group::decode_batch(&input, group::Identity::Refused).unwrap();
        let key = group::mul_base(&secret());
        let mut factors = Vec::new();
        let mut output = Vec::new();
        for source in PERMUTED {
            for column in 0..WIDTH {
                let factor = scalar(&mut rng);
                let from = &opened[2 * (source * WIDTH + column)..][..2];
                output.extend([from[0] + group::mul_base(&factor), from[1] + key * factor]);
                factors.push(factor);
            }
        }
        output[2 * (4 * WIDTH + 1) + 1] += message;
        let mut chain = Chain::honest(ROWS, WIDTH, 1, 83);
        chain.lists = vec![input, group::encode_batch(&output).into_flattened()];
        let [from, to] = [0, 1].map(|list: usize| tree::root(&chain.lists[list]));
        let statement = chain.statement(0);
        (statement.input, statement.output) = (from, to);
        let exponents: Vec<u64> = PERMUTED.iter().map(|source| *source as u64 + 1).collect();
        let witness = Witness { exponents: exponents.into(), factors: factors.into() };
        let statement = chain.mixes[0].statement;
        let proof = prove_with_witness(&statement, &output, &witness, &mut rng).unwrap();
        chain.mixes[0].proof = Some(proof);
        Self { chain, output }
    }

    fn proof(&self) -> &Proof {
        self.chain.mixes[0].proof.as_ref().unwrap()
    }

    fn challenges(&self) -> Challenges {
        challenges(&self.chain.mixes[0].statement, self.proof())
    }

    /// By how much equations 8 and 9 of a column miss: the left sides minus the right ones.
    fn missing_in_column(&self, column: usize) -> [Element; 2] {
        let (c, proof) = (self.challenges(), self.proof());
        let x_m = &c.last.multiexp;
        let input = group::decode_batch(&self.chain.lists[0], group::Identity::Refused).unwrap();
        let read = |path: &str| -> Vec<Scalar> {
            entries(proof, path).iter().map(|entry| group::scalar(entry).unwrap()).collect()
        };
        let (factor, value) =
            (read("multiexp.factors")[column], read("multiexp.mask_values")[column]);
        let response = read("multiexp.response");
        let diagonals = entries(proof, "multiexp.diagonals");
        let shape = self.chain.mixes[0].statement.shape().unwrap();
        let key = group::mul_base(&secret());
        let mut sums = [-group::mul_base(&factor), -group::mul_base(&value) - key * factor];
        for (part, sum) in sums.iter_mut().enumerate() {
            for (k, power) in sent_powers(x_m).into_iter().enumerate() {
                let place = 2 * (7 * column + k) + part;
                *sum += group::decode(&diagonals[place]).unwrap() * power;
            }
            for (row, power) in powers(&c.x, 1, ROWS).into_iter().enumerate() {
                let place = 2 * (row * WIDTH + column) + part;
                *sum += input[place] * (power_vartime(x_m, 4) * power);
                let (long_row, at) = shape.long_place(row);
                let step = power_vartime(x_m, 3 - long_row as u64);
                *sum -= self.output[place] * (step * response[at]);
            }
        }
        sums
    }
}

const PERMUTED: [usize; ROWS] = [3, 1, 8, 0, 2, 4, 7, 5, 6];

/// A vote changed, the first diagonal chosen so that the sum is right all the same; and the mask.
#[test]
fn a_changed_vote() {
    let honest = FalseMix::new(Element::default());
    assert_eq!(honest.chain.verify(), Ok(()), "but for the change the mix is good");
    assert_eq!([0, 1].map(|c| honest.missing_in_column(c)), [[Element::default(); 2]; 2]);
    let mix = FalseMix::new(group::base());
    refused(&mix.chain, mix.proof(), "nothing chosen late");
    let [a, b] = mix.missing_in_column(1);
    assert_eq!((mix.missing_in_column(0), a), ([Element::default(); 2], Element::default()));
    assert_ne!(b, Element::default());
    refused(&mix.chain, &moved(mix.proof(), "multiexp.diagonals", 15, &-b), "a diagonal");
    // The prover knows the logarithm of what is missing: −x_m^4·x^{π(4)+1}.
    let c = mix.challenges();
    let missing = -power_vartime(&c.last.multiexp, 4) * power_vartime(&c.x, PERMUTED[4] as u64 + 1);
    assert_eq!(b, group::mul_base(&missing));
    let masked = shifted(mix.proof(), &("multiexp.mask_values", 1, missing));
    let mask = Generators::derive(1).as_slice()[1] * missing;
    refused(&mix.chain, &moved(&masked, "multiexp.masks", 7, &mask), "a mask");
}

/// Any context: the forger of a sigma proof starts after it.
fn start() -> Transcript {
    Transcript::new("any")
}

/// An element whose logarithm nobody knows.
fn unknown(index: usize) -> Element {
    Generators::derive(index).as_slice()[index]
}

#[test]
fn knowledge_of_what_is_not_known() {
    let (w, z) = (Scalar::from(7u64), Scalar::from(11u64));
    let judged = |key: &Encoding, commitment: &Element| {
        let proof = Schnorr { commitment: group::encode(commitment), response: z.to_bytes() };
        proof.verify(start(), key)
    };
    // The commitment: T = z·G − c·X.
    let key = unknown(1);
    let encoding = group::encode(&key);
    let c = Schnorr::challenge(&mut start(), &encoding, &group::encode(&group::base()));
    let commitment = group::mul_base(&z) - key * c;
    assert_eq!(judged(&encoding, &commitment), Err(Fault::Equation));
    // The key: X = (z·G − T)/c, with a T of unknown logarithm.
    let commitment = unknown(2);
    let c = Schnorr::challenge(&mut start(), &encoding, &group::encode(&commitment));
    let key = (group::mul_base(&z) - commitment) * c.invert();
    assert_eq!(judged(&group::encode(&key), &commitment), Err(Fault::Equation));
    // The test's own steps are right.
    let (x, key) = (z, group::encode(&group::mul_base(&z)));
    let commitment = group::encode(&group::mul_base(&w));
    let c = Schnorr::challenge(&mut start(), &key, &commitment);
    let proof = Schnorr { commitment, response: (w + c * x).to_bytes() };
    assert_eq!(proof.verify(start(), &key), Ok(()));
}

/// An equality proof in the making, as elements.
#[derive(Clone, Copy)]
struct Equality {
    key: Element,
    base: Element,
    image: Element,
    commitments: [Element; 2],
}

impl Equality {
    fn statement(&self) -> EqualLogarithms {
        let Self { key, base, image, .. } = self;
        let [key, base, image] = [key, base, image].map(group::encode);
        EqualLogarithms { key, base, image }
    }

    fn challenge(&self) -> Scalar {
        let [commitment, image] = self.commitments.map(|point| group::encode(&point));
        Dleq::challenge(&mut start(), &self.statement(), &commitment, &image)
    }

    fn judged(&self, response: &Scalar) -> Result<(), Fault> {
        let [commitment, image_commitment] = self.commitments.map(|point| group::encode(&point));
        let proof = Dleq { commitment, image_commitment, response: response.to_bytes() };
        proof.verify(start(), &self.statement())
    }
}

#[test]
fn equality_of_what_is_not_equal() {
    let [x, w, b] = [3u64, 5, 7].map(Scalar::from);
    let base = group::mul_base(&b);
    let honest = Equality {
        key: group::mul_base(&x),
        base,
        image: base * x,
        commitments: [group::mul_base(&w), base * w],
    };
    assert_eq!(honest.judged(&(w + honest.challenge() * x)), Ok(()));

    // Each late value makes its equation right; the other one is honest.
    let respond = |c: &Scalar| w + c * x;
    let false_key = Equality { key: unknown(1), ..honest };
    let late_commitment = |c: &Scalar| {
        let commitment = group::mul_base(&respond(c)) - false_key.key * c;
        Equality { commitments: [commitment, honest.commitments[1]], ..false_key }
    };
    let false_image = Equality { image: unknown(1), ..honest };
    let late_image_commitment = |c: &Scalar| {
        let commitment = honest.base * respond(c) - false_image.image * c;
        Equality { commitments: [honest.commitments[0], commitment], ..false_image }
    };
    let strange = Equality { commitments: [unknown(2), honest.commitments[1]], ..honest };
    let late_key = |c: &Scalar| {
        let key = (group::mul_base(&respond(c)) - strange.commitments[0]) * c.invert();
        Equality { key, ..strange }
    };
    let strange_image = Equality { commitments: [honest.commitments[0], unknown(2)], ..honest };
    let late_image = |c: &Scalar| {
        let image = (honest.base * respond(c) - strange_image.commitments[1]) * c.invert();
        Equality { image, ..strange_image }
    };
    let late_base = |c: &Scalar| {
        let right = strange_image.commitments[1] + strange_image.image * c;
        Equality { base: right * respond(c).invert(), ..strange_image }
    };
    type Late<'a> = &'a dyn Fn(&Scalar) -> Equality;
    let cases: [(&str, Equality, Late<'_>); 5] = [
        ("commitment", false_key, &late_commitment),
        ("image commitment", false_image, &late_image_commitment),
        ("key", strange, &late_key),
        ("image", strange_image, &late_image),
        ("base", strange_image, &late_base),
    ];
    for (name, before, late) in cases {
        let c = before.challenge();
        assert_eq!(late(&c).judged(&respond(&c)), Err(Fault::Equation), "{name}");
    }
}

mod ballots {
    //! The voter's proof, z·G = T + e·K + e²·A_0 + e³·A_1.

    use psephos_proofs::ballot::{
        BallotFault, BallotLayout, ballot_challenge, ballot_transcript, verify_ballot,
    };

    use super::{ElectionContext, Element, Encoding, Scalar, group, unknown};

    /// A ballot in the making.
    struct Forgery {
        credential: Element,
        rows: [Element; 4],
        commitment: Element,
    }

    const BOX: u64 = 3;
    const COUNTER: u64 = 1;

    fn election() -> ElectionContext {
        ElectionContext { election: [1; 32], public_key: group::encode(&unknown(9)) }
    }

    impl Forgery {
        fn rows(&self) -> [Encoding; 4] {
            self.rows.map(|row| group::encode(&row))
        }

        fn challenge(&self) -> Scalar {
            let credential = group::encode(&self.credential);
            let mut transcript =
                ballot_transcript(&election(), BOX, &credential, COUNTER, &self.rows());
            ballot_challenge(&mut transcript, &group::encode(&self.commitment))
        }

        fn judged(&self, response: &Scalar) -> Result<(), BallotFault> {
            let bytes = [
                &election().election[..],
                &BOX.to_le_bytes(),
                &group::encode(&self.credential),
                &COUNTER.to_le_bytes(),
                self.rows().as_flattened(),
                &group::encode(&self.commitment),
                response.as_bytes(),
            ]
            .concat();
            let layout = BallotLayout::new(&[2]).unwrap();
            verify_ballot(&election(), BOX, &layout.read(&bytes).unwrap())
        }
    }

    const PROOF: Result<(), BallotFault> = Err(BallotFault::Proof);

    fn honest() -> Forgery {
        let [k, w, r, s] = [2u64, 3, 5, 7].map(|secret| group::mul_base(&Scalar::from(secret)));
        Forgery { credential: k, commitment: w, rows: [r, unknown(1), s, unknown(2)] }
    }

    #[test]
    fn steps_are_right() {
        let e = honest().challenge();
        let [k, w, r, s] = [2u64, 3, 5, 7].map(Scalar::from);
        assert_eq!(honest().judged(&(w + e * (k + e * (r + e * s)))), Ok(()));
    }

    /// Somebody else's ciphertext copied, and a second one that makes up for it.
    #[test]
    fn ciphertexts() {
        let mut forgery = honest();
        forgery.rows[0] = unknown(3);
        let (e, z) = (forgery.challenge(), Scalar::from(77u64));
        let rest = forgery.commitment + forgery.credential * e + forgery.rows[0] * (e * e);
        forgery.rows[2] = (group::mul_base(&z) - rest) * (e * e * e).invert();
        assert_eq!(forgery.judged(&z), PROOF);
    }

    #[test]
    fn credential() {
        let mut forgery = honest();
        forgery.rows[0] = unknown(3);
        let (e, z) = (forgery.challenge(), Scalar::from(77u64));
        let rest = forgery.commitment + forgery.rows[0] * (e * e) + forgery.rows[2] * (e * e * e);
        forgery.credential = (group::mul_base(&z) - rest) * e.invert();
        assert_eq!(forgery.judged(&z), PROOF);
    }

    /// A ballot in the name of any credential.
    #[test]
    fn commitment() {
        let mut forgery = honest();
        forgery.credential = unknown(4);
        let (e, z) = (forgery.challenge(), Scalar::from(77u64));
        let rest =
            forgery.credential * e + forgery.rows[0] * (e * e) + forgery.rows[2] * (e * e * e);
        forgery.commitment = group::mul_base(&z) - rest;
        assert_eq!(forgery.judged(&z), PROOF);
    }
}
