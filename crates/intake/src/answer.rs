//! What is offered to an intake, and what it answers.

use psephos_proofs::ballot::CHALLENGE_LENGTH;
use psephos_record::bodies::Reason;
use psephos_record::receipt::SignedReceipt;

/// What a voter's program hands in.
#[derive(Clone, Debug)]
pub enum Offer {
    /// The bytes of a ballot (spec/06-ballot.md).
    Ballot(Vec<u8>),
    /// A challenge: its ballot shall never count.
    Challenge([u8; CHALLENGE_LENGTH]),
}

/// What was taken in.
#[derive(Clone, Debug)]
pub enum Accepted {
    /// The ballot is durable and will be on the board.
    Ballot(SignedReceipt),
    /// The challenge is durable and will be on the board.
    Challenge,
}

/// The answer to an offer.
pub type Answer = Result<Accepted, Refusal>;

/// Why nothing was taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too much waits already.
    #[error("too many ballots wait at the moment; try again in a few seconds")]
    Busy,
    /// The storage failed.
    #[error("the ballot could not be stored; try again")]
    Storage,
    /// Voting is about to end.
    #[error("the election is being closed; whether this ballot still counts is not promised")]
    Closing,
    /// The election is not open yet.
    #[error("the election is not open yet")]
    NotOpen,
    /// The election's intake has another key than this one.
    #[error("the ballots of this election are not taken in here")]
    Foreign,
    /// Voting begins later.
    #[error("voting has not begun")]
    NotBegun {
        /// When it does, in seconds since 1970-01-01 UTC.
        opens: u64,
    },
    /// Voting has ended.
    #[error("voting has ended")]
    Ended,
    /// These bytes are no ballot of this election.
    #[error("these {length} bytes are no ballot of this election")]
    Form {
        /// How many there are.
        length: usize,
    },
    /// The ballot would be rejected, whatever others there are.
    #[error("the ballot would not count: {}", .0.name())]
    Rejected(Reason),
    /// Another ballot of this credential counts instead.
    #[error(
        "another ballot of this code counts instead: one with a {} counter has been taken in",
        if *first { "lower" } else { "higher" }
    )]
    Superseded {
        /// Whether the first ballot counts in this election, or the last.
        first: bool,
    },
    /// The ballot repeats rows of somebody else's.
    #[error("the ballot repeats an encrypted vote that another ballot holds")]
    Duplicate,
    /// The credential has handed in too many.
    #[error("this code has handed in more ballots than are taken; the last one taken stands")]
    TooMany,
    /// The challenge is not signed for this election, or by nobody who may vote.
    #[error("this is no challenge of this election")]
    NoChallenge,
}

impl Refusal {
    /// Whether the same offer may be taken later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        use Refusal::{Busy, Closing, NotBegun, NotOpen, Storage};
        matches!(self, Busy | Storage | Closing | NotOpen | NotBegun { .. })
    }
}
