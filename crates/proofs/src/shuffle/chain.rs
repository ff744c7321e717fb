//! Verification of a chain of mixes in one multi-exponentiation (spec/04-shuffle.md §6).
//!
//! Every equation of every proof enters one sum under its own weight; the weights come from a
//! transcript that has absorbed all of them. Mix k's output is mix k + 1's input, so their scalars
//! add up first and each list is opened and multiplied once. Only when something is wrong is the
//! sum taken apart, mix by mix.

use psephos_core::accumulator::Accumulator;
use psephos_core::elgamal::row_length;
use psephos_core::generators::Generators;
use psephos_core::pairs::pairs;
use psephos_core::rows::{Rows, RowsError};
use psephos_core::trace;
use psephos_core::transcript::Transcript;
use psephos_core::weights::Weights;
use psephos_core::{Digest, Element, Scalar};

use super::list::{BadRow, Question, Values, evaluate};
use super::proof::Proof;
use super::row_form::RowForm;
use super::statement::Statement;
use super::verify::{Equations, Prepared};
use crate::fault::Fault;

/// One mix of a chain: its claim and its proof, `None` exactly when there are no rows.
pub type Mix<'a> = (Statement, Option<&'a Proof>);

/// Why a chain was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// There is not one list more than there are mixes, or a statement's input is not the output
    /// of the one before: the caller put together what is no chain. Nothing was checked.
    #[error("lists and statements do not form a chain")]
    NoChain,
    /// A list could not be read, or is not the one that its root names. Nothing was decided.
    #[error("list {list}: {error}")]
    Rows {
        /// Index of the list; list k is the input of mix k of the call.
        list: usize,
        /// What happened.
        error: RowsError,
    },
    /// At least one mix is bad, or the first list is.
    #[error("{0}")]
    Refused(Refusal),
}

/// What is wrong in a chain, with the mixes by their index in the call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong with the first list, which no mix of the call has made.
    pub input: Option<Fault>,
    /// The bad mixes in ascending order.
    pub mixes: Vec<(usize, MixFault)>,
    /// Mixes on a list with a bad row: they can be neither convicted nor relied on.
    pub unchecked: Vec<usize>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        if let Some(fault) = &self.input {
            write!(f, "first list: {fault}; ")?;
        }
        for (mix, fault) in &self.mixes {
            write!(f, "mix {}: {fault}; ", mix + 1)?;
        }
        write!(f, "{} mixes on bad lists", self.unchecked.len())
    }
}

/// What is wrong with one mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MixFault {
    /// A list has another number of rows, or rows of another length, than the statement says
    /// (check `mix.shape`).
    #[error("a list's rows are not those of the statement")]
    Lists,
    /// The proof, or a row of the output.
    #[error("{0}")]
    Proof(#[from] Fault),
}

/// Verifies consecutive mixes of one batch; `lists[k]` is the input of `mixes[k]` and
/// `lists[k + 1]` its output. The first mix may stand anywhere in the chain.
///
/// `weights_context` is absorbed into the weights' transcript before the proofs: digests of
/// whatever else the caller wants the weights to depend on, such as the board's head.
///
/// # Errors
/// [`ChainError`]; every bad mix is named, not only the first.
pub fn verify_chain(
    mixes: &[Mix<'_>],
    lists: &[&dyn Rows],
    weights_context: &[Digest],
) -> Result<(), ChainError> {
    verify_chain_told(mixes, lists, weights_context, &|_| {})
}

/// [`verify_chain`], telling `told` how many rows have been read of all lists together. Where something is wrong
/// they are read once more, from none on.
///
/// # Errors
/// As [`verify_chain`].
pub fn verify_chain_told(
    mixes: &[Mix<'_>],
    lists: &[&dyn Rows],
    weights_context: &[Digest],
    told: &(dyn Fn(u64) + Sync),
) -> Result<(), ChainError> {
    let linked = mixes.windows(2).all(|pair| match pair {
        [(before, _), (after, _)] => before.output == after.input,
        _ => false,
    });
    if lists.len() != mixes.len() + 1 || !linked {
        return Err(ChainError::NoChain);
    }
    let mut chain = Chain::prepare(mixes, lists, weights_context, told);
    if chain.all_hold()? || chain.is_settled() {
        return chain.outcome();
    }
    chain.name_culprits()?;
    chain.outcome()
}

/// What is known of one mix.
enum State {
    /// Its equations stand, not yet evaluated alone.
    Open(Box<Equations>),
    /// Nothing to check (no rows), or checked and good.
    Good,
    /// On a list that is no list of rows.
    Unchecked,
    /// Bad.
    Bad(MixFault),
}

struct Chain<'a> {
    lists: &'a [&'a dyn Rows],
    told: &'a (dyn Fn(u64) + Sync),
    states: Vec<State>,
    input: Option<Fault>,
    generators: Generators,
}

