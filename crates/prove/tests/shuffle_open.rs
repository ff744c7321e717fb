//! A mix on lists that are open is refused where it is refused on stored ones.

mod common;

use common::Chain;
use psephos_core::generators::Generators;
use psephos_core::{Element, group};
use psephos_proofs::Fault;
use psephos_proofs::shuffle::{Proof, Statement, verify_open};

fn opened(list: &[u8]) -> Vec<Element> {
    group::decode_batch(list, group::Identity::Refused).unwrap()
}

#[test]
fn only_what_was_mixed_is_accepted() {
    for (rows, width) in [(1, 1), (9, 2), (70, 1)] {
        let chain = Chain::honest(rows, width, 2, 21);
        let [first, second, third] = [0, 1, 2].map(|list: usize| opened(&chain.lists[list]));
        let (statement, proof) = (chain.mixes[0].statement, chain.mixes[0].proof.as_ref().unwrap());
        let generators = Generators::derive(statement.shape().unwrap().columns());
        let check =
            |statement: &Statement, proof: &Proof, input: &[Element], output: &[Element]| {
                verify_open(&generators, statement, proof, input, output)
            };
        assert_eq!(check(&statement, proof, &first, &second), Ok(()));

        let equation = Err(Fault::Equation);
        for place in 0..first.len() {
            let changed = |list: &[Element]| {
                let mut list = list.to_vec();
                list[place] += group::base();
                list
            };
            assert_eq!(check(&statement, proof, &changed(&first), &second), equation);
            assert_eq!(check(&statement, proof, &first, &changed(&second)), equation);
        }
        assert_eq!(check(&statement, proof, &second, &first), equation);
        assert_eq!(check(&statement, proof, &second, &third), equation);
        let (other, others_proof) =
            (chain.mixes[1].statement, chain.mixes[1].proof.as_ref().unwrap());
        assert_eq!(check(&statement, others_proof, &first, &second), equation);
        assert_eq!(check(&other, proof, &first, &second), equation);
        assert_eq!(check(&other, others_proof, &second, &third), Ok(()));

        let length = |field| Err(Fault::Length { field });
        assert_eq!(check(&statement, proof, &first[1..], &second), length("input"));
        assert_eq!(check(&statement, proof, &first, &[]), length("output"));
        let few = Generators::derive(statement.shape().unwrap().columns() - 1);
        assert_eq!(verify_open(&few, &statement, proof, &first, &second), length("generators"));
        let mut short = proof.clone();
        short.powers.0.pop();
        assert_eq!(check(&statement, &short, &first, &second), length("powers"));
        let mut foreign = proof.clone();
        foreign.powers.0[0] = [0xff; 32];
        let fault = Fault::NonCanonical { field: "powers", index: 0 };
        assert_eq!(check(&statement, &foreign, &first, &second), Err(fault));
    }
}
