//! Expected: nobody can put together errors that cancel under the weights of a sum.
//!
//! Each test computes weights as they would be if what it alters did not enter them, makes errors
//! that cancel under these, and is refused.

use psephos_core::pairs::pairs;
use psephos_core::rows::{MemoryRows, Rows};
use psephos_core::transcript::Transcript;
use psephos_core::weights::Weights;
use psephos_core::{Digest, Scalar, group, tree};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{BallotFault, BallotLayout, verify_rows};
use psephos_proofs::decryption::{
    BlockWeights, Cell, Decryption, RootedList, TrusteeShares, combine, find_bad_plaintexts,
};
use psephos_proofs::shuffle::{Proof, verify_chain};
use psephos_prove::ballot::{BallotContent, prove_ballot};
use psephos_secrets::SecretScalar;

use super::common::{Chain, EQUATION, culprits, verify};
use super::election::{Ceremony, OwnedList, ciphertexts, election, message, rng};
use super::fields::{entries, replaced};
use super::shuffle::closed;

const CONTEXT: Digest = [9; 32];
const LEFT: &str = "product.zero.left_opening";
const RIGHT: &str = "product.zero.right_opening";

fn shifted(proof: &Proof, (path, index): (&str, usize), by: &Scalar) -> Proof {
    let value = group::scalar(&entries(proof, path)[index]).unwrap();
    replaced(proof, path, index, (value + by).to_bytes())
}

/// The weights of a chain with these bindings; the first two are those of equations 1 and 2.
fn chain_weights(bindings: Option<&[Digest]>) -> [Scalar; 2] {
    let mut transcript = Transcript::new("shuffle chain");
    transcript.encodings("context", &[CONTEXT]);
    if let Some(bindings) = bindings {
        transcript.encodings("bindings", bindings);
    }
    let mut weights = Weights::from_transcript(&mut transcript, "weights");
    [weights.scalar(), weights.scalar()]
}

/// Errors in equations 1 and 2, both on `H_0`, that cancel under these weights.
fn refuses_cancelling(chain: &Chain, [first, second]: [Scalar; 2], name: &str) {
    let statement = chain.mixes[0].statement;
    let proof = chain.mixes[0].proof.as_ref().unwrap();
    let forged = shifted(&shifted(proof, (LEFT, 0), &second), (RIGHT, 0), &-first);
    let lists: Vec<MemoryRows> =
        chain.lists.iter().map(|list| MemoryRows::new(list, 64 * chain.width).unwrap()).collect();
    let lists: Vec<&dyn Rows> = lists.iter().map(|list| list as &dyn Rows).collect();
    let result = verify_chain(&[(statement, Some(&forged))], &lists, &[CONTEXT]);
    assert_eq!(culprits(result), [(0, EQUATION)], "{name}");
}

#[test]
fn a_mix_that_foresees_its_weights() {
    let chain = Chain::honest(5, 1, 1, 91);
    let proof = chain.mixes[0].proof.as_ref().unwrap();
    let one = Scalar::ONE;
    refuses_cancelling(&chain, [one, one], "constant weights");
    refuses_cancelling(&chain, chain_weights(None), "weights that follow from the context alone");
    refuses_cancelling(&chain, chain_weights(Some(&[])), "weights over no proof");
    let without_responses = closed(&chain.mixes[0].statement, proof).challenge_bytes("binding");
    refuses_cancelling(&chain, chain_weights(Some(&[without_responses])), "no responses");
}

/// The responses that stand on `H_0` alone, each in an equation of its own, where a row has two columns.
const ON_H0: [(&str, usize); 8] = [
    (LEFT, 0),
    (RIGHT, 0),
    ("product.zero.diagonal_opening", 0),
    ("product.single_value.values_opening", 0),
    ("product.single_value.steps_opening", 0),
    ("multiexp.openings", 0),
    ("multiexp.mask_openings", 0),
    ("multiexp.mask_openings", 1),
];

/// No two equations have one weight, in one mix or in two.
#[test]
fn equations_that_share_a_weight() {
    let two = Chain::honest(1, 2, 2, 92);
    let places: Vec<_> = [0, 1].iter().flat_map(|mix| ON_H0.map(|place| (*mix, place))).collect();
    let proofs = [0, 1].map(|mix: usize| two.mixes[mix].proof.clone().unwrap());
    for (i, (mix, place)) in places.iter().enumerate() {
        for (other_mix, other_place) in &places[i + 1..] {
            let mut forged = proofs.clone();
            forged[*mix] = shifted(&forged[*mix], *place, &Scalar::ONE);
            forged[*other_mix] = shifted(&forged[*other_mix], *other_place, &-Scalar::ONE);
            let mixes: Vec<_> = pairs(&two.mixes, &forged)
                .map(|(mixed, proof)| (mixed.statement, Some(proof)))
                .collect();
            let mut bad = vec![(*mix, EQUATION), (*other_mix, EQUATION)];
            bad.dedup();
            let found = culprits(verify(&mixes, &two.lists, 2));
            assert_eq!(found, bad, "{place:?} and {other_place:?}");
        }
    }
}

