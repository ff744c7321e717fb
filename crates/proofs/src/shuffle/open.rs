//! Verification of one mix whose lists are open, as its prover has them (spec/04-shuffle.md §6): what opening
//! the lists costs is what this saves.

use psephos_core::generators::Generators;
use psephos_core::{Element, Scalar};

use super::chain::weights_of;
use super::list::evaluate_open;
use super::proof::Proof;
use super::statement::Statement;
use super::verify::{Equations, Prepared};
use crate::fault::Fault;

/// Verifies a mix of N rows of ω ciphertexts on N·2ω elements of either list, A before B in each column.
/// That these are the lists of the statement's roots is the caller's to know.
///
/// # Errors
/// [`Fault`]: `Length` for too few generators or for lists of another size, else what is wrong with the proof.
pub fn verify_open(
    generators: &Generators,
    statement: &Statement,
    proof: &Proof,
    input: &[Element],
    output: &[Element],
) -> Result<(), Fault> {
    let shape = statement.shape()?;
    let entries = 2 * shape.width();
    for (field, list) in [("input", input), ("output", output)] {
        if list.len() != shape.rows() * entries {
            return Err(Fault::Length { field });
        }
    }
    let prepared = Prepared::new(statement, proof)?;
    let mut weights = weights_of(&[], &[*prepared.binding()]);
    let equations = prepared.equations(&mut weights);
    if generators.as_slice().len() <= equations.sum.generators_needed() {
        return Err(Fault::Length { field: "generators" });
    }
    let Equations { mut sum, input: used, output: made } = equations;
    for (list, form) in [(input, used), (output, made)] {
        sum.add(&Scalar::ONE, &evaluate_open(list, entries, &form));
    }
    if sum.is_zero_vartime(generators) { Ok(()) } else { Err(Fault::Equation) }
}
