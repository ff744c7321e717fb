//! What an election is to look like.

use psephos_ballot::{Contest, Layout, Method, Vote};
use psephos_core::Encoding;
use psephos_record::bodies::{BallotBox, Batch, Description, Policy, Suite};

/// What an election is to look like; made by [`Plan::new`] and altered where a test needs it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// k.
    pub trustees: u64,
    /// t.
    pub threshold: u64,
    /// μ.
    pub mixes: u64,
    /// The contests, all in one batch of one box.
    pub contests: Vec<Contest>,
    /// One entry a ballot, with a vote for every contest.
    pub votes: Vec<Vec<Vote>>,
    /// What all randomness follows from.
    pub seed: u64,
}

impl Plan {
    /// `ballots` ballots in a plurality contest and one in rounds; μ = t.
    #[must_use]
    pub fn new(trustees: u64, threshold: u64, ballots: u64) -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let council = Contest {
            id: "council".into(),
            seats: 1,
            title: "Council".into(),
            method: Method::Plurality { max_marks: 2 },
            candidates: names(&["Anna", "Boris", "Clara"]),
        };
        let mayor = Contest {
            id: "mayor".into(),
            seats: 1,
            title: "Mayor".into(),
            method: Method::Irv { max_ranks: 3 },
            candidates: names(&["Dora", "Emil", "Fatma"]),
        };
        let votes = (0..ballots)
            .map(|index| {
                let first = (index % 3) as u16;
                let second = (index / 3 % 3) as u16;
                let marks = if first == second { vec![first] } else { vec![first, second] };
                vec![Vote::marks(marks), Vote::ranking(vec![second, (second + 1) % 3])]
            })
            .collect();
        let contests = vec![council, mayor];
        Self { trustees, threshold, mixes: threshold, contests, votes, seed: 1 }
    }

    /// The same with other randomness.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The description that stands in proposal and manifest, with this key for the intake.
    ///
    /// # Panics
    /// When the contests do not fit into a row.
    #[must_use]
    pub fn description(&self, intake: Encoding) -> Description {
        let width = self.layout().width() as u64;
        let contests = (0..self.contests.len() as u64).collect();
        let batch = Batch { id: "all".into(), bits: None, width, contests };
        Description {
            roll: None,
            boxes: vec![BallotBox { id: "all".into(), merge: None, batches: vec![batch] }],
            mixes: self.mixes,
            suite: Suite::default(),
            title: "A small election".into(),
            intake,
            policy: Policy::Open,
            minimum: 0,
            contests: self.contests.clone(),
            trustees: (1..=self.trustees).map(|number| format!("Trustee {number}")).collect(),
            threshold: self.threshold,
        }
    }

    pub(crate) fn layout(&self) -> Layout<'_> {
        Layout::all(&self.contests).expect("contests that fit into a row")
    }
}
