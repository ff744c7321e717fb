//! Many ballots in one multi-exponentiation (spec/06-ballot.md §6.4).

use psephos_core::cores::even_tasks;
use psephos_core::group::{self, Identity};
use psephos_core::multiexp::multiexp_alone_vartime;
use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use psephos_core::weights::Weights;
use psephos_core::{Digest, Element, Scalar};
use rayon::prelude::*;

use super::statement::{OpenedBallot, election_key, verify_ranges};
use super::{BallotFault, BallotLayout, BallotRow};
use crate::context::ElectionContext;
use crate::fault::Fault;

/// The fewest ballots of a sum, if there are so many: below, it costs more a ballot than a second core gives.
const FEWEST: usize = 1 << 8;
/// The most: what they are opened to stays within some megabytes.
const MOST: usize = 1 << 11;
/// Below this many ballots, looking for the bad ones, each is checked alone.
const ALONE: usize = 8;

/// Checks a piece of a list of ballots, `layout.row_length()` bytes each; one answer a ballot.
/// A broken last row is answered with `Length`.
#[must_use]
pub fn verify_rows(
    election: &ElectionContext,
    box_index: u64,
    layout: &BallotLayout,
    rows: &[u8],
) -> Vec<Result<(), BallotFault>> {
    let read: Vec<_> = rows.chunks(layout.row_length()).map(|row| layout.read(row)).collect();
    let whole: Vec<_> = read.iter().flatten().copied().collect();
    let mut answers = verify_batch(election, box_index, &whole).into_iter();
    let length = BallotFault::Form(Fault::Length { field: "ballot" });
    read.iter()
        .map(|row| row.as_ref().and_then(|_| answers.next()).unwrap_or(Err(length)))
        .collect()
}

