//! The checks: the product's public vocabulary (spec/09-audit.md §9.4).

use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! checks {
    ($($(#[$doc:meta])* $variant:ident = $id:literal,)*) => {
        /// One thing the audit checks. The string ids are the same in the specification, in the
        /// attack list and in `--json`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CheckId {
            $($(#[$doc])* $variant,)*
        }

        impl CheckId {
            /// Every check, in the order of the report.
            pub const ALL: &'static [CheckId] = &[$(CheckId::$variant,)*];

            /// The check's id as it stands in reports and in the specification.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(CheckId::$variant => $id,)*
                }
            }
        }
    };
}

checks! {
    /// The suite is this version's, and the numbers of the election fit together.
    SetupParameters = "setup.parameters",
    /// The manifest follows from the proposal and the enrolments, and is the one that was pinned.
    SetupIdentity = "setup.identity",
    /// The roll of credentials is well formed.
    SetupRoll = "setup.roll",
    /// Proofs of possession and of knowledge in the key ceremony.
    KeyProof = "key.proof",
    /// Every deal is the one its author had committed to.
    KeyCommitment = "key.commitment",
    /// Every encrypted share is made for this ceremony, with an ephemeral key its dealer knows.
    KeyEncryption = "key.encryption",
    /// Complaints are judged, and no ceremony is used over one that stands.
    KeyComplaint = "key.complaint",
    /// Every vector and every list has the length the manifest implies.
    ShapeLength = "shape.length",
    /// Every encoding is a group element, and not the identity where that is refused.
    GroupMembership = "group.membership",
    /// Every record, element and scalar has its one canonical encoding.
    EncodingCanonical = "encoding.canonical",
    /// Every record stands in the phase of the election its kind belongs to.
    BoardPhase = "board.phase",
    /// Every blob matches the root its record names.
    BoardBlob = "board.blob",
    /// Every record is signed by the key that may write it.
    BoardSignature = "board.signature",
    /// Every record follows the one before it, and was written knowing this board.
    BoardChain = "board.chain",
    /// Nobody signed two messages under one counter.
    BoardEquivocation = "board.equivocation",
    /// Two boards of one manifest agree as far as both go. Only when two boards are compared.
    BoardFork = "board.fork",
    /// Accepted ballots have the shape the manifest implies.
    BallotShape = "ballot.shape",
    /// Accepted ballots were made for this election and box.
    BallotContext = "ballot.context",
    /// The proofs of accepted ballots hold.
    BallotProof = "ballot.proof",
    /// Accepted ballots are in the range of their contest.
    BallotRange = "ballot.range",
    /// No accepted ballot had been challenged.
    BallotChallenged = "ballot.challenged",
    /// No two accepted ballots share a row.
    BallotDuplicate = "ballot.duplicate",
    /// No valid ballot is listed as rejected, and every reason is the right one.
    IntakeRejected = "intake.rejected",
    /// Every accepted ballot is in the first list.
    IntakeMissing = "intake.missing",
    /// Nothing but accepted ballots is in the first list.
    IntakeAdded = "intake.added",
    /// Accepted ballots are of credentials that may vote in their box.
    IntakeIneligible = "intake.ineligible",
    /// Of several ballots of one credential the one its counters name is accepted.
    IntakeRevote = "intake.revote",
    /// No box was closed with so few ballots that they do not hide each other, but by the manifest's
    /// rule or under a waiver.
    IntakeMinimum = "intake.minimum",
    /// A ballot that a receipt names is on the board. Only when a receipt is given.
    IntakeWithheld = "intake.withheld",
    /// The shuffle proofs hold.
    MixProof = "mix.proof",
    /// Every mix has as many rows out as in.
    MixShape = "mix.shape",
    /// Every mix starts from the last good list.
    MixChain = "mix.chain",
    /// Every mix is by a trustee that has not mixed before.
    MixIdentity = "mix.identity",
    /// There are as many valid mixes as the manifest demands.
    MixQuorum = "mix.quorum",
    /// Every exclusion is justified.
    ExclusionUnjustified = "exclusion.unjustified",
    /// The proofs of the decryption shares hold.
    DecryptProof = "decrypt.proof",
    /// The result was made from threshold many valid shares.
    DecryptQuorum = "decrypt.quorum",
    /// Every share is of the last list.
    DecryptInput = "decrypt.input",
    /// Every trustee shares at most once per batch.
    DecryptRepeat = "decrypt.repeat",
    /// The published plaintexts are the decryptions.
    ResultPlaintext = "result.plaintext",
    /// The published result is the manifest's count of the plaintexts.
    ResultCount = "result.count",
    /// Trusted witnesses have cosigned the last record, and no head that is not of this board. Only when
    /// witnesses are asked for.
    BoardWitness = "board.witness",
}

impl CheckId {
    /// The check with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.as_str() == id)
    }

    /// Whether a report lists the check although nobody asked for it. `board.fork` needs a second
    /// board, `intake.withheld` a receipt and `board.witness` witnesses.
    #[must_use]
    pub const fn is_standard(self) -> bool {
        !matches!(self, CheckId::BoardFork | CheckId::IntakeWithheld | CheckId::BoardWitness)
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CheckId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Status {
    /// It was made on everything on the board that it concerns, and holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It could not be made (yet): keeps the verdict from VALID.
    NotRun,
    /// The manifest rules out that there is anything to check.
    NotApplicable,
}

/// The audit's answer, and the exit code of the tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Everything holds, and the election is sealed.
    Valid,
    /// Something is not there yet, or was not checked.
    Incomplete,
    /// Something does not hold.
    Invalid,
    /// The record cannot be read.
    Unreadable,
}

impl Verdict {
    /// The exit code of a tool that ends with this verdict.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Verdict::Valid => 0,
            Verdict::Invalid => 1,
            Verdict::Incomplete => 2,
            Verdict::Unreadable => 3,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Valid => "VALID",
            Verdict::Incomplete => "INCOMPLETE",
            Verdict::Invalid => "INVALID",
            Verdict::Unreadable => "UNREADABLE",
        })
    }
}
