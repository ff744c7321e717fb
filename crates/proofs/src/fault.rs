//! What can be wrong with a proof, in the terms of the audit's check list.

use psephos_core::group::{self, GroupError};
use psephos_core::{Element, Encoding, Scalar};

/// Why a proof or a value inside it was refused.
///
/// `Length` belongs to the check `shape.length`, `NonCanonical` to `encoding.canonical`,
/// `Membership` to `group.membership`, and `Equation` to the argument's own check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A vector does not have the length that the statement implies.
    #[error("{field} has the wrong length")]
    Length {
        /// The field's name in the specification.
        field: &'static str,
    },
    /// A scalar is not below the group order, or an element is not encoded in its one valid way.
    #[error("{field} is not canonically encoded at index {index}")]
    NonCanonical {
        /// The field's name in the specification.
        field: &'static str,
        /// Position in the field, from 0.
        index: u64,
    },
    /// Bytes that encode no element, or the identity where it is refused.
    #[error("{field} is not a permitted group element at index {index}")]
    Membership {
        /// The field's name in the specification.
        field: &'static str,
        /// Position in the field, from 0.
        index: u64,
    },
    /// Everything is well formed, but an equation does not hold.
    #[error("the proof's equation does not hold")]
    Equation,
}

impl Fault {
    /// Names the place of an error of group decoding.
    #[must_use]
    pub fn from_group(error: GroupError, field: &'static str, index: u64) -> Self {
        match error {
            GroupError::NonCanonical => Self::NonCanonical { field, index },
            GroupError::NotElement | GroupError::Identity => Self::Membership { field, index },
        }
    }

    /// The same fault, placed in the field of the statement that holds the faulty proof.
    #[must_use]
    pub fn within(self, field: &'static str, index: u64) -> Self {
        match self {
            Self::Length { .. } => Self::Length { field },
            Self::NonCanonical { .. } => Self::NonCanonical { field, index },
            Self::Membership { .. } => Self::Membership { field, index },
            Self::Equation => Self::Equation,
        }
    }
}

/// Items with their indices as they stand in faults and transcripts.
pub(crate) fn indexed<T>(items: impl IntoIterator<Item = T>) -> impl Iterator<Item = (u64, T)> {
    items.into_iter().enumerate().map(|(index, item)| (index as u64, item))
}

/// Opens an element; the identity is allowed.
pub(crate) fn element(
    encoding: &Encoding,
    field: &'static str,
    index: u64,
) -> Result<Element, Fault> {
    group::decode(encoding).map_err(|error| Fault::from_group(error, field, index))
}

/// Opens an element; the identity is refused.
pub(crate) fn proper_element(
    encoding: &Encoding,
    field: &'static str,
    index: u64,
) -> Result<Element, Fault> {
    group::decode_proper(encoding).map_err(|error| Fault::from_group(error, field, index))
}

/// Reads a scalar.
pub(crate) fn scalar(
    encoding: &Encoding,
    field: &'static str,
    index: u64,
) -> Result<Scalar, Fault> {
    group::scalar(encoding).map_err(|error| Fault::from_group(error, field, index))
}