/// Checks ballots of one box together; one answer each, in their order.
///
/// Every element is opened once. The equations are added, some thousands at a time on each core, under weights of
/// 128 bits that follow from all ballots of the sum; when it fails, halves of it are tried until the bad ballots
/// are found.
#[must_use]
pub fn verify_batch(
    election: &ElectionContext,
    box_index: u64,
    ballots: &[BallotRow<'_>],
) -> Vec<Result<(), BallotFault>> {
    let mut answers: Vec<_> = ballots
        .par_chunks(even_tasks(ballots.len(), [FEWEST, MOST]))
        .flat_map_iter(|ballots| verify_together(election, box_index, ballots))
        .collect();
    judge_ranges(election, box_index, ballots, &mut answers);
    answers
}

/// Everything but the range parts, on one core.
fn verify_together(
    election: &ElectionContext,
    box_index: u64,
    ballots: &[BallotRow<'_>],
) -> Vec<Result<(), BallotFault>> {
    let opened = open_all(election, box_index, ballots);
    let mut weights = weights(election, box_index, ballots);
    let weighted: Vec<_> = opened
        .iter()
        .map(|ballot| (weights.short(), ballot))
        .enumerate()
        .filter_map(|(index, (weight, ballot))| Some((index, weight, ballot.as_ref().ok()?)))
        .collect();
    let mut bad = Vec::new();
    find_bad(&weighted, &mut bad);
    let mut answers: Vec<_> =
        opened.iter().map(|ballot| ballot.as_ref().map(|_| ()).map_err(|fault| *fault)).collect();
    for index in bad {
        if let Some(answer) = answers.get_mut(index) {
            *answer = Err(BallotFault::Proof);
        }
    }
    answers
}

/// Checks the range parts of the ballots that hold so far, each alone.
fn judge_ranges(
    election: &ElectionContext,
    box_index: u64,
    ballots: &[BallotRow<'_>],
    answers: &mut [Result<(), BallotFault>],
) {
    if !ballots.iter().any(BallotRow::has_ranges) {
        return;
    }
    let key = election_key(election);
    answers.par_iter_mut().zip_eq(ballots).filter(|(answer, _)| answer.is_ok()).for_each(
        |(answer, ballot)| {
            *answer = key.and_then(|key| verify_ranges(election, &key, box_index, ballot));
        },
    );
}

type Weighted<'a> = (usize, Scalar, &'a OpenedBallot);

fn weights(election: &ElectionContext, box_index: u64, ballots: &[BallotRow<'_>]) -> Weights {
    let trackers: Vec<Digest> = ballots.iter().map(BallotRow::tracker).collect();
    weights_of(election, box_index, &trackers)
}

fn weights_of(election: &ElectionContext, box_index: u64, trackers: &[Digest]) -> Weights {
    let mut transcript = Transcript::new("ballot-weights");
    election.absorb(&mut transcript);
    transcript.integer("box", box_index);
    transcript.encodings("ballots", trackers);
    Weights::from_transcript(&mut transcript, "weights")
}

fn open_all(
    election: &ElectionContext,
    box_index: u64,
    ballots: &[BallotRow<'_>],
) -> Vec<Result<OpenedBallot, BallotFault>> {
    // The elements of which none is the identity, ballot by ballot, then the commitments.
    let mut proper = Vec::new();
    for ballot in ballots {
        proper.push(*ballot.credential);
        proper.extend_from_slice(ballot.elements);
    }
    let commitments: Vec<_> = ballots.iter().map(|ballot| *ballot.commitment).collect();
    let (Ok(proper), Ok(commitments)) = (
        group::decode_alone(&proper, Identity::Refused),
        group::decode_alone(&commitments, Identity::Allowed),
    ) else {
        // Somewhere is an element that cannot be opened: each ballot answers for its own.
        return ballots
            .iter()
            .map(|ballot| OpenedBallot::open(election, box_index, ballot))
            .collect();
    };
    let mut rest = proper.as_slice();
    pairs(ballots, commitments)
        .map(|(ballot, commitment)| {
            let (points, after) =
                rest.split_at_checked(1 + ballot.elements.len()).unwrap_or_default();
            rest = after;
            OpenedBallot::with_points(election, box_index, ballot, points, commitment)
        })
        .collect()
}

/// Appends the indices of the ballots whose equations fail.
fn find_bad(ballots: &[Weighted<'_>], bad: &mut Vec<usize>) {
    if hold_together(ballots) {
        return;
    }
    if ballots.len() <= ALONE {
        let failing = ballots.iter().filter(|(_, _, ballot)| !ballot.holds());
        bad.extend(failing.map(|(index, _, _)| *index));
        return;
    }
    let (left, right) = ballots.split_at(ballots.len() / 2);
    find_bad(left, bad);
    find_bad(right, bad);
}

// (3) Σ w·(T + e·K + Σ e^{i+2}·A_i − z·G) = 0
fn hold_together(ballots: &[Weighted<'_>]) -> bool {
    let base: Scalar = ballots.iter().map(|(_, weight, ballot)| weight * ballot.response).sum();
    let (scalars, points): (Vec<Scalar>, Vec<Element>) =
        ballots.iter().flat_map(|(_, weight, ballot)| terms(weight, ballot)).unzip();
    multiexp_alone_vartime(&scalars, &points) == group::mul_base(&base)
}

/// w·T, w·e·K, w·e²·`A_0`, …
fn terms<'a>(
    weight: &Scalar,
    ballot: &'a OpenedBallot,
) -> impl Iterator<Item = (Scalar, Element)> + use<'a> {
    let powers = std::iter::successors(Some(*weight), |power| Some(power * ballot.challenge));
    let points =
        [ballot.commitment, ballot.credential].into_iter().chain(ballot.randomness.iter().copied());
    points.scan(powers, |powers, point| Some((powers.next()?, point)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_follow_from_the_election_the_box_and_every_ballot() {
        let election = ElectionContext { election: [1; 32], public_key: [2; 32] };
        let trackers = [[3; 32], [4; 32]];
        let weight = |election: &ElectionContext, box_index, trackers: &[Digest]| {
            weights_of(election, box_index, trackers).short()
        };
        let honest = weight(&election, 5, &trackers);
        let others = [
            weight(&ElectionContext { election: [9; 32], ..election }, 5, &trackers),
            weight(&ElectionContext { public_key: [9; 32], ..election }, 5, &trackers),
            weight(&election, 6, &trackers),
            weight(&election, 5, &[[3; 32], [9; 32]]),
            weight(&election, 5, &[[4; 32], [3; 32]]),
            weight(&election, 5, &trackers[..1]),
            weight(&election, 5, &[]),
        ];
        assert!(!others.contains(&honest));
        let mut transcript = Transcript::new("ballot-weights");
        election.absorb(&mut transcript);
        transcript.integer("box", 5);
        transcript.encodings("ballots", &trackers);
        assert_eq!(honest, Weights::from_transcript(&mut transcript, "weights").short());
    }

    /// A ballot whose secrets are k, w and the `randomness`, with the challenge e.
    fn honest([k, w, e]: [u64; 3], randomness: &[u64]) -> OpenedBallot {
        let [k, w, challenge] = [k, w, e].map(Scalar::from);
        let randomness: Vec<Scalar> = randomness.iter().copied().map(Scalar::from).collect();
        let sum = randomness.iter().rev().fold(Scalar::ZERO, |sum, r| (sum + r) * challenge);
        OpenedBallot {
            credential: group::mul_base(&k),
            randomness: randomness.iter().map(group::mul_base).collect(),
            commitment: group::mul_base(&w),
            response: w + (sum + k) * challenge,
            challenge,
        }
    }

    /// Good ballots hold in one sum, without a look at each; one bad ballot does not.
    #[test]
    fn ballots_hold_together() {
        let ballots = [honest([2, 3, 5], &[7]), honest([11, 13, 17], &[19, 23, 29])];
        let weights = [31u64, 37].map(Scalar::from);
        let together = |ballots: &[OpenedBallot; 2]| {
            let weighted: Vec<Weighted<'_>> =
                pairs(weights, ballots).map(|(weight, ballot)| (0, weight, ballot)).collect();
            hold_together(&weighted)
        };
        assert!(ballots.iter().all(OpenedBallot::holds) && together(&ballots));
        let alterations: [fn(&mut OpenedBallot); 5] = [
            |ballot| ballot.response += Scalar::ONE,
            |ballot| ballot.challenge += Scalar::ONE,
            |ballot| ballot.commitment += group::base(),
            |ballot| ballot.credential += group::base(),
            |ballot| ballot.randomness.reverse(),
        ];
        for alter in alterations {
            let mut altered = [honest([2, 3, 5], &[7]), honest([11, 13, 17], &[19, 23, 29])];
            alter(&mut altered[1]);
            assert!(!altered[1].holds() && !together(&altered));
        }
    }
}
