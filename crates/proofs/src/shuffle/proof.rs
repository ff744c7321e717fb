//! The shuffle proof as it stands in a record (spec/04-shuffle.md §7).
//!
//! Fields are declared in the order that deterministic CBOR gives their names, so that encoding a
//! value directly is canonical. A value that the argument forces has no field.

use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::group::{self, Identity};
use psephos_core::{Element, Encoding, Scalar};
use serde::{Deserialize, Serialize};

use super::multiexp::MultiexpProof;
use super::product::ProductProof;
use super::shape::Shape;
use crate::fault::Fault;

/// A proof of one mix of one batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// m commitments to the rows of b, `b_i` = x^{π(i)+1}.
    pub powers: Encodings,
    /// That the committed exponents are a permutation.
    pub product: ProductProof,
    /// That the output, under those exponents, is the input re-encrypted.
    pub multiexp: MultiexpProof,
    /// m commitments to the rows of a, `a_i` = π(i) + 1.
    pub exponents: Encodings,
}

/// One field of a proof with the length that its statement implies.
pub(super) struct Field<'a> {
    pub name: &'static str,
    pub entries: &'a [Encoding],
    pub length: usize,
}

impl<'a> Field<'a> {
    pub(super) fn list(name: &'static str, list: &'a Encodings, length: usize) -> Self {
        Self { name, entries: &list.0, length }
    }

    pub(super) fn one(name: &'static str, value: &'a Fixed<32>) -> Self {
        Self { name, entries: std::slice::from_ref(&value.0), length: 1 }
    }
}

impl Proof {
    /// Every field, in the order of the format.
    pub(super) fn fields(&self, shape: &Shape) -> Vec<Field<'_>> {
        let mut fields = vec![Field::list("powers", &self.powers, shape.matrix_rows())];
        self.product.fields(shape, &mut fields);
        self.multiexp.fields(shape, &mut fields);
        fields.push(Field::list("exponents", &self.exponents, shape.matrix_rows()));
        fields
    }

    /// Compares every length with the one that the shape implies.
    ///
    /// # Errors
    /// [`Fault::Length`] with the first field that differs.
    pub fn check_shape(&self, shape: &Shape) -> Result<(), Fault> {
        match self.fields(shape).iter().find(|field| field.entries.len() != field.length) {
            Some(field) => Err(Fault::Length { field: field.name }),
            None => Ok(()),
        }
    }
}

/// Opens the elements of a field; the identity is allowed, as in every proof commitment.
pub(super) fn open_elements(name: &'static str, list: &[Encoding]) -> Result<Vec<Element>, Fault> {
    group::decode_all(list, Identity::Allowed)
        .map_err(|(index, error)| Fault::from_group(error, name, index as u64))
}

/// Opens the scalars of a field.
pub(super) fn open_scalars(name: &'static str, list: &[Encoding]) -> Result<Vec<Scalar>, Fault> {
    list.iter()
        .enumerate()
        .map(|(index, bytes)| {
            group::scalar(bytes).map_err(|error| Fault::from_group(error, name, index as u64))
        })
        .collect()
}

/// Opens a field that is one element.
pub(super) fn open_element(name: &'static str, value: &Fixed<32>) -> Result<Element, Fault> {
    group::decode(&value.0).map_err(|error| Fault::from_group(error, name, 0))
}

/// Opens a field that is one scalar.
pub(super) fn open_scalar(name: &'static str, value: &Fixed<32>) -> Result<Scalar, Fault> {
    group::scalar(&value.0).map_err(|error| Fault::from_group(error, name, 0))
}