impl<'a> Chain<'a> {
    fn prepare(
        mixes: &[Mix<'_>],
        lists: &'a [&'a dyn Rows],
        context: &[Digest],
        told: &'a (dyn Fn(u64) + Sync),
    ) -> Self {
        let matches = sizes_match(mixes, lists);
        let mixes = pairs(pairs(mixes, &matches), lists.windows(2));
        let prepared: Vec<_> = mixes
            .map(|(((statement, proof), matches), lists)| {
                let mix = prepare_mix(statement, *proof, *matches);
                if trace::is_on()
                    && let (Ok(Some(mix)), &[input, output]) = (&mix, lists)
                {
                    super::trace::trace(statement, mix, [input, output]);
                }
                mix
            })
            .collect();
        let mut weights = draw_weights(&prepared, context);
        let states: Vec<State> = prepared
            .into_iter()
            .map(|mix| match mix {
                Ok(Some(prepared)) => State::Open(Box::new(prepared.equations(&mut weights))),
                Ok(None) => State::Good,
                Err(MixState::Unchecked) => State::Unchecked,
                Err(MixState::Bad(fault)) => State::Bad(fault),
            })
            .collect();
        let needed = states.iter().map(|state| match state {
            State::Open(equations) => equations.sum.generators_needed(),
            _ => 0,
        });
        let generators = Generators::derive(needed.max().unwrap_or(0));
        Self { lists, told, states, input: None, generators }
    }

    fn equations(&self, mix: usize) -> Option<&Equations> {
        match self.states.get(mix) {
            Some(State::Open(equations)) => Some(equations),
            _ => None,
        }
    }

    /// The forms, where equations stand, of the mix that made a list and of the one that used it.
    fn forms_on(&self, list: usize) -> (Option<&RowForm>, Option<&RowForm>) {
        let maker = list.checked_sub(1).and_then(|mix| self.equations(mix));
        (maker.map(|mix| &mix.output), self.equations(list).map(|mix| &mix.input))
    }

