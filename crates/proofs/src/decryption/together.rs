//! The sums of one or several trustees' shares (spec/07-decryption.md §7.3). They have shared the same lists,
//! mostly: whoever checks them opens each A once for all, as opening costs twice what a sum does.

use std::collections::BTreeMap;

use psephos_core::pairs::pairs;
use psephos_core::{Digest, Element};
use rayon::prelude::*;

use super::BlockWeights;
use super::points::{BLOCK, Points, PointsError};
use super::share::{Aggregates, Proof, ShareError, Statement, Weighing};

/// Reads all lists once and adds them up under the normative weights.
///
/// # Errors
/// All but `ShareError::Proof`.
pub fn aggregate(statement: &Statement<'_>) -> Result<Aggregates, ShareError> {
    let mut sums = Sums::new(statement)?;
    sum_inputs([&mut sums]);
    sums.finish()
}

/// Checks a trustee's shares.
///
/// # Errors
/// [`ShareError`].
pub fn verify(statement: &Statement<'_>, proof: &Proof) -> Result<(), ShareError> {
    check(aggregate(statement), proof)
}

/// Checks several trustees' shares, each list of ciphertexts being read once for all statements that name
/// its root: one answer for each, the one that [`verify`] gives.
#[must_use]
pub fn verify_all(claims: &[(Statement<'_>, Proof)]) -> Vec<Result<(), ShareError>> {
    let mut sums: Vec<_> = claims.iter().map(|(statement, _)| Sums::new(statement)).collect();
    sum_inputs(sums.iter_mut().flatten());
    pairs(sums, claims)
        .map(|(sums, (_, proof))| check(sums.and_then(Sums::finish), proof))
        .collect()
}

fn check(aggregates: Result<Aggregates, ShareError>, proof: &Proof) -> Result<(), ShareError> {
    let Aggregates { transcript, statement } = aggregates?;
    proof.verify(transcript, &statement).map_err(ShareError::Proof)
}

/// A statement whose shares have not been read yet.
struct Sums<'a> {
    statement: &'a Statement<'a>,
    weighing: Weighing,
    /// Σ weight·A for each list.
    inputs: Vec<Result<Element, PointsError>>,
}

impl<'a> Sums<'a> {
    fn new(statement: &'a Statement<'_>) -> Result<Self, ShareError> {
        statement.check_shapes()?;
        let inputs = vec![Ok(Element::default()); statement.lists.len()];
        Ok(Self { statement, weighing: Weighing::new(statement), inputs })
    }

    /// Adds the shares up, unless a list before them is bad.
    fn finish(self) -> Result<Aggregates, ShareError> {
        // (2) A* = Σ weight·A, D* = Σ weight·D
        let (mut base, mut image) = (Element::default(), Element::default());
        let lists = pairs(self.statement.placed(), self.inputs);
        for (list, ((first, shared), input)) in lists.enumerate() {
            base += input.map_err(|error| match error {
                PointsError::Rows(error) => ShareError::Rows { list, error },
                PointsError::Fault(fault) => ShareError::Input { list, fault },
            })?;
            let shares = shared.share_points().block_sums(&self.weighing.weights, first);
            let shares = shares.map_err(|error| match error {
                PointsError::Rows(error) => ShareError::Rows { list, error },
                PointsError::Fault(fault) => ShareError::Shares { list, fault },
            })?;
            image += shares.iter().sum::<Element>();
        }
        Ok(self.weighing.aggregates(&base, &image))
    }
}

/// What a statement wants to know of a list of ciphertexts.
struct Wanted<'s, 'a> {
    points: Points<'a>,
    weights: BlockWeights,
    first_weight: u64,
    sum: &'s mut Result<Element, PointsError>,
}

/// Σ weight·A of every list under every statement that shares it; each list is read once.
fn sum_inputs<'s, 'a: 's>(statements: impl IntoIterator<Item = &'s mut Sums<'a>>) {
    // A list is what its root names, if it can be read at all; in another shape it is another list.
    let mut lists: BTreeMap<(Digest, u64, u64), Vec<Wanted<'s, 'a>>> = BTreeMap::new();
    for Sums { statement, weighing, inputs } in statements {
        for ((first_weight, list), sum) in pairs(statement.placed(), inputs) {
            let (points, weights) = (list.input_points(), weighing.weights);
            let key = (list.input.root, list.input.rows.count(), list.width);
            lists.entry(key).or_default().push(Wanted { points, weights, first_weight, sum });
        }
    }
    for wanted in lists.values_mut() {
        let Some(points) = wanted.first().map(|wanted| wanted.points) else { continue };
        let read = points.visit_blocks(&|_| true, &mut |block, elements| {
            let before = (block * BLOCK) as u64;
            wanted.par_iter_mut().for_each(|Wanted { weights, first_weight, sum, .. }| {
                if let Ok(sum) = sum {
                    *sum += weights.sum_vartime(*first_weight + before, elements);
                }
            });
        });
        if let Err(error) = read {
            wanted.iter_mut().for_each(|wanted| *wanted.sum = Err(error.clone()));
        }
    }
}
