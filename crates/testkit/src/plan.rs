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
    /// The contests.
    pub contests: Vec<Contest>,
    /// The boxes; at first one, with one batch of all contests.
    pub boxes: Vec<PlannedBox>,
    /// Bits of every batch, if votes are numbers.
    pub bits: Option<u64>,
    /// Who may vote, and which of several ballots counts; at first open.
    pub policy: Policy,
    /// The box of each voter on the roll, if there is one.
    pub voters: Vec<u64>,
    /// Fewest accepted ballots of a box that has any.
    pub minimum: u64,
    /// One entry a ballot, with a vote for every contest. Voter by voter where there is a roll, else to
    /// the boxes by turns.
    pub votes: Vec<Vec<Vote>>,
    /// What all randomness follows from.
    pub seed: u64,
}

/// A box, with the contests of each batch.
#[derive(Clone, Debug)]
pub struct PlannedBox {
    /// Its id.
    pub id: String,
    /// The box into which too few ballots go.
    pub merge: Option<u64>,
    /// For each batch the indices of its contests.
    pub batches: Vec<Vec<u64>>,
}

impl PlannedBox {
    /// A box that merges into no other.
    #[must_use]
    pub fn new(id: &str, batches: &[&[u64]]) -> Self {
        let batches = batches.iter().map(|contests| contests.to_vec()).collect();
        Self { id: id.to_owned(), merge: None, batches }
    }

    fn place(&self, contests: &[Contest], bits: Option<u64>) -> BallotBox {
        let batch = |(index, members): (usize, &Vec<u64>)| Batch {
            id: format!("batch-{}", index + 1),
            bits,
            width: Layout::of(contests, members).expect("contests that fit into a row").width()
                as u64,
            contests: members.clone(),
        };
        BallotBox {
            id: self.id.clone(),
            merge: self.merge,
            batches: self.batches.iter().enumerate().map(batch).collect(),
        }
    }
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
            write_ins: None,
            candidates: names(&["Anna", "Boris", "Clara"]),
        };
        let mayor = Contest {
            id: "mayor".into(),
            seats: 1,
            title: "Mayor".into(),
            method: Method::Irv { max_ranks: 3 },
            write_ins: None,
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
        Self {
            trustees,
            threshold,
            mixes: threshold,
            boxes: vec![PlannedBox::new("all", &[&[0, 1]])],
            contests,
            bits: None,
            policy: Policy::Open,
            voters: Vec::new(),
            minimum: 0,
            votes,
            seed: 1,
        }
    }

    /// The same election for the voters of a roll, as many as it has ballots, in the boxes by turns.
    #[must_use]
    pub fn with_roll(self, policy: Policy) -> Self {
        let boxes = self.boxes.len() as u64;
        let voters = (0..self.votes.len() as u64).map(|voter| voter % boxes).collect();
        Self { policy, voters, ..self }
    }

    /// The same with two boxes: the town votes on both contests in two batches, the north on both together.
    #[must_use]
    pub fn with_two_boxes(self) -> Self {
        let boxes =
            vec![PlannedBox::new("town", &[&[0], &[1]]), PlannedBox::new("north", &[&[0, 1]])];
        Self { boxes, ..self }
    }

    /// The same with other randomness.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The description that stands in proposal and manifest, with this key for the intake; the roll is
    /// still to be named.
    ///
    /// # Panics
    /// When the contests do not fit into a row.
    #[must_use]
    pub fn description(&self, intake: Encoding) -> Description {
        Description {
            roll: None,
            boxes: self
                .boxes
                .iter()
                .map(|planned| planned.place(&self.contests, self.bits))
                .collect(),
            mixes: self.mixes,
            opens: None,
            suite: Suite::default(),
            title: "A small election".into(),
            closes: None,
            intake,
            policy: self.policy,
            minimum: self.minimum,
            contests: self.contests.clone(),
            trustees: (1..=self.trustees).map(|number| format!("Trustee {number}")).collect(),
            threshold: self.threshold,
        }
    }

    /// How each batch of a box lays out its contests.
    pub(crate) fn layouts(&self, box_index: u64) -> Vec<Layout<'_>> {
        let batches = &self.boxes[box_index as usize].batches;
        let layout =
            |members: &Vec<u64>| Layout::of(&self.contests, members).expect("contests that fit");
        batches.iter().map(layout).collect()
    }

    /// The votes for a batch, out of those for all contests.
    pub(crate) fn votes_of(&self, box_index: u64, batch: usize, votes: &[Vote]) -> Vec<Vote> {
        let members = &self.boxes[box_index as usize].batches[batch];
        members.iter().map(|contest| votes[*contest as usize].clone()).collect()
    }
}