    /// The values of groups of forms on each list that has any, with the list's index.
    fn evaluate<'f>(
        &'f self,
        groups: impl Fn(Option<&'f RowForm>, Option<&'f RowForm>) -> Vec<Vec<&'f RowForm>>,
    ) -> Result<Vec<(usize, Values)>, ChainError> {
        let asked = self.lists.iter().enumerate().filter_map(|(index, list)| {
            let (made, used) = self.forms_on(index);
            let groups = groups(made, used);
            let has_forms = made.or(used).is_some();
            has_forms.then_some((index, Question { list: *list, groups }))
        });
        let (indices, questions): (Vec<usize>, Vec<_>) = asked.unzip();
        let answers = pairs(indices, evaluate(&questions, self.told));
        answers
            .map(|(list, answer)| {
                let values = answer.map_err(|error| ChainError::Rows { list, error })?;
                Ok((list, values))
            })
            .collect()
    }

    /// Evaluates everything that stands as one sum. Bad rows are noted.
    fn all_hold(&mut self) -> Result<bool, ChainError> {
        let mut total = Accumulator::new();
        let mut bad_rows = Vec::new();
        let values = self.evaluate(|maker, user| vec![maker.into_iter().chain(user).collect()])?;
        for (index, values) in values {
            match values {
                Ok(sums) => sums.iter().for_each(|sum| total.add(&Scalar::ONE, sum)),
                Err(bad) => bad_rows.push((index, bad)),
            }
        }
        for (index, bad) in &bad_rows {
            self.note_bad_row(*index, bad);
        }
        if !bad_rows.is_empty() {
            return Ok(false);
        }
        for mix in 0..self.states.len() {
            if let Some(equations) = self.equations(mix) {
                total.merge(&equations.sum);
            }
        }
        let sum = total.sum_vartime(&self.generators);
        trace::elements("", "shuffle chain", "sum", &[sum]);
        let holds = sum == Element::default();
        if holds {
            self.settle(|_| Ok(()));
        }
        Ok(holds)
    }

    /// A bad row convicts the mix that made the list, and leaves the one that used it unchecked.
    fn note_bad_row(&mut self, list: usize, bad: &BadRow) {
        match list.checked_sub(1).and_then(|maker| self.states.get_mut(maker)) {
            Some(state @ (State::Open(_) | State::Good)) => {
                *state = State::Bad(Fault::from_group(bad.error, "output", bad.row).into());
            }
            Some(State::Unchecked | State::Bad(_)) => {}
            None => self.input = Some(Fault::from_group(bad.error, "input", bad.row)),
        }
        if let Some(state @ State::Open(_)) = self.states.get_mut(list) {
            *state = State::Unchecked;
        }
    }

    /// Whether no equation is left to evaluate.
    fn is_settled(&self) -> bool {
        !self.states.iter().any(|state| matches!(state, State::Open(_)))
    }

    /// Evaluates the equations of each mix alone; every list is streamed once more.
    fn name_culprits(&mut self) -> Result<(), ChainError> {
        let mut sums = vec![Accumulator::new(); self.states.len()];
        let apart = |maker: Option<_>, user: Option<_>| {
            vec![maker.into_iter().collect(), user.into_iter().collect()]
        };
        for (index, values) in self.evaluate(apart)? {
            let parts = values.map_err(|_| changed(index))?;
            let mixes = [index.checked_sub(1), Some(index)];
            for (mix, part) in pairs(mixes, &parts) {
                if let Some(sum) = mix.and_then(|mix| sums.get_mut(mix)) {
                    sum.add(&Scalar::ONE, part);
                }
            }
        }
        for (mix, sum) in sums.iter_mut().enumerate() {
            if let Some(equations) = self.equations(mix) {
                sum.merge(&equations.sum);
            }
        }
        let holds: Vec<bool> =
            sums.iter().map(|sum| sum.is_zero_vartime(&self.generators)).collect();
        self.settle(|mix| match holds.get(mix) {
            Some(true) => Ok(()),
            _ => Err(Fault::Equation),
        });
        Ok(())
    }

    fn settle(&mut self, verdict: impl Fn(usize) -> Result<(), Fault>) {
        for (mix, state) in self.states.iter_mut().enumerate() {
            if let State::Open(_) = state {
                *state =
                    verdict(mix).map_or_else(|fault| State::Bad(fault.into()), |()| State::Good);
            }
        }
    }

    fn outcome(self) -> Result<(), ChainError> {
        let mut refusal = Refusal { input: self.input, ..Refusal::default() };
        for (mix, state) in self.states.into_iter().enumerate() {
            match state {
                State::Good => {}
                State::Bad(fault) => refusal.mixes.push((mix, fault)),
                State::Unchecked | State::Open(_) => refusal.unchecked.push(mix),
            }
        }
        if refusal == Refusal::default() { Ok(()) } else { Err(ChainError::Refused(refusal)) }
    }
}

