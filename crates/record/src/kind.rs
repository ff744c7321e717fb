//! The kinds of record (spec/08-board.md §8.6).

use std::fmt;
use std::str::FromStr;

/// What a record is about; its name stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The description of an election whose trustees have no keys yet.
    Proposal,
    /// A trustee's signing key, under its invitation.
    Enrol,
    /// Another proposal, by a trustee.
    CounterProposal,
    /// The description with everybody's keys; fixes the election.
    Manifest,
    /// A trustee accepts the manifest and gives a share-encryption key.
    Accept,
    /// The hash of a trustee's whole deal.
    DealCommitment,
    /// A trustee's deal in the key ceremony.
    Deal,
    /// A trustee has checked all deals.
    Confirm,
    /// A trustee opens a share that is wrong.
    Complain,
    /// The election accepts ballots.
    Open,
    /// A change to the roll.
    RollAmend,
    /// Ballots taken in.
    Ballots,
    /// A ballot opened instead of cast.
    Challenged,
    /// A box may close with few ballots.
    Waiver,
    /// Which ballots count.
    Close,
    /// A trustee's shuffles.
    Mix,
    /// A trustee's partial decryptions.
    Share,
    /// A record or a trustee is left out.
    Exclusion,
    /// Plaintexts and counts.
    Result,
    /// A trustee's own audit was VALID.
    SignOff,
    /// The last record.
    Seal,
}

impl Kind {
    /// Every kind, in the order of the protocol.
    pub const ALL: [Kind; 21] = [
        Kind::Proposal,
        Kind::Enrol,
        Kind::CounterProposal,
        Kind::Manifest,
        Kind::Accept,
        Kind::DealCommitment,
        Kind::Deal,
        Kind::Confirm,
        Kind::Complain,
        Kind::Open,
        Kind::RollAmend,
        Kind::Ballots,
        Kind::Challenged,
        Kind::Waiver,
        Kind::Close,
        Kind::Mix,
        Kind::Share,
        Kind::Exclusion,
        Kind::Result,
        Kind::SignOff,
        Kind::Seal,
    ];

    /// The name in a message.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Proposal => "proposal",
            Kind::Enrol => "enrol",
            Kind::CounterProposal => "counter-proposal",
            Kind::Manifest => "manifest",
            Kind::Accept => "accept",
            Kind::DealCommitment => "deal-commitment",
            Kind::Deal => "deal",
            Kind::Confirm => "confirm",
            Kind::Complain => "complain",
            Kind::Open => "open",
            Kind::RollAmend => "roll-amend",
            Kind::Ballots => "ballots",
            Kind::Challenged => "challenged",
            Kind::Waiver => "waiver",
            Kind::Close => "close",
            Kind::Mix => "mix",
            Kind::Share => "share",
            Kind::Exclusion => "exclusion",
            Kind::Result => "result",
            Kind::SignOff => "sign-off",
            Kind::Seal => "seal",
        }
    }

    /// The longest body of this kind in bytes; checked before the body is parsed.
    ///
    /// A mix holds the proofs of all its batches, about 10 bytes a ballot; everything else is small.
    pub const fn body_limit(self) -> usize {
        match self {
            Kind::Mix => 120 << 20,
            Kind::Result => 16 << 20,
            Kind::Proposal | Kind::CounterProposal | Kind::Manifest => 8 << 20,
            _ => 1 << 20,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A kind that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this kind of record is not known")]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert_eq!("Proposal".parse::<Kind>(), Err(UnknownKind));
        assert_eq!("".parse::<Kind>(), Err(UnknownKind));
    }
}
