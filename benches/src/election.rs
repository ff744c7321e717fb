//! Made elections of any size: an open board, ballots by the million, and the rows that are mixed.

use chacha20::ChaCha20Rng;
use psephos_ballot::{Contest, Layout, Method, Vote};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::BallotLayout;
use psephos_secrets::SecretScalar;
use psephos_testkit::{Election, Plan, PlannedBox};
use psephos_voter::BallotMaker;
use rand_core::SeedableRng;
use rayon::prelude::*;

use crate::floor::Size;

/// Bytes of a vote in one ciphertext.
const BYTES_OF_ONE: u64 = 30;

/// An election that is open, with what a voter needs.
pub struct Poll {
    /// The board and everybody's secrets.
    pub election: Election,
    /// The election's id and key.
    pub context: ElectionContext,
    /// The form of a ballot.
    pub layout: BallotLayout,
    contests: Vec<Contest>,
}

impl Poll {
    /// Opens an election for ballots of `size.width` ciphertexts; who votes is not on any roll.
    ///
    /// # Panics
    /// When the width is not 1 to 32, or there are fewer trustees than the threshold.
    #[must_use]
    pub fn open(size: Size) -> Self {
        let contests = vec![contest(size.width)];
        let mut plan = Plan::new(size.trustees, size.threshold, 0);
        plan.mixes = size.mixes.min(size.trustees);
        plan.contests.clone_from(&contests);
        plan.boxes = vec![PlannedBox::new("all", &[&[0]])];
        let election = Election::opened(Plan { votes: Vec::new(), ..plan });
        let (context, layout) = (election.context(), election.ballot_layout());
        Self { election, context, layout, contests }
    }

    /// Ballots one after the other, made on every core.
    ///
    /// # Panics
    /// Never, for a poll that was opened.
    #[must_use]
    pub fn ballots(&self, count: u64) -> Vec<u8> {
        let maker =
            BallotMaker::with_layout(self.context, 0, self.layout.clone()).expect("a maker");
        let layout = Layout::all(&self.contests).expect("a contest that fits");
        let ballot = |number: u64| {
            let mut rng = ChaCha20Rng::seed_from_u64(number);
            let credential = SecretScalar::random(&mut rng);
            let candidates = 0..self.contests[0].candidates.len() as u64;
            let vote = Vote::scores(candidates.map(|i| ((number + i) % 10) as u16).collect());
            maker.vote(&[(&layout, &[vote][..])], &credential, 0, &mut rng).expect("a ballot")
        };
        (0..count).into_par_iter().flat_map_iter(ballot).collect()
    }
}

/// A contest whose votes fill `width` ciphertexts: a score for each of 30 candidates for each.
fn contest(width: u64) -> Contest {
    Contest {
        id: "scores".into(),
        seats: 1,
        title: "Scores".into(),
        method: Method::Score { max_score: 9 },
        write_ins: None,
        candidates: (0..BYTES_OF_ONE * width).map(|number| format!("Candidate {number}")).collect(),
    }
}