/// A list that was good in one pass and bad in the next.
fn changed(list: usize) -> ChainError {
    let error = RowsError::Storage("the list changed while it was read".into());
    ChainError::Rows { list, error }
}

/// A mix that gets no equations.
enum MixState {
    Unchecked,
    Bad(MixFault),
}

/// How a mix's lists fit its statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sizes {
    Match,
    /// The mix states or made a list of another size.
    Differ,
    /// Its input has another size than its maker's statement says.
    BadInput,
}

fn sizes_match(mixes: &[Mix<'_>], lists: &[&dyn Rows]) -> Vec<Sizes> {
    let fits = |list: Option<&&dyn Rows>, statement: &Statement| {
        let length =
            usize::try_from(statement.width).ok().and_then(|w| w.checked_mul(row_length(1)));
        list.is_some_and(|l| l.count() == statement.rows && Some(l.row_length()) == length)
    };
    let mut input_is_good = true;
    let mut sizes = Vec::with_capacity(mixes.len());
    for (index, (statement, _)) in mixes.iter().enumerate() {
        let made = fits(lists.get(index + 1), statement);
        let used = fits(lists.get(index), statement);
        sizes.push(match (made, used) {
            (true, true) => Sizes::Match,
            (true, false) if !input_is_good => Sizes::BadInput,
            _ => Sizes::Differ,
        });
        input_is_good = made;
    }
    sizes
}

fn prepare_mix(
    statement: &Statement,
    proof: Option<&Proof>,
    sizes: Sizes,
) -> Result<Option<Prepared>, MixState> {
    match sizes {
        Sizes::Match => {}
        Sizes::Differ => return Err(MixState::Bad(MixFault::Lists)),
        Sizes::BadInput => return Err(MixState::Unchecked),
    }
    match (statement.rows, proof) {
        (0, None) => Ok(None),
        (0, Some(_)) | (_, None) => Err(Fault::Length { field: "proof" }),
        (_, Some(proof)) => Prepared::new(statement, proof).map(Some),
    }
    .map_err(|fault| MixState::Bad(fault.into()))
}

/// One stream of weights for all proofs, from a transcript that has absorbed all of them.
fn draw_weights(prepared: &[Result<Option<Prepared>, MixState>], context: &[Digest]) -> Weights {
    let bound = prepared.iter().filter_map(|mix| mix.as_ref().ok()?.as_ref());
    let bindings: Vec<Digest> = bound.map(|mix| *mix.binding()).collect();
    weights_of(context, &bindings)
}

pub(super) fn weights_of(context: &[Digest], bindings: &[Digest]) -> Weights {
    let mut transcript = Transcript::new("shuffle chain");
    transcript.encodings("context", context);
    transcript.encodings("bindings", bindings);
    Weights::from_transcript(&mut transcript, "weights")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_follow_from_the_context_and_from_every_proof() {
        let (context, proofs) = ([[1; 32], [2; 32]], [[3; 32], [4; 32]]);
        let weight = |context: &[Digest], proofs: &[Digest]| weights_of(context, proofs).scalar();
        let honest = weight(&context, &proofs);
        let others = [
            weight(&[[1; 32], [9; 32]], &proofs),
            weight(&context[..1], &proofs),
            weight(&[], &proofs),
            weight(&context, &[[9; 32], [4; 32]]),
            weight(&context, &[[4; 32], [3; 32]]),
            weight(&context, &proofs[..1]),
            weight(&context, &[]),
            weight(&context[..1], &[[2; 32], [3; 32], [4; 32]]),
        ];
        assert!(!others.contains(&honest));
        let mut transcript = Transcript::new("shuffle chain");
        transcript.encodings("context", &context);
        transcript.encodings("bindings", &proofs);
        assert_eq!(honest, Weights::from_transcript(&mut transcript, "weights").scalar());
    }
}