/// Two ballots whose responses are wrong by what cancels under the weights.
#[test]
fn ballots_that_foresee_their_weights() {
    let mut rng = rng(93);
    let (keys, _) = Ceremony::new(1, 1, &mut rng).finish(&mut rng);
    let election: ElectionContext = election(&keys);
    let layout = BallotLayout::new(&[1]).unwrap();
    let mut ballots = Vec::new();
    for counter in [1, 2] {
        let (credential, r) = (SecretScalar::random(&mut rng), SecretScalar::random(&mut rng));
        let b = group::encode(&SecretScalar::random(&mut rng).public());
        let elements = [group::encode(&r.public()), b];
        let content =
            BallotContent { election: &election, box_index: 3, counter, elements: &elements };
        ballots.push(prove_ballot(&layout, &content, &credential, &[r], &mut rng).unwrap());
    }
    let mut transcript = Transcript::new("ballot-weights");
    election.absorb(&mut transcript);
    transcript.integer("box", 3);
    let mut weights = Weights::from_transcript(&mut transcript, "weights");
    let foreseen = [weights.short(), weights.short()];
    for [first, second] in [foreseen, [Scalar::ONE; 2]] {
        let mut forged = ballots.clone();
        for (ballot, by) in pairs(&mut forged, [second, -first]) {
            let response = ballot.last_chunk_mut::<32>().unwrap();
            *response = (group::scalar(response).unwrap() + by).to_bytes();
        }
        let answers = verify_rows(&election, 3, &layout, &forged.concat());
        assert_eq!(answers, [Err(BallotFault::Proof); 2]);
    }
}

/// Two plaintexts that are wrong by what cancels under the weights.
#[test]
fn plaintexts_that_foresee_their_weights() {
    let mut rng = rng(94);
    let (keys, shares) = Ceremony::new(1, 1, &mut rng).finish(&mut rng);
    let input = ciphertexts(&keys.public_key, 4, 1, &mut rng);
    let bytes = input.decrypted(&shares[0]).unwrap().into_rows();
    let decrypted = OwnedList { bytes, row_length: 32 };
    let (input_rows, share_rows) = (input.rows(), decrypted.rows());
    let quorum = [TrusteeShares { trustee: 0, shares: decrypted.rooted(&share_rows) }];
    let bytes = combine(1, input.rooted(&input_rows), &quorum).unwrap();
    let good = OwnedList { bytes, row_length: 32 };
    let foreseen = |roots: Option<&[Digest]>| {
        let mut transcript = Transcript::new("plaintext-weights");
        transcript.integer("width", 1);
        if let Some(roots) = roots {
            transcript.encodings("lists", roots);
        }
        BlockWeights::new(transcript.challenge_bytes("weights")).range(0, 2)
    };
    let check = |shares: &[TrusteeShares<'_>], plaintexts: RootedList<'_>| {
        let input = input.rooted(&input_rows);
        find_bad_plaintexts(&Decryption { width: 1, input, shares, plaintexts })
    };
    // The weights with nothing in them, and those of the lists before the alteration.
    let roots = [&good, &input, &decrypted].map(|list| tree::root(&list.bytes));
    let constant = vec![Scalar::ONE; 2];
    for weights in [foreseen(None), foreseen(Some(&[])), foreseen(Some(&roots)), constant] {
        let mut forged = good.clone();
        forged.set(0, &(forged.get(0) + message(0) * weights[1]));
        forged.set(1, &(forged.get(1) - message(0) * weights[0]));
        let rows = forged.rows();
        let found = check(&quorum, forged.rooted(&rows));
        assert_eq!(found, Ok(vec![Cell { row: 0, column: 0 }, Cell { row: 1, column: 0 }]));
    }
    // The shares, chosen under the weights of the two other lists.
    let weights = foreseen(Some(&roots[..2]));
    let mut forged = decrypted.clone();
    forged.set(0, &(forged.get(0) + message(0) * weights[1]));
    forged.set(1, &(forged.get(1) - message(0) * weights[0]));
    let (rows, good_rows) = (forged.rows(), good.rows());
    let shares = [TrusteeShares { trustee: 0, shares: forged.rooted(&rows) }];
    let found = check(&shares, good.rooted(&good_rows));
    assert_eq!(found, Ok(vec![Cell { row: 0, column: 0 }, Cell { row: 1, column: 0 }]));
    let rows = good.rows();
    let rooted = RootedList { root: roots[0], rows: &rows };
    assert_eq!(check(&quorum, rooted), Ok(vec![]));
}
