//! What a ballot is judged by on its own: shape, context, eligibility, proof, range, challenged.

use psephos_core::pairs::pairs;
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{BallotFault, BallotLayout, Challenge, verify_rows};
use psephos_record::board::Board;
use psephos_record::bodies::{BallotBox, Description, Policy, Reason};

use super::challenges::Challenges;
use super::derive::IntakeError;
use crate::roll::Roll;
use crate::view::View;

/// The rules of an election that is open, as the manifest, the roll and the challenges on a board give them.
pub struct Rules {
    pub(super) election: ElectionContext,
    pub(super) layouts: Vec<BallotLayout>,
    pub(super) policy: Policy,
    pub(super) roll: Option<Roll>,
    pub(super) challenges: Challenges,
}

impl Rules {
    /// Reads the roll and the challenges of a board.
    ///
    /// # Errors
    /// [`IntakeError`].
    pub fn read(board: &dyn Board, view: &View) -> Result<Self, IntakeError> {
        let roll = Roll::of(board, view).map_err(|error| IntakeError::Roll(error.to_string()))?;
        Self::with_roll(board, view, roll)
    }

    /// As [`Rules::read`], with the roll that was read before; none in an open election.
    pub(crate) fn with_roll(
        board: &dyn Board,
        view: &View,
        roll: Option<Roll>,
    ) -> Result<Self, IntakeError> {
        let description = view.description().ok_or(IntakeError::NotOpen)?;
        let keys = view.ceremony.keys.as_ref().ok_or(IntakeError::NotOpen)?;
        let election = ElectionContext { election: view.election(), public_key: keys.public_key };
        let layouts = ballot_layouts(description).ok_or(IntakeError::Layout)?;
        let challenges = Challenges::read(board, view, &election)?;
        Ok(Self { election, layouts, policy: description.policy, roll, challenges })
    }

    /// The election and its key.
    #[must_use]
    pub fn election(&self) -> &ElectionContext {
        &self.election
    }

    /// Which ballot of a credential counts.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// The form of a box's ballots.
    #[must_use]
    pub fn layout(&self, box_index: u64) -> Option<&BallotLayout> {
        self.layouts.get(usize::try_from(box_index).ok()?)
    }

    /// Bytes of the longest ballot.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.layouts.iter().map(BallotLayout::row_length).max().unwrap_or_default()
    }

    /// Judges ballots of one box, each `layout.row_length()` bytes: why each is to be rejected whatever other
    /// ballots there are, if it is. A broken last one has no shape.
    #[must_use]
    pub fn judge(
        &self,
        box_index: u64,
        layout: &BallotLayout,
        ballots: &[u8],
    ) -> Vec<Option<Reason>> {
        let answers = verify_rows(&self.election, box_index, layout, ballots);
        pairs(ballots.chunks(layout.row_length()), answers)
            .map(|(bytes, answer)| self.reason(layout, bytes, answer))
            .collect()
    }

    /// Whether a challenge is signed for this election, under a credential that may vote.
    #[must_use]
    pub fn admits(&self, challenge: &Challenge) -> bool {
        let roll = self.roll.as_ref();
        roll.is_none_or(|roll| roll.box_of(&challenge.credential).is_some())
            && challenge.verify(&self.election).is_ok()
    }

    /// Whether a challenge stands on the board.
    #[must_use]
    pub fn holds(&self, challenge: &Challenge) -> bool {
        self.challenges.hold(&challenge.tracker, &challenge.credential)
    }

    /// The reason to reject a ballot whose proof was answered like this.
    fn reason(
        &self,
        layout: &BallotLayout,
        bytes: &[u8],
        answer: Result<(), BallotFault>,
    ) -> Option<Reason> {
        match answer {
            Err(BallotFault::Form(_)) => Some(Reason::Shape),
            Err(BallotFault::Context) => Some(Reason::Context),
            Err(BallotFault::Proof) => self.ineligible(layout, bytes).or(Some(Reason::Proof)),
            Err(BallotFault::Range) => self.ineligible(layout, bytes).or(Some(Reason::Range)),
            Ok(()) => self.ineligible(layout, bytes).or_else(|| self.challenged(layout, bytes)),
        }
    }

    fn ineligible(&self, layout: &BallotLayout, bytes: &[u8]) -> Option<Reason> {
        let roll = self.roll.as_ref()?;
        let ballot = layout.read(bytes)?;
        let votes_here = roll.box_of(ballot.credential) == Some(ballot.box_index);
        (!votes_here).then_some(Reason::Eligibility)
    }

    fn challenged(&self, layout: &BallotLayout, bytes: &[u8]) -> Option<Reason> {
        if self.challenges.is_empty() {
            return None;
        }
        let ballot = layout.read(bytes)?;
        let challenged = self.challenges.hold(&ballot.tracker(), ballot.credential);
        challenged.then_some(Reason::Challenged)
    }
}

/// The form of the ballots of every box; none when a width is beyond all measure.
#[must_use]
pub fn ballot_layouts(description: &Description) -> Option<Vec<BallotLayout>> {
    description.boxes.iter().map(BallotBox::ballot_layout).collect()
}
