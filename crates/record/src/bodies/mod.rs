//! What the record kinds say (spec/board.cddl).
//!
//! Fields stand in canonical key order (shorter names first, then alphabetically), which is the order
//! of their encoding. Indices count from 0.

mod blob;
mod description;
mod intake;
mod lists;
mod setup;
mod tally;

use crate::cbor::{self, DecodeError};
use crate::kind::Kind;

pub use blob::Blob;
pub use description::{BallotBox, Batch, Description, Policy, Suite};
pub use intake::{
    Ballots, Challenged, Close, CloseBatch, Open, Reason, Rejected, RollAmend, RollEntry, Waiver,
};
pub use lists::NamedList;
pub use psephos_proofs::key_ceremony::{Deal, EncryptedShare};
pub use setup::{
    Accept, Complain, Confirm, CounterProposal, DealCommitment, Enrol, Manifest, Proposal,
    deals_digest,
};
pub use tally::{
    BatchMix, BatchResult, BatchShare, ElectionResult, Exclusion, Mix, Seal, Share, SignOff,
    Unmixed,
};

/// The body of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// See [`Proposal`].
    Proposal(Proposal),
    /// See [`Enrol`].
    Enrol(Enrol),
    /// See [`CounterProposal`].
    CounterProposal(CounterProposal),
    /// See [`Manifest`].
    Manifest(Manifest),
    /// See [`Accept`].
    Accept(Accept),
    /// See [`DealCommitment`].
    DealCommitment(DealCommitment),
    /// See [`Deal`].
    Deal(Deal),
    /// See [`Confirm`].
    Confirm(Confirm),
    /// See [`Complain`].
    Complain(Complain),
    /// See [`Open`].
    Open(Open),
    /// See [`RollAmend`].
    RollAmend(RollAmend),
    /// See [`Ballots`].
    Ballots(Ballots),
    /// See [`Challenged`].
    Challenged(Challenged),
    /// See [`Waiver`].
    Waiver(Waiver),
    /// See [`Close`].
    Close(Close),
    /// See [`Mix`].
    Mix(Mix),
    /// See [`Share`].
    Share(Share),
    /// See [`Exclusion`].
    Exclusion(Exclusion),
    /// See [`ElectionResult`].
    Result(ElectionResult),
    /// See [`SignOff`].
    SignOff(SignOff),
    /// See [`Seal`].
    Seal(Seal),
}

impl Body {
    /// Decodes the body of a record of `kind`.
    ///
    /// # Errors
    /// As [`cbor::decode`], with the kind's [`Kind::body_limit`].
    pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, DecodeError> {
        let limit = kind.body_limit();
        Ok(match kind {
            Kind::Proposal => Self::Proposal(cbor::decode(bytes, limit)?),
            Kind::Enrol => Self::Enrol(cbor::decode(bytes, limit)?),
            Kind::CounterProposal => Self::CounterProposal(cbor::decode(bytes, limit)?),
            Kind::Manifest => Self::Manifest(cbor::decode(bytes, limit)?),
            Kind::Accept => Self::Accept(cbor::decode(bytes, limit)?),
            Kind::DealCommitment => Self::DealCommitment(cbor::decode(bytes, limit)?),
            Kind::Deal => Self::Deal(cbor::decode(bytes, limit)?),
            Kind::Confirm => Self::Confirm(cbor::decode(bytes, limit)?),
            Kind::Complain => Self::Complain(cbor::decode(bytes, limit)?),
            Kind::Open => Self::Open(cbor::decode(bytes, limit)?),
            Kind::RollAmend => Self::RollAmend(cbor::decode(bytes, limit)?),
            Kind::Ballots => Self::Ballots(cbor::decode(bytes, limit)?),
            Kind::Challenged => Self::Challenged(cbor::decode(bytes, limit)?),
            Kind::Waiver => Self::Waiver(cbor::decode(bytes, limit)?),
            Kind::Close => Self::Close(cbor::decode(bytes, limit)?),
            Kind::Mix => Self::Mix(cbor::decode(bytes, limit)?),
            Kind::Share => Self::Share(cbor::decode(bytes, limit)?),
            Kind::Exclusion => Self::Exclusion(cbor::decode(bytes, limit)?),
            Kind::Result => Self::Result(cbor::decode(bytes, limit)?),
            Kind::SignOff => Self::SignOff(cbor::decode(bytes, limit)?),
            Kind::Seal => Self::Seal(cbor::decode(bytes, limit)?),
        })
    }

    /// The encoded body.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Proposal(body) => cbor::encode(body),
            Self::Enrol(body) => cbor::encode(body),
            Self::CounterProposal(body) => cbor::encode(body),
            Self::Manifest(body) => cbor::encode(body),
            Self::Accept(body) => cbor::encode(body),
            Self::DealCommitment(body) => cbor::encode(body),
            Self::Deal(body) => cbor::encode(body),
            Self::Confirm(body) => cbor::encode(body),
            Self::Complain(body) => cbor::encode(body),
            Self::Open(body) => cbor::encode(body),
            Self::RollAmend(body) => cbor::encode(body),
            Self::Ballots(body) => cbor::encode(body),
            Self::Challenged(body) => cbor::encode(body),
            Self::Waiver(body) => cbor::encode(body),
            Self::Close(body) => cbor::encode(body),
            Self::Mix(body) => cbor::encode(body),
            Self::Share(body) => cbor::encode(body),
            Self::Exclusion(body) => cbor::encode(body),
            Self::Result(body) => cbor::encode(body),
            Self::SignOff(body) => cbor::encode(body),
            Self::Seal(body) => cbor::encode(body),
        }
    }

    /// The kind that goes with this body.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Proposal(_) => Kind::Proposal,
            Self::Enrol(_) => Kind::Enrol,
            Self::CounterProposal(_) => Kind::CounterProposal,
            Self::Manifest(_) => Kind::Manifest,
            Self::Accept(_) => Kind::Accept,
            Self::DealCommitment(_) => Kind::DealCommitment,
            Self::Deal(_) => Kind::Deal,
            Self::Confirm(_) => Kind::Confirm,
            Self::Complain(_) => Kind::Complain,
            Self::Open(_) => Kind::Open,
            Self::RollAmend(_) => Kind::RollAmend,
            Self::Ballots(_) => Kind::Ballots,
            Self::Challenged(_) => Kind::Challenged,
            Self::Waiver(_) => Kind::Waiver,
            Self::Close(_) => Kind::Close,
            Self::Mix(_) => Kind::Mix,
            Self::Share(_) => Kind::Share,
            Self::Exclusion(_) => Kind::Exclusion,
            Self::Result(_) => Kind::Result,
            Self::SignOff(_) => Kind::SignOff,
            Self::Seal(_) => Kind::Seal,
        }
    }
}
