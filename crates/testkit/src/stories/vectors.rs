//! Every vector of a shuffle proof with one entry too few, one too many or none, and lists of other records.

use psephos_core::encodings::Encodings;
use psephos_proofs::shuffle::Proof;
use psephos_record::bodies::{Body, Close};

use super::stage::{closed, voted};
use super::{Case, Fixture, posted};
use crate::Author;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "shape.length-mix-powers-long",
        altered: "Trustee 1's shuffle proof commits to one row of powers too many.",
        make: || proof(|proof| longer(&mut proof.powers)),
    },
    Case {
        name: "shape.length-mix-powers-empty",
        altered: "Trustee 1's shuffle proof commits to no powers.",
        make: || proof(|proof| proof.powers.0.clear()),
    },
    Case {
        name: "shape.length-mix-partial-products-short",
        altered: "The product argument in trustee 1's shuffle proof lacks a partial product.",
        make: || proof(|proof| shorter(&mut proof.product.partial)),
    },
    Case {
        name: "shape.length-mix-zero-left-long",
        altered: "The zero argument in trustee 1's shuffle proof has a left response too many.",
        make: || proof(|proof| longer(&mut proof.product.zero.left)),
    },
    Case {
        name: "shape.length-mix-zero-right-short",
        altered: "The zero argument in trustee 1's shuffle proof has a right response too few.",
        make: || proof(|proof| shorter(&mut proof.product.zero.right)),
    },
    Case {
        name: "shape.length-mix-zero-diagonals-empty",
        altered: "The zero argument in trustee 1's shuffle proof has no diagonals.",
        make: || proof(|proof| proof.product.zero.diagonals.0.clear()),
    },
    Case {
        name: "shape.length-mix-single-values-short",
        altered: "The single-value argument in trustee 1's shuffle proof has a response too few.",
        make: || proof(|proof| shorter(&mut proof.product.single_value.values)),
    },
    Case {
        name: "shape.length-mix-single-products-long",
        altered: "The single-value argument in trustee 1's shuffle proof has a partial product too many.",
        make: || proof(|proof| longer(&mut proof.product.single_value.products)),
    },
    Case {
        name: "shape.length-mix-multiexp-masks-short",
        altered: "The multi-exponentiation argument in trustee 1's shuffle proof has a mask too few.",
        make: || proof(|proof| shorter(&mut proof.multiexp.masks)),
    },
    Case {
        name: "shape.length-mix-multiexp-blinds-long",
        altered: "The multi-exponentiation argument in trustee 1's shuffle proof has a blind too many.",
        make: || proof(|proof| longer(&mut proof.multiexp.blinds)),
    },
    Case {
        name: "shape.length-mix-multiexp-factors-empty",
        altered: "The multi-exponentiation argument in trustee 1's shuffle proof has no factors.",
        make: || proof(|proof| proof.multiexp.factors.0.clear()),
    },
    Case {
        name: "shape.length-mix-multiexp-openings-short",
        altered: "The multi-exponentiation argument in trustee 1's shuffle proof has an opening too few.",
        make: || proof(|proof| shorter(&mut proof.multiexp.openings)),
    },
    Case {
        name: "shape.length-mix-multiexp-diagonals-long",
        altered: "The multi-exponentiation argument in trustee 1's shuffle proof has a diagonal too many.",
        make: || proof(|proof| longer(&mut proof.multiexp.diagonals)),
    },
    Case {
        name: "shape.length-mix-multiexp-mask-values-short",
        altered: "The multi-exponentiation argument in trustee 1's shuffle proof has a mask value too few.",
        make: || proof(|proof| shorter(&mut proof.multiexp.mask_values)),
    },
    Case {
        name: "shape.length-close-without-batches",
        altered: "The authority closes without a list of any batch.",
        make: || closing(|close| close.batches.clear()),
    },
    Case {
        name: "shape.length-close-batch-twice",
        altered: "The authority closes with two lists of one batch.",
        make: || closing(|close| close.batches.push(close.batches[0].clone())),
    },
    Case {
        name: "shape.length-close-row-length",
        altered: "The authority's accepted list has rows of another length than the batch.",
        make: || {
            closing(|close| {
                let list = &mut close.batches[0].list;
                (list.rows, list.row_length) = (list.rows * 2, list.row_length / 2);
            })
        },
    },
];

fn longer(vector: &mut Encodings) {
    vector.0.extend(vector.0.first().copied().or(Some([0; 32])));
}

fn shorter(vector: &mut Encodings) {
    assert!(vector.0.pop().is_some(), "an entry to take away");
}

/// Trustee 0 mixes honestly, and trustee 1 with an altered proof.
fn proof(alter: impl Fn(&mut Proof)) -> Fixture {
    let mut election = closed();
    election.mix(0);
    let mut body = election.mix_body(1);
    alter(body.mixes[0].proof.as_mut().expect("a proof"));
    posted(election, Author::Trustee(1), Body::Mix(body))
}

/// The authority closes with altered lists.
fn closing(alter: impl Fn(&mut Close)) -> Fixture {
    let election = voted();
    let mut body = election.close_body(&election.rejected());
    alter(&mut body);
    posted(election, Author::Authority, Body::Close(body))
}
